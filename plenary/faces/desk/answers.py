"""The answers of a submission as staff read them: in words, version by version, and two versions beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from plenary.engines.calls.actions.common import KIND
from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.lookups import Lookups
from plenary.engines.calls.form.showing import Line, Shown, ShownPart, lines_of, show
from plenary.engines.calls.models import FormVersion, Submission
from plenary.ground.audit.models import Version
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.queries import names_of
from plenary.ground.web.differing import marked


def answers_in_words(submission: Submission, hidden: frozenset[str]) -> list[ShownPart]:
    """What was handed in, or of a draft that staff entered what is there; files lead to where they can be had."""
    form = submission.form.form
    shown = show(form, submission.shown_answers, lookups_for(submission, form), hidden=hidden)
    return [replace(part, fields=[replace(each, lines=_with_paths(each, submission)) for each in part.fields]) for part in shown]


def _with_paths(shown: Shown, submission: Submission) -> list[Line]:
    if shown.field.kind not in ("file", "image"):
        return shown.lines
    return [replace(line, link=reverse("calls:file", args=[submission.pk, line.link.removeprefix("#")])) for line in shown.lines]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One handing in."""

    number: int
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A field in two versions. before, after: its answers, with what differs marked."""

    label: Text
    field: Any
    before: SafeString | str
    after: SafeString | str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions beside each other: only the fields whose answers differ."""

    before: int
    after: int
    fields: list[Compared]


def versions_in_words(submission: Submission) -> list[VersionLine]:
    """All handings in, the latest first, with who handed in."""
    found = list(versions_of(KIND, str(submission.pk)))
    names = {"system": _("The platform itself"), **names_of({each.actor_id for each in found})}
    return [VersionLine(each.number, each.at, names.get(each.actor_id, _("The contributor"))) for each in found]


def compared(submission: Submission, before: int, after: int, hidden: frozenset[str]) -> Comparison | None:
    """Two versions, field by field; None where one of them is not there or was erased."""
    found = {each.number: each for each in versions_of(KIND, str(submission.pk)).filter(number__in=[before, after])}
    first, second = _snapshot(found.get(before)), _snapshot(found.get(after))
    if first is None or second is None:
        return None
    forms = {form.number: form for form in FormVersion.objects.filter(call=submission.call_id, number__in=[first["form"], second["form"]])}
    definitions = [forms[each["form"]].form for each in (first, second) if each["form"] in forms]
    fields = {field.code: field for definition in reversed(definitions) for field in definition}
    lookups = lookups_for(submission, submission.form.form)
    for definition in definitions:
        more = lookups_for(submission, definition)
        lookups = Lookups({**more.concepts, **lookups.concepts}, {**more.files, **lookups.files})
    rows = []
    for code, field in fields.items():
        one, other = first["answers"].get(code), second["answers"].get(code)
        if code in hidden or one == other:
            continue
        left, right = _words(field, one, lookups), _words(field, other, lookups)
        rows.append(Compared(field.label, field, *marked(left, right)))
    return Comparison(before, after, rows)


def _snapshot(version: Version | None) -> Mapping[str, Any] | None:
    payload = version.payload if version else None
    return payload.after if payload is not None and payload.after else None


def _words(field: Any, answer: Any, lookups: Lookups) -> str:
    return "\n".join(f"{line.label}: {line.text}" if line.label else line.text for line in lines_of(field, answer, lookups))
