"""Importing submissions to a call from a table: short tables at once, long ones in the background, telling how far it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from plenary.engines.calls.actions import import_submissions
from plenary.engines.calls.models import Call
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.faces.desk.importing import shelf
from plenary.faces.desk.importing.outcome import SHOWN, Outcome, Remark, remarks_of
from plenary.ground.audit.actors import Actor
from plenary.ground.files.tables import rows_expected

#: More rows than this are read in the background.
AT_ONCE = 300
#: Bytes of a file that is handed in at the desk.
LARGEST = 30_000_000
SUFFIXES = (".xlsx", ".csv")
#: ``row 12, title`` in any language: a number, and behind the comma the column.
_PLACE = re.compile(r"\D*(\d+)[^,]*(?:, ?(?P<column>.*))?")


@dataclass(frozen=True, slots=True)
class Given:
    """What was said beside the table. reads: in which language the contributors read; the others as ``import_submissions`` takes them."""

    reads: str = "en"
    files_follow: bool = False
    tell: bool = False


def shelf_kind(call: Call) -> str:
    """Under which kind the shelf keeps tables for a call."""
    return f"submissions {call}"


def is_short(kept: shelf.Kept) -> bool:
    """Whether it is read while its sender waits."""
    return rows_expected(kept.path.read_bytes()) <= AT_ONCE


def work(*, actor: Actor, call: Call, kept: shelf.Kept, language: str, given: Given, dry_run: bool) -> None:
    """Check the table, or import it, and put what came of it on the shelf. Whoever calls has asked ``shelf.begin``.

    language: in which the outcome is told.
    """
    outcome, done = kept.outcome, False
    try:
        with translation.override(language):
            outcome, done = _outcome(actor, call, kept, given, dry_run)
    except Exception:
        outcome = Outcome(problems=[Remark("", "", _("Reading this file broke off. Hand it in again; if it happens again, tell the administrator."))])
        raise
    finally:
        shelf.save(kept, outcome, done=done)
        shelf.end(kept)


def _outcome(actor: Actor, call: Call, kept: shelf.Kept, given: Given, dry_run: bool) -> tuple[Outcome, bool]:
    try:
        report = import_submissions(
            actor=actor, call=call, path=kept.path, dry_run=dry_run, language=given.reads, files_follow=given.files_follow, tell=given.tell,
            progress=lambda done, total: shelf.tell(kept, done, total),
        )  # fmt: skip
    except Invalid as error:
        return _problems(error), False
    except Conflict as error:
        return Outcome(problems=[Remark("", "", str(error))]), False
    except NotAllowed:  # the role ended meanwhile
        return Outcome(problems=[Remark("", "", _("You may not import here any more."))]), False
    return Outcome(rows=report.rows, summary=list(report.summary), mended=remarks_of(report.mended)), not dry_run


def _problems(error: Invalid) -> Outcome:
    found: list[Remark] = []
    for place, sentences in error.problems.items():
        match = _PLACE.fullmatch(place) if place else None
        row, column = (match[1], match["column"] or "") if match else ("", place)
        found += [Remark(row, column, sentence) for sentence in sentences]
    return Outcome(problems=found[:SHOWN], more=max(0, len(found) - SHOWN))
