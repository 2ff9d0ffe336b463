"""A call with a form and submissions to it, for tests of the secretariat's work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.tests.forms import schemes
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.actions.accounts import create_account
from plenary.ground.people.actions.roles import grant_role
from plenary.ground.people.models import User

FIELDS: list[dict[str, Any]] = [
    {"kind": "text", "code": "title", "label": "Title of the project", "required": True, "becomes": "title"},
    {
        "kind": "choice",
        "code": "category",
        "label": "Category",
        "becomes": "category",
        "options": [{"code": "health", "label": "E-health"}, {"code": "learning", "label": "E-learning"}],
    },
    {"kind": "country", "code": "country", "label": "Country", "becomes": "country"},
    {"kind": "organisation", "code": "body", "label": "Organisation", "becomes": "organisation"},
    {"kind": "long-text", "code": "summary", "label": "Summary"},
    {"kind": "phone", "code": "phone", "label": "Telephone", "private": True},
    {"kind": "number", "code": "budget", "label": "Budget", "decimals": 2},
    {"kind": "file", "code": "report", "label": "Report"},
]


def form_of(*fields: dict[str, Any]) -> Definition:
    """A form with these fields, or the usual ones."""
    return Definition.from_data({"parts": [{"fields": list(fields or FIELDS)}]})


def make_edition(code: str = "2021") -> Edition:
    """An edition, with the few concepts that the form asks for."""
    schemes()
    found = Edition.objects.filter(code=code).first()
    return found or Edition.objects.create(code=code, name=Text.of(f"Forum {code}"), starts_on=date(2021, 1, 25), ends_on=date(2021, 5, 21))


def make_call(edition: Edition, slug: str = "prizes", *, form: Definition | None = None, closes_at: datetime | None = None, **values: Any) -> Call:
    """A call that is open since yesterday."""
    phase = PhaseValues(
        code="submission", kind="collect", title=Text.of("Submission"), opens_at=timezone.now() - timedelta(days=1), closes_at=closes_at, zone="Europe/Zurich"
    )
    call = actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug=slug, title=Text.of(slug.title()), phases=(phase,), **values))
    actions.put_form(actor=SYSTEM, call=call, definition=form or form_of())
    return call


def person(name: str, role: str = "", scope: str = "site") -> User:
    """An account, with a role if one is named; the same one for the same name."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    user = User.objects.filter(email=email).first() or create_account(actor=SYSTEM, email=email, name=name)
    if role:
        assert user.person is not None
        grant_role(actor=SYSTEM, person=user.person, role=role, scope=scope)
    return user


def begin(call: Call, owner: str = "Ada", **answers: Any) -> Submission:
    """A draft that its contributor has not handed in."""
    made, _secret = actions.start_draft(actor=person(owner), call=call, answers=answers)
    return made


def hand_in(call: Call, title: str, owner: str = "Ada", **answers: Any) -> Submission:
    """A submission as its contributor handed it in."""
    return actions.submit(actor=person(owner), submission=begin(call, owner, title=title, **answers))
