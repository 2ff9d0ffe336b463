"""Erasure: afterwards a distinctive name, address and year stand in no table at all."""

from __future__ import annotations

import io
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.files import actions as files
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.messages import actions as outbox
from plenary.ground.people import actions, privacy
from plenary.ground.people.models import Person, User

pytestmark = pytest.mark.django_db

NAME, EMAIL, SECOND, YEAR = "Zyxwvut Qponmlk", "zyxwvut.qponmlk@example.org", "another.zyxwvut@example.org", 1907
TRACES = re.compile(r"zyxwvut|qponmlk|\b1907\b", re.IGNORECASE)


def traces():
    """Every place in the database where the person can still be recognised, as table.column."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        value = bytes(value).decode("utf-8", "replace")
                    if value is not None and TRACES.search(str(value)):
                        found.add(f"{model._meta.db_table}.{column}")
    for session in Session.objects.all():
        if TRACES.search(str(session.get_decoded())):
            found.add("django_session, decoded")
    return found


@pytest.fixture
def known(client, make, legal, countries):
    """Somebody who has left traces wherever one can."""
    make("boss", "administrator")
    user = actions.create_account(actor=SYSTEM, email=EMAIL, name=NAME)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    client.post(reverse("account_login"), {"login": EMAIL, "password": "wrong"})
    client.post(reverse("account_login"), {"login": EMAIL, "password": ""})  # leaves a session with the address in it
    client.cookies.clear()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    actions.agree(actor=user)
    profile = {"birth_year": YEAR, "gender": "woman", "biography": Text.of(f"{NAME} writes."), "country": countries["KE"], "languages": ["en"]}
    actions.change_person(actor=user, person=user.person, **profile)
    organisation = actions.ensure_organisation(actor=user, name="Institute")
    actions.add_affiliation(actor=user, person=user.person, organisation=organisation, post=Text.of(f"Chair {NAME}"))
    actions.grant_role(actor=SYSTEM, person=user.person, role="editor", reason=f"{NAME} asked for it")
    met = actions.ensure_person(actor=SYSTEM, name=f"Dr {NAME}")
    actions.merge_persons(actor=SYSTEM, keep=user.person, merge=met, reason=f"both are {NAME}")
    TOTP.activate(user, generate_totp_secret())
    outbox.put(to=EMAIL, language="en", subject=f"Dear {NAME}", body=f"Dear {NAME}", about=("people.person", str(user.person.pk)))
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    files.store(actor=user, upload=SimpleUploadedFile(f"{NAME}.png", picture.getvalue()))
    kind = ContentType.objects.get_for_model(Person)
    LogEntry.objects.create(
        user=User.objects.get(email="boss@example.org"), content_type=kind, object_id=str(user.person.pk), object_repr=NAME, action_flag=CHANGE
    )
    return User.objects.get(pk=user.pk)


def test_the_search_for_traces_finds_them(known):
    assert {
        "people_user.email",
        "people_person.name",
        "people_person.birth_year",
        "people_affiliation.post",
        "audit_payload.after",
        "audit_payload.reason",
        "account_emailaddress.email",
        "axes_accessattempt.username",
        "outgoing_outboxmessage.body",
        "files_storedfile.name",
        "django_admin_log.object_repr",
        "django_session, decoded",
    } <= traces()


def test_nothing_is_left(known, client):
    person, trail_id, path = known.person, known.trail_id, StoredFile.objects.get().file.path
    actions.erase_person(actor=known, person=person)
    assert traces() == set()
    person.refresh_from_db()
    assert str(person) == "Erased person" and person.country is None
    assert not User.objects.filter(trail_id=trail_id).exists() and not AccessAttempt.objects.exists()
    record = trail_of("people.person", str(person.pk)).first()
    assert (record.verb, record.actor_id) == ("erased", trail_id), "that it happened stays, with a number that leads nowhere"
    assert path
    with pytest.raises(Conflict):
        actions.erase_person(actor=SYSTEM, person=person)
    assert client.get("/account/").status_code == 302, "the session is gone too"


@pytest.mark.django_db(transaction=True)
def test_the_files_go_from_disk_after_the_commit(make):
    make("boss", "administrator")
    user = make("ann")
    stored = files.store(actor=user, upload=SimpleUploadedFile("a.txt", b"text"))
    storage, name = stored.file.storage, stored.file.name
    assert storage.exists(name)
    actions.erase_person(actor=user, person=user.person)
    assert not storage.exists(name)


def test_erasure_by_its_page_asks_for_the_address(client, signed_in):
    user = signed_in("ann")
    path = reverse("people:erase")
    assert "What stays, and why" in client.get(path).content.decode()
    for typed in ("", "yes", "bob@example.org"):
        response = client.post(path, {"email": typed})
        assert response.status_code == 400 and User.objects.filter(pk=user.pk).exists()
    assert client.post(path, {"email": " Ann@Example.org "})["Location"] == reverse("people:erased")
    assert not User.objects.filter(pk=user.pk).exists()
    assert "Your account is erased" in client.get(reverse("people:erased")).content.decode()


def test_with_a_password_erasure_asks_for_it_again(client, signed_in):
    user = signed_in("ann")
    user.set_password("a long enough secret")
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("people:erase"), {"email": user.email})
    assert response["Location"].startswith(reverse("account_reauthenticate")) and User.objects.filter(pk=user.pk).exists()


def test_the_last_administrator_cannot_go(client, signed_in):
    user = signed_in("boss", "administrator")
    response = client.post(reverse("people:erase"), {"email": user.email})
    assert response.status_code == 400 and "last administrator" in response.content.decode()


def test_who_may_erase_and_export(make):
    ann, bob, secretariat = make("ann"), make("bob"), make("sec", "secretariat")
    for actor in (bob, secretariat):
        with pytest.raises(NotAllowed):
            actions.erase_person(actor=actor, person=ann.person)
        with pytest.raises(NotAllowed):
            actions.export_person(actor=actor, person=ann.person)


def test_a_room_that_fails_leaves_everything_as_it_was(make, monkeypatch):
    make("boss", "administrator")
    ann = make("ann")

    def fail(subject):
        raise RuntimeError("no")

    monkeypatch.setitem(privacy._handlers, "people", privacy.Handler("people", lambda subject: {}, fail))
    with pytest.raises(RuntimeError):
        actions.erase_person(actor=ann, person=ann.person)
    ann.refresh_from_db()
    assert ann.person.name == "Ann" and ann.person.erased_at is None


def test_the_export_tells_everything(known):
    told = actions.export_person(actor=known, person=known.person)
    text = str(told)
    assert NAME in text and EMAIL in text and SECOND in text and str(YEAR) in text
    assert told["files"][0]["name"] == f"{NAME}.png" and told["messages"]
    assert told["people"]["account"]["agreements"][0]["version"] == "1"
