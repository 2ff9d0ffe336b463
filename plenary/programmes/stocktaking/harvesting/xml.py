"""Writing XML as text: short, and without what XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$")

Attributes = Mapping[str, str]


def possible(text: str) -> str:
    """The text without signs that no XML document can hold, not even as a reference."""
    return _IMPOSSIBLE.sub("", text)


def tag(name: str, text: str = "", attributes: Attributes | None = None) -> str:
    """An element that holds text."""
    return element(name, escape(possible(text), {"\r": "&#13;"}), attributes)


def element(name: str, content: str | Iterable[str] = "", attributes: Attributes | None = None) -> str:
    """An element that holds elements."""
    inner = content if isinstance(content, str) else "".join(content)
    told = "".join(f" {key}={quoteattr(possible(value))}" for key, value in (attributes or {}).items())
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def language(code: str) -> dict[str, str]:
    """The language of an element, where it is one that XML can name."""
    return {"xml:lang": code} if _LANGUAGE.match(code) else {}
