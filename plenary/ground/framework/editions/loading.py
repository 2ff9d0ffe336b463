"""Loading edition folders: everything is checked first, then written in one transaction.

Each record is merged three ways (see ``merging``), so that what somebody changed at the desk survives loading again.
What changed in the folder and at the desk is listed as a conflict, and the desk's value stays, until one of the two
gives way. A record deleted at the desk stays deleted; one that has left its file is removed unless it was edited.

``reset`` moves the day from which an edition's relative dates count to today. All dates of the edition move along,
also those edited at the desk; all other edits stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as FieldError
from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError
from pydantic import ValidationError

from plenary.errors import Conflict as WrongState
from plenary.errors import Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.editions import records
from plenary.ground.framework.editions.checking import RECORDS, Folder, FoundRow, edition_folders, known_concepts, read_folders
from plenary.ground.framework.editions.merging import ABSENT, Merged, merge, remember
from plenary.ground.framework.editions.plain import defaults_of, values_of
from plenary.ground.framework.editions.sections import Row, Section, sections
from plenary.ground.framework.events import EditionLoaded
from plenary.ground.framework.files import Problems
from plenary.ground.framework.models import Edition, LoadedRecord

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that changed in the folder and at the desk; the desk's stays."""

    file: str
    line: int
    field: str
    section: str
    key: str
    at_desk: Any
    in_file: Any


@dataclass(slots=True)
class LoadResult:
    """What loading one edition did. Records are named ``section/key``."""

    code: str
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    deleted_at_desk: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    records: list[str] = field(default_factory=list)  # files of records that were imported

    @property
    def did_something(self) -> bool:
        return bool(self.created or self.changed or self.removed or self.records)


@dataclass(slots=True)
class _Step:
    """A record to be written. merged: None where it is not in the folder (rewritten by a reset)."""

    section: Section[Any]
    row: Row
    found: FoundRow | None
    merged: Merged | None
    is_new: bool
    differs: bool


@transaction.atomic
def load(*, actor: Actor, paths: Sequence[Path], dry_run: bool = False, records_again: bool = False, on_progress: Progress | None = None) -> list[LoadResult]:
    """Load edition folders, or folders that hold some.

    dry_run: do everything, then take it back. records_again: import record files also where they have not changed.
    Raises: BadFiles with every problem of every file; then nothing has been written.
    """
    require(actor, "framework.load_edition")
    problems = Problems()
    folders = read_folders(paths, problems)
    problems.stop()
    results = []
    for done, folder in enumerate(folders):
        results.append(_Loading(folder, actor, problems, records_again=records_again).run())
        if on_progress is not None:
            on_progress(done + 1, len(folders))
    problems.stop()
    if dry_run:
        transaction.set_rollback(True)
    return results


def check(*, paths: Sequence[Path]) -> list[Folder]:
    """Read and check edition folders without writing anything. Raises: BadFiles with every problem."""
    problems = Problems()
    folders = read_folders(paths, problems)
    problems.stop()
    return folders


@transaction.atomic
def reset(*, actor: Actor, code: str, path: Path) -> LoadResult:
    """Let the relative dates of an edition count from today, and load its folder.

    path: the edition's folder, or one that holds it. Raises: Conflict where the edition has no relative dates.
    """
    require(actor, "framework.load_edition")
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        raise WrongState(f"There is no edition {code}; load its folder first.")
    if edition.anchor is None:
        raise WrongState(f"The edition {code} has the dates of the calendar; only one with relative dates can be reset.")
    problems = Problems()
    folders = [folder for each in edition_folders([path]) for folder in read_folders([each], problems) if folder.code == code]
    problems.stop()
    if not folders:
        raise WrongState(f"There is no folder of the edition {code} in {path}.")
    result = _Loading(folders[0], actor, problems, anew=True).run()
    problems.stop()
    return result


class _Loading:
    """Loads one folder that has been read and found right."""

    def __init__(self, folder: Folder, actor: Actor, problems: Problems, *, anew: bool = False, records_again: bool = False) -> None:
        self.folder, self.actor, self.problems, self.anew, self.records_again = folder, actor, problems, anew, records_again
        self.result = LoadResult(folder.code)
        self.edition = Edition.objects.filter(code=folder.code).first() or Edition(code=folder.code)
        self.loaded = {(each.section, each.key): each for each in LoadedRecord.objects.filter(edition_code=folder.code)}
        self.context = {"concepts": known_concepts()}
        self.trail: dict[str, Any] = {}

    def run(self) -> LoadResult:
        """Plan with the database as it is, then write."""
        steps = [step for section in sections() for step in self._plan(section)]
        removals = [each for section in reversed(sections()) for each in self._gone(section)]
        if self.anew:
            self.edition.anchor = datetime.now(ZoneInfo(self.edition.zone)).date()
        self._write(steps)
        for section, record in removals:
            self._remove(section, record)
        self._remember(steps)
        self._import_records()
        if self.result.did_something and not self.problems:
            summary = {
                "created": self.result.created,
                "removed": self.result.removed,
                "records": self.result.records,
                "changed": {name: each["after"] for name, each in self.trail.items()},
            }
            before = {"changed": {name: each["before"] for name, each in self.trail.items()}}
            audit.record(actor=self.actor, verb="loaded", kind="framework.edition", key=self.folder.code, before=before, after=summary)
            emit(EditionLoaded(actor_id=self.actor.trail_id, code=self.folder.code))
        return self.result

    # ---- planning ----

    def _plan(self, section: Section[Any]) -> Iterator[_Step]:
        held = {row.key: row for row in section.read(self.edition)} if self.edition.pk else {}
        defaults = defaults_of(section.row)
        for found in self.folder.rows.get(section.name, ()):
            key = found.row.key
            record, row = self.loaded.get((section.name, key)), held.pop(key, None)
            if row is not None:
                yield self._merge(section, found, row, record, defaults)
            elif record is not None:
                self.result.deleted_at_desk.append(f"{section.name}/{key}")
            else:
                merged = merge(last=ABSENT, held=ABSENT, database=ABSENT, file=found.values)
                yield _Step(section, found.row, found, merged, is_new=True, differs=True)
        if self.anew:
            gone = {record.key for _section, record in self._gone(section)}
            for key, row in held.items():
                if key not in gone:
                    yield _Step(section, row, None, None, is_new=False, differs=False)

    def _merge(self, section: Section[Any], found: FoundRow, row: Row, record: LoadedRecord | None, defaults: dict[str, Any]) -> _Step:
        database = values_of(row)
        # A field that the software has learned since then counts as loaded with its default.
        last = {**defaults, **record.values["file"]} if record else ABSENT
        held = {**defaults, **record.values["held"]} if record else ABSENT
        merged = merge(last=last, held=held, database=database, file=found.values)
        for each in merged.conflicts:
            self._conflict(section, found, each.path, each.database, each.file)
        if merged.values == database:
            return _Step(section, row, found, merged, is_new=False, differs=False)
        try:
            wanted = section.row.model_validate(merged.values, context=self.context)
        except ValidationError:
            # Each side makes sense, but not the two together: the desk's stays as a whole.
            self._conflict(section, found, (), database, found.values)
            return _Step(section, row, found, None, is_new=False, differs=False)
        was, became = audit.changes(database, values_of(wanted))
        self.trail[f"{section.name}/{row.key}"] = {"before": was, "after": became}
        return _Step(section, wanted, found, merged, is_new=False, differs=True)

    def _conflict(self, section: Section[Any], found: FoundRow, path: tuple[str | int, ...], database: Any, file: Any) -> None:
        at_desk, in_file = (None if value is ABSENT else value for value in (database, file))
        shown = ".".join(str(part) for part in path)
        self.result.conflicts.append(Conflict(found.file, found.line_of(path), shown, section.name, found.row.key, at_desk, in_file))

    def _gone(self, section: Section[Any]) -> Iterator[tuple[Section[Any], LoadedRecord]]:
        there = {found.row.key for found in self.folder.rows.get(section.name, ())}
        for (name, key), record in self.loaded.items():
            if name == section.name and key not in there:
                yield section, record

    # ---- writing ----

    def _write(self, steps: list[_Step]) -> None:
        if self.anew:
            self.edition.save(update_fields=["anchor"])
        for step in steps:
            name = f"{step.section.name}/{step.row.key}"
            if not step.differs:
                self.result.unchanged += 1
                if not self.anew:
                    continue
            elif step.is_new:
                self.result.created.append(name)
            else:
                self.result.changed.append(name)
            file, line = (step.found.file, step.found.line) if step.found else (step.section.file, 0)
            with self._problems_at(file, line, step.found):
                step.section.write(self.edition, step.row, self.actor)

    @contextmanager
    def _problems_at(self, file: str, line: int, found: FoundRow | None = None) -> Iterator[None]:
        """What goes wrong inside becomes a problem of the file, and is taken back."""
        try:
            with transaction.atomic():
                yield
        except Invalid as error:
            for name, sentences in error.problems.items():
                place = found.line_of(tuple(name.split("."))) if found and name else line
                for sentence in sentences:
                    self.problems.add(file, place, name, sentence)
        except (IntegrityError, DataError, ObjectDoesNotExist, FieldError, WrongState) as error:
            self.problems.add(file, line, "", f"cannot be written: {error}")

    def _remove(self, section: Section[Any], record: LoadedRecord) -> None:
        row = next((row for row in section.read(self.edition) if row.key == record.key), None)
        name = f"{section.name}/{record.key}"
        if row is not None and values_of(row) != {**defaults_of(section.row), **record.values["held"]}:
            self.result.conflicts.append(Conflict(f"{self.folder.name}/{section.file}", 0, "", section.name, record.key, values_of(row), None))
            return
        if row is not None:
            try:
                with transaction.atomic():
                    section.remove(self.edition, record.key, self.actor)
            except (ProtectedError, WrongState):  # something hangs on it
                self.result.conflicts.append(Conflict(f"{self.folder.name}/{section.file}", 0, "", section.name, record.key, values_of(row), None))
                return
            self.result.removed.append(name)
        record.delete()

    def _remember(self, steps: list[_Step]) -> None:
        """Keep what the file said and how the database reads now, to tell the two kinds of change apart next time."""
        if self.problems:
            return
        changed = [step for step in steps if step.found and step.merged]
        for section in {step.section.name: step.section for step in changed}.values():
            now = {row.key: values_of(row) for row in section.read(self.edition)}
            for step in changed:
                if step.section.name == section.name and step.merged and step.row.key in now:
                    last, held = remember(step.merged, now[step.row.key])
                    self._keep(section.name, step.row.key, {"file": last, "held": held})

    def _keep(self, section: str, key: str, values: dict[str, Any]) -> None:
        record = self.loaded.get((section, key))
        if record is None:
            LoadedRecord.objects.create(edition_code=self.folder.code, section=section, key=key, values=values)
        elif record.values != values:
            record.values = values
            record.save(update_fields=["values"])

    # ---- records ----

    def _import_records(self) -> None:
        if self.problems:
            return
        importers = records.importers()
        for path in self.folder.records:
            mark = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            record = self.loaded.get((RECORDS, path.name))
            if record is not None and record.values == mark and not self.records_again:
                continue
            with self._problems_at(f"{self.folder.name}/{RECORDS}/{path.name}", 0):
                importers[path.name](path, self.edition, self.actor)
            self._keep(RECORDS, path.name, mark)
            self.result.records.append(path.name)
