"""Where a role holds: ``site``, ``edition:2021``, ``call:2021/prizes``, ``track:2021/youth``, ``country:KE``."""

from __future__ import annotations

import re

SITE = "site"
#: Kinds of scope whose first part is an edition's code, so that the edition contains them.
WITHIN_EDITIONS = ("call", "track")
_FORM = re.compile(r"(site|(edition|collection|country):[\w.-]+|(call|track):[\w.-]+/[\w./-]+)")


def is_scope(scope: str) -> bool:
    """Whether this names a place where a role can hold."""
    return len(scope) <= 120 and bool(_FORM.fullmatch(scope))


def containing(scope: str) -> tuple[str, ...]:
    """The scope and all that contain it: a call lies in its edition, everything in the site."""
    kind, _colon, rest = scope.partition(":")
    if kind in WITHIN_EDITIONS:
        return scope, f"edition:{rest.split('/', 1)[0]}", SITE
    return (scope,) if scope == SITE else (scope, SITE)
