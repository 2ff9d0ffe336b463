"""Importing results of contests: one row for each award, checked wholly before anything is written.

Each row finds or makes the project in the repository and records how far it came. Sources give the convener's own
number in different places; it is looked for in the column ``number``, in the note and in the address of the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.ground.audit.actors import Actor, require
from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.queries import ConceptIndex
from plenary.ground.framework.text import Text
from plenary.programmes.awards import actions
from plenary.programmes.awards.levels import find_level
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.stocktaking import actions as stocktaking
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.importing.columns import Checker, Record
from plenary.programmes.stocktaking.importing.entries import Known, draft_of_record
from plenary.programmes.stocktaking.importing.reading import Row, read_rows
from plenary.programmes.stocktaking.models import Entry

COLUMNS = {
    "year": "of the contest; empty: that of the edition",
    "category_no": "1 to 18; must agree with action_line",
    "action_line": "the category, by code or by name; empty where the source does not say",
    "title": "required; of the project",
    "org": "the organisations that carry the project, separated by semicolons",
    "country_iso3": "countries, by code or by name",
    "stakeholder_type": "by code or by name",
    "status": "required: submitted, eligible, nominated, champion, winner, special recognition; awarded where the source names no level",
    "source": "where this was found",
    "note": "anything the reader should know",
    "description": "what the project does",
    "number": "the convener's own number of the project; kept as text",
}
CATEGORIES = "action-lines"
_NUMBERS = (re.compile(r"project id (\d{9,20})"), re.compile(r"(?:/Details/|projectId=)(\d{9,20})"))


@dataclass(slots=True)
class _Result:
    """A row that makes sense."""

    record: Record
    level: str
    category: Concept | None
    number: str
    note: str
    edition: Edition


@transaction.atomic
def import_awards(
    *, actor: Actor, path: Path, edition: Edition | None = None, dry_run: bool = False, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Import a file of awards, all or nothing; importing it again adds nothing.

    edition: of all rows; without it each row's year names its edition. dry_run: check and report only.

    Raises: Invalid with all problems by row and column, NotAllowed.
    """
    require(actor, "awards.give_award", edition)
    report = Report(path.name)
    results = _read(path, report, edition)
    report.stop()
    drafts = [_entry_draft(result) for result in results]
    known = Known(drafts)
    fresh = known.new([(result.record, draft) for result, draft in zip(results, drafts, strict=True)], report)
    report.stop()
    awards = _new_awards(results, drafts, known, report)
    report.stop()
    _summarise(report, len(fresh), len(awards), len(results), dry_run)
    if dry_run:
        return report
    if fresh:
        stocktaking.add_entries(actor=actor, drafts=fresh, reason=path.name)
        known = Known(drafts)
    if awards:
        _write(actor, awards, known, path.name, progress)
    return report


def load_records(path: Path, edition: Edition, actor: Actor) -> None:
    """Import the results that come with an edition's folder."""
    import_awards(actor=actor, path=path, edition=edition)


def _read(path: Path, report: Report, edition: Edition | None) -> list[_Result]:
    checker = _AwardChecker(report, edition)
    found = []
    for row in read_rows(path, report, columns=list(COLUMNS), required=["title", "status"]):
        result = checker.result(row)
        if result is not None:
            found.append(result)
        if report.is_full:
            break
    return found


class _AwardChecker:
    """Turns rows into results and tells everything that does not hold."""

    def __init__(self, report: Report, edition: Edition | None) -> None:
        self.report = report
        self.edition = edition
        self.entries = Checker(report)
        self.categories = ConceptIndex(CATEGORIES)
        self.by_number = {str(each.facts.get("prize_category")): each for each in self.categories.by_code.values() if each.facts.get("prize_category")}
        self.editions = {each.code: each for each in Edition.objects.all()}

    def result(self, row: Row) -> _Result | None:
        """What a row says; None where it names no edition."""
        cells = row.cells
        record = self.entries.check(Row(row.number, self._entry_cells(cells)))
        level = find_level(self._text(cells, "status"))
        if level is None:
            given = self._text(cells, "status")
            text = _("%(value)s is not a level known here.") % {"value": shorten(given)} if given else _("The level is missing.")
            self.report.wrong(row.number, "status", text)
        edition = self._edition(row.number, record.year)
        category = self._category(row.number, cells)
        if edition is None or level is None:
            return None
        if record.year is None and edition.starts_on:
            record.year = edition.starts_on.year
        return _Result(record, level, category, record.source_id, self._text(cells, "note", lines=True), edition)

    def _entry_cells(self, cells: dict[str, Any]) -> dict[str, Any]:
        """The row as the repository's importer knows it."""
        taken = {name: cells.get(name) for name in ("title", "org", "country_iso3", "stakeholder_type", "year", "description", "source")}
        number = str(cells.get("number") or "").strip()
        told = f"{cells.get('note') or ''} {cells.get('source') or ''}"
        for pattern in _NUMBERS:
            match = pattern.search(told)
            number = number or (match[1] if match else "")
        return {**taken, "action_lines": cells.get("action_line"), "source_id": number}

    def _text(self, cells: dict[str, Any], column: str, *, lines: bool = False) -> str:
        return str(self.entries.text(cells, column, "en")) if lines else self.entries.one(cells, column)

    def _edition(self, row: int, year: int | None) -> Edition | None:
        if self.edition is not None:
            starts = self.edition.starts_on
            if year is not None and self.edition.code.isdecimal() and str(year) != self.edition.code and not (starts and starts.year == year):
                self.report.wrong(row, "year", _("%(year)s is not the year of the edition %(edition)s.") % {"year": year, "edition": self.edition.code})
            return self.edition
        found = self.editions.get(str(year or ""))
        if found is None:
            self.report.wrong(row, "year", _("There is no edition %(year)s; load it first, or name one with --edition.") % {"year": year or _("(no year)")})
        return found

    def _category(self, row: int, cells: dict[str, Any]) -> Concept | None:
        spelled, number = self.entries.one(cells, "action_line"), self.entries.one(cells, "category_no")
        category = self.categories.find(spelled) if spelled else None  # an unknown one is told with the entry's action lines
        if not number:
            return category
        numbered = self.by_number.get(number)
        if numbered is None:
            self.report.wrong(row, "category_no", _("There is no category %(number)s.") % {"number": shorten(number)})
        elif category is not None and category != numbered:
            told = {"number": number, "meant": numbered.code, "given": category.code}
            self.report.wrong(row, "category_no", _("Category %(number)s is %(meant)s, but action_line says %(given)s.") % told)
        return category or numbered


def _entry_draft(result: _Result) -> EntryDraft:
    record = result.record
    draft = draft_of_record(record, result.edition)
    if result.category is not None and result.category not in record.concepts:
        record = replace(record, concepts=[*record.concepts, result.category])
        draft = draft_of_record(record, result.edition)
    return draft


Planned = tuple[_Result, EntryDraft]


def _new_awards(results: Sequence[_Result], drafts: Sequence[EntryDraft], known: Known, report: Report) -> list[Planned]:
    """The awards that are not recorded yet. The same project twice in one category of one contest is a problem."""
    entries = {draft.identity: known.find(draft) for draft in drafts}
    stored = Award.objects.filter(contest__edition__in={result.edition.pk for result in results}, entry__in={key for key in entries.values() if key})
    recorded: dict[tuple[int, int, int | None], str] = {
        (edition, entry, category): level for edition, entry, category, level in stored.values_list("contest__edition_id", "entry_id", "category_id", "level")
    }
    first: dict[tuple[int, str, int | None], int] = {}
    found: list[Planned] = []
    for result, draft in zip(results, drafts, strict=True):
        category = result.category.pk if result.category else None
        place = (result.edition.pk, draft.source_id or draft.identity, category)
        if place in first:
            report.wrong(result.record.row, "title", _("The same project stands in row %(row)s with the same category.") % {"row": first[place]})
            continue
        first[place] = result.record.row
        key = known.find(draft)
        level = recorded.get((result.edition.pk, key, category)) if key else None
        if level is None:
            found.append((result, draft))
        elif level != result.level:
            told = {"here": level, "file": result.level}
            report.mend(result.record.row, "status", _("recorded here as %(here)s, in the file as %(file)s; left as it is here") % told)
    return found


def _write(actor: Actor, planned: Sequence[Planned], known: Known, name: str, progress: Callable[[int, int], None] | None) -> None:
    contests: dict[int, Contest] = {}
    entries = Entry.objects.in_bulk({key for _result, draft in planned if (key := known.find(draft)) is not None})
    pairs: list[tuple[Contest, actions.AwardDraft]] = []
    for result, draft in planned:
        contest = contests.setdefault(result.edition.pk, _contest_of(result.edition, actor))
        entry = entries[known.find(draft) or 0]
        pairs.append(
            (
                contest,
                actions.AwardDraft(
                    entry=entry, level=result.level, category=result.category, number=result.number, source=result.record.source, note=Text.of(result.note)
                ),
            )
        )
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, len(pairs))

    actions.give_awards(actor=actor, pairs=pairs, reason=name, progress=count)


def _contest_of(edition: Edition, actor: Actor) -> Contest:
    """The edition's prizes; made where the edition's folder does not describe them."""
    found = Contest.objects.filter(edition=edition, code="prizes").select_related("edition").first()
    if found is not None:
        return found
    scheme = Scheme.objects.filter(code=CATEGORIES).first()
    return actions.save_contest(actor=actor, edition=edition, title=Text.of(f"Prizes {edition.code}"), categories=scheme)


def _summarise(report: Report, entries: int, awards: int, rows: int, dry_run: bool) -> None:
    if dry_run:
        told = ngettext("%(count)s award would be added.", "%(count)s awards would be added.", awards) % {"count": awards}
        projects = ngettext("%(count)s project would be new.", "%(count)s projects would be new.", entries) % {"count": entries}
    else:
        told = ngettext("%(count)s award added.", "%(count)s awards added.", awards) % {"count": awards}
        projects = ngettext("%(count)s project is new.", "%(count)s projects are new.", entries) % {"count": entries}
    report.summary += [told, projects]
    here = rows - awards
    report.summary.append(ngettext("%(count)s award was here already.", "%(count)s awards were here already.", here) % {"count": here})
    if dry_run:
        report.summary.append(_("Nothing was written."))
