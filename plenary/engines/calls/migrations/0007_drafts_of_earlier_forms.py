"""With which version of the form a draft was begun and last saved; of those that there are, the submission's form tells."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0006_scopes_of_mails")]

    operations = [
        migrations.AddField(model_name="submission", name=name, field=models.PositiveIntegerField(blank=True, null=True))
        for name in ("begun_with", "drafted_with")
    ]
