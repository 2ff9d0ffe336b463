"""The filters of entries: what each one selects, and how many entries stand behind each of its values.

A filter takes several values, any of which may hold; filters narrow each other. A concept stands for the narrower ones
directly below it too: C7 for all its parts, a goal for its targets. Rooms above add theirs with ``register``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Membership
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models import Entry, EntryConcept, EntryOrganisation

#: How many entries stand behind each value, by code.
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter that can be chosen."""

    code: str
    label: str
    scheme: str = ""


class Filter(ABC):
    """One filter of the list of entries."""

    def __init__(self, name: str, label: str | Promise, *, shown: bool = True) -> None:
        self.name = name
        self.label = label
        self.shown = shown  # as a facet; others only narrow, and are shown where they are in use

    @abstractmethod
    def condition(self, values: Sequence[str]) -> Q:
        """What an entry must fulfil so that one of the values holds."""

    @abstractmethod
    def options(self, codes: Collection[str]) -> list[Option]:
        """Those of the values that exist, in order."""

    @abstractmethod
    def counts(self, entries: QuerySet[Entry]) -> Counts:
        """The number of the given entries behind each value."""


def _among(entries: QuerySet[Entry], prefix: str = "entry__") -> Q:
    """The condition on a link that its entry is one of these."""
    return Q(**{f"{prefix}in": entries.order_by().values("pk")})


class ConceptFilter(Filter):
    """Entries that are about a concept of a scheme."""

    def __init__(self, name: str, label: str | Promise, scheme: str, *, shown: bool = True) -> None:
        super().__init__(name, label, shown=shown)
        self.scheme = scheme

    def condition(self, values: Sequence[str]) -> Q:
        wanted = Q(concept__scheme__code=self.scheme, concept__code__in=values) | Q(concept__parent__scheme__code=self.scheme, concept__parent__code__in=values)
        return Q(pk__in=EntryConcept.objects.filter(wanted).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        return _concept_options(self.scheme, codes)

    def counts(self, entries: QuerySet[Entry]) -> Counts:
        return counts_of_concepts(entries, [self.scheme])[self.scheme]


def counts_of_concepts(entries: QuerySet[Entry], schemes: Sequence[str]) -> dict[str, Counts]:
    """The number of the given entries behind each concept of the schemes: two queries, however many there are.

    Uses the index ``entry_by_concept``.
    """
    links = EntryConcept.objects.filter(_among(entries))
    found: dict[str, Counts] = {scheme: {} for scheme in schemes}
    direct = links.filter(concept__scheme__code__in=schemes).order_by()
    for scheme, code, number in direct.values_list("concept__scheme__code", "concept__code").annotate(number=Count("pk")):
        found[scheme][code] = number
    # An entry may be linked with a concept and with narrower ones, and counts once for it.
    above = (
        links.filter(Q(concept__parent__scheme__code__in=schemes) | Q(concept__scheme__code__in=schemes, concept__children__isnull=False))
        .order_by()
        .annotate(top=Coalesce("concept__parent_id", "concept_id"))
        .values_list("top")
        .annotate(number=Count("entry_id", distinct=True))
    )
    numbers = dict(above)
    for pk, scheme, code in Concept.objects.filter(pk__in=numbers).values_list("pk", "scheme__code", "code"):
        if scheme in found:
            found[scheme][code] = numbers[pk]
    return found


class RegionFilter(Filter):
    """Entries from the countries that belong to a region today, or about the region itself."""

    def __init__(self, name: str, label: str | Promise, scheme: str) -> None:
        super().__init__(name, label)
        self.scheme = scheme

    def _members(self) -> QuerySet[Membership]:
        today = timezone.localdate()
        return Membership.objects.filter(
            Q(since__isnull=True) | Q(since__lte=today), Q(until__isnull=True) | Q(until__gt=today), group__scheme__code=self.scheme
        )

    def condition(self, values: Sequence[str]) -> Q:
        members = self._members().filter(group__code__in=values).values("member_id")
        return Q(pk__in=EntryConcept.objects.filter(concept_id__in=members).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        return _concept_options(self.scheme, codes)

    def counts(self, entries: QuerySet[Entry]) -> Counts:
        today = timezone.localdate()
        joined = "concept__memberships"
        rows = EntryConcept.objects.filter(
            _among(entries),
            Q(**{f"{joined}__since__isnull": True}) | Q(**{f"{joined}__since__lte": today}),
            Q(**{f"{joined}__until__isnull": True}) | Q(**{f"{joined}__until__gt": today}),
            **{f"{joined}__group__scheme__code": self.scheme},
        )
        return dict(rows.order_by().values_list(f"{joined}__group__code").annotate(number=Count("entry_id", distinct=True)))


class StakeholderFilter(Filter):
    """Entries by the kind of stakeholder that carries them."""

    scheme = "stakeholder-types"

    def condition(self, values: Sequence[str]) -> Q:
        return Q(stakeholder_type__code__in=values) | Q(stakeholder_type__parent__code__in=values)

    def options(self, codes: Collection[str]) -> list[Option]:
        return _concept_options(self.scheme, codes)

    def counts(self, entries: QuerySet[Entry]) -> Counts:
        found: Counts = {}
        rows = entries.order_by().filter(stakeholder_type__isnull=False).values_list("stakeholder_type__code", "stakeholder_type__parent__code")
        for code, parent, number in rows.annotate(number=Count("pk")):
            for each in {code, parent} - {None}:
                found[each] = found.get(each, 0) + number
        return found


class FieldFilter(Filter):
    """Entries by the value of one of their fields."""

    def __init__(self, name: str, label: str | Promise, field: str, choices: Callable[[], list[Option]] | None = None, *, shown: bool = True) -> None:
        super().__init__(name, label, shown=shown)
        self.field = field
        self._choices = choices

    def condition(self, values: Sequence[str]) -> Q:
        return Q(**{f"{self.field}__in": values})

    def options(self, codes: Collection[str]) -> list[Option]:
        if self._choices:
            return [option for option in self._choices() if option.code in codes]
        numbers = sorted((int(code) for code in codes if code.isdecimal() and 0 < int(code) < 10_000), reverse=True)
        return [Option(str(number), str(number)) for number in numbers]

    def counts(self, entries: QuerySet[Entry]) -> Counts:
        rows = entries.order_by().values_list(self.field).annotate(number=Count("pk"))
        return {str(value): number for value, number in rows if value not in (None, "")}


class OrganisationFilter(Filter):
    """Entries that an organisation carries; its values are the organisations' keys."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(pk__in=EntryOrganisation.objects.filter(organisation_id__in=values).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        keys = [code for code in codes if _is_uuid(code)]
        return [Option(str(body.pk), str(body.name)) for body in Organisation.objects.filter(pk__in=keys)]

    def counts(self, entries: QuerySet[Entry]) -> Counts:
        rows = EntryOrganisation.objects.filter(_among(entries)).order_by().values_list("organisation_id").annotate(number=Count("pk"))
        return {str(key): number for key, number in rows}


def _is_uuid(code: str) -> bool:
    try:
        return str(UUID(code)) == code
    except ValueError:
        return False


def _concept_options(scheme: str, codes: Collection[str]) -> list[Option]:
    concepts = Concept.objects.filter(scheme__code=scheme, code__in=codes).only("code", "label", "position")
    return [Option(concept.code, str(concept.label), scheme=scheme) for concept in concepts]


_filters: list[Filter] = []


def register(filter_: Filter, *, before: str = "") -> Filter:
    """Add a filter to the list of entries; before: the name of the one that it stands before."""
    position = next((index for index, each in enumerate(_filters) if each.name == before), len(_filters))
    _filters.insert(position, filter_)
    return filter_


def filters() -> list[Filter]:
    """All filters in their order."""
    return list(_filters)


def find_filter(name: str) -> Filter:
    """The filter of that name. Raises: LookupError."""
    for each in _filters:
        if each.name == name:
            return each
    raise LookupError(name)


register(ConceptFilter("action_line", _("Action line"), "action-lines"))
register(ConceptFilter("sdg", _("Goal"), "sdgs"))
register(RegionFilter("region", _("Region"), "itu-regions"))
register(ConceptFilter("country", _("Country"), "countries"))
register(StakeholderFilter("stakeholder_type", _("Stakeholder type")))
register(FieldFilter("year", _("Year"), "year"))
register(FieldFilter("status", _("Status of the project"), "status", lambda: [Option(code, str(label)) for code, label in Entry.Status.choices]))
register(ConceptFilter("theme", _("Theme"), "themes"))
register(ConceptFilter("target", _("Target"), "sdg-targets", shown=False))
register(OrganisationFilter("organisation", _("Organisation"), shown=False))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries are wanted. values: by filter name. until: the edition up to which they were first submitted."""

    q: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    edition: str = ""
    until: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the list."""
        return not (self.q or self.edition or self.until or any(self.values.values()))
