"""Deciding what was asked about an entry: by a moderator, or by whom an entry is handed to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM, Actor, Entitled, require
from plenary.ground.framework.models import Concept
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.confirming import count_as_confirmed
from plenary.programmes.stocktaking.actions.entries import edit_entry
from plenary.programmes.stocktaking.actions.mailing import absolute, mail, site_language
from plenary.programmes.stocktaking.actions.ownership import leave, own
from plenary.programmes.stocktaking.actions.requests import Kind, State, digest, held, move, with_public_media
from plenary.programmes.stocktaking.actions.snapshots import draft_of, snapshot
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft
from plenary.programmes.stocktaking.editing.parts import SEEN, put_together
from plenary.programmes.stocktaking.models import Entry, EntryOwner, EntryRequest


@transaction.atomic
def grant(
    *,
    actor: Actor,
    request: EntryRequest,
    answer: str = "",
    parts: Collection[str] | None = None,
    also: Sequence[Concept] = (),
    draft: EntryDraft | None = None,
) -> EntryRequest:
    """Do what was asked, once. Who asked is told.

    Of a change: parts: only these; None for all. also: concepts that the moderator adds. draft: the entry as the moderator
    has edited it, instead of parts.

    Raises: Conflict where it was decided meanwhile or cannot be done; Invalid, NotAllowed.
    """
    request = held(request)
    require(actor, "stocktaking.decide_request", request)
    if request.kind == Kind.HANDOVER:
        raise Conflict(_("Only the person it was sent to can accept an entry."))
    if request.kind == Kind.CHANGE and draft is None and parts is not None and not also and not {*parts} & {*asked_parts(request)}:
        raise Invalid({"": [_("Choose what to grant, or refuse the whole.")]})
    request = move(actor, request, State.GRANTED, answer)
    if request.kind == Kind.CHANGE:
        _change(actor, request, draft or draft_with(request, parts, also))
        _answer("stocktaking-granted", request)
    elif request.kind == Kind.CLAIM:
        if request.asked_by is None:
            raise Conflict(_("Whoever asked has no account here any more."))
        own(actor=actor, entry=request.entry, user=request.asked_by, reason=answer)
        _answer("stocktaking-claim-granted", request)
    else:
        _answer("stocktaking-problem-answered", request)
    return request


def asked_parts(request: EntryRequest) -> list[str]:
    """The parts that a change touches."""
    return list((request.wanted.get(SEEN) or {}).get("parts", []))


def draft_with(request: EntryRequest, parts: Collection[str] | None = None, also: Sequence[Concept] = ()) -> EntryDraft:
    """The entry as it would be with a change, or with parts of it, on top of how it stands now."""
    now, chosen = snapshot(request.entry), None if parts is None else set(parts)
    names = [name for name in asked_parts(request) if chosen is None or name in chosen]
    draft = draft_of(put_together(now, request.wanted, names))
    known = {link.concept.pk for link in draft.links}
    return replace(draft, links=(*draft.links, *(LinkDraft(concept) for concept in also if concept.pk not in known)))


def _change(actor: Actor, request: EntryRequest, draft: EntryDraft) -> None:
    if request.entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry is withdrawn. Make it public again before it is changed."))
    reason = _("asked for by an owner (request %(number)s)") % {"number": request.pk}
    right = Entitled(actor.trail_id)  # to publish what came with the change
    request.entry = edit_entry(actor=actor, entry=request.entry, draft=with_public_media(right, draft), reason=reason)
    if request.asked_by is not None and EntryOwner.objects.filter(entry=request.entry, user=request.asked_by).exists():
        count_as_confirmed(request.entry, at=request.asked_at)


@transaction.atomic
def change_at_once(*, actor: Actor, entry: Entry, draft: EntryDraft, reason: str, seen: object = None) -> Entry:
    """Change an entry as staff do, with a reason. Raises: Conflict, Invalid, NotAllowed."""
    require(actor, "stocktaking.change_entry", entry)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why, for the record.")]})
    shown = with_public_media(Entitled(actor.trail_id), draft)
    return edit_entry(actor=actor, entry=entry, draft=shown, reason=reason.strip(), seen=seen)  # type: ignore[arg-type]


@transaction.atomic
def refuse(*, actor: Actor, request: EntryRequest, answer: str) -> EntryRequest:
    """Do not do what was asked, and say why; who asked is told. Raises: Conflict, Invalid, NotAllowed."""
    request = held(request)
    require(actor, "stocktaking.decide_request", request)
    if not answer.strip():
        raise Invalid({"answer": [_("Say why; it is sent to whoever asked.")]})
    request = move(actor, request, State.REFUSED, answer)
    _answer("stocktaking-problem-answered" if request.kind == Kind.PROBLEM else "stocktaking-refused", request)
    return request


def _answer(template: str, request: EntryRequest) -> None:
    """Tell whoever asked, where there is an address."""
    user = request.asked_by
    if user is not None and not user.is_active:
        return
    to = user.email if user is not None else request.email
    if request.kind == Kind.PROBLEM:
        to = request.email  # somebody with an account may want no answer either
    if not to:
        return
    language = user.language if user is not None else ""
    with override(site_language(language)):
        values = {"request": str(request.get_kind_display()), "answer": request.answer or "–", "message": request.message or "–"}
    if user is not None and request.kind != Kind.PROBLEM and request.state == State.REFUSED:
        values["link"] = absolute("stocktaking:request", request.pk)
    mail(template, request.entry, to=to, language=language, values=values)


# ---- handing over ---------------------------------------------------------------------------------------------------


def sent_to(user: User, request: EntryRequest) -> bool:
    """Whether the account has the address that an entry is handed to."""
    from allauth.account.models import EmailAddress

    wanted = request.email.lower()
    return user.email.lower() == wanted or EmailAddress.objects.filter(user=user, verified=True, email__iexact=wanted).exists()


def handover_of(secret: str) -> EntryRequest | None:
    """The handing over that a link opens; None where the link was used, has ended or is none."""
    if not 20 <= len(secret) <= 60 or not secret.isascii():
        return None
    waiting = EntryRequest.objects.filter(secret=digest(secret), kind=Kind.HANDOVER, state=State.WAITING, expires_at__gt=timezone.now())
    return waiting.select_related("entry__edition", "asked_by__person").first()


@transaction.atomic
def receive(*, actor: User, request: EntryRequest, accepts: bool) -> EntryRequest:
    """Accept an entry that was handed over, or refuse it, as the person it was sent to; the giver is told.

    Raises: Conflict where the link has ended; NotAllowed for others.
    """
    if not sent_to(actor, request):
        raise NotAllowed("stocktaking.receive")
    request = held(request)
    if request.kind != Kind.HANDOVER or (request.expires_at is not None and request.expires_at <= timezone.now()):
        raise Conflict(_("This link has ended. Ask whoever sent it for a new one."))
    giver = request.asked_by
    gives = giver is not None and EntryOwner.objects.filter(entry=request.entry, user=giver).exists()
    if accepts and not gives:
        raise Conflict(_("Whoever sent this does not speak for the entry any more."))
    if accepts and request.entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry is withdrawn; ask the secretariat."))
    request = move(actor, request, State.GRANTED if accepts else State.REFUSED)
    if accepts:
        own(actor=Entitled(actor.trail_id), entry=request.entry, user=actor, reason=_("handed over"))
        if giver is not None and request.wanted.get("leaves"):
            leave(actor=giver, entry=request.entry)
    if giver is not None and giver.is_active:
        template = "stocktaking-handover-accepted" if accepts else "stocktaking-handover-refused"
        mail(template, request.entry, to=giver.email, language=giver.language, values={"receiver": str(actor)})
    return request


@transaction.atomic
def end_handovers(*, actor: Actor = SYSTEM) -> int:
    """Take back what nobody accepted in time, and forget the address it was sent to; how many."""
    require(actor, "stocktaking.change_owners")
    ended = 0
    for request in EntryRequest.objects.filter(kind=Kind.HANDOVER, state=State.WAITING, expires_at__lte=timezone.now()).select_related("entry"):
        request = held(request)
        if request.state == State.WAITING and request.expires_at is not None and request.expires_at <= timezone.now():
            move(actor, request, State.WITHDRAWN)
            EntryRequest.objects.filter(pk=request.pk).update(email="")
            ended += 1
    return ended
