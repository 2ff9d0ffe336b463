"""Titles and excerpts with the searched words marked; everything else is escaped."""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from plenary.ground.search.analysis import HAN, WORD, analyzers, cut_chinese, fold, language_field, normalise
from plenary.ground.search.parse import Asked

LENGTH = 240


class Marker:
    """Knows the words that were asked for, in the form each language gives them."""

    def __init__(self, asked: Asked) -> None:
        self.texts = [*asked.wanted, *asked.phrases]
        self.folded = {fold(word) for text in self.texts for word in WORD.findall(normalise(text))}
        self.prefix = fold(asked.prefix) if len(asked.prefix) > 1 else ""
        self._stems: dict[str, set[str]] = {}

    def _stems_of(self, field: str) -> set[str]:
        if field not in self._stems:
            self._stems[field] = {stem for text in self.texts for stem in analyzers()[field].analyze(normalise(text))}
        return self._stems[field]

    def spans(self, text: str, language: str) -> list[tuple[int, int]]:
        """Where the words stand in a text."""
        field = language_field(language)
        found: list[tuple[int, int]] = []
        if field == "zh" or HAN.search(text):
            for word in {part for asked in self.texts for part in cut_chinese(normalise(asked)) if HAN.search(part)}:
                start = text.find(word)
                while start >= 0:
                    found.append((start, start + len(word)))
                    start = text.find(word, start + len(word))
        if field != "zh":
            stems = self._stems_of(field)
            for match in WORD.finditer(text):
                word = match[0]
                plain = fold(word)
                if plain in self.folded or (self.prefix and plain.startswith(self.prefix)) or stems & set(analyzers()[field].analyze(normalise(word))):
                    found.append(match.span())
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
