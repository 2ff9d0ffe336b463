"""What a file would change of entries that are here already: three ways, so that nobody's work is lost.

Compared are what the file said last time, or what was here when the table was taken from here; what is here now; and what
the file says now. What only the file has changed is taken over. What somebody has changed here stays, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.dateparse import parse_datetime

from plenary.ground.audit.models import TrailRecord, Version
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking.actions import KIND
from plenary.programmes.stocktaking.drafts import STORY, EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.importing.columns import Record
from plenary.programmes.stocktaking.models import CollectionEntry, Entry, EntryConcept, EntryOrganisation

#: Begins the reason of every version that an import has written.
IMPORTED = "import: "
#: Which schemes a column of an import file names concepts of.
ABOUT = {
    "action_lines": ("action-lines", "sub-themes"),
    "sdgs": ("sdgs", "sdg-targets"),
    "country_iso3": ("countries",),
    "themes": ("themes",),
}
ROLES = {"org": "lead", "partners": "partner", "funders": "funder"}
_COLUMN_OF_ROLE = {role: column for column, role in ROLES.items()}
#: Fields with one value: the column, and the name in a snapshot.
PLAIN = {"status": "status", "reach": "reach", "starts_on": "starts_on", "ends_on": "ends_on", "year": "year", "url": "website", "source": "source"}
_NOTHING: tuple[Any, ...] = (None, "", (), frozenset())


@dataclass(frozen=True, slots=True)
class Change:
    """A value of an entry that a file would change, or that stays because somebody changed it here (``kept``)."""

    row: int
    number: str
    column: str
    before: Any
    after: Any
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """What a row would change of an entry."""

    entry: Entry
    record: Record
    draft: EntryDraft
    units: dict[str, Any]


# ---- what is compared -----------------------------------------------------------------------------------------------


def units_of(taken: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a snapshot under the names of the columns; texts by language."""
    units: dict[str, Any] = {}
    for name in STORY:
        for language, text in Text.from_json(taken.get(name)).texts.items():
            units[f"{name}/{language}"] = text
    for column, name in PLAIN.items():
        units[column] = taken.get(name)
    units["stakeholder_type"] = taken.get("stakeholder_type")
    units["edition"] = taken.get("edition")
    units["links"] = tuple((link["url"], link["label"]) for link in taken.get("web_links", ()))
    column_of = {scheme: column for column, schemes in ABOUT.items() for scheme in schemes}
    about: dict[str, set[str]] = {column: set() for column in ABOUT}
    for scheme, code, reason in taken["concepts"]:
        if scheme in column_of:
            about[column_of[scheme]].add(code)
        why = Text.from_json(reason)
        if why:
            units[f"reasons/{code}"] = why.best(why.original).text
    units |= {column: frozenset(codes) for column, codes in about.items()}
    bodies: dict[str, list[str]] = {column: [] for column in ROLES}
    for body in taken["organisations"]:
        bodies[_COLUMN_OF_ROLE.get(body[2] if len(body) > 2 else "lead", "org")].append(body[1])
    units |= {column: tuple(names) for column, names in bodies.items()}
    units["collections"] = frozenset(taken.get("collections", ()))
    return units


def said(record: Record, draft: EntryDraft, language: str, *, empties: bool) -> dict[str, Any]:
    """What a row says of an entry, under the same names; empties: also that something is empty."""
    units: dict[str, Any] = {}
    texts = {name: getattr(draft, name) for name in STORY}
    for name, text in texts.items():
        units |= {f"{name}/{code}": value for code, value in text.texts.items() if value}
    for column in record.filled | (record.empty if empties else frozenset()):
        name, _stroke, code = column.rpartition("_")
        if column in STORY or name in STORY:
            if column in record.empty and column != "title":
                units[f"{column}/{language}" if column in STORY else f"{name}/{code}"] = ""
        elif column in PLAIN:
            units[column] = _as_plain(getattr(draft, PLAIN[column]))
        elif column == "timeframe" and column in record.filled:
            units |= {name: _as_plain(getattr(draft, name)) for name in ("starts_on", "ends_on")}
        elif column == "stakeholder_type":
            units[column] = draft.stakeholder_type.code if draft.stakeholder_type else None
        elif column == "edition" and draft.edition:
            units[column] = draft.edition.code
        elif column == "links":
            units[column] = tuple((link.url, link.label) for link in draft.web_links)
        elif column in ABOUT:
            units[column] = frozenset(link.concept.code for link in draft.links if link.concept.scheme.code in ABOUT[column])
        elif column == "targets" and column in record.filled and "sdgs" not in record.filled:
            units["targets"] = frozenset(link.concept.code for link in draft.links if link.concept.scheme.code == "sdg-targets")
        elif column in ROLES:
            units[column] = tuple(body.name for body in draft.organisations if body.role == ROLES[column])
        elif column == "collections":
            units[column] = frozenset(draft.collections)
    for link in draft.links:
        if link.reason:
            units[f"reasons/{link.concept.code}"] = link.reason.best(link.reason.original).text
    return units


def _as_plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same; organisations are compared as names are."""
    if one in _NOTHING and other in _NOTHING:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple) and all(isinstance(each, str) for each in (*one, *other)):
        return [fold(each) for each in one] == [fold(each) for each in other]
    return bool(one == other)


# ---- what is here ---------------------------------------------------------------------------------------------------


def snapshots_of(keys: Iterable[int]) -> dict[int, tuple[Entry, dict[str, Any]]]:
    """Entries by their keys with what a snapshot says, all in a fixed number of queries; without media."""
    found = Entry.objects.filter(pk__in=list(keys)).select_related("edition", "stakeholder_type").prefetch_related(
        Prefetch("links", EntryConcept.objects.select_related("concept__scheme")),
        Prefetch("organisation_links", EntryOrganisation.objects.select_related("organisation").order_by("position", "id")),
        Prefetch("places", CollectionEntry.objects.select_related("collection")),
    )  # fmt: skip
    return {entry.pk: (entry, _taken(entry)) for entry in found}


def _taken(entry: Entry) -> dict[str, Any]:
    return {
        **{name: getattr(entry, name).to_json() for name in STORY},
        "edition": entry.edition.code if entry.edition else None,
        "stakeholder_type": entry.stakeholder_type.code if entry.stakeholder_type else None,
        "reach": entry.reach,
        "status": entry.status,
        "starts_on": _as_plain(entry.starts_on),
        "ends_on": _as_plain(entry.ends_on),
        "year": entry.year,
        "website": entry.website,
        "web_links": list(entry.web_links),
        "source": entry.source,
        "concepts": [[link.concept.scheme.code, link.concept.code, link.reason.to_json()] for link in entry.links.all()],
        "organisations": [["", link.organisation.name.best(link.organisation.name.original).text, link.role] for link in entry.organisation_links.all()],
        "collections": [place.collection.code for place in entry.places.all()],
    }


def plan(rows: Sequence[tuple[Record, EntryDraft, Entry, dict[str, Any]]], *, empties: bool, tell: Callable[[Change], None]) -> list[Update]:
    """What the rows would change. rows: with the entry that each is about and what is here of it (``snapshots_of``)."""
    differing = []
    for record, draft, entry, taken in rows:
        now = units_of(taken)
        wanted = said(record, draft, draft.title.original, empties=empties)
        if "targets" in wanted:  # targets alone say nothing about the goals
            schemes = {code: scheme for scheme, code, _reason in taken["concepts"]}
            wanted["sdgs"] = wanted.pop("targets") | {code for code in now["sdgs"] if schemes.get(code) == "sdgs"}
        units = {name: value for name, value in wanted.items() if not same(now.get(name), value)}
        if units:
            differing.append((record, draft, entry, now, units))
    bases = _bases([(entry, record.seen, now) for record, _draft, entry, now, _units in differing])
    found: list[Update] = []
    for record, draft, entry, now, units in differing:
        base = bases[entry.pk]
        taken_over: dict[str, Any] = {}
        for name, value in units.items():
            if same(base.get(name), value):
                continue  # the file says what it always said; somebody has changed it here
            kept = not same(base.get(name), now.get(name))
            tell(Change(record.row, entry.number, name, now.get(name), value, kept))
            if not kept:
                taken_over[name] = value
        if taken_over:
            found.append(Update(entry, record, draft, taken_over))
    return found


def _bases(rows: Sequence[tuple[Entry, str, dict[str, Any]]]) -> dict[int, dict[str, Any]]:
    """What the file goes out from, for each entry: what it read here, else what an import has written last."""
    numbers = [entry.number for entry, _seen, _now in rows]
    versions: dict[str, list[Version]] = {}
    for version in Version.objects.filter(kind=KIND, key__in=numbers).select_related("payload").order_by("number"):
        versions.setdefault(version.key, []).append(version)
    imported = set(TrailRecord.objects.filter(kind=KIND, key__in=numbers, verb="imported").values_list("key", flat=True))
    found: dict[int, dict[str, Any]] = {}
    for entry, seen, now in rows:
        kept = [version for version in versions.get(entry.number, ()) if version.payload is not None and version.payload.after]
        if seen:
            found[entry.pk] = _as_seen(entry, parse_datetime(seen), kept, now)
        elif entry.number in imported:
            written = [version for version in kept if version.payload.reason.startswith(IMPORTED)]
            base = written[-1] if written else kept[0] if kept else None
            found[entry.pk] = units_of(base.payload.after or {}) if base is not None else now
        else:
            found[entry.pk] = {}  # written by hand: a file only fills what is empty
    return found


def _as_seen(entry: Entry, seen: datetime | None, versions: Sequence[Version], now: dict[str, Any]) -> dict[str, Any]:
    if seen is None or entry.updated_at <= seen or not versions:
        return now
    before = [version for version in versions if version.at <= seen]
    return units_of((before[-1] if before else versions[0]).payload.after or {})


# ---- taking over ----------------------------------------------------------------------------------------------------


def applied(update: Update, current: EntryDraft) -> EntryDraft:
    """The entry with what is taken over from the file. current: as it stands."""
    values: dict[str, Any] = {}
    draft, units = update.draft, update.units
    texts: dict[str, dict[str, str]] = {}
    for name, value in units.items():
        part, stroke, code = name.partition("/")
        if stroke and part in STORY:
            texts.setdefault(part, {})[code] = value
        elif name in PLAIN:
            values[PLAIN[name]] = getattr(draft, PLAIN[name])
    for part, new in texts.items():
        values[part] = _rewritten(getattr(current, part), new, getattr(draft, part).original)
    if "stakeholder_type" in units:
        values["stakeholder_type"] = draft.stakeholder_type
    if "edition" in units:
        values["edition"] = draft.edition
    if "links" in units:
        values["web_links"] = draft.web_links
    if "collections" in units:
        values["collections"] = draft.collections
    values["links"] = _links(current, draft, units)
    values["organisations"] = _bodies(current, draft, units)
    return replace(current, **values)


def _rewritten(text: Text, new: Mapping[str, str], original: str) -> Text:
    texts = {code: value for code, value in {**text.texts, **new}.items() if value}
    machine = text.machine - set(new)
    if text.original in new:
        machine = frozenset()  # translations of what it said before
        texts = {code: value for code, value in texts.items() if code in new or code not in text.machine}
    first = text.original if text.original in texts else original if original in texts else next(iter(texts), original)
    return Text(texts, first, machine)


def _links(current: EntryDraft, draft: EntryDraft, units: Mapping[str, Any]) -> tuple[LinkDraft, ...]:
    there = {(link.concept.scheme.code, link.concept.code): link for link in current.links}
    offered: dict[tuple[str, str], Concept] = {(link.concept.scheme.code, link.concept.code): link.concept for link in draft.links}
    reasons = {link.concept.code: link.reason for link in draft.links if f"reasons/{link.concept.code}" in units}
    replaced = {scheme for column, schemes in ABOUT.items() if column in units for scheme in schemes}
    found = [link for key, link in there.items() if key[0] not in replaced]
    for column, schemes in ABOUT.items():
        if column not in units:
            continue
        for scheme in schemes:
            for code in units[column]:
                key = (scheme, code)
                if key in there:
                    found.append(there[key])
                elif key in offered:
                    found.append(LinkDraft(offered[key]))
    return tuple(replace(link, reason=reasons[link.concept.code]) if link.concept.code in reasons else link for link in found)


def _bodies(current: EntryDraft, draft: EntryDraft, units: Mapping[str, Any]) -> tuple[OrganisationDraft, ...]:
    there = {fold(body.name): body for body in current.organisations}
    found: list[OrganisationDraft] = []
    for column, role in ROLES.items():
        if column not in units:
            found += [body for body in current.organisations if body.role == role]
            continue
        for body in draft.organisations:
            if body.role == role:
                found.append(replace(there[fold(body.name)], role=role) if fold(body.name) in there else body)
    return tuple(found)
