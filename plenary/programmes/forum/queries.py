"""Reading the programme. Everything public starts from ``visible``: a draft is nowhere, not even in a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Length

from plenary.ground.audit.actors import NOBODY, Actor, may
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import LANGUAGES
from plenary.programmes.forum.models import Facilitator, Session, SessionConcept, SessionPerson, Track

#: Filters of the programme that are concepts of a scheme.
SCHEMES = {"action_line": "action-lines", "sdg": "sdgs", "theme": "themes"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sessions of an edition are wanted; several values of one filter mean any of them."""

    q: str = ""
    day: tuple[date, ...] = ()
    track: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    concepts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by filter name

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the programme."""
        return not (self.q or self.day or self.track or self.kind or any(self.concepts.values()))


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter with the number of sessions behind it."""

    value: str
    label: Any
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What an edition's programme has on record."""

    sessions: int
    dated: int
    tracks: int
    persons: int


def visible() -> QuerySet[Session]:
    """Sessions that anybody may see: the public ones, and the cancelled ones, which say so."""
    return Session.objects.filter(state__in=(Session.State.PUBLIC, Session.State.CANCELLED))


def visible_to(actor: Actor, edition: Edition) -> QuerySet[Session]:
    """Sessions of an edition that the actor may see: its secretariat sees drafts and withdrawn proposals too."""
    sessions = Session.objects.all() if may(actor, "forum.edit", edition) else visible()
    return sessions.filter(edition=edition)


def proposals(edition: Edition) -> QuerySet[Session]:
    """Sessions that are not in the programme yet, as a list shows them, for the secretariat only."""
    drafts = Session.objects.filter(edition=edition, state=Session.State.DRAFT)
    return for_list(drafts.order_by(Length("number"), "number"))


def facilitators_of(edition: Edition) -> QuerySet[Facilitator]:
    """The facilitators of the High-Level Track who were selected, with all that the page says of them."""
    selected = Facilitator.objects.filter(edition=edition, state=Facilitator.State.SELECTED)
    return selected.select_related("person__country__scheme", "stakeholder_type__scheme", "portrait").order_by("position", "number")


def held(edition: Edition | None = None) -> QuerySet[Session]:
    """Sessions that count: public and not cancelled."""
    sessions = Session.objects.filter(state=Session.State.PUBLIC)
    return sessions.filter(edition=edition) if edition is not None else sessions


def about(sessions: QuerySet[Session], scheme: str, codes: Sequence[str]) -> QuerySet[Session]:
    """Those about one of the concepts, or about what lies directly below it (the whole of C7 has eight parts)."""
    links = SessionConcept.objects.filter(session=OuterRef("pk")).filter(
        Q(concept__scheme__code=scheme, concept__code__in=codes) | Q(concept__parent__scheme__code=scheme, concept__parent__code__in=codes)
    )
    return sessions.filter(Exists(links))


def tally_about(edition: Edition, scheme: str) -> dict[str, int] | None:
    """How many sessions ``about`` would give for each concept of a scheme, in one query; None where no session is on record."""
    sessions = held(edition)
    links = SessionConcept.objects.filter(session__in=sessions.order_by().values("pk")).values_list(
        "session_id", "concept__scheme__code", "concept__code", "concept__parent__scheme__code", "concept__parent__code"
    )
    counted: dict[str, set[int]] = defaultdict(set)
    for session, own_scheme, own, parent_scheme, parent in links:
        if own_scheme == scheme:
            counted[own].add(session)
        if parent_scheme == scheme:
            counted[parent].add(session)
    if not counted and not sessions.exists():
        return None
    return {code: len(found) for code, found in counted.items()}


def tally_tracks(edition: Edition) -> dict[str, int] | None:
    """How many sessions each track has, in one query; None where no session is on record."""
    counted = dict(held(edition).order_by().values_list("track__code").annotate(n=Count("pk")))
    return {code: number for code, number in counted.items() if code} if counted else None


def select(sessions: QuerySet[Session], selection: Selection) -> QuerySet[Session]:
    """The wanted sessions, in no order yet."""
    for word in selection.q.split()[:10]:
        named = SessionPerson.objects.filter(session=OuterRef("pk"), person__name__icontains=word)
        # Into the JSON, so that neither its keys are found nor letters missed that SQLite stores escaped.
        texts = Q()
        for language in LANGUAGES:
            texts |= Q(**{f"title__texts__{language}__icontains": word}) | Q(**{f"summary__texts__{language}__icontains": word})
        sessions = sessions.filter(texts | Q(hosts__icontains=word) | Q(number=word) | Exists(named))
    if selection.day:
        sessions = sessions.filter(day__in=selection.day)
    if selection.track:
        sessions = sessions.filter(track__code__in=selection.track)
    if selection.kind:
        sessions = sessions.filter(kind__code__in=selection.kind)
    for name, codes in selection.concepts.items():
        if codes:
            sessions = about(sessions, SCHEMES[name], codes)
    return sessions


def in_order(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """By day and time; those without a time after the others of the day, those without a day last, by number."""
    return sessions.order_by(F("day").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), Length("number"), "number")


def for_list(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With everything that a line of a list shows, in a fixed number of queries."""
    links = SessionConcept.objects.select_related("concept__scheme", "concept__parent__scheme").order_by(
        "concept__scheme__position", "concept__position", "concept__code"
    )
    return sessions.select_related("edition", "kind", "track", "venue").prefetch_related(Prefetch("links", links)).defer("description", "imported")


def programme(edition: Edition, selection: Selection) -> QuerySet[Session]:
    """The programme of an edition as a list shows it."""
    return for_list(in_order(select(visible().filter(edition=edition), selection)))


def session_of(edition: str, number: str, actor: Actor = NOBODY) -> Session:
    """One session that the actor may see, with all that its page shows. Raises: Session.DoesNotExist."""
    held_in = Edition.objects.filter(code=edition).first()
    if held_in is None:
        raise Session.DoesNotExist
    people = SessionPerson.objects.select_related("person__country__scheme").order_by("position", "id")
    return for_list(visible_to(actor, held_in)).prefetch_related(Prefetch("people", people), "organisers").defer(None).get(number=number)


def editions_with_sessions() -> list[tuple[Edition, int]]:
    """Editions that have sessions on record, with how many, the latest first."""
    return per_edition(held())


def figures(edition: Edition) -> Figures:
    """Counts over all sessions of the edition that were held or are to be."""
    sessions = held(edition)
    totals = sessions.aggregate(n=Count("pk"), dated=Count("day"), tracks=Count("track", distinct=True))
    persons = SessionPerson.objects.filter(session__in=sessions.order_by().values("pk")).aggregate(n=Count("person", distinct=True))["n"]
    return Figures(totals["n"], totals["dated"], totals["tracks"], persons)


def options(edition: Edition, selection: Selection) -> dict[str, list[Option]]:
    """The values of every filter that any session of the edition has, with counts over the whole edition."""
    sessions = visible().filter(edition=edition).order_by()
    days = sessions.filter(day__isnull=False).values_list("day").annotate(n=Count("pk")).order_by("day")
    tracks = Track.objects.filter(edition=edition, sessions__in=sessions).annotate(n=Count("sessions", filter=Q(sessions__in=sessions.values("pk"))))
    kinds = dict(sessions.filter(kind__isnull=False).values_list("kind").annotate(n=Count("pk")))
    found = {
        "day": [Option(day.isoformat(), day, number, day in selection.day) for day, number in days],
        "track": [Option(track.code, track.title, track.n, track.code in selection.track) for track in tracks],
        "kind": [Option(kind.code, kind.label, kinds[kind.pk], kind.code in selection.kind) for kind in Concept.objects.filter(pk__in=kinds)],
    }
    links = SessionConcept.objects.filter(session__in=sessions.values("pk")).order_by()
    counts = dict(links.values_list("concept").annotate(n=Count("session")))
    # What lies below a concept counts for it too, once a session, as ``about`` selects it.
    above = links.annotate(top=Coalesce("concept__parent_id", "concept_id")).values_list("top").annotate(n=Count("session", distinct=True))
    counts.update({top: number for top, number in above if number > counts.get(top, 0)})
    by_scheme: dict[str, list[Concept]] = {}
    for concept in Concept.objects.filter(pk__in=counts, scheme__code__in=SCHEMES.values()).select_related("scheme"):
        by_scheme.setdefault(concept.scheme.code, []).append(concept)
    for name, scheme in SCHEMES.items():
        chosen = selection.concepts.get(name, ())
        found[name] = [Option(each.code, each.label, counts[each.pk], each.code in chosen) for each in by_scheme.get(scheme, ())]
    return found


def unknown(edition: Edition, selection: Selection) -> list[str]:
    """Names of filters that have a value which does not exist."""
    wrong = []
    if selection.track and Track.objects.filter(edition=edition, code__in=selection.track).count() < len(set(selection.track)):
        wrong.append("track")
    asked = {"kind": ("session-types", selection.kind), **{name: (SCHEMES[name], codes) for name, codes in selection.concepts.items()}}
    for name, (scheme, codes) in asked.items():
        if codes and Concept.objects.filter(scheme__code=scheme, code__in=codes).count() < len(set(codes)):
            wrong.append(name)
    return wrong


def per_edition(sessions: QuerySet[Session]) -> list[tuple[Edition, int]]:
    """How many of the sessions each edition has, the latest edition first."""
    counts = dict(sessions.order_by().values_list("edition").annotate(n=Count("pk")))
    return [(edition, counts[edition.pk]) for edition in Edition.objects.filter(pk__in=counts).order_by(F("starts_on").desc(nulls_last=True), "-code")]
