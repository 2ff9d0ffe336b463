"""Generated entries for the demonstration and for measuring: plainly made up, spread over concepts as real ones are."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM, Actor
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry

_SOURCE = "generated"
_REASONS = Text(
    {
        "en": "Part of the generated sample: the project names this goal.",
        "fr": "Élément de l'échantillon généré : le projet cite cet objectif.",
    }
)


def _spread(concepts: Sequence[Concept], chance: random.Random, count: int) -> list[Concept]:
    """Some of the concepts, the first ones more often, as in real collections."""
    if not concepts:
        return []
    weights = [1 / (position + 2) for position in range(len(concepts))]
    return list(dict.fromkeys(chance.choices(concepts, weights, k=count)))


@transaction.atomic
def make_demo_entries(
    count: int, *, actor: Actor = SYSTEM, edition: Edition | None = None, seed: int = 42, progress: Callable[[int], None] | None = None
) -> list[Entry]:
    """Add generated entries up to this number; those made before stay. The same seed gives the same entries.

    edition: of all of them; without it they are spread over the editions that are loaded.

    Raises: Invalid where no concepts are loaded.
    """
    chance = random.Random(seed)  # noqa: S311 no secret hangs on it
    schemes: dict[str, list[Concept]] = {}
    for concept in Concept.objects.filter(retired_on__isnull=True).select_related("scheme"):
        schemes.setdefault(concept.scheme.code, []).append(concept)
    if not schemes.get("action-lines"):
        raise Invalid({"": [_("Load the concepts first: plenary framework load.")]})
    editions = [edition] if edition else list(Edition.objects.filter(starts_on__isnull=False).exclude(code="demo").order_by("starts_on"))
    shuffled = {code: chance.sample(concepts, len(concepts)) for code, concepts in schemes.items()}
    drafts = [_draft(number, chance, shuffled, editions) for number in range(1, count + 1)]
    known = set(Entry.objects.filter(source=_SOURCE).values_list("source_id", flat=True))
    return actions.add_entries(actor=actor, drafts=[draft for draft in drafts if draft.source_id not in known], progress=progress)


def _draft(number: int, chance: random.Random, schemes: dict[str, list[Concept]], editions: Sequence[Edition]) -> EntryDraft:
    edition = chance.choices(editions, range(1, len(editions) + 1))[0] if editions else None
    year = edition.starts_on.year if edition and edition.starts_on else None
    lines = _spread(schemes["action-lines"], chance, chance.choice((1, 1, 1, 2, 3)))
    goals = _spread(schemes.get("sdgs", []), chance, chance.choice((1, 2, 2, 3, 4)))
    countries = _spread(schemes.get("countries", []), chance, 1 if chance.random() < 0.93 else 3) if chance.random() < 0.97 else []
    themes = _spread(schemes.get("themes", []), chance, chance.choice((0, 0, 1, 1, 2)))
    kind = next(iter(_spread(schemes.get("stakeholder-types", []), chance, 1)), None)
    starts = date(year - chance.randint(0, 3), chance.randint(1, 12), 1) if year and chance.random() < 0.8 else None
    status = chance.choice(("ongoing", "ongoing", "ongoing", "completed", "planned")) if starts else ""
    summary = f"Entry {number:04d} of the generated sample. It stands for a project on: {lines[0].label}."
    body = f"Organisation {chance.randint(1, max(2, number // 3 + 1)):04d}"
    return EntryDraft(
        title=Text.of(f"Project {number:04d}"),
        summary=Text.of(summary),
        description=Text.of(f"{summary}\n\nThis text was generated to show what a page looks like; it describes nothing real."),
        edition=edition,
        stakeholder_type=kind,
        reach=chance.choice(("local", "national", "national", "national", "regional", "international")),
        status=status,
        starts_on=starts,
        ends_on=date(starts.year + chance.randint(1, 3), 12, 31) if starts and status == "completed" else None,
        year=year,
        website=f"https://example.org/projects/{number:04d}" if chance.random() < 0.5 else "",
        source=_SOURCE,
        source_id=f"generated-{edition.code if edition else 'all'}-{number:04d}",
        links=tuple(
            LinkDraft(concept, _REASONS if concept.scheme.code == "sdgs" and chance.random() < 0.3 else Text())
            for concept in [*lines, *goals, *countries, *themes]
        ),
        organisations=(OrganisationDraft(body, countries[0] if len(countries) == 1 else None, kind),),
    )


def make_demo() -> None:
    """What the start of a demo adds: enough to fill some pages of the list, all in the demo edition.

    Generated entries never stand in a real edition, whose figures count its records.
    """
    edition = Edition.objects.filter(code="demo").first()
    if edition is not None:
        make_demo_entries(60, edition=edition)
