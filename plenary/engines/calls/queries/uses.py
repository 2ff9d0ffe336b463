"""What became of the inputs of a call, as the public reads it: what was said and how it was used, never who may not be named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import COUNTRY, ORGANISATION, TITLE
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.form.showing import ShownPart, show
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.models.submissions import STANDING
from plenary.ground.framework.models import Concept

#: Kinds of answers that name people or lead to them; the public account leaves them out, whatever the form says.
_PERSONAL = ("person", "email", "phone", "file", "image", "consent")


@dataclass(frozen=True, slots=True)
class UsedInput:
    """An input with its public answers in words. title, organisation, country: empty where the form keeps them from the public."""

    submission: Submission
    parts: list[ShownPart]
    title: str
    organisation: str
    country: Concept | None


def contributed(call: Call) -> int:
    """How many inputs stand."""
    return Submission.objects.filter(call=call, state__in=STANDING).count()


def published_uses(call: Call) -> QuerySet[Submission]:
    """The inputs of a call of which it was said what became of them, in the order in which they came."""
    return Submission.objects.filter(call=call, state__in=STANDING).exclude(use="").select_related("form", "country").order_by("number")


def use_counts(call: Call) -> list[tuple[str, int]]:
    """How many inputs were taken up, in part, noted, or not."""
    counted = dict(published_uses(call).order_by().values_list("use").annotate(n=Count("pk")))
    return [(str(Submission.Use(use).label), counted[use]) for use in Submission.Use.values if use in counted]


def in_words(inputs: Iterable[Submission]) -> list[UsedInput]:
    """Inputs with their public answers."""
    found = list(inputs)
    schemes = tuple(dict.fromkeys(scheme for each in found for scheme in each.form.form.schemes))
    lookups = Lookups(concepts_of(schemes))
    return [_used(each, lookups) for each in found]


def _used(submission: Submission, lookups: Lookups) -> UsedInput:
    form = submission.form.form
    hidden = hidden_from_public(form)

    def is_open(role: str) -> bool:
        field = form.by_role.get(role)
        return field is not None and field.code not in hidden

    # The country may have been read from the organisation.
    shows_country = is_open(COUNTRY) if COUNTRY in form.by_role else is_open(ORGANISATION)
    return UsedInput(
        submission,
        show(form, submission.answers, lookups, hidden=hidden, empty=False),
        title=submission.title if is_open(TITLE) else "",
        organisation=submission.organisation if is_open(ORGANISATION) else "",
        country=submission.country if shows_country else None,
    )


def hidden_from_public(form: Definition) -> frozenset[str]:
    """The codes of the fields that the public does not read."""
    return frozenset(field.code for field in form if field.private or field.anonymous or field.kind in _PERSONAL)
