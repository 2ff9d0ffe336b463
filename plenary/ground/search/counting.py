"""Counting the values of facets.

The terms of all facets stand in one field. Where a query has many hits, one walk over that field's terms counts each
among the hits, which costs the same for any query; where it has few, their own values are added up, which costs by hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tantivy import Query

#: Below this share of all records, adding up the values of the hits is cheaper than walking over all terms.
FEW = 0.1
#: So many values of facets that nobody asked for make it cheaper to walk for each facet that was.
MANY_VALUES = 5_000
_SIZE = 65_000  # buckets that an aggregation may give

Counts = dict[str, dict[str, int]]


def vocabulary(searcher: Any) -> dict[str, list[str]]:
    """All values of all facets by name, the most frequent first."""
    found: dict[str, list[str]] = {}
    for term, _count in searcher.terms_with_prefix("facet", ""):
        name, _colon, value = term.partition(":")
        found.setdefault(name, []).append(value)
    return found


def counted(searcher: Any, query: Query, names: Sequence[str], hits: int, values: dict[str, list[str]]) -> Counts:
    """How many of a query's hits have each value of the named facets; only values that some have.

    hits: how many the query has. values: the vocabulary of facets.
    """
    asked = [name for name in dict.fromkeys(names) if name in values]
    counts: Counts = {name: {} for name in names}
    if not asked or not hits:
        return counts
    of_others = sum(len(of) for name, of in values.items() if name not in asked)
    if hits < searcher.num_docs * FEW and sum(len(of) for of in values.values()) < _SIZE:
        told = searcher.aggregate(query, {"facet": {"terms": {"field": "facet", "size": _SIZE}}})
        _spread(counts, ((bucket["key"], int(bucket["doc_count"])) for bucket in told["facet"]["buckets"]))
    elif len(asked) == 1 or of_others > MANY_VALUES:
        for name in asked:
            _spread(counts, searcher.terms_with_prefix("facet", f"{name}:", query))
    else:
        _spread(counts, searcher.terms_with_prefix("facet", "", query))
    return counts


def _spread(counts: Counts, terms: Iterable[tuple[str, int]]) -> None:
    for term, count in terms:
        name, _colon, value = term.partition(":")
        if count and name in counts:
            counts[name][value] = count


def by_kind(searcher: Any, query: Query) -> dict[str, int]:
    """How many hits a query has of each kind."""
    told = searcher.aggregate(query, {"kinds": {"terms": {"field": "kind", "size": 100}}})
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in told["kinds"]["buckets"]}
