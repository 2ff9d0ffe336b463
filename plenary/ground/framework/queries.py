"""Reading concepts and editions."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import QuerySet
from django.urls import reverse

from plenary.ground.framework.models import Concept
from plenary.ground.framework.spelling import fold

# ---- finding concepts -----------------------------------------------------------------------------------------------


class ConceptIndex:
    """All spellings of a scheme's concepts, for looking up thousands with one query.

    A code beats a label, a label beats an alias, and what is in use beats what is retired. A spelling that stands for
    two concepts with equal right finds neither: better no tag than a wrong one.
    """

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.by_code: dict[str, Concept] = {}
        ranked: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._by_id: dict[int, Concept] = {}
        for concept in Concept.objects.filter(scheme__code=scheme).select_related("scheme", "parent__scheme"):
            self.by_code[concept.code] = concept
            self._by_id[concept.pk] = concept
            late = 10 if concept.retired_on else 0
            ranked[fold(concept.code)][late].add(concept.pk)
            for language, label in concept.label.texts.items():
                ranked[fold(label)][late + (1 if language == concept.label.original else 2)].add(concept.pk)
            for alias in concept.aliases:
                ranked[fold(alias)][late + 3].add(concept.pk)
        self._ranked = ranked

    def find(self, spelling: str) -> Concept | None:
        """The concept that is spelled so: by code, label in any language, or alias."""
        exact = self.by_code.get(spelling)
        if exact is not None:
            return exact
        folded = fold(spelling)
        tiers = self._ranked.get(folded) if folded else None
        if not tiers:
            return None
        best = tiers[min(tiers)]
        return self._by_id[next(iter(best))] if len(best) == 1 else None

    def __len__(self) -> int:
        return len(self.by_code)


def find_concept(scheme: str, spelling: str) -> Concept | None:
    """The concept of a scheme by code, label in any language, or alias; None where there is none, or more than one.

    For one look-up; importers that look up many hold a ``ConceptIndex``.
    """
    spelling = spelling.strip()
    if not spelling:
        return None
    exact = Concept.objects.select_related("scheme", "parent__scheme").filter(scheme__code=scheme, code=spelling).first()
    return exact or ConceptIndex(scheme).find(spelling)


def concepts_of(scheme: str, *, retired: bool = False) -> QuerySet[Concept]:
    """The concepts of a scheme in their order; retired ones only where asked for."""
    concepts = Concept.objects.filter(scheme__code=scheme).select_related("scheme", "parent__scheme")
    return concepts if retired else concepts.filter(retired_on__isnull=True)


def concept_path(concept: Concept) -> str:
    """The address of a concept's page; for a concept without one (a target) the place on its parent's page; else empty.

    Asks nothing of the database where ``scheme`` (and ``parent__scheme``, for schemes without pages) are selected; a
    parent that was not selected counts as none, so that a list of chips never costs a query each.
    """
    if concept.scheme.address:
        return reverse("framework:concept", args=[concept.scheme.address, concept.code])
    parent = concept.parent if Concept._meta.get_field("parent").is_cached(concept) else None
    if parent is None:
        return ""
    above = concept_path(parent)
    return f"{above}#{concept.code}" if above and "#" not in above else above
