from __future__ import annotations

from plenary.ground.audit.actors import SYSTEM
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.learning import latest_change, tagged_entries
from plenary.programmes.stocktaking.tests.making import make_entry


def test_suggestions_learn_from_public_entries_only(world):
    public = make_entry(world, "Village clinics by wire", "action-lines C7-4", "countries KE")
    hidden = make_entry(world, "Secret plan", "action-lines C7-4")
    before = latest_change()
    actions.withdraw_entry(actor=SYSTEM, entry=hidden, reason="a test")
    assert latest_change() != before
    (told,) = tagged_entries()
    assert told.texts[0] == public.title
    assert told.concepts == (("action-lines", "C7-4"),)


def test_number_of_statements_does_not_grow_with_entries(world, django_assert_num_queries):
    for number in range(3):
        make_entry(world, f"Project {number}", "sdgs 3")
    with django_assert_num_queries(2):
        assert len(list(tagged_entries())) == 3
