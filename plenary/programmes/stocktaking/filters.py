"""The filters of entries: what each one selects, and which entries stand behind each of its values.

A filter takes several values, any of which may hold; filters narrow each other. A concept stands for the narrower ones
directly below it too: C7 for all its parts, a goal for its targets. Rooms above add theirs with ``register``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Membership
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models import Entry, EntryConcept, EntryOrganisation


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
    def pairs(self) -> Iterable[tuple[str, int]]:
        """Each value with the key of each entry behind it, for counting: one query. A pair may come twice."""


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

    def pairs(self) -> Iterator[tuple[str, int]]:
        links = EntryConcept.objects.filter(Q(concept__scheme__code=self.scheme) | Q(concept__parent__scheme__code=self.scheme)).order_by()
        names = ("concept__scheme__code", "concept__code", "concept__parent__scheme__code", "concept__parent__code")
        # Few concepts stand behind many links: what they are called is read once.
        concepts = {
            key: values
            for key, *values in Concept.objects.filter(Q(scheme__code=self.scheme) | Q(parent__scheme__code=self.scheme)).values_list(
                "pk", *(name.removeprefix("concept__") for name in names)
            )
        }
        for concept, entry in links.values_list("concept_id", "entry_id").iterator(chunk_size=5000):
            scheme, code, parent_scheme, parent = concepts[concept]
            if scheme == self.scheme:
                yield code, entry
            if parent_scheme == self.scheme:
                yield parent, entry


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

    def pairs(self) -> Iterator[tuple[str, int]]:
        groups: dict[int, list[str]] = {}
        for member, group in self._members().values_list("member_id", "group__code"):
            groups.setdefault(member, []).append(group)
        links = EntryConcept.objects.filter(concept_id__in=self._members().values("member_id")).order_by()
        for concept, entry in links.values_list("concept_id", "entry_id").iterator(chunk_size=5000):
            for group in groups[concept]:
                yield group, entry


class StakeholderFilter(Filter):
    """Entries by the kind of stakeholder that carries them."""

    scheme = "stakeholder-types"

    def condition(self, values: Sequence[str]) -> Q:
        return Q(stakeholder_type__code__in=values) | Q(stakeholder_type__parent__code__in=values)

    def options(self, codes: Collection[str]) -> list[Option]:
        return _concept_options(self.scheme, codes)

    def pairs(self) -> Iterator[tuple[str, int]]:
        rows = Entry.objects.filter(stakeholder_type__isnull=False).order_by()
        for code, parent, entry in rows.values_list("stakeholder_type__code", "stakeholder_type__parent__code", "pk").iterator(chunk_size=5000):
            yield code, entry
            if parent:
                yield parent, entry


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

    def pairs(self) -> Iterator[tuple[str, int]]:
        for value, entry in Entry.objects.order_by().values_list(self.field, "pk").iterator(chunk_size=5000):
            if value not in (None, ""):
                yield str(value), entry


class OrganisationFilter(Filter):
    """Entries that an organisation carries; its values are the organisations' keys."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(pk__in=EntryOrganisation.objects.filter(organisation_id__in=values).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        keys = [code for code in codes if _is_uuid(code)]
        return [Option(str(body.pk), str(body.name)) for body in Organisation.objects.filter(pk__in=keys)]

    def pairs(self) -> Iterator[tuple[str, int]]:
        return iter(())  # never counted: it has no facet


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
