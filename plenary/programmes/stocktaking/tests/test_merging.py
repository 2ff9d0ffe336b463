"""Two entries that are one project: merged, with both histories, and taken back."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of, versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Person, User
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions.merging import joined, merge_entries, unmerge_entries
from plenary.programmes.stocktaking.drafts import WebLink
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Collection, Entry, EntryContact, EntryEdition, EntryNumber, EntryOwner, EntryRequest
from plenary.programmes.stocktaking.tests.making import make_entry

#: What tells of an entry itself; all else that points at one must follow.
OWN = {"EntryConcept", "EntryOrganisation", "EntryMedia", "CollectionEntry", "EntryMerge", "EntryBatchItem", "ImportedEntry"}


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"owner{number}@example.org", person=Person.objects.create(name=f"Owner {number:04d}")) for number in range(3)]


@pytest.fixture
def pair(world, people):
    Collection.objects.create(code="old", name=Text.of("Old"))
    kept = make_entry(
        world, text=Text({"en": "Telemedicine"}), body="Ministry", edition="2021", status="ongoing", number="K-1", web_links=(WebLink("https://example.org/k"),)
    )
    gone = make_entry(
        world, "ignored", "sdgs 3", "countries KE", text=Text({"fr": "Télémédecine", "en": "Tele-medicine"}, "fr"), summary=Text.of("En bref", "fr"), body="Hospital", edition="2020",
        status="completed", number="G-1", source="file", source_id="S-7", collections=("old",), web_links=(WebLink("https://example.org/g"),),
    )  # fmt: skip
    EntryOwner.objects.create(entry=kept, user=people[0])
    EntryOwner.objects.create(entry=gone, user=people[0])
    EntryOwner.objects.create(entry=gone, user=people[1])
    EntryNumber.objects.create(entry=gone, number="OLD-1")
    EntryContact.objects.create(entry=gone, email="contact@example.org")
    EntryEdition.objects.create(entry=gone, edition=world.editions["2021"], how="added")
    for entry in (kept, gone):
        EntryRequest.objects.create(entry=entry, kind="claim", asked_by=people[2])
    EntryRequest.objects.create(entry=gone, kind="problem", email="a@example.org")
    return kept, gone


def points_at(entry):
    """How many rows of each model point at an entry, of those that must follow a merge."""
    found = {}
    for relation in Entry._meta.related_objects:
        if relation.many_to_many or relation.related_model.__name__ in OWN:
            continue
        count = relation.related_model._base_manager.filter(**{relation.field.name: entry}).count()
        if count:
            found[relation.related_model.__name__] = count
    return found


def test_everything_follows_and_both_histories_stay(pair, client):
    kept, gone = pair
    before = points_at(gone)
    assert before == {"EntryOwner": 2, "EntryNumber": 1, "EntryContact": 1, "EntryEdition": 2, "EntryRequest": 2}
    merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="the same project")
    kept, gone = Entry.objects.get(pk=kept.pk), Entry.objects.get(pk=gone.pk)
    assert points_at(gone) == {}
    assert (gone.state, gone.merged_into) == ("withdrawn", kept)
    assert kept.title.texts == {"en": "Telemedicine", "fr": "Télémédecine"}
    assert (str(kept.summary), kept.status, kept.source) == ("En bref", "ongoing", "file")
    assert {str(link.organisation.name) for link in kept.organisation_links.all()} == {"Ministry", "Hospital"}
    assert [link["url"] for link in kept.web_links] == ["https://example.org/k", "https://example.org/g"]
    assert set(kept.concepts.values_list("code", flat=True)) == {"3", "KE"}
    assert set(kept.collections.values_list("code", flat=True)) == {"old"}
    assert kept.owners.count() == 2
    assert set(kept.history.values_list("edition__code", flat=True)) == {"2020", "2021"}
    assert kept.contact.email == "contact@example.org"
    assert trail_of(actions.KIND, kept.number).first().verb == "merged"
    assert [record.verb for record in trail_of(actions.KIND, gone.number)] == ["merged", "created"]
    assert versions_of(actions.KIND, kept.number).count() == 2
    assert versions_of(actions.KIND, gone.number).first().payload.after["title"]["texts"]["fr"] == "Télémédecine"


def test_taking_it_back_restores_both(pair):
    kept, gone = pair
    before = [(actions.snapshot(entry), points_at(entry)) for entry in pair]
    merge = merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="the same")
    assert unmerge_entries(actor=SYSTEM, merge=merge, reason="not the same") == []
    after = [(actions.snapshot(entry), points_at(entry)) for entry in (Entry.objects.get(pk=kept.pk), Entry.objects.get(pk=gone.pk))]
    assert after == before
    with pytest.raises(Conflict):
        unmerge_entries(actor=SYSTEM, merge=merge, reason="again")
    merge_entries(actor=SYSTEM, kept=gone, gone=kept, reason="the other way round")


def test_what_was_changed_since_stays_when_it_is_taken_back(pair):
    kept, gone = pair
    merge = merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="the same")
    entry = Entry.objects.get(pk=kept.pk)
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), summary=Text.of("Written since")))
    assert unmerge_entries(actor=SYSTEM, merge=merge, reason="no") == ["summary"]
    assert str(Entry.objects.get(pk=kept.pk).summary) == "Written since"


def test_each_field_can_be_chosen(pair):
    kept, gone = pair
    choices = {"title": "gone", "status": "gone", "organisations": "kept", "links": "gone", "edition": "gone", "summary": "both"}
    merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="the same", choices=choices)
    entry = Entry.objects.get(pk=kept.pk)
    assert (entry.title.original, entry.status, entry.edition.code) == ("fr", "completed", "2020")
    assert [str(link.organisation.name) for link in entry.organisation_links.all()] == ["Ministry"]


@pytest.mark.parametrize("choices", [{"title": "neither"}, {"colour": "kept"}, {"status": "both"}, {"number": "gone"}])
def test_choices_that_do_not_exist_are_refused(pair, choices):
    with pytest.raises(Invalid):
        joined(actions.current_draft(pair[0]), actions.current_draft(pair[1]), choices)


def test_what_cannot_be_merged_is_told(pair, world, visitor, secretary):
    kept, gone = pair
    with pytest.raises(NotAllowed):
        merge_entries(actor=visitor, kept=kept, gone=gone, reason="x")
    with pytest.raises(Invalid):
        merge_entries(actor=secretary, kept=kept, gone=gone, reason=" ")
    with pytest.raises(Conflict):
        merge_entries(actor=secretary, kept=kept, gone=kept, reason="x")
    third = make_entry(world, "Third")
    actions.withdraw_entry(actor=SYSTEM, entry=third, reason="x")
    with pytest.raises(Conflict):
        merge_entries(actor=secretary, kept=third, gone=kept, reason="x")
    merge_entries(actor=secretary, kept=kept, gone=gone, reason="x")
    with pytest.raises(Conflict):
        merge_entries(actor=secretary, kept=kept, gone=gone, reason="x")


def test_merged_again_all_lead_to_the_last(pair, world):
    kept, gone = pair
    third = make_entry(world, "Third", number="T-1")
    merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="x")
    merge_entries(actor=SYSTEM, kept=third, gone=kept, reason="x")
    assert set(Entry.objects.filter(merged_into=third).values_list("number", flat=True)) == {"K-1", "G-1"}
    assert third.other_numbers.count() == 1


def test_importing_the_file_of_the_other_again_adds_nothing(pair, tmp_path):
    kept, gone = pair
    merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="x")
    path = tmp_path / "a.jsonl"
    path.write_text('{"title": "Télémédecine", "source_id": "S-7"}\n', encoding="utf-8")
    assert import_entries(actor=SYSTEM, path=path).added == 0
    assert Entry.objects.filter(state="public").count() == 1


# ---- awards ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def contest(world):
    return Contest.objects.create(edition=world.editions["2021"], code="prizes", title=Text.of("Prizes"))


def test_an_award_that_both_have_stands_once_at_its_highest(pair, world, contest):
    kept, gone = pair
    line, other = world.concept("action-lines C1"), world.concept("action-lines C7")
    Award.objects.create(contest=contest, entry=kept, category=line, level="nominated", source="one")
    Award.objects.create(contest=contest, entry=gone, category=line, level="winner", source="two", number="9")
    Award.objects.create(contest=contest, entry=gone, category=other, level="champion")
    before = list(Award.objects.order_by("pk").values())
    merge = merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="x")
    assert {(award.category.code, award.level, award.source, award.number) for award in Award.objects.filter(entry=kept)} == {
        ("C1", "winner", "one ; two", "9"), ("C7", "champion", "", ""),
    }  # fmt: skip
    assert Award.objects.count() == 2
    unmerge_entries(actor=SYSTEM, merge=merge, reason="no")
    assert list(Award.objects.order_by("pk").values()) == before


def test_an_award_whose_category_no_source_names_is_that_of_the_same_level(pair, world, contest):
    kept, gone = pair
    Award.objects.create(contest=contest, entry=kept, category=None, level="winner")
    Award.objects.create(contest=contest, entry=gone, category=world.concept("action-lines C1"), level="winner")
    merge_entries(actor=SYSTEM, kept=kept, gone=gone, reason="x")
    assert [(award.entry.number, award.category.code) for award in Award.objects.all()] == [("K-1", "C1")]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    awards=st.lists(st.tuples(st.booleans(), st.sampled_from(["", "C1", "C7"]), st.sampled_from(["submitted", "nominated", "winner"])), max_size=8,
                    unique_by=lambda row: row[:2]),
    owners=st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=6, unique=True),
    editions=st.lists(st.tuples(st.booleans(), st.sampled_from(["2020", "2022"]), st.sampled_from(["added", "updated"])), max_size=6, unique=True),
)  # fmt: skip
def test_whatever_points_at_them_no_figure_counts_twice_and_nothing_points_at_the_one_that_went(world, people, contest, awards, owners, editions):
    Entry.objects.all().delete()
    pair = [make_entry(world, title, number=number, edition="2021") for title, number in (("One", "A-1"), ("Two", "B-1"))]
    for first, code, level in awards:
        category = world.concept(f"action-lines {code}") if code else None
        Award.objects.create(contest=contest, entry=pair[first], category=category, level=level)
    for first, number in owners:
        EntryOwner.objects.create(entry=pair[first], user=people[number])
    for first, code, how in editions:
        EntryEdition.objects.get_or_create(entry=pair[first], edition=world.editions[code], how=how)
    before = [points_at(entry) for entry in pair]
    highest = max((("submitted", "nominated", "winner").index(level) for _first, _code, level in awards), default=None)
    merge = merge_entries(actor=SYSTEM, kept=pair[0], gone=pair[1], reason="the same")
    assert points_at(pair[1]) == {}
    assert Entry.objects.filter(state="public").count() == 1
    assert EntryOwner.objects.filter(entry=pair[0]).count() == len({number for _first, number in owners})
    codes = {code for _first, code, _level in awards}
    assert Award.objects.filter(entry=pair[0]).count() <= len(codes)
    if highest is not None:
        assert Award.objects.filter(entry=pair[0], level=("submitted", "nominated", "winner")[highest]).exists()
    unmerge_entries(actor=SYSTEM, merge=merge, reason="no")
    assert [points_at(entry) for entry in pair] == before
