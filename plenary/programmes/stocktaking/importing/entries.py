"""Importing entries: the whole file is checked before anything is written, and what is here already stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.ground.audit.actors import Actor, require
from plenary.ground.files.tables import Report, shorten
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.importing.columns import ALIASES, COLUMNS, PROJECT_KEYS, Checker, Record
from plenary.programmes.stocktaking.importing.reading import read_rows
from plenary.programmes.stocktaking.models import Entry

_CHUNK = 500


@transaction.atomic
def import_entries(
    *,
    actor: Actor,
    path: Path,
    edition: Edition | None = None,
    dry_run: bool = False,
    untitled: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Import a file of entries, all or nothing; importing it again adds nothing.

    edition: for rows whose year names none. dry_run: check and report only. untitled: a title for rows without one.
    progress: is told how many rows of how many are done.

    Raises: Invalid with all problems by row and column, NotAllowed.
    """
    require(actor, "stocktaking.add_entry", edition)
    report = Report(path.name)
    records = _read(path, report, untitled)
    _check_source_ids(records, report)
    report.stop()
    drafts = _drafts(records, edition)
    known = Known(drafts)
    fresh = known.new(list(zip(records, drafts, strict=True)), report)
    report.stop()
    _summarise(report, records, len(fresh), sum(known.find(draft) is not None for draft in drafts), dry_run)
    if not dry_run and fresh:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            if progress:
                progress(done, len(fresh))

        actions.add_entries(actor=actor, drafts=fresh, reason=path.name, progress=count)
    return report


def load_records(path: Path, edition: Edition, actor: Actor) -> None:
    """Import the entries that come with an edition's folder."""
    import_entries(actor=actor, path=path, edition=edition)


def _read(path: Path, report: Report, untitled: str) -> list[Record]:
    rows = read_rows(path, report, columns=list(COLUMNS), silent=list(PROJECT_KEYS), required=["title"], aliases=ALIASES)
    checker = Checker(report, untitled)
    found = []
    for row in rows:
        found.append(checker.check(row))
        if report.is_full:
            break
    return found


def _check_source_ids(records: Sequence[Record], report: Report) -> None:
    first: dict[str, int] = {}
    for record in records:
        if record.source_id and record.source_id in first:
            report.wrong(
                record.row, "source_id", _("%(value)s stands in row %(row)s already.") % {"value": shorten(record.source_id), "row": first[record.source_id]}
            )
        elif len(record.source_id) > 200:
            report.wrong(record.row, "source_id", _("%(value)s has more than 200 characters.") % {"value": shorten(record.source_id)})
        first.setdefault(record.source_id, record.row)


def _drafts(records: Sequence[Record], edition: Edition | None) -> list[EntryDraft]:
    by_year = {each.code: each for each in Edition.objects.filter(code__in={str(record.year) for record in records if record.year})}
    return [draft_of_record(record, edition or by_year.get(str(record.year))) for record in records]


def draft_of_record(record: Record, edition: Edition | None) -> EntryDraft:
    """The entry that a record stands for."""
    country = record.countries[0] if len(record.countries) == 1 else None
    return EntryDraft(
        title=record.title,
        summary=record.summary,
        description=record.description,
        number=record.number,
        edition=edition,
        stakeholder_type=record.stakeholder_type,
        reach=record.reach,
        status=record.status,
        starts_on=record.starts_on,
        ends_on=record.ends_on,
        year=record.year,
        website=record.website,
        source=record.source,
        source_id=record.source_id,
        links=tuple(LinkDraft(concept) for concept in [*record.concepts, *record.countries]),
        organisations=tuple(OrganisationDraft(name, country, record.stakeholder_type) for name in record.organisations),
    )


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted({value for value in values if value})
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


class Known:
    """Which of a set of drafts stand for projects that are here already."""

    def __init__(self, drafts: Sequence[EntryDraft]) -> None:
        self.by_source: dict[str, int] = {}
        self.by_number: dict[str, int] = {}
        self.by_identity: dict[str, list[tuple[int, str]]] = {}
        for chunk in _chunks(draft.source_id for draft in drafts):
            self.by_source.update(Entry.objects.filter(source_id__in=chunk).values_list("source_id", "pk"))
        for chunk in _chunks(draft.number for draft in drafts):
            self.by_number.update(Entry.objects.filter(number__in=chunk).values_list("number", "pk"))
        for chunk in _chunks(draft.identity for draft in drafts):
            for identity, key, source_id in Entry.objects.filter(identity__in=chunk).order_by("pk").values_list("identity", "pk", "source_id"):
                self.by_identity.setdefault(identity, []).append((key, source_id))

    def find(self, draft: EntryDraft) -> int | None:
        """The key of the entry that is the same project; of a withdrawn one too, which stays withdrawn."""
        if draft.source_id and draft.source_id in self.by_source:
            return self.by_source[draft.source_id]
        for key, source_id in self.by_identity.get(draft.identity, ()):
            # Two numbers of the convener are two records, however alike they look.
            if not draft.source_id or not source_id:
                return key
        return None

    def new(self, pairs: Sequence[tuple[Record, EntryDraft]], report: Report) -> list[EntryDraft]:
        """The drafts that stand for projects which are not here yet, each once."""
        fresh: list[EntryDraft] = []
        rows: dict[str, int] = {}
        for record, draft in pairs:
            if self.find(draft) is not None:
                continue
            same = rows.get(draft.identity)
            if same is not None and not draft.source_id:
                report.mend(record.row, "", _("the same project as in row %(row)s; kept once") % {"row": same})
                continue
            if draft.number and draft.number in self.by_number:
                report.wrong(record.row, "source_id", _("%(value)s is the number of another entry here.") % {"value": shorten(draft.number)})
                continue
            rows.setdefault(draft.identity, record.row)
            fresh.append(draft)
        return fresh


def _summarise(report: Report, records: Sequence[Record], fresh: int, known: int, dry_run: bool) -> None:
    if dry_run:
        words = ngettext("%(count)s entry would be added.", "%(count)s entries would be added.", fresh)
    else:
        words = ngettext("%(count)s entry added.", "%(count)s entries added.", fresh)
    report.summary.append(words % {"count": fresh})
    report.summary.append(
        ngettext("%(count)s was here already and stays as it is.", "%(count)s were here already and stay as they are.", known) % {"count": known}
    )
    awards = sum(bool(record.award) for record in records)
    if awards:
        report.summary.append(_("%(count)s rows name a level of the Prizes; import it with: plenary awards import.") % {"count": awards})
    if dry_run:
        report.summary.append(_("Nothing was written."))
