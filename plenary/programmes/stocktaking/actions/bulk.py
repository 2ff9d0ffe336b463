"""Changing many entries at once: foreseen entry by entry, done part by part, and undone where nobody has changed them since."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.actions.entries import KIND, edit_entry, locked, publish_entry, restore_entry, tell, withdraw_entry
from plenary.programmes.stocktaking.actions.snapshots import current_draft
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft
from plenary.programmes.stocktaking.models import Collection, Entry, EntryBatch, EntryBatchItem

BATCH = "stocktaking.batch"  # in the trail
#: More than this at once is work for an import.
MOST = 20_000
#: As many, or as long (in seconds), are worked on in one transaction: who else writes waits no longer than that.
PART, LASTS = 50, 0.5
#: Without a sign of life for so long, the work is taken for broken off.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Kind:
    """A thing that can be done to many. about: the schemes whose concepts its value names, or ``collection``, or the choices."""

    label: str | Promise
    about: tuple[str, ...] = ()
    choices: tuple[tuple[str, str | Promise], ...] = ()
    adds: bool = True


KINDS: dict[str, Kind] = {
    "add-action-line": Kind(gettext_lazy("Add an action line"), ("action-lines",)),
    "remove-action-line": Kind(gettext_lazy("Remove an action line"), ("action-lines",), adds=False),
    "add-sdg": Kind(gettext_lazy("Add a goal or target"), ("sdgs", "sdg-targets")),
    "remove-sdg": Kind(gettext_lazy("Remove a goal or target"), ("sdgs", "sdg-targets"), adds=False),
    "add-theme": Kind(gettext_lazy("Add a theme"), ("themes",)),
    "remove-theme": Kind(gettext_lazy("Remove a theme"), ("themes",), adds=False),
    "add-country": Kind(gettext_lazy("Add a country"), ("countries",)),
    "remove-country": Kind(gettext_lazy("Remove a country"), ("countries",), adds=False),
    "add-collection": Kind(gettext_lazy("Put into a collection"), ("collection",)),
    "remove-collection": Kind(gettext_lazy("Take out of a collection"), ("collection",), adds=False),
    "stakeholder-type": Kind(gettext_lazy("Set the stakeholder type"), ("stakeholder-types",)),
    "status": Kind(gettext_lazy("Set the status of the project"), choices=tuple(Entry.Status.choices)),
    "publish": Kind(gettext_lazy("Make public")),
    "withdraw": Kind(gettext_lazy("Withdraw")),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to each. value: a code, as its kind asks for."""

    what: str
    value: str = ""
    concept: Concept | None = None
    name: Text | str = field(default="")  # of the value, in words

    @property
    def kind(self) -> Kind:
        return KINDS[self.what]

    def __str__(self) -> str:
        return f"{self.kind.label}: {self.name}" if self.name else str(self.kind.label)


def deed_of(what: str, value: str) -> Deed:
    """What is asked for. Raises: Invalid where there is no such thing, or no such value."""
    kind = KINDS.get(what)
    if kind is None:
        raise Invalid({"deed": [_("Choose what is to be done.")]})
    value = value.strip()
    if kind.choices:
        if value not in dict(kind.choices):
            raise Invalid({"value": [_("Choose one of the values.")]})
        return Deed(what, value, name=str(dict(kind.choices)[value]))
    if kind.about == ("collection",):
        collection = Collection.objects.filter(code=value).first()
        if collection is None:
            raise Invalid({"value": [_("There is no such collection.")]})
        return Deed(what, value, name=collection.name)
    if kind.about:
        concept = next((found for scheme in kind.about if (found := _concept(scheme, value)) is not None), None)
        if concept is None:
            raise Invalid({"value": [_("Choose one of the values.")]})
        return Deed(what, value, concept, concept.label)
    return Deed(what)


def _concept(scheme: str, code: str) -> Concept | None:
    return Concept.objects.select_related("scheme").filter(scheme__code=scheme, code=code).first()


# ---- before it is done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one entry. refusal: why nothing can."""

    entry: Entry
    before: str
    after: str
    refusal: str = ""

    @property
    def changes(self) -> bool:
        return not self.refusal and self.before != self.after


def foresee(deed: Deed, entries: Iterable[Entry]) -> list[Foreseen]:
    """What the deed would do to entries that were read as ``queries.whole`` does, with their collections; nothing is written."""
    return [_foresee(deed, entry) for entry in entries]


def _foresee(deed: Deed, entry: Entry) -> Foreseen:
    if entry.merged_into_id:
        return Foreseen(entry, "", "", _("It was merged into another entry."))
    if deed.what in ("publish", "withdraw"):
        before = str(entry.get_state_display())
        if deed.what == "withdraw":
            fine = entry.state in (Entry.State.PUBLIC, Entry.State.WITHDRAWN)
            return Foreseen(entry, before, str(Entry.State.WITHDRAWN.label), "" if fine else _("It is not public."))
        return Foreseen(entry, before, str(Entry.State.PUBLIC.label))
    if entry.state == Entry.State.WITHDRAWN:
        return Foreseen(entry, "", "", _("It is withdrawn."))
    if deed.what == "status":
        return Foreseen(entry, str(entry.get_status_display()), str(deed.name))
    if deed.what == "stakeholder-type":
        return Foreseen(entry, str(entry.stakeholder_type.label) if entry.stakeholder_type else "", str(deed.name))
    if deed.kind.about == ("collection",):
        names = {place.collection.code: str(place.collection.name) for place in entry.places.all()}
    else:
        names = {link.concept.code: str(link.concept.label) for link in entry.links.all() if link.concept.scheme.code in deed.kind.about}
    after = (
        {**names, deed.value: names.get(deed.value, str(deed.name))} if deed.kind.adds else {code: name for code, name in names.items() if code != deed.value}
    )
    return Foreseen(entry, ", ".join(names.values()), ", ".join(after.values()))


# ---- doing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_batch(*, actor: Actor, entries: QuerySet[Entry], deed: Deed, reason: str = "") -> EntryBatch:
    """Note what is to be done to which entries; ``go_on`` does it. Raises: Invalid, NotAllowed."""
    require(actor, "stocktaking.see_hidden")
    if deed.what in ("withdraw", "publish"):
        require(actor, "stocktaking.withdraw_entry")
    if deed.what == "withdraw" and not reason.strip():
        raise Invalid({"reason": [_("Say why the entries are withdrawn.")]})
    keys = list(entries.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise Invalid({"": [_("Choose at least one entry.")]})
    if len(keys) > MOST:
        raise Invalid({"": [_("At most %(most)s entries can be changed at once. Narrow the selection.") % {"most": f"{MOST:,}"}]})
    batch = EntryBatch.objects.create(deed=deed.what, value=deed.value, reason=reason.strip(), actor_id=actor.trail_id)
    EntryBatchItem.objects.bulk_create([EntryBatchItem(batch=batch, entry_id=key) for key in keys], batch_size=500)
    return batch


@transaction.atomic
def go_on(*, actor: Actor, batch: uuid.UUID, at_most: float | None = LASTS) -> bool:
    """Do the next part of what is to be done, or undone, to a batch; whether something is left.

    at_most: seconds after which the part ends, and others who write have their turn; None for no limit.
    """
    begun = EntryBatch.objects.select_for_update().get(pk=batch)
    require(actor, "stocktaking.see_hidden")
    state = EntryBatchItem.State
    waiting = begun.items.filter(state=state.DONE if begun.undo_at else state.WAITING)
    part = list(waiting.select_related("entry").order_by("pk")[: None if at_most is None else PART])
    done = _work_on(actor, begun, part, at_most) if part else 0
    EntryBatchItem.objects.bulk_update(part[:done], ["state", "before", "after", "problem"], batch_size=500)
    left = waiting.exists()
    begun.worked_at, begun.broken_at = timezone.now(), None
    if not left:
        _finish(actor, begun)
    begun.save(update_fields=["worked_at", "broken_at", "done_at", "undone_at"])
    return left


def _work_on(actor: Actor, batch: EntryBatch, part: list[EntryBatchItem], at_most: float | None) -> int:
    """How many were worked on before the time was over. Raises: Invalid where what was to be set is not there any more."""
    deed, run = deed_of(batch.deed, batch.value), _undo_one if batch.undo_at else _do_one
    ends = time.monotonic() + at_most if at_most is not None else None
    for done, item in enumerate(part, start=1):
        run(actor, batch, deed, item)
        if ends is not None and time.monotonic() > ends:
            return done
    return len(part)


def _do_one(actor: Actor, batch: EntryBatch, deed: Deed, item: EntryBatchItem) -> None:
    try:
        with transaction.atomic():
            entry = locked(item.entry)
            if entry.merged_into_id:
                raise Conflict(_("It was merged into another entry."))
            item.before = _value(deed, entry)
            changed = _do(actor, entry, deed, batch.reason)
            item.after = _value(deed, Entry.objects.get(pk=entry.pk))
    except (Conflict, Invalid) as error:
        item.state, item.problem = EntryBatchItem.State.FAILED, _sentence(error)
    except NotAllowed:
        item.state, item.problem = EntryBatchItem.State.FAILED, _("You may not change this entry.")
    else:
        item.state, item.problem = EntryBatchItem.State.DONE if changed else EntryBatchItem.State.SAME, ""


def _sentence(error: Conflict | Invalid) -> str:
    return " ".join(each for sentences in error.problems.values() for each in sentences) if isinstance(error, Invalid) else str(error)


def _value(deed: Deed, entry: Entry) -> Any:
    """What the entry says of what the deed changes."""
    if deed.what in ("publish", "withdraw"):
        return entry.state
    if deed.what == "status":
        return entry.status
    if deed.what == "stakeholder-type":
        return [entry.stakeholder_type.scheme.code, entry.stakeholder_type.code] if entry.stakeholder_type else None
    if deed.concept is None:
        return entry.places.filter(collection__code=deed.value).exists()
    link = entry.links.filter(concept=deed.concept).first()
    return {"reason": link.reason.to_json()} if link is not None else None


def _do(actor: Actor, entry: Entry, deed: Deed, reason: str) -> bool:
    """Whether anything changed. Raises: Conflict, Invalid, NotAllowed."""
    if deed.what == "withdraw":
        if entry.state == Entry.State.WITHDRAWN:
            return False
        if entry.state == Entry.State.DRAFT:
            raise Conflict(_("It is not public."))
        withdraw_entry(actor=actor, entry=entry, reason=reason)
        return True
    if deed.what == "publish":
        if entry.state == Entry.State.PUBLIC:
            return False
        (publish_entry if entry.state == Entry.State.DRAFT else restore_entry)(actor=actor, entry=entry, reason=reason)
        return True
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("It is withdrawn."))
    draft = current_draft(entry)
    wanted = _with(draft, deed)
    if wanted == draft:
        require(actor, "stocktaking.change_entry", entry)
        return False
    edit_entry(actor=actor, entry=entry, draft=wanted, reason=reason or _in_english(deed))
    return True


def _in_english(deed: Deed) -> str:
    with override("en"):
        return str(deed)


def _with(draft: EntryDraft, deed: Deed, reason: Text | None = None) -> EntryDraft:
    if deed.what == "status":
        return replace(draft, status=deed.value)
    if deed.what == "stakeholder-type":
        return replace(draft, stakeholder_type=deed.concept)
    if deed.concept is None:
        others = tuple(code for code in draft.collections if code != deed.value)
        return replace(draft, collections=tuple(sorted((*others, deed.value))) if deed.kind.adds else others)
    has = any(link.concept == deed.concept for link in draft.links)
    if has == deed.kind.adds:
        return draft
    if deed.kind.adds:
        return replace(draft, links=(*draft.links, LinkDraft(deed.concept, reason or Text())))
    return replace(draft, links=tuple(link for link in draft.links if link.concept != deed.concept))


def _finish(actor: Actor, batch: EntryBatch) -> None:
    """Note the end of it, in the trail too."""
    now = timezone.now()
    counts = counts_of(batch)
    if batch.undo_at:
        if batch.undone_at is None:
            batch.undone_at = now
            audit.record(actor=actor, verb="undone together", kind=BATCH, key=str(batch.pk), after={"count": counts[EntryBatchItem.State.UNDONE]})
    elif batch.done_at is None:
        batch.done_at = now
        after = {"deed": batch.deed, "value": batch.value, "count": counts[EntryBatchItem.State.DONE], "failed": counts[EntryBatchItem.State.FAILED]}
        audit.record(actor=actor, verb="done together", kind=BATCH, key=str(batch.pk), after=after, reason=batch.reason)


def counts_of(batch: EntryBatch) -> Counter[str]:
    """How many entries of a batch are in which state."""
    return Counter(batch.items.order_by().values_list("state", flat=True))


@transaction.atomic
def try_again(*, actor: Actor, batch: EntryBatch) -> None:
    """Let what could not be done, or undone, be tried once more by ``go_on``; also take up work that broke off."""
    require(actor, "stocktaking.see_hidden")
    begun = EntryBatch.objects.select_for_update().get(pk=batch.pk)
    state = EntryBatchItem.State
    failed, before = (state.STUCK, state.DONE) if begun.undo_at else (state.FAILED, state.WAITING)
    begun.items.filter(state=failed).update(state=before, problem="")
    begun.worked_at, begun.broken_at = timezone.now(), None
    if begun.undo_at:
        begun.undone_at = None
    else:
        begun.done_at = None
    begun.save(update_fields=["worked_at", "broken_at", "done_at", "undone_at"])


@transaction.atomic
def stop_batch(*, actor: Actor, batch: EntryBatch) -> int:
    """Leave undone what is not done yet; how many entries. What is done can be undone as always."""
    require(actor, "stocktaking.see_hidden")
    begun = EntryBatch.objects.select_for_update().get(pk=batch.pk)
    if begun.undo_at is not None or begun.done_at is not None:
        raise Conflict(_("This is over already."))
    left = begun.items.filter(state=EntryBatchItem.State.WAITING)
    count = left.update(state=EntryBatchItem.State.FAILED, problem=_("It was stopped before."))
    _finish(actor, begun)
    begun.save(update_fields=["done_at", "undone_at"])
    return count


def too_long_ago() -> datetime:
    """Work without a sign of life since then is taken for broken off."""
    return timezone.now() - PATIENCE


def note_broken(batch: uuid.UUID) -> None:
    """Keep that the work on a batch broke off; its page offers to go on."""
    EntryBatch.objects.filter(pk=batch).update(broken_at=timezone.now())


@transaction.atomic
def record_export(*, actor: Actor, count: int, query: str) -> None:
    """Keep that somebody took entries, hidden ones too, home as a table: which, and how many."""
    require(actor, "stocktaking.see_hidden")
    audit.record(actor=actor, verb="exported", kind="stocktaking.entries", key="all", after={"count": count, "query": query})


# ---- undoing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_undoing(*, actor: Actor, batch: EntryBatch) -> int:
    """Note that a batch is to be undone; ``go_on`` does it. How many there are. Raises: Conflict, NotAllowed."""
    require(actor, "stocktaking.see_hidden")
    begun = EntryBatch.objects.select_for_update().get(pk=batch.pk)
    if begun.undo_at is not None:
        raise Conflict(_("This was undone already."))
    if begun.done_at is None:
        raise Conflict(_("This is still being done. Undo it when it is over."))
    begun.undo_at = begun.worked_at = timezone.now()
    begun.broken_at = None
    begun.save(update_fields=["undo_at", "worked_at", "broken_at"])
    return begun.items.filter(state=EntryBatchItem.State.DONE).count()


def _undo_one(actor: Actor, batch: EntryBatch, deed: Deed, item: EntryBatchItem) -> None:
    try:
        with transaction.atomic():
            entry = locked(item.entry)
            if entry.merged_into_id or _value(deed, entry) != item.after:
                item.state, item.problem = EntryBatchItem.State.KEPT, _("Somebody has changed it since.")
                return
            _put_back(actor, entry, deed, item.before, f"undone: {batch.reason or _in_english(deed)}")
    except (Conflict, Invalid) as error:
        item.state, item.problem = EntryBatchItem.State.STUCK, _sentence(error)
    except NotAllowed:
        item.state, item.problem = EntryBatchItem.State.STUCK, _("You may not change this entry.")
    else:
        item.state, item.problem = EntryBatchItem.State.UNDONE, ""


def _put_back(actor: Actor, entry: Entry, deed: Deed, before: Any, reason: str) -> None:
    if deed.what in ("publish", "withdraw"):
        if before == Entry.State.PUBLIC:
            restore_entry(actor=actor, entry=entry, reason=reason)
        elif before == Entry.State.WITHDRAWN:
            withdraw_entry(actor=actor, entry=entry, reason=reason)
        else:
            _hide_again(actor, entry, reason)
        return
    draft = current_draft(entry)
    if deed.what == "status":
        draft = replace(draft, status=before)
    elif deed.what == "stakeholder-type":
        draft = replace(draft, stakeholder_type=_concept(*before) if before else None)
    else:
        opposite = "remove-" if deed.kind.adds else "add-"
        what = opposite + deed.what.partition("-")[2]
        draft = _with(draft, replace(deed, what=what), Text.from_json(before["reason"]) if isinstance(before, dict) else None)
    edit_entry(actor=actor, entry=entry, draft=draft, reason=reason)


def _hide_again(actor: Actor, entry: Entry, reason: str) -> None:
    """Make a draft of what was a draft before it was made public together with others."""
    require(actor, "stocktaking.withdraw_entry", entry)
    entry.state, entry.published_at, entry.updated_at = Entry.State.DRAFT, None, timezone.now()
    entry.save(update_fields=["state", "published_at", "updated_at"])
    audit.record(actor=actor, verb="changed", kind=KIND, key=entry.number, before={"state": "public"}, after={"state": "draft"}, reason=reason)
    tell(actor, entry, "changed")
