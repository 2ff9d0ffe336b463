"""The annex: every figure with its mark, its definition and where it comes from, and the sources in full."""

from __future__ import annotations

from django.utils.translation import gettext as _

from plenary.voice.publications.report.document import COMPUTED, FigureView, Line, Link, Paragraph, Section, Table, Value, Words
from plenary.voice.publications.report.figures import own_way


def sources_of(figures: list[FigureView]) -> tuple[str, ...]:
    """All sources that report one of the figures, in the order in which they are first named."""
    return tuple(dict.fromkeys(value.source for figure in figures for value in figure.values if value.source))


def annex(figures: list[FigureView], sources: tuple[str, ...]) -> Section:
    """The table of all figures, one line for each value, and the numbered sources."""
    numbers = {source: number for number, source in enumerate(sources, 1)}
    rows: list[tuple[Line, ...]] = []
    anchors: list[str] = []
    for figure in figures:
        for position, value in enumerate(figure.values):
            first = position == 0
            name: Line = (
                Words(figure.label, strong=True),
                *((Words(" " + figure.definition, quiet=True),) if first and figure.definition != figure.label else ()),
            )
            rows.append((name, (Words(figure.edition),), (Words(f"{value.mark} {value.text}", value.language),), _proof(value, numbers)))
            anchors.append(figure.anchor if first else "")
    if not rows:
        return Section("figures", _("Annex: all figures"))
    head = (_("Figure and definition"), _("Edition"), _("Value"), _("Proof"))
    table = Table(_("All figures of this report"), head, tuple(rows), (36, 11, 18, 35), tuple(anchors), is_annex=True)
    intro = Paragraph((Words(_("Every figure of the report and of the editions it tells of, with its definition and its proof.")),))
    listed = tuple(((Words(f"[{number}]"),), (Words(source, "en"),)) for source, number in numbers.items())
    numbered = tuple(f"source-{number}" for number in numbers.values())
    places = Table(_("Sources of reported figures"), (_("Number"), _("Source")), listed, (13, 87), numbered, is_annex=True)
    return Section("figures", _("Annex: all figures"), (intro, table), (Section("sources", _("Sources"), (places,)),) if listed else ())


def _proof(value: Value, numbers: dict[str, int]) -> Line:
    if value.proof == COMPUTED:
        words = _("Counted from records")
        return (Link(words, value.path),) if value.path else (Words(words),)
    number = numbers[value.source]
    runs: list[Words | Link] = [Words(_("Reported:") + " "), Link(f"[{number}]", f"#source-{number}"), Words(" ")]
    runs.append(Words(own_way(f"“{value.place}”" if value.place else value.source), "en"))
    if value.as_of:
        runs.append(Words(". " + _("As of %(day)s.") % {"day": value.as_of}))
    return tuple(runs)
