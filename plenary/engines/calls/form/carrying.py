"""Answers to one version of a form as answers to a later one.

What the later one cannot take is kept beside its answers under the field and the version that asked for it (``summary@2``):
its writer reads and copies it, it is never submitted, and it comes back where a version after that asks for it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.form.signs import as_written

MARK = "@"
_FILES, _LISTED = ("file", "image"), ("concept", "concepts", "country")
#: Kinds whose answer is typed, so that a line of text can stand in the control of another.
_TYPED = ("text", "long-text", "link", "email", "phone", "date", "number")
_NAMED = ("organisation", "person")


def place_of(key: str) -> tuple[str, int]:
    """The code of a field, and the version that asked for it; 0 for the one in force."""
    code, _mark, number = key.partition(MARK)
    return code, int(number) if number.isdecimal() and len(number) < 10 else 0


def is_set_aside(key: str) -> bool:
    """Whether an answer is one that the form in force does not ask for."""
    return place_of(key)[1] > 0


def set_aside(code: str, number: int) -> str:
    """Under which key an answer stands that is not asked for any more."""
    return f"{code}{MARK}{number}"


def is_settled(answers: Mapping[str, Any], definition: Definition) -> bool:
    """Whether all answers are to questions of the form, or set aside already."""
    return all(code in definition.by_code or is_set_aside(code) for code in answers)


def carried(answers: Mapping[str, Any], versions: Mapping[int, Definition], before: int, now: int) -> dict[str, Any]:
    """Answers as the version ``now`` takes them. before: with which version they were written. Done twice, it changes nothing more."""
    found: dict[str, Any] = {}
    aside: dict[str, Any] = {}
    asks = versions[now].by_code
    for key, answer in answers.items():
        if is_set_aside(key):
            aside[key] = answer
            continue
        number = before if before in versions and key in versions[before].by_code else _last_with(key, versions, now)
        old, new = versions[number].by_code.get(key), asks.get(key)
        if new is not None and (old is None or takes_over(new, old, answer)):
            found[key] = answer
        elif as_written(answer) is not None:
            aside[set_aside(key, number)] = answer
            if new is not None and old is not None and old.kind == new.kind == "choices":
                found[key] = [each for each in answer if each in {option.code for option in new.options}] if isinstance(answer, list) else []
    for key, answer in aside.items():
        code, number = place_of(key)
        old, new = (versions[number].by_code.get(code) if number in versions else None), asks.get(code)
        if before != now and old is not None and new is not None and as_written(found.get(code)) is None and takes_over(new, old, answer):
            found[code] = answer
        else:
            found[key] = answer
    return found


def _last_with(code: str, versions: Mapping[int, Definition], now: int) -> int:
    """The latest version with a field of that code; the one in force where none has it."""
    return max((number for number, each in versions.items() if code in each.by_code and number != now), default=now)


def takes_over(new: Any, old: Any, answer: Any) -> bool:
    """Whether the controls of a field show the whole of an answer to its earlier self, so that it can stay where it is."""
    if new == old or as_written(answer) is None:
        return True
    if new.kind in ("choice", "choices"):
        values = answer if isinstance(answer, list) else [answer]
        return old.kind in (new.kind, "choice") and {str(each) for each in values} <= {option.code for option in new.options}
    if new.kind in _LISTED or old.kind in _LISTED:
        is_one = new.kind == "concepts" or old.kind != "concepts"
        return new.kind in _LISTED and old.kind in _LISTED and is_one and set(schemes_of(old)) <= set(schemes_of(new))
    if new.kind in _FILES or old.kind in _FILES:
        return new.kind in _FILES and old.kind in _FILES
    if getattr(old, "per_language", False) and isinstance(answer, Mapping):
        return getattr(new, "per_language", False)
    if new.kind == old.kind:
        return True
    is_line = isinstance(answer, str | int | float) and not isinstance(answer, bool) and old.kind in _TYPED
    return is_line and (new.kind == "long-text" or (new.kind in (*_TYPED, *_NAMED) and "\n" not in str(answer)))
