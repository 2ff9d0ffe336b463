"""The citation of an entry, or of one of its versions, as files for citation managers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from pydantic import Field

from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, read_query
from plenary.programmes.stocktaking import actions, citing, queries
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.versions import version_of
from plenary.programmes.stocktaking.views.finding import entry_or_answer

Writer = Callable[[Iterable[Entry | citing.Citation]], Iterator[str]]


class CitationQuery(Query):
    """Of which version; none: of the entry as it stands."""

    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def _file(request: HttpRequest, number: str, view: str, write: Writer, content_type: str, ending: str) -> HttpResponse:
    asked = read_query(request, CitationQuery)
    found = entry_or_answer(request, number, view, entries=queries.whole(queries.visible_to(actor_of(request))))
    if isinstance(found, HttpResponse):
        return found
    cited: Entry | citing.Citation = found
    if asked.version:
        was = version_of(found, asked.version)
        if was is None:
            raise Http404
        cited = citing.citation_of_version(found, actions.draft_of(was.snapshot), was.number, was.at.date())
    name = f"stocktaking-{found.number}" + (f"-v{asked.version}" if asked.version else "")
    return HttpResponse("".join(write([cited])), content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})


@public_page
def bibtex(request: HttpRequest, number: str) -> HttpResponse:
    """The citation as BibTeX."""
    return _file(request, number, "stocktaking:cite_bib", citing.bibtex, citing.BIBTEX, "bib")


@public_page
def ris(request: HttpRequest, number: str) -> HttpResponse:
    """The citation as RIS."""
    return _file(request, number, "stocktaking:cite_ris", citing.ris, citing.RIS, "ris")


@public_page
def csl(request: HttpRequest, number: str) -> HttpResponse:
    """The citation as CSL-JSON."""
    return _file(request, number, "stocktaking:cite_csl", citing.csl, citing.CSL, "json")
