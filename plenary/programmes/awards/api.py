"""Awards in the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.web.api import Listing, Paging, cursor_page
from plenary.programmes.awards.models import Award
from plenary.programmes.awards.queries import NO_CATEGORY, Wanted, public_awards, select_awards

router = Router(tags=["Prizes"])
prefix = "/awards"

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w.-]+$")]
Codes = Annotated[list[Code], Field(max_length=60)]


class AwardOut(Schema):
    """How far a project came in a contest."""

    edition: str
    contest: str
    category: str | None = Field(description="Code of the category; null where the source states none.")
    level: Award.Level
    number: str = Field(description="The convener's own number, where the source has one.")
    entry: str = Field(description="Number of the project in the repository.")
    title: str = Field(description="Of the project, in its original language.")
    url: str
    source: str
    note: str


class AwardFilters(Paging):
    """Filters take several values, any of which may hold; filters narrow each other."""

    edition: Codes = []
    level: list[Award.Level] = []
    category: Codes = Field(default=[], description=f"Codes of categories; `{NO_CATEGORY}` for awards whose category is not known.")
    country: Codes = []
    q: str = Field(default="", max_length=500, description="Words of title or organisation.")


def present(award: Award) -> AwardOut:
    """An award as the API gives it."""
    return AwardOut(
        edition=award.contest.edition.code,
        contest=award.contest.code,
        category=award.category.code if award.category else None,
        level=Award.Level(award.level),
        number=award.number,
        entry=award.entry.number,
        title=award.entry.title.best(award.entry.title.original).text,
        url=reverse("stocktaking:entry", args=[award.entry.number]),
        source=award.source,
        note=str(award.note),
    )


@router.get("", response=Listing[AwardOut], summary="Awards of all contests")
def awards(request: HttpRequest, query: Query[AwardFilters]) -> dict[str, Any]:
    """Awards of public entries, oldest record first."""
    known = {
        "edition": Edition.objects.filter(code__in=query.edition),
        "category": Concept.objects.filter(scheme__contests__isnull=False, code__in=query.category),
        "country": Concept.objects.filter(scheme__code="countries", code__in=query.country),
    }
    wrong = [name for name, found in known.items() if set(getattr(query, name)) - {NO_CATEGORY} - set(found.values_list("code", flat=True))]
    if wrong or "\x00" in query.q:
        raise BadQuery({name: ["This value is not one of those that can be asked for."] for name in wrong or ["q"]})
    found = public_awards().select_related("contest__edition", "category", "entry")
    if query.edition:
        found = found.filter(contest__edition__code__in=query.edition)
    wanted = Wanted(q=query.q, levels=[str(level) for level in query.level], categories=query.category, countries=query.country)
    return cursor_page(select_awards(found, wanted), query, ("id",), present)
