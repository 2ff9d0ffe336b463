"""Filling placeholders, safely: ``{name}`` is a value and nothing else.

Python's own ``str.format`` would follow attributes (``{name.__class__}``), which must never happen with texts that
staff write. Here a placeholder is a plain name; a doubled brace stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from plenary.errors import Invalid

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$", re.ASCII)


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text. Raises: Invalid for a brace that is not part of one."""
    found: set[str] = set()
    for match in _TOKEN.finditer(text):
        token, name = match.group(0), match.group(1)
        if token in ("{{", "}}"):
            continue
        if name is None or not _NAME.match(name):
            raise Invalid({"": [_("“%(token)s” is not a placeholder. Write {name}, or a doubled brace for the sign itself.") % {"token": token[:40]}]})
        found.add(name)
    return found


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with its placeholders filled. Raises: Invalid where a value is missing."""
    missing = placeholders(text) - set(values)
    if missing:
        raise Invalid({name: [_("The mail needs a value for {%(name)s}.") % {"name": name}] for name in sorted(missing)})

    def value(match: re.Match[str]) -> str:
        token = match.group(0)
        return token[0] if token in ("{{", "}}") else str(values[match.group(1)])

    return _TOKEN.sub(value, text)


def one_line(text: str, length: int = 300) -> str:
    """Text for a header: no line breaks or control characters, so that nothing can be smuggled into the mail's head."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:length]
