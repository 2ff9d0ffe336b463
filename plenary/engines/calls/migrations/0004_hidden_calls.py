"""Calls that only the desk knows of. Those that are there already are public."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_batches")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="published_at",
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True),
        ),
    ]
