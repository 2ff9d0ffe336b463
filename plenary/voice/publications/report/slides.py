"""The report as slides: one idea each, figures large, their proof in small, distributions as native charts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
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

INK, QUIET, BLUE = RGBColor(0x16, 0x20, 0x2B), RGBColor(0x55, 0x60, 0x6C), RGBColor(0x07, 0x5A, 0x86)
RULE, PAPER = RGBColor(0xDC, 0xD8, 0xCD), RGBColor(0xFB, 0xFA, 0xF6)
COLOURS = {"computed": RGBColor(0x1C, 0x6B, 0x3C), "reported": RGBColor(0x8A, 0x53, 0x00)}
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
LEFT, TOP, INNER = Inches(0.75), Inches(1.65), Inches(11.83)
FLOOR = Inches(6.85)
#: How much fits one slide and can still be read from the back of the room.
FIGURES_A_SLIDE, ROWS_A_SLIDE, POINTS_A_SLIDE, ANNEX_ROWS = 6, 9, 8, 9
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
        self.serif, self.sans = SERIF.get(self.document.language, "Georgia"), SANS.get(self.document.language, "Calibri")

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
        title = section.title
        for block in self._joined(section.blocks):
            self._block(title, above, block)
        for each in section.sections:
            self.section(each, title)

    def _joined(self, blocks: tuple[Block, ...]) -> Iterator[Block | list[Block]]:
        """Text and short lists share a slide; everything else has its own."""
        text: list[Block] = []
        for block in blocks:
            if isinstance(block, Paragraph | Bullets):
                text.append(block)
                continue
            if text:
                yield text
                text = []
            yield block
        if text:
            yield text

    def _block(self, title: str, above: str, block: Block | list[Block]) -> None:
        if isinstance(block, list):
            self._text(title, above, block)
        elif isinstance(block, Figures):
            for part in _parts(block.figures, FIGURES_A_SLIDE):
                self._figures(self._slide(title, above), part)
        elif isinstance(block, Chart):
            self._chart(title, above, block)
        elif isinstance(block, Table):
            size = ANNEX_ROWS if block.is_annex else ROWS_A_SLIDE
            for rows in _parts(block.rows, size):
                self._table(self._slide(title if block.is_annex or block.caption == title else block.caption, above or title), block, rows)

    def _text(self, title: str, above: str, blocks: list[Block]) -> None:
        lines: list[tuple[bool, Line]] = []
        for block in blocks:
            if isinstance(block, Bullets):
                lines += [(True, item) for item in block.items]
            elif isinstance(block, Paragraph):
                lines.append((False, block.runs))
        weight = sum(max(1, len(_plain(line)) // 95 + 1) for _bullet, line in lines)
        size = 20 if weight <= 9 else 16
        for part in _parts(tuple(lines), POINTS_A_SLIDE if size == 20 else POINTS_A_SLIDE + 2):
            box = self._box(self._slide(title, above), LEFT, TOP, INNER, FLOOR - TOP)
            for position, (bullet, line) in enumerate(part):
                paragraph = box.paragraphs[0] if position == 0 else box.add_paragraph()
                paragraph.space_after = Pt(8)
                if bullet:
                    _bullet(paragraph)
                self._runs(paragraph, line, size)
                self._direct(paragraph)

    def _figures(self, slide: object, figures: tuple[FigureView, ...]) -> None:
        columns = min(3, len(figures)) if len(figures) != 4 else 2
        lines = -(-len(figures) // columns)
        width, height = Emu(int(INNER / columns)), Emu(int((FLOOR - TOP) / lines))
        small = lines > 1 and any(len(figure.values) > 2 for figure in figures)
        for position, figure in enumerate(figures):
            column, line = position % columns, position // columns
            if self.document.right_to_left:
                column = columns - 1 - column
            box = self._box(slide, Emu(LEFT + column * width), Emu(TOP + line * height), Emu(width - Inches(0.3)), Emu(height - Inches(0.1)))
            first = figure.first
            size = (54 if lines == 1 else 40) if len(first.text) <= 11 else 30 if len(first.text) <= 22 else 22
            self._run(box.paragraphs[0], first.text, size, INK, False, self.serif, first.language)
            label = figure.label if figure.edition == self.document.edition else f"{figure.label}, {figure.edition}"
            self._run(self._next(box), label, 16, INK)
            self._proof(self._next(box), first, 10 if small else 11)
            for value in figure.others[:3]:
                paragraph = self._next(box)
                self._run(paragraph, f"{self.document.words['also']} {value.text} ", 10 if small else 11, INK, True, language=value.language)
                self._proof(paragraph, value, 10 if small else 11)
            for paragraph in box.paragraphs:
                self._direct(paragraph)

    def _proof(self, paragraph: object, value: Value, size: int) -> None:
        words = self.document.words
        self._run(paragraph, f"{value.mark} ", size, COLOURS[value.proof], True)
        if value.proof == COMPUTED:
            self._run(paragraph, words["computed"], size, BLUE if value.path else QUIET, link=self.made.address(value.path) if value.path else "")
            return
        told = ", ".join(part for part in (value.source, value.place) if part)
        when = f" ({words['as_of'] % {'day': value.as_of}})" if value.as_of else ""
        self._run(paragraph, f"{words['reported']}: ", size, QUIET)
        self._run(paragraph, told if len(told) <= 110 else told[:109].rstrip(" ,") + "…", size, QUIET, language="en")
        if when:
            self._run(paragraph, when, size, QUIET)

    def _chart(self, title: str, above: str, chart: Chart) -> None:
        slide = self._slide(chart.title, title if above == "" else above)
        data = CategoryChartData()
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
        plot.series[0].format.fill.solid()
        plot.series[0].format.fill.fore_color.rgb = COLOURS[chart.proof]
        shown.category_axis.reverse_order = True
        shown.category_axis.format.line.color.rgb = RULE
        shown.category_axis.has_major_gridlines = False
        shown.value_axis.visible, shown.value_axis.has_major_gridlines = False, False
        shown.value_axis.minimum_scale = 0
        box = self._box(slide, LEFT, Inches(6.25), INNER, Inches(0.6))
        paragraph = box.paragraphs[0]
        self._run(paragraph, "● " if chart.proof == COMPUTED else "○ ", 12, COLOURS[chart.proof], True)
        proof = self.document.words["computed" if chart.proof == COMPUTED else "reported"]
        told = self.document.words["source"] % {"source": chart.source} if chart.source else proof
        self._run(paragraph, f"{chart.unit}. {told}", 12, QUIET)
        self._direct(paragraph)

    def _table(self, slide: object, table: Table, rows: tuple[tuple[Line, ...], ...]) -> None:
        frame = slide.shapes.add_table(len(rows) + 1, len(table.head), LEFT, TOP, INNER, Inches(0.4 * (len(rows) + 1)))  # type: ignore[attr-defined]
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
        size = 10 if table.is_annex else 14 if len(rows) <= 7 else 12
        for column, text in enumerate(table.head):
            self._cell(grid.cell(0, column), (Words(text, strong=True),), size, head=True)
        for position, row in enumerate(rows, 1):
            for column, line in enumerate(row):
                self._cell(grid.cell(position, column), line, size)

    def _cell(self, cell: object, line: Line, size: int, head: bool = False) -> None:
        frame = cell.text_frame  # type: ignore[attr-defined]
        frame.word_wrap = True
        cell.margin_top = cell.margin_bottom = Inches(0.045)  # type: ignore[attr-defined]
        cell.margin_left = cell.margin_right = Inches(0.06)  # type: ignore[attr-defined]
        cell.vertical_anchor = MSO_ANCHOR.TOP  # type: ignore[attr-defined]
        self._runs(frame.paragraphs[0], line, size)
        self._direct(frame.paragraphs[0])
        edges = cell._tc.get_or_add_tcPr()  # type: ignore[attr-defined]
        bottom = etree.SubElement(edges, qn("a:lnB"), w=str(Pt(1.25 if head else 0.5)))
        fill = etree.SubElement(bottom, qn("a:solidFill"))
        etree.SubElement(fill, qn("a:srgbClr"), val="16202B" if head else "DCD8CD")

    # ---- parts ---------------------------------------------------------------------------------------------------------

    def _slide(self, title: str, above: str = "") -> object:
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        self._place(slide.shapes.title, LEFT, Inches(0.62), INNER, Inches(0.85))
        self._write(slide.shapes.title.text_frame, [(title, 32 if len(title) < 60 else 24, INK, True, self.serif)])
        slide.shapes.title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        if above:
            self._write(self._box(slide, LEFT, Inches(0.32), INNER, Inches(0.35)), [(above, 12, QUIET, False, self.sans)])
        foot = self._box(slide, LEFT, Inches(7.0), INNER, Inches(0.35))
        self._write(foot, [(f"{self.document.publisher} · {self.document.title} · {len(self.deck.slides)}", 10, QUIET, False, self.sans)])
        return slide

    def _place(self, shape: object, left: int, top: int, width: int, height: int) -> None:
        shape.left, shape.top, shape.width, shape.height = left, top, width, height  # type: ignore[attr-defined]

    def _box(self, slide: object, left: int, top: int, width: int, height: int) -> object:
        frame = slide.shapes.add_textbox(left, top, width, height).text_frame  # type: ignore[attr-defined]
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        return frame

    def _write(self, frame: object, runs: list[tuple[str, int, RGBColor, bool, str]]) -> None:
        paragraph = frame.paragraphs[0]  # type: ignore[attr-defined]
        for text, size, colour, bold, font in runs:
            self._run(paragraph, text, size, colour, bold, font)
        self._direct(paragraph)

    def _next(self, frame: object) -> object:
        return frame.add_paragraph()  # type: ignore[attr-defined]

    def _runs(self, paragraph: object, line: Line, size: int) -> None:
        for each in line:
            if isinstance(each, Cite):
                self._run(paragraph, f"{each.value.mark}\u00a0", size, COLOURS[each.value.proof], True)
                self._run(paragraph, each.value.text, size, INK, True, language=each.value.language)
            elif isinstance(each, Link):
                self._run(paragraph, each.text, size, BLUE, link=self.made.address(each.target))
            elif each.text[:1] in "●○":
                self._run(paragraph, each.text[:1], size, COLOURS["computed" if each.text[0] == "●" else "reported"], True)
                self._run(paragraph, each.text[1:], size, INK, language=each.language)
            else:
                self._run(paragraph, each.text, size, QUIET if each.quiet else INK, each.strong, language=each.language)

    def _run(
        self, paragraph: object, text: str, size: int, colour: RGBColor, bold: bool = False, font: str = "", language: str = "", link: str = ""
    ) -> None:
        run = paragraph.add_run()  # type: ignore[attr-defined]
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font or self.sans
        run.font.color.rgb = colour
        if link:
            run.hyperlink.address = link
        spoken = language or {"zh": "zh-CN", "en": "en-GB"}.get(self.document.language, self.document.language)
        run._r.get_or_add_rPr().set("lang", spoken)

    def _direct(self, paragraph: object) -> None:
        paragraph.alignment = PP_ALIGN.RIGHT if self.document.right_to_left else PP_ALIGN.LEFT  # type: ignore[attr-defined]
        if self.document.right_to_left:
            paragraph._p.get_or_add_pPr().set("rtl", "1")  # type: ignore[attr-defined]


def _bullet(paragraph: object) -> None:
    properties = paragraph._p.get_or_add_pPr()  # type: ignore[attr-defined]
    properties.set("marL", "285750")
    properties.set("indent", "-285750")
    etree.SubElement(properties, qn("a:buChar"), char="–")


def _plain(line: Line) -> str:
    return "".join(each.value.text if isinstance(each, Cite) else each.text for each in line)


def _parts(items: tuple[object, ...], size: int) -> Iterator[tuple[object, ...]]:
    """The items in slices of about equal length, none longer than the size."""
    if not items:
        return
    pieces = -(-len(items) // size)
    start = 0
    for piece in range(pieces):
        end = start + -(-(len(items) - start) // (pieces - piece))
        yield items[start:end]
        start = end
