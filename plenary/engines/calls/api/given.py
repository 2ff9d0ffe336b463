"""Reading what programs send. What only programs read is English, as the whole interface is.

A draft keeps whatever is written, as long as it can be kept and read again."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Header
from ninja.errors import HttpError
from pydantic import AfterValidator, AwareDatetime

from plenary.engines.calls.form.carrying import is_set_aside
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.posted import MOST_VALUES, storable, too_long
from plenary.engines.calls.form.signs import as_written
from plenary.errors import Invalid, Stale

#: Numbers beyond this are none that anybody means, and not every program can read them.
_LARGEST = 10**30
_LONGEST_NAME = 60
#: Instants outside these cannot be kept in every database and zone.
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _kept_as_it_is(text: str) -> str:
    if storable(text) != text:
        raise ValueError("The text contains signs that cannot be kept.")
    return text


#: A text that every database keeps.
Plain = Annotated[str, AfterValidator(_kept_as_it_is)]


def _can_be_kept(instant: datetime) -> datetime:
    if not _EARLIEST <= instant < _LATEST:
        raise ValueError("Give an instant between the years 1900 and 2200.")
    return instant


#: An instant with its zone, such as ``2021-03-18T23:00:00+01:00``.
Instant = Annotated[AwareDatetime, AfterValidator(_can_be_kept)]
#: Sent with whatever changes answers or the state of a submission.
IfMatch = Annotated[
    str, Header(alias="If-Match", description='The revision that you saw, such as `"3"`, or the whole `ETag` of the last answer.', max_length=100)
]


def read_answers(form: Definition, answers: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Answers that a draft can keep. current: those it has. All or none: Raises Invalid with the problems by field."""
    problems: dict[str, list[str]] = {}
    for code, answer in answers.items():
        if sentence := _problem_of(form, code, answer, current):
            problems[storable(code)[:_LONGEST_NAME]] = [sentence]
    if problems:
        raise Invalid(problems)
    return dict(answers)


def _problem_of(form: Definition, code: str, answer: Any, current: Mapping[str, Any]) -> str:
    """Why an answer cannot be kept; empty where it can."""
    field = form.by_code.get(code)
    if field is None and is_set_aside(code) and code in current and as_written(answer) in (None, as_written(current[code])):
        return ""  # not asked for any more: it can be sent back as it was read, or taken away
    if field is None:
        return _("The form has no such field.")
    if field.kind in ("file", "image"):
        # Sent back as they were read, they may stand among the others.
        if as_written(_shallow(answer)) == as_written(current.get(code)):
            return ""
        return "Files are not written here: add and remove them under the address “files” of the submission."
    values = list(answer.values()) if isinstance(answer, Mapping) else answer if isinstance(answer, list) else [answer]
    names = list(answer) if isinstance(answer, Mapping) else []
    if len(values) > MOST_VALUES or any(len(name) > _LONGEST_NAME for name in names) or not all(_is_value(each) for each in values):
        return "This is not the answer to such a field. The form’s JSON Schema says what is."
    if any(isinstance(each, str) and storable(each) != each for each in (*values, *names)):
        return "This contains signs that no database keeps. Delete them, or type the text anew."
    if over := too_long(answer):
        return ngettext("This is too long to be kept; shorten it by %(n)s character.", "This is too long to be kept; shorten it by %(n)s characters.", over) % {
            "n": over
        }
    return ""


def _shallow(answer: Any) -> Any:
    return answer if isinstance(answer, list) and all(isinstance(each, str) for each in answer) else "" if answer is None else "?"


def _is_value(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < _LARGEST
    return value is None or isinstance(value, str)


def revision_of(if_match: str) -> int:
    """The revision that a program says it saw. Raises: HttpError 428 where it says nothing, Stale where it names none there can be."""
    given = if_match.strip()
    if not given or given == "*":
        raise HttpError(428, 'Send the revision that you saw in the header If-Match, such as If-Match: "3".')
    named = re.fullmatch(r'(W/)?"?(\d{1,9})(-[0-9a-f]{16})?"?', given)
    if named is None:
        raise Stale("There is no such revision. Fetch it anew and make your change again.")
    return int(named[2])
