"""Reading concepts and editions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from plenary.ground.framework.models import Concept, Edition, Mapping, Membership, Milestone, Scheme
from plenary.ground.framework.spelling import fold

# ---- finding concepts -----------------------------------------------------------------------------------------------


class ConceptIndex:
    """All spellings of a scheme's concepts, for looking up thousands with one query.

    A code beats a label, a label beats an alias, and what is in use beats what is retired. A spelling that stands for
    two concepts with equal right finds neither: better no tag than a wrong one.
    """

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.by_code: dict[str, Concept] = {}
        ranked: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._by_id: dict[int, Concept] = {}
        for concept in Concept.objects.filter(scheme__code=scheme).select_related("scheme", "parent__scheme"):
            self.by_code[concept.code] = concept
            self._by_id[concept.pk] = concept
            late = 10 if concept.retired_on else 0
            ranked[fold(concept.code)][late].add(concept.pk)
            for language, label in concept.label.texts.items():
                ranked[fold(label)][late + (1 if language == concept.label.original else 2)].add(concept.pk)
            for alias in concept.aliases:
                ranked[fold(alias)][late + 3].add(concept.pk)
        self._ranked = ranked

    def find(self, spelling: str) -> Concept | None:
        """The concept that is spelled so: by code, label in any language, or alias."""
        exact = self.by_code.get(spelling)
        if exact is not None:
            return exact
        folded = fold(spelling)
        tiers = self._ranked.get(folded) if folded else None
        if not tiers:
            return None
        best = tiers[min(tiers)]
        return self._by_id[next(iter(best))] if len(best) == 1 else None

    def __len__(self) -> int:
        return len(self.by_code)


def find_concept(scheme: str, spelling: str) -> Concept | None:
    """The concept of a scheme by code, label in any language, or alias; None where there is none, or more than one.

    For one look-up; importers that look up many hold a ``ConceptIndex``.
    """
    spelling = spelling.strip()
    if not spelling:
        return None
    exact = Concept.objects.select_related("scheme", "parent__scheme").filter(scheme__code=scheme, code=spelling).first()
    return exact or ConceptIndex(scheme).find(spelling)


def concepts_of(scheme: str, *, retired: bool = False) -> QuerySet[Concept]:
    """The concepts of a scheme in their order; retired ones only where asked for."""
    concepts = Concept.objects.filter(scheme__code=scheme).select_related("scheme", "parent__scheme")
    return concepts if retired else concepts.filter(retired_on__isnull=True)


def concept_path(concept: Concept) -> str:
    """The address of a concept's page; for a concept without one (a target) the place on its parent's page; else empty.

    Asks nothing of the database where ``scheme`` (and ``parent__scheme``, for schemes without pages) are selected; a
    parent that was not selected counts as none, so that a list of chips never costs a query each.
    """
    if concept.scheme.address:
        return reverse("framework:concept", args=[concept.scheme.address, concept.code])
    parent = concept.parent if Concept._meta.get_field("parent").is_cached(concept) else None
    if parent is None:
        return ""
    above = concept_path(parent)
    return f"{above}#{concept.code}" if above and "#" not in above else above


def spelled_like(concepts: QuerySet[Concept], folded: str) -> list[int]:
    """The keys of the concepts whose code, label or alias holds a folded spelling.

    Reads the spellings of all of them: schemes are small, and no database folds every script as ``fold`` does.
    """
    return [
        key
        for key, code, label, aliases in concepts.values_list("pk", "code", "label", "aliases")
        if any(folded in fold(spelling) for spelling in (code, *label.texts.values(), *aliases))
    ]


def scheme_with_pages(address: str) -> Scheme | None:
    """The scheme whose concepts have pages under that first part of an address."""
    return Scheme.objects.filter(address=address).exclude(address="").first()


def concepts_with_children(scheme: Scheme) -> list[tuple[Concept, list[Concept]]]:
    """The concepts of a scheme that stand at its top, each with those directly below it in the same scheme."""
    concepts = list(Concept.objects.filter(scheme=scheme, retired_on__isnull=True).select_related("scheme"))
    below: dict[int | None, list[Concept]] = defaultdict(list)
    own = {concept.pk for concept in concepts}
    for concept in concepts:
        below[concept.parent_id if concept.parent_id in own else None].append(concept)
    return [(concept, below[concept.pk]) for concept in below[None]]


def schemes_with_counts() -> QuerySet[Scheme]:
    """All schemes with the number of their concepts in use, as ``in_use``."""
    return Scheme.objects.annotate(in_use=Count("concepts", filter=Q(concepts__retired_on__isnull=True))).order_by("position", "code")


# ---- memberships ----------------------------------------------------------------------------------------------------


def as_of(day: date) -> Q:
    """Filter on memberships and mappings: those that hold on a day (``since`` counts, ``until`` no longer)."""
    return (Q(since__isnull=True) | Q(since__lte=day)) & (Q(until__isnull=True) | Q(until__gt=day))


def members_of(group: Concept, day: date | None = None) -> QuerySet[Concept]:
    """The members of a group on a day (default: today)."""
    holding = Membership.objects.filter(as_of(day or timezone.localdate()), group=group)
    return Concept.objects.filter(pk__in=holding.values("member")).select_related("scheme")


def memberships_of(group: Concept) -> QuerySet[Membership]:
    """All memberships of a group, past ones too."""
    return Membership.objects.filter(group=group).select_related("member__scheme").order_by("member__scheme", "member__position", "since")


def groups_of(member: Concept, day: date | None = None) -> QuerySet[Concept]:
    """The groups that a concept belongs to on a day (default: today)."""
    holding = Membership.objects.filter(as_of(day or timezone.localdate()), member=member)
    return Concept.objects.filter(pk__in=holding.values("group")).select_related("scheme")


def codes_by_member(group_scheme: str, day: date | None = None) -> dict[str, set[str]]:
    """The codes of the groups of a scheme by the code of their member on a day: ``{"KE": {"africa"}}``."""
    found: dict[str, set[str]] = defaultdict(set)
    holding = Membership.objects.filter(as_of(day or timezone.localdate()), group__scheme__code=group_scheme)
    for member, group in holding.values_list("member__code", "group__code"):
        found[member].add(group)
    return dict(found)


# ---- mappings -------------------------------------------------------------------------------------------------------

FACILITATES = ("facilitates-lead", "facilitates-co", "facilitates-partner")


def facilitators_of(concept: Concept) -> list[Mapping]:
    """Who facilitates a concept, past ones too: leads first, then co-facilitators, then partners."""
    found = Mapping.objects.filter(target=concept, kind__in=FACILITATES).select_related("source__scheme")
    return sorted(found, key=lambda link: (FACILITATES.index(link.kind), link.since or date.min, link.source.position))


@dataclass(frozen=True, slots=True)
class MatrixLink:
    """A link of the matrix. head: the concept that has a page (a goal); part: the finer one (a target), if it names one."""

    source: Concept
    head: Concept
    part: Concept | None
    mapping: Mapping


def matrix_links(source_scheme: str, target_scheme: str) -> list[MatrixLink]:
    """All links from concepts of one scheme to those of another or to concepts below them (goals and their targets)."""
    in_scheme = Q(target__scheme__code=target_scheme) | Q(target__parent__scheme__code=target_scheme)
    links = _matrix().filter(in_scheme, source__scheme__code=source_scheme)
    return [_matrix_link(link) for link in links]


def links_from(concept: Concept) -> list[MatrixLink]:
    """The matrix links that go out from a concept (an action line), in the order of the goals."""
    return [_matrix_link(link) for link in _matrix().filter(source=concept)]


def links_to(concept: Concept) -> list[MatrixLink]:
    """The matrix links that come in at a concept (a goal) or at what stands below it (its targets)."""
    return [_matrix_link(link) for link in _matrix().filter(Q(target=concept) | Q(target__parent=concept))]


def _matrix() -> QuerySet[Mapping]:
    links = Mapping.objects.exclude(kind__in=FACILITATES)
    return links.select_related("source__scheme", "target__scheme", "target__parent__scheme").order_by("source__position", "target__position", "pk")


def _matrix_link(link: Mapping) -> MatrixLink:
    target = link.target
    if target.parent is not None and not target.scheme.address:
        return MatrixLink(link.source, target.parent, target, link)
    return MatrixLink(link.source, target, None, link)


# ---- a concept's page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """A concept at the other end of matrix links: as a whole, and by its parts."""

    concept: Concept
    whole: list[Mapping]
    parts: list[tuple[Concept, Mapping]]


@dataclass(frozen=True, slots=True)
class Below:
    """A concept under another, with those that link to it (the action lines of a target)."""

    concept: Concept
    linked: list[Concept]


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """All that a concept's own page shows.

    below: what stands under it, by scheme. goes_to, comes_from: matrix links, by scheme of the other end.
    references: the sources of the matrix links. members, groups: those that hold today; former: those that do not.
    """

    concept: Concept
    below: list[tuple[Scheme, list[Below]]]
    facilitators: list[Mapping]
    goes_to: list[tuple[Scheme, list[Linked]]]
    comes_from: list[tuple[Scheme, list[Linked]]]
    references: list[str]
    members: list[Membership]
    former: list[Membership]
    groups: list[Membership]
    facts: list[tuple[str, str]]


def concept_page(address: str, code: str) -> ConceptPage | None:
    """What the page of a concept shows, retired ones too; None where there is no such concept."""
    found = Concept.objects.filter(scheme__address=address, code=code).select_related("scheme", "parent__scheme").first()
    if found is None:
        return None
    out, into = links_from(found), links_to(found)
    linked: dict[int, list[Concept]] = defaultdict(list)
    for link in into:
        if link.part is not None:
            linked[link.part.pk].append(link.source)
    below: dict[Scheme, list[Below]] = defaultdict(list)
    for child in found.children.filter(retired_on__isnull=True).select_related("scheme").order_by("scheme__position", "position"):
        below[child.scheme].append(Below(child, linked[child.pk]))
    today = timezone.localdate()
    members = list(memberships_of(found))
    holding = [each for each in members if (each.since is None or each.since <= today) and (each.until is None or each.until > today)]
    groups = Membership.objects.filter(as_of(today), member=found).select_related("group__scheme")
    return ConceptPage(
        concept=found,
        below=list(below.items()),
        facilitators=facilitators_of(found),
        goes_to=_by_end(out, lambda link: link.head),
        comes_from=_by_end(into, lambda link: link.source),
        references=list(dict.fromkeys(link.mapping.reference for link in [*out, *into] if link.mapping.reference)),
        members=holding,
        former=[each for each in members if each not in holding],
        groups=list(groups.order_by("group__scheme__position", "group__position")),
        facts=list(found.facts.items()),
    )


def _by_end(links: list[MatrixLink], end: Callable[[MatrixLink], Concept]) -> list[tuple[Scheme, list[Linked]]]:
    found: dict[int, Linked] = {}
    for link in links:
        linked = found.setdefault(end(link).pk, Linked(end(link), [], []))
        if link.part is None:
            linked.whole.append(link.mapping)
        else:
            linked.parts.append((link.part, link.mapping))
    by_scheme: dict[Scheme, list[Linked]] = defaultdict(list)
    for linked in sorted(found.values(), key=lambda each: (each.concept.scheme.position, each.concept.position)):
        by_scheme[linked.concept.scheme].append(linked)
    return list(by_scheme.items())


def canonical_code(address: str, spelling: str) -> str | None:
    """The code of the concept that a spelling in an address means: another case, a label, an alias."""
    scheme = scheme_with_pages(address)
    if scheme is None or len(spelling) > 200:
        return None
    found = ConceptIndex(scheme.code).find(spelling)
    return found.code if found else None


# ---- editions -------------------------------------------------------------------------------------------------------


def timeline() -> list[Edition]:
    """All editions in the order of time; one without dates stands in the year of its code."""
    return sorted(Edition.objects.all(), key=_place_in_time)


def _place_in_time(edition: Edition) -> tuple[date, str]:
    if edition.starts_on:
        return edition.starts_on, edition.code
    year = int(edition.code) if edition.code.isdecimal() and 1900 < int(edition.code) < 2200 else 9999
    return edition.ends_on or date(year, 1, 1), edition.code


def current_edition(day: date | None = None) -> Edition | None:
    """The edition that runs on a day (default: today), else the next one to start, else the last one that had dates."""
    today = day or timezone.localdate()
    dated = [edition for edition in timeline() if edition.starts_on]
    running = [edition for edition in dated if edition.starts_on and edition.starts_on <= today <= (edition.ends_on or edition.starts_on)]
    coming = [edition for edition in dated if edition.starts_on and edition.starts_on > today]
    return next(iter([*running[::-1], *coming, *dated[::-1]]), None)


@dataclass(frozen=True, slots=True)
class EditionPage:
    """What the page of an edition shows. now: where today stands, ``before``, ``during``, ``after`` or empty."""

    edition: Edition
    milestones: list[Milestone]
    previous: Edition | None
    following: Edition | None
    now: str


def edition_page(code: str) -> EditionPage | None:
    """What the page of an edition shows; None where there is no such edition."""
    editions = timeline()
    position = next((index for index, edition in enumerate(editions) if edition.code == code), None)
    if position is None:
        return None
    edition = editions[position]
    return EditionPage(
        edition=edition,
        milestones=list(edition.milestones.all()),
        previous=editions[position - 1] if position else None,
        following=editions[position + 1] if position + 1 < len(editions) else None,
        now=standing(edition),
    )


def standing(edition: Edition, day: date | None = None) -> str:
    """``before``, ``during`` or ``after`` the edition; empty where its dates are not known."""
    today = day or timezone.localdate()
    if edition.starts_on is None:
        return "after" if edition.ends_on and edition.ends_on < today else ""
    if today < edition.starts_on:
        return "before"
    return "during" if today <= (edition.ends_on or edition.starts_on) else "after"
