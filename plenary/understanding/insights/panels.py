"""What insights puts on the pages of other rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Edition
from plenary.ground.measures.registry import find
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.awards.levels import Level
from plenary.programmes.stocktaking.queries import badges_for
from plenary.understanding.insights import queries
from plenary.understanding.insights.queries import themes
from plenary.understanding.insights.queries.themes import SHOWN, STEPS, Theme


@panel("edition", position=20)
def key_figures(edition: Edition, request: HttpRequest) -> Panel | None:
    """The figures that tell most about the edition."""
    figures = queries.key_figures(edition)
    return Panel(_("In figures"), "insights/parts/key_figures.html", {"figures": figures, "edition": edition}, anchor="figures") if figures else None


# ---- themes ---------------------------------------------------------------------------------------------------------


@panel("theme", position=10)
def over_the_years(theme: Theme, request: HttpRequest) -> Panel | None:
    """Entries, prizes and sessions of each year, every number leading to its records."""
    years = themes.years_of(theme)
    if not years:
        return None
    largest = max(line.entries for line in years)
    steps = [(str(step), Level(step).label) for step in STEPS]
    rows = [
        {
            "line": line,
            "share": round(100 * line.entries / largest) if largest else 0,
            "path": theme.entries_path(year=line.year),
            "steps": [(str(step), line.steps.get(step, 0)) for step in STEPS],
        }
        for line in years
    ]
    totals = {
        "entries": theme.found.total,
        "path": theme.entries_path(),
        "steps": [(str(step), len(theme.awards_at(step))) for step in STEPS],
        "sessions": len(theme.sessions),
    }
    context = {"rows": rows, "steps": steps, "totals": totals, "has_prizes": bool(theme.awards), "has_sessions": bool(theme.sessions)}
    return Panel(_("Over the years"), "insights/parts/theme_years.html", context, anchor="years")


@panel("theme", position=20)
def entries_of_theme(theme: Theme, request: HttpRequest) -> Panel | None:
    """The newest projects."""
    entries = theme.newest
    if not entries:
        return None
    badges = badges_for(entries)
    context = {"rows": [(entry, badges.get(entry.pk, [])) for entry in entries], "number": theme.found.total, "path": theme.entries_path()}
    return Panel(_("Projects"), "insights/parts/theme_entries.html", context, anchor="projects")


@panel("theme", position=30)
def prizes_of_theme(theme: Theme, request: HttpRequest) -> Panel | None:
    """Those who came furthest in the contests, the latest first."""
    if not theme.awards:
        return None
    step = next(step for step in reversed(STEPS) if theme.awards_at(step))
    number = len(theme.awards_at(step))
    context = {"awards": list(themes.awards_of(theme, step)[:SHOWN]), "level": Level(step).label, "step": str(step), "number": number}
    return Panel(_("Prizes"), "insights/parts/theme_awards.html", context, anchor="prizes")


@panel("theme", position=40)
def sessions_of_theme(theme: Theme, request: HttpRequest) -> Panel | None:
    """The latest sessions."""
    if not theme.sessions:
        return None
    context = {"sessions": list(themes.sessions_of(theme)[:SHOWN]), "number": len(theme.sessions)}
    return Panel(_("Sessions of the Forum"), "insights/parts/theme_sessions.html", context, anchor="sessions")


@panel("theme", position=50)
def told_of_theme(theme: Theme, request: HttpRequest) -> Panel | None:
    """What sources report, which may be more or less than what is on record here."""
    figures = themes.reported_of(theme)
    if not figures:
        return None
    rows = [(figure, find(figure.measure)[0].label) for figure in figures]
    return Panel(_("Reported elsewhere"), "insights/parts/theme_reported.html", {"rows": rows}, anchor="reported")
