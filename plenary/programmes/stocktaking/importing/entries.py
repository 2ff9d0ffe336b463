"""Importing entries: the whole file is checked before anything is written.

What is here already stays as it is, or is brought up to date where that is asked for (``updating.py``). A file of usual length
is written in one transaction. A long one is written part by part, so that others can write too: its entries stay hidden until
the last part is there, and an import that was killed goes on where it was (``runs.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.ground.audit.actors import Actor, require
from plenary.ground.files.tables import TOLD as PROBLEMS
from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions.entries import locked
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.importing import runs, updating
from plenary.programmes.stocktaking.importing.columns import ALIASES, COLUMNS, PROJECT_KEYS, SEEN, STATE, Checker, Contact, Record, is_column
from plenary.programmes.stocktaking.importing.known import Known, Once
from plenary.programmes.stocktaking.importing.reading import read_rows, rows_expected
from plenary.programmes.stocktaking.models import Entry, EntryContact, EntryNumber, ImportRun

__all__ = ["EntryReport", "Known", "Options", "draft_of_record", "import_entries", "load_records"]

#: Rows that are looked at together.
CHUNK = 500
#: Rows of a file that is written in one transaction; longer ones are written in parts of as many rows.
AT_ONCE = 5_000
PART = 1_000
#: More changes than this are counted, not told one by one.
TOLD = 200


@dataclass(slots=True)
class EntryReport(Report):
    """What an import of entries has to say. added, updated: how many rows would be, or were; same: that are here as they are."""

    added: int = 0
    updated: int = 0
    same: int = 0
    awards: int = 0
    changes: list[updating.Change] = field(default_factory=list)
    more_changes: int = 0

    def change(self, change: updating.Change) -> None:
        """Note a value that the file would change."""
        if len(self.changes) < TOLD:
            self.changes.append(change)
        else:
            self.more_changes += 1

    def lines(self) -> list[str]:
        read, *rest = Report.lines(self)
        told = [_in_words(change) for change in self.changes]
        if self.more_changes:
            told.append(_("and %(count)s more of the kind") % {"count": f"{self.more_changes:,}"})
        return [read, *([_("Changed:"), *(f"  {line}" for line in told)] if told else []), *rest]


def _in_words(change: updating.Change) -> str:
    told = {"row": change.row, "column": change.column, "before": shorten(shown(change.before)), "after": shorten(shown(change.after))}
    if change.kept:
        return _("row %(row)s, %(column)s: stays %(before)s, since somebody has changed it here; the file says %(after)s") % told
    return _("row %(row)s, %(column)s: %(before)s becomes %(after)s") % told


def shown(value: Any) -> str:
    """A value of an entry as a cell would have it."""
    if isinstance(value, frozenset | tuple | list):
        parts = sorted(value) if isinstance(value, frozenset) else list(value)
        return "; ".join(" ".join(part) if isinstance(part, tuple) else str(part) for part in parts)
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Options:
    """What is said beside the file. edition: for rows whose year names none. untitled: a title for rows without one.

    update: whether entries that are here are brought up to date. empties: whether an empty cell empties its value.
    mapping: how columns are read.
    """

    edition: Edition | None = None
    untitled: str = ""
    update: bool = False
    empties: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """What some rows come to. fresh: rows with the entries that they become. last: the number of the last of these rows."""

    fresh: list[tuple[Record, EntryDraft]]
    updates: list[updating.Update]
    last: int
    rows: int


def import_entries(
    *,
    actor: Actor,
    path: Path,
    edition: Edition | None = None,
    dry_run: bool = False,
    untitled: str = "",
    update: bool = False,
    empties: bool = False,
    mapping: Mapping[str, str] | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
    most: int = PROBLEMS,
) -> EntryReport:
    """Import a file of entries; nothing is written unless all of it holds, and importing it again adds nothing.

    dry_run: check and report only. resume: go on with the import of this file that broke off, with what was said then.
    progress: is told how many steps of how many are done. most: how many problems are told one by one. The others: see
    ``Options``.

    Raises: Invalid with all problems by row and column, NotAllowed; Conflict where an import broke off and was neither gone on
    with nor taken back.
    """
    require(actor, "stocktaking.add_entry", edition)
    if update:
        require(actor, "stocktaking.change_entry", edition)
    options = Options(edition, untitled, update, empties, mapping or {})
    report = EntryReport(path.name, most=most)
    if resume:
        run = runs.broken_off(path)
        return _write_in_parts(actor, path, run, report, progress)
    if not dry_run:
        runs.require_none(_is_alone())
    steps = rows_expected(path) * (1 if dry_run else 2)
    done = 0
    for work in _works(path, options, report):
        done += work.rows
        report.added += len(work.fresh)
        report.updated += len(work.updates)
        if progress:
            progress(min(done, steps), steps)
    report.stop()
    if not dry_run and (report.added or report.updated):
        if report.rows > AT_ONCE and _is_alone():
            run = runs.begin(actor, path, report.rows, options)
            return _write_in_parts(actor, path, run, report, progress)
        _write_at_once(actor, path, options, report, progress)
    _summarise(report, dry_run=dry_run)
    return report


def _is_alone() -> bool:
    """Whether what is written is on disk at once, rather than when a larger work of which this is a part is over."""
    return not connection.in_atomic_block


def load_records(path: Path, edition: Edition, actor: Actor) -> None:
    """Import the entries that come with an edition's folder."""
    import_entries(actor=actor, path=path, edition=edition)


# ---- reading --------------------------------------------------------------------------------------------------------


def _works(path: Path, options: Options, report: EntryReport, *, checked: bool = False, after: int = 0) -> Iterator[Work]:
    """What the rows of a file come to, some at a time. after: rows up to this one are written already."""
    rows = read_rows(
        path, report, columns=list(COLUMNS), silent=[*PROJECT_KEYS, SEEN, STATE], required=[] if options.update else ["title"], aliases=ALIASES,
        mapping=options.mapping, also=is_column, checked=checked,
    )  # fmt: skip
    checker = Checker(report, options.untitled, needs_title=not options.update)
    once = Once()
    editions = {each.code: each for each in Edition.objects.all()}
    while chunk := list(islice(rows, CHUNK)):
        pairs = []
        for row in chunk:
            record = checker.check(row)
            once.check_numbers(record, report)
            pairs.append((record, draft_of_record(record, record.edition or options.edition or editions.get(str(record.year or "")))))
        if report.problems:
            yield Work([], [], chunk[-1].number, len(chunk))
        elif chunk[-1].number <= after:
            for record, draft in pairs:
                once.is_again(record, draft, report)
        else:
            yield _sorted_out([pair for pair in pairs if not once.is_again(*pair, report)], pairs, options, report, after)


def _sorted_out(
    pairs: Sequence[tuple[Record, EntryDraft]], whole: Sequence[tuple[Record, EntryDraft]], options: Options, report: EntryReport, after: int
) -> Work:
    """Which rows are new, and what the others would change."""
    known = Known([draft for _record, draft in pairs], [number for record, _draft in pairs for number in record.other_numbers])
    found = {record.row: known.find(draft, record.number if "number" in record.filled else "") for record, draft in pairs}
    fresh: list[tuple[Record, EntryDraft]] = []
    old: list[tuple[Record, EntryDraft, int]] = []
    for record, draft in pairs:
        key = found[record.row]
        if key is not None:
            old.append((record, draft, key))
            continue
        if record.row <= after:
            continue
        _check_new(record, draft, known, report)
        fresh.append((record, draft))
    for record, _draft in pairs:
        for number in record.other_numbers:
            if known.by_number.get(number, found[record.row]) != found[record.row]:
                report.wrong(record.row, "other_numbers", _("%(value)s is the number of another entry here.") % {"value": shorten(number)})
    report.awards += sum(bool(record.award) for record, _draft in whole)
    report.same += len(old)
    updates = _updates(old, options, report) if options.update and old else []
    return Work(fresh, updates, whole[-1][0].row, len(whole))


def _check_new(record: Record, draft: EntryDraft, known: Known, report: EntryReport) -> None:
    if draft.number and draft.number in known.by_number:
        report.wrong(record.row, "source_id", _("%(value)s is the number of another entry here.") % {"value": shorten(draft.number)})
    elif not draft.title:
        report.wrong(record.row, "title", _("The title is missing."))


def _updates(old: Sequence[tuple[Record, EntryDraft, int]], options: Options, report: EntryReport) -> list[updating.Update]:
    taken = updating.snapshots_of({key for _record, _draft, key in old})
    # What was merged into another entry brings that one up to date.
    merged = {entry.pk: entry.merged_into_id for entry, _snapshot in taken.values() if entry.merged_into_id}
    taken |= updating.snapshots_of(set(merged.values()) - set(taken))
    rows = []
    for record, draft, key in old:
        entry, snapshot = taken[merged.get(key, key)]
        if entry.state == Entry.State.WITHDRAWN:
            report.mend(record.row, "", _("%(number)s is withdrawn here and stays as it is") % {"number": entry.number})
        else:
            rows.append((record, draft, entry, snapshot))
    found = updating.plan(rows, empties=options.empties, tell=report.change)
    report.same -= len(found)
    return found


def draft_of_record(record: Record, edition: Edition | None) -> EntryDraft:
    """The entry that a record stands for."""
    country = record.countries[0] if len(record.countries) == 1 else None
    # The type and the country of the project are those of who carries it; of partners and funders nothing is known but the name.
    bodies = [OrganisationDraft(name, country, record.stakeholder_type) for name in record.organisations]
    bodies += [OrganisationDraft(name, role="partner") for name in record.partners]
    bodies += [OrganisationDraft(name, role="funder") for name in record.funders]
    story: dict[str, Any] = record.story
    return EntryDraft(
        title=record.title,
        summary=record.summary,
        description=record.description,
        **story,
        number=record.number,
        edition=edition,
        stakeholder_type=record.stakeholder_type,
        reach=record.reach,
        status=record.status,
        starts_on=record.starts_on,
        ends_on=record.ends_on,
        year=record.year,
        website=record.website,
        web_links=tuple(record.web_links),
        source=record.source,
        source_id=record.source_id,
        links=tuple(
            LinkDraft(concept, record.reasons[concept.pk]) if concept.pk in record.reasons else LinkDraft(concept)
            for concept in dict.fromkeys([*record.concepts, *record.countries])
        ),
        organisations=tuple(bodies),
        collections=tuple(record.collections),
    )


# ---- writing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def _write_at_once(actor: Actor, path: Path, options: Options, report: EntryReport, progress: Callable[[int, int], None] | None) -> None:
    done = report.rows
    for work in _works(path, options, EntryReport(path.name), checked=True):
        _write(actor, path.name, work, Entry.State.PUBLIC)
        done += work.rows
        if progress:
            progress(done, report.rows * 2)


def _write_in_parts(actor: Actor, path: Path, run: ImportRun, report: EntryReport, progress: Callable[[int, int], None] | None) -> EntryReport:
    """Write what is not written yet, part by part; then make it public at once."""
    options = Options(**runs.options_of(run))
    steps, done = run.rows * 2, run.rows
    second = EntryReport(path.name)
    fresh: list[tuple[Record, EntryDraft]] = []
    updates: list[updating.Update] = []
    rows = 0
    for work in _works(path, options, second, checked=True, after=run.row):
        fresh += work.fresh
        updates += work.updates
        rows += work.rows
        done += work.rows
        if len(fresh) + len(updates) * 5 >= PART or rows >= PART * 5:
            _write_part(actor, path, run, Work(fresh, updates, work.last, rows))
            fresh, updates, rows = [], [], 0
        if progress:
            progress(min(done, steps), steps)
    second.stop()
    if fresh or updates:
        _write_part(actor, path, run, Work(fresh, updates, run.row, rows))
    runs.finish(actor, run)
    report.rows, report.added, report.updated = run.rows, run.added, run.changed
    report.same = max(0, run.rows - run.added - run.changed - report.more_mended)
    _summarise(report, dry_run=False)
    return report


@transaction.atomic
def _write_part(actor: Actor, path: Path, run: ImportRun, work: Work) -> None:
    runs.take(run)
    entries = _write(actor, path.name, work, Entry.State.DRAFT)
    runs.mark(run, entries, changed=len(work.updates), row=work.last)


def _write(actor: Actor, name: str, work: Work, state: str) -> list[Entry]:
    """Write some rows: new entries, with what is not part of their versions, and changes."""
    entries = actions.add_entries(actor=actor, drafts=[draft for _record, draft in work.fresh], state=state, reason=name) if work.fresh else []
    contacts = [
        EntryContact(entry=entry, name=record.contact.name, email=record.contact.email, phone=record.contact.phone)
        for entry, (record, _draft) in zip(entries, work.fresh, strict=True)
        if record.contact
    ]
    EntryContact.objects.bulk_create(contacts, batch_size=500)
    numbers = [EntryNumber(number=number, entry=entry) for entry, (record, _draft) in zip(entries, work.fresh, strict=True) for number in record.other_numbers]
    EntryNumber.objects.bulk_create([each for each in numbers if each.number != each.entry.number], batch_size=500)
    for update in work.updates:
        entry = locked(update.entry)
        draft = updating.applied(update, actions.current_draft(entry))
        actions.edit_entry(actor=actor, entry=entry, draft=draft, reason=f"{updating.IMPORTED}{name}")
        _add_to(update.entry, update.record.contact, update.record.other_numbers)
    return entries


def _add_to(entry: Entry, contact: Contact, numbers: Sequence[str]) -> None:
    """What an update adds beside the entry: a contact where there is none, further numbers."""
    if contact:
        EntryContact.objects.get_or_create(entry=entry, defaults={"name": contact.name, "email": contact.email, "phone": contact.phone})
    there = set(EntryNumber.objects.filter(number__in=list(numbers)).values_list("number", flat=True)) | {entry.number}
    EntryNumber.objects.bulk_create([EntryNumber(number=number, entry=entry) for number in numbers if number not in there])


def _summarise(report: EntryReport, *, dry_run: bool) -> None:
    if dry_run:
        added = ngettext("%(count)s entry would be added.", "%(count)s entries would be added.", report.added)
        updated = ngettext("%(count)s entry would be brought up to date.", "%(count)s entries would be brought up to date.", report.updated)
    else:
        added = ngettext("%(count)s entry added.", "%(count)s entries added.", report.added)
        updated = ngettext("%(count)s entry brought up to date.", "%(count)s entries brought up to date.", report.updated)
    report.summary.append(added % {"count": report.added})
    if report.updated:
        report.summary.append(updated % {"count": report.updated})
    same = ngettext("%(count)s was here already and stays as it is.", "%(count)s were here already and stay as they are.", report.same)
    report.summary.append(same % {"count": report.same})
    if report.awards:
        report.summary.append(_("%(count)s rows name a level of the Prizes; import it with: plenary awards import.") % {"count": report.awards})
    if dry_run:
        report.summary.append(_("Nothing was written."))
