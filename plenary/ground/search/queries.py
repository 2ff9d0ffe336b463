"""Searching the public index. Any string gives an answer; nothing that a reader types raises an error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.utils.safestring import SafeString
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from tantivy import Occur, Query, Schema

from plenary.ground.framework.text import Text, direction, reader_language
from plenary.ground.search import index as store
from plenary.ground.search.analysis import FIELDS, WORD, fold, words_of
from plenary.ground.search.parse import Asked, taken_apart
from plenary.ground.search.snippets import Marker

log = structlog.get_logger(__name__)

PAGE_SIZE = 20
DEEPEST = 10_000  # how far into the results a reader can page
MOST_WORDS = 50_000  # of the index, among which suggestions are looked for
TITLE, NAMES, EXACT, WORDS = 4.0, 3.0, 8.0, 0.8  # weights against a word in the body


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

    @property
    def title_direction(self) -> str:
        return direction(self.title_language)

    @property
    def snippet_direction(self) -> str:
        return direction(self.snippet_language)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found.

    counts: by kind, without regard to the kind asked for. relaxed: nothing holds all the words, so these hold some.
    available: False while the index is being built for the first time.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    did_you_mean: str = ""
    relaxed: bool = False
    page: int = 1
    size: int = PAGE_SIZE
    available: bool = True

    @property
    def last_page(self) -> int:
        return max(1, -(-min(self.total, DEEPEST) // self.size))


def search(
    text: str,
    kind: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
    page: int = 1,
    language: str = "",
    size: int = PAGE_SIZE,
) -> Results:
    """Search all public records.

    text: words, "phrases", -exclusions; the last word may be the beginning of one. kind: of records, empty for all.
    filters: values by facet name; any of the values, all of the names. language: of titles and excerpts, where there
    is a choice (default: the reader's).
    """
    try:
        return _search(text, kind, filters or {}, max(page, 1), language or reader_language(), size)
    except (OSError, ValueError):
        log.exception("search.damaged")
    try:
        store.discard()
        store.rebuild()
        return _search(text, kind, filters or {}, max(page, 1), language or reader_language(), size)
    except (store.Busy, OSError, ValueError):
        return Results(available=False)


def matching_keys(text: str, kind: str, limit: int = 2_000) -> list[str]:
    """The keys of a kind's records that match, the best first; for lists that filter in the database too."""
    return [hit.key for hit in search(text, kind, size=limit).hits]


def _search(text: str, kind: str, filters: Mapping[str, Sequence[str]], page: int, language: str, size: int) -> Results:
    asked = taken_apart(text)
    if not asked and not kind and not filters:
        return Results()
    opened = store.opened()
    searcher, schema = opened.searcher(), opened.index.schema
    among = _among(schema, filters)
    wanted = _all_of(schema, asked)
    found = _count(searcher, _joined(wanted, among))
    relaxed = False
    if not sum(found.values()) and len(asked.wanted) > 1:
        wanted = _some_of(schema, asked)
        found = _count(searcher, _joined(wanted, among))
        relaxed = bool(found)
    total = found.get(kind, 0) if kind else sum(found.values())
    suggestion = _suggestion(opened, searcher, asked) if relaxed or not total else ""
    offset = (page - 1) * size
    hits: list[Hit] = []
    if total and offset < min(total, DEEPEST):
        if kind:
            among = [*among, Query.term_query(schema, "kind", kind)]
        result = searcher.search(_joined(wanted, among), limit=size, offset=offset, count=False)
        marker = Marker(asked)
        hits = [_hit(json.loads(bytes(searcher.doc(at)["stored"][0])), float(score), marker, language) for score, at in result.hits]
    return Results(hits, total, found, suggestion, relaxed, page, size)


# ---- building the query ----


def _among(schema: Schema, filters: Mapping[str, Sequence[str]]) -> list[Query]:
    return [Query.term_set_query(schema, "facet", [f"{name}:{value}" for value in values]) for name, values in filters.items() if values]


def _joined(wanted: Query, among: list[Query]) -> Query:
    # Filters decide what is shown, not how high.
    return Query.boolean_query([(Occur.Must, wanted), *((Occur.Must, Query.const_score_query(each, 0.0)) for each in among)])


def _all_of(schema: Schema, asked: Asked) -> Query:
    parts: list[tuple[Occur, Query]] = [
        (Occur.Must, _term(schema, word, prefix=word == asked.prefix and place == len(asked.wanted) - 1)) for place, word in enumerate(asked.wanted)
    ]
    parts += [(Occur.Must, _term(schema, phrase, phrase=True)) for phrase in asked.phrases]
    parts += [(Occur.MustNot, _term(schema, word, phrase=True)) for word in asked.excluded]
    if not asked.wanted and not asked.phrases:
        parts.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(parts)


def _some_of(schema: Schema, asked: Asked) -> Query:
    some = Query.boolean_query([(Occur.Should, _term(schema, word)) for word in asked.wanted])
    parts = [(Occur.Must, some)]
    parts += [(Occur.Must, _term(schema, phrase, phrase=True)) for phrase in asked.phrases]
    parts += [(Occur.MustNot, _term(schema, word, phrase=True)) for word in asked.excluded]
    return Query.boolean_query(parts)


def _term(schema: Schema, text: str, *, phrase: bool = False, prefix: bool = False) -> Query:
    """A word or phrase in any field of any language: the best field counts, the others a little."""
    options: list[Query] = []
    for language in FIELDS:
        words = words_of(text, language)
        if not words:
            continue
        for part, weight in (("title", TITLE), ("body", 1.0)):
            options.append(Query.boost_query(_words(schema, f"{part}_{language}", words, in_order=language != "zh"), weight))
    plain = words_of(text, "words")
    if plain:
        options.append(Query.boost_query(_words(schema, "words", plain), WORDS))
        options.append(Query.boost_query(_words(schema, "names", plain), NAMES))
    options.append(Query.boost_query(Query.term_query(schema, "exact", fold(text).strip()[:500]), EXACT))
    if prefix and len(plain) == 1 and len(plain[0]) > 1:
        options.append(Query.const_score_query(Query.fuzzy_term_query(schema, "words", plain[0], distance=0, prefix=True), 0.5))
    return Query.disjunction_max_query(options, 0.2)


def _words(schema: Schema, field: str, words: list[str], *, in_order: bool = True) -> Query:
    if len(words) == 1:
        return Query.term_query(schema, field, words[0])
    if in_order:
        return Query.phrase_query(schema, field, list(words))
    return Query.boolean_query([(Occur.Must, Query.term_query(schema, field, word)) for word in words])


def _count(searcher: Any, query: Query) -> dict[str, int]:
    told = searcher.aggregate(query, {"kinds": {"terms": {"field": "kind", "size": 100}}})
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in told["kinds"]["buckets"]}


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
    )


def _best_body(body: Text, marker: Marker, language: str) -> tuple[str, str]:
    """The text to take the excerpt from: the reader's language, or the one in which the words were found."""
    best = body.best(language)
    if not marker.spans(best.text, best.language):
        for other, text in body.texts.items():
            if other != best.language and marker.spans(text, other):
                return text, other
    return best.text, best.language


def _suggestion(opened: store.Open, searcher: Any, asked: Asked) -> str:
    """The query with words that the index does not know replaced by the nearest that it knows."""
    if not asked.wanted:
        return ""
    if opened.words is None:
        opened.words = [word for word, _count in searcher.terms_with_prefix("words", "", limit=MOST_WORDS) if len(word) > 3 and not word.isdigit()]
    changed = False
    parts: list[str] = []
    for word in asked.wanted:
        plain = fold(word)
        nearest = None
        if len(plain) > 3 and WORD.fullmatch(plain) and not searcher.doc_freq("words", plain):
            # Suffixes are many: a word must agree in three letters of four.
            nearest = process.extractOne(plain, opened.words, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=0.74)
        changed = changed or nearest is not None
        parts.append(nearest[0] if nearest else word)
    parts += [f'"{phrase}"' for phrase in asked.phrases] + [f"-{word}" for word in asked.excluded]
    return " ".join(parts) if changed else ""
