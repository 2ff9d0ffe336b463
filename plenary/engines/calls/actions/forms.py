"""Forms and their versions: what is edited is a version nobody answers yet; publishing puts it in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from plenary.engines.calls.events import CallChanged
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, FormVersion
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Scheme


def read_definition(data: Mapping[str, Any]) -> Definition:
    """A definition from data. Raises: Invalid with a sentence for each place that does not hold."""
    try:
        found = Definition.from_data(data)
    except ValidationError as error:
        problems: dict[str, list[str]] = {}
        for each in error.errors():
            problems.setdefault(".".join(str(part) for part in each["loc"]), []).append(str(each["msg"]).removeprefix("Value error, "))
        raise Invalid(problems) from error
    known = set(Scheme.objects.filter(code__in=found.schemes).values_list("code", flat=True))
    missing = [scheme for scheme in found.schemes if scheme not in known]
    if missing:
        raise Invalid({"": [_("There is no vocabulary “%(code)s”.") % {"code": missing[0]}]})
    return found


@transaction.atomic
def put_form(*, actor: Actor, call: Call, definition: Definition) -> FormVersion:
    """Make this the form in force; nothing happens where it already is. A version without answers is changed in place."""
    require(actor, "calls.edit", call)
    current = FormVersion.objects.select_for_update().filter(call=call).exclude(published_at=None).order_by("-number").first()
    data = definition.to_data()
    if current is not None and current.definition == data:
        return current
    if current is not None and not current.submissions.exists():
        current.definition = data
        current.published_at = timezone.now()
        current.save(update_fields=["definition", "published_at"])
        form = current
    else:
        form = FormVersion.objects.create(call=call, number=_next(call), definition=data, published_at=timezone.now())
    record(actor=actor, verb="published form", kind="calls.call", key=str(call), after={"form": form.number})
    emit(CallChanged(actor_id=actor.trail_id, call=str(call)))
    return form


@transaction.atomic
def remove_form(*, actor: Actor, call: Call) -> None:
    """Take the form out of force; the call can then not be answered here. Raises: Conflict where somebody has answered it."""
    require(actor, "calls.edit", call)
    if call.submissions.exists():
        raise Conflict(_("This form has answers, so it must stay."))
    published = FormVersion.objects.filter(call=call).exclude(published_at=None)
    before = published.order_by("-number").first()
    if before is None:
        return
    published.delete()
    record(actor=actor, verb="removed form", kind="calls.call", key=str(call), before={"form": before.number, "definition": before.definition})
    emit(CallChanged(actor_id=actor.trail_id, call=str(call)))


@transaction.atomic
def save_form_draft(*, actor: Actor, call: Call, definition: Definition) -> FormVersion:
    """Keep a form that is being edited; contributors do not see it before it is published."""
    require(actor, "calls.edit", call)
    draft = FormVersion.objects.select_for_update().filter(call=call, published_at=None).first()
    if draft is None:
        return FormVersion.objects.create(call=call, number=_next(call), definition=definition.to_data())
    draft.definition = definition.to_data()
    draft.save(update_fields=["definition"])
    return draft


@transaction.atomic
def publish_form(*, actor: Actor, call: Call) -> FormVersion:
    """Put the form that was being edited in force. Raises: Conflict where there is none."""
    require(actor, "calls.edit", call)
    draft = FormVersion.objects.select_for_update().filter(call=call, published_at=None).first()
    if draft is None:
        raise Conflict(_("No form is being edited."))
    definition = read_definition(draft.definition)
    draft.delete()
    return put_form(actor=actor, call=call, definition=definition)


@transaction.atomic
def drop_form_draft(*, actor: Actor, call: Call) -> None:
    """Throw away what was edited and not published."""
    require(actor, "calls.edit", call)
    FormVersion.objects.filter(call=call, published_at=None).delete()


def _next(call: Call) -> int:
    last = FormVersion.objects.filter(call=call).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1
