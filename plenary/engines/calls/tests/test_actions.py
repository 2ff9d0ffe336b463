"""Changing calls, moving deadlines, and who may."""

from __future__ import annotations

import pytest
import time_machine

from plenary.engines.calls import actions, queries
from plenary.engines.calls.events import DeadlineMoved
from plenary.engines.calls.models import Call, DeadlineChange
from plenary.engines.calls.tests.test_stages import collect, geneva, make_call, make_edition
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.events import listen
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.text import Text
from plenary.ground.search.models import IndexChange

NOTE = Text({"en": "The network was down for two days.", "fr": "Le réseau était en panne."})


class Staff:
    """Somebody of the secretariat in one scope only."""

    trail_id = "staff"
    is_active = is_authenticated = True

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return "secretariat" in roles and scope == self.scope


@pytest.fixture
def call(db):
    made = make_call(make_edition(), "prizes", collect(geneva(2020, 11, 5), geneva(2021, 1, 25, 23)))
    IndexChange.objects.all().delete()
    return made


def test_a_deadline_moves_with_a_note_for_all(call, client, django_capture_on_commit_callbacks):
    heard = []
    listen(DeadlineMoved)(heard.append)
    with time_machine.travel(geneva(2021, 1, 20), tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=geneva(2021, 2, 1, 23), note=NOTE)
        page = client.get("/calls/2021/prizes/").content.decode()
    assert queries.call_of("2021", "prizes").phases.all()[0].closes_at == geneva(2021, 2, 1, 23)
    assert "The network was down for two days." in page
    assert "1 February 2021" in page and "25 January 2021" in page
    assert trail_of("calls.call", "2021/prizes")[0].verb == "moved deadline"
    assert IndexChange.objects.filter(kind="call", key="2021/prizes").exists()
    assert [(event.phase, event.after) for event in heard] == [("submission", geneva(2021, 2, 1, 23))]


def test_a_deadline_does_not_move_without_a_note(call):
    with pytest.raises(Invalid) as caught:
        actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=geneva(2021, 2, 1, 23), note=Text())
    assert "note" in caught.value.problems
    assert not DeadlineChange.objects.exists()


def test_a_deadline_moved_to_where_it_is_is_a_conflict(call):
    with pytest.raises(Conflict):
        actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=geneva(2021, 1, 25, 23), note=NOTE)


def test_a_phase_cannot_close_before_it_opens(call):
    with pytest.raises(Invalid):
        actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=geneva(2020, 1, 1), note=NOTE)
    with pytest.raises(Invalid):
        actions.edit_phase(actor=SYSTEM, phase=call.phases.get(), values={"opens_at": geneva(2022, 1, 1)})


def test_a_deadline_is_not_changed_by_editing(call):
    with pytest.raises(Invalid) as caught:
        actions.edit_phase(actor=SYSTEM, phase=call.phases.get(), values={"closes_at": geneva(2021, 2, 1)})
    assert "closes_at" in caught.value.problems


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//example.org"])
def test_a_link_is_a_web_address(call, link):
    with pytest.raises(Invalid):
        actions.edit_phase(actor=SYSTEM, phase=call.phases.get(), values={"link": link})


def test_editing_keeps_what_was_before(call):
    actions.edit_call(actor=SYSTEM, call=call, values={"contact": "prizes@example.org"}, reason="new mailbox")
    last = trail_of("calls.call", "2021/prizes")[0]
    assert last.payload.before == {"contact": ""}
    assert last.payload.after == {"contact": "prizes@example.org"}


def test_editing_to_the_same_leaves_no_trace(call):
    before = trail_of("calls.call", "2021/prizes").count()
    actions.edit_call(actor=SYSTEM, call=call, values={"title": call.title})
    assert trail_of("calls.call", "2021/prizes").count() == before


@pytest.mark.parametrize("values", [{"edition": 1}, {"slug": "other"}, {"title": Text()}])
def test_what_must_not_change_does_not(call, values):
    with pytest.raises(Invalid):
        actions.edit_call(actor=SYSTEM, call=call, values=values)


@pytest.mark.parametrize(("scope", "may"), [("edition:2021", True), ("call:2021/prizes", True), ("edition:2020", False), ("call:2021/photo", False)])
def test_the_secretariat_of_the_call_or_its_edition_may(call, scope, may):
    if may:
        actions.edit_call(actor=Staff(scope), call=call, values={"contact": "a@example.org"})
    else:
        with pytest.raises(NotAllowed):
            actions.edit_call(actor=Staff(scope), call=call, values={"contact": "a@example.org"})


def test_nobody_else_may(call):
    for action in (
        lambda: actions.edit_call(actor=NOBODY, call=call, values={}),
        lambda: actions.edit_phase(actor=NOBODY, phase=call.phases.get(), values={}),
        lambda: actions.extend_deadline(actor=NOBODY, phase=call.phases.get(), closes_at=geneva(2021, 2, 1), note=NOTE),
        lambda: actions.remove_call(actor=NOBODY, call=call),
        lambda: actions.put_call(actor=NOBODY, edition=call.edition, values=actions.CallValues(slug="x", title=Text.of("X"))),
    ):
        with pytest.raises(NotAllowed):
            action()
    assert Call.objects.count() == 1


def test_putting_the_same_again_writes_nothing(call):
    before = trail_of("calls.call", "2021/prizes").count()
    make_call(call.edition, "prizes", collect(geneva(2020, 11, 5), geneva(2021, 1, 25, 23)))
    assert trail_of("calls.call", "2021/prizes").count() == before
    assert not IndexChange.objects.exists()
