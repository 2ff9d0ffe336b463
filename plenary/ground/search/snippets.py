"""Titles and excerpts with the searched words marked; everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape

from django.utils.safestring import SafeString, mark_safe

from plenary.ground.search.analysis import HAN, WORD, cut_chinese, fold, language_field, normalise, words_of
from plenary.ground.search.parse import Asked

LENGTH = 240


class Marker:
    """Knows the words that were asked for, in the form each language gives them.

    alike: other spellings that were found in place of a word.
    """

    def __init__(self, asked: Asked, alike: Mapping[str, Sequence[str]] | None = None) -> None:
        # Codes and numbers of a field are no words of the text.
        terms = [term for term in asked.terms if not (term.field and any(map(str.isdigit, term.text)))]
        self.texts = [term.text for term in terms] + [word for words in (alike or {}).values() for word in words]
        self.folded = {fold(word) for text in self.texts for word in WORD.findall(normalise(text))}
        begun = [term.text for term in terms if term.prefix] + [asked.prefix]
        self.prefixes = tuple(plain for text in begun if len(plain := fold(text)) > 1)
        self._stems: dict[str, set[str]] = {}
        self._known: dict[tuple[str, str], bool] = {}
        self._spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
        # Words that share a stem share their first letter, save in Arabic; the others need no closer look.
        self._candidates = _beginning_with({word[0] for word in self.folded if word})

    def _stems_of(self, field: str) -> set[str]:
        if field not in self._stems:
            self._stems[field] = {stem for text in self.texts for stem in words_of(text, field)}
        return self._stems[field]

    def _is_asked(self, word: str, field: str) -> bool:
        known = self._known.get((field, word))
        if known is None:
            plain = fold(word)
            known = plain in self.folded or plain.startswith(self.prefixes) or not self._stems_of(field).isdisjoint(words_of(word, field))
            self._known[field, word] = known
        return known

    def spans(self, text: str, language: str) -> list[tuple[int, int]]:
        """Where the words stand in a text."""
        if not self.texts:
            return []
        if (text, language) not in self._spans:
            self._spans[text, language] = self._found(text, language_field(language))
        return self._spans[text, language]

    def _found(self, text: str, field: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if field == "zh" or HAN.search(text):
            for word in {part for asked in self.texts for part in cut_chinese(normalise(asked)) if HAN.search(part)}:
                start = text.find(word)
                while start >= 0:
                    found.append((start, start + len(word)))
                    start = text.find(word, start + len(word))
        if field != "zh":
            words = WORD if field == "ar" else self._candidates
            found += [match.span() for match in words.finditer(text) if self._is_asked(match[0], field)]
        return _merged(found)

    def marked(self, text: str, language: str) -> SafeString:
        """The whole text with the words marked."""
        return _marked(text, self.spans(text, language), 0, len(text))

    def excerpt(self, text: str, language: str, length: int = LENGTH) -> SafeString:
        """The part of a text where most of the words stand, from the beginning if none does."""
        text = " ".join(text.split())
        spans = self.spans(text, language)
        start = 0
        if spans and len(text) > length:
            # The window that begins shortly before a word and holds the most marked ones.
            best = max(spans, key=lambda span: (sum(1 for other in spans if span[0] <= other[0] < span[0] + length - 40), -span[0]))
            start = max(0, best[0] - 40)
            if start and (space := text.find(" ", start, best[0])) >= 0:
                start = space + 1
        end = min(len(text), start + length)
        if end < len(text) and (space := text.rfind(" ", start + length // 2, end)) > 0:
            end = space
        shown = _marked(text, spans, start, end)
        return mark_safe(("… " if start else "") + shown + (" …" if end < len(text) else ""))


@cache
def _variants() -> dict[str, str]:
    """For each letter those that are taken for it once accents are gone."""
    found: dict[str, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x400, 0x530), *range(0x1E00, 0x1F00)):
        plain = fold(chr(code))[:1]
        if plain != chr(code):
            found[plain] = found.get(plain, "") + chr(code)
    return found


def _beginning_with(letters: set[str]) -> re.Pattern[str]:
    """Finds the words that begin with one of the letters."""
    allowed = re.escape("".join(sorted(letter + letter.upper() + _variants().get(letter, "") for letter in letters)))
    return re.compile(rf"(?<![^\W_])[{allowed}][^\W_]*" if allowed else r"(?!)")


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _marked(text: str, spans: list[tuple[int, int]], start: int, end: int) -> SafeString:
    parts: list[str] = []
    at = start
    for first, last in spans:
        if last <= start or first >= end:
            continue
        first, last = max(first, start), min(last, end)
        parts += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
        at = last
    parts.append(escape(text[at:end]))
    return mark_safe("".join(parts))
