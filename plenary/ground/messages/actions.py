"""Writing mails, holding, releasing, correcting and discarding them, sending what is due."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.messages.filling import fill, one_line, placeholders
from plenary.ground.messages.models import MessageTemplate, OutboxMessage, SendingRule
from plenary.ground.messages.sending import can_wait, is_held, waits_by_itself
from plenary.ground.people.addresses import is_mail_address

log = structlog.get_logger(__name__)
DATA = Path(__file__).resolve().parent / "data" / "templates.toml"
State = OutboxMessage.State
MAX_ATTEMPTS = 6
#: Waits after the first, second... failure: a short hiccup costs a minute, a broken server is not hammered.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720)]
#: What is wrong with a mail to an address that is none; kept as it is written here, and translated where it is shown.
NO_ADDRESS = gettext_noop("This is not an e-mail address.")
#: How long a worker that took a mail is trusted to be still at it.
TAKEN_FOR = timedelta(minutes=10)


def queue(
    *,
    actor: Actor,
    template: str,
    to: str,
    language: str = "",
    values: Mapping[str, Any] | None = None,
    about: tuple[str, str] = ("", ""),
    hold: bool | None = None,
    scope: str = "",
    attachments: Iterable[StoredFile] = (),
    is_extra: bool = False,
) -> OutboxMessage:
    """Write a mail from a template into the outbox; it leaves after the current transaction has committed.

    language: of the recipient, as a site or content code. about: kind and key of the record it concerns. hold: whether it
    waits until staff release it; None: as is set for mails of this kind in this scope. scope: whose own words are used, where
    there are any, and whose staff see it. attachments: files that go with it. is_extra: the mail only tells of something that stands without it, so
    that one to an address that is none fails by itself, in the outbox, instead of here.
    Raises: Invalid for an unknown template, a bad address or a missing value; NotAllowed.
    """
    require(actor, "outgoing.queue")
    found = template_for(template, scope)
    if found is None:
        load_templates(actor=SYSTEM)  # a new one may have come with a new version of the platform
        found = template_for(template, scope)
    if found is None:
        raise Invalid({"template": [_("There is no mail template “%(code)s”.") % {"code": template}]})
    code = (language or "en").split("-")[0]
    subject, body = found.subject.best(code), found.body.best(code)
    message = put(
        to=to,
        language=body.language,
        subject=fill(subject.text, values or {}),
        body=fill(body.text, values or {}),
        template=template,
        about=about,
        state=State.HELD if (is_held(template, scope) if hold is None else hold) else State.QUEUED,
        scope=scope,
        is_extra=is_extra,
    )
    files = list(attachments)
    if files:
        message.attachments.set(files)
    return message


def template_for(code: str, scope: str = "") -> MessageTemplate | None:
    """The words of a kind of mail: the scope's own where it has any, else everybody's."""
    return MessageTemplate.objects.filter(code=code, scope__in={scope, ""}).order_by("-scope").first()


def put(
    *,
    to: str,
    language: str,
    subject: str,
    body: str,
    template: str = "",
    about: tuple[str, str] = ("", ""),
    state: str = State.QUEUED,
    scope: str = "",
    is_extra: bool = False,
) -> OutboxMessage:
    """Put a finished mail into the outbox. For this room and the mails of accounts; others ``queue`` from a template."""
    problem = ""
    try:
        to = _address(to)
    except Invalid:
        if not is_extra:
            raise
        to, state, problem = to.strip()[:254], State.FAILED, NO_ADDRESS
    message = OutboxMessage.objects.create(
        to=to,
        language=language[:10],
        subject=one_line(subject),
        body=body.strip() + "\n",
        template=template,
        about_kind=about[0],
        about_key=about[1],
        state=state,
        scope=scope,
        problem=problem,
    )
    if state == State.QUEUED:
        _send_soon()
    return message


def _address(to: str) -> str:
    to = to.strip()
    if not is_mail_address(to):
        raise Invalid({"to": [_("This is not an e-mail address.")]})
    return to


def _enqueue() -> None:
    from plenary.ground.messages.tasks import send_waiting

    send_waiting.enqueue()


def _send_soon() -> None:
    """Wake the worker after commit: once for a transaction, however many mails it writes."""
    here = set(connection.savepoint_ids)
    # One that was asked for in this savepoint or around it lives at least as long as what is written now.
    if not any(waiting[1] is _enqueue and set(waiting[0]) <= here for waiting in connection.run_on_commit):
        transaction.on_commit(_enqueue)


def _taken(message: OutboxMessage, *states: str) -> OutboxMessage:
    """The message, locked, if it is in one of the states. Raises: Conflict."""
    message = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    if message.state not in states:
        raise Conflict(_("This mail is “%(state)s” by now.") % {"state": message.get_state_display()})
    return message


def _note(actor: Actor, verb: str, message: OutboxMessage, reason: str = "") -> None:
    # Without address and words: the trail keeps what was done, the outbox what was written.
    record(actor=actor, verb=verb, kind="outgoing.message", key=str(message.pk), reason=reason)


@transaction.atomic
def hold(*, actor: Actor, message: OutboxMessage, reason: str = "") -> OutboxMessage:
    """Keep a waiting mail back until somebody releases it."""
    require(actor, "outgoing.handle", message)
    message = _taken(message, State.QUEUED)
    message.state = State.HELD
    message.save(update_fields=["state"])
    _note(actor, "held", message, reason)
    return message


@transaction.atomic
def release(*, actor: Actor, message: OutboxMessage) -> OutboxMessage:
    """Let a held mail go, or try a failed one again from the start. Raises: Conflict also where its address is none."""
    require(actor, "outgoing.handle", message)
    message = _taken(message, State.HELD, State.FAILED)
    if not is_mail_address(message.to):
        raise Conflict(_("It cannot be sent: “%(to)s” is not an e-mail address. Correct it first.") % {"to": message.to[:100]})
    message.state, message.attempts, message.problem, message.due_at = State.QUEUED, 0, "", timezone.now()
    message.save(update_fields=["state", "attempts", "problem", "due_at"])
    _note(actor, "released", message)
    _send_soon()
    return message


@transaction.atomic
def edit(*, actor: Actor, message: OutboxMessage, to: str | None = None, subject: str | None = None, body: str | None = None) -> OutboxMessage:
    """Correct a mail that has not left; it is held then, until it is released."""
    require(actor, "outgoing.handle", message)
    message = _taken(message, State.HELD, State.QUEUED, State.FAILED)
    if to is not None:
        message.to = _address(to)
        message.problem = "" if message.problem == NO_ADDRESS else message.problem
    if subject is not None:
        message.subject = one_line(subject)
    if body is not None:
        message.body = body.strip() + "\n"
    message.state = State.HELD
    message.save(update_fields=["to", "subject", "body", "state", "problem"])
    _note(actor, "edited", message)
    return message


@transaction.atomic
def discard(*, actor: Actor, message: OutboxMessage, reason: str = "") -> None:
    """Throw a mail away that has not left."""
    require(actor, "outgoing.handle", message)
    message = _taken(message, State.HELD, State.QUEUED, State.FAILED)
    _note(actor, "discarded", message, reason)
    message.delete()


@transaction.atomic
def readdress(*, actor: Actor, about: tuple[str, str], before: str, to: str) -> int:
    """Let mails about a record that have not left go to another address, since the one they were written to was wrong; how many."""
    waiting = OutboxMessage.objects.select_for_update().filter(
        about_kind=about[0], about_key=about[1], to__iexact=before.strip(), state__in=(State.HELD, State.QUEUED, State.FAILED)
    )
    found = list(waiting)
    for message in found:
        require(actor, "outgoing.handle", message)
        message.to = _address(to)
        if message.problem == NO_ADDRESS:  # it could not be made before; staff let it go now
            message.state, message.problem = State.HELD, ""
        message.save(update_fields=["to", "state", "problem"])
        _note(actor, "edited", message)
    return len(found)


def send_due(*, limit: int = 500) -> int:
    """Send what waits and is due, oldest first; how many left. Several workers may do so at once.

    A mail is taken (counted and put off) before it is sent: should the process die in between, it is tried again
    later. So a mail may in rare cases arrive twice, but is never lost.
    """
    sent = 0
    mailer = get_connection()
    for _turn in range(limit):
        message = _take_one()
        if message is None:
            break
        sent += deliver(message, body=message.body, mailer=mailer)
    mailer.close()
    return sent


def _take_one() -> OutboxMessage | None:
    with transaction.atomic():
        waiting = OutboxMessage.objects.filter(state=State.QUEUED, due_at__lte=timezone.now()).order_by("due_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        message = waiting.first()
        if message is not None:
            message.attempts += 1
            message.due_at = timezone.now() + TAKEN_FOR
            message.save(update_fields=["attempts", "due_at"])
        return message


def deliver(message: OutboxMessage, *, body: str, mailer: Any = None) -> bool:
    """Send one mail now and note what came of it; whether it left."""
    try:
        mail = EmailMessage(message.subject, body, to=[message.to], headers={"Content-Language": message.language}, connection=mailer)
        for file in message.attachments.all():
            with file.file.open("rb") as content:
                mail.attach(file.name, content.read(), file.kind)
        mail.send()
    except Exception as error:  # noqa: BLE001 - whatever the mail server or its library thinks of
        log.warning("mail.failed", message=message.pk, attempts=message.attempts, kind=type(error).__name__)
        _failed(message, error)
        return False
    message.state, message.sent_at, message.problem = State.SENT, timezone.now(), ""
    message.save(update_fields=["state", "sent_at", "problem"])
    return True


def _failed(message: OutboxMessage, error: Exception) -> None:
    message.problem = f"{type(error).__name__}: {error}"[:1000]
    if message.attempts >= MAX_ATTEMPTS:
        message.state = State.FAILED
    else:
        message.due_at = timezone.now() + WAITS[min(message.attempts, len(WAITS)) - 1]
    message.save(update_fields=["state", "due_at", "problem"])


@transaction.atomic
def own_template(*, actor: Actor, code: str, scope: str, subject: Text, body: Text, usable: Iterable[str] = ()) -> MessageTemplate:
    """Give a scope (a call) its own words for a kind of mail. usable, Raises: as ``change_template``."""
    shared = MessageTemplate.objects.filter(code=code, scope="").first()
    if shared is None:
        raise Invalid({"template": [_("There is no mail template “%(code)s”.") % {"code": code}]})
    template, _made = MessageTemplate.objects.get_or_create(
        code=code, scope=scope, defaults={"subject": shared.subject, "body": shared.body, "is_edited": True}
    )
    return change_template(actor=actor, template=template, subject=subject, body=body, usable=usable)


@transaction.atomic
def drop_own_template(*, actor: Actor, template: MessageTemplate) -> None:
    """Go back to the words that everybody uses."""
    require(actor, "outgoing.change_template", template)
    if template.scope:
        record(
            actor=actor,
            verb="deleted",
            kind="outgoing.template",
            key=str(template),
            before={"subject": template.subject.to_json(), "body": template.body.to_json()},
        )
        template.delete()


@transaction.atomic
def change_template(*, actor: Actor, template: MessageTemplate, subject: Text, body: Text, usable: Iterable[str] = ()) -> MessageTemplate:
    """Change the words of a kind of mail.

    usable: placeholders that the mail has a value for, beside those that its words use already.
    Raises: Invalid where a language uses others.
    """
    require(actor, "outgoing.change_template", template)
    known = set(usable) | {name for text in (template.subject, template.body) for each in text.texts.values() for name in placeholders(each)}
    for field, text in (("subject", subject), ("body", body)):
        if not text:
            raise Invalid({field: [_("Write something.")]})
        for language, each in text.texts.items():
            unknown = placeholders(each) - known
            if unknown:
                names = ", ".join(f"{{{name}}}" for name in sorted(unknown))
                raise Invalid({field: [_("This mail has no value for %(names)s (%(language)s).") % {"names": names, "language": language}]})
    before = {"subject": template.subject.to_json(), "body": template.body.to_json()}
    template.subject, template.body, template.is_edited = subject, body, True
    template.save()
    after = {"subject": subject.to_json(), "body": body.to_json()}
    record(actor=actor, verb="changed", kind="outgoing.template", key=str(template), before=before, after=after)
    return template


@transaction.atomic
def set_sending(*, actor: Actor, code: str, scope: str = "", held: bool | None) -> None:
    """Say whether mails of a kind wait in the outbox until staff release them, for everybody or for one scope (a call).

    held: None for no rule of its own: a scope does as everybody, and everybody as the platform comes.
    Raises: Conflict for mails that somebody waits for with the page open.
    """
    rule = SendingRule.objects.filter(code=code, scope=scope).first() or SendingRule(code=code, scope=scope, held=waits_by_itself(code))
    require(actor, "outgoing.change_template", rule)
    if held and not can_wait(code):
        raise Conflict(_("Mails of this kind always leave at once: somebody waits for them with the page open."))
    before, after = rule.held if rule.pk else None, held
    if before == after:
        return
    if held is None:
        rule.delete()
    else:
        rule.held = held
        rule.save()
    # In the trail of the words, so that one page tells all that was changed about a kind of mail.
    record(actor=actor, verb="changed", kind="outgoing.template", key=str(rule), before={"held": before}, after={"held": after})


def ensure_templates() -> None:
    """Load mail templates that came with the platform and are not here yet, as on a new site before its first mail."""
    here = set(MessageTemplate.objects.filter(scope="").values_list("code", flat=True))
    if set(tomllib.loads(DATA.read_text(encoding="utf-8"))) - here:
        load_templates(actor=SYSTEM)


@transaction.atomic
def load_templates(*, actor: Actor, path: Path = DATA) -> int:
    """Load the mail templates that come with the platform; what staff have changed stays. How many there are."""
    require(actor, "outgoing.change_template")
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    for code, texts in written.items():
        subject, body = Text.from_plain(texts["subject"]), Text.from_plain({key: text.strip() for key, text in texts["body"].items()})
        template, is_new = MessageTemplate.objects.get_or_create(code=code, scope="", defaults={"subject": subject, "body": body})
        if not is_new and not template.is_edited and (template.subject != subject or template.body != body):
            template.subject, template.body = subject, body
            template.save(update_fields=["subject", "body"])
    return len(written)
