"""Mails know whose they are. Those written before are filled by the room that wrote them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outgoing", "0003_sending_rules")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="scope",
            field=models.CharField(blank=True, db_index=True, max_length=120),
        ),
    ]
