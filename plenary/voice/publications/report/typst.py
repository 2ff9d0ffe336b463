"""The report as PDF, made by Typst: tagged, in one of the six languages, PDF/UA-1 or not at all."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from plenary.errors import PlenaryError
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

#: Families by language, first choice first. Typst carries Libertinus Serif and DejaVu Sans Mono itself, which is
#: enough for Latin and Cyrillic; the others are found on the machine.
FAMILIES = {"ar": ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri"), "zh": ("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans SC", "Noto Serif SC")}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
EMBEDDED = ("Libertinus Serif", "DejaVu Sans Mono")


class CannotTypeset(PlenaryError):
    """Typst refused the document, for example because it would not be accessible."""


def pdf(made: Made) -> bytes:
    """The report as a PDF/UA-1 file.

    Raises: CannotTypeset, where a font is missing or the document breaks the rules of PDF/UA.
    """
    return compile_pdf(source(made), language=made.document.language, at=made.at)


def compile_pdf(text: str, *, language: str, at: datetime) -> bytes:
    """Typeset a Typst source. Characters that no font at hand can show become a replacement character, as on screens.

    Raises: CannotTypeset.
    """
    fonts = _fonts(language)
    for _attempt in range(_ATTEMPTS):
        try:
            return typst.compile(text.encode(), font_paths=fonts, ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp()))
        except typst.TypstError as error:
            missing = _undisplayable(error)
            if not missing:
                hints = " ".join(getattr(error, "hints", None) or [])
                raise CannotTypeset(_("The PDF could not be made: %(reason)s") % {"reason": f"{error} {hints}".strip()}) from error
            if FALLBACK_SIGN in missing or _attempt == 0:
                fonts = _every_font()  # a name in another script: any font that the machine has may help
            if _attempt > 0:
                text = text.translate({ord(sign): FALLBACK_SIGN for sign in missing})
    raise CannotTypeset(_("The PDF could not be made: it has too many characters that no font at hand can show."))


#: Stands for a character that no font can show; Typst's own fonts have it.
FALLBACK_SIGN = "\u25a1"
_ATTEMPTS = 40
_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def _undisplayable(error: typst.TypstError) -> set[str]:
    """The characters for which Typst found no glyph; signs of its own language are never among them."""
    told = f"{error} {getattr(error, 'diagnostic', '')}"
    found = "".join(_UNSHOWN.findall(told))
    return {sign for sign in _ESCAPED.sub(lambda match: chr(int(match[1], 16)), found) if not " " <= sign <= "~"}


def _fonts(language: str) -> typst.Fonts:
    """Typst's own fonts, and for a script that they lack those of the machine."""
    wanted = FAMILIES.get(language)
    if wanted is None:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    fonts = _every_font()
    if not set(fonts.families()).intersection(wanted):
        raise CannotTypeset(
            _("For a PDF in this language a font is missing. Install one of these: %(fonts)s (Debian: fonts-noto-core, fonts-noto-cjk).")
            % {"fonts": ", ".join(wanted)}
        )
    return fonts


def _every_font() -> typst.Fonts:
    folders = [str(folder) for folder in FONT_FOLDERS if folder.is_dir()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


# ---- source ---------------------------------------------------------------------------------------------------------


def source(made: Made) -> str:
    """The Typst source of the report."""
    document, words = made.document, made.document.words
    families = (*FAMILIES.get(document.language, ()), *EMBEDDED)
    parts = [
        f"#set document(title: {_string(document.title)}, author: {_string(document.publisher)}, date: auto)",
        f"#set text(font: ({', '.join(_string(name) for name in families)}), lang: {_string(document.language)}, "
        f'dir: {"rtl" if document.right_to_left else "ltr"}, size: 10.5pt, fill: rgb("#16202b"), hyphenate: false)',
        _PREAMBLE.replace("@publisher@", _string(document.publisher)).replace("@title@", _string(document.title)),
        f"#cover({_string(document.title)}, {_string(document.subtitle)}, {_string(words['figures_as_of'] % {'day': made.at_words})}, {_string(document.publisher)})",
        f"#keybox({_string(words['key'])}, {_string(words['key_computed'])}, {_string(words['key_reported'])})",
        f"#heading(level: 1, outlined: false, {_string(words['contents'])})",
        "#text(size: 9.5pt, columns(2, gutter: 24pt, outline(title: none, depth: 2)))",
        "#pagebreak()",
    ]
    parts += [_section(made, section, 1) for section in document.sections]
    parts.append(f"#v(1.5em)\n#text(size: 8.5pt, fill: quiet)[{_text(words['disclaimer'])}]")
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
#show heading.where(level: 1): it => { v(1.4em, weak: true); block(above: 1.6em, below: 0.9em, stroke: (top: 1.2pt + rgb("#16202b")), inset: (top: 0.55em), width: 100%, text(size: 19pt, weight: "semibold", it.body)) }
#show heading.where(level: 2): it => block(above: 1.5em, below: 0.7em, text(size: 13.5pt, weight: "semibold", it.body))
#show heading.where(level: 3): it => block(above: 1.2em, below: 0.6em, text(size: 11pt, weight: "semibold", it.body))
#show link: it => text(fill: blue, it)
#show table.cell.where(y: 0): set text(weight: "semibold")
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => block(width: 100%, align(start, text(size: 9.5pt, fill: quiet, it.body)))
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


def _string(text: str) -> str:
    """A string literal: nothing in it is code. JSON's escapes for what Typst would read are Typst's own, but for \\u."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", "\\t")
    return f'"{escaped}"'


def _text(text: str) -> str:
    """Text in markup, by way of a string, so that no sign in it means anything."""
    return f"#text({_string(text)})"


def _inline(made: Made, run: Inline) -> str:
    if isinstance(run, Link):
        target = f"label({_string(run.target[1:])})" if run.target.startswith("#") else _string(made.address(run.target))
        return f"#link({target}, text({_string(run.text)}))"
    if isinstance(run, Cite):
        mark = "#counted" if run.value.proof == COMPUTED else "#reported"
        return f"{mark}~#link(label({_string(run.figure.anchor)}), text({_string(run.value.text)}{_lang(run.value.language)}))"
    options = _lang(run.language) + (', weight: "semibold"' if run.strong else "") + (", fill: quiet" if run.quiet else "")
    return f"#text({_string(run.text)}{options})"


def _lang(language: str) -> str:
    return f", lang: {_string(language.split('-')[0])}" if language else ""


def _line(made: Made, line: Line) -> str:
    return "".join(_inline(made, run) for run in line)


def _proof(made: Made, value: Value) -> str:
    words = made.document.words
    if value.proof == COMPUTED:
        inner = f"#text({_string(words['computed'])})"
        return f"#counted #link({_string(made.address(value.path))})[{inner}]" if value.path else f"#counted {inner}"
    return f"#reported #text({_string(words['reported'] + ' ')}){_source(made, value)}"


def _source(made: Made, value: Value) -> str:
    """The source's number, which leads to the annex, and where in it the value stands."""
    number = made.document.number_of(value.source)
    when = f" ({made.document.words['as_of'] % {'day': value.as_of}})" if value.as_of else ""
    told = made.document.told_by(value)
    return f'#link(label("source-{number}"))[\\[{number}\\]] #text({_string(told)}, lang: "en")#text({_string(when)})'


def _figure(made: Made, figure: FigureView) -> str:
    first = figure.first
    lines = [_proof(made, first)]
    for value in figure.others:
        lines.append(f"#text({_string(made.document.words['also'] + ' ')})#strong(text({_string(value.text)})) {_proof(made, value)}")
    size = 22 if len(first.text) <= 11 else 16 if len(first.text) <= 22 else 13
    value_text = f'text({_string(first.text)}, size: {size}pt, weight: "medium"{_lang(first.language)})'
    label = f"link(label({_string(figure.anchor)}), text({_string(_with_edition(made, figure))}))"
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
            f"[#link(label({_string(bar.figure.anchor)}), text({_string(bar.label)}))], [#bar({share:.1f}%, {color})], "
            + f"[{mark} #text({_string(bar.value.text)}){''.join(_beside(made, value) for value in bar.others)}]"
        )
    words = made.document.words
    head = f"[#text({_string(words['figure'])})], [], [#text({_string(words['value'])})]"
    note = f"\n#block(above: 0.5em, text(size: 8.5pt, fill: quiet)[{_proof(made, chart.sample)}])" if chart.sample else ""
    table = f"table(columns: (34%, 1fr, 20%), align: horizon + start, table.header({head}), {', '.join(cells)})"
    return f"#figure(kind: table, supplement: none, numbering: none, caption: [{_text(chart.title)} ({_text(chart.unit)})], {table}){note}"


def _beside(made: Made, value: Value) -> str:
    """A further value of a bar: small, with its own mark."""
    mark = "#counted" if value.proof == COMPUTED else "#reported"
    text = f"text(size: 8.5pt, fill: quiet, {_string(value.text)})"
    return f" {mark} #link({_string(made.address(value.path))}, {text})" if value.path else f" {mark} #{text}"


def _table(made: Made, table: Table) -> str:
    widths = ", ".join(f"{width}fr" for width in table.widths) or ", ".join("1fr" for _each in table.head)
    head = ", ".join(f"[{_text(each)}]" for each in table.head)
    cells = []
    for position, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            anchor = table.anchors[position] if table.anchors and column == 0 else ""
            label = f"#metadata(none)#label({_string(anchor)})" if anchor else ""
            cells.append(f"[{label}{_line(made, cell)}]")
    size = "8.5pt" if table.is_annex else "9.5pt"
    inner = f"table(columns: ({widths},), table.header({head}), {', '.join(cells)})"
    return f"#figure(kind: table, supplement: none, numbering: none, caption: [{_text(table.caption)}], [#set text(size: {size})\n#{inner}])"


def _section(made: Made, section: Section, level: int) -> str:
    parts = [f"#heading(level: {level}, text({_string(section.title)})) #label({_string('section-' + section.anchor)})"]
    parts += [_block(made, block) for block in section.blocks]
    parts += [_section(made, each, min(level + 1, 3)) for each in section.sections]
    return "\n\n".join(parts)
