"""Writing entries: adding, editing, withdrawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.audit.models import Version
from plenary.ground.audit.queries import versions_of
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import Organisation
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.actions.snapshots import draft_of, snapshot
from plenary.programmes.stocktaking.drafts import STORY, EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.events import EntriesAdded, EntryChanged
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry, EntryConcept, EntryEdition, EntryMedia, EntryOrganisation
from plenary.programmes.stocktaking.organisations import organisations_of

KIND = "stocktaking.entry"  # in the trail
INDEX_KIND = "entry"  # in the search index
_BATCH = 500
_FIELDS = (
    *STORY, "edition", "stakeholder_type", "reach", "status", "starts_on", "ends_on", "year", "website", "source", "source_id", "sort_title", "identity",
)  # fmt: skip


@transaction.atomic
def create_entry(*, actor: Actor, draft: EntryDraft, state: str = Entry.State.PUBLIC) -> Entry:
    """Add one entry. Raises: Invalid, NotAllowed."""
    return add_entries(actor=actor, drafts=[draft], state=state)[0]


@transaction.atomic
def add_entries(
    *, actor: Actor, drafts: Sequence[EntryDraft], state: str = Entry.State.PUBLIC, reason: str = "", progress: Callable[[int], None] | None = None
) -> list[Entry]:
    """Add many entries at once, all or none.

    reason: for the trail, such as the name of the imported file. progress: is told how many more are done.

    Raises: Invalid, NotAllowed.
    """
    for edition in {draft.edition for draft in drafts} or {None}:
        require(actor, "stocktaking.add_entry", edition)
    for draft in drafts:
        draft.check()
    numbers = _numbers(drafts)
    bodies = organisations_of(drafts, actor=actor)
    now = timezone.now()
    made: list[Entry] = []
    for start in range(0, len(drafts), _BATCH):
        batch = drafts[start : start + _BATCH]
        entries = [
            _fill(Entry(number=number, state=state, created_at=now, updated_at=now, published_at=now if state == Entry.State.PUBLIC else None), draft)
            for number, draft in zip(numbers[start:], batch, strict=False)
        ]
        Entry.objects.bulk_create(entries)
        EntryEdition.objects.bulk_create(
            [EntryEdition(entry=entry, edition=entry.edition, how=EntryEdition.How.ADDED, at=now) for entry in entries if entry.edition]
        )
        _write_links(zip(entries, batch, strict=True), bodies)
        audit.record_many(
            actor=actor,
            verb="imported" if reason else "created",
            kind=KIND,
            values={entry.number: {"title": entry.title.to_json(), "state": entry.state} for entry in entries},
            reason=reason,
        )
        made += entries
        if progress:
            progress(len(batch))
    search.changed(INDEX_KIND, *numbers)
    emit(EntriesAdded(actor_id=actor.trail_id, numbers=tuple(numbers)))
    return made


@transaction.atomic
def edit_entry(*, actor: Actor, entry: Entry, draft: EntryDraft, reason: str = "", seen: datetime | None = None) -> Entry:
    """Make the entry be as the draft says; its number stays.

    seen: ``updated_at`` as the editor saw it; who edits what somebody else has changed meanwhile is told so.

    Raises: Conflict, Invalid, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.change_entry", entry)
    if seen is not None and seen != entry.updated_at:
        raise Conflict(_("Somebody else has changed this entry meanwhile. Look at their version, then make your change again."))
    draft.check()
    before = snapshot(entry)
    if not versions_of(KIND, entry.number).exists():
        audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=before, reason="as it stood before the first change")
    _fill(entry, draft)
    entry.updated_at = timezone.now()
    entry.save()
    for parts in (entry.links, entry.organisation_links, entry.media):
        parts.all().delete()
    entry.places.exclude(collection__code__in=draft.collections).delete()  # those that stay keep their day
    _write_links([(entry, draft)], organisations_of([draft], actor=actor))
    after = snapshot(entry)
    changed = audit.changes(before, after)
    if not changed[1]:
        return entry
    audit.record(actor=actor, verb="changed", kind=KIND, key=entry.number, before=changed[0], after=changed[1], reason=reason)
    audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=after, reason=reason)
    tell(actor, entry, "changed")
    return entry


@transaction.atomic
def restore_version(*, actor: Actor, entry: Entry, version: Version, reason: str = "") -> Entry:
    """Make the entry be as it was in one of its versions. Raises: Conflict, Invalid, NotAllowed."""
    if version.kind != KIND or version.key != entry.number:
        raise Invalid({"": [_("This is a version of another record.")]})
    return edit_entry(actor=actor, entry=entry, draft=draft_of(version.payload.after or {}), reason=reason)


@transaction.atomic
def withdraw_entry(*, actor: Actor, entry: Entry, reason: str) -> Entry:
    """Take the entry out of public view; it and its history stay. Raises: Conflict, Invalid, NotAllowed."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the entry is withdrawn.")]})
    return _move(actor, entry, {Entry.State.DRAFT, Entry.State.PUBLIC}, Entry.State.WITHDRAWN, "withdrawn", reason)


@transaction.atomic
def restore_entry(*, actor: Actor, entry: Entry, reason: str = "") -> Entry:
    """Put a withdrawn entry back into public view. Raises: Conflict, NotAllowed."""
    return _move(actor, entry, {Entry.State.WITHDRAWN}, Entry.State.PUBLIC, "restored", reason)


@transaction.atomic
def publish_entry(*, actor: Actor, entry: Entry, reason: str = "") -> Entry:
    """Show a draft to everybody. Raises: Conflict, NotAllowed."""
    return _move(actor, entry, {Entry.State.DRAFT}, Entry.State.PUBLIC, "published", reason)


def _move(actor: Actor, entry: Entry, allowed: set[Entry.State], state: Entry.State, verb: str, reason: str) -> Entry:
    entry = locked(entry)
    require(actor, "stocktaking.withdraw_entry", entry)
    if entry.state not in allowed:
        raise Conflict(_("The entry is %(state)s; this cannot be done from there.") % {"state": entry.get_state_display()})
    before = entry.state
    entry.state = state
    entry.updated_at = timezone.now()
    if state == Entry.State.PUBLIC and entry.published_at is None:
        entry.published_at = entry.updated_at
    entry.save(update_fields=["state", "updated_at", "published_at"])
    audit.record(actor=actor, verb=verb, kind=KIND, key=entry.number, before={"state": before}, after={"state": state}, reason=reason)
    tell(actor, entry, verb)
    return entry


def locked(entry: Entry) -> Entry:
    """The entry as it stands now, kept from others until the transaction ends."""
    return Entry.objects.select_for_update(of=("self",)).select_related("edition").get(pk=entry.pk)


def tell(actor: Actor, entry: Entry, verb: str) -> None:
    """Let index and listeners know that the entry changed. verb: as in the trail."""
    search.changed(INDEX_KIND, entry.number)
    emit(EntryChanged(actor_id=actor.trail_id, number=entry.number, verb=verb))


def _fill(entry: Entry, draft: EntryDraft) -> Entry:
    for name in _FIELDS:
        setattr(entry, name, getattr(draft, name))
    entry.web_links = [{"url": link.url, "label": link.label} for link in draft.web_links]
    entry.sort_year = draft.year or 0
    return entry


def _write_links(pairs: Iterable[tuple[Entry, EntryDraft]], organisations: Mapping[OrganisationDraft, Organisation]) -> None:
    links: list[EntryConcept] = []
    bodies: list[EntryOrganisation] = []
    media: list[EntryMedia] = []
    places: list[CollectionEntry] = []
    pairs = list(pairs)
    files = {each.file for _entry, draft in pairs for each in draft.media}
    # Only what everybody may read anyway is shown: a draft cannot make somebody's upload public by naming it.
    shown = {str(key) for key in StoredFile.objects.filter(pk__in=files, is_public=True, deleted_at=None).values_list("pk", flat=True)} if files else set()
    codes = {code for _entry, draft in pairs for code in draft.collections}
    collections = {each.code: each for each in Collection.objects.filter(code__in=codes)} if codes else {}
    for entry, draft in pairs:
        reasons: dict[int, LinkDraft] = {}
        for link in draft.links:
            reasons.setdefault(link.concept.pk, link)
        links += [EntryConcept(entry=entry, concept=link.concept, reason=link.reason) for link in reasons.values()]
        roles: dict[Any, str] = {}
        for body in draft.organisations:
            roles.setdefault(organisations[body].pk, body.role)
        bodies += [EntryOrganisation(entry=entry, organisation_id=pk, role=role, position=position) for position, (pk, role) in enumerate(roles.items())]
        media += [
            EntryMedia(entry=entry, file_id=each.file, alt=each.alt, caption=each.caption, credit=each.credit, position=position)
            for position, each in enumerate(draft.media)
            if each.file in shown
        ]
        places += [CollectionEntry(entry=entry, collection=collections[code]) for code in dict.fromkeys(draft.collections) if code in collections]
    EntryConcept.objects.bulk_create(links, batch_size=2000)
    EntryOrganisation.objects.bulk_create(bodies, batch_size=2000)
    EntryMedia.objects.bulk_create(media, batch_size=2000)
    CollectionEntry.objects.bulk_create(places, batch_size=2000, ignore_conflicts=True)


def _numbers(drafts: Sequence[EntryDraft]) -> list[str]:
    """The drafts' own numbers; where there is none, the next of the edition."""
    taken = {draft.number for draft in drafts if draft.number}
    if Entry.objects.filter(number__in=list(taken)[:500]).exists():
        raise Invalid({"number": [_("There already is an entry with this number.")]})
    next_of: dict[str, int] = {}
    numbers: list[str] = []
    for draft in drafts:
        if draft.number:
            numbers.append(draft.number)
            continue
        prefix = f"{draft.edition.code}-" if draft.edition else "entry-"
        if prefix not in next_of:
            next_of[prefix] = _last_of(prefix)
        number = ""
        while not number or number in taken:
            next_of[prefix] += 1
            number = f"{prefix}{next_of[prefix]}"
        taken.add(number)
        numbers.append(number)
    return numbers


def _last_of(prefix: str) -> int:
    """The highest count given out under a prefix. Entries are never deleted, so their number is a lower bound."""
    if prefix != "entry-":
        # Whoever else numbers in this edition waits here.
        list(Edition.objects.select_for_update().filter(code=prefix[:-1]).values_list("pk"))
    counted = re.compile(re.escape(prefix) + r"(\d{1,9})")
    # The longest number that is a count is the highest, and of those as long the last: few rows are looked at.
    given = Entry.objects.filter(number__startswith=prefix).order_by(Length("number").desc(), "-number").values_list("number", flat=True)
    matches = (counted.fullmatch(number) for number in given.iterator(chunk_size=50))
    return next((int(match[1]) for match in matches if match), 0)
