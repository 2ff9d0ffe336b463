"""Single sessions: added, edited, published, withdrawn, cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.ground.search.actions import changed
from plenary.programmes.forum.events import SessionChanged
from plenary.programmes.forum.models import Session, SessionConcept

#: From which states a session may go to which.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    Session.State.DRAFT: (Session.State.PUBLIC, Session.State.WITHDRAWN),
    Session.State.PUBLIC: (Session.State.DRAFT, Session.State.CANCELLED),
    Session.State.CANCELLED: (Session.State.PUBLIC, Session.State.DRAFT),
    Session.State.WITHDRAWN: (Session.State.DRAFT,),
}
#: Numbers that this platform counts, which the convener's own are never like.
COUNTED = re.compile(r"s\d{1,9}")
FIELDS = (
    "title",
    "summary",
    "description",
    "kind",
    "track",
    "venue",
    "starts_at",
    "ends_at",
    "day",
    "zone",
    "languages",
    "link",
    "recording",
    "hosts",
    "source",
    "note",
)


def plain(value: Any) -> Any:
    """A field's value as the trail and ``Session.imported`` keep it."""
    if isinstance(value, Text):
        return value.to_plain()
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo("UTC")).isoformat()
    if hasattr(value, "code"):
        return value.code
    return value.isoformat() if hasattr(value, "isoformat") else value


def told(session: Session) -> dict[str, Any]:
    """All fields of a session."""
    return {name: plain(getattr(session, name)) for name in FIELDS}


def next_number(numbers: set[str]) -> str:
    """The next number that this platform counts (``s1``)."""
    last = max((int(number[1:]) for number in numbers if COUNTED.fullmatch(number)), default=0)
    return f"s{last + 1}"


def _check(session: Session, values: dict[str, Any]) -> None:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise Invalid({name: [_("This cannot be changed.")] for name in unknown})
    for name, value in values.items():
        setattr(session, name, value)
    problems: dict[str, list[str]] = {}
    if not session.title:
        problems["title"] = [_("Give a title.")]
    if session.starts_at and session.ends_at and session.ends_at <= session.starts_at:
        problems["ends_at"] = [_("The session ends before it has started.")]
    if session.ends_at and not session.starts_at:
        problems["starts_at"] = [_("Give the beginning too.")]
    for name in ("link", "recording"):
        if getattr(session, name) and not getattr(session, name).startswith(("https://", "http://")):
            problems[name] = [_("Give a web address that starts with https://.")]
    if problems:
        raise Invalid(problems)
    if session.starts_at:
        session.day = session.starts_at.astimezone(ZoneInfo(session.zone)).date()


def _tell(actor: Actor, session: Session, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None, reason: str = "") -> None:
    key = str(session)
    record(actor=actor, verb=verb, kind="forum.session", key=key, before=before, after=after, reason=reason)
    changed("session", key)
    emit(SessionChanged(actor_id=actor.trail_id, session=key))


@transaction.atomic
def add_session(
    *,
    actor: Actor,
    edition: Edition,
    values: dict[str, Any],
    number: str = "",
    state: str = Session.State.DRAFT,
    concepts: Iterable[Concept] = (),
    organisers: Iterable[Organisation] = (),
) -> Session:
    """Add a session; it is a draft unless said otherwise. concepts: what it is about. organisers: who holds it.

    Raises: Invalid; Conflict where the edition has a session of that number.
    """
    require(actor, "forum.edit", edition)
    list(Edition.objects.select_for_update().filter(pk=edition.pk).values_list("pk"))  # whoever else numbers in this edition waits here
    numbers = set(Session.objects.filter(edition=edition).values_list("number", flat=True))
    if number in numbers:
        raise Conflict(_("The edition has a session of that number already."))
    session = Session(edition=edition, number=number or next_number(numbers), state=state, zone=edition.zone)
    _check(session, values)
    session.save()
    _link(session, concepts, organisers)
    _tell(actor, session, "added", None, told(session))
    return session


def _link(session: Session, concepts: Iterable[Concept] | None, organisers: Iterable[Organisation] | None) -> bool:
    """Make the session be about these concepts and held by these organisers, None: as it is; whether that changed anything."""
    changed_links = False
    if concepts is not None:
        wanted = {concept.pk: concept for concept in concepts}
        gone, _rows = session.links.exclude(concept__in=wanted).delete()
        known = set(session.links.values_list("concept_id", flat=True))
        added = SessionConcept.objects.bulk_create(SessionConcept(session=session, concept=concept) for key, concept in wanted.items() if key not in known)
        changed_links = bool(gone or added)
    if organisers is not None:
        bodies = list(organisers)
        if set(session.organisers.values_list("pk", flat=True)) != {body.pk for body in bodies}:
            session.organisers.set(bodies)
            changed_links = True
    return changed_links


@transaction.atomic
def edit_session(
    *,
    actor: Actor,
    session: Session,
    values: dict[str, Any],
    reason: str = "",
    concepts: Iterable[Concept] | None = None,
    organisers: Iterable[Organisation] | None = None,
) -> Session:
    """Change some fields of a session; None leaves its concepts or organisers. What was edited survives importing the programme again.

    Raises: Invalid.
    """
    require(actor, "forum.edit", session)
    session = Session.objects.select_for_update(of=("self",)).select_related("edition", "kind", "track", "venue").get(pk=session.pk)
    before = told(session)
    _check(session, values)
    after = told(session)
    if _link(session, concepts, organisers) or before != after:
        session.updated_at = timezone.now()
        session.save()
        _tell(actor, session, "changed", *changes(before, after), reason=reason)
    return session


@transaction.atomic
def change_state(*, actor: Actor, session: Session, state: str, reason: str = "") -> Session:
    """Publish, withdraw or cancel a session.

    Raises: Conflict where it cannot go there from where it is.
    """
    require(actor, "forum.edit", session)
    session = Session.objects.select_for_update(of=("self",)).select_related("edition").get(pk=session.pk)
    if state not in TRANSITIONS[session.state]:
        raise Conflict(_("The session cannot go from that state to the other."))
    before = session.state
    session.state, session.updated_at = state, timezone.now()
    session.save(update_fields=["state", "updated_at"])
    _tell(actor, session, "changed state", {"state": str(before)}, {"state": str(state)}, reason)
    return session
