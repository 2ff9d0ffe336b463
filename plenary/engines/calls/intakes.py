"""What an accepted submission becomes. Upper rooms register their intakes in ``intakes.py``; a call names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from plenary.engines.calls.models import IntakeResult, Submission
from plenary.ground.audit.actors import Actor


@dataclass(frozen=True, slots=True)
class Made:
    """The record that a submission became. kind, key: as in the trail. path: of its page on this site, empty for none."""

    kind: str
    key: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """A way to make a record of a submission.

    accept: makes the record, inside the decision's transaction; raises ``Invalid`` or ``Conflict`` where it cannot.
    retract: takes the record back when the decision is undone or the submission refused after all: nobody sees it any more,
    and ``accept`` brings the same one back; without it the record stays and the secretariat is told. Raises ``Conflict``
    where it has gone too far.
    hides: whether taking the record back takes it from view as it stands; then staff are asked first where somebody has
    changed it since. Without it, it does.
    reads: the roles (``becomes``) of the fields that it reads, for those who make forms.
    follow: brings a record that stands in line with the decisions that stand, where several of a call name this intake and
    one more was made or undone (found eligible, then nominated).
    shows: whether an actor sees the record's page; without it everybody does.
    """

    code: str
    label: str | Promise
    accept: Callable[[Actor, Submission], Made]
    retract: Callable[[Actor, IntakeResult], None] | None = None
    reads: tuple[str, ...] = ()
    follow: Callable[[Actor, IntakeResult], None] | None = None
    shows: Callable[[Actor, IntakeResult], bool] | None = None
    hides: Callable[[IntakeResult], bool] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Records from which a new submission can take its first answers (an entry proposed for the Prizes).

    answers: by role, for a record's key; None where there is no such record or the actor may not use it.
    """

    code: str
    label: str | Promise
    answers: Callable[[Actor, str], Mapping[str, Any] | None]


_intakes: dict[str, Intake] = {}
_sources: dict[str, Source] = {}


def register(intake: Intake) -> Intake:
    """Add a way to make a record of a submission."""
    _intakes[intake.code] = intake
    return intake


def register_source(source: Source) -> Source:
    """Add records that submissions can start from."""
    _sources[source.code] = source
    return source


def intakes() -> list[Intake]:
    """All of them, lower rooms first."""
    return list(_intakes.values())


def find(code: str) -> Intake | None:
    """The intake of that code."""
    return _intakes.get(code)


def find_source(code: str) -> Source | None:
    """The source of that code."""
    return _sources.get(code)


def path_for(actor: Actor, result: IntakeResult) -> str:
    """The address of a record's page, empty where the actor sees none."""
    intake = find(result.intake)
    if result.retracted_at is not None or (intake is not None and intake.shows is not None and not intake.shows(actor, result)):
        return ""
    return result.path


def submissions_of(kind: str, key: str) -> list[Submission]:
    """The submissions that became a record, the latest first: one that made it, others that brought news of it."""
    results = IntakeResult.objects.filter(kind=kind, key=key, retracted_at=None).select_related("submission__call__edition", "submission__form")
    return [result.submission for result in results.order_by("-created_at", "-pk")]


def submission_of(kind: str, key: str) -> Submission | None:
    """The last submission that became a record."""
    return next(iter(submissions_of(kind, key)), None)


def submissions_by_key(kind: str, keys: Iterable[str]) -> dict[str, Submission]:
    """The last submission that became each of many records: one query for a list of them."""
    results = IntakeResult.objects.filter(kind=kind, key__in=list(keys), retracted_at=None).select_related("submission__call__edition")
    return {result.key: result.submission for result in results.order_by("created_at", "pk")}


def standing_decisions(submission: Submission, intake: str) -> list[str]:
    """The codes of the decisions on a submission that stand and name an intake, in the call's order."""
    standing = set(submission.decisions.filter(undone_at=None).values_list("code", flat=True))
    return [each["decision"] for each in submission.call.intakes if each["intake"] == intake and each["decision"] in standing]


def by_role(submission: Submission) -> dict[str, Any]:
    """The submitted answers by what they become; those without a role are left out."""
    return {role: submission.answers[field.code] for role, field in submission.form.form.by_role.items() if field.code in submission.answers}


def text_of(answer: Any, language: str = "en") -> Any:
    """An answer of a text field as a ``Text``: one string, or texts by language, the first of which is the original."""
    from plenary.ground.framework.text import Text

    if isinstance(answer, Mapping):
        texts = {str(tag): str(text) for tag, text in answer.items() if text}
        original = language if language in texts else next(iter(texts), language)
        return Text(texts, original)
    return Text.of(str(answer or ""), language)
