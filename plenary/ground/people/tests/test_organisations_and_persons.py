"""Finding, making and merging organisations and persons, one by one and by the thousand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.text import Text
from plenary.ground.people import actions, merging
from plenary.ground.people.models import Affiliation, Organisation, OrganisationAlias, Person, RoleGrant, User
from plenary.ground.people.names import fold
from plenary.ground.people.queries import organisations_list, people_list


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(name):
    assert fold(fold(name)) == fold(name)
    assert fold(name.upper().lower()) == fold(name.lower())


@pytest.mark.parametrize(
    "one, other",
    [("Ministère de l’Économie", "MINISTERE DE L'ECONOMIE"), ("A.B.C.  Ltd", "a b c ltd"), ("Ⅻ Institute", "XII Institute"), ("Straße", "STRASSE")],
)
def test_spellings_that_are_the_same_name(one, other):
    assert fold(one) == fold(other)


@pytest.mark.django_db
def test_an_organisation_is_found_by_any_of_its_names(countries):
    made = actions.ensure_organisation(actor=SYSTEM, name=Text({"en": "Open Data Institute", "fr": "Institut des données ouvertes"}), country=countries["KE"])
    assert actions.ensure_organisation(actor=SYSTEM, name="INSTITUT DES DONNEES OUVERTES", country=countries["KE"]) == made
    assert actions.ensure_organisation(actor=SYSTEM, name="open data institute", country=countries["CH"]) != made
    actions.add_alias(actor=SYSTEM, organisation=made, name="ODI")
    assert actions.ensure_organisation(actor=SYSTEM, name="O.D.I", country=countries["KE"]) != made
    assert actions.ensure_organisation(actor=SYSTEM, name="odi", country=countries["KE"]) == made
    with pytest.raises(Invalid):
        actions.ensure_organisation(actor=SYSTEM, name=" – ")
    with pytest.raises(NotAllowed):
        actions.ensure_organisation(actor=NOBODY, name="Somebody else")


@pytest.mark.django_db
def test_a_renamed_organisation_is_still_found_by_its_old_name(countries):
    made = actions.ensure_organisation(actor=SYSTEM, name="Old name")
    actions.change_organisation(actor=SYSTEM, organisation=made, name="New name", country=countries["KE"])
    assert actions.ensure_organisation(actor=SYSTEM, name="Old name", country=countries["KE"]) == made
    assert trail_of("people.organisation", str(made.pk)).first().payload.before["country"] is None
    with pytest.raises(Invalid):
        actions.change_organisation(actor=SYSTEM, organisation=made, colour="blue")


@pytest.mark.django_db
def test_thousands_are_made_with_few_queries(countries, django_assert_max_num_queries):
    known = actions.ensure_organisation(actor=SYSTEM, name="Organisation 7", country=countries["KE"])
    with django_assert_max_num_queries(60):
        index = actions.OrganisationIndex(actor=SYSTEM)
        rows = [index.ensure(f"Organisation {number % 1500}", countries["KE"]) for number in range(3000)]
        assert index.save() == 1499
    assert rows[7] == known and rows[0] is rows[1500]
    assert Organisation.objects.count() == 1500 and OrganisationAlias.objects.count() == 1500
    again = actions.OrganisationIndex(actor=SYSTEM)
    assert again.find("organisation 8", countries["KE"]) == rows[8] and again.find("organisation 8") is None
    assert again.save() == 0
    assert trail_of("people.organisation", str(rows[8].pk)).get().verb == "imported"


@pytest.mark.django_db
def test_merging_organisations_moves_everything_or_nothing(make, countries):
    kept = actions.ensure_organisation(actor=SYSTEM, name="Institute")
    gone = actions.ensure_organisation(actor=SYSTEM, name="The Institute", country=countries["KE"])
    person = make("ann").person
    actions.add_affiliation(actor=SYSTEM, person=person, organisation=gone)
    moved = []
    merging.on_merge(Organisation)(lambda kept, gone: moved.append((kept.pk, gone.pk)))
    try:
        actions.merge_organisations(actor=make("boss", "secretariat"), keep=kept, merge=gone, reason="the same")
        assert moved == [(kept.pk, gone.pk)]
        with pytest.raises(Conflict):
            actions.merge_organisations(actor=SYSTEM, keep=kept, merge=gone)
        with pytest.raises(Conflict):
            actions.merge_organisations(actor=SYSTEM, keep=kept, merge=kept)
    finally:
        merging._movers[Organisation].pop()
    kept, gone = Organisation.objects.get(pk=kept.pk), Organisation.objects.get(pk=gone.pk)
    assert gone.current == kept and kept.country == countries["KE"]
    assert Affiliation.objects.get().organisation == kept
    assert {alias.folded for alias in kept.aliases.all()} == {"institute", "the institute"}
    assert actions.ensure_organisation(actor=SYSTEM, name="The Institute") == gone.current or kept.country_id

    with pytest.raises(NotAllowed):
        actions.merge_organisations(actor=make("editor", "editor"), keep=kept, merge=gone)


@pytest.mark.django_db
def test_persons_met_in_files_are_never_taken_for_an_account(make, countries):
    user = make("ann")
    met = actions.ensure_person(actor=SYSTEM, name="ANN")
    assert met != user.person
    assert actions.ensure_person(actor=SYSTEM, name="Ánn") == met
    assert actions.ensure_person(actor=SYSTEM, name="Ann", country=countries["KE"]) != met
    index = actions.PersonIndex(actor=SYSTEM)
    assert index.ensure("ann") == met
    fresh = index.ensure("Beatrix", countries["CH"])
    assert index.ensure("BEATRIX", countries["CH"]) is fresh and index.save() == 1
    assert actions.ensure_person(actor=SYSTEM, name="Beatrix", country=countries["CH"]) == fresh
    with pytest.raises(Invalid):
        index.ensure("…")


@pytest.mark.django_db
def test_merging_persons(make, countries):
    user = make("ann", "editor")
    met = actions.ensure_person(actor=SYSTEM, name="Ann A.", country=countries["KE"], honorific="Dr")
    actions.add_affiliation(actor=SYSTEM, person=user.person, organisation=actions.ensure_organisation(actor=SYSTEM, name="Institute"))
    actions.merge_persons(actor=make("boss", "secretariat"), keep=met, merge=user.person, reason="asked for")
    user, met = User.objects.get(pk=user.pk), Person.objects.get(pk=met.pk)
    assert user.person == met and user.has_role("editor")
    assert RoleGrant.objects.get(person=met).role == "editor" and Affiliation.objects.get().person == met
    assert (met.name, met.country, met.honorific) == ("Ann A.", countries["KE"], "Dr")
    other = make("bob")
    with pytest.raises(Conflict):
        actions.merge_persons(actor=SYSTEM, keep=met, merge=other.person)
    with pytest.raises(NotAllowed):
        actions.merge_persons(actor=other, keep=met, merge=other.person)


@pytest.mark.django_db
def test_lists_for_the_desk(make, countries, django_assert_max_num_queries):
    for number in range(15):
        user = make(f"p{number}", "editor")
        actions.change_person(actor=SYSTEM, person=user.person, name=f"Người {number}", country=countries["KE"])
        actions.add_affiliation(actor=SYSTEM, person=user.person, organisation=actions.ensure_organisation(actor=SYSTEM, name=f"Body {number}"))
    actions.ensure_person(actor=SYSTEM, name="Person without account")
    with django_assert_max_num_queries(2):
        shown = [(str(person.user), person.country.code, len(person.current_grants)) for person in people_list(q="nguoi", role="editor", country="KE")]
    assert len(shown) == 15
    assert people_list(q="p3@example.org").get().name == "Người 3"
    assert not people_list(q="example.org").exists(), "addresses are not searched by parts"
    assert people_list(with_account=False).get().name == "Person without account"
    with django_assert_max_num_queries(2):
        assert [(each.people, len(each.aliases.all())) for each in organisations_list(q="BODY 1")] == [(1, 1)] * 6


@pytest.mark.django_db
def test_a_profile_is_changed_by_its_owner_and_by_staff_only(make):
    user = make("ann")
    actions.change_person(actor=user, person=user.person, name="Ann Example", birth_year=1984, gender="woman")
    last = trail_of("people.person", str(user.person.pk)).first()
    assert last.payload.after == {"name": "Ann Example", "birth_year": 1984, "gender": "woman"}
    with pytest.raises(NotAllowed):
        actions.change_person(actor=make("bob"), person=user.person, name="x")
    for values in ({"birth_year": 1850}, {"birth_year": 3000}, {"gender": "x"}, {"name": " "}, {"colour": "blue"}):
        with pytest.raises(Invalid):
            actions.change_person(actor=user, person=user.person, **values)
