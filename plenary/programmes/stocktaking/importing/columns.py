"""The columns of an import file, and what each may hold.

Read from JSON lines (a list may stand where several values are possible) and from tables (several values separated by
semicolons). ``COLUMNS`` is the documentation that ``plenary stocktaking columns`` prints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.drafts import MOST_LINKS, NUMBER, STORY, WebLink
from plenary.programmes.stocktaking.importing.cells import MORE, CellReader
from plenary.programmes.stocktaking.importing.mapping import language_of
from plenary.programmes.stocktaking.importing.reading import Literal, Row, clean
from plenary.programmes.stocktaking.models import Collection, Entry

COLUMNS = {
    "kind": "stocktaking_entry, or prize_entry for a project known from the Prizes; empty: stocktaking_entry",
    "source_id": "the convener's own number; kept as text, identifies the entry when the file is imported again",
    "number": "the number of an entry here; of a new one the number that it is to have",
    "title": "required; in JSON also a table by language: {\"fr\": \"...\", \"en\": \"...\", \"original\": \"fr\"}. In tables further languages stand in title_fr, title_ar and so on; so do those of all texts",
    "org": "the organisations that carry the project",
    "partners": "organisations that take part in it",
    "funders": "organisations that pay for it",
    "country_iso3": "countries, by code or by name",
    "stakeholder_type": "by code or by name",
    "action_lines": "by code or by name, with sub-themes",
    "sdgs": "goals by number, targets as 3.8",
    "targets": "targets only, as 3.8",
    "reasons": "why it is linked to a goal, target or action line, by code; in tables: 3: because ...; 3.8: because ...",
    "themes": "by code or by name",
    "collections": "by code or by name",
    "year": "in which the entry was submitted",
    "edition": "the code of the edition in which it was submitted; empty: as the year says",
    "status": "of a prize_entry: how far it came (awards are imported by `plenary awards import`); else planned, ongoing or completed",
    "url": "a page about the project, starting with http:// or https://",
    "links": "further pages, each an address and, after a blank, what it is",
    "summary": "one or two sentences for lists",
    "description": "what the project does",
    "beneficiaries": "whom it serves",
    "results": "what came of it",
    "challenges": "what was difficult",
    "partnerships": "how partners work together on it",
    "replicability": "how others can do the same",
    "reach": "local, national, regional, international or global",
    "timeframe": "from and to in one, such as 2020-05-31/2021-05-31 or 2020 - 2021",
    "starts_on": "a day, such as 2020-05-31",
    "ends_on": "a day, such as 2021-05-31",
    "source": "where this record was found",
    "language": "of title and texts, such as fr; empty: en",
    "other_numbers": "numbers under which it was known before or elsewhere; addresses with them lead to it",
    "contact_name": "whom the secretariat asks about it; the contact is never public",
    "contact_email": "",
    "contact_phone": "",
}  # fmt: skip

#: Columns of tables that were taken from here: when the values were read, and what cannot be changed by importing.
SEEN, STATE = "seen", "state"
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
#: Where one reason ends and the next begins.
_REASON = re.compile(r"(?:^|[;\n])\s*([A-Za-z]{0,3}[0-9][A-Za-z0-9.-]{0,20})\s*:\s*")
#: What stands between the beginning and the end of a timeframe.
_BETWEEN = re.compile(r"\s*(?:/|\u2013|\u2014|\s-\s|\bto\b|\.\.)\s*|(?<=^\d{4})-(?=\d{4}$)")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask about an entry; private."""

    name: str = ""
    email: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.phone)


@dataclass(slots=True)
class Record:
    """A row whose cells all make sense. filled: the columns that say something; empty: those that are there and say nothing."""

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
    story: dict[str, Text] = field(default_factory=dict)  # the parts of it beyond title, summary and description
    partners: list[str] = field(default_factory=list)
    funders: list[str] = field(default_factory=list)
    web_links: list[WebLink] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    reasons: dict[int, Text] = field(default_factory=dict)  # by key of the concept
    edition: Edition | None = None
    other_numbers: list[str] = field(default_factory=list)
    contact: Contact = field(default_factory=Contact)
    seen: str = ""
    filled: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


def is_column(name: str) -> bool:
    """Whether a name stands for a column although it is not in the list: a text in a further language."""
    return language_of(name) is not None


class Checker(CellReader):
    """Turns rows into records and tells everything that does not hold.

    untitled: the title for rows that have none; empty: a missing title is a problem. needs_title: whether it is one at all.
    """

    def __init__(self, report: Report, untitled: str = "", *, needs_title: bool = True) -> None:
        super().__init__(report)
        self.untitled = untitled
        self.needs_title = needs_title
        self._skipped: set[str] = set()
        self._words = {
            "countries": _("a country"), "action-lines": _("an action line"), "sdgs": _("a goal or target"), "sdg-targets": _("a target"),
            "themes": _("a theme"), "stakeholder-types": _("a stakeholder type"),
        }  # fmt: skip
        self._collections: dict[str, str] | None = None
        self._editions: dict[str, Edition] | None = None

    def check(self, row: Row) -> Record:
        """The record of a row; where the report has problems it is not to be used."""
        self._row = row.number
        cells = self._natural(self._languages(row.cells))
        is_project = "id" in row.cells
        language = self.one(cells, "language") or "en"
        source_id, own, title = self.one(cells, "source_id"), self._number(cells), self._title(cells, language)
        url = self._url(self.one(cells, "url"))
        source = self.one(cells, "source")
        if url and source_id and source_id in url and not is_project:
            # The page on which the convener shows the record: where it was found, not the project's own website.
            source, url = f"{source} {url}".strip(), ""
        status, award = self._status(self.one(cells, "status"), self.one(cells, "kind") == "prize_entry")
        self._kind(self.one(cells, "kind"))
        starts_on, ends_on = self._time(cells)
        year = self.year(cells.get("year"))
        countries = self.concepts(cells, "country_iso3", "countries", word=self._words["countries"])
        concepts = [
            *self.concepts(cells, "action_lines", "action-lines", "sub-themes", word=self._words["action-lines"]),
            *self.concepts(cells, "sdgs", "sdgs", "sdg-targets", word=self._words["sdgs"]),
            *self.concepts(cells, "targets", "sdg-targets", word=self._words["sdg-targets"]),
            *self.concepts(cells, "themes", "themes", word=self._words["themes"]),
        ]
        filled = frozenset(name for name, value in cells.items() if value not in (None, "", [], {}))
        carriers = self._organisations(cells, "org", None if is_project else ";")
        return Record(
            row=row.number,
            title=title,
            summary=self.story(cells, "summary", language),
            description=self.story(cells, "description", language),
            organisations=carriers,
            countries=countries,
            stakeholder_type=next(iter(self.concepts(cells, "stakeholder_type", "stakeholder-types", word=self._words["stakeholder-types"], most=1)), None),
            concepts=concepts,
            year=year or (starts_on.year if is_project and starts_on else None),
            status=status,
            award=award,
            reach=self._choice(self.one(cells, "reach"), "reach", set(Entry.Reach.values)),
            starts_on=starts_on,
            ends_on=ends_on,
            website=url,
            source=source,
            source_id=source_id,
            number=own or (source_id if source_id and not is_project and NUMBER.match(source_id) else ""),
            story={name: self.story(cells, name, language) for name in STORY[3:] if name in cells or name in cells.get(MORE, {})},
            partners=self._organisations(cells, "partners"),
            funders=self._organisations(cells, "funders"),
            web_links=self._links(cells),
            collections=self._collections_of(cells),
            reasons=self._reasons(cells, [*concepts, *countries], language),
            edition=self._edition(cells),
            other_numbers=self._other_numbers(cells),
            contact=Contact(self._short(cells, "contact_name", 200), self.mail(cells, "contact_email"), self._phone(cells)),
            seen=self._seen(cells),
            filled=filled - {MORE} | {f"{name}_{code}" for name, more in cells.get(MORE, {}).items() for code, value in more.items() if value},
            empty=frozenset(cells) - filled - {MORE},
        )

    # ---- parts -------------------------------------------------------------------------------------------------------

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

    def _title(self, cells: dict[str, Any], language: str) -> Text:
        value = cells.get("title")
        translated = "title" in cells.get(MORE, {})
        if isinstance(value, dict):
            title = self._texts(value, "title")
        elif value is None or isinstance(value, str):
            title = Text.of(clean(value or "", self._row, "title", self.report), self._language(language))
            if not title and not (value or "").strip() and not translated and (self.needs_title or self.untitled):
                if not self.untitled:
                    self.wrong("title", _("The title is missing."))
                else:
                    self.mend("title", _("no title; %(title)s put instead") % {"title": shorten(self.untitled)})
                title = Text.of(self.untitled)
        else:
            self.wrong("title", _("A text is wanted here, not %(value)s.") % {"value": shorten(value)})
            return Text()
        title = self.joined(title, cells, "title", lines=False)
        for text in title.texts.values():
            if len(text) > 500:
                self.wrong("title", _("The title has %(count)s characters; at most 500 are taken.") % {"count": len(text)})
        return title

    def _organisations(self, cells: dict[str, Any], column: str, separator: str | None = ";") -> list[str]:
        names = self.several(cells, column, separator)
        for name in names:
            if not any(char.isalnum() for char in name) and not fold(name):
                self.wrong(column, _("%(value)s is not the name of an organisation.") % {"value": shorten(name)})
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

    def _languages(self, cells: dict[str, Any]) -> dict[str, Any]:
        """The cells with texts in further languages put aside."""
        found: dict[str, Any] = {}
        for name, value in cells.items():
            part = language_of(name)
            if part is None:
                found[name] = value
            elif value not in (None, ""):
                found.setdefault(MORE, {}).setdefault(part[0], {})[part[1]] = value
        return found

    def _short(self, cells: dict[str, Any], column: str, most: int) -> str:
        value = self.one(cells, column)
        if len(value) > most:
            self.wrong(column, _("%(value)s has more than %(most)s characters.") % {"value": shorten(value), "most": most})
        return value

    def _phone(self, cells: dict[str, Any]) -> str:
        value = cells.get("contact_phone")
        # What begins with a plus is the number of a country here, not a formula.
        return self._short({"contact_phone": Literal(value)} if isinstance(value, str) and value.lstrip().startswith("+") else cells, "contact_phone", 60)

    def _number(self, cells: dict[str, Any]) -> str:
        value = self.one(cells, "number")
        if value and not NUMBER.match(value):
            self.wrong("number", _("A number has at most 60 letters, digits, full stops, hyphens and underscores."))
            return ""
        return value

    def _other_numbers(self, cells: dict[str, Any]) -> list[str]:
        values = self.several(cells, "other_numbers")
        if not all(NUMBER.match(value) for value in values):
            self.wrong("other_numbers", _("A number has at most 60 letters, digits, full stops, hyphens and underscores."))
            return []
        return values

    def _seen(self, cells: dict[str, Any]) -> str:
        value = self.one(cells, SEEN)
        try:
            fine = not value or parse_datetime(value) is not None
        except ValueError:
            fine = False
        if not fine:
            self.wrong(SEEN, _("%(value)s is not the moment that was written here when the table was made.") % {"value": shorten(value)})
        return value if fine else ""

    def _time(self, cells: dict[str, Any]) -> tuple[date | None, date | None]:
        """When the project begins and ends."""
        whole = self.one(cells, "timeframe")
        if whole:
            first, *rest = [part for part in _BETWEEN.split(whole) if part is not None]
            if len(rest) > 1:
                self.wrong("timeframe", _("%(value)s is not a timeframe; write it as 2020-05-31/2021-05-31.") % {"value": shorten(whole)})
                return None, None
            cells = {**cells, "starts_on": cells.get("starts_on") or first, "ends_on": cells.get("ends_on") or (rest[0] if rest else "")}
        starts_on, ends_on = self.day(cells, "starts_on"), self.day(cells, "ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.wrong("ends_on", _("The end lies before the beginning."))
        return starts_on, ends_on

    def _links(self, cells: dict[str, Any]) -> list[WebLink]:
        """Further pages: addresses with what they are, in tables separated by semicolons or line breaks."""
        value = cells.get("links")
        if value is None or value == "":
            return []
        found: list[WebLink] = []
        for each in value if isinstance(value, list) else re.split(r";\s+|;$|\n", str(value)):
            if isinstance(each, dict):
                url, label = each.get("url", ""), each.get("label", "")
            else:
                url, _blank, label = str(each).strip().partition(" ")
            if not isinstance(url, str) or not isinstance(label, str):
                self.wrong("links", _("%(value)s is not an address that starts with http:// or https://.") % {"value": shorten(each)})
                continue
            if not url and not label:
                continue
            known = self._url(clean(url, self._row, "links", self.report), "links")
            label = clean(label, self._row, "links", self.report)
            if len(label) > 200:
                self.wrong("links", _("%(value)s has more than %(most)s characters.") % {"value": shorten(label), "most": 200})
            elif known:
                found.append(WebLink(known, label))
            elif not url:
                self.wrong("links", _("%(value)s is not an address that starts with http:// or https://.") % {"value": shorten(each)})
        if len(found) > MOST_LINKS:
            self.wrong("links", _("There are %(count)s links; at most %(most)s can be.") % {"count": len(found), "most": MOST_LINKS})
        return list({link.url: link for link in found}.values())

    def _collections_of(self, cells: dict[str, Any]) -> list[str]:
        spellings = self.several(cells, "collections")
        if not spellings:
            return []
        if self._collections is None:
            # By name first, so that a code, which is unmistakable, has the last word.
            rows = list(Collection.objects.all())
            self._collections = {fold(name): each.code for each in rows for name in each.name.texts.values()} | {fold(each.code): each.code for each in rows}
        for spelling in spellings:
            if fold(spelling) not in self._collections:
                self.wrong("collections", _("%(value)s is not %(word)s known here.") % {"value": shorten(spelling), "word": _("a collection")})
        return list(dict.fromkeys(self._collections[fold(each)] for each in spellings if fold(each) in self._collections))

    def _edition(self, cells: dict[str, Any]) -> Edition | None:
        code = self.one(cells, "edition")
        if not code:
            return None
        if self._editions is None:
            self._editions = {each.code: each for each in Edition.objects.all()}
        if code not in self._editions:
            self.wrong("edition", _("There is no edition %(code)s.") % {"code": shorten(code)})
        return self._editions.get(code)

    def _reasons(self, cells: dict[str, Any], concepts: Sequence[Concept], language: str) -> dict[int, Text]:
        """Why the project is linked to a concept, by the concept's key."""
        value = cells.get("reasons")
        if value in (None, "", {}):
            return {}
        given: dict[str, Any] = {}
        if isinstance(value, dict):
            given = value
        elif isinstance(value, str):
            before, *pieces = _REASON.split(clean(value, self._row, "reasons", self.report, lines=True))
            given = dict(zip(pieces[::2], pieces[1::2], strict=True))
            if before.strip() or not given:
                self.wrong("reasons", _("Write before each reason the code that it is about: 3: because ...; 3.8: because ..."))
                return {}
        else:
            self.wrong("reasons", _("A text is wanted here, not %(value)s.") % {"value": shorten(value)})
            return {}
        by_code = {fold(concept.code): concept for concept in reversed(concepts)}
        found: dict[int, Text] = {}
        for code, reason in given.items():
            concept = by_code.get(fold(code))
            if concept is None:
                self.wrong("reasons", _("%(value)s is not among what this row links the project to.") % {"value": shorten(code)})
            else:
                found[concept.pk] = self.text({"reasons": reason}, "reasons", language)
        return found
