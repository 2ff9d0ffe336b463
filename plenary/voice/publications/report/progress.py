"""What the progress report says: the deck of an edition, made anew from the records.

Its figures come from ``insights``, its lists from the rooms that own them, and its connecting texts from the
edition's ``report.toml``. A section that would be empty is left out.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.models import Call, Phase
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import RIGHT_TO_LEFT, Text, reader_language
from plenary.ground.web.templatetags.web import clock, day, days, zone_city
from plenary.understanding.insights.groups import group_title
from plenary.understanding.insights.queries import matrix
from plenary.voice.publications.models import Publication, ReportPart
from plenary.voice.publications.queries import Material, material
from plenary.voice.publications.report.annex import annex, sources_of
from plenary.voice.publications.report.document import (
    Block,
    Bullets,
    Cite,
    Document,
    FigureView,
    Line,
    Link,
    Paragraph,
    Section,
    Table,
    Words,
    cleaned,
    shown_in,
)
from plenary.voice.publications.report.document import Figures as FigureBlock
from plenary.voice.publications.report.figures import Figures
from plenary.voice.publications.report.placeholders import pieces, placeholders, split_reference

CODE = "progress"

#: Groups of measures that make a part of their own under the edition's Forum, in this order; others follow by name.
NEXT_GROUPS = ("forum", "ocp", "hltf", "prizes", "stocktaking", "photo", "hackathon", "partners")

#: What the section on the Forum that was held tells in parts of its own.
POLICY = ("forum.high-level-policy", "forum.sessions.high-level-policy")
PARTICIPATION = ("forum.participants", "forum.attendance", "forum.countries", "forum.high_level_representatives", "forum.speakers", "forum.audience")
TRACKS = "forum.sessions.track"


def progress_report(edition: Edition, language: str = "en") -> Document:
    """The progress report of an edition in one of the site's languages (content code)."""
    with translation.override("zh-hans" if language == "zh" else language):
        report: Document = cleaned(_Progress(material(edition)).document())
        return report


def _words(text: Text | str, *, strong: bool = False, quiet: bool = False) -> Words:
    if isinstance(text, str):
        return Words(text, strong=strong, quiet=quiet)
    best = text.best()
    return Words(best.text, "" if best.language == reader_language() else best.language, strong, quiet)


def _anchor(*names: str) -> str:
    return "-".join(names).replace("_", "-").replace(".", "-")


class _Progress:
    """Builds the report section by section."""

    def __init__(self, records: Material) -> None:
        self.records = records
        self.edition = records.edition
        cited = {split_reference(reference)[0] for part in records.parts for reference in [*part.figures, *placeholders(str(part.text))]}
        others = Edition.objects.filter(code__in=cited - {each.code for each in records.timeline} - {""})
        self.figures = Figures([*others, *records.timeline], self.edition)

    def document(self) -> Document:
        """All of it, empty sections left out."""
        sections = [
            self.process(),
            self.action_lines(),
            self.forum_held(),
            *(self.written(place) for place in ("ungis", "commissions", "agency", "roadmaps", "response")),
            self.forum_next(),
            self.written("themes", self.theme_figures()),
            self.deadlines(),
            self.outreach(),
        ]
        kept = _without_empty(sections)
        figures = list(dict.fromkeys([*self.every_figure(), *(view for section in kept for view in shown_in(section))]))
        sources = sources_of(figures)
        kept.append(annex(figures, sources))
        name = str(self.edition.name) or self.edition.code
        return Document(
            code=CODE,
            edition=self.edition.code,
            language=reader_language(),
            right_to_left=reader_language() in RIGHT_TO_LEFT,
            title=_("Progress report %(edition)s") % {"edition": self.edition.code},
            subtitle=_("%(edition)s: progress made in the implementation of and follow-up to the outcomes of the summit") % {"edition": name},
            publisher=str(settings.SITE_NAME),
            sections=tuple(kept),
            figures=tuple(figures),
            sources=sources,
            words=_fixed_words(),
        )

    # ---- what every edition has --------------------------------------------------------------------------------------

    def process(self) -> Section:
        """The editions side by side, with their dates on record and as reported."""
        rows: list[tuple[Line, ...]] = []
        for each in self.records.timeline:
            reported = self.figures.view(each, "forum.dates") or self.figures.view(each, "forum.final_week")
            on_record = days(each.starts_on, each.ends_on) if each.starts_on else ""
            rows.append(
                (
                    (Link(str(each.name) or each.code, reverse("framework:edition", args=[each.code])),),
                    (Words(on_record or "–"),),
                    (Cite(reported, reported.first),) if reported else (Words("–"),),
                    (_words(each.place),) if each.place else (Words(each.get_mode_display() if each.mode else "–"),),
                )
            )
        head = (_("Edition"), _("Dates on record"), _("Dates as reported"), _("Where"))
        intro = Paragraph((Words(_("The Forum has been held every year since the two phases of the summit, in 2003 and 2005. The latest editions:")),))
        table = Table(_("Editions on the timeline"), head, tuple(rows), (25, 27, 26, 22))
        return Section("process", _("Process and timeline"), (intro, table, *self.texts("process")))

    def action_lines(self) -> Section:
        """The matrix at a glance, and what the Forum's sessions contributed to it."""
        linked = matrix.glance()
        rows: list[tuple[Line, ...]] = []
        for line in Concept.objects.filter(scheme__code=matrix.LINES, retired_on__isnull=True).select_related("scheme"):
            goals = linked.get(line.code, [])
            if goals:
                rows.append(((Words(f"{line.code} ", strong=True), _words(line.label)), (Words(", ".join(goals)),)))
        blocks: list[Block] = [
            Paragraph(
                (
                    Words(
                        _(
                            "The action lines of the Geneva Plan of Action, moderated by agencies of the United Nations, are linked to the "
                            "Sustainable Development Goals by a matrix that their facilitators keep. It can be opened to the target on the site:"
                        )
                        + " "
                    ),
                    Link(_("the matrix"), reverse("insights:matrix")),
                )
            )
        ]
        cells = self.figures.view(self.edition, "matrix.linked")
        if cells:
            blocks.append(FigureBlock((cells,)))
        if rows:
            blocks.append(Table(_("The matrix at a glance"), (_("Action line"), _("Linked to goals")), tuple(rows), (45, 55)))
        return Section("action-lines", _("Action lines and goals"), tuple(blocks))

    def every_figure(self) -> list[FigureView]:
        """Every figure of the edition and the one before it, after those of earlier editions that the report tells."""
        found: dict[tuple[str, str], FigureView] = {}
        told = [split_reference(reference) for part in self.records.parts for reference in [*part.figures, *placeholders(str(part.text))]]
        both = {each.code for each in (self.records.previous, self.edition) if each}
        for code, edition in sorted(self.figures.editions.items()):
            if code in both:
                continue
            for measure in ["forum.dates", *dict.fromkeys(measure for cited, measure in told if cited == code)]:
                view = self.figures.view(edition, measure)
                if view:
                    found[(code, measure)] = view
        for told_of in (self.records.previous, self.edition):
            for view in self.figures.all_of(told_of) if told_of else ():
                if told_of is self.edition or not view.code.startswith("matrix."):  # the matrix is the same for all
                    found[(view.edition, view.code)] = view
        return list(found.values())

    # ---- the Forum that was held ---------------------------------------------------------------------------------------

    def forum_held(self) -> Section:
        """The Forum of the edition before: outcomes, participation, tracks, sessions, policy sessions, publications."""
        held = self.records.previous
        if held is None:
            return Section("forum", "")
        name = str(held.name) or held.code
        book = self.figures
        outcomes = book.single(held, "forum", but=(*POLICY, *PARTICIPATION, "forum.dates"))
        tracks = book.charts(held, TRACKS)
        drawn = {chart.title for chart in tracks}
        participation_charts = book.charts(held, *PARTICIPATION)
        session_charts = [chart for chart in book.charts(held, "forum.sessions") if chart.title not in drawn]
        charted = {bar.figure.code for chart in (*tracks, *session_charts, *participation_charts) for bar in chart.bars}
        topics = [view for view in book.all_of(held, "forum") if ".theme." in view.code and view.code not in charted]
        sections = [
            Section(_anchor("forum", "outcomes"), _("Outcomes"), self._shown(self._held_when(held), outcomes)),
            Section(_anchor("forum", "participation"), _("Participation"), (*self._shown(None, book.single(held, *PARTICIPATION)), *participation_charts)),
            Section(_anchor("forum", "tracks"), _("Special tracks"), tuple(tracks)),
            Section(_anchor("forum", "sessions"), _("Sessions by action line, goal and topic"), (*session_charts, *self._shown(None, topics))),
            Section(_anchor("forum", "policy"), _("High-level policy sessions"), self._shown(None, book.single(held, *POLICY))),
            *self.part_sections("forum"),
            self.listed(held, _("Publications and outcome documents"), book.single(held, "publications")),
        ]
        return Section("forum", name, (), tuple(sections))

    def _held_when(self, held: Edition) -> Paragraph | None:
        if held.starts_on is None:
            return None
        sentence = _("The Forum was held on %(dates)s.") % {"dates": days(held.starts_on, held.ends_on)}
        runs: list[Words | Cite | Link] = [Words(sentence + " ")]
        reported = self.figures.view(held, "forum.dates")
        if reported:
            runs += [Words(_("As reported:") + " "), Cite(reported, reported.first)]
        return Paragraph(tuple(runs))

    def listed(self, edition: Edition, title: str, figures: list[FigureView]) -> Section:
        """The publications of an edition."""
        items = tuple(_publication(each) for each in self.records.publications.get(edition.pk, []))
        blocks: tuple[Block, ...] = (Bullets(items),) if items else ()
        return Section(_anchor("publications", edition.code), title, (*self._shown(None, figures), *blocks))

    # ---- the Forum of the edition --------------------------------------------------------------------------------------

    def forum_next(self) -> Section:
        """The Forum of the edition itself: calls with their phases, tracks, packages, publications, figures by group."""
        name = str(self.edition.name) or self.edition.code
        figures = [view for view in self.figures.single(self.edition) if view.code.partition(".")[0] not in ("social", "publications", "matrix", "calls")]
        groups: dict[str, list[FigureView]] = {}
        for view in figures:
            if not self._is_told(view):
                groups.setdefault(view.code.partition(".")[0], []).append(view)
        order = [*(code for code in NEXT_GROUPS if code in groups), *sorted(code for code in groups if code not in NEXT_GROUPS)]
        sections = [
            *self.part_sections("next"),
            Section("calls", _("Calls and their phases"), tuple(_phases(call) for call in self.records.calls if len(_dated(call)) > 1)),
            Section("tracks-next", _("Special tracks"), self._tracks()),
            *(Section(_anchor("next", code), _("In figures") if code == "forum" else group_title(code), self._shown(None, groups[code])) for code in order),
            Section("packages", _("Visibility and partnership packages"), self._packages()),
            self.listed(self.edition, _("Annual publications"), self.figures.single(self.edition, "publications")),
        ]
        return Section("next", name, (), tuple(sections))

    def _tracks(self) -> tuple[Block, ...]:
        items = tuple((_words(each.title),) for each in self.records.tracks if each.is_special)
        return (Bullets(items),) if items else ()

    def _packages(self) -> tuple[Block, ...]:
        items = tuple(
            (
                _words(each.title, strong=True),
                *((Words(". "), _words(each.offer)) if each.offer else ()),
                *((Words(" " + _("Exclusive.")),) if each.is_exclusive else ()),
            )
            for each in self.records.packages
        )
        return (Bullets(items),) if items else ()

    def theme_figures(self) -> list[Block]:
        """Figures of single themes and categories in the two editions."""
        blocks: list[Block] = []
        for edition in (self.records.previous, self.edition):
            if edition is None:
                continue
            found = [
                view
                for view in self.figures.all_of(edition, "prizes", "stocktaking")
                if any(part in view.code for part in (".theme.", ".category.", ".collection."))
            ]
            reported = [view for view in found if view.first.source and not self._is_told(view)]
            if reported:
                blocks.append(FigureBlock(tuple(reported)))
        return blocks

    def deadlines(self) -> Section:
        """A reminder of the calls and when they close."""
        rows: list[tuple[Line, ...]] = []
        for call in self.records.calls:
            closing = [phase for phase in call.phases.all() if phase.kind == Phase.Kind.COLLECT]
            if closing:
                last = closing[-1]
                when = _moment(last, last.closes_at) if last.closes_at else _("Ongoing")
                rows.append(((Link(str(call.title), reverse("calls:call", args=[call.edition.code, call.slug])),), (_words(call.purpose),), (Words(when),)))
        table = Table(_("Calls and deadlines"), (_("Call"), _("What it asks for"), _("Deadline")), tuple(rows), (30, 44, 26))
        return Section("deadlines", _("Reminder of open calls"), (table,) if rows else ())

    def outreach(self) -> Section:
        """What social media counted."""
        figures = self.figures.single(self.edition, "social")
        return Section("outreach", _("Outreach"), self._shown(None, figures))

    # ---- written parts -------------------------------------------------------------------------------------------------

    def written(self, place: str, more: list[Block] | None = None) -> Section:
        """A section of written parts."""
        parts = [part for part in self.records.parts if part.place == place]
        title = str(ReportPart.Place(place).label)
        if len(parts) == 1 and not more:
            return Section(place, str(parts[0].title) or title, self.part_blocks(parts[0]))
        return Section(place, title, tuple(more or ()), self.part_sections(place))

    def part_sections(self, place: str) -> tuple[Section, ...]:
        """The written parts of a place, each under its title."""
        return tuple(Section(_anchor(place, part.code), str(part.title), self.part_blocks(part)) for part in self.records.parts if part.place == place)

    def texts(self, place: str) -> tuple[Block, ...]:
        """The written parts of a place without titles."""
        return tuple(block for part in self.records.parts if part.place == place for block in self.part_blocks(part))

    def part_blocks(self, part: ReportPart) -> tuple[Block, ...]:
        """A part's paragraphs and lists, its figures in place, and its link."""
        best = part.text.best()
        language = "" if best.language == reader_language() else best.language
        blocks: list[Block] = []
        for paragraph in best.text.replace("\r\n", "\n").split("\n\n"):
            lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
            if lines and all(line.startswith("- ") for line in lines):
                blocks.append(Bullets(tuple(self._runs(line[2:], language) for line in lines)))
            elif lines:
                blocks.append(Paragraph(self._runs(" ".join(lines), language)))
        figures = [view for reference in part.figures if (view := self.figures.find(reference)) is not None]
        if figures:
            blocks.append(FigureBlock(tuple(figures)))
        if part.link:
            blocks.append(Paragraph((Link(part.link.removeprefix("https://").removeprefix("http://").rstrip("/"), part.link),)))
        return tuple(blocks)

    def _runs(self, text: str, language: str) -> Line:
        runs: list[Words | Cite | Link] = []
        for piece, is_placeholder in pieces(text):
            view = self.figures.find(piece) if is_placeholder else None
            if view is not None:
                runs.append(Cite(view, view.first))
            else:
                runs.append(Words(_("(not known)") if is_placeholder else piece, language))
        return tuple(runs)

    def _is_told(self, view: FigureView) -> bool:
        """Whether a written part shows this figure already."""
        return any(
            self.figures.find(reference) is view for part in self.records.parts for reference in part.figures if split_reference(reference)[1] == view.code
        )

    @staticmethod
    def _shown(first: Block | None, figures: list[FigureView]) -> tuple[Block, ...]:
        blocks: list[Block] = [first] if first else []
        if figures:
            blocks.append(FigureBlock(tuple(figures)))
        return tuple(blocks)


def _without_empty(sections: list[Section] | tuple[Section, ...]) -> list[Section]:
    return [Section(each.anchor, each.title, each.blocks, tuple(_without_empty(each.sections))) for each in sections if not each.is_empty]


def _publication(publication: Publication) -> Line:
    return (Link(str(publication.title), publication.link),) if publication.link else (_words(publication.title),)


def _moment(phase: Phase, instant: datetime) -> str:
    wall = instant.astimezone(ZoneInfo(phase.zone))
    if phase.all_day:
        return day(wall.date())
    return _("%(day)s, %(time)s %(city)s time") % {"day": day(wall.date()), "time": clock(instant, phase.zone), "city": zone_city(phase.zone)}


def _dated(call: Call) -> list[Phase]:
    return [phase for phase in call.phases.all() if phase.opens_at or phase.closes_at]


def _phases(call: Call) -> Table:
    rows: list[tuple[Line, ...]] = []
    for phase in _dated(call):
        opens, closes = (_moment(phase, instant) if instant else "" for instant in (phase.opens_at, phase.closes_at))
        rows.append(
            ((_words(phase.title) if phase.title else Words(phase.get_kind_display()),), (Words(opens or "–"),), (Words(closes if closes != opens else "–"),))
        )
    return Table(str(call.title), (_("Phase"), _("Opens or takes place"), _("Closes")), tuple(rows), (46, 27, 27))


def _fixed_words() -> dict[str, str]:
    """What the renderers themselves write, in the report's language."""
    return {
        "contents": _("Contents"),
        "computed": _("counted from records"),
        "reported": _("reported"),
        "key": _("How to read the figures"),
        "key_computed": _("A filled circle stands for a figure that the platform counts from its own records; it leads to them."),
        "key_reported": _("A hollow circle stands for a figure taken over from a source, which the annex names. Sources that disagree stand side by side."),
        "as_of": _("as of %(day)s"),
        "also": _("also"),
        "source": _("Source: %(source)s"),
        "figures_as_of": _("Figures as of %(day)s"),
        "records": _("records"),
        "disclaimer": _(
            "Content comes from its contributors. The names used imply no opinion on the legal status of any country or area, or on its boundaries."
        ),
        "page": _("Page"),
        "continued": _("continued"),
        "figure": _("Figure"),
        "bar": _("Bar"),
        "value": _("Value"),
    }


def count_of_figures(document: Document) -> str:
    """How many values the report has, of each kind, as a sentence."""
    values = [value for figure in document.figures for value in figure.values]
    computed = sum(1 for value in values if value.proof == "computed")
    first = ngettext("%(n)s value is counted from records", "%(n)s values are counted from records", computed) % {"n": computed}
    second = ngettext("%(n)s is reported", "%(n)s are reported", len(values) - computed) % {"n": len(values) - computed}
    return _("%(first)s; %(second)s.") % {"first": first, "second": second}
