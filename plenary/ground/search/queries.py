"""Searching the public index. Any string gives an answer; nothing that a reader types raises an error."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import structlog
from django.utils.safestring import SafeString
from tantivy import FieldType, Occur, Order, Query

from plenary.ground.framework.text import Text, direction, reader_language
from plenary.ground.search import counting, recovery, spelling, worker
from plenary.ground.search import index as store
from plenary.ground.search.analysis import language_field, prepared, small_words
from plenary.ground.search.asking import MOST, Maker, is_small, joined
from plenary.ground.search.fields import known_names
from plenary.ground.search.notes import Note
from plenary.ground.search.parse import Asked, taken_apart
from plenary.ground.search.schema import clean, facet, micros, uid
from plenary.ground.search.snippets import Marker

log = structlog.get_logger(__name__)

PAGE_SIZE = 20
DEEPEST = 10_000  # how far into the results a reader can page
FEW = 3  # hits, below which other spellings are tried
KEPT = 256  # answers kept for one state of the index
SMALL = 5_000  # records, up to which another thread gains nothing
Sort = Literal["relevance", "newest", "oldest", "title", "published"]
_ORDERS: dict[str, tuple[str, Order]] = {
    "newest": ("newest", Order.Desc),
    "oldest": ("oldest", Order.Asc),
    "title": ("sort_title", Order.Asc),
    "published": ("latest", Order.Desc),
}
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="search-counting")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked.

    text: words, "phrases", -exclusions, begin*, this OR that, field:value; the last word may be the beginning of one.
    kind: of records, empty for all. filters: values by facet name; any of the values, all of the names. count: facets
    whose values are to be counted, each under all filters but its own. since, until: years, both included; they count
    as the own filter of the facet ``year``. published_after: for alerts. language: of titles and excerpts, where there is
    a choice (default: the reader's). Without words, relevance means the newest first.
    """

    text: str = ""
    kind: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    count: Sequence[str] = ()
    sort: Sort = "relevance"
    page: int = 1
    size: int = PAGE_SIZE
    language: str = ""
    since: int | None = None
    until: int | None = None
    published_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found. title, snippet: safe HTML with the words marked."""

    kind: str
    key: str
    path: str
    title: SafeString
    title_language: str
    snippet: SafeString
    snippet_language: str
    facets: dict[str, list[str]]
    year: int | None
    score: float
    serial: int = 0

    @property
    def title_direction(self) -> str:
        return direction(self.title_language)

    @property
    def snippet_direction(self) -> str:
        return direction(self.snippet_language)


@dataclass(slots=True)
class Found:
    """A page of what was found.

    kinds: counts by kind, without regard to the kind asked for. counts: by facet and value; a value that was asked for is
    always there, others where some record has them. relaxed: nothing holds all the words, so these hold some. fuzzy:
    words that are spelt alike were found too. notes: what was not done as it was typed. available: False while the index
    is being built for the first time.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    counts: counting.Counts = field(default_factory=dict)
    did_you_mean: str = ""
    relaxed: bool = False
    fuzzy: bool = False
    notes: list[Note] = field(default_factory=list)
    page: int = 1
    size: int = PAGE_SIZE
    available: bool = True

    @property
    def last_page(self) -> int:
        return max(1, -(-min(self.total, DEEPEST) // self.size))


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what ``search`` found; see ``Found``. counts: by kind."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    did_you_mean: str = ""
    relaxed: bool = False
    page: int = 1
    size: int = PAGE_SIZE
    available: bool = True
    fuzzy: bool = False
    notes: list[Note] = field(default_factory=list)

    @property
    def last_page(self) -> int:
        return max(1, -(-min(self.total, DEEPEST) // self.size))


# ---- what may be asked ----


def find(asked: Search) -> Found:
    """Search all public records."""
    page, size = max(asked.page, 1), min(max(asked.size, 1), DEEPEST)
    return _answered(lambda: _find(asked, page, size), Found(page=page, size=size, available=False))


def keys(asked: Search, *, after: int = 0, limit: int | None = None) -> list[tuple[int, str]]:
    """Serial and key of all matching records with a serial above ``after``, by serial; for cursors and exports."""
    nothing: list[tuple[int, str]] = []
    return _answered(lambda: _keys(asked, after, limit), nothing)


def similar(kind: str, key: str, limit: int = 6) -> list[str]:
    """The keys of records of the same kind that are most like one, the most alike first; never itself."""
    nothing: list[str] = []
    return _answered(lambda: _similar(kind, key, limit), nothing)


def search(
    text: str,
    kind: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    page: int = 1,
    language: str = "",
    size: int = PAGE_SIZE,
) -> Results:
    """Search all public records for words; nothing asked, nothing found."""
    if not taken_apart(text) and not kind and not filters:
        return Results(page=max(page, 1), size=size, notes=taken_apart(text).notes)
    found = find(Search(text, kind, filters or {}, page=page, size=size, language=language))
    return Results(
        found.hits,
        found.total,
        found.kinds,
        found.did_you_mean,
        found.relaxed,
        found.page,
        found.size,
        found.available,
        found.fuzzy,
        found.notes,
    )


def matching_keys(text: str, kind: str, limit: int = 2_000) -> list[str]:
    """The keys of a kind's records that match, the best first; for lists that filter in the database too."""
    if not taken_apart(text):
        return []
    return _answered(lambda: _best_keys(Search(text, kind), limit), [])


Answer = TypeVar("Answer")


def _answered(ask: Callable[[], Answer], unavailable: Answer) -> Answer:
    """What the index answers; one that is missing or damaged is built anew, at once where that is quick."""
    if recovery.follows_at_once():
        worker.follow_at_once()
    try:
        return ask()
    except (OSError, ValueError):
        if store.current() is not None:
            log.exception("search.failed")
            if store.is_sound():
                return unavailable  # the fault is ours, and building the index anew would not mend it
    try:
        return ask() if recovery.rebuilt_at_once() else unavailable
    except (store.Busy, OSError, ValueError):
        return unavailable


# ---- how it is answered ----


@dataclass(slots=True)
class _Under:
    """A search taken apart for one state of the index: the words, and the conditions by the facet that they belong to."""

    opened: store.Open
    searcher: Any
    maker: Maker
    asked: Asked
    conditions: dict[str, Query]

    def among(self, *, without: str = "") -> list[Query]:
        return [query for name, query in self.conditions.items() if name != without]

    def all_of(self, wanted: Query | None, *, without: str = "") -> Query:
        return joined([*([wanted] if wanted is not None else []), *self.among(without=without)])


@dataclass(slots=True)
class _Answer:
    """What is the same on every page of the results. found: without hits and counts of facets."""

    wanted: Query | None
    ranking: Query | None
    alike: Mapping[str, Sequence[str]]
    found: Found


def _under(search: Search) -> _Under:
    opened = store.opened()
    searcher = opened.searcher()
    facets = opened.facets(searcher)
    maker = Maker(searcher, opened.index.schema, facets, search.language or reader_language())
    conditions: dict[str, Query] = {}
    if search.kind:
        conditions["kind"] = Query.term_query(maker.schema, "kind", clean(search.kind))
    for name, values in search.filters.items():
        if values:
            conditions[name] = maker.facet(name, values)
    if search.since is not None or search.until is not None:
        span = maker.year(search.since, search.until)
        conditions["year"] = joined([conditions["year"], span]) if "year" in conditions else span
    if search.published_after is not None:
        conditions[":published"] = Query.range_query(maker.schema, "published", FieldType.Integer, micros(search.published_after), None, include_lower=False)
    return _Under(opened, searcher, maker, taken_apart(search.text, known_names(facets)), conditions)


def _answer(search: Search, under: _Under | None = None) -> tuple[_Under, _Answer]:
    """What is found, without hits and counts of facets; kept until the index changes."""
    under = under or _under(search)
    answer: _Answer = _kept(under, ("answer", *_state(search, under)), lambda: _made(under, search))
    return under, answer


def _state(search: Search, under: _Under) -> tuple[Any, ...]:
    """What tells two searches apart, their order and page left aside."""
    filters = tuple(sorted((name, tuple(values)) for name, values in search.filters.items() if values))
    return search.text, search.kind, filters, search.since, search.until, search.published_after, under.maker.language


def _kept(under: _Under, state: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    kept = under.opened.kept
    made = kept.get(state)
    if made is None:
        made = make()
        if len(kept) >= KEPT:
            kept.clear()
        kept[state] = made
    return made


def _made(under: _Under, search: Search) -> _Answer:
    asked, maker = under.asked, under.maker
    wanted, is_some = maker.matching(asked), False
    found = _count(Found(notes=list(asked.notes)), under, wanted, search.kind)
    alike: Mapping[str, Sequence[str]] = {}
    if asked.groups and found.total < FEW:
        maker.alike = alike = spelling.alike(asked, under.opened.words(under.searcher))
        wider = maker.matching(asked)
        if alike and (more := _count(found, under, wider, search.kind)).total > found.total:
            wanted, found = wider, dataclasses.replace(more, fuzzy=True)
        elif not found.total and len(asked.groups) > 1:
            wider = maker.matching(asked, some=True)
            if (more := _count(found, under, wider, search.kind)).total:
                wanted, is_some, found = wider, True, dataclasses.replace(more, relaxed=True)
        if found.fuzzy or found.relaxed or not found.total:
            found.did_you_mean = spelling.suggestion(asked, alike)
        else:
            maker.alike = alike = {}
    small = small_words("en") | small_words(maker.language)
    if asked.groups and all(is_small(group, small) for group in asked.groups):
        found.notes.append(Note("small_words"))
    return _Answer(wanted, maker.ranking(asked, some=is_some), alike, found)


def _count(found: Found, under: _Under, wanted: Query | None, kind: str) -> Found:
    """What was found, with the numbers of a query."""
    kinds = counting.by_kind(under.searcher, under.all_of(wanted, without="kind"))
    return dataclasses.replace(found, kinds=kinds, total=kinds.get(kind, 0) if kind else sum(kinds.values()))


def _facets(search: Search, under: _Under, answer: _Answer) -> counting.Counts:
    """The counts of the facets that are asked for, each under all filters but its own."""
    values = under.opened.facets(under.searcher)
    shared = [name for name in search.count if name not in under.conditions]
    counts = counting.counted(under.searcher, under.all_of(answer.wanted), shared, answer.found.total, values)
    for name in search.count:
        if name in under.conditions:
            others = under.all_of(answer.wanted, without=name)
            counts |= counting.counted(under.searcher, others, [name], under.searcher.num_docs, values)
        for value in search.filters.get(name, ()):
            counts[name].setdefault(value, 0)
    return counts


def _find(search: Search, page: int, size: int) -> Found:
    under, answer = _answer(search)
    state = ("counts", tuple(search.count), *_state(search, under))

    def count() -> counting.Counts:
        counts: counting.Counts = _kept(under, state, lambda: _facets(search, under, answer))
        return counts

    # The engine lets other threads run: facets are counted while the page is made.
    is_long = search.count and under.searcher.num_docs > SMALL and state not in under.opened.kept
    counting_it = _pool.submit(count) if is_long else None
    hits = _hits(search, under, answer, (page - 1) * size, size)
    counts = counting_it.result() if counting_it is not None else count()
    return dataclasses.replace(answer.found, hits=hits, counts=counts, page=page, size=size)


def _hits(search: Search, under: _Under, answer: _Answer, offset: int, size: int) -> list[Hit]:
    if offset >= min(answer.found.total, DEEPEST):
        return []
    marker = Marker(under.asked, answer.alike)
    language = search.language or reader_language()
    return [_hit(json.loads(bytes(under.searcher.doc(at)["stored"][0])), score, marker, language) for score, at in _page(under, answer, search, offset, size)]


def _page(under: _Under, answer: _Answer, search: Search, offset: int, size: int) -> list[tuple[float, Any]]:
    order = _ORDERS.get(search.sort) or (None if under.asked.groups else _ORDERS["newest"])
    if order is None:
        result = under.searcher.search(under.all_of(answer.ranking), limit=size, offset=offset, count=False)
        return [(float(score), at) for score, at in result.hits]
    result = under.searcher.search(under.all_of(answer.wanted), limit=size, offset=offset, count=False, order_by_field=order[0], order=order[1])
    return [(0.0, at) for _key, at in result.hits]


def _best_keys(search: Search, limit: int) -> list[str]:
    under, answer = _answer(search)
    result = under.searcher.search(under.all_of(answer.ranking), limit=limit, count=False)
    return [json.loads(bytes(under.searcher.doc(at)["stored"][0]))["key"] for _score, at in result.hits]


def _keys(search: Search, after: int, limit: int | None) -> list[tuple[int, str]]:
    under, answer = _answer(search)
    query = under.all_of(answer.wanted)
    if after > 0:
        query = joined([query, Query.range_query(under.maker.schema, "serial", FieldType.Integer, min(after, MOST), None, include_lower=False)])
    if limit is not None and limit < 1:
        return []
    if limit is not None and limit <= DEEPEST:
        result = under.searcher.search(query, limit=limit, count=False, order_by_field="cursor", order=Order.Asc)
        terms = [term for term, _at in result.hits]
    else:
        # One walk over all cursors costs less than sorting many hits.
        terms = sorted(term for term, count in under.searcher.terms_with_prefix("cursor", "", query) if count)[:limit]
    return [(int(serial), key) for serial, _colon, key in (term.partition(":") for term in terms)]


def _similar(kind: str, key: str, limit: int) -> list[str]:
    opened = store.opened()
    searcher, schema = opened.searcher(), opened.index.schema
    itself = Query.term_query(schema, "uid", clean(uid(kind, key)))
    result = searcher.search(itself, limit=1, count=False)
    if not result.hits:
        return []
    stored = json.loads(bytes(searcher.doc(result.hits[0][1])["stored"][0]))
    like = _like(schema, stored)
    if like is None:
        return []
    query = Query.boolean_query([(Occur.Must, like), (Occur.Must, Query.term_query(schema, "kind", kind)), (Occur.MustNot, itself)])
    found = searcher.search(query, limit=limit, count=False)
    return [json.loads(bytes(searcher.doc(at)["stored"][0]))["key"] for _score, at in found.hits]


def _like(schema: Any, stored: dict[str, Any]) -> Query | None:
    """Records with the same rare words, those of the title first, and with the same facets."""
    parts: list[Query] = []
    for texts, weight in ((stored["title"].get("texts", {}), 2.0), (stored["body"].get("texts", {}), 1.0)):
        for language, text in texts.items():
            name = language_field(language)
            fields = {f"all_{name}": [prepared(text, name)]}
            more = Query.more_like_this_document_fields_query(schema, fields, min_doc_frequency=2, min_term_frequency=1, max_query_terms=15)
            parts.append(Query.boost_query(more, weight))
    terms = [facet(name, value) for name, values in stored["facets"].items() for value in values]
    parts += [Query.boost_query(Query.term_query(schema, "facet", term), 0.5) for term in terms[:30]]
    return Query.boolean_query([(Occur.Should, part) for part in parts]) if parts else None


# ---- what is shown ----


def _hit(stored: dict[str, Any], score: float, marker: Marker, language: str) -> Hit:
    title = Text.from_json(stored["title"]).best(language)
    body = _best_body(Text.from_json(stored["body"]), marker, language)
    return Hit(
        kind=stored["kind"],
        key=stored["key"],
        path=stored["path"],
        title=marker.marked(title.text or stored["key"], title.language),
        title_language=title.language,
        snippet=marker.excerpt(*body),
        snippet_language=body[1],
        facets=stored["facets"],
        year=stored["year"],
        score=score,
        serial=stored["serial"],
    )


def _best_body(body: Text, marker: Marker, language: str) -> tuple[str, str]:
    """The text to take the excerpt from: the reader's language, or the one in which the words were found."""
    best = body.best(language)
    if not marker.spans(best.text, best.language):
        for other, text in body.texts.items():
            if other != best.language and marker.spans(text, other):
                return text, other
    return best.text, best.language
