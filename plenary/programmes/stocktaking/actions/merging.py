"""Merging two entries that are one project, and taking that back. Both keep their trail and versions, and their numbers lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.text import Text
from plenary.ground.people.models import User
from plenary.programmes.stocktaking import merging
from plenary.programmes.stocktaking.actions.entries import KIND, edit_entry, locked, tell
from plenary.programmes.stocktaking.actions.snapshots import current_draft, draft_of, snapshot
from plenary.programmes.stocktaking.drafts import MOST_LINKS, STORY, EntryDraft
from plenary.programmes.stocktaking.models import (
    Entry,
    EntryContact,
    EntryEdition,
    EntryMerge,
    EntryNumber,
    EntryOwner,
    EntryRequest,
)

#: Fields with one value: of one entry or of the other.
SINGLE = (*STORY, "stakeholder_type", "edition", "year", "status", "reach", "starts_on", "ends_on", "website")
#: Fields with several values, that can be joined.
SEVERAL = ("links", "organisations", "web_links", "collections", "media")
CHOICES = {"kept": gettext_lazy("As this one says"), "gone": gettext_lazy("As the other says"), "both": gettext_lazy("Both together")}


@dataclass(frozen=True, slots=True)
class Joined:
    """What would come of a merge. chosen: for each field, whose value it takes."""

    draft: EntryDraft
    chosen: dict[str, str]


def joined(kept: EntryDraft, gone: EntryDraft, choices: Mapping[str, str] | None = None) -> Joined:
    """The entry that two drafts make together: what only one says is kept, and of what both say the one that is chosen.

    choices: by field ``kept``, ``gone`` or, where there are several values or languages, ``both``. Raises: Invalid.
    """
    wanted = dict(choices or {})
    known = {*SINGLE, *SEVERAL}
    joinable = {*STORY, *SEVERAL}
    wrong = {name: [_("This choice does not exist.")] for name, choice in wanted.items()
             if name not in known or choice not in CHOICES or (choice == "both" and name not in joinable)}  # fmt: skip
    if wrong:
        raise Invalid(wrong)
    chosen: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name in SINGLE:
        one, other = getattr(kept, name), getattr(gone, name)
        usual = "gone" if other and not one else "both" if name in STORY and set(other.texts) - set(one.texts) else "kept"
        chosen[name] = wanted.get(name, usual)
        values[name] = _both(one, other) if chosen[name] == "both" else other if chosen[name] == "gone" else one
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        raise Invalid({"ends_on": [_("The end lies before the beginning.")]})
    for name in SEVERAL:
        one, other = getattr(kept, name), getattr(gone, name)
        chosen[name] = wanted.get(name, "both" if other else "kept")
        values[name] = _together(name, one, other) if chosen[name] == "both" else other if chosen[name] == "gone" else one
    sources = [*kept.source.split(" ; "), *gone.source.split(" ; ")]
    return Joined(replace(kept, **values, source=" ; ".join(dict.fromkeys(filter(None, sources)))), chosen)


def _both(one: Text, other: Text) -> Text:
    """A text with the languages that only the other has; they were written by hand or by machine, as before."""
    if not one:
        return other
    more = {language: text for language, text in other.texts.items() if text and not one.texts.get(language)}
    return Text({**one.texts, **more}, one.original, one.machine | (other.machine & set(more)))


def _together(name: str, one: Any, other: Any) -> Any:
    if name == "links":
        reasons = {link.concept.pk: link for link in (*other, *one) if link.reason}
        return tuple(reasons.get(concept.pk, link) for concept, link in {link.concept: link for link in (*one, *other)}.items())
    if name == "organisations":
        return tuple({(body.name, body.country): body for body in reversed((*one, *other))}.values())[::-1]
    if name == "web_links":
        return tuple({link.url: link for link in reversed((*one, *other))}.values())[::-1][:MOST_LINKS]
    if name == "media":
        return tuple({each.file: each for each in reversed((*one, *other))}.values())[::-1]
    return tuple(dict.fromkeys((*one, *other)))


# ---- merging --------------------------------------------------------------------------------------------------------


@transaction.atomic
def merge_entries(*, actor: Actor, kept: Entry, gone: Entry, reason: str, choices: Mapping[str, str] | None = None) -> EntryMerge:
    """Say that two entries are one project: ``kept`` stays, and everything that points at ``gone`` goes there.

    choices: see ``joined``. Raises: Conflict where they are the same or one was merged before; Invalid, NotAllowed.
    """
    kept, gone = _both_locked(kept, gone)
    for entry in (kept, gone):
        require(actor, "stocktaking.withdraw_entry", entry)
        require(actor, "stocktaking.change_entry", entry)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the two are one project.")]})
    if kept.merged_into_id or gone.merged_into_id:
        raise Conflict(_("One of the two was merged into another before."))
    if kept.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry %(number)s is withdrawn. Keep the other one, or make this one public again first.") % {"number": kept.number})
    before: dict[str, Any] = {"kept": snapshot(kept), "gone": snapshot(gone), "state": gone.state}
    result = joined(current_draft(kept), current_draft(gone), choices)
    told = _("%(number)s merged into this one: %(reason)s") % {"number": gone.number, "reason": reason.strip()}
    _keep_version(actor, gone, before["gone"], told)
    kept = edit_entry(actor=actor, entry=kept, draft=result.draft, reason=told)
    after = snapshot(kept)
    if not audit.changes(before["kept"], after)[1]:
        audit.keep_version(actor=actor, kind=KIND, key=kept.number, snapshot=after, reason=told)
    moved = {**_move_rows(kept, gone), "rooms": merging.move_all(kept, gone)}
    gone.state, gone.merged_into, gone.updated_at = Entry.State.WITHDRAWN, kept, timezone.now()
    gone.save(update_fields=["state", "merged_into", "updated_at"])
    audit.record(actor=actor, verb="merged", kind=KIND, key=kept.number, after={"merged": gone.number}, reason=reason)
    audit.record(actor=actor, verb="merged", kind=KIND, key=gone.number, before={"state": before["state"]}, after={"into": kept.number}, reason=reason)
    merge = EntryMerge.objects.create(
        kept=kept, gone=gone, reason=reason.strip(), actor_id=actor.trail_id, before={**before, "after": after, "chosen": result.chosen, "moved": moved}
    )
    for entry in (kept, gone):
        tell(actor, entry, "merged")
    return merge


def _both_locked(kept: Entry, gone: Entry) -> tuple[Entry, Entry]:
    """Both as they stand now, locked always in the same order, so that two who merge the same do not wait for each other."""
    if kept.pk == gone.pk:
        raise Conflict(_("Choose two different records."))
    found = {each.pk: locked(each) for each in sorted((kept, gone), key=lambda entry: entry.pk)}
    return found[kept.pk], found[gone.pk]


def _keep_version(actor: Actor, entry: Entry, taken: dict[str, Any], reason: str) -> None:
    """The last thing that an entry said stays readable among its versions."""
    audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=taken, reason=reason)


def _move_rows(kept: Entry, gone: Entry) -> dict[str, Any]:
    """What of this room points at an entry follows; given is what moving back needs."""
    moved: dict[str, Any] = {}
    own = EntryOwner.objects.filter(entry=kept).values_list("user_id", flat=True)
    doubled = EntryOwner.objects.filter(entry=gone, user__in=list(own))
    moved["owners_gone"] = [[user, since.isoformat()] for user, since in doubled.values_list("user_id", "since")]
    doubled.delete()
    moved["owners"] = _repoint(EntryOwner.objects.filter(entry=gone), kept)
    there = set(EntryEdition.objects.filter(entry=kept).values_list("edition_id", "how"))
    rows = list(EntryEdition.objects.filter(entry=gone))
    again = [row for row in rows if (row.edition_id, row.how) in there]
    moved["history_gone"] = [[row.edition_id, row.how, row.at.isoformat()] for row in again]
    EntryEdition.objects.filter(pk__in=[row.pk for row in again]).delete()
    moved["history"] = _repoint(EntryEdition.objects.filter(entry=gone), kept)
    moved["numbers"] = _repoint(EntryNumber.objects.filter(entry=gone), kept)
    moved["merged"] = list(Entry.objects.filter(merged_into=gone).values_list("pk", flat=True))
    Entry.objects.filter(pk__in=moved["merged"]).update(merged_into=kept)
    moved["contact"] = [] if EntryContact.objects.filter(entry=kept).exists() else _repoint(EntryContact.objects.filter(entry=gone), kept)
    waiting = EntryRequest.objects.filter(entry=kept, state=EntryRequest.State.WAITING).exclude(asked_by=None)
    doubled_requests = [
        row.pk
        for row in EntryRequest.objects.filter(entry=gone, state=EntryRequest.State.WAITING)
        if (row.asked_by_id, row.kind) in set(waiting.values_list("asked_by_id", "kind"))
    ]
    moved["requests_closed"] = doubled_requests
    EntryRequest.objects.filter(pk__in=doubled_requests).update(state=EntryRequest.State.WITHDRAWN, decided_at=timezone.now())
    moved["requests"] = _repoint(EntryRequest.objects.filter(entry=gone), kept)
    return moved


def _repoint(rows: Any, entry: Entry) -> list[int]:
    keys = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=keys).update(entry=entry)
    return keys


# ---- taking it back -------------------------------------------------------------------------------------------------


@transaction.atomic
def unmerge_entries(*, actor: Actor, merge: EntryMerge, reason: str) -> list[str]:
    """Take a merge back: the other entry stands by itself again, with what came from it; the fields that stay changed.

    Of the entry that was kept is put back, field by field, what nobody has changed since. Raises: Conflict, Invalid, NotAllowed.
    """
    merge = EntryMerge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = _both_locked(merge.kept, merge.gone)
    for entry in (kept, gone):
        require(actor, "stocktaking.withdraw_entry", entry)
        require(actor, "stocktaking.change_entry", entry)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the two are not one project.")]})
    if merge.undone_at is not None or gone.merged_into_id != kept.pk:
        raise Conflict(_("This was taken back already, or merged further."))
    before, after, moved = merge.before["kept"], merge.before["after"], merge.before["moved"]
    now = snapshot(kept)
    own = [name for name in before if before[name] != after.get(name) and name != "state"]
    stays = [name for name in own if now.get(name) != after.get(name)]
    whole = {name: before[name] if name in own and name not in stays else value for name, value in now.items()}
    told = _("%(number)s stands by itself again: %(reason)s") % {"number": gone.number, "reason": reason.strip()}
    edit_entry(actor=actor, entry=kept, draft=draft_of(whole), reason=told)
    merging.move_back(kept, gone, moved["rooms"])
    _move_rows_back(gone, moved)
    gone.state, gone.merged_into, gone.updated_at = merge.before["state"], None, timezone.now()
    gone.save(update_fields=["state", "merged_into", "updated_at"])
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    audit.record(actor=actor, verb="unmerged", kind=KIND, key=kept.number, before={"merged": gone.number}, after={"stays": stays}, reason=reason)
    audit.record(actor=actor, verb="unmerged", kind=KIND, key=gone.number, before={"into": kept.number}, after={"state": gone.state}, reason=reason)
    for entry in (kept, gone):
        tell(actor, entry, "unmerged")
    return stays


def _move_rows_back(gone: Entry, moved: dict[str, Any]) -> None:
    """What went away since stays away."""
    EntryOwner.objects.filter(pk__in=moved["owners"]).update(entry=gone)
    users = set(User.objects.filter(pk__in=[user for user, _since in moved["owners_gone"]]).values_list("pk", flat=True))
    EntryOwner.objects.bulk_create(
        [EntryOwner(entry=gone, user_id=user, since=datetime.fromisoformat(since)) for user, since in moved["owners_gone"] if user in users]
    )
    EntryEdition.objects.filter(pk__in=moved["history"]).update(entry=gone)
    EntryEdition.objects.bulk_create(
        [EntryEdition(entry=gone, edition_id=edition, how=how, at=datetime.fromisoformat(at)) for edition, how, at in moved["history_gone"]],
        ignore_conflicts=True,
    )
    EntryNumber.objects.filter(pk__in=moved["numbers"]).update(entry=gone)
    EntryRequest.objects.filter(pk__in=moved["requests"]).update(entry=gone)
    Entry.objects.filter(pk__in=moved["merged"]).update(merged_into=gone)
    EntryContact.objects.filter(pk__in=moved["contact"]).update(entry=gone)
