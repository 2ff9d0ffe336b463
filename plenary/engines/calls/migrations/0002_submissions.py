import django.db.models.deletion
import django.utils.timezone
import plenary.ground.framework.text
import uuid
from django.conf import settings
from django.db import migrations, models


def name_a_decision(apps, schema_editor):
    """What an accepted submission becomes stands with the decision that makes it so."""
    for call in apps.get_model("calls", "Call").objects.exclude(intake=""):
        call.intakes = [{"decision": "accepted", "intake": call.intake}]
        call.save(update_fields=["intakes"])


def back_to_one(apps, schema_editor):
    for call in apps.get_model("calls", "Call").objects.all():
        if call.intakes:
            call.intake = call.intakes[0]["intake"]
            call.save(update_fields=["intake"])


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0001_initial'),
        ('files', '0001_initial'),
        ('framework', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='audience',
            field=models.CharField(choices=[('anyone', 'Anyone, without confirming an address'), ('verified', 'Anyone with a confirmed e-mail address'), ('invited', 'Only those who were invited')], default='verified', max_length=10),
        ),
        migrations.AddField(
            model_name='call',
            name='intakes',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(name_a_decision, back_to_one),
        migrations.RemoveField(
            model_name='call',
            name='intake',
        ),
        migrations.AddField(
            model_name='call',
            name='per_organisation',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='per_organisation_and_category',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='per_person',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='shows_use',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='call',
            name='stakeholder_types',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='call',
            name='use_published_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='phase',
            name='agenda',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.AddField(
            model_name='phase',
            name='recording',
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='phase',
            name='summary',
            field=plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text),
        ),
        migrations.CreateModel(
            name='FormVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('definition', models.JSONField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forms', to='calls.call')),
            ],
            options={
                'ordering': ['call', '-number'],
            },
        ),
        migrations.CreateModel(
            name='LateCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(db_index=True, max_length=64)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('valid_until', models.DateTimeField()),
                ('uses', models.PositiveSmallIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='late_codes', to='calls.call')),
            ],
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('query', models.CharField(blank=True, max_length=2000)),
                ('created_by', models.CharField(max_length=64)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to='calls.call')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned for changes'), ('accepted', 'Accepted'), ('declined', 'Not accepted'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('origin', models.CharField(choices=[('site', 'This site'), ('api', 'Interface for programs'), ('paper', 'Paper'), ('mail', 'E-mail'), ('import', 'Imported table')], default='site', max_length=10)),
                ('language', models.CharField(default='en', max_length=10)),
                ('answers', models.JSONField(blank=True, default=dict)),
                ('draft', models.JSONField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('secret', models.CharField(blank=True, db_index=True, max_length=64)),
                ('editable_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('entered_by', models.CharField(blank=True, max_length=64)),
                ('shared_with_focal_point', models.BooleanField(default=False)),
                ('message', models.TextField(blank=True)),
                ('use', models.CharField(blank=True, choices=[('used', 'Taken up'), ('partly', 'Taken up in part'), ('noted', 'Noted'), ('not-used', 'Not taken up')], max_length=10)),
                ('use_note', plenary.ground.framework.text.TextField(blank=True, default=plenary.ground.framework.text.Text)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('category', models.CharField(blank=True, max_length=60)),
                ('organisation', models.CharField(blank=True, max_length=300)),
                ('organisation_key', models.CharField(blank=True, max_length=320)),
                ('fingerprint', models.CharField(blank=True, max_length=32)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assigned_submissions', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='calls.call')),
                ('copied_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='calls.submission')),
                ('country', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='framework.concept')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='calls.formversion')),
                ('late', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='submissions', to='calls.latecode')),
                ('members', models.ManyToManyField(blank=True, related_name='joined_submissions', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='submissions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-submitted_at', '-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('text', models.TextField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='calls.submission')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('secret', models.CharField(db_index=True, max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='calls.submission')),
            ],
        ),
        migrations.CreateModel(
            name='IntakeResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('intake', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=200)),
                ('path', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('retracted_at', models.DateTimeField(blank=True, null=True)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='calls.submission')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor_id', models.CharField(max_length=64)),
                ('state_before', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned for changes'), ('accepted', 'Accepted'), ('declined', 'Not accepted'), ('withdrawn', 'Withdrawn')], max_length=10)),
                ('batch', models.UUIDField(blank=True, db_index=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='calls.submission')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=40)),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='attachment', to='files.storedfile')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='calls.submission')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SubmissionTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='calls.submission')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddConstraint(
            model_name='formversion',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='form_number'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('call', 'name'), name='saved_filter_name'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['call', 'state', '-submitted_at'], name='submission_list'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['call', 'organisation_key', 'category'], name='submission_limits'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['call', 'fingerprint'], name='submission_duplicates'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['country', 'shared_with_focal_point'], name='submission_country'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['state', 'saved_at'], name='submission_drafts'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='submission_number'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('submission', 'email'), name='invitation_once'),
        ),
        migrations.AddIndex(
            model_name='intakeresult',
            index=models.Index(fields=['kind', 'key'], name='intake_record'),
        ),
        migrations.AddConstraint(
            model_name='intakeresult',
            constraint=models.UniqueConstraint(fields=('submission', 'intake'), name='intake_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('submission', 'code'), name='decision_once'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['submission', 'field'], name='attachment_field'),
        ),
        migrations.AddIndex(
            model_name='submissiontag',
            index=models.Index(fields=['name'], name='submission_tag_name'),
        ),
        migrations.AddConstraint(
            model_name='submissiontag',
            constraint=models.UniqueConstraint(fields=('submission', 'name'), name='submission_tag'),
        ),
    ]
