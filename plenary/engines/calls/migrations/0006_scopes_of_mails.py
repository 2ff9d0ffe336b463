"""Mails about submissions that were written before mails knew whose they are."""

import uuid

from django.db import migrations


def fill(apps, schema_editor):
    messages = apps.get_model("outgoing", "OutboxMessage").objects.filter(about_kind="calls.submission", scope="")
    submissions = apps.get_model("calls", "Submission").objects
    for key in messages.order_by().values_list("about_key", flat=True).distinct():
        place = submissions.filter(pk=uuid.UUID(key)).values_list("call__edition__code", "call__slug").first()
        if place is not None:
            messages.filter(about_key=key).update(scope=f"call:{place[0]}/{place[1]}")


class Migration(migrations.Migration):
    dependencies = [("calls", "0005_put_back_as_it_was"), ("outgoing", "0004_scope")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
