"""What is indexed: rooms register kinds of public records in their ``search.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class Document:
    """A public record as the index sees it. Nothing that is not public may be put here.

    key: identifies the record within its kind. path: its address without language prefix, starting with a slash.
    body: the first text is the summary, which weighs more than the others. names: organisations, codes, numbers,
    searched as they are. facets: values by facet name, e.g. ``{"action_line": ["C7-4", "C7"], "country": ["KE"]}``.
    fields: parts that a query can address by name (``results:clinics``); they are searched in general too. year: for
    sorting and ranges. published, changed: when it first became public, when it last changed. serial: its primary key,
    which gives pages and exports a stable order. sort_title: folded, for sorting; the title where it is empty.
    """

    kind: str
    key: str
    path: str
    title: Text
    body: list[Text] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    facets: dict[str, list[str]] = field(default_factory=dict)
    year: int | None = None
    published: datetime | None = None
    changed: datetime | None = None
    serial: int = 0
    sort_title: str = ""
    fields: dict[str, list[Text | str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """What a query can address by ``name:value``: a part of the documents' ``fields``, a facet, or both.

    label: for the help page. aliases: other names, such as those in the languages of the readers.
    """

    label: str | Promise
    aliases: tuple[str | Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record in the index.

    documents: all public records, streamed, for a rebuild. some: those with the given keys (fewer where some are no
    longer public or gone), for following changes. count: how many ``documents`` will give, for progress and for the
    drift check. fields: what a query can address, by the name under which it stands in ``fields`` or ``facets``; names
    of facets are known without it. bounds, between: for kinds of very many records: the lowest and the highest serial,
    and those documents whose serial lies between two (both included), so that several processes can prepare them.
    """

    code: str
    label: str | Promise
    documents: Callable[[], Iterable[Document]]
    some: Callable[[list[str]], Iterable[Document]]
    count: Callable[[], int] | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    bounds: Callable[[], tuple[int, int]] | None = None
    between: Callable[[int, int], Iterable[Document]] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of record to the index."""
    _kinds[kind.code] = kind
    return kind


def kinds() -> dict[str, Kind]:
    """All kinds by code."""
    return dict(_kinds)
