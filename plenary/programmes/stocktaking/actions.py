"""Every write to entries: adding, editing, withdrawing."""

from __future__ import annotations

import re
from collections import defaultdict
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
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.events import EntriesAdded, EntryChanged
from plenary.programmes.stocktaking.models import Entry, EntryConcept, EntryOrganisation
from plenary.programmes.stocktaking.organisations import organisations_of

KIND = "stocktaking.entry"  # in the trail
INDEX_KIND = "entry"  # in the search index
_BATCH = 500
_FIELDS = (
    "title", "summary", "description", "edition", "stakeholder_type", "reach", "status", "starts_on", "ends_on", "year", "website", "source", "source_id",
    "sort_title", "identity",
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
            _fill(Entry(number=number, state=state, created_at=now, updated_at=now), draft) for number, draft in zip(numbers[start:], batch, strict=False)
        ]
        Entry.objects.bulk_create(entries)
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
    entry = _locked(entry)
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
    entry.links.all().delete()
    entry.organisation_links.all().delete()
    _write_links([(entry, draft)], organisations_of([draft], actor=actor))
    after = snapshot(entry)
    changed = audit.changes(before, after)
    if not changed[1]:
        return entry
    audit.record(actor=actor, verb="changed", kind=KIND, key=entry.number, before=changed[0], after=changed[1], reason=reason)
    audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=after, reason=reason)
    _tell(actor, entry, "changed")
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
    entry = _locked(entry)
    require(actor, "stocktaking.withdraw_entry", entry)
    if entry.state not in allowed:
        raise Conflict(_("The entry is %(state)s; this cannot be done from there.") % {"state": entry.get_state_display()})
    before = entry.state
    entry.state = state
    entry.updated_at = timezone.now()
    entry.save(update_fields=["state", "updated_at"])
    audit.record(actor=actor, verb=verb, kind=KIND, key=entry.number, before={"state": before}, after={"state": state}, reason=reason)
    _tell(actor, entry, verb)
    return entry


def _locked(entry: Entry) -> Entry:
    return Entry.objects.select_for_update(of=("self",)).select_related("edition").get(pk=entry.pk)


def _tell(actor: Actor, entry: Entry, verb: str) -> None:
    search.changed(INDEX_KIND, entry.number)
    emit(EntryChanged(actor_id=actor.trail_id, number=entry.number, verb=verb))


def _fill(entry: Entry, draft: EntryDraft) -> Entry:
    for name in _FIELDS:
        setattr(entry, name, getattr(draft, name))
    entry.sort_year = draft.year or 0
    return entry


def _write_links(pairs: Iterable[tuple[Entry, EntryDraft]], organisations: Mapping[OrganisationDraft, Organisation]) -> None:
    links: list[EntryConcept] = []
    bodies: list[EntryOrganisation] = []
    for entry, draft in pairs:
        reasons: dict[int, LinkDraft] = {}
        for link in draft.links:
            reasons.setdefault(link.concept.pk, link)
        links += [EntryConcept(entry=entry, concept=link.concept, reason=link.reason) for link in reasons.values()]
        found = dict.fromkeys(organisations[body].pk for body in draft.organisations)
        bodies += [EntryOrganisation(entry=entry, organisation_id=pk, position=position) for position, pk in enumerate(found)]
    EntryConcept.objects.bulk_create(links, batch_size=2000)
    EntryOrganisation.objects.bulk_create(bodies, batch_size=2000)


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


def snapshot(entry: Entry) -> dict[str, Any]:
    """The whole entry with links, organisations and texts, as JSON."""
    links = entry.links.select_related("concept__scheme").order_by("concept__scheme__position", "concept__position", "concept__code")
    bodies = entry.organisation_links.select_related("organisation").order_by("position", "id")
    return {
        "number": entry.number,
        "state": entry.state,
        "edition": entry.edition.code if entry.edition else None,
        "title": entry.title.to_json(),
        "summary": entry.summary.to_json(),
        "description": entry.description.to_json(),
        "stakeholder_type": entry.stakeholder_type.code if entry.stakeholder_type else None,
        "reach": entry.reach,
        "status": entry.status,
        "starts_on": entry.starts_on.isoformat() if entry.starts_on else None,
        "ends_on": entry.ends_on.isoformat() if entry.ends_on else None,
        "year": entry.year,
        "website": entry.website,
        "source": entry.source,
        "source_id": entry.source_id,
        "concepts": [[link.concept.scheme.code, link.concept.code, link.reason.to_json()] for link in links],
        "organisations": [[str(link.organisation_id), link.organisation.name.best(link.organisation.name.original).text] for link in bodies],
    }


def draft_of(taken: dict[str, Any]) -> EntryDraft:
    """The draft that makes an entry be as in a snapshot; concepts and organisations that are gone are left out."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for scheme, code, _reason in taken["concepts"]:
        wanted[scheme].append(code)
    if taken["stakeholder_type"]:
        wanted["stakeholder-types"].append(taken["stakeholder_type"])
    concepts = {
        (concept.scheme.code, concept.code): concept
        for scheme, codes in wanted.items()
        for concept in Concept.objects.filter(scheme__code=scheme, code__in=codes).select_related("scheme")
    }
    bodies = Organisation.objects.select_related("country", "stakeholder_type").in_bulk([key for key, _name in taken["organisations"]])
    by_key = {str(key): body for key, body in bodies.items()}
    return EntryDraft(
        number=taken["number"],
        edition=Edition.objects.filter(code=taken["edition"]).first() if taken["edition"] else None,
        title=Text.from_json(taken["title"]),
        summary=Text.from_json(taken["summary"]),
        description=Text.from_json(taken["description"]),
        stakeholder_type=concepts.get(("stakeholder-types", taken["stakeholder_type"])),
        reach=taken["reach"],
        status=taken["status"],
        starts_on=datetime.fromisoformat(taken["starts_on"]).date() if taken["starts_on"] else None,
        ends_on=datetime.fromisoformat(taken["ends_on"]).date() if taken["ends_on"] else None,
        year=taken["year"],
        website=taken["website"],
        source=taken["source"],
        source_id=taken["source_id"],
        links=tuple(LinkDraft(concepts[scheme, code], Text.from_json(reason)) for scheme, code, reason in taken["concepts"] if (scheme, code) in concepts),
        organisations=tuple(
            OrganisationDraft(name, by_key[key].country if key in by_key else None, by_key[key].stakeholder_type if key in by_key else None)
            for key, name in taken["organisations"]
        ),
    )


def current_draft(entry: Entry) -> EntryDraft:
    """The entry as a draft, to be changed with ``dataclasses.replace``."""
    return draft_of(snapshot(entry))
