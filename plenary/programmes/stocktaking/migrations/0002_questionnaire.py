
import django.db.models.deletion
import django.utils.timezone
import plenary.ground.framework.text
from django.conf import settings
from django.db import migrations, models


def say_what_was_known(apps, schema_editor):
    """What is public has been so since it was made; what an edition brought was added in it."""
    Entry = apps.get_model("stocktaking", "Entry")
    EntryEdition = apps.get_model("stocktaking", "EntryEdition")
    Entry.objects.filter(state="public", published_at=None).update(published_at=models.F("created_at"))
    added = []
    for key, edition, at in Entry.objects.exclude(edition=None).values_list("pk", "edition_id", "created_at").iterator(chunk_size=2000):
        added.append(EntryEdition(entry_id=key, edition_id=edition, how="added", at=at))
        if len(added) == 2000:
            EntryEdition.objects.bulk_create(added, ignore_conflicts=True)
            added = []
    EntryEdition.objects.bulk_create(added, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
        ('framework', '0001_initial'),
        ('people', '0002_api_tokens'),
        ('stocktaking', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EntryRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('change', 'Change'), ('claim', 'Claim'), ('handover', 'Handing over'), ('problem', 'Problem')], max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('granted', 'Granted'), ('refused', 'Refused'), ('withdrawn', 'Taken back')], default='waiting', max_length=10)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('message', models.TextField(blank=True)),
                ('wanted', models.JSONField(blank=True, default=dict)),
                ('base', models.DateTimeField(blank=True, null=True)),
                ('secret', models.CharField(blank=True, db_index=True, max_length=64)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.CharField(blank=True, max_length=64)),
                ('answer', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['asked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LinkState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=500, unique=True)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('query', models.CharField(blank=True, max_length=2000)),
                ('often', models.CharField(choices=[('never', 'Never'), ('daily', 'Daily'), ('weekly', 'Weekly')], default='weekly', max_length=10)),
                ('language', models.CharField(default='en', max_length=10)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('told_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('looked_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='beneficiaries',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='entry',
            name='challenges',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='entry',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='stocktaking.entry'),
        ),
        migrations.AddField(
            model_name='entry',
            name='partnerships',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='entry',
            name='published_at',
            field=models.DateTimeField(blank=True, db_index=True, null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='replicability',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='entry',
            name='results',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='entry',
            name='web_links',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name='entry',
            name='reach',
            field=models.CharField(blank=True, choices=[('local', 'Local'), ('national', 'National'), ('regional', 'Regional'), ('international', 'International'), ('global', 'Global')], max_length=15),
        ),
        migrations.AlterField(
            model_name='entryorganisation',
            name='role',
            field=models.CharField(choices=[('lead', 'Lead'), ('partner', 'Partner'), ('funder', 'Funder')], default='lead', max_length=10),
        ),
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('name', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('summary', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('introduction', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('calls', models.JSONField(blank=True, default=list)),
                ('position', models.PositiveSmallIntegerField(default=50)),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hosted_collections', to='people.organisation')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='CollectionEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='stocktaking.collection')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='stocktaking.entry')),
            ],
        ),
        migrations.AddField(
            model_name='entry',
            name='collections',
            field=models.ManyToManyField(related_name='entries', through='stocktaking.CollectionEntry', to='stocktaking.collection'),
        ),
        migrations.CreateModel(
            name='EntryContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', models.CharField(blank=True, max_length=60)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contact', to='stocktaking.entry')),
            ],
        ),
        migrations.CreateModel(
            name='EntryEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('added', 'Added'), ('updated', 'Brought up to date')], max_length=10)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entry_history', to='framework.edition')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='stocktaking.entry')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EntryMedia',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alt', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('caption', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('credit', models.CharField(blank=True, max_length=200)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='media', to='stocktaking.entry')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EntryNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, unique=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='other_numbers', to='stocktaking.entry')),
            ],
        ),
        migrations.CreateModel(
            name='EntryOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='stocktaking.entry')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['since', 'id'],
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='owners',
            field=models.ManyToManyField(related_name='entries', through='stocktaking.EntryOwner', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('state', 'withdrawn'), _connector='OR'), name='entry_merged_is_withdrawn'),
        ),
        migrations.AddField(
            model_name='entryrequest',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='entry_requests', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='entryrequest',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='stocktaking.entry'),
        ),
        migrations.AddField(
            model_name='entryrequest',
            name='proof',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.storedfile'),
        ),
        migrations.AddIndex(
            model_name='linkstate',
            index=models.Index(fields=['tried_at'], name='link_due'),
        ),
        migrations.AddField(
            model_name='savedsearch',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='collectionentry',
            constraint=models.UniqueConstraint(fields=('collection', 'entry'), name='collection_entry'),
        ),
        migrations.AddConstraint(
            model_name='entryedition',
            constraint=models.UniqueConstraint(fields=('entry', 'edition', 'how'), name='entry_edition'),
        ),
        migrations.AddConstraint(
            model_name='entrymedia',
            constraint=models.UniqueConstraint(fields=('entry', 'file'), name='entry_media'),
        ),
        migrations.AddConstraint(
            model_name='entryowner',
            constraint=models.UniqueConstraint(fields=('entry', 'user'), name='entry_owner'),
        ),
        migrations.AddIndex(
            model_name='entryrequest',
            index=models.Index(fields=['state', 'kind', 'asked_at'], name='entry_request_queue'),
        ),
        migrations.AddConstraint(
            model_name='entryrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('asked_by__isnull', False), ('state', 'waiting')), fields=('entry', 'asked_by', 'kind'), name='entry_request_once'),
        ),
        migrations.AddIndex(
            model_name='savedsearch',
            index=models.Index(fields=['often', 'looked_at'], name='saved_search_due'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(fields=('user', 'query'), name='saved_search_once'),
        ),
        migrations.RunPython(say_what_was_known, migrations.RunPython.noop),
    ]
