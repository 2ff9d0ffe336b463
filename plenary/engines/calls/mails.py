"""Mails about submissions. Each call may have words of its own, and says which of them wait in the outbox for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from plenary.engines.calls.holders import secret_of
from plenary.engines.calls.models import Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.models import StoredFile
from plenary.ground.messages.actions import queue
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.messages.sending import declare
from plenary.ground.web.templatetags.web import moment_in_words

ABOUT = "calls.submission"
#: The mails by which a decision is told: they leave once staff have read them over. Who asks for the address of a draft waits for it.
OF_DECISIONS = ("calls-accepted", "calls-declined")
for _code in OF_DECISIONS:
    declare(_code, held=True)
declare("calls-draft-link", always_at_once=True)


def absolute(path: str) -> str:
    """An address on this site in full."""
    return f"{settings.BASE_URL}{path}"


def recipients(submission: Submission) -> list[tuple[str, str]]:
    """Address and language of those who wrote a submission: its owner and those who joined, else the address it came with."""
    people = [each for each in (submission.owner, *submission.members.all()) if each is not None and each.is_active]
    found = [(each.email, each.language or submission.language) for each in people]
    return list(dict(found).items()) or ([(submission.email, submission.language)] if submission.email else [])


def mail(
    template: str,
    submission: Submission,
    *,
    to: str = "",
    language: str = "",
    values: Mapping[str, Any] | None = None,
    hold: bool | None = None,
    attachments: tuple[StoredFile, ...] = (),
    also: Sequence[Submission] = (),
) -> list[OutboxMessage]:
    """Write a mail about a submission into the outbox, to one address or to all who wrote it, each in their language.

    hold: whether it waits until staff let it go; None: as is set for the call. What the mail tells of stands whether it can
    be sent or not: where the address is none, it fails in the outbox. also: others of the same call that it tells of too.

    Placeholders that every template may use: site, call, reference, title, state, deadline, link.
    """
    sent = []
    for address, tongue in [(to, language or submission.language)] if to else recipients(submission):
        with override(_django_code(tongue)):
            sent.append(
                queue(
                    actor=SYSTEM,
                    template=template,
                    scope=submission.call.scope,
                    to=address,
                    language=tongue,
                    values={**_values_of_all([submission, *also]), **(values or {})},
                    about=(ABOUT, str(submission.pk)),
                    hold=hold,
                    attachments=attachments,
                    is_extra=True,
                )
            )
    return sent


def values_of(submission: Submission) -> dict[str, Any]:
    """What the placeholders of a mail about a submission stand for, in the language that is active."""
    from plenary.engines.calls.windows import window_for

    window = window_for(submission)
    return {
        "site": str(settings.SITE_NAME),
        "call": str(submission.call.title),
        "reference": submission.reference,
        "title": submission.title or submission.reference,
        "state": str(submission.get_state_display()),
        "deadline": moment_in_words(window.closes_at, window.zone, window.all_day) if window.closes_at else "–",
        "link": link_to(submission),
    }


def _values_of_all(submissions: Sequence[Submission]) -> dict[str, Any]:
    first, *others = [values_of(each) for each in submissions]
    if others:
        first["reference"], first["title"] = (", ".join(each[name] for each in (first, *others)) for name in ("reference", "title"))
        first["link"] = "\n".join(["", *(each["link"] for each in (first, *others))])
    return first


def link_to(submission: Submission) -> str:
    """Where its contributor finds a submission: by a secret address while nobody has claimed it."""
    if submission.secret and not submission.is_claimed:
        return absolute(reverse("calls:answer" if submission.number is None else "calls:submission", args=[secret_of(submission.pk)]))
    return absolute(reverse("calls:submission", args=[submission.pk]))


def _django_code(language: str) -> str:
    known = {code.split("-")[0]: code for code, _name in settings.LANGUAGES}
    return known.get(language.split("-")[0], "en")
