import plenary.ground.framework.text
from django.db import migrations


class Migration(migrations.Migration):
    """No cast leads from a concept's number to words, so the column is made anew; no contribution had a sector before."""

    dependencies = [
        ('publications', '0002_contributions'),
    ]

    operations = [
        migrations.RemoveField(model_name='contribution', name='sector'),
        migrations.AddField(
            model_name='contribution',
            name='sector',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
    ]
