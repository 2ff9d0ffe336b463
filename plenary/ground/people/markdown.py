"""Texts of the platform's own pages: Markdown to clean HTML."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "br", "hr"}


def to_html(text: str) -> SafeString:
    """Headings, paragraphs, lists and links; everything else is taken out."""
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    return mark_safe(nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, link_rel="noopener"))
