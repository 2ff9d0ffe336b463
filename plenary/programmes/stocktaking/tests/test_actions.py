"""Adding, editing, withdrawing: permissions, trail, versions."""

from dataclasses import replace

import pytest

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of, versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.actions.organisations import ensure_organisation, merge_organisations
from plenary.ground.search.models import IndexChange
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_entry


def test_numbers_count_within_the_edition(world):
    numbers = [make_entry(world, f"Project {each}", edition=edition).number for each, edition in enumerate(["2020", "2021", "2021", "2020", ""])]
    assert numbers == ["2020-1", "2021-1", "2021-2", "2020-2", "entry-1"]


def test_a_number_is_given_once(world):
    make_entry(world, "One", number="1359648246")
    with pytest.raises(Invalid) as caught:
        make_entry(world, "Two", number="1359648246")
    assert "number" in caught.value.problems


def test_many_are_added_or_none(world):
    drafts = [EntryDraft(title=Text.of("Good")), EntryDraft(title=Text())]
    with pytest.raises(Invalid):
        actions.add_entries(actor=SYSTEM, drafts=drafts)
    assert not Entry.objects.exists()


def test_only_staff_writes(world, visitor, secretary):
    entry = make_entry(world)
    draft = EntryDraft(title=Text.of("x"))
    attempts = [
        (actions.create_entry, {"draft": draft}),
        (actions.edit_entry, {"entry": entry, "draft": draft}),
        (actions.withdraw_entry, {"entry": entry, "reason": "x"}),
        (actions.restore_entry, {"entry": entry}),
    ]
    for actor in (NOBODY, visitor):
        for action, given in attempts:
            with pytest.raises(NotAllowed):
                action(actor=actor, **given)
    assert actions.create_entry(actor=secretary, draft=draft).number == "entry-1"


def test_an_edit_keeps_both_versions_and_tells_what_changed(world, secretary):
    entry = make_entry(world, "Telemedicine", "sdgs 3", body="Ministry", summary=Text.of("Old"))
    IndexChange.objects.all().delete()
    draft = actions.current_draft(entry)
    draft = replace(draft, summary=Text.of("New"), links=(*draft.links, LinkDraft(world.concept("sdgs 4"), Text.of("Because it teaches."))))
    actions.edit_entry(actor=secretary, entry=entry, draft=draft, reason="asked by the owner")
    entry.refresh_from_db()
    assert str(entry.summary) == "New"
    assert [version.payload.after["summary"]["texts"]["en"] for version in versions_of(actions.KIND, entry.number)] == ["New", "Old"]
    record = trail_of(actions.KIND, entry.number)[0]
    assert record.verb == "changed"
    assert set(record.payload.after) == {"summary", "concepts"}
    assert list(IndexChange.objects.values_list("kind", "key")) == [("entry", entry.number)]


def test_a_version_can_be_restored_whole(world, secretary):
    entry = make_entry(world, "Telemedicine", "sdgs 3", "countries KE", body="Ministry", kind="government", website="https://example.org")
    before = actions.snapshot(entry)
    actions.edit_entry(actor=secretary, entry=entry, draft=EntryDraft(title=Text.of("Emptied"), organisations=(OrganisationDraft("Other"),)))
    first = versions_of(actions.KIND, entry.number).last()
    restored = actions.restore_version(actor=secretary, entry=entry, version=first)
    assert actions.snapshot(restored) == before
    other = make_entry(world, "Another")
    with pytest.raises(Invalid):
        actions.restore_version(actor=secretary, entry=other, version=first)


def test_an_edit_of_what_somebody_else_has_changed_is_stopped(world, secretary):
    entry = make_entry(world)
    seen = entry.updated_at
    actions.edit_entry(actor=secretary, entry=entry, draft=EntryDraft(title=Text.of("First")), seen=seen)
    with pytest.raises(Conflict):
        actions.edit_entry(actor=secretary, entry=entry, draft=EntryDraft(title=Text.of("Second")), seen=seen)
    entry.refresh_from_db()
    assert str(entry.title) == "First"


def test_withdrawing_needs_a_reason_and_can_be_undone(world, secretary):
    entry = make_entry(world)
    with pytest.raises(Invalid):
        actions.withdraw_entry(actor=secretary, entry=entry, reason=" ")
    actions.withdraw_entry(actor=secretary, entry=entry, reason="asked by the owner")
    with pytest.raises(Conflict):
        actions.withdraw_entry(actor=secretary, entry=entry, reason="again")
    assert actions.restore_entry(actor=secretary, entry=entry).state == Entry.State.PUBLIC
    with pytest.raises(Conflict):
        actions.restore_entry(actor=secretary, entry=entry)
    assert [record.verb for record in trail_of(actions.KIND, entry.number)] == ["restored", "withdrawn", "created"]


def test_entries_follow_when_two_organisations_turn_out_to_be_one(world):
    one = make_entry(world, "One", body="Ministry of Health")
    both = actions.create_entry(
        actor=SYSTEM, draft=EntryDraft(title=Text.of("Both"), organisations=(OrganisationDraft("Ministry of Health"), OrganisationDraft("MoH")))
    )
    keep = ensure_organisation(actor=SYSTEM, name="Ministry of Health")
    gone = ensure_organisation(actor=SYSTEM, name="MoH")
    merge_organisations(actor=SYSTEM, keep=keep, merge=gone)
    assert [list(entry.organisations.all()) for entry in (one, both)] == [[keep], [keep]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": Text()}, "title"),
        ({"number": "a/b"}, "number"),
        ({"year": 1492}, "year"),
        ({"website": "ftp://example.org"}, "website"),
    ],
)
def test_a_draft_that_does_not_hold_says_where(world, values, field):
    with pytest.raises(Invalid) as caught:
        actions.create_entry(actor=SYSTEM, draft=EntryDraft(**{"title": Text.of("x"), **values}))
    assert list(caught.value.problems) == [field]
