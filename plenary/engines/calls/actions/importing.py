"""Importing submissions from a table: every row is checked as a submission is, and all are taken or none.

The file is read and checked before the call is locked, so that contributors can go on handing in meanwhile; only what
depends on the others (numbers, limits) is looked at under the lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions.common import KIND, State
from plenary.engines.calls.actions.submitting import (
    check_stakeholder,
    per_address_in_words,
    per_category_in_words,
    per_organisation_in_words,
    read_roles,
    snapshot,
)
from plenary.engines.calls.actions.telling import audience_of
from plenary.engines.calls.events import ImportToBeTold, SubmissionChanged
from plenary.engines.calls.form.checking import check
from plenary.engines.calls.form.fields import ORGANISATION
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.form.table import TableRow, contributor_column, rows_of
from plenary.engines.calls.form.values import Wrong, mail_address
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.models.submissions import STANDING
from plenary.engines.calls.queries import form_in_force
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import keep_first_versions, record_many
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.files.tables import Report, content_of, rows_expected
from plenary.ground.framework.models import Concept

#: Every row's problem is told; a file with more of them is another kind of file.
TOLD = 20_000
#: Rows between two reports of progress, and rows written at once.
_STEP, _BATCH = 100, 500

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class ImportReport(Report):
    """What an import of submissions did, or would do. references: of those that were made, in the order of the rows."""

    references: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A row whose answers hold, as the submission that it becomes. column: where limits for its organisation are told."""

    row: int
    submission: Submission
    column: str


def import_submissions(
    *,
    actor: Actor,
    call: Call,
    path: Path | IO[bytes],
    dry_run: bool = False,
    language: str = "en",
    origin: str = Submission.Origin.IMPORT,
    files_follow: bool = False,
    tell: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Enter the submissions of a table, xlsx or csv, whatever the hour: staff has collected them elsewhere. No receipts are mailed.

    dry_run: check and report only. language: in which the contributors read. files_follow: a file that the form asks for may
    be missing, since tables hold none; it is added later. tell: national focal points, where contributors agreed, and persons
    who are asked to join get one mail each, however many rows concern them; otherwise nobody hears of it. progress: is told how much of how much is done.
    Raises: Invalid with all problems by row and column (``row 12, title``), and then nothing is written; Conflict where the
    call has no form, or its form was changed meanwhile; NotAllowed.
    """
    require(actor, "calls.decide", call)
    form = form_in_force(call)
    if form is None:
        raise Conflict(_("This call cannot be answered on this site."))
    name = Path(str(getattr(path, "name", "") or _("table"))).name
    _require_published(call)
    report = ImportReport(name, most=TOLD)
    lookups = Lookups(concepts_of(form.form.schemes))
    raw = content_of(path, report)
    steps = _Steps(rows_expected(raw or b"") * (1 if dry_run else 2), progress)
    made = _Maker(actor, call, form, lookups, report, language=language, origin=origin, files_follow=files_follow)
    ready = []
    for row in rows_of(raw, form.form, lookups, report, languages=call.languages) if raw is not None else ():
        ready += made.of(row)
        steps.go(1)
    steps.expect(report.rows * (1 if dry_run else 2))
    if dry_run:
        _check_limits(call, ready, report)
        report.stop()
    else:
        _write(actor, call, form, ready, report, steps, tell=tell)
    _summarise(report, ready, made.without_files, dry_run)
    if tell:
        _summarise_told(report, ready, dry_run)
    return report


def _require_published(call: Call) -> None:
    if not call.is_published:
        raise Conflict(_("This call is not published yet, so nobody can answer it."))


class _Steps:
    """Tells how far it is, not at every row."""

    def __init__(self, total: int, tell: Progress | None) -> None:
        self.tell, self.done = tell, 0
        self.expect(total)

    def expect(self, total: int) -> None:
        """There are so many steps altogether."""
        self.total = total
        if self.tell:
            self.tell(self.done, max(total, 1))

    def go(self, more: int) -> None:
        """More steps are done."""
        before, self.done = self.done, self.done + more
        self.total = max(self.total, self.done)
        if self.tell and (before // _STEP != self.done // _STEP or self.done == self.total):
            self.tell(self.done, self.total)


class _Maker:
    """Makes submissions of rows, and tells what is wrong with those that are none."""

    def __init__(
        self, actor: Actor, call: Call, form: FormVersion, lookups: Lookups, report: Report, *, language: str, origin: str, files_follow: bool
    ) -> None:
        self.call, self.form, self.lookups, self.report = call, form, lookups, report
        self.definition = form.form
        self.languages = tuple(call.languages)
        self.countries = {each.code: each for each in Concept.objects.filter(scheme__code="countries")}
        self.email_column = contributor_column(self.definition).code
        self.now = timezone.now()
        asked = self.definition.by_role.get(ORGANISATION)
        self.organisation = asked.code if asked else ""
        self.without_files, self.files_follow = 0, files_follow
        self.common: dict[str, Any] = {
            "call": call, "form": form, "state": State.SUBMITTED, "origin": origin, "language": language, "entered_by": actor.trail_id, "revision": 1,
            "created_at": self.now, "saved_at": self.now, "submitted_at": self.now,
        }  # fmt: skip

    def of(self, row: TableRow) -> list[_Ready]:
        """The submission of a row; none where something is wrong with it."""
        checked = check(self.definition, row.answers, self.lookups, languages=self.languages)
        problems = {key: sentences for key, sentences in checked.problems.items() if key.partition(".")[0] not in row.unread}
        missing = [
            problems.pop(key) for key in list(problems) if self.files_follow and self.definition.by_code[key.partition(".")[0]].kind in ("file", "image")
        ]
        self.without_files += bool(missing)
        email = row.email
        if email:
            try:
                email = mail_address(email)
            except Wrong as wrong:
                problems[self.email_column] = wrong.sentences
        if not problems and not row.unread:
            submission = Submission(answers=checked.answers, email=email, **self.common)
            read_roles(submission, self.definition, self.countries)
            try:
                check_stakeholder(self.call, submission, self.definition)
            except Invalid as error:
                problems = error.problems
            else:
                return [_Ready(row.number, submission, row.column_of(self.organisation))]
        for key, sentences in problems.items():
            for sentence in sentences:
                self.report.wrong(row.number, row.column_of(key), sentence)
        return []


def _check_limits(call: Call, ready: Sequence[_Ready], report: Report) -> None:
    """Note where the call takes no more from a person or an organisation, what is here and what comes taken together."""
    if call.per_person:
        _check_people(call, ready, report)
    if not (call.per_organisation or call.per_organisation_and_category):
        return
    here = Submission.objects.filter(call=call, state__in=STANDING).exclude(organisation_key="").values_list("organisation_key", "category")
    by_category: Counter[tuple[str, str]] = Counter(here.iterator())
    by_organisation: Counter[str] = Counter()
    for (key, _category), count in by_category.items():
        by_organisation[key] += count
    for each in ready:
        key, category = each.submission.organisation_key, each.submission.category
        if not key:
            continue
        by_organisation[key] += 1
        by_category[key, category] += 1
        if call.per_organisation and by_organisation[key] > call.per_organisation:
            report.wrong(each.row, each.column, per_organisation_in_words(call))
        elif call.per_organisation_and_category and category and by_category[key, category] > call.per_organisation_and_category:
            report.wrong(each.row, each.column, per_category_in_words(call))


def _check_people(call: Call, ready: Sequence[_Ready], report: Report) -> None:
    """A table knows people by their addresses; a row without one is nobody's."""
    here = Submission.objects.filter(call=call, state__in=STANDING).values_list("owner__email", "email")
    by_address = Counter((owner or email).casefold() for owner, email in here.iterator() if owner or email)
    column = contributor_column(ready[0].submission.form.form).code if ready else ""
    for each in ready:
        address = each.submission.email.casefold()
        if not address:
            continue
        by_address[address] += 1
        if by_address[address] > (call.per_person or 0):
            report.wrong(each.row, column, per_address_in_words(call))


@transaction.atomic
def _write(actor: Actor, call: Call, form: FormVersion, ready: Sequence[_Ready], report: ImportReport, steps: _Steps, *, tell: bool) -> None:
    # Whoever submits to this call waits here, as for one that is handed in: numbers and limits are counted under this lock.
    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=call.pk)
    _require_published(call)
    current = form_in_force(call)
    if current is None or current.pk != form.pk or current.definition != form.definition:
        raise Conflict(_("The form of this call was changed meanwhile. Import the table again."))
    _check_limits(call, ready, report)
    report.stop()
    number = Submission.objects.filter(call=call).aggregate(last=Max("number"))["last"] or 0
    for start in range(0, len(ready), _BATCH):
        batch = [each.submission for each in ready[start : start + _BATCH]]
        for submission in batch:
            number += 1
            submission.number = number
        Submission.objects.bulk_create(batch)
        keep_first_versions(actor=actor, kind=KIND, snapshots={str(each.pk): snapshot(each) for each in batch}, reason=report.file)
        told = {str(each.pk): {"state": each.state, "answers": each.answers} for each in batch}
        record_many(actor=actor, verb="imported", kind=KIND, values=told, reason=report.file)
        for submission in batch:
            report.references.append(submission.reference)
            emit(SubmissionChanged(actor_id=actor.trail_id, call=str(call), submission=str(submission.pk), verb="imported"))
        steps.go(len(batch))
    if tell and ready:
        emit(ImportToBeTold(actor_id=actor.trail_id, call=str(call), first=ready[0].submission.number or 0, last=number))


def _summarise_told(report: ImportReport, ready: Sequence[_Ready], dry_run: bool) -> None:
    count = audience_of(each.submission for each in ready).count
    if dry_run:
        words = ngettext("%(count)s person would be told by mail.", "%(count)s people would be told by mail.", count)
    else:
        words = ngettext("%(count)s person is told by mail.", "%(count)s people are told by mail.", count)
    report.summary.append(words % {"count": f"{count:,}"})


def _summarise(report: ImportReport, ready: Sequence[_Ready], without_files: int, dry_run: bool) -> None:
    count = len(ready)
    if dry_run:
        words = ngettext("%(count)s submission would be entered.", "%(count)s submissions would be entered.", count)
    else:
        words = ngettext("%(count)s submission entered.", "%(count)s submissions entered.", count)
    report.summary.append(words % {"count": f"{count:,}"})
    if report.references:
        report.summary.append(_("References: %(first)s to %(last)s.") % {"first": report.references[0], "last": report.references[-1]})
    alike = _alike(ready)
    if alike:
        report.summary.append(
            ngettext(
                "%(count)s looks like another of this call: the same title from the same organisation.",
                "%(count)s look like others of this call: the same title from the same organisation.",
                alike,
            )
            % {"count": f"{alike:,}"}
        )
    if without_files:
        report.summary.append(
            ngettext(
                "%(count)s lacks a file that the form asks for; add it to the submission.",
                "%(count)s lack files that the form asks for; add them to the submissions.",
                without_files,
            )
            % {"count": f"{without_files:,}"}
        )
    if dry_run:
        report.summary.append(_("Nothing was written."))


def _alike(ready: Sequence[_Ready]) -> int:
    """How many of the rows have the title and the organisation of another one, or of a submission that is here."""
    if not ready:
        return 0
    own = {each.submission.pk for each in ready}
    here = Submission.objects.filter(call=ready[0].submission.call, deleted_at=None).exclude(fingerprint="").values_list("fingerprint", "pk")
    known = Counter(fingerprint for fingerprint, key in here.iterator() if key not in own)
    known.update(each.submission.fingerprint for each in ready)
    return sum(bool(each.submission.fingerprint) and known[each.submission.fingerprint] > 1 for each in ready)
