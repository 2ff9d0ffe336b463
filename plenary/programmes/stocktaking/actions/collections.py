"""Writing collections: making and changing them, their logo, which entries are in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.files import actions as files
from plenary.ground.files.copies import public_copy
from plenary.ground.files.kinds import IMAGE_KINDS, MEGABYTE, Limits
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.actions.entries import INDEX_KIND
from plenary.programmes.stocktaking.actions.entries import KIND as ENTRY_KIND
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry

KIND = "stocktaking.collection"
CALL = re.compile(r"^[\w.-]{1,30}/[a-z0-9][a-z0-9-]{0,59}$")
CODE = re.compile(r"^[a-z0-9][a-z0-9-]{0,59}$")
LOGO = Limits(size=5 * MEGABYTE, kinds=IMAGE_KINDS)
#: The longer side of a logo, in pixels: it stands beside a name, on screens with two dots for each.
LOGO_SIDE = 480
_BATCH = 500
_NO_TEXT = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionValues:
    """All that is said of a collection. introduction: in Markdown. calls: ``2021/covid-19-repository``; what they accept belongs to it."""

    name: Text
    summary: Text = _NO_TEXT
    introduction: Text = _NO_TEXT
    host: Organisation | None = None
    calls: tuple[str, ...] = ()
    position: int = 50


def values_of(collection: Collection) -> CollectionValues:
    """What is said of a collection now."""
    return CollectionValues(
        name=collection.name,
        summary=collection.summary,
        introduction=collection.introduction,
        host=collection.host,
        calls=tuple(collection.calls),
        position=collection.position,
    )


def _told(collection: Collection) -> dict[str, Any]:
    return {
        "name": collection.name.to_json(),
        "summary": collection.summary.to_json(),
        "introduction": collection.introduction.to_json(),
        "host": str(collection.host_id) if collection.host_id else None,
        "calls": list(collection.calls),
        "position": collection.position,
        "logo": str(collection.logo_id) if collection.logo_id else None,
    }


def _check(values: CollectionValues) -> None:
    problems: dict[str, list[str]] = {}
    if not values.name:
        problems["name"] = [_("Give the collection a name.")]
    wrong = [call for call in values.calls if not CALL.fullmatch(call)]
    if wrong:
        problems["calls"] = [_("“%(call)s” is not a call: write its edition and its name, as in 2021/covid-19-repository.") % {"call": wrong[0][:60]}]
    if problems:
        raise Invalid(problems)


@transaction.atomic
def add_collection(*, actor: Actor, code: str, values: CollectionValues) -> Collection:
    """Make a collection. code: also its address. Raises: Invalid, NotAllowed."""
    require(actor, "stocktaking.add_collection")
    if not CODE.fullmatch(code):
        raise Invalid({"code": [_("A code has at most 60 small letters, digits and hyphens.")]})
    if Collection.objects.filter(code=code).exists():
        raise Invalid({"code": [_("There already is a collection with this code.")]})
    _check(values)
    collection = Collection(code=code)
    _fill(collection, values)
    collection.save()
    audit.record(actor=actor, verb="created", kind=KIND, key=code, after=_told(collection))
    return collection


@transaction.atomic
def edit_collection(*, actor: Actor, collection: Collection, values: CollectionValues, reason: str = "") -> Collection:
    """Make the collection be as said. Its curators write its texts; host, calls and place are for the secretariat.

    Raises: Invalid, NotAllowed.
    """
    collection = _locked(collection)
    require(actor, "stocktaking.change_collection", collection)
    _check(values)
    before, was = _told(collection), values_of(collection)
    if (was.host, was.calls, was.position) != (values.host, values.calls, values.position):
        require(actor, "stocktaking.add_collection")
    _fill(collection, values)
    gone, new = audit.changes(before, _told(collection))
    if new:
        collection.save()
        audit.record(actor=actor, verb="changed", kind=KIND, key=collection.code, before=gone, after=new, reason=reason)
        if "name" in new:  # entries are found by it
            search.changed(INDEX_KIND, *_public_numbers(collection))
    return collection


def _fill(collection: Collection, values: CollectionValues) -> None:
    collection.name, collection.summary, collection.introduction = values.name, values.summary, values.introduction
    collection.host, collection.calls, collection.position = values.host, list(dict.fromkeys(values.calls)), values.position


@transaction.atomic
def set_logo(*, actor: Actor, collection: Collection, upload: UploadedFile | None) -> Collection:
    """Show another logo, or none. Raises: Invalid at ``file`` where it is no picture, NotAllowed."""
    collection = _locked(collection)
    require(actor, "stocktaking.change_collection", collection)
    old = collection.logo
    if upload is None:
        collection.logo = None
    else:
        # Curators need no right to publish files: what is shown is a copy that the platform makes.
        original = files.store(actor=SYSTEM, upload=upload, limits=LOGO)
        collection.logo = public_copy(actor=SYSTEM, file=original, side=LOGO_SIDE)
        files.delete(actor=SYSTEM, file=original, reason="a copy of it is shown")
    collection.save(update_fields=["logo"])
    if old is not None:
        files.delete(actor=SYSTEM, file=old, reason="another logo took its place")
    new = str(collection.logo_id) if collection.logo_id else None
    audit.record(actor=actor, verb="changed", kind=KIND, key=collection.code, before={"logo": str(old.pk) if old else None}, after={"logo": new})
    return collection


@transaction.atomic
def remove_collection(*, actor: Actor, collection: Collection, reason: str = "") -> None:
    """Delete a collection that holds nothing. Raises: Conflict where entries are in it, NotAllowed."""
    collection = _locked(collection)
    require(actor, "stocktaking.add_collection")
    if collection.places.exists():
        raise Conflict(_("Entries are in this collection. Take them out first."))
    before, code, logo = _told(collection), collection.code, collection.logo
    collection.delete()
    if logo is not None:
        files.delete(actor=SYSTEM, file=logo, reason="its collection was deleted")
    audit.record(actor=actor, verb="deleted", kind=KIND, key=code, before=before, reason=reason)


# ---- what is in it --------------------------------------------------------------------------------------------------


@transaction.atomic
def put_in(*, actor: Actor, collection: Collection, keys: Iterable[int], reason: str = "") -> int:
    """Put public entries into the collection, by their primary keys; how many are new in it. Raises: NotAllowed."""
    return _move(actor, collection, keys, reason, is_in=True)


@transaction.atomic
def take_out(*, actor: Actor, collection: Collection, keys: Iterable[int], reason: str = "") -> int:
    """Take entries out of the collection, by their primary keys; how many were in it. Raises: NotAllowed."""
    return _move(actor, collection, keys, reason, is_in=False)


def _move(actor: Actor, collection: Collection, keys: Iterable[int], reason: str, *, is_in: bool) -> int:
    collection = _locked(collection)
    require(actor, "stocktaking.change_collection", collection)
    wanted = sorted(set(keys))
    moved: list[str] = []
    for first in range(0, len(wanted), _BATCH):
        moved += _move_some(actor, collection, wanted[first : first + _BATCH], reason, is_in=is_in)
    if moved:
        told = {"entries": len(moved), "numbers": moved[:_BATCH]}
        verb = "entries put in" if is_in else "entries taken out"
        before, after = (None, told) if is_in else (told, None)
        audit.record(actor=actor, verb=verb, kind=KIND, key=collection.code, before=before, after=after, reason=reason)
        search.changed(INDEX_KIND, *moved)
    return len(moved)


def _move_some(actor: Actor, collection: Collection, keys: Sequence[int], reason: str, *, is_in: bool) -> list[str]:
    there = set(CollectionEntry.objects.filter(collection=collection, entry__in=keys).values_list("entry_id", flat=True))
    chosen = Entry.objects.filter(pk__in=keys)
    chosen = chosen.filter(state=Entry.State.PUBLIC).exclude(pk__in=there) if is_in else chosen.filter(pk__in=there)
    entries = list(chosen.order_by("pk").values_list("pk", "number"))
    if is_in:
        CollectionEntry.objects.bulk_create([CollectionEntry(collection=collection, entry_id=key) for key, _number in entries])
    else:
        CollectionEntry.objects.filter(collection=collection, entry__in=[key for key, _number in entries]).delete()
    # Whoever harvests the repository learns of it: collections are its sets.
    Entry.objects.filter(pk__in=[key for key, _number in entries]).update(updated_at=timezone.now())
    values = {number: {"collection": collection.code} for _key, number in entries}
    audit.record_many(actor=actor, verb="put in a collection" if is_in else "taken out of a collection", kind=ENTRY_KIND, values=values, reason=reason)
    return list(values)


def _public_numbers(collection: Collection) -> list[str]:
    return list(Entry.objects.filter(places__collection=collection, state=Entry.State.PUBLIC).values_list("number", flat=True))


def _locked(collection: Collection) -> Collection:
    return Collection.objects.select_for_update(of=("self",)).select_related("host", "logo").get(pk=collection.pk)
