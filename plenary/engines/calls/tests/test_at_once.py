"""Many at the same moment: a code is used as often as it says, and a limit lets in exactly as many as it says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import LateCode, Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Do the same in many threads, all at one moment; what each gave, or the error by which it was refused."""
    ready = Barrier(MANY)

    def run(number: int) -> Any:
        try:
            ready.wait(timeout=30)
            for _try in range(10_000):
                try:
                    return act(number)
                except (Conflict, Invalid) as refusal:
                    return refusal
                except OperationalError as error:
                    # A SQLite database in memory, which tests have, does not let others wait; a file does.
                    if "locked" not in str(error):
                        raise
            raise AssertionError("the database stays locked")
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(run, range(MANY)))


def code_of(call, uses: int = 1) -> tuple[LateCode, str]:
    return actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1), uses=uses)


@pytest.mark.parametrize("uses", [1, 3])
def test_a_code_begins_no_more_drafts_than_it_has_uses(uses):
    call = make_call(closes_in=timedelta(days=-3))
    code, secret = code_of(call, uses)
    answers = at_once(lambda number: Client().post("/calls/2031/prizes/answer/", {"f-title": f"Boats {number}", "code": secret, "save": "draft"}).status_code)
    assert code.submissions.count() == Submission.objects.count() == uses
    assert set(answers) <= {302, 400}


def test_a_code_opens_no_more_drafts_than_it_has_uses():
    call = make_call(closes_in=timedelta(days=-3))
    owners = [make_account(f"participant{number}@example.org") for number in range(MANY)]
    drafts = [actions.start_draft(actor=owner, call=call, answers=GOOD)[0] for owner in owners]
    code, secret = code_of(call)
    at_once(lambda number: actions.use_code(actor=owners[number], submission=drafts[number], code=secret))
    assert code.submissions.count() == 1


@pytest.mark.parametrize("limit", ["per_organisation_and_category", "per_organisation"])
def test_a_limit_lets_exactly_one_in_of_many_who_submit_at_once(limit):
    call = make_call(**{limit: 1})
    owners = [make_account(f"participant{number}@example.org") for number in range(MANY)]
    drafts = [actions.start_draft(actor=owner, call=call, answers=GOOD)[0] for owner in owners]
    refused = at_once(lambda number: actions.submit(actor=owners[number], submission=drafts[number]))
    assert Submission.objects.exclude(number=None).count() == 1
    assert any(isinstance(each, Conflict) for each in refused)


def test_numbers_given_at_once_are_each_ones_own():
    call = make_call()
    owners = [make_account(f"participant{number}@example.org") for number in range(MANY)]
    drafts = [actions.start_draft(actor=owner, call=call, answers={**GOOD, "title": f"Boats {number}"})[0] for number, owner in enumerate(owners)]
    at_once(lambda number: actions.submit(actor=owners[number], submission=drafts[number]))
    assert sorted(Submission.objects.values_list("number", flat=True)) == list(range(1, MANY + 1))
