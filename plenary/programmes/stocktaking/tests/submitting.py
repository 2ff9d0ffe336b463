"""Calls with forms and submissions to them, as the tests of all intakes make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.actions.forms import read_definition
from plenary.engines.calls.models import Call, Decision, IntakeResult, Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Person, RoleGrant, User

State = Submission.State

#: Fields by the role they become; each test picks those it wants.
FIELDS: dict[str, dict[str, Any]] = {
    "title": {"kind": "text"},
    "name": {"kind": "text"},
    "summary": {"kind": "long-text"},
    "description": {"kind": "long-text"},
    "country": {"kind": "country"},
    "countries": {"kind": "concepts", "schemes": ["countries"]},
    "organisation": {"kind": "organisation"},
    "stakeholder-type": {"kind": "concept", "scheme": "stakeholder-types"},
    "action-lines": {"kind": "concepts", "schemes": ["action-lines"]},
    "category": {"kind": "concept", "scheme": "action-lines"},
    "sdgs": {"kind": "concepts", "schemes": ["sdgs", "sdg-targets"]},
    "themes": {"kind": "concepts", "schemes": ["themes"]},
    "website": {"kind": "link"},
    "timeframe": {"kind": "date-range", "open_end": True},
    "updates": {"kind": "text"},
    "beneficiaries": {"kind": "long-text"},
    "results": {"kind": "long-text"},
    "challenges": {"kind": "long-text"},
    "partnerships": {"kind": "long-text"},
    "replicability": {"kind": "long-text"},
    "targets": {"kind": "concepts", "schemes": ["sdg-targets"]},
    "sdg-reasons": {"kind": "long-text"},
    "links": {"kind": "long-text"},
    "partners": {"kind": "long-text"},
    "funders": {"kind": "long-text"},
    "media": {"kind": "file", "takes": ["image", "document"], "most": 4},
    "media-alt": {"kind": "long-text"},
    "media-credit": {"kind": "text"},
    "contact": {"kind": "person", "private": True},
    "contact-phone": {"kind": "phone", "private": True},
}


def make_form(*roles: str, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """A form with a field for each role; fields: others, by code."""
    asked = [{"code": role.replace("-", "_"), "label": role, "becomes": role, **FIELDS[role]} for role in roles]
    asked += [{"code": code, "label": code, **values} for code, values in fields.items()]
    return {"parts": [{"fields": asked}]}


def make_call(edition: Edition, slug: str, form: Mapping[str, Any], *intakes: tuple[str, str], **values: Any) -> Call:
    """An open call whose decisions have intakes: ``("eligible", "stocktaking.entry")``."""
    taken = [{"decision": decision, "intake": intake} for decision, intake in intakes]
    phase = PhaseValues(code="submission", kind="collect", title=Text.of("Submission"))
    title = values.pop("title", None) or Text.of(slug.title())
    call = actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug=slug, title=title, intakes=taken, phases=(phase,), **values))
    actions.put_form(actor=SYSTEM, call=call, definition=read_definition(form))
    return call


def contributor(email: str = "contributor@example.org", name: str = "Amina Diallo") -> User:
    """An account like that of anybody who answers a call."""
    return User.objects.filter(email=email).first() or User.objects.create_user(email, person=Person.objects.create(name=name))


def staff(scope: str = "site", role: str = "secretariat") -> User:
    """Somebody of the secretariat in a scope."""
    person = Person.objects.create(name=f"Staff of {scope}")
    RoleGrant.objects.create(person=person, role=role, scope=scope, granted_by="system")
    return User.objects.create_user(f"{role}-{scope.replace(':', '-').replace('/', '-')}@example.org", person=person)


def hand_in(call: Call, by: User | None = None, **answers: Any) -> Submission:
    """A submission with these answers, by code."""
    actor = by or contributor()
    submission, _secret = actions.start_draft(actor=actor, call=call, answers=answers)
    return actions.submit(actor=actor, submission=submission)


def change(submission: Submission, **answers: Any) -> Submission:
    """The submission, handed in anew with other answers."""
    actions.save_draft(actor=submission.owner, submission=submission, answers=answers)
    return actions.submit(actor=submission.owner, submission=submission)


def decide(submission: Submission, code: str = "accepted", by: User | None = None) -> Decision:
    """A decision by the secretariat; no mail."""
    return actions.decide(actor=by or SYSTEM, submission=submission, code=code, notify=False)


def undo(decision: Decision, by: User | None = None, *, changed_too: bool = False) -> Submission:
    """Undo it. changed_too: also where somebody has changed the record since."""
    return actions.undo_decision(actor=by or SYSTEM, decision=decision, changed_too=changed_too)


def results(submission: Submission) -> list[tuple[str, str]]:
    """The records that the submission is now: intake and key."""
    return list(IntakeResult.objects.filter(submission=submission, retracted_at=None).order_by("pk").values_list("intake", "key"))
