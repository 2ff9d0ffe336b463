"""The report as slides: one idea each, figures large, their proof in small, distributions as native charts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any, TypeVar

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Inches, Pt

from plenary.voice.publications.report.archive import rewrite
from plenary.voice.publications.report.document import (
    COMPUTED,
    Block,
    Bullets,
    Chart,
    Cite,
    Figures,
    FigureView,
    Line,
    Link,
    Made,
    Paragraph,
    Section,
    Table,
    Value,
    Words,
)

_colour: Any = RGBColor  # python-pptx carries types for a part of itself only
_chart_data: Any = CategoryChartData
INK, QUIET, BLUE = _colour(0x16, 0x20, 0x2B), _colour(0x55, 0x60, 0x6C), _colour(0x07, 0x5A, 0x86)
RULE, PAPER, HOLLOW = _colour(0xDC, 0xD8, 0xCD), _colour(0xFB, 0xFA, 0xF6), _colour(0xF6, 0xE9, 0xCF)
COLOURS = {"computed": _colour(0x1C, 0x6B, 0x3C), "reported": _colour(0x8A, 0x53, 0x00)}
T = TypeVar("T")
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, TOP, INNER = Inches(0.75), Inches(1.75), Inches(11.83)
FLOOR, SOURCES = Inches(6.5), Inches(6.66)
#: How much fits one slide and can still be read from the back of the room.
FIGURES_A_SLIDE, FIGURES_A_LINE, MOST_BESIDE_FIGURES = 6, 3, 5
POINTS_A_SLIDE = 9
#: Sizes of tables in points; lines are about this much higher than the letters, and cells have this much space above and below.
TABLE_SIZE, SMALL_SIZE, ANNEX_SIZE, LINE_HEIGHT, CELL_MARGIN = 13, 11, 10, 1.3, 1.5
#: How much of a slide words above a table take.
INTRO_SHARE = 0.22
SERIF = {"ar": "Noto Naskh Arabic", "zh": "Noto Serif CJK SC"}
SANS = {"ar": "Noto Sans Arabic", "zh": "Noto Sans CJK SC"}


def pptx(made: Made) -> bytes:
    """The report as a PowerPoint file."""
    deck = _Deck(made)
    deck.title()
    deck.key()
    for section in made.document.sections:
        deck.section(section)
    return deck.data()


class _Deck:
    def __init__(self, made: Made) -> None:
        self.made, self.document = made, made.document
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = WIDTH, HEIGHT
        properties = self.deck.core_properties
        at = made.at.astimezone(UTC).replace(tzinfo=None)
        properties.title, properties.subject, properties.author = self.document.title, self.document.subtitle, self.document.publisher
        properties.language, properties.created, properties.modified = self.document.language, at, at
        properties.last_modified_by, properties.revision = self.document.publisher, 1
        self._dress()
        self.serif, self.sans = SERIF.get(self.document.language, "Georgia"), SANS.get(self.document.language, "Calibri")

    def _dress(self) -> None:
        """Paper and a rule on the layout that all slides have, so that readers of screens pass over them; links in our blue."""
        theme: Any = self.deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        for name in (b"hlink", b"folHlink"):  # programs that show slides take the colour of links from nowhere else
            theme._blob = re.sub(b'(<a:%s><a:srgbClr val=)"[0-9A-F]{6}"' % name, b'\\1"%s"' % str(BLUE).encode(), theme.blob)
        layout = self.deck.slide_layouts[5]
        background = layout.background.fill
        background.solid()
        background.fore_color.rgb = PAPER
        for place in [each for each in _each(layout.placeholders) if each.placeholder_format.idx >= 10]:
            place._element.getparent().remove(place._element)  # date, footer, number: written on each slide instead
        slide = self.deck.slides.add_slide(layout)
        rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, LEFT, Inches(1.5), INNER, Emu(12700))
        rule.fill.solid()
        rule.fill.fore_color.rgb = INK
        rule.line.fill.background()
        rule.shadow.inherit = False
        layout.shapes._spTree.append(rule._element)
        identifiers = self.deck.slides._sldIdLst
        self.deck.part.drop_rel(identifiers[0].rId)
        identifiers.remove(identifiers[0])

    def data(self) -> bytes:
        """The file."""
        result = io.BytesIO()
        self.deck.save(result)
        return rewrite(result.getvalue(), self.made.at)

    # ---- slides --------------------------------------------------------------------------------------------------------

    def title(self) -> None:
        """The first slide."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        self._place(slide.shapes.title, LEFT, Inches(2.2), INNER, Inches(1.4))
        slide.shapes.title.text_frame.margin_left = slide.shapes.title.text_frame.margin_right = 0
        self._write(slide.shapes.title.text_frame, [(self.document.title, 48, INK, True, self.serif)])
        box = self._box(slide, LEFT, Inches(3.8), Inches(9.5), Inches(1.2))
        self._write(box, [(self.document.subtitle, 20, QUIET, False, self.sans)])
        box = self._box(slide, LEFT, Inches(6.3), INNER, Inches(0.6))
        note = self.document.words["figures_as_of"] % {"day": self.made.at_words}
        self._write(box, [(f"{self.document.publisher} · {note}", 14, QUIET, False, self.sans)])

    def key(self) -> None:
        """What the marks mean."""
        words = self.document.words
        slide = self._slide(words["key"])
        box = self._box(slide, LEFT, TOP, INNER, Inches(3))
        for position, (proof, text) in enumerate(((COMPUTED, words["key_computed"]), ("reported", words["key_reported"]))):
            paragraph = box.paragraphs[0] if position == 0 else box.add_paragraph()
            paragraph.space_after = Pt(18)
            self._run(paragraph, "● " if proof == COMPUTED else "○ ", 24, COLOURS[proof], True)
            self._run(paragraph, text, 24, INK)
            self._direct(paragraph)

    def section(self, section: Section, above: str = "") -> None:
        """The slides of a section: what stands directly below its title, then its parts."""
        texts = [block for block in section.blocks if isinstance(block, Paragraph | Bullets)]
        shown = [block for block in section.blocks if not isinstance(block, Paragraph | Bullets)]
        lines = _lines(texts)
        weight = _weight(lines)
        first = shown[0] if shown else None
        # Few words and the figures they are about share a slide; more words have their own.
        shares = bool(lines) and (
            (isinstance(first, Figures) and len(first.figures) <= FIGURES_A_LINE and weight <= MOST_BESIDE_FIGURES)
            or (isinstance(first, Table) and weight <= 2)
        )
        if lines and not shares:
            self._text(section.title, above, lines, weight)
        for position, block in enumerate(shown):
            self._block(section.title, above, block, lines if shares and position == 0 else [])
        for each in section.sections:
            self.section(each, section.title)

    def _block(self, title: str, above: str, block: Block, lines: list[tuple[bool, Line]]) -> None:
        if isinstance(block, Figures):
            for part in _parts(block.figures, FIGURES_A_SLIDE):
                slide = self._slide(title, above)
                self._figures(slide, part, self._intro(slide, lines))
        elif isinstance(block, Chart):
            self._chart(title, above, block)
        elif isinstance(block, Table):
            size = ANNEX_SIZE if block.is_annex else TABLE_SIZE if len(block.head) > 2 else SMALL_SIZE
            for position, rows in enumerate(_packed(block, size, INTRO_SHARE if lines else 0.0)):
                own = block.is_annex or block.caption == title or bool(lines)
                slide = self._slide(title if own else block.caption, above if own else above or title)
                self._table(slide, block, rows, self._intro(slide, lines if position == 0 else []), size)

    def _intro(self, slide: Any, lines: list[tuple[bool, Line]]) -> int:
        """Writes the words above what a slide shows; where that may begin."""
        if not lines:
            return TOP
        weight = _weight(lines)
        size = 22 if weight <= 3 else 18
        height = Inches(0.25 + weight * size * 1.45 / 72)
        self._paragraphs(self._box(slide, LEFT, TOP, INNER, height), lines, size)
        return Emu(TOP + height)

    def _text(self, title: str, above: str, lines: list[tuple[bool, Line]], weight: int) -> None:
        size = 28 if weight <= 4 else 24 if weight <= 7 else 20 if weight <= 10 else 16
        for part in _parts(tuple(lines), POINTS_A_SLIDE if size > 16 else POINTS_A_SLIDE + 3):
            self._paragraphs(self._box(self._slide(title, above), LEFT, TOP, INNER, FLOOR - TOP), list(part), size)

    def _paragraphs(self, box: Any, lines: list[tuple[bool, Line]], size: int) -> None:
        for position, (bullet, line) in enumerate(lines):
            paragraph = box.paragraphs[0] if position == 0 else box.add_paragraph()
            paragraph.space_after = Pt(size // 2 - 2)
            if bullet:
                _bullet(paragraph)
            self._runs(paragraph, line, size)
            self._direct(paragraph)

    def _figures(self, slide: Any, figures: tuple[FigureView, ...], top: int) -> None:
        columns = len(figures) if len(figures) <= FIGURES_A_LINE else 2 if len(figures) == 4 else FIGURES_A_LINE
        lines = -(-len(figures) // columns)
        if top == TOP and lines == 1:
            top = Emu(TOP + Inches(0.7))  # one line of figures stands towards the middle
        width, height = Emu(int(INNER / columns)), Emu(int((FLOOR - top) / lines))
        small = lines > 1 and any(len(figure.values) > 2 for figure in figures)
        fine = 10 if small else 12
        room = 1.0 if columns == FIGURES_A_LINE else 1.5  # wider columns take longer words at the same size
        longest = max(len(figure.first.text) for figure in figures)
        size = (60 if lines == 1 else 44) if longest <= 8 * room else 32 if longest <= 17 * room else 22
        for position, figure in enumerate(figures):
            column, line = position % columns, position // columns
            if self.document.right_to_left:
                column = columns - 1 - column
            box = self._box(slide, Emu(LEFT + column * width), Emu(top + line * height), Emu(width - Inches(0.3)), Emu(height - Inches(0.1)))
            first = figure.first
            self._run(box.paragraphs[0], first.text, size, INK, False, self.serif, first.language)
            label = figure.label if figure.edition == self.document.edition else f"{figure.label}, {figure.edition}"
            self._run(self._next(box), label, 18 if lines == 1 else 16, INK)
            self._proof(self._next(box), first, fine)
            for value in figure.others[:3]:
                paragraph = self._next(box)
                self._run(paragraph, f"{self.document.words['also']} {value.text} ", fine, INK, True, language=value.language)
                self._proof(paragraph, value, fine)
            for paragraph in box.paragraphs:
                self._direct(paragraph)
        self._sources(slide, [value for figure in figures for value in (figure.first, *figure.others[:3])])

    def _proof(self, paragraph: Any, value: Value, size: int) -> None:
        words = self.document.words
        self._run(paragraph, f"{value.mark} ", size, COLOURS[value.proof], True)
        if value.proof == COMPUTED:
            self._run(paragraph, words["computed"], size, BLUE if value.path else QUIET, link=self.made.address(value.path) if value.path else "")
            return
        number = self.document.number_of(value.source)
        when = f" ({words['as_of'] % {'day': value.as_of}})" if value.as_of else ""
        told = self.document.told_by(value)
        self._run(paragraph, f"{words['reported']} [{number}] ", size, QUIET)
        self._run(paragraph, told if len(told) <= 90 else told[:89].rstrip(" ,") + "…", size, QUIET, language="en")
        if when:
            self._run(paragraph, when, size, QUIET)

    def _sources(self, slide: Any, values: list[Value]) -> None:
        """The sources of a slide's values at its foot, under their numbers."""
        numbered = sorted({(self.document.number_of(value.source), value.source) for value in values if value.source})
        if not numbered:
            return
        box = self._box(slide, LEFT, SOURCES, INNER, Inches(0.4))
        for position, (number, source) in enumerate(numbered[:3]):
            self._run(box.paragraphs[0], f"{'   ' if position else ''}[{number}] ", 9, QUIET)
            self._run(box.paragraphs[0], source if len(source) <= 140 else source[:139] + "…", 9, QUIET, language="en")
        self._direct(box.paragraphs[0])

    def _chart(self, title: str, above: str, chart: Chart) -> None:
        slide = self._slide(chart.title, title if above == "" else above)
        data = _chart_data()
        data.categories = [bar.label for bar in chart.bars]
        data.add_series(chart.unit or chart.title, [float(bar.number) for bar in chart.bars])
        frame = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, LEFT, TOP, INNER, Inches(4.55), data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{chart.title}. {chart.alternative}")
        shown = frame.chart
        shown.has_legend, shown.has_title = False, False
        shown.font.size, shown.font.name, shown.font.color.rgb = Pt(14 if len(chart.bars) <= 10 else 10), self.sans, INK
        plot = shown.plots[0]
        plot.gap_width, plot.has_data_labels = 45, True
        labels = plot.data_labels
        labels.position, labels.show_value = XL_LABEL_POSITION.OUTSIDE_END, True
        labels.number_format, labels.number_format_is_linked = "#,##0", False
        bars = plot.series[0].format  # filled where counted, hollow where reported, as the marks are
        bars.fill.solid()
        bars.fill.fore_color.rgb = COLOURS[chart.proof] if chart.proof == COMPUTED else HOLLOW
        bars.line.color.rgb, bars.line.width = COLOURS[chart.proof], Pt(1.5)
        shown.category_axis.reverse_order = True
        shown.category_axis.format.line.color.rgb = RULE
        shown.category_axis.has_major_gridlines = False
        shown.value_axis.visible, shown.value_axis.has_major_gridlines = False, False
        shown.value_axis.minimum_scale = 0
        box = self._box(slide, LEFT, Inches(6.25), INNER, Inches(0.4))
        paragraph = box.paragraphs[0]
        self._run(paragraph, f"{chart.unit}   ", 12, QUIET)
        self._proof(paragraph, chart.sample or chart.bars[0].value, 12)
        self._direct(paragraph)
        self._sources(slide, [bar.value for bar in chart.bars])

    def _table(self, slide: Any, table: Table, rows: tuple[tuple[Line, ...], ...], top: int, size: int) -> None:
        height = size * LINE_HEIGHT / 72
        frame = slide.shapes.add_table(len(rows) + 1, len(table.head), LEFT, top, INNER, Inches(height * (len(rows) + 1)))
        frame._element.nvGraphicFramePr.cNvPr.set("descr", table.caption)
        grid = frame.table
        properties = grid._tbl.tblPr
        properties.set("bandRow", "0")
        if self.document.right_to_left:
            properties.set("rtl", "1")
        style = properties.find(qn("a:tableStyleId"))
        if style is not None:
            style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid": what is seen is set here
        total = sum(table.widths) or len(table.head)
        for column, width in enumerate(table.widths or (1,) * len(table.head)):
            grid.columns[column].width = Emu(int(INNER * width / total))
        for column, text in enumerate(table.head):
            self._cell(grid.cell(0, column), (Words(text, strong=True),), size, head=True)
        for position, row in enumerate(rows, 1):
            grid.rows[position].height = Pt(_height(table, row, size))
            for column, line in enumerate(row):
                self._cell(grid.cell(position, column), line, size)

    def _cell(self, cell: Any, line: Line, size: int, head: bool = False) -> None:
        frame = cell.text_frame
        frame.word_wrap = True
        cell.margin_top = cell.margin_bottom = Pt(CELL_MARGIN)
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.vertical_anchor = MSO_ANCHOR.TOP
        self._runs(frame.paragraphs[0], line, size)
        self._direct(frame.paragraphs[0])
        edges = cell._tc.get_or_add_tcPr()
        bottom = _child(edges, "a:lnB", w=str(Pt(1.25 if head else 0.5)))
        _child(_child(bottom, "a:solidFill"), "a:srgbClr", val="16202B" if head else "DCD8CD")

    # ---- parts ---------------------------------------------------------------------------------------------------------

    def _slide(self, title: str, above: str = "") -> Any:
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        self._place(slide.shapes.title, LEFT, Inches(0.62), INNER, Inches(0.82))
        slide.shapes.title.text_frame.margin_left = slide.shapes.title.text_frame.margin_right = 0
        self._write(slide.shapes.title.text_frame, [(title, 32 if len(title) <= 42 else 26 if len(title) <= 60 else 20, INK, True, self.serif)])
        slide.shapes.title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        if above:
            self._write(self._box(slide, LEFT, Inches(0.32), INNER, Inches(0.35)), [(above, 12, QUIET, False, self.sans)])
        foot = self._box(slide, LEFT, Inches(7.0), INNER, Inches(0.35))
        self._write(foot, [(f"{self.document.publisher} · {self.document.title} · {len(self.deck.slides)}", 10, QUIET, False, self.sans)])
        return slide

    def _place(self, shape: Any, left: int, top: int, width: int, height: int) -> None:
        shape.left, shape.top, shape.width, shape.height = left, top, width, height

    def _box(self, slide: Any, left: int, top: int, width: int, height: int) -> Any:
        frame = slide.shapes.add_textbox(left, top, width, height).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        return frame

    def _write(self, frame: Any, runs: list[tuple[str, int, RGBColor, bool, str]]) -> None:
        paragraph = frame.paragraphs[0]
        for text, size, colour, bold, font in runs:
            self._run(paragraph, text, size, colour, bold, font)
        self._direct(paragraph)

    def _next(self, frame: Any) -> Any:
        return frame.add_paragraph()

    def _runs(self, paragraph: Any, line: Line, size: int) -> None:
        for each in line:
            if isinstance(each, Cite):
                self._run(paragraph, f"{each.value.mark}\u00a0", size, COLOURS[each.value.proof], True)
                self._run(paragraph, each.value.text, size, INK, True, language=each.value.language)
            elif isinstance(each, Link):
                inside = each.target.startswith("#")  # the annex of slides cannot be jumped to
                self._run(paragraph, each.text, size, QUIET if inside else BLUE, link="" if inside else self.made.address(each.target))
            elif each.text[:1] in "●○":
                self._run(paragraph, each.text[:1], size, COLOURS["computed" if each.text[0] == "●" else "reported"], True)
                self._run(paragraph, each.text[1:], size, INK, language=each.language)
            else:
                self._run(paragraph, each.text, size, QUIET if each.quiet else INK, each.strong, language=each.language)

    def _run(self, paragraph: Any, text: str, size: int, colour: RGBColor, bold: bool = False, font: str = "", language: str = "", link: str = "") -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font or self.sans
        run.font.color.rgb = colour
        if link:
            run.hyperlink.address = link
        spoken = language or {"zh": "zh-CN", "en": "en-GB"}.get(self.document.language, self.document.language)
        run._r.get_or_add_rPr().set("lang", spoken)

    def _direct(self, paragraph: Any) -> None:
        paragraph.alignment = PP_ALIGN.RIGHT if self.document.right_to_left else PP_ALIGN.LEFT
        if self.document.right_to_left:
            paragraph._p.get_or_add_pPr().set("rtl", "1")


def _bullet(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "285750")
    properties.set("indent", "-285750")
    _child(properties, "a:buChar", char="–")


def _each(shapes: Any) -> list[Any]:
    return list(shapes)


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    """A new last child of an element of the file, for what python-pptx has no words for."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(name, value)
    parent.append(element)
    return element


def _height(table: Table, row: tuple[Line, ...], size: int) -> float:
    """About how high a row becomes, in points; programs that show slides do not all let rows grow."""
    widths = table.widths or (1,) * len(table.head)
    letters = [max(4, int(INNER / Pt(1) * width / sum(widths) / (size * 0.56))) for width in widths]  # a letter is somewhat more than half as wide as high
    deepest = max(max(1, -(-len(_plain(cell)) // letters[column])) for column, cell in enumerate(row))
    return deepest * size * LINE_HEIGHT + 2 * CELL_MARGIN + 2


def _packed(table: Table, size: int, taken: float) -> Iterator[tuple[tuple[Line, ...], ...]]:
    """The rows of a table in groups that each fit a slide, evenly. taken: the share of the first slide that is not free."""
    free = (FLOOR - TOP) / Pt(1) - 2 * size * LINE_HEIGHT
    sized = [(_height(table, row, size), row) for row in table.rows]
    fewest = len(_filled(sized, free, taken))
    evenest = next((found for tenths in range(3, 10) if len(found := _filled(sized, free * tenths / 10, taken)) == fewest), None)
    yield from evenest or _filled(sized, free, taken)


def _filled(sized: list[tuple[float, tuple[Line, ...]]], free: float, taken: float) -> list[tuple[tuple[Line, ...], ...]]:
    """Rows with their heights, in groups that are each filled before the next begins."""
    groups: list[list[tuple[Line, ...]]] = []
    left = 0.0
    for height, row in sized:
        if not groups or height > left:
            left = free if groups else free * (1 - taken)
            groups.append([])
        left -= height
        groups[-1].append(row)
    return [tuple(group) for group in groups]


def _lines(blocks: list[Paragraph | Bullets]) -> list[tuple[bool, Line]]:
    """Paragraphs and points, one after the other; for each whether it is a point."""
    return [line for block in blocks for line in ([(True, item) for item in block.items] if isinstance(block, Bullets) else [(False, block.runs)])]


def _weight(lines: list[tuple[bool, Line]]) -> int:
    """About how many lines of a slide the words take."""
    return sum(len(_plain(line)) // 78 + 1 for _is_point, line in lines)


def _plain(line: Line) -> str:
    return "".join(each.value.text if isinstance(each, Cite) else each.text for each in line)


def _parts(items: tuple[T, ...], size: int) -> Iterator[tuple[T, ...]]:
    """The items in slices of about equal length, none longer than the size."""
    if not items:
        return
    pieces = -(-len(items) // size)
    start = 0
    for piece in range(pieces):
        end = start + -(-(len(items) - start) // (pieces - piece))
        yield items[start:end]
        start = end
