"""The kinds of records that come with the platform."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.errors import Invalid
from plenary.faces.desk.importing.outcome import KEPT, Changed, Outcome, Remark, remarks_of
from plenary.faces.desk.importing.registry import Kind, Source, register
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition
from plenary.programmes.awards.importing import COLUMNS as AWARD_COLUMNS
from plenary.programmes.awards.importing import import_awards
from plenary.programmes.forum.actions import import_programme
from plenary.programmes.forum.importing.table import COLUMNS as SESSION_COLUMNS
from plenary.programmes.stocktaking.importing.columns import COLUMNS as ENTRY_COLUMNS
from plenary.programmes.stocktaking.importing.entries import import_entries, shown


def links(*wanted: tuple[str, str, tuple[str, ...], str]) -> list[tuple[str, str]]:
    """Labels with the addresses of pages that exist: (label, view, arguments, query)."""
    found = []
    for label, view, arguments, query in wanted:
        try:
            found.append((label, reverse(view, args=arguments) + query))
        except NoReverseMatch:
            continue
    return found


def _entries(actor: Actor, source: Source, dry_run: bool) -> Outcome:
    given = source.given
    report = import_entries(
        actor=actor, path=source.path, edition=source.edition, dry_run=dry_run, update=given.get("update", False), empties=given.get("empties", False),
        mapping=given.get("mapping", {}), resume=source.resume, progress=source.progress, most=KEPT,
    )  # fmt: skip
    changes = [Changed(str(each.row), each.number, each.column, shown(each.before), shown(each.after), each.kept) for each in report.changes]
    return Outcome(rows=report.rows, summary=report.summary, mended=remarks_of(report.mended), changes=changes, more_changes=report.more_changes)


def _entries_pages(edition: Edition | None) -> list[tuple[str, str]]:
    return links((_("The list of entries"), "stocktaking:list", (), f"?edition={edition.code}" if edition else ""))


register(
    Kind(
        code="entries",
        label=gettext_lazy("Stocktaking entries"),
        help=gettext_lazy("Projects and activities, one a row. What is here already stays as it is, or is brought up to date where you say so."),
        suffixes=(".csv", ".jsonl", ".xlsx"),
        permission="stocktaking.add_entry",
        needs_edition=False,
        run=_entries,
        results=_entries_pages,
        command="plenary stocktaking import FILE",
        columns=lambda: ENTRY_COLUMNS,
        largest=60_000_000,
        at_once=500,
        in_parts=True,
        is_mapped=True,
    )
)


def _awards(actor: Actor, source: Source, dry_run: bool) -> Outcome:
    report = import_awards(actor=actor, path=source.path, edition=source.edition, dry_run=dry_run)
    return Outcome(rows=report.rows, summary=report.summary, mended=remarks_of(report.mended))


def _awards_pages(edition: Edition | None) -> list[tuple[str, str]]:
    if edition is None:
        return links((_("All prizes"), "awards:list", (), ""))
    return links((_("The prizes of the edition"), "awards:contest", (edition.code,), ""))


register(
    Kind(
        code="awards",
        label=gettext_lazy("Prizes and awards"),
        help=gettext_lazy("How far projects came in a contest, one award a row. Projects that are not here yet are added to the repository."),
        suffixes=(".csv", ".jsonl", ".xlsx"),
        permission="awards.give_award",
        needs_edition=False,
        run=_awards,
        results=_awards_pages,
        command="plenary awards import FILE",
        columns=lambda: AWARD_COLUMNS,
    )
)


def _sessions(actor: Actor, source: Source, dry_run: bool) -> Outcome:
    if source.edition is None:
        raise Invalid({"": [_("Choose the edition that the programme belongs to.")]})
    report = import_programme(actor=actor, path=source.path, edition=source.edition, dry_run=dry_run)
    figures = [
        (_("Would be added") if dry_run else _("Added"), report.added),
        (_("Would be changed") if dry_run else _("Changed"), report.changed),
        (_("As they were"), report.same),
    ]
    if report.others:
        figures.append((_("Rows of other editions, passed over"), report.others))
    kept = [Remark("", "", _("kept as edited here: %(what)s") % {"what": what}) for what in report.kept]
    return Outcome(rows=report.added + report.changed + report.same, figures=figures, mended=kept)


def _sessions_pages(edition: Edition | None) -> list[tuple[str, str]]:
    return links((_("The programme of the edition"), "forum:programme", (edition.code,), "")) if edition else []


register(
    Kind(
        code="sessions",
        label=gettext_lazy("Forum sessions"),
        help=gettext_lazy(
            "A programme: frab XML, frab or pretalx JSON, or a table with one session a row. Sessions from the same source are brought up to date."
        ),
        suffixes=(".csv", ".json", ".xml"),
        permission="forum.edit",
        needs_edition=True,
        run=_sessions,
        results=_sessions_pages,
        command="plenary forum import FILE",
        columns=lambda: SESSION_COLUMNS,
    )
)
