"""What comes with a posted form beside its answers: what its writer saw, files, and files to be taken off."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import ngettext

from plenary.engines.calls import actions
from plenary.engines.calls.form.carrying import carried
from plenary.engines.calls.form.posted import read_posted, read_unasked
from plenary.engines.calls.form.suggesting import with_taken
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries import versions_of
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import Actor
from plenary.ground.files.handling import Passed

MOST_FILES = 20  # of one field at a time are looked at; no field takes more
NAMED = 10  # of those that were too many
MOST_SEEN = 20_000  # characters of the signs that a page sends back


def seen_of(request: HttpRequest) -> dict[str, str]:
    """The signs of what the writer saw, by field; none where they cannot be read."""
    try:
        seen = json.loads(request.POST.get("seen", "")[:MOST_SEEN] or "{}")
    except ValueError:
        return {}
    return {str(code): sign for code, sign in seen.items() if isinstance(sign, str)} if isinstance(seen, dict) else {}


def answers_posted(request: HttpRequest, call: Call, form: FormVersion) -> dict[str, Any]:
    """The answers of a page, as those to the form in force, whichever version of it the page was made from.

    What was written for fields that the form has no more is set aside (``carrying``), so that no page ever loses a text. A
    suggestion whose button was pressed is among the answers.
    """
    return with_taken(form.form, _posted(request, call, form), request.POST.get("save", ""))


def _posted(request: HttpRequest, call: Call, form: FormVersion) -> dict[str, Any]:
    number = version_posted(request) or form.number
    unasked = read_unasked(form.form, request.POST)
    if number == form.number and not unasked:
        return read_posted(form.form, request.POST)
    versions = versions_of(call)
    before = versions.get(number, form.form)
    given = {**read_unasked(before, request.POST), **read_posted(before, request.POST)}
    return carried(given, versions, number if number in versions else form.number, form.number)


def version_posted(request: HttpRequest) -> int:
    """The version of the form that a page says it was made from; 0 where it says none."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def take_files(request: HttpRequest, *, actor: Actor, submission: Submission, form: FormVersion) -> dict[str, list[str]]:
    """Attach the files of a form that was sent as a whole; what is wrong by field."""
    problems: dict[str, list[str]] = {}
    for name in request.FILES:
        code = name.removeprefix("file-")
        if code not in form.form.by_code:
            continue
        over: list[str] = []
        is_full = False
        for place, upload in enumerate(request.FILES.getlist(name)):
            if is_full or place >= MOST_FILES or isinstance(upload, Passed) or not isinstance(upload, UploadedFile):
                over.append(str(upload.name))
                continue
            submission.refresh_from_db(fields=["answers", "draft"])  # the file before may have been the last that fits
            try:
                actions.attach(actor=actor, submission=submission, code=code, upload=upload)
            except actions.Full as error:
                is_full = True
                over.append(str(upload.name))
                problems.setdefault(code, []).extend(sentence for sentences in error.problems.values() for sentence in sentences)
            except Invalid as error:
                for sentences in error.problems.values():
                    problems.setdefault(code, []).extend(f"{upload.name}: {sentence}" for sentence in sentences)
        if over:
            problems.setdefault(code, []).append(_left_out(over))
    return problems


def _left_out(names: list[str]) -> str:
    told = ngettext("%(n)s file was too many and was not added: %(names)s.", "%(n)s files were too many and were not added: %(names)s.", len(names))
    shown = ", ".join(name[:80] for name in names[:NAMED])
    return told % {"n": len(names), "names": f"{shown}…" if len(names) > NAMED else shown}


def take_off(request: HttpRequest, *, actor: Actor, submission: Submission) -> None:
    """Take the file off whose button was pressed, if one was."""
    if "detach" not in request.POST:
        return
    try:
        actions.detach(actor=actor, submission=submission, key=uuid.UUID(request.POST["detach"]))
    except (ValueError, Conflict):
        return  # it is gone already, which is what was asked for
