"""PDFs of calls: the blank form on which people prepare their answers, a submission as it was handed in, the brief of a consultation.

All are tagged (PDF/UA-1) and in the reader's language, in Arabic from right to left. Whoever needs one must do without
where a font is missing on the machine: ``CannotTypeset``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.calendars import language_names
from plenary.engines.calls.form.definition import Definition, FormPart
from plenary.engines.calls.form.lists import label_of
from plenary.engines.calls.form.lookups import Known, Lookups
from plenary.engines.calls.form.page import limits_of, only_if
from plenary.engines.calls.form.showing import PIECES, Line, Shown, show
from plenary.engines.calls.mails import absolute
from plenary.engines.calls.models import Call, FormVersion, Phase, Submission
from plenary.engines.calls.queries import in_words, published_uses, use_counts
from plenary.engines.calls.windows import window_of
from plenary.ground.files.typesetting import compile_pdf, families, string, text_of
from plenary.ground.framework.text import direction
from plenary.ground.web.languages import interface_of
from plenary.ground.web.templatetags.web import moment_in_words

#: Lists longer than this are not printed whole: one writes the code or the name.
LONGEST_LIST = 45
#: Options stand in two columns from so many on, where their labels are short.
TWO_COLUMNS, SHORT_LABEL = 6, 46
#: Words that fit on a line written by hand, and the most lines that are ruled for one answer.
WORDS_ON_A_LINE, MOST_LINES = 12, 16


def blank_pdf(call: Call, form_version: FormVersion, language: str) -> bytes:
    """The empty form of a call. Raises: CannotTypeset."""
    with override(interface_of(language)):
        definition = form_version.form
        parts = [_opening(call, _facts_of_call(call, language), language, str(call.title), _("Form for preparing your answers"))]
        parts.append(_note(_how_to_use(call, definition)))
        if call.guidance:
            parts.append(_paragraphs(str(call.guidance), language))
        lookups = lookups_for(None, definition)
        for part, level in _levels(definition.parts):
            parts += [_part(part, language)] if level == 2 else []
            parts += [_blank_field(field, call, definition, lookups, level, language) for field in part.fields]
        at = form_version.published_at or form_version.created_at
        return compile_pdf("\n\n".join(parts), language=language, at=at)


def submission_pdf(submission: Submission, language: str, at: datetime, *, hidden: frozenset[str] = frozenset()) -> bytes:
    """A submission with all its answers in words, as of an instant. hidden: fields to leave out. Raises: CannotTypeset."""
    with override(interface_of(language)):
        definition = submission.form.form
        shown = show(definition, submission.shown_answers, lookups_for(submission, definition), hidden=hidden)
        title = submission.title or str(submission.call.title)
        kicker = _("Submission") if submission.number else _("Draft")
        parts = [_opening(submission.call, _facts_of_submission(submission, language, at), language, title, kicker)]
        for part, level in _levels([each.part for each in shown]):
            fields = next(each.fields for each in shown if each.part is part)
            parts += [_heading(part, language)] if level == 2 else []
            parts.append(_answers(fields, language))
        return compile_pdf("\n\n".join(parts), language=language, at=at)


def brief_pdf(call: Call, language: str, at: datetime) -> bytes:
    """The final brief of a consultation: what came of its meetings, and what became of each input. Raises: CannotTypeset."""
    with override(interface_of(language)):
        counts = use_counts(call)
        facts = [(_("Inputs received"), text_of(str(sum(count for _label, count in counts))))]
        facts += [(label, text_of(str(count))) for label, count in counts]
        address = absolute(reverse("calls:uses", args=[call.edition.code, call.slug]))
        facts.append((_("What was said, in full"), f"#link({string(address)}, {_latin(address, language)})"))
        parts = [_opening(call, facts, language, str(call.title), _("Final brief"))]
        phases = list(call.phases.all())
        for phase in phases:
            if phase.kind == Phase.Kind.PUBLISH and (phase.summary or phase.text):
                parts.append(_paragraphs(str(phase.summary or phase.text), language))
        held = [phase for phase in phases if phase.kind == Phase.Kind.MEETING and phase.summary]
        if held:
            parts.append(_first(_("Meetings"), language))
        for phase in held:
            when = moment_in_words(phase.opens_at, phase.zone, phase.all_day) if phase.opens_at else ""
            parts += [_second(str(phase.title), language), _quiet_block(when, language) if when else "", _paragraphs(str(phase.summary), language)]
        parts.append(_first(_("What became of the inputs"), language))
        for each in in_words(published_uses(call)):
            number = f"{each.submission.number}. "
            parts.append(_second(number + (each.title or _("Input %(n)s") % {"n": each.submission.number}), language))
            # Each word runs its own way, the line as the page does.
            words = (each.submission.reference, each.organisation, str(each.country.label) if each.country else "")
            meta = " · ".join(f"\u2068{word}\u2069" for word in words if word)
            parts += [
                f"#block(sticky: true, below: 0.8em, small({_run(meta, language)}))",
                _used(str(each.submission.get_use_display()), str(each.submission.use_note), language),
            ]
        return compile_pdf("\n\n".join(each for each in parts if each), language=language, at=at)


def _first(title: str, language: str) -> str:
    return f"#heading(level: 1, {_run(title, language)})"


def _second(title: str, language: str) -> str:
    return f"#heading(level: 2, {_run(title, language)})"


def _used(use: str, note: str, language: str) -> str:
    return f'#block(sticky: {"true" if note else "false"}, below: 0.5em, text(weight: "semibold", {string(use)}))' + (
        f"\n{_paragraphs(note, language)}" if note else ""
    )


# ---- what all begin with -------------------------------------------------------------------------------------------

_PREAMBLE = """
#let ink = rgb("#16202b")
#let quiet = rgb("#55606c")
#let hair = rgb("#dcd8cd")
#let begin(value) = (@begin@: value)
#let blue = rgb("#075a86")
#set page(paper: "a4", margin: (x: 2.2cm, top: 2cm, bottom: 2.1cm), numbering: "1",
  footer: context [#set text(size: 8.5pt, fill: quiet); #text(@footer@) #h(1fr) #counter(page).display("1 / 1", both: true)])
#set par(leading: 0.66em, spacing: 0.9em)
#set heading(numbering: none)
#show link: it => text(fill: blue, it)
#show heading.where(level: 1): it => block(sticky: true, width: 100%, above: 2.2em, below: 1em, stroke: (bottom: 0.9pt + ink), inset: (bottom: 0.45em),
  text(size: 14.5pt, weight: "semibold", it.body))
#show heading.where(level: 2): it => block(sticky: true, width: 100%, above: 1.9em, below: 0.55em, text(size: 11pt, weight: "semibold", it.body))
#let small(body) = text(size: 9.5pt, fill: quiet, body)
#let opening(kicker, title, purpose) = {
  block(below: 1.3em, text(size: 10pt, fill: quiet, kicker))
  block(below: 1.3em, { set par(leading: 0.35em); show std.title: set text(size: 23pt, weight: "semibold"); std.title() })
  if purpose != none { block(width: 88%, below: 0.2em, text(size: 11.5pt, fill: quiet, purpose)) }
}
#let facts(..rows) = block(above: 1.3em, below: 1.3em, width: 100%, grid(columns: (30%, 1fr), row-gutter: 0.75em, column-gutter: 12pt, ..rows))
#let rule-lines(count) = for each in range(count) {
  block(above: 0pt, below: 0pt, height: 8.4mm, width: 100%, breakable: false, sticky: each < calc.min(2, count - 1), pdf.artifact(align(bottom, line(length: 100%, stroke: 0.5pt + rgb("#b9bfc4")))))
}
#let short-line(width) = box(width: width, height: 7.4mm, baseline: 1pt, pdf.artifact(align(bottom, line(length: 100%, stroke: 0.5pt + rgb("#b9bfc4")))))
#let tick = pdf.artifact(box(width: 8.5pt, height: 8.5pt, baseline: 0.8pt, stroke: 0.8pt + ink, radius: 1.2pt))
#let dot = pdf.artifact(box(width: 8.5pt, height: 8.5pt, baseline: 0.8pt, stroke: 0.8pt + ink, radius: 50%))
#let options(marker, ..items) = list(marker: marker, indent: 0pt, body-indent: 7pt, spacing: 0.75em, tight: false, ..items)
#let written(label, width) = grid(columns: (26%, width), column-gutter: 10pt, align: (bottom + start, bottom + start), small(label), short-line(100%))
"""


def _opening(call: Call, facts: Sequence[tuple[str, str]], language: str, title: str, kicker: str) -> str:
    """Settings, title and facts."""
    purpose = str(call.purpose) if title == str(call.title) else ""
    footer = f"{settings.SITE_NAME} · {call.edition.name} · {call.title}"
    rows = ", ".join(f"small({string(label)}), [{value}]" for label, value in facts)
    return "\n".join(
        [
            f"#set document(title: {string(title)}, author: {string(str(settings.SITE_NAME))}, date: auto)",
            f"#set text(font: {families(language)}, lang: {string(_tongue(language))}, dir: {direction(language)}, "
            'size: 10.5pt, fill: rgb("#16202b"), hyphenate: false)',
            _PREAMBLE.replace("@footer@", string(footer)).replace("@begin@", "right" if direction(language) == "rtl" else "left"),
            f"#opening({string(f'{call.edition.name} · {kicker}')}, none, {string(purpose) if purpose else 'none'})",
            f"#facts({rows})" if rows else "",
        ]
    )


def _facts_of_call(call: Call, language: str) -> list[tuple[str, str]]:
    facts = []
    window = window_of(call)
    if window.is_open and window.closes_at is not None:
        facts.append((_("Open until"), text_of(moment_in_words(window.closes_at, window.zone, window.all_day))))
    with override(interface_of(language)):
        address = absolute(reverse("calls:call", args=[call.edition.code, call.slug]))
    facts.append((_("Hand it in at"), f"#link({string(address)}, {_latin(address, language)})"))
    if call.languages:
        facts.append((_("Languages accepted"), text_of(", ".join(language_names(call.languages)))))
    if call.contact:
        facts.append((_("Questions to"), f"#link({string(f'mailto:{call.contact}')}, {_latin(call.contact, language)})"))
    return facts


def _facts_of_submission(submission: Submission, language: str, at: datetime) -> list[tuple[str, str]]:
    call = submission.call
    zone = call.edition.zone
    facts = [(_("Reference"), f"#text({_latin(submission.reference, language)})"), (_("Call"), text_of(str(call.title)))]
    if submission.submitted_at is not None:
        facts.append((_("Handed in"), text_of(moment_in_words(submission.submitted_at, zone))))
    if submission.submitted_at is None or at - submission.submitted_at > timedelta(minutes=1):
        facts.append((_("As of"), text_of(moment_in_words(at, zone))))
    if submission.origin != Submission.Origin.SITE:
        facts.append((_("Came by"), text_of(str(submission.get_origin_display()))))
    return facts


def _levels(parts: Iterable[FormPart]) -> list[tuple[FormPart, int]]:
    """The parts with the level of the headings of their fields: below that of the part, if any part has one."""
    listed = list(parts)
    level = 2 if any(part.title for part in listed) else 1
    return [(part, level) for part in listed]


def _heading(part: FormPart, language: str) -> str:
    return _first(str(part.title) or _("More"), language)


def _part(part: FormPart, language: str) -> str:
    return _heading(part, language) + ("\n" + _quiet_block(str(part.text), language) if part.text else "")


# ---- runs of text ---------------------------------------------------------------------------------------------------


def _is_right_to_left(text: str) -> bool | None:
    """Whether most of a text runs from right to left; None where it has no letters. A code in front of it does not turn it."""
    kinds = [unicodedata.bidirectional(sign) for sign in text[:1000]]
    right, left = sum(kind in ("R", "AL") for kind in kinds), kinds.count("L")
    return None if right == left == 0 else right > left


def _run(text: str, language: str, own: str = "") -> str:
    """A text within a line, as Typst's code. own: its language."""
    return f"text({string(text)}{f', lang: {string(_tongue(own))}' if own and _tongue(own) != _tongue(language) else ''})"


def _tongue(language: str) -> str:
    return language.split("-")[0]


def _latin(text: str, language: str) -> str:
    """An address, whose signs keep their order where the document runs the other way."""
    return string(f"\u200e{text}\u200e" if direction(language) == "rtl" else text)


def _paragraphs(text: str, language: str, own: str = "") -> str:
    """A text of several lines as a block that runs its own way."""
    turned = _is_right_to_left(text)
    ways = [f"lang: {string(_tongue(own))}"] if own and _tongue(own) != _tongue(language) else []
    if turned is not None and turned != (direction(language) == "rtl"):
        ways.append(f"dir: {'rtl' if turned else 'ltr'}")
    lines = [" #linebreak() ".join(text_of(line) for line in part.split("\n")) for part in text.split("\n\n") if part.strip()]
    setting = f"#set text({', '.join(ways)})\n" if ways else ""
    return f"#block(width: 100%)[{setting}{' #parbreak() '.join(lines)}]"


def _quiet_block(text: str, language: str) -> str:
    return f"#block(sticky: true, below: 0.8em, small[{_paragraphs(text, language)}])"


def _note(sentences: Iterable[str]) -> str:
    return f"#block(width: 100%, stroke: begin(2pt + hair), inset: (y: 3pt) + begin(10pt), below: 1.2em, small[{' '.join(text_of(f'{each} ') for each in sentences)}])"


# ---- the blank form -------------------------------------------------------------------------------------------------


def _how_to_use(call: Call, definition: Definition) -> list[str]:
    told = [_("Write your answers here in your own time; then enter them on the page of the call. What is marked “needed” must be answered.")]
    told.append(_("Where a space is too small, go on on a sheet of your own."))
    if any(field.kind in ("file", "image") for field in definition):
        told.append(_("Files are added there too."))
    return told


def _blank_field(field: Any, call: Call, definition: Definition, lookups: Lookups, level: int, language: str) -> str:
    needed = f" + h(0.5em) + box(small({string(_('needed'))}))" if field.required else ""
    parts = [f"#heading(level: {level}, {_run(str(field.label), language)}{needed})" if level == 2 else _first_level(field, needed, language)]
    hints = " ".join(each for each in (only_if(field, definition.by_code), _limits(field)) if each)
    told = [str(field.help)] if field.help else []
    for text in (*told, hints):
        if text:
            parts.append(f"#block(sticky: true, above: 0.5em, below: 0.7em, small[{_paragraphs(text, language)}])")
    parts.append(_space(field, call, lookups, language))
    return "\n".join(parts)


def _first_level(field: Any, needed: str, language: str) -> str:
    """A field's heading where no part has one: of the first level, but as large as fields are."""
    return (
        f'#{{ show heading.where(level: 1): it => block(sticky: true, width: 100%, above: 1.9em, below: 0.55em, text(size: 11pt, weight: "semibold", it.body)); '
        f"heading(level: 1, {_run(str(field.label), language)}{needed}) }}"
    )


def _limits(field: Any) -> str:
    if field.kind == "text" and field.longest < 100:
        return _("At most %(n)s characters.") % {"n": field.longest}
    return limits_of(field)


def _space(field: Any, call: Call, lookups: Lookups, language: str) -> str:
    """Where the answer is written or ticked."""
    kind = field.kind
    if kind in ("text", "long-text"):
        return _text_space(field, call)
    if kind in ("choice", "choices"):
        return _boxes([(str(option.label), []) for option in field.options], many=field.many, language=language)
    if kind in ("concept", "concepts"):
        schemes = (field.scheme,) if kind == "concept" else field.schemes
        return _concepts(lookups.offered(schemes), many=field.many, leaves=getattr(field, "leaves", False), language=language)
    if kind in ("organisation", "person"):
        return _pieces(field, lookups, language)
    if kind == "date":
        return _day()
    if kind == "date-range":
        return "\n".join(f"#block(above: 0.2em, below: 0.4em)[#box(width: 3.2em, small({string(str(PIECES[piece]))})) {_day()}]" for piece in field.pieces)
    if kind == "number":
        return f"#short-line(32%) {text_of(str(field.unit)) if field.unit else ''}"
    if kind == "money":
        currencies = " #h(1em) ".join(f"#dot~{text_of(code)}" for code in field.currencies[:12])
        return f"#short-line(32%) #h(1em) {currencies}"
    if kind in ("file", "image"):
        words = _("Added on the page of the call.")
        return f"#block(above: 0.4em, small({string(words)}))"
    if kind == "consent":
        return _boxes([(_("Yes, I agree"), [])], many=True, language=language)
    return "#rule-lines(1)"


def _text_space(field: Any, call: Call) -> str:
    lines = 1 if field.kind == "text" and field.longest <= 120 else 2
    if field.kind == "long-text":
        words = field.max_words or min(field.longest // 8, 90)
        lines = max(3, min(MOST_LINES, -(-words // WORDS_ON_A_LINE)))
    if not field.per_language or len(call.languages) == 1:
        return f"#rule-lines({lines})"
    if len(call.languages) in (2, 3):
        named = (f"#block(sticky: true, above: 0.8em, below: 0pt, small({string(name)}))\n#rule-lines({lines})" for name in language_names(call.languages))
        return "\n".join(named)
    return f"#block(sticky: true, above: 0.2em, below: 0pt)[#small({string(_('Language'))})#h(0.6em)#short-line(24%)]\n#rule-lines({lines})"


def _day() -> str:
    return " #h(0.4em) ".join(
        f"#short-line({width})#h(0.3em)#small({string(name)})" for name, width in ((_("year"), "16mm"), (_("month"), "10mm"), (_("day"), "10mm"))
    )


def _pieces(field: Any, lookups: Lookups, language: str) -> str:
    lines = []
    for piece in field.pieces:
        label = str(PIECES[piece])
        offered = lookups.offered(("stakeholder-types",)) if piece == "stakeholder_type" else []
        if offered:
            lines.append(f"#block(sticky: true, above: 0.9em, below: 0.6em, small({string(label)}))")
            lines.append(_boxes([(str(each.label), []) for each in offered], many=False, language=language))
        else:
            lines.append(f"#block(above: 0.1em, below: 0.1em, written({string(label)}, 1fr))")
    return "\n".join(lines)


#: An option with those below it; empty below: one can be ticked.
_Item = tuple[str, list[str]]


def _concepts(offered: Sequence[Known], *, many: bool, leaves: bool, language: str) -> str:
    codes = {each.code for each in offered}
    top = [each for each in offered if each.parent not in codes]
    if len(offered) <= LONGEST_LIST:
        items = [(label_of(each), [label_of(child) for child in offered if child.parent == each.code]) for each in top]
        return _boxes(items, many=many, language=language, heads=leaves)
    told = string(_("Code or name"))
    line = f"#block(above: 0.6em, written({told}, 1fr))"
    if not many or len(top) > LONGEST_LIST or len(top) == len(offered):
        return line
    by_codes = _("More precisely, by codes")
    more = f"#block(above: 0.9em, written({string(by_codes)}, 1fr))"
    return _boxes([(label_of(each), []) for each in top], many=many, language=language) + "\n" + more


def _boxes(items: Sequence[_Item], *, many: bool, language: str, heads: bool = False) -> str:
    """Options to tick, in two columns where there are many short ones. heads: those with others below them cannot be ticked."""
    mark = "tick" if many else "dot"

    def listed(part: Sequence[_Item]) -> str:
        runs: list[str] = []
        inner: list[str] = []

        def close() -> None:
            if inner:
                runs.append(f"options({mark}, {', '.join(inner)})")
                inner.clear()

        for label, below in part:
            if below and heads:
                close()
                runs.append(f"block(sticky: true, above: 0.9em, below: 0.7em, {_run(label, language)})")
                runs.append(f"pad(..begin(14pt), options({mark}, {', '.join(f'[#{_run(each, language)}]' for each in below)}))")
                continue
            nested = f" #options({mark}, {', '.join(f'[#{_run(each, language)}]' for each in below)})" if below else ""
            inner.append(f"[#{_run(label, language)}{nested}]")
        close()
        return "{ " + "; ".join(runs) + " }"

    longest = max((len(label) for label, below in items for label in (label, *below)), default=0)
    breaks = "false" if sum(1 + len(below) for _label, below in items) <= LONGEST_LIST else "true"
    if len(items) < TWO_COLUMNS or longest > SHORT_LABEL:
        return f"#block(above: 1.05em, breakable: {breaks}, {listed(items)})"
    # Two cells, so that who hears the form hears the first column before the second.
    half = _half(items)
    return f"#block(above: 1.05em, breakable: {breaks}, grid(columns: (1fr, 1fr), column-gutter: 16pt, {listed(items[:half])}, {listed(items[half:])}))"


def _half(items: Sequence[_Item]) -> int:
    """Where the second column begins, so that both are about as long."""
    heights = [1 + len(below) for _label, below in items]
    return min(range(1, len(items)), key=lambda cut: abs(sum(heights[:cut]) - sum(heights[cut:])), default=len(items))


# ---- a submission ---------------------------------------------------------------------------------------------------


def _answers(fields: Sequence[Shown], language: str) -> str:
    cells = []
    for each in fields:
        lines = [_line(line, language) for line in each.lines] or [f"#text(fill: quiet, {string('–')})"]
        body = lines[0] if len(lines) == 1 else " ".join(lines)
        cells.append(f"small({_run(str(each.label), language)}), [{body}]")
    top = "(x, y) => (top: if y > 0 { 0.4pt + hair })"
    return f"#block(width: 100%, grid(columns: (30%, 1fr), column-gutter: 14pt, inset: (y: 0.7em), stroke: {top}, {', '.join(cells)}))"


def _line(line: Line, language: str) -> str:
    """A piece of an answer as a block of its own."""
    label = f"#small({string(f'{line.label}: ')})" if line.label else ""
    if line.link.startswith(("https://", "http://", "mailto:")):
        return f"#block(below: 0.5em)[{label}#link({string(line.link)}, {_latin(line.text, language)})]"
    if label:
        return f"#block(below: 0.5em)[{label}#{_run(line.text, language, line.language)}]"
    named = f"#block(below: 0.3em, small({string(language_names([line.language])[0])}))" if line.language and line.language != language else ""
    return f"#block(below: 0.6em)[{named}{_paragraphs(line.text, language, line.language)}]"
