"""What stands in one cell of an import file, read strictly: every value that makes no sense is told by row and column."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Concept
from plenary.ground.framework.queries import ConceptIndex
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.drafts import YEARS
from plenary.programmes.stocktaking.importing.reading import clean

#: Further languages of a text beside the one it was written in: ``title_fr``, put aside under the name of its column.
MORE = "in other languages"
#: Between values in a cell; a semicolon within one of them is written as ``\\;``.
_SEPARATOR = re.compile(r"(?<!\\);")
_MAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}$")
_PART_OF_DAY = re.compile(r"^(\d{4})(?:-(\d{1,2}))?$")


class CellReader:
    """Reads the cells of one row after the other and notes in a report what does not hold."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._indexes: dict[str, ConceptIndex] = {}
        self._found: dict[tuple[str, tuple[str, ...]], tuple[Concept, bool] | None] = {}
        self._row = 0

    def wrong(self, column: str, text: str) -> None:
        """Note a problem in the current row."""
        self.report.wrong(self._row, column, text)

    def mend(self, column: str, text: str) -> None:
        """Note what was put right in the current row."""
        self.report.mend(self._row, column, text)

    def one(self, cells: dict[str, Any], column: str) -> str:
        """A single value as text."""
        value = cells.get(column)
        if value is None or value == "":
            return ""
        if isinstance(value, bool | dict | list):
            self.wrong(column, _("One value is wanted here, not %(value)s.") % {"value": shorten(value)})
            return ""
        if isinstance(value, float) and not value.is_integer():
            self.wrong(column, _("%(value)s is a number with a fraction.") % {"value": shorten(value)})
            return ""
        return clean(str(int(value)) if isinstance(value, float) else str(value), self._row, column, self.report)

    def several(self, cells: dict[str, Any], column: str, separator: str | None = ";") -> list[str]:
        """Several values: a list, or text with semicolons."""
        value = cells.get(column)
        if value is None or value == "":
            return []
        parts: list[str] = []
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, bool | dict | list):
                self.wrong(column, _("%(value)s is not a single value.") % {"value": shorten(each)})
                continue
            text = clean(str(each), self._row, column, self.report)
            parts += [part.replace("\\;", ";").strip() for part in _SEPARATOR.split(text)] if separator else [text]
        found = list(dict.fromkeys(part for part in parts if part))
        for part in found:
            if len(part) > 300:
                self.wrong(column, _("%(value)s has more than 300 characters.") % {"value": shorten(part)})
        return found

    def text(self, cells: dict[str, Any], column: str, language: str) -> Text:
        """A text that may have several lines, in one language or (in JSON) several."""
        value = cells.get(column)
        if value is None or value == "":
            return Text()
        if isinstance(value, dict):
            return self._texts(value, column)
        if not isinstance(value, str):
            self.wrong(column, _("A text is wanted here, not %(value)s.") % {"value": shorten(value)})
            return Text()
        return Text.of(clean(value, self._row, column, self.report, lines=True), self._language(language))

    def story(self, cells: dict[str, Any], column: str, language: str) -> Text:
        """A text with what further columns (``summary_fr``) say in other languages."""
        return self.joined(self.text(cells, column, language), cells, column, lines=True)

    def joined(self, text: Text, cells: dict[str, Any], column: str, *, lines: bool) -> Text:
        """A text with its further languages; where it has none of its own, the first of them is the original."""
        more = cells.get(MORE, {}).get(column)
        if not more:
            return text
        texts = dict(text.texts)
        for language, value in more.items():
            if not isinstance(value, str):
                self.wrong(f"{column}_{language}", _("A text is wanted here, not %(value)s.") % {"value": shorten(value)})
                continue
            said = clean(value, self._row, f"{column}_{language}", self.report, lines=lines)
            if said and texts.get(language, said) != said:
                self.wrong(f"{column}_{language}", _("The column %(column)s says something else in this language.") % {"column": column})
            elif said:
                texts[language] = said
        original = text.original if text else next(iter(texts), text.original)
        return Text(texts, original, text.machine)

    def year(self, value: Any) -> int | None:
        """A year, as a number or in digits."""
        if value is None or value == "":
            return None
        plain = value.strip() if isinstance(value, str) else value
        if isinstance(plain, str) and plain.isascii() and plain.isdecimal() and len(plain) <= 4:
            plain = int(plain)
        if isinstance(plain, bool) or not isinstance(plain, int) or plain not in YEARS:
            self.wrong("year", _("%(value)s is not a year between %(first)s and %(last)s.") % {"value": shorten(value), "first": YEARS[0], "last": YEARS[-1]})
            return None
        return plain

    def day(self, cells: dict[str, Any], column: str) -> date | None:
        """A day; what follows it (a time of day) is dropped."""
        value = self.one(cells, column)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            pass
        return self._rough_day(value, column)

    def _rough_day(self, value: str, column: str) -> date | None:
        """A day that is written in another way, or a year or month only: its first day, or of an end its last."""
        part = _PART_OF_DAY.match(value)
        if part and int(part[1]) in YEARS and 1 <= int(part[2] or 1) <= 12:
            its_year, its_month = int(part[1]), int(part[2] or (12 if column == "ends_on" else 1))
            day = date(its_year, its_month, 1)
            if column == "ends_on":
                day = date(its_year + its_month // 12, its_month % 12 + 1, 1) - timedelta(days=1)
            self.mend(column, _("%(value)s read as %(day)s") % {"value": shorten(value), "day": day.isoformat()})
            return day
        month, _slash, rest = value.split(" ")[0].partition("/")
        number, _slash, year = rest.partition("/")
        try:
            day = date(int(year), int(month), int(number))
        except ValueError:
            self.wrong(column, _("%(value)s is not a day; write it as 2021-05-31.") % {"value": shorten(value)})
            return None
        self.mend(column, _("%(value)s read as %(day)s (month first)") % {"value": shorten(value), "day": day.isoformat()})
        return day

    def concepts(self, cells: dict[str, Any], column: str, *schemes: str, word: str, most: int = 300) -> list[Concept]:
        """The concepts that are meant, whichever way they are spelled."""
        spellings = self.several(cells, column)
        if len(spellings) > most:
            self.wrong(column, _("There are %(count)s values here; at most %(most)s can be.") % {"count": len(spellings), "most": most})
            return []
        found: dict[int, Concept] = {}
        for spelling in spellings:
            match = self._concept(spelling, schemes)
            if match is None:
                self.wrong(column, self._unknown(spelling, schemes, word))
                continue
            concept, is_plain = match
            if not is_plain:
                self.mend(column, _("%(value)s read as %(code)s") % {"value": shorten(spelling), "code": concept.code})
            found.setdefault(concept.pk, concept)
        return list(found.values())

    def _concept(self, spelling: str, schemes: tuple[str, ...]) -> tuple[Concept, bool] | None:
        """The concept that is meant, and whether it is named by its code."""
        key = (spelling, schemes)
        if key not in self._found:
            concept = next((match for scheme in schemes if (match := self._index(scheme).find(spelling)) is not None), None)
            self._found[key] = (concept, fold(spelling) == fold(concept.code) or spelling == concept.facts.get("iso3")) if concept is not None else None
        return self._found[key]

    def _index(self, scheme: str) -> ConceptIndex:
        if scheme not in self._indexes:
            self._indexes[scheme] = ConceptIndex(scheme)
        return self._indexes[scheme]

    def _unknown(self, spelling: str, schemes: tuple[str, ...], word: str) -> str:
        sentence = _("%(value)s is not %(word)s known here.") % {"value": shorten(spelling), "word": word}
        labels = {str(concept.label): concept.code for scheme in schemes for concept in self._index(scheme).by_code.values()}
        # Only near misses: a guess at a country is worse than none.
        near = process.extractOne(spelling[:60], labels.keys(), scorer=fuzz.ratio, score_cutoff=80) if self.report.more_problems == 0 else None
        if not near:
            return sentence
        offer = _("Did you mean %(label)s (%(code)s)?") % {"label": near[0], "code": labels[near[0]]}
        return f"{sentence} {offer}"

    def _texts(self, value: dict[str, Any], column: str) -> Text:
        original = value.get("original", "")
        texts = {key: text for key, text in value.items() if key not in ("original", "machine")}
        if not texts or not all(isinstance(text, str) for text in texts.values()) or (original and original not in texts):
            self.wrong(column, _("Write a table of texts by language, with the original language among them."))
            return Text()
        cleaned = {self._language(key): clean(text, self._row, column, self.report, lines=True) for key, text in texts.items()}
        machine = [key for key in value.get("machine", ()) if key in cleaned] if isinstance(value.get("machine"), list) else []
        return Text.from_plain({**cleaned, "original": original or next(iter(cleaned)), "machine": machine})

    def _language(self, code: str) -> str:
        if code.isascii() and 2 <= len(code) <= 20 and code.replace("-", "").isalnum() and code[0].islower():
            return code
        self.wrong("language", _("%(value)s is not the code of a language, such as fr.") % {"value": shorten(code)})
        return "en"

    def _choice(self, value: str, column: str, allowed: set[str]) -> str:
        if value and value.lower() not in allowed:
            choices = ", ".join(sorted(allowed))
            self.wrong(column, _("%(value)s is not one of: %(choices)s.") % {"value": shorten(value), "choices": choices})
            return ""
        return value.lower()

    def mail(self, cells: dict[str, Any], column: str) -> str:
        """An address of mail."""
        value = self.one(cells, column)
        if value and (not _MAIL.match(value) or len(value) > 254):
            self.wrong(column, _("%(value)s is not an address of mail.") % {"value": shorten(value)})
            return ""
        return value

    def _url(self, value: str, column: str = "url") -> str:
        if value and (not value.lower().startswith(("http://", "https://")) or " " in value or len(value) > 500 or not value.split("//", 1)[1]):
            self.wrong(column, _("%(value)s is not an address that starts with http:// or https://.") % {"value": shorten(value)})
            return ""
        return value
