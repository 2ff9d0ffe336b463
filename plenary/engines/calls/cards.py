"""The picture that other sites show beside a link to a call: its name, and until when it can be answered."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries import FOR_ALL, OpenCall, Stage, Step
from plenary.ground.files.typesetting import CannotTypeset, compile_png, families, string
from plenary.ground.framework.text import direction, reader_language
from plenary.ground.web.templatetags.web import moment_in_words

#: As the sites that show such pictures ask for them.
WIDTH, HEIGHT = 1200, 630


def png(call: Call, steps: list[Step], answerable: OpenCall | None) -> bytes:
    """The picture in the page's language; in English where this machine lacks the fonts."""
    try:
        return compile_png(_source(call, steps, answerable), language=reader_language())
    except CannotTypeset:
        with override("en"):
            return compile_png(_source(call, steps, answerable), language="en")


def _source(call: Call, steps: list[Step], answerable: OpenCall | None) -> str:
    language = reader_language()
    title = str(call.title)
    if answerable is None:
        when = _when_not_open(steps)
    elif answerable.closes_at is None:
        when = _("Open without a closing date")
    else:
        until = moment_in_words(answerable.closes_at, answerable.zone, answerable.all_day)
        when = (_("Public vote until %(when)s") if answerable.phase.kind == Phase.Kind.VOTE else _("Open until %(when)s")) % {"when": until}
    size = 64 if len(title) <= 60 else 50 if len(title) <= 110 else 38
    return f"""
#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: (x: 84pt, y: 72pt), fill: rgb("#fbfaf7"))
#set text(font: {families(language)}, lang: {string(language)}, dir: {direction(language)}, fill: rgb("#16202b"), hyphenate: false)
#set par(leading: 0.42em)
#block(text(size: 26pt, fill: rgb("#55606c"), {string(f"{settings.SITE_NAME} · {call.edition.name}")}))
#line(length: 100%, stroke: 2pt + rgb("#16202b"))
#v(1fr)
#block(text(size: {size}pt, weight: "semibold", {string(title)}))
#v(1fr)
#block(text(size: 32pt, fill: rgb("{"#1c6b3c" if answerable else "#55606c"}"), {string(when)}))
"""


def _when_not_open(steps: list[Step]) -> str:
    """When it opens, or that it is closed; nothing where the sources give no dates."""
    own = [step for step in steps if step.phase.kind in FOR_ALL]
    coming = next((step.phase for step in own if step.stage is Stage.COMING and step.phase.opens_at), None)
    if coming is not None and coming.opens_at is not None:
        return _("Opens %(when)s") % {"when": moment_in_words(coming.opens_at, coming.zone, coming.opens_on_a_day)}
    return _("Closed") if any(step.stage is Stage.CLOSED for step in own) else ""
