"""What a project can be proposed for: the open calls that take up a project which is here already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plenary.engines.calls import intakes
from plenary.engines.calls.intakes import by_role
from plenary.engines.calls.models import Call, FormVersion, Phase, Submission
from plenary.engines.calls.queries import OpenCall, open_calls
from plenary.programmes.stocktaking.intakes import CODE
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.reading import instead_of
from plenary.programmes.stocktaking.submitted import UPDATES

_TITLE = "title"
#: What is made of a project says what it is about: a session, a nominee. A photograph or a team is made of something else.
_ABOUT = frozenset({"action-lines", "action-line", "category", "sdgs"})


@dataclass(frozen=True, slots=True)
class Opening:
    """An open call for which a project can be proposed. is_update: it only brings the entry up to date, and leads nowhere else."""

    open: OpenCall
    is_update: bool


def openings() -> list[Opening]:
    """The calls that a project can be proposed for, and those that take news of one; two queries.

    A call that only makes new entries is not among them: the project would stand here twice.
    """
    collecting = [each for each in open_calls() if each.phase.kind == Phase.Kind.COLLECT and each.call.audience != Call.Audience.INVITED]
    forms = _forms(each.call.pk for each in collecting)
    found = []
    for each in collecting:
        form = forms.get(each.call.pk)
        asked = frozenset(form.form.by_role) if form else frozenset()
        others = [intakes.find(intake["intake"]) for intake in each.call.intakes if intake["intake"] != CODE]
        leads_on = any(intake is not None and _ABOUT & set(intake.reads) for intake in others)
        if _TITLE in asked and (leads_on or UPDATES in asked):
            found.append(Opening(each, is_update=not leads_on))
    return found


def _forms(calls: Iterable[int]) -> dict[int, FormVersion]:
    keys = list(calls)
    if not keys:
        return {}
    return {form.call_id: form for form in FormVersion.objects.filter(call__in=keys).exclude(published_at=None).order_by("number")}


def entry_named_in(submission: Submission) -> Entry | None:
    """The public entry that a submission names as the one it is about, by number or by the address of its page."""
    given = str(by_role(submission).get(UPDATES) or "").partition("?")[0].partition("#")[0].strip().rstrip("/")
    found = instead_of(given.rsplit("/", 1)[-1])
    return found if isinstance(found, Entry) else None
