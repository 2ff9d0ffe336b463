"""Queries of the engine, made from what was asked.

Each query exists in two forms: ``matching`` tells which records it finds and looks in as few fields as tell that;
``ranking`` finds the same and weighs title, names and summary, for the page of hits alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tantivy import FieldType, Occur, Query, Schema

from plenary.ground.search.analysis import FIELDS, fold, longest, small_words, words_of
from plenary.ground.search.parse import Asked, Term, years
from plenary.ground.search.schema import clean, facet, part_name

TITLE, NAMES, EXACT, LEAD, ALIKE = 6.0, 3.0, 8.0, 1.5, 0.3  # weights against a word anywhere in the text
#: The last word counts as the beginning of others only where fewer records than this hold it as it is.
COMPLETE = 1_000
MOST = 2**62  # whole numbers that the engine takes
BEGUN = 200  # words that begin as asked, looked for in a field


@dataclass(slots=True)
class Maker:
    """Makes queries for one index. facets: its vocabulary. alike: other spellings of words, to be found too."""

    searcher: Any
    schema: Schema
    facets: Mapping[str, Sequence[str]]
    language: str = "en"
    alike: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _words_of: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def words_of(self, text: str, field: str) -> list[str]:
        """The words of the index for a text in a field; asked for several times of each term."""
        if (text, field) not in self._words_of:
            self._words_of[text, field] = words_of(text, field)
        return self._words_of[text, field]

    # ---- a whole query ----

    def matching(self, asked: Asked, *, some: bool = False) -> Query | None:
        """The query that finds; None where nothing is asked. some: any of the groups is enough."""
        return self._whole(asked, some=some, ranks=False)

    def ranking(self, asked: Asked, *, some: bool = False) -> Query | None:
        """The query that ranks what ``matching`` finds."""
        return self._whole(asked, some=some, ranks=True)

    def _whole(self, asked: Asked, *, some: bool, ranks: bool) -> Query | None:
        if not asked:
            return None
        groups = [(group, self._any([self.term(term, asked, ranks=ranks) for term in group])) for group in asked.groups]
        small = small_words("en") | small_words(self.language)
        optional = [is_small(group, small) for group in asked.groups]
        if some:
            telling = [query for may, (_group, query) in zip(optional, groups, strict=True) if not may]
            parts = [(Occur.Must, self._any(telling or [query for _group, query in groups]))] if groups else []
        elif all(optional):
            parts = [(Occur.Must, query) for _group, query in groups]
        else:
            parts = [(Occur.Should if may else Occur.Must, query) for may, (_group, query) in zip(optional, groups, strict=True) if ranks or not may]
        if not parts:
            parts = [(Occur.Must, Query.all_query())]
        parts += [(Occur.MustNot, self.term(term, asked, ranks=False)) for term in asked.excluded]
        return Query.boolean_query(parts) if len(parts) > 1 or asked.excluded else parts[0][1]

    def _any(self, options: list[Query]) -> Query:
        if not options:
            return Query.empty_query()
        return options[0] if len(options) == 1 else Query.boolean_query([(Occur.Should, option) for option in options])

    # ---- one term ----

    def term(self, term: Term, asked: Asked, *, ranks: bool) -> Query:
        """What one term finds, in any field of any language."""
        if term.field:
            return self._in_field(term)
        options = self._words_anywhere(term, ranks=ranks)
        plain = self.words_of(term.text, "words")
        if not term.is_phrase and len(plain) == 1 and len(plain[0]) > 1:
            is_last = term.text == asked.prefix and len(asked.terms) and asked.terms[-1] is term
            if term.prefix or (is_last and self.searcher.doc_freq("words", plain[0]) < COMPLETE):
                options.append(Query.const_score_query(Query.fuzzy_term_query(self.schema, "words", plain[0], distance=0, prefix=True), 0.5))
        for other in self.alike.get(term.text, ()):
            options += [Query.boost_query(option, ALIKE) for option in self._words_anywhere(Term(other), ranks=ranks)]
        return Query.disjunction_max_query(options, 0.2) if ranks else self._any(options)

    def _words_anywhere(self, term: Term, *, ranks: bool) -> list[Query]:
        options: list[Query] = []
        for language in FIELDS:
            words = self.words_of(term.text, language)
            if not words:
                continue
            in_order = language != "zh"
            options.append(self._words(f"all_{language}", words, in_order=in_order))
            if ranks:
                options.append(Query.boost_query(self._words(f"title_{language}", words, in_order=in_order), TITLE))
                options.append(Query.boost_query(self._words(f"lead_{language}", words, in_order=in_order), LEAD))
        plain = self.words_of(term.text, "words")
        if plain:
            names = self._words("names", plain)
            options.append(Query.boost_query(names, NAMES) if ranks else names)
        exact = Query.term_query(self.schema, "exact", longest(fold(term.text)))
        options.append(Query.boost_query(exact, EXACT) if ranks else exact)
        return options

    def _words(self, field: str, words: list[str], *, in_order: bool = True) -> Query:
        if len(words) == 1:
            return Query.term_query(self.schema, field, words[0])
        if in_order:
            return Query.phrase_query(self.schema, field, list(words))
        return Query.boolean_query([(Occur.Must, Query.term_query(self.schema, field, word)) for word in words])

    # ---- fields ----

    def _in_field(self, term: Term) -> Query:
        name, value = term.field, term.text
        options: list[Query] = []
        if name == "kind":
            return Query.term_query(self.schema, "kind", value.lower())
        if name in ("name", "number"):
            options += [Query.term_query(self.schema, "exact", longest(fold(value)))]
            if plain := self.words_of(value, "words"):
                options.append(self._words("names", plain))
        if name == "year" and (span := years(value)):
            return self.year(*span)
        for real in (each for each in self.facets if part_name(each) == name):
            folded = fold(value)
            options += [Query.term_query(self.schema, "facet", facet(real, known)) for known in self.facets[real] if known == value or fold(known) == folded]
        where = "title_{}" if name == "title" else f"part_{{}}.{name}"
        for language in FIELDS:
            for words in self._spellings(term, language):
                options.append(self._words(where.format(language), words, in_order=language != "zh"))
        return self._any(options)

    def _spellings(self, term: Term, language: str) -> list[list[str]]:
        """The words for a term in a language; for the beginning of a word, those of all words that begin so."""
        plain = self.words_of(term.text, "words")
        if not (term.prefix and len(plain) == 1):
            return [words] if (words := self.words_of(term.text, language)) else []
        begun = {tuple(self.words_of(word, language)) for word, _count in self.searcher.terms_with_prefix("words", plain[0], limit=BEGUN)}
        return [list(words) for words in sorted(begun) if words]

    def year(self, first: int | None, last: int | None) -> Query:
        """Records of a span of years, both included."""
        since, until = (None if each is None else min(max(each, -MOST), MOST) for each in (first, last))
        return Query.range_query(self.schema, "year", FieldType.Integer, since, until)

    def facet(self, name: str, values: Sequence[str]) -> Query:
        """Records that have any of a facet's values."""
        terms = [clean(facet(name, value)) for value in dict.fromkeys(values)]
        if len(terms) > 16:
            return Query.term_set_query(self.schema, "facet", terms)
        return self._any([Query.term_query(self.schema, "facet", term) for term in terms])


def is_small(group: Sequence[Term], small: frozenset[str]) -> bool:
    """Whether a group is one of the small words of a language, which a record may lack. UN and IT are no small words."""
    (first, *others) = group
    return (
        not others and not (first.is_phrase or first.field or first.prefix) and fold(first.text) in small and not (len(first.text) > 1 and first.text.isupper())
    )


def joined(parts: Sequence[Query]) -> Query:
    """The query that fits all parts; everything where there are none."""
    if not parts:
        return Query.all_query()
    return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Must, part) for part in parts])
