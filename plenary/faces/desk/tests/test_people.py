"""People, roles and organisations, through the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.framework.queries import find_concept
from plenary.ground.framework.text import Text
from plenary.ground.people.actions.organisations import ensure_organisation
from plenary.ground.people.actions.persons import ensure_person
from plenary.ground.people.models import Organisation, Person, RoleGrant, User
from plenary.programmes.stocktaking.actions import create_entry
from plenary.programmes.stocktaking.drafts import EntryDraft, OrganisationDraft

pytestmark = pytest.mark.django_db


def test_people_are_found_by_name_role_and_country(edition: Edition, account: Callable[..., User], at_desk: Callable[..., Client]) -> None:
    juror = account("juror", name="Zoë Müller")
    ensure_person(actor=SYSTEM, name="Wanjiku of Nairobi", country=find_concept("countries", "KE"))
    client = at_desk()

    def names(query: str) -> set[str]:
        return {person.name for person in client.get(f"/desk/people/{query}").context["page"]}

    assert "Zoë Müller" in names("?q=zoe+muller")
    assert names("?role=juror") == {"Zoë Müller"}
    assert names("?country=KE") == {"Wanjiku of Nairobi"}
    assert names(f"?q={juror.email}") == {"Zoë Müller"}
    assert names("?q=nobody+at+all") == set()
    for wrong in ("?role=king", "?country=kenya", "?page=99", "?page=x", "?sort=name"):
        assert client.get(f"/desk/people/{wrong}").status_code == 400


def test_a_list_of_many_people_costs_no_more_queries(
    edition: Edition, at_desk: Callable[..., Client], account: Callable[..., User], django_assert_max_num_queries: Any
) -> None:
    kenya = find_concept("countries", "KE")
    for number in range(40):
        person = Person.objects.create(name=f"Person {number}", country=kenya)
        RoleGrant.objects.create(person=person, role="juror", granted_by="system")
    client = at_desk()
    with django_assert_max_num_queries(14):
        assert client.get("/desk/people/").status_code == 200


def test_giving_and_ending_a_role(edition: Edition, account: Callable[..., User], at_desk: Callable[..., Client]) -> None:
    someone = account("", name="New colleague")
    assert someone.person is not None
    path = reverse("desk:person", args=[someone.person.pk])
    client = at_desk()
    last_day = timezone.localdate() + timedelta(days=30)
    typed = {"role": "editor", "scope": "edition:2021", "until": last_day.isoformat(), "reason": "Joins the team"}
    answer = client.post(path, typed, follow=True)
    assert answer.redirect_chain == [(path, 302)]
    grant = RoleGrant.objects.get(person=someone.person)
    assert (grant.role, grant.scope) == ("editor", "edition:2021")
    assert grant.until is not None
    assert grant.until > timezone.now() + timedelta(days=29, hours=12)
    told = TrailRecord.objects.filter(kind="people.person", key=str(someone.person.pk), verb="granted_role").get()
    assert told.reason == "Joins the team"
    end = reverse("desk:revoke", args=[someone.person.pk, grant.pk])
    assert end in answer.content.decode()
    refused = client.post(end, {"reason": ""})
    assert refused.status_code == 400
    assert client.post(end, {"reason": "Leaves the team"}).status_code == 302
    assert not someone.holds_anywhere("editor")
    again = client.post(end, {"reason": "Once more"})
    assert again.status_code == 400
    assert "ended already" in again.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"role": ""}, "role"),
        ({"role": "administrator"}, "role"),  # the secretariat cannot give what could take its own role away
        ({"role": "king"}, "role"),
        ({"scope": "edition:1999"}, "scope"),
        ({"until": "2020-01-01"}, "until"),
        ({"since": "2030-01-02", "until": "2030-01-01"}, "until"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused_at_the_field(
    edition: Edition, account: Callable[..., User], at_desk: Callable[..., Client], typed: dict[str, str], field: str
) -> None:
    someone = account("", name="New colleague")
    assert someone.person is not None
    path = reverse("desk:person", args=[someone.person.pk])
    answer = at_desk().post(path, {"role": "reader", "scope": "site", "reason": "What I typed", **typed})
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not RoleGrant.objects.filter(person=someone.person).exists()
    if field != "reason":
        assert "What I typed" in answer.content.decode()


def test_the_last_administrator_stays(edition: Edition, account: Callable[..., User]) -> None:
    only = account("administrator")
    client = Client()
    client.force_login(only, backend="django.contrib.auth.backends.ModelBackend")
    grant = RoleGrant.objects.get(role="administrator")
    answer = client.post(reverse("desk:revoke", args=[grant.person_id, grant.pk]), {"reason": "I am off"})
    assert answer.status_code == 400
    assert "last administrator" in answer.content.decode()
    assert only.has_role("administrator")


def test_two_records_of_one_organisation_become_one(edition: Edition, at_desk: Callable[..., Client]) -> None:
    kenya = find_concept("countries", "KE")
    kept = ensure_organisation(actor=SYSTEM, name="Ministry of Health", country=kenya)
    entry = create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of("Clinic"), edition=edition, organisations=(OrganisationDraft("Min. of Health", kenya),)))
    gone = entry.organisations.get()
    client = at_desk()
    path = reverse("desk:merge", args=[gone.pk])
    found = client.get(f"{path}?q=ministry+of+health")
    assert [each.pk for each in found.context["candidates"]] == [kept.pk]
    look = client.get(f"{path}?into={kept.pk}")
    assert look.context["kept"] == kept
    assert {each.label: each.number for each in look.context["counts"]}["Stocktaking entries"] == 1
    assert Organisation.objects.get(pk=gone.pk).merged_into_id is None
    assert client.post(f"{path}?into={kept.pk}", {"into": kept.pk, "reason": ""}).status_code == 400
    done = client.post(f"{path}?into={kept.pk}", {"into": kept.pk, "reason": "The same ministry"}, follow=True)
    assert done.redirect_chain == [(reverse("desk:organisation", args=[kept.pk]), 302)]
    assert Organisation.objects.get(pk=gone.pk).merged_into_id == kept.pk
    assert "Min. of Health" in done.content.decode()
    assert client.get(reverse("desk:organisation", args=[gone.pk]))["Location"] == reverse("desk:organisation", args=[kept.pk])
    assert client.get(path).status_code == 404


def test_an_organisation_is_not_merged_into_itself(edition: Edition, at_desk: Callable[..., Client]) -> None:
    one = ensure_organisation(actor=SYSTEM, name="Ministry of Health")
    client = at_desk()
    path = reverse("desk:merge", args=[one.pk])
    assert "different record" in client.get(f"{path}?into={one.pk}").content.decode()
    answer = client.post(f"{path}?into={one.pk}", {"into": one.pk, "reason": "Why not"})
    assert answer.status_code == 400
    assert Organisation.objects.get(pk=one.pk).merged_into_id is None
    assert client.get(f"{path}?into=nonsense").status_code == 400
