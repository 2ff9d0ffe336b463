"""Late codes: making one that is shown once, what is left of it, revoking it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from plenary.engines.calls.actions import put_form, start_draft
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, LateCode
from plenary.engines.calls.windows import usable_code
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition

pytestmark = pytest.mark.django_db
CODES = "/desk/editions/2021/calls/prizes/codes/"
FORM = {"parts": [{"fields": [{"kind": "text", "code": "title", "label": "Title"}]}]}


@pytest.fixture
def call(edition: Edition) -> Call:
    found = Call.objects.select_related("edition").get(edition=edition, slug="prizes")
    put_form(actor=SYSTEM, call=found, definition=Definition.from_data(FORM))
    return found


def typed(**changes: Any) -> dict[str, Any]:
    day = (timezone.now() + timedelta(days=2)).date()
    return {"valid_until_0": day.isoformat(), "valid_until_1": "", "note": "Power cut on the island", "uses": "2", **changes}


def made(client: Client, **changes: Any) -> str:
    """Make a code by the page, and read it there."""
    page = client.post(CODES, typed(**changes)).content.decode()
    found = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", page)
    assert found, page
    return found[0]


def test_a_code_is_shown_once_and_lets_somebody_in(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    secret = made(client)
    code = usable_code(call, secret)
    assert code is not None
    assert code == LateCode.objects.get()
    wall = code.valid_until.astimezone(ZoneInfo("Europe/Zurich"))
    assert (wall.hour, wall.minute, code.uses, code.note) == (23, 59, 2, "Power cut on the island")
    page = client.get(CODES).content.decode()
    assert secret not in page
    assert "Power cut on the island" in page
    assert code.secret not in page


def test_the_hour_is_meant_by_the_clock_of_the_edition(call: Call, at_desk: Callable[..., Client]) -> None:
    Edition.objects.update(zone="Asia/Tokyo")
    client = at_desk()
    assert "Tokyo" in client.get(CODES).content.decode()
    made(client, valid_until_1="18:00")
    wall = LateCode.objects.get().valid_until.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (wall.hour, wall.minute) == (18, 0)


def test_uses_that_are_left_are_counted(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    code = usable_code(call, made(client))
    assert code is not None
    for _each in range(2):
        draft, _secret = start_draft(actor=SYSTEM, call=call, late=code)
    assert [(left, state) for _code, left, state in client.get(CODES).context["rows"]] == [(0, "valid")]
    assert "Used up" in client.get(CODES).content.decode()
    draft.deleted_at = timezone.now()
    draft.save()
    assert [left for _code, left, _state in client.get(CODES).context["rows"]] == [1]


def test_a_revoked_code_opens_nothing(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    secret = made(client)
    code = LateCode.objects.get()
    path = f"{CODES}{code.pk}/revoke/"
    assert client.get(path)["Location"] == CODES
    assert usable_code(call, secret) is not None
    page = client.post(path, follow=True).content.decode()
    assert "Revoked" in page
    assert "Revoke for good" not in page
    assert usable_code(call, secret) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until_0": "2020-01-01"}, "valid_until"),
        ({"valid_until_0": ""}, "valid_until"),
        ({"valid_until_0": "9999-12-31"}, "valid_until"),
        ({"valid_until_0": "soon"}, "valid_until"),
        ({"note": ""}, "note"),
        ({"note": "x" * 301}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"uses": "0"}, "uses"),
        ({"uses": "1001"}, "uses"),
        ({"uses": ""}, "uses"),
    ],
)
def test_a_code_without_sense_is_refused_at_the_field(call: Call, at_desk: Callable[..., Client], changes: dict[str, str], field: str) -> None:
    answer = at_desk().post(CODES, typed(**changes))
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not LateCode.objects.exists()


def test_pages_of_the_list_are_checked(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    for wrong in ("?page=0", "?page=9", "?colour=red"):
        assert client.get(f"{CODES}{wrong}").status_code == 400
