"""Long lists to choose from (countries, goals with their targets), as markup.

They are made once for each language and kept until a concept changes; only what is chosen is marked in them for a request.
Such lists are most of what a form weighs, so their markup is as short as HTML allows: options without an end tag, labels
without a class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from plenary.engines.calls.form.kept import Kept
from plenary.engines.calls.form.lookups import Known, Lookups
from plenary.ground.framework.spelling import fold

_NAME = "@name@"

_markup: Kept[str] = Kept(200)


def _kept(lookups: Lookups, key: tuple[Any, ...], make: Callable[[], str]) -> str:
    """Markup that is the same until a concept changes: then lookups give another mapping."""
    return _markup.get((lookups.concepts,), key, make)


def with_chosen(options: str, value: str) -> str:
    """The markup of options with the one of this value marked as chosen; as it is, where there is none."""
    mark = f'<option value="{escape(value)}"'
    return options.replace(mark, f"{mark} selected", 1)


def label_of(known: Known) -> str:
    """A concept in a list: with its code in front where that says something."""
    speaks = known.scheme != "countries" and len(known.code) <= 6 and (known.code[:1].isupper() or known.code[:1].isdigit())
    return f"{known.code} {known.label}" if speaks else str(known.label)


def select_options(lookups: Lookups, scheme: str, chosen: str, *, leaves: bool = False) -> SafeString:
    """The options of a select for a scheme; those with others below them head a group."""

    def make() -> str:
        offered = [each for each in lookups.concepts.get(scheme, {}).values() if each.offered]
        if scheme == "countries":
            offered.sort(key=lambda each: fold(str(each.label)))
        codes = {each.code for each in offered}
        below = {each.parent for each in offered if each.parent in codes}
        parts: list[str] = []
        for each in offered:
            if each.parent in codes:
                continue
            option = format_html('<option value="{}">{}', each.code, label_of(each))
            if each.code not in below:
                parts.append(option)
                continue
            inner = "".join(format_html('<option value="{}">{}', child.code, label_of(child)) for child in offered if child.parent == each.code)
            parts.append(format_html('<optgroup label="{}">', label_of(each)) + ("" if leaves else option) + inner + "</optgroup>")
        return "".join(parts)

    markup = _kept(lookups, ("select", scheme, leaves), make)
    if chosen:
        known, marked = lookups.concepts.get(scheme, {}).get(chosen), with_chosen(markup, chosen)
        # Not offered any more, or nonsense: it stays visible, and the check says what is wrong.
        markup = marked if marked != markup else format_html('<option value="{}" selected>{}', chosen, label_of(known) if known else chosen) + markup
    return mark_safe(markup)


def _boxes(lookups: Lookups, schemes: tuple[str, ...]) -> str:
    """Check boxes for schemes; what lies below another of them (targets below their goal) is folded under it."""

    def make() -> str:
        offered = [each for scheme in schemes for each in lookups.concepts.get(scheme, {}).values() if each.offered]
        if schemes == ("countries",):
            offered.sort(key=lambda each: fold(str(each.label)))
        codes = {each.code for each in offered}
        parts: list[str] = []
        for each in offered:
            if each.parent in codes:
                continue
            parts.append(_box(each, is_first=not parts))
            inner = [_box(child) for child in offered if child.parent == each.code]
            if inner:
                words = _("More precisely (%(n)s)") % {"n": len(inner)}
                parts.append(format_html('<details><summary>{}<span class="unseen">: {}</span></summary>', words, each.label) + "\n".join(inner) + "</details>")
        return "\n".join(parts)

    return _kept(lookups, ("boxes", schemes), make)


def _box(known: Known, *, is_first: bool = False) -> str:
    return format_html(
        '<label><input type="checkbox" name="{}"{} value="{}"> {}</label>',
        _NAME,
        format_html(' id="{}"', _NAME) if is_first else "",
        known.code,
        label_of(known),
    )


def check_boxes(lookups: Lookups, schemes: tuple[str, ...], name: str, chosen: list[str]) -> SafeString:
    """Check boxes for the concepts of schemes under a control's name."""
    markup = _boxes(lookups, schemes).replace(_NAME, name)
    for code in chosen:
        mark = f' value="{escape(code)}"'
        at = markup.find(mark)
        if at < 0:
            continue
        markup = f"{markup[: at + len(mark)]} checked{markup[at + len(mark) :]}"
        folded = markup.rfind("<details>", 0, at)
        if folded > markup.rfind("</details>", 0, at) and folded > markup.rfind("<details open>", 0, at):
            markup = f"{markup[:folded]}<details open>{markup[folded + len('<details>') :]}"  # what one chose stays in sight
    return mark_safe(markup)
