"""Bringing the sessions of a file into an edition, all or nothing.

Importing again follows the source: what it says differently is changed, unless somebody has edited that field here
since; such fields are kept and told. To know, each session remembers what its source said last (``Session.imported``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.ground.audit.actions import changes, record, record_many
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.files import Problems
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.queries import ConceptIndex
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import PersonIndex
from plenary.ground.search.actions import changed
from plenary.programmes.forum.actions.programme import put_track, put_venue
from plenary.programmes.forum.actions.sessions import COUNTED, FIELDS, next_number, plain, told
from plenary.programmes.forum.events import ProgrammeImported
from plenary.programmes.forum.importing.data import PersonData, SessionData
from plenary.programmes.forum.importing.files import read_programme
from plenary.programmes.forum.models import Session, SessionConcept, SessionPerson, Track, Venue

_SCHEMES = ("action-lines", "sdgs", "themes")


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do. kept: fields that differ from the source because they were edited here."""

    file: str
    added: int = 0
    changed: int = 0
    same: int = 0
    others: int = 0
    kept: list[str] = field(default_factory=list)
    is_dry_run: bool = False

    def lines(self) -> list[str]:
        """The report in words."""
        total = self.added + self.changed + self.same
        found = [
            ngettext("%(n)s session in %(file)s", "%(n)s sessions in %(file)s", total) % {"n": total, "file": self.file},
            _("%(added)s added, %(changed)s changed, %(same)s as they were") % {"added": self.added, "changed": self.changed, "same": self.same},
        ]
        if self.others:
            found.append(ngettext("%(n)s row of another edition passed over", "%(n)s rows of other editions passed over", self.others) % {"n": self.others})
        found += [_("kept as edited here: %(what)s") % {"what": what} for what in self.kept]
        if self.is_dry_run:
            found.append(_("This was a dry run: nothing has been written."))
        return found


@dataclass(slots=True)
class _Wanted:
    """A session as it is to be: what the file says, worked out against the database."""

    data: SessionData
    values: dict[str, Any]
    concepts: list[Concept]
    people: list[PersonData]

    def told(self) -> dict[str, Any]:
        return {
            **{name: plain(value) for name, value in self.values.items()},
            "concepts": sorted([concept.scheme.code, concept.code] for concept in self.concepts),
            "people": [[fold(person.name), person.role, person.post, person.organisation] for person in self.people],
        }


@transaction.atomic
def import_programme(*, actor: Actor, path: Path, edition: Edition, dry_run: bool = False) -> ImportReport:
    """Import a programme (frab XML, frab or pretalx JSON, CSV) into an edition.

    Raises: Invalid with all problems by event or row and field, and then nothing is written; NotAllowed.
    """
    require(actor, "forum.edit", edition)
    programme = read_programme(path, edition)
    report = put_sessions(actor=actor, edition=edition, sessions=programme.sessions, file=path.name, problems=programme.problems)
    report.others, report.is_dry_run = programme.others, dry_run
    if dry_run:
        transaction.set_rollback(True)
    return report


@transaction.atomic
def put_sessions(*, actor: Actor, edition: Edition, sessions: list[SessionData], file: str, problems: Problems | None = None) -> ImportReport:
    """Add these sessions to an edition, or change those that came from the same source before.

    problems: found while reading; nothing is written if there are any, here or there. Raises: Invalid, NotAllowed.
    """
    require(actor, "forum.edit", edition)
    problems = problems or Problems()
    found = Session.objects.filter(edition=edition).select_related("edition", "kind", "track", "venue")
    existing = {session.source_id: session for session in found.prefetch_related("links__concept__scheme", "people__person") if session.source_id}
    _recognise(sessions, existing)
    _check_identity(edition, sessions, existing, file, problems)
    concepts = _find_concepts(sessions, file, problems)
    problems.stop()
    places = _Places(actor, edition, sessions)
    kinds = ConceptIndex("session-types")
    wanted = [_work_out(data, concepts, kinds, places, edition) for data in sessions]
    report = ImportReport(file)
    people = PersonIndex(actor=actor)
    for each in wanted:
        for person in each.people:
            people.ensure(person.name)
    people.save()
    _add([each for each in wanted if each.data.source_id not in existing], edition, people, actor, report)
    for each in wanted:
        if each.data.source_id in existing:
            _change(existing[each.data.source_id], each, people, actor, report)
    if report.added or report.changed:
        emit(ProgrammeImported(actor_id=actor.trail_id, edition=edition.code, added=report.added, changed=report.changed))
    return report


def _recognise(sessions: list[SessionData], existing: dict[str, Session]) -> None:
    """A session of a table without a number is the one that is here under a counted number and the same title."""
    counted = {fold(str(session.title.best(session.title.original).text)): session for session in existing.values() if COUNTED.fullmatch(session.number)}
    for data in sessions:
        if not data.number and data.source_id.startswith("title:") and data.source_id not in existing:
            known = counted.get(fold(str(data.title)))
            if known is not None:
                data.source_id = known.source_id


def _check_identity(edition: Edition, sessions: list[SessionData], existing: dict[str, Session], file: str, problems: Problems) -> None:
    """No two sessions of the file are the same, and no number belongs to another session already."""
    taken = dict(Session.objects.filter(edition=edition).values_list("number", "source_id"))
    seen: dict[str, SessionData] = {}
    numbers: dict[str, SessionData] = {}
    for data in sessions:
        place = data.place
        if data.source_id in seen:
            other = seen[data.source_id]
            where = other.place or f"line {other.line}"
            problems.add(file, data.line, place, f"this is the same session as {where}; give each its own number")
        seen.setdefault(data.source_id, data)
        if not data.number:
            continue
        if data.number in numbers and numbers[data.number].source_id != data.source_id:
            problems.add(file, data.line, ", ".join(filter(None, (place, "number"))), f"the number {data.number} is there twice")
        numbers.setdefault(data.number, data)
        if data.number in taken and taken[data.number] != data.source_id and data.source_id not in existing:
            problems.add(file, data.line, ", ".join(filter(None, (place, "number"))), f"the number {data.number} belongs to another session of this edition")


def _find_concepts(sessions: list[SessionData], file: str, problems: Problems) -> dict[str, dict[str, Concept]]:
    """The concepts behind all spellings; an unknown one is a problem."""
    found: dict[str, dict[str, Concept]] = {scheme: {} for scheme in _SCHEMES}
    for scheme in _SCHEMES:
        if not any(data.concepts.get(scheme) for data in sessions):
            continue
        index = ConceptIndex(scheme)
        for data in sessions:
            for spelling in data.concepts.get(scheme, ()):
                concept = index.find(spelling)
                if concept is None:
                    problems.add(file, data.line, ", ".join(filter(None, (data.place, scheme))), f"{spelling[:60]!r} is not known")
                else:
                    found[scheme][spelling] = concept
    return found


class _Places:
    """The tracks and rooms that sessions name; missing ones are made."""

    def __init__(self, actor: Actor, edition: Edition, sessions: list[SessionData]) -> None:
        self.tracks: dict[str, Track] = {}
        self.venues: dict[str, Venue] = {}
        for track in Track.objects.filter(edition=edition).select_related("edition"):
            for spelling in (track.code, *track.title.texts.values(), *track.aliases):
                self.tracks.setdefault(fold(spelling), track)
        for venue in Venue.objects.filter(edition=edition).select_related("edition"):
            for spelling in (venue.code, *venue.name.texts.values()):
                self.venues.setdefault(fold(spelling), venue)
        for data in sessions:
            if data.track and fold(data.track) not in self.tracks:
                code = _free_code(data.track, {track.code for track in self.tracks.values()}, "track")
                self.tracks[fold(data.track)] = put_track(actor=actor, edition=edition, code=code, title=Text.of(data.track), position=100 + len(self.tracks))
            if data.room and fold(data.room) not in self.venues:
                code = _free_code(data.room, {venue.code for venue in self.venues.values()}, "room")
                self.venues[fold(data.room)] = put_venue(actor=actor, edition=edition, code=code, name=Text.of(data.room), position=100 + len(self.venues))


def _free_code(title: str, taken: set[str], fallback: str) -> str:
    base = slugify(title)[:50].strip("-") or fallback
    code, count = base, 1
    while code in taken:
        count += 1
        code = f"{base}-{count}"
    return code


def _work_out(data: SessionData, concepts: dict[str, dict[str, Concept]], kinds: ConceptIndex, places: _Places, edition: Edition) -> _Wanted:
    kind = kinds.find(data.kind) if data.kind else None
    note = data.note
    if data.kind and kind is None:
        note = "; ".join(part for part in (note, f"type in the source: {data.kind}") if part)
    # A session keeps one zone; where the file names an offset only, that of the edition.
    zone = data.zone or edition.zone
    day = data.starts_at.astimezone(ZoneInfo(zone)).date() if data.starts_at else (date.fromisoformat(data.day) if data.day else None)
    values = {
        "title": data.title,
        "summary": data.summary,
        "description": data.description,
        "kind": kind,
        "track": places.tracks.get(fold(data.track)) if data.track else None,
        "venue": places.venues.get(fold(data.room)) if data.room else None,
        "starts_at": data.starts_at,
        "ends_at": data.ends_at,
        "day": day,
        "zone": zone,
        "languages": data.languages,
        "link": data.link,
        "recording": data.recording,
        "hosts": data.hosts,
        "source": data.source,
        "note": note,
    }
    tagged = {concept.pk: concept for scheme in _SCHEMES for spelling in data.concepts.get(scheme, ()) if (concept := concepts[scheme].get(spelling))}
    people = {(fold(person.name), person.role): person for person in reversed(data.people) if fold(person.name)}
    return _Wanted(data, values, list(tagged.values()), list(reversed(people.values())))


def _add(wanted: list[_Wanted], edition: Edition, people: PersonIndex, actor: Actor, report: ImportReport) -> None:
    numbers = set(Session.objects.filter(edition=edition).values_list("number", flat=True)) | {each.data.number for each in wanted}
    sessions = []
    for each in wanted:
        number = each.data.number or next_number(numbers)
        numbers.add(number)
        sessions.append(Session(edition=edition, number=number, state=Session.State.PUBLIC, source_id=each.data.source_id, imported=each.told(), **each.values))
    created = Session.objects.bulk_create(sessions, batch_size=200)
    links, parts = [], []
    for session, each in zip(created, wanted, strict=True):
        links += [SessionConcept(session=session, concept=concept) for concept in each.concepts]
        parts += _parts(session, each, people)
    SessionConcept.objects.bulk_create(links, batch_size=500)
    SessionPerson.objects.bulk_create(parts, batch_size=500)
    told_of = {str(session): {"title": session.title.to_plain()} for session in created}
    if told_of:
        record_many(actor=actor, verb="imported", kind="forum.session", values=told_of, reason=report.file)
        changed("session", *told_of)
    report.added = len(created)


def _parts(session: Session, wanted: _Wanted, people: PersonIndex) -> list[SessionPerson]:
    parts = []
    for position, person in enumerate(wanted.people):
        who = people.ensure(person.name)
        parts.append(SessionPerson(session=session, person=who, role=person.role, post=person.post, organisation=person.organisation, position=position))
    return parts


def _change(session: Session, wanted: _Wanted, people: PersonIndex, actor: Actor, report: ImportReport) -> None:
    """Let a session follow its source where nobody has edited it here."""
    now = _told_whole(session)
    said, says = session.imported, wanted.told()
    before, take = told(session), []
    for name in says:
        if says[name] == said.get(name, now[name]) or says[name] == now[name]:
            continue
        if now[name] == said.get(name, now[name]):
            take.append(name)
        else:
            report.kept.append(f"{session}, {name}")
    if not take:
        report.same += 1
        if said != says and not any(kept.startswith(f"{session}, ") for kept in report.kept):
            Session.objects.filter(pk=session.pk).update(imported=says)
        return
    for name in FIELDS:
        if name in take:
            setattr(session, name, wanted.values[name])
    session.imported = {**says, **{name: said[name] for name in says if name in said and name not in take and says[name] != now[name]}}
    session.updated_at = timezone.now()
    session.save()
    if "concepts" in take:
        session.links.exclude(concept__in=wanted.concepts).delete()
        known = set(session.links.values_list("concept_id", flat=True))
        SessionConcept.objects.bulk_create(SessionConcept(session=session, concept=concept) for concept in wanted.concepts if concept.pk not in known)
    if "people" in take:
        session.people.all().delete()
        SessionPerson.objects.bulk_create(_parts(session, wanted, people))
    told_before, told_after = changes(before, told(session))
    record(actor=actor, verb="imported again", kind="forum.session", key=str(session), before=told_before, after=told_after, reason=report.file)
    changed("session", str(session))
    report.changed += 1


def _told_whole(session: Session) -> dict[str, Any]:
    return {
        **told(session),
        "concepts": sorted([link.concept.scheme.code, link.concept.code] for link in session.links.all() if link.concept.scheme.code in _SCHEMES),
        "people": [[fold(part.person.name), part.role, part.post, part.organisation] for part in session.people.all()],
    }
