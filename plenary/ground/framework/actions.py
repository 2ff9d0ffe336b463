"""Writing concepts and editions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from plenary.errors import Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.concept_files import ConceptData, ConceptFiles, LinkData, SchemeData, read_concept_files
from plenary.ground.framework.editions.moments import to_day, to_instant
from plenary.ground.framework.editions.plain import values_of
from plenary.ground.framework.editions.rows import EditionRow, MilestoneRow, edition_row, milestone_row
from plenary.ground.framework.events import ConceptsLoaded, EditionChanged
from plenary.ground.framework.models import Concept, Edition, Mapping, Membership, Milestone, Scheme

DATA = Path(__file__).parent / "data"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ConceptsResult:
    """What loading concepts did, in numbers of concepts, and of memberships and mappings together."""

    schemes: int
    concepts: int
    created: int
    changed: int
    retired: int
    links: int
    links_changed: int


@transaction.atomic
def load_concepts(*, actor: Actor, folder: Path = DATA, on_progress: Progress | None = None) -> ConceptsResult:
    """Make schemes, concepts, memberships and mappings be as the data files say. Loading again changes nothing.

    A concept that is no longer in the files is retired, never deleted: records may use it.
    on_progress: called with the number of parts done and of all parts.
    Raises: BadFiles with all problems; then nothing has been written.
    """
    require(actor, "framework.load_concepts")
    files = read_concept_files(folder)
    parts, done = len(files.schemes) + 2, 0
    created: list[str] = []
    changed: list[str] = []
    retired: list[str] = []
    for data in files.schemes.values():
        made, altered, gone = _load_scheme(data)
        created += made
        changed += altered
        retired += gone
        done = _tell(on_progress, done, parts)
    changed += [key for key in _set_parents(files) if key not in {*created, *changed}]
    ids = {(scheme, code): key for scheme, code, key in Concept.objects.values_list("scheme__code", "code", "pk")}
    altered_links = _load_links(Membership, files.memberships, ids)
    done = _tell(on_progress, done, parts)
    altered_links += _load_links(Mapping, files.mappings, ids)
    _tell(on_progress, done, parts)
    if created or changed or retired or altered_links:
        after = {"created": len(created), "changed": changed, "retired": retired, "links": altered_links}
        audit.record(actor=actor, verb="loaded", kind="framework.concepts", key="all", after=after)
        emit(ConceptsLoaded(actor_id=actor.trail_id, keys=(*created, *changed, *retired)))
    return ConceptsResult(
        schemes=len(files.schemes),
        concepts=sum(len(scheme.concepts) for scheme in files.schemes.values()),
        created=len(created),
        changed=len(changed),
        retired=len(retired),
        links=len(files.memberships) + len(files.mappings),
        links_changed=altered_links,
    )


def _tell(on_progress: Progress | None, done: int, parts: int) -> int:
    if on_progress is not None:
        on_progress(done + 1, parts)
    return done + 1


def _differs(record: Any, values: dict[str, Any]) -> bool:
    return any(getattr(record, name) != value for name, value in values.items())


def _load_scheme(data: SchemeData) -> tuple[list[str], list[str], list[str]]:
    """Write a scheme and its concepts without parents; returns the keys created, changed, retired."""
    values = {name: getattr(data, name) for name in ("title", "description", "address", "source", "licence", "position")}
    scheme = Scheme.objects.filter(code=data.code).first()
    if scheme is None:
        scheme = Scheme.objects.create(code=data.code, **values)
    elif _differs(scheme, values):
        Scheme.objects.filter(pk=scheme.pk).update(**values)
    held = {concept.code: concept for concept in Concept.objects.filter(scheme=scheme)}
    fields = ("position", "label", "definition", "aliases", "facts", "retired_on")
    made: list[Concept] = []
    altered: list[Concept] = []
    for concept in data.concepts.values():
        wanted = _values(concept)
        if concept.code not in held:
            made.append(Concept(scheme=scheme, code=concept.code, **wanted))
        elif _differs(held[concept.code], wanted):
            for name, value in wanted.items():
                setattr(held[concept.code], name, value)
            altered.append(held[concept.code])
    gone = [concept for code, concept in held.items() if code not in data.concepts and concept.retired_on is None]
    for concept_gone in gone:
        concept_gone.retired_on = timezone.localdate()
    Concept.objects.bulk_create(made, batch_size=200)
    Concept.objects.bulk_update([*altered, *gone], fields, batch_size=100)
    return tuple([f"{data.code}/{concept.code}" for concept in concepts] for concepts in (made, altered, gone))  # type: ignore[return-value]


def _values(concept: ConceptData) -> dict[str, Any]:
    return {
        "position": concept.position,
        "label": concept.label,
        "definition": concept.definition,
        "aliases": concept.aliases,
        "facts": concept.facts,
        "retired_on": concept.retired_on,
    }


def _set_parents(files: ConceptFiles) -> list[str]:
    """Write the parents, once all concepts are there; returns the keys of the concepts that got another one."""
    held = {(concept.scheme.code, concept.code): concept for concept in Concept.objects.select_related("scheme").only("code", "parent_id", "scheme__code")}
    altered: list[Concept] = []
    for scheme in files.schemes.values():
        for data in scheme.concepts.values():
            concept = held[scheme.code, data.code]
            parent = held[scheme.parents, data.parent].pk if data.parent else None
            if concept.parent_id != parent:
                concept.parent_id = parent
                altered.append(concept)
    Concept.objects.bulk_update(altered, ["parent"], batch_size=200)
    return [f"{concept.scheme.code}/{concept.code}" for concept in altered]


def _load_links(model: type[Membership] | type[Mapping], wanted: list[LinkData], ids: dict[tuple[str, str], int]) -> int:
    """Make all memberships, or all mappings, be those of the files; returns how many changed."""
    is_mapping = model is Mapping
    names = ("source_id", "target_id", "kind", "since") if is_mapping else ("member_id", "group_id", "since")
    others = ("until", "note", "reference", "rationale") if is_mapping else ("until", "note", "reference")
    held: dict[tuple[Any, ...], Any] = {tuple(getattr(link, name) for name in names): link for link in model.objects.all()}
    made: list[Any] = []
    altered: list[Any] = []
    kept: set[tuple[Any, ...]] = set()
    for data in wanted:
        ends = (ids[data.source], ids[data.target])
        key = (*ends, data.kind, data.since) if is_mapping else (*ends, data.since)
        values = {name: getattr(data, name) for name in others}
        kept.add(key)
        if key not in held:
            made.append(model(**dict(zip(names, key, strict=True)), **values))
        elif _differs(held[key], values):
            for name, value in values.items():
                setattr(held[key], name, value)
            altered.append(held[key])
    gone = [link.pk for key, link in held.items() if key not in kept]
    for start in range(0, len(gone), 500):
        model.objects.filter(pk__in=gone[start : start + 500]).delete()
    manager: Any = model.objects
    manager.bulk_create(made, batch_size=200)
    manager.bulk_update(altered, others, batch_size=100)
    return len(made) + len(altered) + len(gone)


# ---- editions -------------------------------------------------------------------------------------------------------


@transaction.atomic
def put_edition(*, actor: Actor, edition: Edition, row: EditionRow) -> Edition:
    """Make an edition be as the row says; an edition with relative dates counts them from the day it was first put.

    Raises: Invalid where an edition that exists would change from relative to absolute dates or back.
    """
    require(actor, "framework.change_edition", edition)
    before = values_of(edition_row(edition)) if edition.pk else None
    if edition.pk is None:
        edition.code = row.code
        edition.anchor = datetime.now(ZoneInfo(row.zone)).date() if row.relative else None
    elif row.relative != (edition.anchor is not None):
        raise Invalid({"relative": [_("An edition cannot change between relative and absolute dates once it has been loaded.")]})
    edition.name, edition.summary, edition.place = row.name, row.summary, row.place
    edition.starts_on, edition.ends_on = to_day(row.starts, edition.anchor), to_day(row.ends, edition.anchor)
    edition.mode, edition.zone, edition.is_stub = row.mode, row.zone, row.stub
    edition.contact, edition.website = row.contact, row.website
    edition.save()
    _record_change(actor, edition, edition.code, before, values_of(edition_row(edition)))
    return edition


@transaction.atomic
def edit_edition(*, actor: Actor, edition: Edition, changes: dict[str, Any]) -> Edition:
    """Change values of an edition at the desk; they survive loading its folder again.

    changes: by field name of ``EditionRow``, all but ``code`` and ``relative``.
    Raises: Invalid with sentences by field.
    """
    require(actor, "framework.change_edition", edition)
    fixed = sorted(changes.keys() & {"code", "relative"})
    if fixed:
        raise Invalid({name: [_("This cannot be changed.")] for name in fixed})
    try:
        row = EditionRow.model_validate({**values_of(edition_row(edition, absolute=True)), **changes})
    except ValidationError as error:
        raise _invalid(error) from error
    return put_edition(actor=actor, edition=edition, row=row)


@transaction.atomic
def put_milestone(*, actor: Actor, edition: Edition, row: MilestoneRow) -> Milestone:
    """Create the milestone of that code or make it be as the row says."""
    require(actor, "framework.change_edition", edition)
    milestone = Milestone.objects.filter(edition=edition, code=row.code).first()
    before = values_of(milestone_row(milestone, edition.anchor)) if milestone else None
    milestone = milestone or Milestone(edition=edition, code=row.code)
    starts = to_instant(row.starts, row.zone, edition.anchor)
    if starts is None:
        raise Invalid({"starts": [_("A milestone needs a day or an instant.")]})
    milestone.title, milestone.text, milestone.zone, milestone.link = row.title, row.text, row.zone, row.link
    milestone.starts_at, milestone.ends_at, milestone.all_day = starts, to_instant(row.ends, row.zone, edition.anchor), row.all_day
    milestone.save()
    _record_change(actor, edition, f"{edition.code}/{row.code}", before, values_of(milestone_row(milestone, edition.anchor)))
    return milestone


@transaction.atomic
def remove_milestone(*, actor: Actor, edition: Edition, code: str) -> None:
    """Delete the milestone of that code, if it is there."""
    require(actor, "framework.change_edition", edition)
    milestone = Milestone.objects.filter(edition=edition, code=code).first()
    if milestone is None:
        return
    before = values_of(milestone_row(milestone, edition.anchor))
    milestone.delete()
    audit.record(actor=actor, verb="removed", kind="framework.milestone", key=f"{edition.code}/{code}", before=before)
    emit(EditionChanged(actor_id=actor.trail_id, code=edition.code))


def _record_change(actor: Actor, edition: Edition, key: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    kind = "framework.milestone" if "/" in key else "framework.edition"
    if before is None:
        audit.record(actor=actor, verb="created", kind=kind, key=key, after=after)
    else:
        was, became = audit.changes(before, after)
        if not was and not became:
            return
        audit.record(actor=actor, verb="changed", kind=kind, key=key, before=was, after=became)
    emit(EditionChanged(actor_id=actor.trail_id, code=edition.code))


def _invalid(error: ValidationError) -> Invalid:
    problems: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else ""
        cause = (problem.get("ctx") or {}).get("error")
        problems.setdefault(field, []).append(str(cause or problem["msg"]))
    return Invalid(problems)
