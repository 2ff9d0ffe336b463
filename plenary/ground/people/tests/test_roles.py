"""Who may grant what where, cell by cell; how long a role holds; the door of the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM, may
from plenary.ground.audit.queries import trail_of
from plenary.ground.people import actions
from plenary.ground.people.access import actor_of, require_desk
from plenary.ground.people.models import Person, RoleGrant, User
from plenary.ground.people.queries import grants, grants_of
from plenary.ground.people.scopes import containing, is_scope

pytestmark = pytest.mark.django_db

EVERY_ROLE = RoleGrant.Role.values
ALL = set(EVERY_ROLE)
NOT_ADMINISTRATION = ALL - {"administrator"}

# (role of the one who grants, where they hold it, where they grant) -> the roles they may grant
CELLS = [
    ("administrator", "site", "site", ALL),
    ("administrator", "site", "edition:2021", ALL),
    ("administrator", "edition:2021", "edition:2021", ALL),
    ("administrator", "edition:2021", "call:2021/prizes", ALL),
    ("administrator", "edition:2021", "edition:2022", set()),
    ("administrator", "edition:2021", "site", set()),
    ("secretariat", "site", "site", NOT_ADMINISTRATION),
    ("secretariat", "site", "country:KE", NOT_ADMINISTRATION),
    ("secretariat", "edition:2021", "edition:2021", NOT_ADMINISTRATION),
    ("secretariat", "edition:2021", "track:2021/youth", NOT_ADMINISTRATION),
    ("secretariat", "edition:2021", "track:2022/youth", set()),
    ("secretariat", "edition:2021", "site", set()),
    ("secretariat", "call:2021/prizes", "edition:2021", set()),
    *[(role, "site", "site", set()) for role in EVERY_ROLE if role not in ("administrator", "secretariat")],
]


@pytest.mark.parametrize("role, held_in, granted_in, allowed", CELLS)
def test_who_may_grant_what_where(make, role, held_in, granted_in, allowed):
    actor = make("actor", role, scope=held_in)
    person = make("other").person
    granted = set()
    for wanted in EVERY_ROLE:
        try:
            actions.grant_role(actor=actor, person=person, role=wanted, scope=granted_in)
            granted.add(wanted)
        except NotAllowed:
            pass
    assert granted == allowed
    revoked = set()
    for grant in [actions.grant_role(actor=SYSTEM, person=person, role=wanted, scope=granted_in) for wanted in EVERY_ROLE]:
        try:
            actions.revoke_role(actor=actor, grant=grant)
            revoked.add(grant.role)
        except NotAllowed:
            pass
    assert revoked == allowed


#: permission -> roles that hold it for the whole site ("own": the person concerned)
PERMISSIONS = {
    "people.view_people": {"administrator", "secretariat", "editor", "reader"},
    "people.change_person": {"administrator", "secretariat", "own"},
    "people.change_account": {"own"},
    "people.create_account": {"administrator", "secretariat"},
    "people.make_sign_in_link": {"administrator"},
    "people.create_organisation": ALL | {"own"},
    "people.change_organisation": {"administrator", "secretariat", "editor"},
    "people.merge": {"administrator", "secretariat"},
    "people.erase": {"administrator", "own"},
    "people.export": {"administrator", "own"},
    "people.load_legal": {"administrator"},
    "audit.view_trail": {"administrator", "secretariat", "editor", "reader"},
    "files.store": ALL | {"own"},
    "files.publish": {"administrator", "secretariat"},
    "outgoing.view": {"administrator", "secretariat"},
    "outgoing.handle": {"administrator", "secretariat"},
    "outgoing.queue": {"administrator", "secretariat"},
    "outgoing.change_template": {"administrator", "secretariat"},
}


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_permissions_cell_by_cell(make, permission):
    subject = make("subject")
    holding = {role for role in EVERY_ROLE if may(make(role, role), permission, subject)}
    if may(subject, permission, subject):
        holding.add("own")
    assert holding == PERMISSIONS[permission]
    assert not may(make("stranger"), permission, subject) or permission in ("people.create_organisation", "files.store")
    for nobody in (NOBODY, AnonymousUser()):
        assert not may(nobody, permission, subject)
    retired = make("retired", *EVERY_ROLE)
    retired.is_active = False
    assert not any(retired.has_role(role) for role in EVERY_ROLE)


def test_a_role_holds_from_and_until(make):
    person = make("ann").person
    now = timezone.now()
    actions.grant_role(actor=SYSTEM, person=person, role="editor", since=now + timedelta(days=1), until=now + timedelta(days=2))
    held = {}
    for day in (0, 1.5, 2.5):
        with time_machine.travel(now + timedelta(days=day)):
            user = User.objects.get(person=person)
            held[day] = (user.has_role("editor"), user.holds_anywhere("editor"))
    assert held == {0: (False, False), 1.5: (True, True), 2.5: (False, False)}


def test_granting_twice_only_changes_the_end(make):
    person = make("ann").person
    until = timezone.now() + timedelta(days=5)
    first = actions.grant_role(actor=SYSTEM, person=person, role="editor")
    second = actions.grant_role(actor=SYSTEM, person=person, role="editor", until=until)
    assert first.pk == second.pk and grants_of(person).get().until == until
    assert [record.verb for record in trail_of("people.person", str(person.pk))] == ["prolonged_role", "granted_role"]


@pytest.mark.parametrize(
    "values", [{"role": "king"}, {"scope": "everywhere"}, {"scope": "edition:"}, {"scope": "call:2021"}, {"scope": "site:x"}, {"scope": "edition:" + "x" * 200}]
)
def test_nonsense_is_refused(make, values):
    with pytest.raises(Invalid):
        actions.grant_role(actor=SYSTEM, person=make("ann").person, **{"role": "editor", **values})


def test_a_role_cannot_end_before_it_begins(make):
    with pytest.raises(Invalid):
        actions.grant_role(actor=SYSTEM, person=make("ann").person, role="editor", until=timezone.now() - timedelta(days=1))


def test_revoking_is_recorded_and_done_once(make):
    administrator = make("boss", "administrator")
    grant = actions.grant_role(actor=administrator, person=make("ann").person, role="editor")
    actions.revoke_role(actor=administrator, grant=grant, reason="left the secretariat")
    assert not User.objects.get(email="ann@example.org").has_role("editor")
    assert trail_of("people.person", str(grant.person_id)).first().reason == "left the secretariat"
    with pytest.raises(Conflict):
        actions.revoke_role(actor=administrator, grant=grant)


def test_the_last_administrator_stays(make):
    administrator = make("boss", "administrator")
    grant = grants_of(administrator.person).get()
    with pytest.raises(Conflict):
        actions.revoke_role(actor=administrator, grant=grant)
    make("second", "administrator")
    actions.revoke_role(actor=administrator, grant=grant)


def test_scopes():
    assert containing("call:2021/prizes") == ("call:2021/prizes", "edition:2021", "site")
    assert containing("edition:2021") == ("edition:2021", "site")
    assert containing("country:KE") == ("country:KE", "site")
    assert containing("site") == ("site",)
    assert is_scope("collection:covid-19") and not is_scope("site\n") and not is_scope("")


def test_the_list_of_grants_costs_no_more_for_more_rows(make, django_assert_max_num_queries):
    for number in range(12):
        make(f"p{number}", "editor")
    with django_assert_max_num_queries(1):
        assert len([str(grant.person.user) for grant in grants(role="editor")]) == 12


# ---- the door of the desk ----


@require_desk
def desk(request):
    return HttpResponse("desk")


def knock(user, session=None):
    request = RequestFactory().get("/desk/?edition=2021")
    request.user = user
    request.session = session or {}
    return desk(request)


def test_visitors_are_asked_to_sign_in_and_come_back():
    response = knock(AnonymousUser())
    assert response.status_code == 302 and response["Location"] == "/accounts/login/?next=/desk/%3Fedition%3D2021"


@pytest.mark.parametrize("role", [None, *EVERY_ROLE])
def test_which_roles_open_the_desk(make, role):
    user = make("ann", *([role] if role else []), scope="edition:2021")
    response = knock(user)
    opens = role in {"administrator", "secretariat", "editor", "reader"}
    assert response.status_code == (200 if opens else 403)
    if not opens:
        assert "ask an administrator" in response.content.decode() and "ann@example.org" in response.content.decode()


def test_the_desk_asks_for_a_second_factor_where_the_site_wants_it(make, settings):
    settings.STAFF_SECOND_FACTOR = True
    user = make("ann", "secretariat")
    response = knock(user)
    assert response.status_code == 403 and "/accounts/2fa/webauthn/add/" in response.content.decode()
    TOTP.activate(user, generate_totp_secret())
    response = knock(user)
    assert response["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fdesk%2F%3Fedition%3D2021", "set up, but not used in this session"
    used = {"account_authentication_methods": [{"method": "mfa", "at": 1, "type": "totp"}], "account_authentication_methods_user": str(user.pk)}
    assert knock(user, used).status_code == 200
    another = {**used, "account_authentication_methods_user": "0"}
    assert knock(user, another).status_code == 302, "somebody else’s proof in the same browser does not count"


def test_the_actor_of_a_request(make):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert actor_of(request) is NOBODY and not actor_of(request).has_role("administrator")
    request.user = make("ann")
    assert actor_of(request) == request.user


def test_trail_on_a_record_is_for_the_desk_only(make, rf):
    from django.template import Context, Template

    person = make("ann", "editor").person
    template = Template('{% load audit %}{% show_trail "people.person" key %}')
    shown = {}
    for name, user in (("reader", make("reader", "reader")), ("stranger", make("stranger")), ("visitor", AnonymousUser())):
        request = rf.get("/")
        request.user = user
        shown[name] = template.render(Context({"request": request, "key": str(person.pk)}))
    assert "Granted a role" in shown["reader"] and "The platform itself" in shown["reader"]
    assert shown["stranger"].strip() == shown["visitor"].strip() == ""


def test_merged_and_erased_people_get_no_roles(make):
    person = make("ann").person
    actions.erase_person(actor=SYSTEM, person=person)
    with pytest.raises(Conflict):
        actions.grant_role(actor=SYSTEM, person=Person.objects.get(pk=person.pk), role="editor")
