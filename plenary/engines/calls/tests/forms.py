"""A call with a form and people who answer it, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, Phase, Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import agree, complete_sign_up, load_legal
from plenary.ground.people.models import RoleGrant, User

FIELDS = [
    {"code": "title", "kind": "text", "label": "Title", "required": True, "becomes": "title"},
    {"code": "category", "kind": "concept", "scheme": "action-lines", "leaves": True, "label": "Category", "required": True, "becomes": "category"},
    {"code": "summary", "kind": "long-text", "label": "Short description", "min_words": 3, "max_words": 8, "required": True, "becomes": "summary"},
    {"code": "kind", "kind": "choice", "label": "Kind", "options": [{"code": "new", "label": "New"}, {"code": "old", "label": "Old"}]},
    {"code": "since", "kind": "date", "label": "Since when", "required": True, "when": {"field": "kind", "among": ["old"]}},
    {"code": "organisation", "kind": "organisation", "label": "Organisation", "becomes": "organisation"},
    {"code": "country", "kind": "country", "label": "Country", "becomes": "country"},
    {"code": "phone", "kind": "phone", "label": "Telephone", "private": True},
    {"code": "picture", "kind": "image", "label": "Picture", "most": 2, "megabytes": 1},
    {"code": "shared", "kind": "consent", "label": "My focal point may follow this", "becomes": "focal-point"},
]
GOOD: dict[str, Any] = {
    "title": "Boats with radios",
    "category": "C7-4",
    "summary": "Radios for five boats.",
    "organisation": {"name": "Harbour office", "country": "KE"},
    "country": "KE",
}


def schemes() -> None:
    """The few concepts that the form asks for."""
    lines, _made = Scheme.objects.get_or_create(code="action-lines", defaults={"address": "action-lines"})
    parent, _made = Concept.objects.get_or_create(scheme=lines, code="C7", defaults={"label": Text.of("Applications"), "position": 1})
    for position, code in enumerate(("C7-3", "C7-4"), 2):
        Concept.objects.get_or_create(scheme=lines, code=code, defaults={"label": Text.of(f"Line {code}"), "parent": parent, "position": position})
    countries, _made = Scheme.objects.get_or_create(code="countries", defaults={"address": "countries"})
    for position, (code, name) in enumerate((("KE", "Kenya"), ("CH", "Switzerland"))):
        Concept.objects.get_or_create(scheme=countries, code=code, defaults={"label": Text.of(name), "position": position})
    types, _made = Scheme.objects.get_or_create(code="stakeholder-types")
    for position, code in enumerate(("government", "civil-society")):
        Concept.objects.get_or_create(scheme=types, code=code, defaults={"label": Text.of(code.title()), "position": position})


def make_call(
    *, slug: str = "prizes", closes_in: timedelta | None = timedelta(days=3), closes_at: datetime | None = None, zone: str = "Europe/Zurich", **values: Any
) -> Call:
    """A call with a form, open since yesterday."""
    schemes()
    edition, _made = Edition.objects.get_or_create(code="2031", defaults={"name": Text.of("Edition 2031"), "zone": "Europe/Zurich", "starts_on": "2031-05-01"})
    call = Call.objects.create(edition=edition, slug=slug, title=Text.of("Prizes of the harbour"), **values)
    ends = closes_at or (timezone.now() + closes_in if closes_in is not None else None)
    Phase.objects.create(
        call=call,
        code="submission",
        kind="collect",
        title=Text.of("Submission"),
        opens_at=(ends or timezone.now()) - timedelta(days=30),
        closes_at=ends,
        zone=zone,
    )
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"title": "Your project", "fields": FIELDS}]}))
    return call


def make_account(email: str = "participant@example.org", *, role: str = "", scope: str = "site") -> User:
    """An account with a confirmed address that agreed to the texts in force."""
    load_legal(actor=SYSTEM)
    user = User.objects.create_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    complete_sign_up(actor=user, name=f"Participant {user.pk:04d}")
    user.refresh_from_db()
    agree(actor=user)
    if role:
        RoleGrant.objects.create(person=user.person, role=role, scope=scope, granted_by="test")
    return User.objects.get(pk=user.pk)


def submitted(call: Call, owner: User, **answers: Any) -> Submission:
    """A submission that was handed in."""
    draft, _secret = actions.start_draft(actor=owner, call=call, answers={**GOOD, **answers})
    return actions.submit(actor=owner, submission=draft)
