from datetime import datetime

from django.db import migrations, models
from django.db.models import Q

RETURNED, WITHDRAWN = "returned", "withdrawn"


def set_aside(apps, schema_editor):
    """A message, or a time, is left on what was withdrawn or decided on only where it was returned before."""
    left = Q(editable_until__isnull=False) | (Q(state=WITHDRAWN) & ~Q(message=""))
    for each in apps.get_model("calls", "Submission").objects.filter(left).exclude(state=RETURNED).iterator():
        is_withdrawn = each.state == WITHDRAWN  # else the message is that of the decision
        each.set_aside = {"message": each.message if is_withdrawn else "", "until": each.editable_until.isoformat() if each.editable_until else None}
        each.editable_until, each.message = None, "" if is_withdrawn else each.message
        each.save(update_fields=["set_aside", "editable_until", "message"])


def take_up(apps, schema_editor):
    for each in apps.get_model("calls", "Submission").objects.filter(set_aside__isnull=False).iterator():
        until = each.set_aside.get("until")
        each.editable_until = datetime.fromisoformat(until) if until else None
        each.message = each.set_aside.get("message", "") if each.state == WITHDRAWN else each.message
        each.save(update_fields=["editable_until", "message"])


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0004_hidden_calls'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='set_aside',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='submission',
            name='reminded_of',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='invitation',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(set_aside, take_up),
    ]
