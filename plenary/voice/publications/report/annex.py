"""The annex: every figure with its mark, its definition and where it comes from."""

from __future__ import annotations

from django.utils.translation import gettext as _

from plenary.voice.publications.report.document import COMPUTED, FigureView, Line, Link, Paragraph, Section, Table, Value, Words


def annex(figures: list[FigureView]) -> Section:
    """The table of all figures, one line for each value."""
    rows: list[tuple[Line, ...]] = []
    anchors: list[str] = []
    for figure in figures:
        for position, value in enumerate(figure.values):
            first = position == 0
            name: Line = (Words(figure.label, strong=True), *((Words(" " + figure.definition, quiet=True),) if first and figure.definition != figure.label else ()))
            rows.append((name, (Words(figure.edition),), (Words(f"{value.mark} {value.text}", value.language),), _proof(value)))
            anchors.append(figure.anchor if first else "")
    if not rows:
        return Section("figures", _("Annex: all figures"))
    head = (_("Figure and definition"), _("Edition"), _("Value"), _("Proof"))
    table = Table(_("All figures of this report"), head, tuple(rows), (36, 9, 19, 36), tuple(anchors), is_annex=True)
    intro = Paragraph((Words(_("Every figure of the report and of the editions it tells of, with its definition and its proof.")),))
    return Section("figures", _("Annex: all figures"), (intro, table))


def _proof(value: Value) -> Line:
    if value.proof == COMPUTED:
        words = _("Counted from records")
        return (Link(words, value.path),) if value.path else (Words(words),)
    runs: list[Words | Link] = [Words(_("Reported:") + " "), Words(value.source, "en")]
    if value.place:
        runs.append(Words(", " + _("“%(place)s”") % {"place": value.place}, "en"))
    if value.as_of:
        runs.append(Words(". " + _("As of %(day)s.") % {"day": value.as_of}))
    return tuple(runs)
