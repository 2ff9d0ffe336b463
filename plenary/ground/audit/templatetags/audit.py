"""``{% load audit %}{% show_trail kind key subject %}``: the trail on a record's own page, for those who may see it."""

from __future__ import annotations

from typing import Any

from django import template

from plenary.ground.audit import queries
from plenary.ground.audit.actors import NOBODY, may

register = template.Library()


@register.inclusion_tag("audit/parts/trail.html", takes_context=True)
def show_trail(context: dict[str, Any], kind: str, key: str, subject: Any = None, limit: int = 50) -> dict[str, Any]:
    """What happened to a record, newest first; nothing at all for those who may not see it.

    subject: the record, whose scope decides who may; limit: how many records are shown.
    """
    request = context.get("request")
    actor = getattr(request, "user", None) or NOBODY
    if not may(actor, "audit.view_trail", subject):
        return {"allowed": False}
    records = list(queries.trail_of(kind, str(key))[: limit + 1])
    return {"allowed": True, "lines": queries.lines(records[:limit]), "more": len(records) > limit}
