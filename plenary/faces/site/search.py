"""Concepts, editions and the site's own pages in the index: what no room above the search could register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.queries import concept_path
from plenary.ground.framework.text import Text
from plenary.ground.search.registry import Document, Kind, register


def concepts(found: QuerySet[Concept]) -> Iterator[Document]:
    """Concepts that have a page, or a place on their parent's."""
    for concept in found.select_related("scheme", "parent__scheme").order_by("pk").iterator(chunk_size=500):
        with override("en"):
            path = concept_path(concept)
        if path:
            yield Document(
                kind="concept",
                key=f"{concept.scheme.code}/{concept.code}",
                path=path,
                title=concept.label,
                body=[concept.definition, concept.scheme.title],
                names=[concept.code, *(str(alias) for alias in concept.aliases), *(str(fact) for fact in concept.facts.values() if isinstance(fact, str))],
            )


def _some_concepts(keys: list[str]) -> Iterable[Document]:
    wanted = Q(pk__in=[])
    for key in keys:
        scheme, _slash, code = key.partition("/")
        wanted |= Q(scheme__code=scheme, code=code)
    return concepts(Concept.objects.filter(wanted))


def editions(found: QuerySet[Edition]) -> Iterator[Document]:
    """Editions with their milestones."""
    for edition in found.prefetch_related("milestones").order_by("pk"):
        with override("en"):
            path = reverse("framework:edition", args=[edition.code])
        yield Document(
            kind="edition",
            key=edition.code,
            path=path,
            title=edition.name,
            body=[edition.summary, edition.place, *(milestone.title for milestone in edition.milestones.all())],
            names=[edition.code],
            year=edition.starts_on.year if edition.starts_on else None,
        )


def pages() -> list[Document]:
    """The pages that say what the site is."""
    with override("en"):
        return [
            Document(
                "page",
                "about",
                reverse("site:about"),
                Text.of("About"),
                [Text.of("What the process is, what Plenary is, provenance of figures, sources and licences.")],
            ),
            Document(
                "page", "accessibility", reverse("site:accessibility"), Text.of("Accessibility"), [Text.of("How accessible this site is, and whom to tell.")]
            ),
        ]


register(Kind("edition", _("Editions"), lambda: editions(Edition.objects.all()), lambda keys: editions(Edition.objects.filter(code__in=keys))))
register(Kind("concept", _("Terms"), lambda: concepts(Concept.objects.filter(retired_on=None)), _some_concepts))
register(Kind("page", _("Pages"), pages, lambda keys: [page for page in pages() if page.key in keys]))
