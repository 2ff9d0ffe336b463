"""What this room exports and erases of a person: what they speak for, asked for, are asked about, and the searches they keep."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actions import erase_payloads_of
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.files import actions as files
from plenary.ground.people.privacy import Subject, register
from plenary.programmes.stocktaking.actions.requests import REQUEST, keys_of
from plenary.programmes.stocktaking.actions.searches import forget_saved, saved_of
from plenary.programmes.stocktaking.models import EntryContact, EntryOwner, EntryRequest

State = EntryRequest.State


def _requests(subject: Subject) -> QuerySet[EntryRequest]:
    theirs = Q(asked_by=subject.user) if subject.user else Q(pk__in=[])
    return EntryRequest.objects.filter(theirs | _at_addresses(subject)).select_related("entry", "proof").order_by("asked_at", "pk")


def _at_addresses(subject: Subject) -> Q:
    found = Q(pk__in=[])
    for email in subject.emails:
        found |= Q(email__iexact=email)
    return found


def _objections(subject: Subject) -> list[TrailRecord]:
    return list(TrailRecord.objects.filter(kind=REQUEST, verb="objected", actor_id__in=subject.trail_ids).select_related("payload").order_by("pk"))


def _export(subject: Subject) -> dict[str, Any]:
    return {
        "entries": [{"number": owner.entry.number, "since": owner.since} for owner in _owned(subject)],
        "requests": [_told(each, subject) for each in _requests(subject)],
        "objections": [{"at": each.at, "request": each.key, "text": each.reason} for each in _objections(subject)],
        "contact_of": [
            {"number": each.entry.number, "name": each.name, "email": each.email, "phone": each.phone}
            for each in EntryContact.objects.filter(_at_addresses(subject)).select_related("entry").order_by("entry__number")
        ],
        "saved_searches": saved_of(subject.user) if subject.user else [],
    }


def _owned(subject: Subject) -> QuerySet[EntryOwner]:
    return EntryOwner.objects.filter(user=subject.user).select_related("entry").order_by("since", "pk") if subject.user else EntryOwner.objects.none()


def _told(request: EntryRequest, subject: Subject) -> dict[str, Any]:
    own = subject.user is not None and request.asked_by_id == subject.user.pk
    return {
        "entry": request.entry.number,
        "kind": request.kind,
        "state": request.state,
        "asked_at": request.asked_at,
        "decided_at": request.decided_at,
        # What another person wrote when they handed an entry to this address is theirs.
        "message": request.message if own or request.asked_by_id is None else None,
        "email": request.email or None,
        "proof": request.proof.name if own and request.proof else None,
        "answer": request.answer,
        "wanted": request.wanted if own and request.kind == EntryRequest.Kind.CHANGE else None,
    }


def _erase(subject: Subject) -> None:
    """Entries stay, without them. Of what they asked for it stays that it was asked and how it was decided."""
    requests = list(_requests(subject))
    keys = [*keys_of(requests), *((REQUEST, each.key) for each in _objections(subject))]
    for request in requests:
        own = subject.user is not None and request.asked_by_id == subject.user.pk
        proof = request.proof if own else None
        if own or request.asked_by_id is None:
            request.message, request.answer = "", ""
        if request.state == State.WAITING and (own or request.kind == EntryRequest.Kind.HANDOVER):
            request.state = State.WITHDRAWN
        if own:
            request.proof, request.wanted, request.asked_by = None, {}, None
        request.email, request.secret = "", ""
        request.save()
        if proof is not None:
            key = str(proof.pk)
            files.purge(actor=SYSTEM, file=proof)
            erase_payloads_of(subjects=[("files.file", key)])
    erase_payloads_of(subjects=keys)
    EntryContact.objects.filter(_at_addresses(subject)).delete()
    if subject.user is not None:
        EntryOwner.objects.filter(user=subject.user).delete()
        forget_saved(subject.user)


register(
    "stocktaking",
    export=_export,
    erase=_erase,
    keeps=_(
        "Entries that you spoke for stay in the repository, without you; that something was asked about them and how it was decided stays without your words."
    ),
)
