"""The columns of an import file, and what each may hold.

Read from JSON lines (a list may stand where several values are possible) and from tables (several values separated by
semicolons). ``COLUMNS`` is the documentation that ``plenary stocktaking columns`` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Concept
from plenary.ground.framework.queries import ConceptIndex
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.drafts import NUMBER, YEARS
from plenary.programmes.stocktaking.importing.reading import Row, clean
from plenary.programmes.stocktaking.models import Entry

COLUMNS = {
    "kind": "stocktaking_entry, or prize_entry for a project known from the Prizes; empty: stocktaking_entry",
    "source_id": "the convener's own number; kept as text, identifies the entry when the file is imported again",
    "title": "required; in JSON also a table by language: {\"fr\": \"...\", \"en\": \"...\", \"original\": \"fr\"}",
    "org": "the organisations that carry the project",
    "country_iso3": "countries, by code or by name",
    "stakeholder_type": "by code or by name",
    "action_lines": "by code or by name, with sub-themes",
    "sdgs": "goals by number, targets as 3.8",
    "year": "in which the entry was submitted",
    "status": "of a prize_entry: how far it came (awards are imported by `plenary awards import`); else planned, ongoing or completed",
    "url": "a page about the project, starting with http:// or https://",
    "description": "what the project does",
    "source": "where this record was found",
    "language": "of title and texts, such as fr; empty: en",
    "summary": "one or two sentences for lists",
    "themes": "by code or by name",
    "reach": "local, national, regional or international",
    "starts_on": "a day, such as 2020-05-31",
    "ends_on": "a day, such as 2021-05-31",
}  # fmt: skip

#: Lists of projects that others publish: their keys, and ours. None: not taken over.
PROJECT_KEYS: dict[str, str | None] = {
    "id": "source_id", "organisation": "org", "countries": "country_iso3", "approval_date": "starts_on", "closing_date": "ends_on",
    "region": None, "total_commitment": None, "sectors": None, "themes": None, "ict": None, "stage": None, "type": None,
}  # fmt: skip
PROJECT_STATUS = {"active": "ongoing", "closed": "completed", "pipeline": "planned"}
ALIASES = {"country": "country_iso3", "action_line": "action_lines", "sdg": "sdgs", "organization": "organisation", "theme": "themes", "link": "url"}
AWARD_WORDS = frozenset(
    {"submitted", "eligible", "nominated", "champion", "winner", "awarded", "awarded_level_unspecified", "special_recognition", "special_prize_winner"}
)


@dataclass(slots=True)
class Record:
    """A row whose cells all make sense."""

    row: int
    title: Text
    summary: Text
    description: Text
    organisations: list[str]
    countries: list[Concept]
    stakeholder_type: Concept | None
    concepts: list[Concept]
    year: int | None
    status: str
    award: str
    reach: str
    starts_on: date | None
    ends_on: date | None
    website: str
    source: str
    source_id: str
    number: str


class Checker:
    """Turns rows into records and tells everything that does not hold.

    untitled: the title for rows that have none; empty: a missing title is a problem.
    """

    def __init__(self, report: Report, untitled: str = "") -> None:
        self.report = report
        self.untitled = untitled
        self._indexes: dict[str, ConceptIndex] = {}
        self._row = 0
        self._skipped: set[str] = set()

    def check(self, row: Row) -> Record:
        """The record of a row; where the report has problems it is not to be used."""
        self._row = row.number
        cells = self._natural(row.cells)
        is_project = "id" in row.cells
        language = self.one(cells, "language") or "en"
        source_id = self.one(cells, "source_id")
        url = self._url(self.one(cells, "url"))
        source = self.one(cells, "source")
        if url and source_id and source_id in url and not is_project:
            # The page on which the convener shows the record: where it was found, not the project's own website.
            source, url = f"{source} {url}".strip(), ""
        status, award = self._status(self.one(cells, "status"), self.one(cells, "kind") == "prize_entry")
        self._kind(self.one(cells, "kind"))
        starts_on, ends_on = self.day(cells, "starts_on"), self.day(cells, "ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.wrong("ends_on", _("The end lies before the beginning."))
        year = self.year(cells.get("year"))
        return Record(
            row=row.number,
            title=self._title(cells.get("title"), language),
            summary=self.text(cells, "summary", language),
            description=self.text(cells, "description", language),
            organisations=self._organisations(cells, None if is_project else ";"),
            countries=self.concepts(cells, "country_iso3", "countries", word=_("a country")),
            stakeholder_type=next(iter(self.concepts(cells, "stakeholder_type", "stakeholder-types", word=_("a stakeholder type"), most=1)), None),
            concepts=[
                *self.concepts(cells, "action_lines", "action-lines", "sub-themes", word=_("an action line")),
                *self.concepts(cells, "sdgs", "sdgs", "sdg-targets", word=_("a goal or target")),
                *self.concepts(cells, "themes", "themes", word=_("a theme")),
            ],
            year=year or (starts_on.year if is_project and starts_on else None),
            status=status,
            award=award,
            reach=self._choice(self.one(cells, "reach"), "reach", set(Entry.Reach.values)),
            starts_on=starts_on,
            ends_on=ends_on,
            website=url,
            source=source,
            source_id=source_id,
            number=source_id if source_id and not is_project and NUMBER.match(source_id) else "",
        )

    # ---- cells -------------------------------------------------------------------------------------------------------

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
            parts += [part.strip() for part in text.split(separator)] if separator else [text]
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
            concept = next((match for scheme in schemes if (match := self._index(scheme).find(spelling)) is not None), None)
            if concept is None:
                self.wrong(column, self._unknown(spelling, schemes, word))
                continue
            if fold(spelling) != fold(concept.code) and spelling != concept.facts.get("iso3"):
                self.mend(column, _("%(value)s read as %(code)s") % {"value": shorten(spelling), "code": concept.code})
            found.setdefault(concept.pk, concept)
        return list(found.values())

    # ---- parts -------------------------------------------------------------------------------------------------------

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

    def _natural(self, cells: dict[str, Any]) -> dict[str, Any]:
        """The cells under our names, where they come from a list of projects that others publish."""
        if "id" not in cells:
            for column in sorted(set(cells) & (PROJECT_KEYS.keys() - COLUMNS.keys())):
                target = PROJECT_KEYS[column]
                if target is not None and target not in cells:
                    cells = {**cells, target: cells[column]}
                elif cells[column] not in (None, "", []):
                    self.wrong(column, _("There is no such column."))
            return cells
        found: dict[str, Any] = {}
        for name, value in cells.items():
            target = PROJECT_KEYS.get(name, name)
            if target is not None:
                found[target] = value
            elif name not in self._skipped and value not in (None, "", []):
                self._skipped.add(name)
                self.report.mend(0, name, _("the column is not taken over"))
        if isinstance(found.get("status"), str):
            found["status"] = PROJECT_STATUS.get(found["status"].lower(), found["status"])
        return found

    def _title(self, value: Any, language: str) -> Text:
        if isinstance(value, dict):
            title = self._texts(value, "title")
        elif value is None or isinstance(value, str):
            title = Text.of(clean(value or "", self._row, "title", self.report), self._language(language))
            if not title and not (value or "").strip():
                if not self.untitled:
                    self.wrong("title", _("The title is missing."))
                else:
                    self.mend("title", _("no title; %(title)s put instead") % {"title": shorten(self.untitled)})
                title = Text.of(self.untitled)
        else:
            self.wrong("title", _("A text is wanted here, not %(value)s.") % {"value": shorten(value)})
            return Text()
        for text in title.texts.values():
            if len(text) > 500:
                self.wrong("title", _("The title has %(count)s characters; at most 500 are taken.") % {"count": len(text)})
        return title

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

    def _organisations(self, cells: dict[str, Any], separator: str | None) -> list[str]:
        names = self.several(cells, "org", separator)
        for name in names:
            if not fold(name):
                self.wrong("org", _("%(value)s is not the name of an organisation.") % {"value": shorten(name)})
        return names

    def _kind(self, value: str) -> None:
        if value not in ("", "stocktaking_entry", "prize_entry"):
            self.wrong("kind", _("%(value)s is not a kind of record; it is stocktaking_entry or prize_entry.") % {"value": shorten(value)})

    def _status(self, value: str, is_prize: bool) -> tuple[str, str]:
        """The project's status, and how far it came in a contest."""
        word = value.lower().replace(" ", "_")
        if not word:
            return "", ""
        if is_prize:
            if word not in AWARD_WORDS:
                self.wrong("status", _("%(value)s is not a level of the Prizes.") % {"value": shorten(value)})
            return "", word
        return self._choice(word, "status", set(Entry.Status.values)), ""

    def _choice(self, value: str, column: str, allowed: set[str]) -> str:
        if value and value.lower() not in allowed:
            choices = ", ".join(sorted(allowed))
            self.wrong(column, _("%(value)s is not one of: %(choices)s.") % {"value": shorten(value), "choices": choices})
            return ""
        return value.lower()

    def _url(self, value: str) -> str:
        if value and (not value.lower().startswith(("http://", "https://")) or " " in value or len(value) > 500 or not value.split("//", 1)[1]):
            self.wrong("url", _("%(value)s is not an address that starts with http:// or https://.") % {"value": shorten(value)})
            return ""
        return value
