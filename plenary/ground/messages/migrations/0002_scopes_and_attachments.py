from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
        ('outgoing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='messagetemplate',
            name='scope',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='attachments',
            field=models.ManyToManyField(blank=True, related_name='+', to='files.storedfile'),
        ),
        migrations.AlterField(
            model_name='messagetemplate',
            name='code',
            field=models.SlugField(max_length=60),
        ),
        migrations.AddConstraint(
            model_name='messagetemplate',
            constraint=models.UniqueConstraint(fields=('code', 'scope'), name='template_code'),
        ),
    ]
