"""Who may open what: role by page by method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plenary.engines.calls.models import DeadlineChange
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.messages.actions import put
from plenary.ground.people.actions.organisations import ensure_organisation
from plenary.ground.people.actions.roles import grant_role
from plenary.ground.people.models import RoleGrant, User

pytestmark = pytest.mark.django_db
ROLES = ("administrator", "secretariat", "editor", "reader")
ALL, STAFF, EDITORS = set(ROLES), {"administrator", "secretariat"}, {"administrator", "secretariat", "editor"}

#: page: (roles that may look, roles that may send its form)
MATRIX: dict[str, tuple[set[str], set[str]]] = {
    "home": (ALL, ALL),
    "editions": (ALL, ALL),
    "edition": (ALL, STAFF),
    "compare": ({"administrator"}, {"administrator"}),
    "dump": (ALL, ALL),
    "gap": (ALL, ALL),
    "calls": (ALL, ALL),
    "extend": (STAFF, STAFF),
    "people": (ALL, ALL),
    "person": (ALL, STAFF),
    "revoke": (STAFF, STAFF),
    "organisations": (ALL, ALL),
    "organisation": (ALL, ALL),
    "merge": (STAFF, STAFF),
    "imports": (EDITORS, EDITORS),
    "upload entries": (EDITORS, EDITORS),
    "upload awards": (STAFF, STAFF),
    "upload sessions": (STAFF, STAFF),
    "outbox": (STAFF, STAFF),
    "message": (STAFF, STAFF),
    "release": (STAFF, STAFF),
    "trail": (ALL, ALL),
    "background": (STAFF, STAFF),
}


@pytest.fixture
def paths(edition: Edition, account: Callable[..., User]) -> dict[str, str]:
    """An address for every page of the matrix."""
    someone = account("reviewer", name="someone")
    assert someone.person is not None
    grant = grant_role(actor=SYSTEM, person=someone.person, role="reader")
    organisation = ensure_organisation(actor=SYSTEM, name="Ministry")
    mail = put(to="a@example.org", language="en", subject="Hello", body="Text", state="held")
    return {
        "home": reverse("desk:home"),
        "editions": reverse("desk:editions"),
        "edition": reverse("desk:edition", args=["2021"]),
        "compare": reverse("desk:compare", args=["2021"]),
        "dump": reverse("desk:dump", args=["2021"]),
        "gap": reverse("desk:gap", args=["2021", "entries-without-country"]),
        "calls": reverse("desk:calls", args=["2021"]),
        "extend": reverse("desk:extend", args=["2021", "prizes", "submission"]),
        "people": reverse("desk:people"),
        "person": reverse("desk:person", args=[someone.person.pk]),
        "revoke": reverse("desk:revoke", args=[someone.person.pk, grant.pk]),
        "organisations": reverse("desk:organisations"),
        "organisation": reverse("desk:organisation", args=[organisation.pk]),
        "merge": reverse("desk:merge", args=[organisation.pk]),
        "imports": reverse("desk:imports"),
        "upload entries": reverse("desk:upload", args=["entries"]),
        "upload awards": reverse("desk:upload", args=["awards"]),
        "upload sessions": reverse("desk:upload", args=["sessions"]),
        "outbox": reverse("desk:outbox"),
        "message": reverse("desk:message", args=[mail.pk]),
        "release": reverse("desk:handle", args=[mail.pk, "release"]),
        "trail": reverse("desk:trail"),
        "background": reverse("desk:background"),
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_others(role: str, paths: dict[str, str], at_desk: Callable[..., Client]) -> None:
    client = at_desk(role)
    for page, (readers, writers) in MATRIX.items():
        looked = client.get(paths[page], follow=page == "release").status_code
        assert looked == (200 if role in readers else 403), f"{role} GET {page}"
        before = (TrailRecord.objects.count(), DeadlineChange.objects.count(), RoleGrant.objects.filter(until__isnull=True).count())
        sent = client.post(paths[page], {}).status_code
        if role not in writers:
            assert sent == 403, f"{role} POST {page}"
            after = (TrailRecord.objects.count(), DeadlineChange.objects.count(), RoleGrant.objects.filter(until__isnull=True).count())
            assert after == before, f"{role} POST {page} changed something"
        else:
            assert sent in (200, 302, 400, 405), f"{role} POST {page}"


@pytest.mark.parametrize("role", ["", "reviewer", "juror", "focal-point", "track-coordinator"])
def test_who_has_no_role_of_the_desk_is_told_what_to_do(role: str, paths: dict[str, str], at_desk: Callable[..., Client]) -> None:
    client = at_desk(role)
    for page, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 403, page
        assert "ask an administrator" in answer.content.decode()
        assert client.post(path).status_code == 403, page


def test_visitors_sign_in_and_come_back(paths: dict[str, str], client: Client) -> None:
    for page, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 302, page
        assert answer["Location"] == f"/accounts/login/?next={path}"
        assert client.post(path).status_code == 302
    assert client.get("/ar/desk/?edition=2021")["Location"] == "/ar/accounts/login/?next=/ar/desk/%3Fedition%3D2021"


def test_a_role_for_one_edition_ends_at_its_border(edition: Edition, at_desk: Callable[..., Client]) -> None:
    Edition.objects.create(code="2020", name=edition.name)
    client = at_desk("secretariat", "edition:2021")
    assert client.get(reverse("desk:home")).status_code == 200
    assert client.get(reverse("desk:edition", args=["2021"])).status_code == 200
    assert client.get(reverse("desk:extend", args=["2021", "prizes", "submission"])).status_code == 200
    assert client.get(reverse("desk:edition", args=["2020"])).status_code == 403
    assert client.post(reverse("desk:edition", args=["2020"]), {}).status_code == 403
    assert client.get(reverse("desk:people")).status_code == 403
    assert client.get(reverse("desk:outbox")).context["total"] == 0, "only mails of calls of the edition; see test_one_call"
    listed = client.get(reverse("desk:editions")).content.decode()
    assert reverse("desk:edition", args=["2021"]) in listed
    assert reverse("desk:edition", args=["2020"]) not in listed
    upload = client.get(reverse("desk:upload", args=["entries"])).content.decode()
    assert 'value="2021"' in upload
    assert 'value="2020"' not in upload
    assert 'value="-"' not in upload


def test_a_role_that_is_over_opens_nothing(edition: Edition, account: Callable[..., User], client: Client) -> None:
    user = account("secretariat")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("desk:home")).status_code == 200
    RoleGrant.objects.update(since="2020-01-01T00:00Z", until="2020-02-01T00:00Z")
    assert client.get(reverse("desk:home")).status_code == 403


def test_staff_need_a_second_factor_where_the_site_asks(edition: Edition, at_desk: Callable[..., Client], settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    answer = at_desk().get(reverse("desk:home"))
    assert answer.status_code == 403
    assert "What needs doing" not in answer.content.decode()


def test_private_values_are_absent_for_readers(edition: Edition, account: Callable[..., User], at_desk: Callable[..., Client]) -> None:
    someone = account("reviewer", name="someone")
    assert someone.person is not None
    someone.person.birth_year, someone.person.gender = 1961, "woman"
    someone.person.save()
    path = reverse("desk:person", args=[someone.person.pk])
    for role, sees in (("secretariat", True), ("reader", False), ("editor", False)):
        client = at_desk(role)
        page = client.get(path).content.decode()
        assert (someone.email in page) is sees
        assert ("1961" in page) is sees
        assert ("Woman" in page) is sees
        assert (someone.email in client.get(reverse("desk:people")).content.decode()) is sees
        assert (someone.email in client.get(reverse("desk:trail")).content.decode()) is sees


def test_pages_of_the_desk_are_kept_by_no_cache(edition: Edition, at_desk: Callable[..., Client]) -> None:
    assert "no-store" in at_desk().get(reverse("desk:home"))["Cache-Control"]


def test_forms_need_their_token(edition: Edition, account: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account("secretariat"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("desk:background")).status_code == 403
    assert client.post(reverse("desk:edition", args=["2021"]), {}).status_code == 403


def test_the_admin_is_for_superusers_only(edition: Edition, account: Callable[..., User], client: Client) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/people/")["Location"] == "/accounts/login/?next=/admin/people/"
    assert client.get("/admin/login/?next=https://evil.example/")["Location"] == "/accounts/login/?next=/admin/"
    staff = account("administrator")
    staff.is_staff = True
    staff.save()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/people/user/", follow=True).status_code == 403
    staff.is_superuser = True
    staff.save()
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/people/user/").status_code == 200
