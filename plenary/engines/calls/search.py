"""Calls in the index."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import public_calls
from plenary.ground.search.registry import Document, Kind, register


def _documents(calls: QuerySet[Call]) -> Iterable[Document]:
    for call in calls.select_related("edition").prefetch_related("phases").iterator(chunk_size=200):
        with override("en"):
            path = reverse("calls:call", args=[call.edition.code, call.slug])
        yield Document(
            kind="call",
            key=str(call),
            path=path,
            title=call.title,
            body=[call.purpose, call.rules, call.guidance, *(phase.title for phase in call.phases.all())],
            names=[call.slug, call.edition.code],
            facets={"editions": [call.edition.code]},
            year=call.edition.starts_on.year if call.edition.starts_on else None,
        )


def _all() -> Iterable[Document]:
    return _documents(public_calls().order_by("pk"))


def _some(keys: list[str]) -> Iterable[Document]:
    pairs = [key.split("/", 1) for key in keys if "/" in key]
    calls = public_calls().filter(edition__code__in=[pair[0] for pair in pairs], slug__in=[pair[1] for pair in pairs])
    return (document for document in _documents(calls.order_by("pk")) if document.key in set(keys))


register(Kind("call", _("Calls"), _all, _some))
