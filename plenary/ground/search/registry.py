"""What is indexed: rooms register kinds of public records in their ``search.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class Document:
    """A public record as the index sees it. Nothing that is not public may be put here.

    key: identifies the record within its kind. path: its address without language prefix, starting with a slash.
    facets: values by facet name, e.g. ``{"action-lines": ["C7-4"], "countries": ["KE"]}``. year: for sorting.
    """

    kind: str
    key: str
    path: str
    title: Text
    body: list[Text] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # organisations, codes, numbers: searched as they are
    facets: dict[str, list[str]] = field(default_factory=dict)
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record in the index.

    documents: all public records, streamed, for a rebuild. some: those with the given keys (fewer where some are no
    longer public or gone), for following changes.
    """

    code: str
    label: str | Promise
    documents: Callable[[], Iterable[Document]]
    some: Callable[[list[str]], Iterable[Document]]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of record to the index."""
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, Kind]:
    """All kinds by code."""
    return dict(_kinds)
