"""Whatever is done to a submission, in whatever order: what it says of itself stays true, and what was left is found again."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.engines.calls import actions
from plenary.engines.calls.actions.common import TRANSITIONS
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.engines.calls.windows import window_for
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people.models import User

pytestmark = pytest.mark.django_db
State = Submission.State
VERBS = ("save", "submit", "return", "return without end", "withdraw", "reopen", "accept", "decline", "undo", "discard", "restore", "wait")
AS_STAFF = ("return", "return without end", "accept", "decline", "undo", "restore")


@dataclass(frozen=True)
class Seen:
    """What a submission says of itself."""

    state: str
    message: str
    until: object
    number: int | None
    submitted_at: object
    revision: int
    answers: str
    draft: str


def seen(key) -> Seen:
    each = Submission.objects.get(pk=key)
    return Seen(each.state, each.message, each.editable_until, each.number, each.submitted_at, each.revision, str(each.answers), str(each.draft))


def do(verb: str, actor, submission: Submission) -> None:
    now = timezone.now()
    if verb == "save":
        actions.save_draft(actor=actor, submission=submission, answers={**GOOD, "title": f"Boats {now.isoformat()}"})
    elif verb == "submit":
        actions.submit(actor=actor, submission=submission)
    elif verb.startswith("return"):
        until = now + timedelta(days=2) if verb == "return" else None
        actions.return_for_changes(actor=actor, submission=submission, message=f"Change it, {now.isoformat()}", until=until)
    elif verb in ("withdraw", "reopen"):
        getattr(actions, verb)(actor=actor, submission=submission)
    elif verb in ("accept", "decline"):
        actions.decide(actor=actor, submission=submission, code="accepted" if verb == "accept" else "declined", message="So it is.", notify=False)
    elif verb == "undo":
        last = submission.decisions.filter(undone_at=None).order_by("-at", "-pk").first()
        if last is None:
            raise Conflict("nothing to undo")
        actions.undo_decision(actor=actor, decision=last)
    elif verb == "discard":
        actions.discard_draft(actor=actor, submission=submission)
    elif verb == "restore":
        actions.restore_draft(actor=actor, submission=submission)


def check(each: Submission, before: Seen) -> None:
    assert not each.message or each.state in (State.RETURNED, State.ACCEPTED, State.DECLINED)
    assert each.editable_until is None or each.state == State.RETURNED
    assert each.set_aside is None or each.state in (State.WITHDRAWN, State.ACCEPTED, State.DECLINED)
    assert (each.number is None) == (each.state == State.DRAFT) == (each.submitted_at is None) == (each.answers == {})
    assert before.number in (None, each.number) and before.submitted_at in (None, each.submitted_at)
    assert each.revision >= before.revision and (each.state == before.state or each.revision > before.revision)
    standing = set(each.decisions.filter(undone_at=None).values_list("code", flat=True))
    assert (each.state == State.DECLINED) == ("declined" in standing) and bool(standing) == (each.state in (State.ACCEPTED, State.DECLINED))
    assert each.deleted_at is None or each.state == State.DRAFT


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.booleans()), max_size=14))
def test_whatever_is_done_in_whatever_order_what_it_says_of_itself_is_true(db, deeds):
    with transaction.atomic(), time_machine.travel("2031-02-01T12:00:00Z", tick=False) as clock:
        call = make_call(closes_in=timedelta(days=5))
        owner = make_account()
        submission, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
        left: dict[str, Seen] = {}  # as it stood when it was withdrawn, and before each decision that stands
        decided: list[Seen] = []
        for verb, by_staff in deeds:
            clock.shift(timedelta(days=1) if verb == "wait" else timedelta(minutes=1))
            before = seen(submission.pk)
            try:
                do(verb, SYSTEM if by_staff or verb in AS_STAFF else owner, Submission.objects.get(pk=submission.pk))
            except (Conflict, Invalid, NotAllowed):
                assert seen(submission.pk) == before, "what is refused changes nothing"
                continue
            now = seen(submission.pk)
            check(Submission.objects.get(pk=submission.pk), before)
            if verb == "withdraw":
                left["withdrawn"] = before
            elif verb == "reopen":
                same = left["withdrawn"]
                assert (now.state, now.message, now.until) == (same.state, same.message, same.until)
            elif verb in ("accept", "decline") and now != before:
                decided.append(before)
            elif verb == "undo":
                same = decided.pop()
                assert now.state == same.state and (now.message, now.until) == (("", None) if same.state == State.ACCEPTED else (same.message, same.until))
        transaction.set_rollback(True)


def test_every_way_of_the_table_is_gone_or_refused():
    """From each state by each verb: it leads where the table says, or is refused with a sentence that names the state."""
    verbs = {"submitted": "submit", "returned": "return", "withdrawn": "withdraw", "reopened": "reopen", "accepted": "accept", "declined": "decline"}
    ways = {
        State.DRAFT: (), State.SUBMITTED: ("submit",), State.RETURNED: ("submit", "return"), State.WITHDRAWN: ("submit", "withdraw"),
        State.ACCEPTED: ("submit", "accept"), State.DECLINED: ("submit", "decline"),
    }  # fmt: skip
    call, owner = make_call(), make_account()
    for state, way in ways.items():
        for word, verb in verbs.items():
            submission, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
            for each in way:
                do(each, owner if each in ("submit", "withdraw") else SYSTEM, Submission.objects.get(pk=submission.pk))
            submission.refresh_from_db()
            assert submission.state == state
            if verb == "submit" and state in (State.SUBMITTED, State.RETURNED):
                actions.save_draft(actor=owner, submission=submission, answers={"title": "Better boats"})
            origins, target = TRANSITIONS[word]
            if state in origins:
                do(verb, SYSTEM, submission)
                submission.refresh_from_db()
                assert submission.state == (state if verb == "accept" and state == State.ACCEPTED else target), (state, verb)
            elif (state, verb) != (State.DECLINED, "decline"):  # deciding the same twice changes nothing
                with pytest.raises((Conflict, Invalid)):
                    do(verb, SYSTEM, submission)


def returned(owner: User, **more) -> Submission:
    call = make_call()
    sent = submitted(call, owner)
    return actions.return_for_changes(actor=SYSTEM, submission=sent, message="Name the boats.", **more)


def test_what_was_withdrawn_while_returned_is_put_back_as_returned_with_its_words_and_its_time(client):
    owner = make_account()
    until = timezone.now() + timedelta(days=9)  # past the close of the call
    sent = returned(owner, until=until)
    client.force_login(owner)
    page = f"/calls/submissions/{sent.pk}/"
    assert client.post(f"{page}withdraw/").status_code == 302
    assert "Name the boats." not in client.get(page).content.decode()
    with time_machine.travel(until - timedelta(hours=1), tick=False):
        client.force_login(owner)
        assert "Put it back" in client.get(page).content.decode(), "its own time counts, not the close of the call"
        assert client.post(f"{page}reopen/").status_code == 302
        sent.refresh_from_db()
        assert (sent.state, sent.message, sent.editable_until, sent.set_aside) == ("returned", "Name the boats.", until, None)
        assert "Name the boats." in client.get(page).content.decode() and window_for(sent).closes_at == until
        actions.save_draft(actor=owner, submission=sent, answers={"title": "Boats Ada and Bo"})
        assert actions.submit(actor=owner, submission=sent).message == ""


def test_once_its_time_is_over_only_staff_puts_it_back():
    owner = make_account()
    until = timezone.now() + timedelta(hours=2)
    sent = actions.withdraw(actor=owner, submission=returned(owner, until=until))
    with time_machine.travel(until, tick=False):
        assert timezone.now() < sent.call.phases.get().closes_at, "the call itself is still open"
        with pytest.raises(Conflict, match="time to change it is over"):
            actions.reopen(actor=owner, submission=sent)
        again = actions.reopen(actor=SYSTEM, submission=sent)
    assert (again.state, again.message, again.editable_until) == ("returned", "Name the boats.", until)


def test_a_decision_undone_gives_the_return_back():
    owner = make_account()
    sent = returned(owner)
    decision = actions.decide(actor=SYSTEM, submission=sent, code="declined", message="Too late.", notify=False)
    sent.refresh_from_db()
    assert (sent.message, sent.editable_until) == ("Too late.", None)
    back = actions.undo_decision(actor=SYSTEM, decision=decision)
    assert (back.state, back.message) == ("returned", "Name the boats.")


# ---- one person -------------------------------------------------------------------------------------------------------


def by_visitor(call, email: str, **answers) -> Submission:
    from plenary.engines.calls.holders import Holder
    from plenary.ground.audit.actors import NOBODY

    draft, _secret = actions.start_draft(actor=NOBODY, call=call, answers={**GOOD, **answers})
    return actions.submit(actor=Holder(draft.pk), submission=draft, email=email)


def test_a_person_without_an_account_is_known_by_their_address():
    call = make_call(audience="anyone", per_person=1)
    first = by_visitor(call, "Village@Example.org")
    assert first.email == "Village@example.org"
    for same in ("village@example.org", " VILLAGE@EXAMPLE.ORG "):
        with pytest.raises(Conflict, match="it has that from this e-mail address"):
            by_visitor(call, same)
    with pytest.raises(Conflict, match="from this e-mail address"):
        actions.enter_for(actor=SYSTEM, call=call, answers=GOOD, origin="paper", email="village@example.org")
    with pytest.raises(Conflict, match="from one person"):
        submitted(call, make_account("village@example.org"))
    assert by_visitor(call, "town@example.org").number == 2
    actions.withdraw(actor=SYSTEM, submission=first)
    assert by_visitor(call, "village@example.org").number == 3
    with pytest.raises(Conflict):
        actions.reopen(actor=SYSTEM, submission=first)


def test_what_comes_by_account_counts_for_the_address_and_nobody_is_the_same_as_nobody():
    call = make_call(audience="anyone", per_person=1)
    submitted(call, make_account("village@example.org"))
    with pytest.raises(Conflict):
        by_visitor(call, "Village@example.org")
    for _time in range(2):  # staff enters what came without an address
        actions.enter_for(actor=SYSTEM, call=call, answers=GOOD, origin="paper")


def test_a_table_is_held_to_the_limit_for_a_person_too():
    call = make_call(per_person=1)
    submitted(call, make_account("ada@example.org"))
    text = "title,category,summary,organisation.name,organisation.country,country,email\n" + "".join(
        f"Boats {number},C7-4,Radios for five boats.,Harbour {number},KE,KE,{email}\n"
        for number, email in enumerate(["ADA@example.org", "bo@example.org", "Bo@Example.org", "", ""], 1)
    )
    file = io.BytesIO(text.encode())
    file.name = "answers.csv"
    with pytest.raises(Invalid) as caught:
        actions.import_submissions(actor=SYSTEM, call=call, path=file)
    sentence = "This call takes 1 submission from one person, and it has that from this e-mail address."
    assert caught.value.problems == {"row 2, email": [sentence], "row 4, email": [sentence]}
