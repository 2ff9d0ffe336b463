"""The report for word processors and e-readers, written by pandoc from its own document tree: no text is ever markup."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pypandoc
from django.utils.translation import gettext as _

from plenary.errors import PlenaryError
from plenary.voice.publications.report.document import (
    COMPUTED,
    MARKS,
    Block,
    Bullets,
    Chart,
    Cite,
    Figures,
    FigureView,
    Inline,
    Line,
    Link,
    Made,
    Paragraph,
    Section,
    Value,
)

Node = dict[str, Any]
_FOLDER = Path(__file__).parent
_SECONDS = 60


class CannotConvert(PlenaryError):
    """Pandoc failed."""


def docx(made: Made) -> bytes:
    """The report as a Word file."""
    from plenary.voice.publications.report.docx import finish

    return finish(_run(made, "docx", [], for_word=True), made)


def epub(made: Made) -> bytes:
    """The report as an e-book (EPUB 3)."""
    return _run(made, "epub3", ["--split-level=1", f"--css={_FOLDER / 'epub.css'}"])


def markdown(made: Made) -> bytes:
    """The report as Markdown, for those who want to go on writing."""
    return _run(made, "markdown-smart-raw_html-simple_tables-multiline_tables-grid_tables+pipe_tables", ["--wrap=none"])


def _run(made: Made, target: str, options: list[str], *, for_word: bool = False) -> bytes:
    program = pypandoc.get_pandoc_path()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(made.at.timestamp()))}
    with tempfile.TemporaryDirectory(prefix="plenary-report-") as folder:
        result = Path(folder) / "out"
        if target == "epub3":
            # The date of the title page is a sentence in the report's language; the package wants one that machines read.
            about = Path(folder) / "about.xml"
            about.write_text(f"<dc:date>{made.at.date().isoformat()}</dc:date>", encoding="utf-8")
            options = [*options, f"--epub-metadata={about}"]
        command = [program, "--from=json", f"--to={target}", "--standalone", f"--output={result}", "--data-dir", folder, *options]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell, no input in the arguments
                command, input=json.dumps(tree(made, for_word=for_word)).encode(), env=environment, capture_output=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotConvert(_("The document could not be made: %(reason)s") % {"reason": error}) from error
        if done.returncode:
            raise CannotConvert(_("The document could not be made: %(reason)s") % {"reason": done.stderr.decode(errors="replace")[:400]})
        return result.read_bytes()


# ---- the tree -------------------------------------------------------------------------------------------------------


def tree(made: Made, *, for_word: bool = False) -> Node:
    """The report in pandoc's own form (see its documentation of ``Text.Pandoc.Definition``).

    for_word: with character styles and a list of the sections; Word would show its own only after the reader asks for it.
    """
    document, words = made.document, made.document.words
    meta = {
        "title": _meta(document.title),
        "subtitle": _meta(document.subtitle),
        "author": _meta(document.publisher),
        "date": _meta(words["figures_as_of"] % {"day": made.at_words}),
        "lang": _meta({"zh": "zh-Hans"}.get(document.language, document.language)),
        "dir": _meta("rtl" if document.right_to_left else "ltr"),
        "toc-title": _meta(words["contents"]),
        # An e-book needs an identifier; the same content has the same one.
        "identifier": _meta(f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, made.address('/') + document.code + document.edition + document.digest())}"),
    }
    blocks: list[Node] = [
        _header(1, "key", words["key"]),
        _para([*_mark(COMPUTED), *_str(" " + words["key_computed"])]),
        _para([*_mark("reported"), *_str(" " + words["key_reported"])]),
    ]
    if for_word:
        links = [[{"t": "Plain", "c": [_link(_str(section.title), f"#{section.anchor}")]}] for section in document.sections]
        blocks += [_header(1, "contents", words["contents"]), {"t": "BulletList", "c": links}]
    for section in document.sections:
        blocks += _section(made, section, 1)
    blocks.append(_para(_str(words["disclaimer"])))
    if not for_word:
        blocks = _without_styles(blocks)
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}


def _without_styles(node: Any) -> Any:
    """The same tree without names of character styles, which other formats would show as odd attributes."""
    if isinstance(node, list):
        return [_without_styles(each) for each in node if not (isinstance(each, list) and each[:1] == ["custom-style"])]
    if isinstance(node, dict):
        return {key: _without_styles(value) for key, value in node.items()}
    return node


def _meta(text: str) -> Node:
    return {"t": "MetaInlines", "c": _str(text)}


def _str(text: str) -> list[Node]:
    nodes: list[Node] = []
    for position, word in enumerate(text.replace("\n", " ").split(" ")):
        if position:
            nodes.append({"t": "Space"})
        if word:
            nodes.append({"t": "Str", "c": word})
    return nodes


def _attr(anchor: str = "", classes: list[str] | None = None, language: str = "", style: str = "") -> list[Any]:
    """style: name of a character style of the Word file (see ``docx.py``)."""
    pairs = [[name, value] for name, value in (("lang", language), ("custom-style", style)) if value]
    return [anchor, classes or [], pairs]


def _span(nodes: list[Node], anchor: str = "", classes: list[str] | None = None, language: str = "", style: str = "") -> Node:
    return {"t": "Span", "c": [_attr(anchor, classes, language, style), nodes]}


def _mark(proof: str) -> list[Node]:
    name = "counted" if proof == COMPUTED else "reported"
    return [_span([{"t": "Str", "c": MARKS[proof]}], classes=[name], style=name.capitalize())]


def _link(nodes: list[Node], target: str) -> Node:
    return {"t": "Link", "c": [_attr(), nodes, [target, ""]]}


def _header(level: int, anchor: str, title: str) -> Node:
    return {"t": "Header", "c": [level, _attr(anchor), _str(title)]}


def _para(nodes: list[Node]) -> Node:
    return {"t": "Para", "c": nodes}


def _inline(made: Made, run: Inline) -> list[Node]:
    if isinstance(run, Link):
        return [_link(_str(run.text), made.address(run.target))]
    if isinstance(run, Cite):
        value = [_span(_str(run.value.text), language=run.value.language)] if run.value.language else _str(run.value.text)
        return [*_mark(run.value.proof), {"t": "Str", "c": "\u00a0"}, _link(value, f"#{run.figure.anchor}")]
    nodes = _str(run.text)
    if run.strong:
        nodes = [{"t": "Strong", "c": nodes}]
    if run.quiet or run.language:
        return [_span(nodes, classes=["quiet"] if run.quiet else None, language=run.language, style="Quiet" if run.quiet else "")]
    return nodes


def _line(made: Made, line: Line) -> list[Node]:
    return [node for run in line for node in _inline(made, run)]


def _proof(made: Made, value: Value) -> list[Node]:
    words = made.document.words
    if value.proof == COMPUTED:
        nodes = _str(words["computed"])
        return [*_mark(value.proof), {"t": "Space"}, *([_link(nodes, made.address(value.path))] if value.path else nodes)]
    number = made.document.number_of(value.source)
    when = f" ({words['as_of'] % {'day': value.as_of}})" if value.as_of else ""
    told = _span(_str(made.document.told_by(value)), language="en")
    return [*_mark(value.proof), *_str(f" {words['reported']} "), _link(_str(f"[{number}]"), f"#source-{number}"), {"t": "Space"}, told, *_str(when)]


def _figure(made: Made, figure: FigureView) -> Node:
    """A figure as an item: the value in bold, what it is, and its proof; further values below."""
    label = figure.label if figure.edition == made.document.edition else f"{figure.label}, {figure.edition}"
    first = figure.first
    nodes: list[Node] = [
        _span([{"t": "Strong", "c": _str(first.text)}], classes=["value"], language=first.language, style="Value"),
        {"t": "Space"},
        _link(_str(label), f"#{figure.anchor}"),
        {"t": "LineBreak"},
        *_proof(made, first),
    ]
    for value in figure.others:
        shown = {"t": "Strong", "c": [_span(_str(value.text), language=value.language)]}
        nodes += [{"t": "LineBreak"}, *_str(made.document.words["also"] + " "), shown, {"t": "Space"}, *_proof(made, value)]
    return {"t": "Div", "c": [_attr(classes=["figure"]), [_para(nodes)]]}


def _blocks(made: Made, block: Block) -> list[Node]:
    if isinstance(block, Paragraph):
        return [_para(_line(made, block.runs))]
    if isinstance(block, Bullets):
        return [{"t": "BulletList", "c": [[{"t": "Plain", "c": _line(made, item)}] for item in block.items]}]
    if isinstance(block, Figures):
        return [{"t": "Div", "c": [_attr(classes=["figures"]), [_figure(made, figure) for figure in block.figures]]}]
    if isinstance(block, Chart):
        return _chart(made, block)
    rows = []
    for position, row in enumerate(block.rows):
        anchor = block.anchors[position] if block.anchors else ""
        cells = [_line(made, cell) for cell in row]
        if anchor:
            cells[0] = [_span(cells[0], anchor=anchor)]
        rows.append(cells)
    return [_table(block.caption, list(block.head), rows, block.widths)]


def _chart(made: Made, chart: Chart) -> list[Node]:
    rows = []
    for bar in chart.bars:
        blocks = max(1, round(float(bar.number / chart.most) * 18)) if bar.number else 0
        rows.append(
            [
                [_link(_str(bar.label), f"#{bar.figure.anchor}")],
                [_span([{"t": "Str", "c": "\u2588" * blocks}], classes=["bar"], style="Counted" if chart.proof == COMPUTED else "Bar")] if blocks else [],
                [
                    *_mark(chart.proof),
                    *_str(f" {bar.value.text}"),
                    *(node for value in bar.others for node in (*_str(" "), *_mark(value.proof), *_str(f" {value.text}"))),
                ],
            ]
        )
    head = [made.document.words["figure"], "", made.document.words["value"]]
    table = _table(f"{chart.title} ({chart.unit})", head, rows, (38, 40, 22))
    source = [_para(_proof(made, chart.sample))] if chart.sample else []
    return [table, *source]


def _table(caption: str, head: list[str], rows: list[list[list[Node]]], widths: tuple[int, ...]) -> Node:
    total = sum(widths) or 1
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": width / total}] for width in widths] or [
        [{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _each in head
    ]

    def cell(nodes: list[Node]) -> list[Any]:
        return [_attr(), {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": nodes}] if nodes else []]

    header = [_attr(), [[_attr(), [cell(_str(each)) for each in head]]]]
    body = [_attr(), 1, [], [[_attr(), [cell(nodes) for nodes in row]] for row in rows]]  # the first column is a heading
    return {"t": "Table", "c": [_attr(), [None, [{"t": "Plain", "c": _str(caption)}]], columns, header, [body], [_attr(), []]]}


def _section(made: Made, section: Section, level: int) -> list[Node]:
    blocks = [_header(level, section.anchor, section.title)]
    for block in section.blocks:
        blocks += _blocks(made, block)
    for each in section.sections:
        blocks += _section(made, each, min(level + 1, 3))
    return blocks
