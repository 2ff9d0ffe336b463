"""The report as PDF, made by Typst: tagged, in one of the six languages, PDF/UA-1 or not at all."""

from __future__ import annotations

from plenary.ground.files.typesetting import compile_pdf, families, string, text_of
from plenary.voice.publications.report.document import (
    COMPUTED,
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
    Table,
    Value,
)


def pdf(made: Made) -> bytes:
    """The report as a PDF/UA-1 file.

    Raises: CannotTypeset, where a font is missing or the document breaks the rules of PDF/UA.
    """
    return compile_pdf(source(made), language=made.document.language, at=made.at)


# ---- source ---------------------------------------------------------------------------------------------------------


def source(made: Made) -> str:
    """The Typst source of the report."""
    document, words = made.document, made.document.words
    parts = [
        f"#set document(title: {string(document.title)}, author: {string(document.publisher)}, date: auto)",
        f"#set text(font: {families(document.language)}, lang: {string(document.language)}, "
        f'dir: {"rtl" if document.right_to_left else "ltr"}, size: 10.5pt, fill: rgb("#16202b"), hyphenate: false)',
        _PREAMBLE.replace("@publisher@", string(document.publisher)).replace("@title@", string(document.title)),
        f"#cover({string(document.title)}, {string(document.subtitle)}, {string(words['figures_as_of'] % {'day': made.at_words})}, {string(document.publisher)})",
        f"#keybox({string(words['key'])}, {string(words['key_computed'])}, {string(words['key_reported'])})",
        f"#heading(level: 1, outlined: false, {string(words['contents'])})",
        "#text(size: 9.5pt, columns(2, gutter: 24pt, outline(title: none, depth: 2)))",
        "#pagebreak()",
    ]
    parts += [_section(made, section, 1) for section in document.sections]
    parts.append(f"#v(1.5em)\n#text(size: 8.5pt, fill: quiet)[{text_of(words['disclaimer'])}]")
    return "\n\n".join(parts) + "\n"


_PREAMBLE = """
#let quiet = rgb("#55606c")
#let rule = rgb("#dcd8cd")
#let open = rgb("#1c6b3c")
#let soon = rgb("#8a5300")
#let blue = rgb("#075a86")
#let counted = text(font: "DejaVu Sans Mono", size: 0.9em, fill: open)[●]
#let reported = text(font: "DejaVu Sans Mono", size: 0.9em, weight: "bold", fill: soon)[○]
#set page(paper: "a4", margin: (x: 2.2cm, top: 2.2cm, bottom: 2.2cm), numbering: "1",
  footer: context [#set text(size: 8.5pt, fill: quiet); #text(@publisher@) #h(1fr) #text(@title@) #h(1fr) #counter(page).display("1")])
#set par(leading: 0.68em, spacing: 0.95em)
#set heading(numbering: none)
#show heading.where(level: 1): it => { v(1.4em, weak: true); block(sticky: true, above: 1.6em, below: 0.9em, stroke: (top: 1.2pt + rgb("#16202b")), inset: (top: 0.55em), width: 100%, text(size: 19pt, weight: "semibold", it.body)) }
#show heading.where(level: 2): it => block(sticky: true, above: 1.5em, below: 0.7em, text(size: 13.5pt, weight: "semibold", it.body))
#show heading.where(level: 3): it => block(sticky: true, above: 1.2em, below: 0.6em, text(size: 11pt, weight: "semibold", it.body))
#show link: it => text(fill: blue, it)
#show table.cell.where(y: 0): set text(weight: "semibold")
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => block(sticky: true, width: 100%, align(start, text(size: 9.5pt, fill: quiet, it.body)))
#show figure: set block(breakable: true)
#show figure: set align(start)
#set table(stroke: (x, y) => (bottom: if y == 0 { 0.8pt + rgb("#16202b") } else { 0.4pt + rule }), inset: (x: 4pt, y: 5pt), align: start)
#let cover(title, subtitle, note, publisher) = {
  v(2.2cm)
  text(size: 11pt, fill: quiet, publisher)
  v(0.4em)
  block(below: 0.9em, { set par(leading: 0.3em); show std.title: set text(size: 34pt, weight: "semibold"); std.title() })
  v(0.2em)
  block(width: 82%, text(size: 14pt, fill: quiet, subtitle))
  v(0.6em)
  text(size: 10.5pt, note)
  v(0.9cm)
}
#let keybox(heading, computed, reported-words) = block(stroke: (left: 2pt + rule), inset: (left: 10pt, y: 4pt), below: 1.6em)[
  #strong(heading) \\
  #counted #computed \\
  #reported #reported-words
]
#let fig(value, label, proof) = block(breakable: false, width: 100%, {
  set par(leading: 0.45em)
  block(below: 0.65em, value)
  block(below: 0.5em, label)
  block(text(size: 8.5pt, fill: quiet, proof))
})
#let figrow(..cells) = block(above: 1em, below: 1.2em, grid(columns: (1fr, 1fr, 1fr), column-gutter: 18pt, row-gutter: 16pt, ..cells))
#let bar(share, is-counted) = pdf.artifact(block(width: 100%, height: 8pt, fill: rgb("#f1ede2"), align(start,
  block(width: share, height: 8pt, fill: if is-counted { open } else { rgb("#efdcb9") }, stroke: if is-counted { none } else { 0.8pt + soon }))))
"""


def _inline(made: Made, run: Inline) -> str:
    if isinstance(run, Link):
        target = f"label({string(run.target[1:])})" if run.target.startswith("#") else string(made.address(run.target))
        return f"#link({target}, text({string(run.text)}))"
    if isinstance(run, Cite):
        mark = "#counted" if run.value.proof == COMPUTED else "#reported"
        return f"{mark}~#link(label({string(run.figure.anchor)}), text({string(run.value.text)}{_lang(run.value.language)}))"
    options = _lang(run.language) + (', weight: "semibold"' if run.strong else "") + (", fill: quiet" if run.quiet else "")
    return f"#text({string(run.text)}{options})"


def _lang(language: str) -> str:
    return f", lang: {string(language.split('-')[0])}" if language else ""


def _line(made: Made, line: Line) -> str:
    return "".join(_inline(made, run) for run in line)


def _proof(made: Made, value: Value) -> str:
    words = made.document.words
    if value.proof == COMPUTED:
        inner = f"#text({string(words['computed'])})"
        return f"#counted #link({string(made.address(value.path))})[{inner}]" if value.path else f"#counted {inner}"
    return f"#reported #text({string(words['reported'] + ' ')}){_source(made, value)}"


def _source(made: Made, value: Value) -> str:
    """The source's number, which leads to the annex, and where in it the value stands."""
    number = made.document.number_of(value.source)
    when = f" ({made.document.words['as_of'] % {'day': value.as_of}})" if value.as_of else ""
    told = made.document.told_by(value)
    return f'#link(label("source-{number}"))[\\[{number}\\]] #text({string(told)}, lang: "en")#text({string(when)})'


def _figure(made: Made, figure: FigureView) -> str:
    first = figure.first
    lines = [_proof(made, first)]
    for value in figure.others:
        lines.append(f"#text({string(made.document.words['also'] + ' ')})#strong(text({string(value.text)})) {_proof(made, value)}")
    size = 22 if len(first.text) <= 11 else 16 if len(first.text) <= 22 else 13
    value_text = f'text({string(first.text)}, size: {size}pt, weight: "medium"{_lang(first.language)})'
    label = f"link(label({string(figure.anchor)}), text({string(_with_edition(made, figure))}))"
    return f"fig({value_text}, {label}, [{' #linebreak() '.join(lines)}])"


def _with_edition(made: Made, figure: FigureView) -> str:
    return f"{figure.label}, {figure.edition}" if figure.edition != made.document.edition else figure.label


def _block(made: Made, block: Block) -> str:
    if isinstance(block, Paragraph):
        return _line(made, block.runs)
    if isinstance(block, Bullets):
        return "#list(" + ", ".join(f"[{_line(made, item)}]" for item in block.items) + ")"
    if isinstance(block, Figures):
        return "#figrow(" + ", ".join(_figure(made, figure) for figure in block.figures) + ")"
    if isinstance(block, Chart):
        return _chart(made, block)
    return _table(made, block)


def _chart(made: Made, chart: Chart) -> str:
    mark, color = ("#counted", "true") if chart.proof == COMPUTED else ("#reported", "false")
    cells = []
    for bar in chart.bars:
        share = float(bar.number / chart.most * 100)
        cells.append(
            f"[#link(label({string(bar.figure.anchor)}), text({string(bar.label)}))], [#bar({share:.1f}%, {color})], "
            + f"[{mark} #text({string(bar.value.text)}){''.join(_beside(made, value) for value in bar.others)}]"
        )
    words = made.document.words
    head = f"[#text({string(words['figure'])})], [], [#text({string(words['value'])})]"
    note = f"\n#block(above: 0.5em, text(size: 8.5pt, fill: quiet)[{_proof(made, chart.sample)}])" if chart.sample else ""
    table = f"table(columns: (34%, 1fr, 20%), align: horizon + start, table.header({head}), {', '.join(cells)})"
    return f"#figure(kind: table, supplement: none, numbering: none, caption: [{text_of(chart.title)} ({text_of(chart.unit)})], {table}){note}"


def _beside(made: Made, value: Value) -> str:
    """A further value of a bar: small, with its own mark."""
    mark = "#counted" if value.proof == COMPUTED else "#reported"
    text = f"text(size: 8.5pt, fill: quiet, {string(value.text)})"
    return f" {mark} #link({string(made.address(value.path))}, {text})" if value.path else f" {mark} #{text}"


def _table(made: Made, table: Table) -> str:
    widths = ", ".join(f"{width}fr" for width in table.widths) or ", ".join("1fr" for _each in table.head)
    head = ", ".join(f"[{text_of(each)}]" for each in table.head)
    cells = []
    for position, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            anchor = table.anchors[position] if table.anchors and column == 0 else ""
            label = f"#metadata(none)#label({string(anchor)})" if anchor else ""
            cells.append(f"[{label}{_line(made, cell)}]")
    size = "8.5pt" if table.is_annex else "9.5pt"
    inner = f"table(columns: ({widths},), table.header({head}), {', '.join(cells)})"
    return f"#figure(kind: table, supplement: none, numbering: none, caption: [{text_of(table.caption)}], [#set text(size: {size})\n#{inner}])"


def _section(made: Made, section: Section, level: int) -> str:
    parts = [f"#heading(level: {level}, text({string(section.title)})) #label({string('section-' + section.anchor)})"]
    parts += [_block(made, block) for block in section.blocks]
    parts += [_section(made, each, min(level + 1, 3)) for each in section.sections]
    return "\n\n".join(parts)
