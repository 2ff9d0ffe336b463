"""Blocks of a generated report as HTML."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from plenary.voice.publications.report.document import Cite, Document, Line, Link, Table, Value

register = template.Library()


@register.inclusion_tag("publications/parts/block.html", takes_context=True)
def report_block(context: dict[str, Any], block: object) -> dict[str, Any]:
    """A paragraph, list, table, chart or group of figures."""
    return {"block": block, "report": context["report"], "base": context["base"]}


@register.inclusion_tag("publications/parts/proof.html", takes_context=True)
def proof(context: dict[str, Any], value: Value) -> dict[str, Any]:
    """What stands behind a value."""
    return {"value": value, "report": context["report"], "base": context["base"]}


@register.filter
def lines(table: Table) -> list[tuple[Any, str]]:
    """The rows of a table, each with its anchor."""
    return list(zip(table.rows, table.anchors or ("",) * len(table.rows), strict=True))


@register.filter
def source_number(report: Document, value: Value) -> int:
    """The number under which the annex has the value's source."""
    return report.number_of(value.source)


@register.filter
def as_of(report: Document, value: Value) -> str:
    """As of when the source says it."""
    return report.words["as_of"] % {"day": value.as_of}


@register.simple_tag
def share(number: Decimal, most: Decimal) -> str:
    """A bar's length in per cent of the longest."""
    return f"{float(number / most * 100):.1f}"


@register.simple_tag(takes_context=True)
def runs(context: dict[str, Any], line: Line) -> SafeString:
    """Runs of text, links and figures."""
    base = context["base"]
    return format_html_join("", "{}", ((_run(run, base),) for run in line))


def _run(run: Any, base: str) -> SafeString | str:
    if isinstance(run, Link):
        target = f"{base}{run.target}" if run.target.startswith("/") else run.target
        return format_html('<a href="{}">{}</a>', target, run.text)
    if isinstance(run, Cite):
        kind = "mark" if run.value.proof == "computed" else "mark reported"
        value = format_html('<span lang="{}" dir="ltr">{}</span>', run.value.language, run.value.text) if run.value.language else run.value.text
        return format_html('<span class="known"><span class="{}">{}</span>\u00a0<a href="#{}">{}</a></span>', kind, run.value.mark, run.figure.anchor, value)
    text: SafeString | str = run.text
    mark = run.text[:1]
    if mark and mark in "●○" and len(run.text) > 1:
        text = format_html('<span class="{}">{}</span>{}', "mark" if mark == "●" else "mark reported", mark, run.text[1:])
    if run.language:
        text = format_html('<span lang="{}" dir="auto">{}</span>', run.language, text)
    if run.quiet:
        return format_html('<span class="quiet">{}</span>', text)
    return format_html("<strong>{}</strong>", text) if run.strong else text
