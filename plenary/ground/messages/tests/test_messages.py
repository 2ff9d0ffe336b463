"""The outbox: what goes in, what staff can do with it, what leaves, and what happens when it cannot."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.text import LANGUAGES, Text
from plenary.ground.messages import actions, queries
from plenary.ground.messages.filling import fill, one_line, placeholders
from plenary.ground.messages.models import MessageTemplate, OutboxMessage
from plenary.ground.messages.tasks import send_waiting
from plenary.ground.people import actions as people

pytestmark = pytest.mark.django_db
VALUES = {"name": "Ann", "role": "Editor", "site": "WSIS", "scope": "site", "link": "https://example.org/"}


@pytest.fixture(autouse=True)
def templates(db):
    actions.load_templates(actor=SYSTEM)


def queued(**more):
    return actions.queue(**{"actor": SYSTEM, "template": "role-granted", "to": "ann@example.org", "values": VALUES, **more})


# ---- filling ----


@pytest.mark.parametrize(
    "text", ["{name.__class__}", "{0}", "{}", "{name!r}", "{name:>9999999}", "{Name}", "{a b}", "{", "}", "{{name}", "{ name }", "{name[0]}"]
)
def test_only_plain_placeholders(text):
    with pytest.raises(Invalid):
        fill(text, {"name": "Ann"})


def test_filling():
    assert fill("Dear {name}, {{braces}} {name}", {"name": "{site} {{x}}", "site": "no"}) == "Dear {site} {{x}}, {braces} {site} {{x}}"
    assert placeholders("{{a}} {b}") == {"b"}
    with pytest.raises(Invalid) as caught:
        fill("{a} {b}", {})
    assert set(caught.value.problems) == {"a", "b"}


@given(st.text(max_size=100))
def test_values_never_become_placeholders(value):
    assert fill("<{value}>", {"value": value}) == f"<{value}>"


@given(st.text())
def test_a_header_is_one_line(text):
    line = one_line(text)
    assert line.isprintable() and len(line) <= 300


# ---- queueing ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_words(language):
    message = queued(language="zh-hans" if language == "zh" else language)
    assert message.language == language and "https://example.org/" in message.body and "Ann" in message.body


def test_every_mail_says_the_same_in_all_languages():
    for template in MessageTemplate.objects.all():
        for text in (template.subject, template.body):
            assert set(text.texts) == set(LANGUAGES), template.code
            assert len({frozenset(placeholders(each)) for each in text.texts.values()}) == 1, template.code


def test_headers_cannot_be_injected():
    message = queued(values={**VALUES, "role": "Editor\r\nBcc: victim@example.org\n\nBody"})
    assert "\n" not in message.subject and "\r" not in message.subject
    actions.send_due()
    assert mail.outbox[0].recipients() == ["ann@example.org"]
    for to in ("ann@example.org\nBcc: victim@example.org", "a@b", "", "ann@example.org, bob@example.org"):
        with pytest.raises(Invalid):
            queued(to=to)


def test_who_may_queue():
    with pytest.raises(NotAllowed):
        queued(actor=NOBODY)
    with pytest.raises(Invalid):
        queued(template="no-such")
    with pytest.raises(Invalid):
        queued(values={})


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_only_if_what_it_tells_is_on_disk():
    actions.load_templates(actor=SYSTEM)
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        queued()
        raise ValueError("no")
    assert not OutboxMessage.objects.exists() and not DBTaskResult.objects.exists()
    with transaction.atomic():
        for number in range(5):
            queued(to=f"ann{number}@example.org")
        assert not DBTaskResult.objects.exists()
    assert DBTaskResult.objects.get().queue_name == "mail", "the worker is woken once for all"
    send_waiting.func()
    assert len(mail.outbox) == 5


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_although_an_inner_part_was_rolled_back():
    actions.load_templates(actor=SYSTEM)
    with transaction.atomic():
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            queued()
            raise ValueError("no")
        queued()
    assert DBTaskResult.objects.count() == 1 and OutboxMessage.objects.count() == 1


# ---- sending, with a real mail server ----


class Sink:
    """Takes mails, or answers what it was told to."""

    def __init__(self):
        self.taken = []
        self.answer = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.answer:
            return self.answer
        self.taken.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"


@pytest.fixture
def sink(settings):
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    controller.port = 0
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = False
    yield handler
    controller.stop()


def test_a_mail_arrives(sink):
    message = queued(language="ar")
    assert actions.send_due() == 1
    recipients, arrived = sink.taken[0]
    assert recipients == ["ann@example.org"] and arrived["To"] == "ann@example.org" and arrived["Content-Language"] == "ar"
    assert arrived["Subject"] == message.subject
    assert arrived.get_content().replace("\r\n", "\n").strip() == message.body.strip() and "السيد" in message.body
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1) and message.sent_at
    assert actions.send_due() == 0 and len(sink.taken) == 1


def test_failures_are_counted_put_off_and_given_up(sink):
    sink.answer = "451 later"
    began = timezone.now()
    message = queued()
    waits = []
    with time_machine.travel(began, tick=False) as clock:
        clock.move_to(timezone.now())
        for _attempt in range(actions.MAX_ATTEMPTS):
            OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now())
            assert actions.send_due() == 0
            message.refresh_from_db()
            waits.append(message.due_at - timezone.now())
            assert actions.send_due() == 0, "not before it is due"
            message.refresh_from_db()
            clock.shift(timedelta(days=1))
    assert message.attempts == actions.MAX_ATTEMPTS and message.state == "failed" and "451" in message.problem
    assert waits[:5] == actions.WAITS
    sink.answer = None
    actions.release(actor=SYSTEM, message=message)
    assert actions.send_due() == 1 and len(sink.taken) == 1


def test_one_bad_mail_does_not_hold_the_others_up(sink):
    queued(to="ann@example.org")
    bad = queued(to="unknown@example.org")
    queued(to="carl@example.org")
    assert actions.send_due() == 2
    assert [recipients for recipients, _mail in sink.taken] == [["ann@example.org"], ["carl@example.org"]]
    bad.refresh_from_db()
    assert bad.state == "queued" and bad.problem


def test_the_task_comes_back_for_what_has_to_be_tried_again(sink):
    sink.answer = "451 later"
    queued()
    send_waiting.func()
    following = DBTaskResult.objects.get()
    assert following.run_after > timezone.now() + timedelta(seconds=30)


# ---- what staff can do ----


def test_hold_edit_release_discard(make_staff):
    boss = make_staff
    message = actions.hold(actor=boss, message=queued(), reason="wait for the date")
    assert actions.send_due() == 0
    actions.edit(actor=boss, message=message, subject="New\nsubject", body="New body", to="bob@example.org")
    actions.release(actor=boss, message=message)
    assert actions.send_due() == 1
    assert (mail.outbox[0].to, mail.outbox[0].subject, mail.outbox[0].body) == (["bob@example.org"], "New subject", "New body\n")
    for verb in (actions.hold, actions.release, actions.edit, actions.discard):
        with pytest.raises(Conflict):
            verb(actor=boss, message=message)
    other = queued()
    actions.discard(actor=boss, message=other)
    assert not OutboxMessage.objects.filter(pk=other.pk).exists()
    verbs = list(TrailRecord.objects.filter(kind="outgoing.message").order_by("id").values_list("verb", flat=True))
    assert verbs == ["held", "edited", "released", "discarded"]
    assert queries.count_by_state(boss) == {"held": 0, "queued": 0, "sent": 1, "failed": 0}


def test_nobody_else_can():
    message = queued()
    ann = people.create_account(actor=SYSTEM, email="ann@example.org", name="Ann")
    for verb in (actions.hold, actions.release, actions.edit, actions.discard):
        with pytest.raises(NotAllowed):
            verb(actor=ann, message=message)


@pytest.fixture
def make_staff(db):
    user = people.create_account(actor=SYSTEM, email="boss@example.org", name="Boss")
    people.grant_role(actor=SYSTEM, person=user.person, role="secretariat")
    return user


def test_changing_a_template(make_staff):
    template = MessageTemplate.objects.get(code="role-granted")
    with pytest.raises(Invalid):
        actions.change_template(actor=make_staff, template=template, subject=Text.of("Hello {nobody}"), body=template.body)
    with pytest.raises(Invalid):
        actions.change_template(actor=make_staff, template=template, subject=Text(), body=template.body)
    actions.change_template(actor=make_staff, template=template, subject=Text.of("Hello {name}"), body=template.body)
    actions.load_templates(actor=SYSTEM)
    assert queued().subject == "Hello Ann", "what staff wrote stays when the data file is loaded again"


def test_a_granted_role_is_told(make_staff, django_capture_on_commit_callbacks):
    people.grant_role(actor=SYSTEM, person=make_staff.person, role="administrator")
    ann = people.create_account(actor=SYSTEM, email="ann@example.org", name="Ann")
    people.change_preferences(actor=ann, user=ann, language="fr", zone="")
    with django_capture_on_commit_callbacks(execute=True):
        people.grant_role(actor=make_staff, person=ann.person, role="editor", scope="edition:2021")
    message = OutboxMessage.objects.get()
    assert message.to == "ann@example.org" and message.language == "fr" and "/fr/account/" in message.body
    assert queries.about("people.person", str(ann.person.pk)).get() == message
    with django_capture_on_commit_callbacks(execute=True):
        people.grant_role(actor=SYSTEM, person=ann.person, role="reviewer")
    assert OutboxMessage.objects.count() == 1, "what a command grants is not announced"
