"""Sessions in the index: the public ones only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.ground.search.registry import Document, Kind, register
from plenary.programmes.forum import queries
from plenary.programmes.forum.models import Session


def _documents(sessions: QuerySet[Session]) -> Iterable[Document]:
    whole = queries.for_list(sessions.order_by("pk")).defer(None).prefetch_related("people__person", "organisers")
    for session in whole.iterator(chunk_size=200):
        facets: dict[str, list[str]] = {"editions": [session.edition.code]}
        for link in session.links.all():
            facets.setdefault(link.concept.scheme.code, []).append(link.concept.code)
        with override("en"):
            path = reverse("forum:session", args=[session.edition.code, session.number])
        yield Document(
            kind="session",
            key=str(session),
            path=path,
            title=session.title,
            body=[session.summary, session.description, *([session.track.title] if session.track else [])],
            names=[
                session.number,
                *filter(None, [session.hosts]),
                *(part.person.name for part in session.people.all()),
                *(part.organisation for part in session.people.all() if part.organisation),
                *(str(body.name) for body in session.organisers.all()),
            ],
            facets=facets,
            year=session.day.year if session.day else (session.edition.starts_on.year if session.edition.starts_on else None),
        )


def _some(keys: list[str]) -> Iterable[Document]:
    wanted = set(keys)
    pairs = [key.split("/", 1) for key in keys if "/" in key]
    sessions = queries.held().filter(edition__code__in={pair[0] for pair in pairs}, number__in={pair[1] for pair in pairs})
    return (document for document in _documents(sessions) if document.key in wanted)


register(Kind("session", _("Sessions"), lambda: _documents(queries.held()), _some))
