"""Asking for something about an entry: a change, the right to speak for it, somebody else to do so, a problem looked into.

A request waits until it is decided (``deciding``), or is taken back. It moves through its four states by one door, ``move``,
under a lock, so that nothing is decided twice. The entry is always locked before its request, whoever comes first.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid, Stale
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.files.copies import public_copy
from plenary.ground.files.kinds import IMAGE_KINDS
from plenary.ground.files.models import StoredFile
from plenary.ground.people.addresses import as_mailed, is_mail_address
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.entries import locked
from plenary.programmes.stocktaking.actions.mailing import absolute, mail, mail_owners
from plenary.programmes.stocktaking.actions.snapshots import current_draft, snapshot, snapshot_of
from plenary.programmes.stocktaking.drafts import EntryDraft, MediaDraft
from plenary.programmes.stocktaking.editing.parts import SEEN, changed_parts, only_parts
from plenary.programmes.stocktaking.events import RequestMoved
from plenary.programmes.stocktaking.models import Entry, EntryRequest

REQUEST = "stocktaking.request"  # in the trail
Kind, State = EntryRequest.Kind, EntryRequest.State
LONGEST_MESSAGE = 2000
#: How long the link of a mail that hands an entry over can be used.
HANDOVER_LASTS = timedelta(days=14)


@transaction.atomic
def ask_change(*, actor: User, entry: Entry, draft: EntryDraft, message: str = "", seen: datetime | None = None) -> EntryRequest:
    """Ask that an entry be as the draft says. Who asks again changes what waits already.

    seen: ``updated_at`` of the entry as the writer saw it.

    Raises: Stale where somebody has changed the entry since; Conflict where it cannot be changed; Invalid, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.ask_change", entry)
    _standing(entry)
    if seen is not None and seen != entry.updated_at:
        raise Stale(_("Somebody else has changed this entry meanwhile."))
    draft = as_owners_may(draft, entry)
    draft.check()
    _own_files(actor, draft, entry)
    base, wanted = snapshot(entry), snapshot_of(draft, entry)
    names = changed_parts(base, wanted)
    if not names:
        raise Invalid({"": [_("Nothing is different from how the entry stands.")]})
    known = EntryRequest.objects.select_for_update(of=("self",)).filter(entry=entry, asked_by=actor, kind=Kind.CHANGE, state=State.WAITING).first()
    request = known or EntryRequest(entry=entry, asked_by=actor, kind=Kind.CHANGE)
    request.wanted = {**wanted, SEEN: only_parts(base, names)}
    request.base, request.message = entry.updated_at, _message(message)
    request.save()
    _note(actor, request, "asked" if known is None else "asked again", {"parts": names})
    return request


def as_owners_may(draft: EntryDraft, entry: Entry) -> EntryDraft:
    """The draft without what is the secretariat's to say: number, edition, year, source, collections."""
    now = current_draft(entry)
    return replace(draft, number=now.number, edition=now.edition, year=now.year, source=now.source, source_id=now.source_id, collections=now.collections)


@transaction.atomic
def claim(*, actor: User, entry: Entry, message: str, proof: StoredFile | None = None) -> EntryRequest:
    """Ask to speak for an entry. Those who do already are told, and can object. Raises: Conflict, Invalid, NotAllowed."""
    entry = locked(entry)
    require(actor, "stocktaking.claim_entry", entry)
    if not entry.is_public:
        raise Conflict(_("This entry is not public."))
    if not message.strip():
        raise Invalid({"message": [_("Say who you are for this project, and how that can be seen.")]})
    if proof is not None and proof.uploaded_by != actor.trail_id:
        raise Invalid({"proof": [_("This file is not yours.")]})
    known = EntryRequest.objects.select_for_update(of=("self",)).filter(entry=entry, asked_by=actor, kind=Kind.CLAIM, state=State.WAITING).first()
    request = known or EntryRequest(entry=entry, asked_by=actor, kind=Kind.CLAIM)
    request.message, request.proof = _message(message), proof or request.proof
    request.save()
    _note(actor, request, "asked" if known is None else "asked again")
    if known is None:
        mail_owners("stocktaking-claimed", entry, values={"claimant": str(actor), "link": absolute("stocktaking:request", request.pk)})
    return request


@transaction.atomic
def object_to_claim(*, actor: User, request: EntryRequest, message: str) -> EntryRequest:
    """Say why somebody should not speak for an entry, as one who does; who decides reads it. Raises: Conflict, Invalid, NotAllowed."""
    require(actor, "stocktaking.object_to_claim", request)
    request = held(request)
    _waiting(request)
    if not message.strip():
        raise Invalid({"message": [_("Say why.")]})
    audit.record(actor=actor, verb="objected", kind=REQUEST, key=str(request.pk), reason=_message(message))
    return request


@transaction.atomic
def hand_over(*, actor: User, entry: Entry, email: str, leaves: bool = False, message: str = "") -> EntryRequest:
    """Ask somebody by mail to speak for an entry. The link works once, for an account with that address.

    leaves: whether the giver ceases to own it once the other has accepted. Asking again makes a new link; the old one ends.

    Raises: Conflict, Invalid, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.hand_over", entry)
    _standing(entry)
    email = as_mailed(email)
    if not is_mail_address(email):
        raise Invalid({"email": [_("This is not an e-mail address.")]})
    if User.objects.filter(email__iexact=email, ownerships__entry=entry).exists():
        raise Invalid({"email": [_("Whoever has this address speaks for the entry already.")]})
    secret = secrets.token_urlsafe(24)
    known = EntryRequest.objects.select_for_update(of=("self",)).filter(entry=entry, asked_by=actor, kind=Kind.HANDOVER, state=State.WAITING).first()
    request = known or EntryRequest(entry=entry, asked_by=actor, kind=Kind.HANDOVER)
    request.email, request.message, request.wanted = email, _message(message), {"leaves": leaves}
    request.secret, request.expires_at = digest(secret), timezone.now() + HANDOVER_LASTS
    request.save()
    _note(actor, request, "asked" if known is None else "asked again")
    values = {"giver": str(actor), "message": request.message or "–", "link": absolute("stocktaking:receive", secret), "days": HANDOVER_LASTS.days}
    mail("stocktaking-handover", entry, to=email, language=actor.language, values=values)
    return request


@transaction.atomic
def report_problem(*, actor: Actor, entry: Entry, message: str, email: str = "") -> EntryRequest:
    """Tell the secretariat what is wrong with an entry. email: where to answer; empty for no answer. Raises: Conflict, Invalid."""
    require(actor, "stocktaking.report_problem", entry)
    if not entry.is_public:
        raise Conflict(_("This entry is not public."))
    problems: dict[str, list[str]] = {}
    if not message.strip():
        problems["message"] = [_("Say what is wrong.")]
    if len(message) > LONGEST_MESSAGE:
        problems["message"] = [_("At most %(n)s characters fit.") % {"n": LONGEST_MESSAGE}]
    email = as_mailed(email) if email.strip() else ""
    if email and not is_mail_address(email):
        problems["email"] = [_("This is not an e-mail address.")]
    if problems:
        raise Invalid(problems)
    user = actor if isinstance(actor, User) else None
    if user is not None:
        entry = locked(entry)
        known = EntryRequest.objects.filter(entry=entry, asked_by=user, kind=Kind.PROBLEM, state=State.WAITING).first()
        if known is not None:  # whoever finds another thing adds to what waits
            known.message, known.email = _message(f"{known.message}\n\n{message}"), email or known.email
            known.save(update_fields=["message", "email"])
            _note(actor, known, "asked again")
            return known
    request = EntryRequest.objects.create(entry=entry, asked_by=user, kind=Kind.PROBLEM, message=_message(message), email=email)
    _note(actor, request, "asked")
    return request


@transaction.atomic
def take_back(*, actor: User, request: EntryRequest) -> EntryRequest:
    """No longer ask for it. Raises: Conflict where it was decided meanwhile, NotAllowed."""
    require(actor, "stocktaking.take_back_request", request)
    return move(actor, held(request), State.WITHDRAWN)


def withdraw_all_of(entry: Entry, user: User, *, actor: Actor) -> None:
    """Take back what somebody asked for as an owner; the entry is locked."""
    mine = EntryRequest.objects.select_for_update(of=("self",)).filter(entry=entry, asked_by=user, state=State.WAITING)
    for request in mine.filter(kind__in=(Kind.CHANGE, Kind.HANDOVER)):
        move(actor, request, State.WITHDRAWN)


# ---- what decisions need too ----------------------------------------------------------------------------------------


def move(actor: Actor, request: EntryRequest, state: EntryRequest.State, answer: str = "") -> EntryRequest:
    """The one door: a waiting request, locked, becomes what it is from now on. Raises: Conflict where it does not wait."""
    _waiting(request)
    request.state, request.answer = state, answer.strip()
    request.decided_at, request.decided_by = timezone.now(), actor.trail_id
    request.secret = ""  # a link works once
    request.save(update_fields=["state", "answer", "decided_at", "decided_by", "secret"])
    audit.record(actor=actor, verb=str(state), kind=REQUEST, key=str(request.pk), reason=request.answer)
    _tell(actor, request)
    return request


def held(request: EntryRequest) -> EntryRequest:
    """The request as it stands now, with its entry, both kept from others."""
    entry = locked(request.entry)
    found = EntryRequest.objects.select_for_update(of=("self",)).select_related("asked_by__person").get(pk=request.pk)
    found.entry = entry
    return found


def _waiting(request: EntryRequest) -> None:
    if request.state != State.WAITING:
        raise Conflict(_("This was decided meanwhile: %(state)s.") % {"state": request.get_state_display()})


def digest(secret: str) -> str:
    """What the database keeps of a link's secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def with_public_media(actor: Actor, draft: EntryDraft) -> EntryDraft:
    """The draft with a public copy in the place of each picture that was sent in with it.

    actor: by whose right they become public.
    """
    hidden = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=[each.file for each in draft.media], is_public=False, deleted_at=None)}
    shown: list[MediaDraft] = []
    for each in draft.media:
        file = hidden.get(each.file)
        shown.append(replace(each, file=str(public_copy(actor=actor, file=file).pk)) if file is not None else each)
    return replace(draft, media=tuple(shown))


def _standing(entry: Entry) -> None:
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry is withdrawn; ask the secretariat."))


def _own_files(actor: User, draft: EntryDraft, entry: Entry) -> None:
    """Somebody can show what stands there, and pictures that they sent in themselves; nothing else by naming it."""
    new = {each.file for each in draft.media} - {str(key) for key in entry.media.values_list("file_id", flat=True)}
    if not new:
        return
    theirs = StoredFile.objects.filter(pk__in=new, uploaded_by=actor.trail_id, kind__in=IMAGE_KINDS, deleted_at=None).count()
    if theirs != len(new):
        raise Invalid({"media": [_("One of the pictures is gone. Add it again.")]})


def _message(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST_MESSAGE]


def _note(actor: Actor, request: EntryRequest, verb: str, more: dict[str, Any] | None = None) -> None:
    after = {"entry": request.entry.number, "kind": request.kind, **(more or {})}
    audit.record(actor=actor, verb=verb, kind=REQUEST, key=str(request.pk), after=after)
    _tell(actor, request)


def _tell(actor: Actor, request: EntryRequest) -> None:
    number = request.entry.number
    emit(RequestMoved(actor_id=actor.trail_id, number=number, request=request.pk, kind=str(request.kind), state=str(request.state)))


def keys_of(requests: Iterable[EntryRequest]) -> list[tuple[str, str]]:
    """The subjects of the trail that requests are."""
    return [(REQUEST, str(request.pk)) for request in requests]
