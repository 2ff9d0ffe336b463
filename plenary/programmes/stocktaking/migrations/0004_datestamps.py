from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stocktaking', '0003_batches'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['updated_at', 'id'], name='entry_by_change'),
        ),
    ]
