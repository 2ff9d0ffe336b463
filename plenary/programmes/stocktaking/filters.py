"""The filters of entries: what each one selects, and which entries stand behind each of its values.

A filter takes several values, any of which may hold; filters narrow each other. A concept stands for the narrower ones
directly below it too: C7 for all its parts, a goal for its targets. Rooms above add theirs with ``register``.

The search index takes its facets from ``pairs`` and the database answers by ``condition``: both say the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.form.lookups import concepts_of
from plenary.ground.framework.models import Concept, Membership
from plenary.ground.framework.text import reader_language
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models import Collection as EntryCollection
from plenary.programmes.stocktaking.models import CollectionEntry, Entry, EntryConcept, EntryOrganisation
from plenary.programmes.stocktaking.wording import language_name

#: The value under which entries stand that were submitted in no edition that is known.
NO_EDITION = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter that can be chosen."""

    code: str
    label: str
    scheme: str = ""


class Filter(ABC):
    """One filter of the list of entries.

    scheme: of the concepts that are its values, empty where they are none. shown: as a facet; others only narrow, and are
    shown where they are in use. is_long: it has so many values that the most frequent ones stand first.
    """

    def __init__(self, name: str, label: str | Promise, *, scheme: str = "", shown: bool = True, is_long: bool = False) -> None:
        self.name = name
        self.label = label
        self.scheme = scheme
        self.shown = shown
        self.is_long = is_long

    @abstractmethod
    def condition(self, values: Sequence[str]) -> Q:
        """What an entry must fulfil so that one of the values holds."""

    def options(self, codes: Collection[str]) -> list[Option]:
        """Those of the values that exist, in order."""
        return options_of({self: codes})[self.name]

    @abstractmethod
    def pairs(self, among: Collection[int] | None = None) -> Iterable[tuple[str, int]]:
        """Each value with the key of each entry behind it, in a fixed number of queries; a pair may come twice.

        among: the keys of the entries that are looked at; None for all.
        """


class LinkFilter(Filter):
    """Entries by the concepts that they are linked to."""

    @abstractmethod
    def codes(self) -> dict[int, list[str]]:
        """By the key of a concept, the values for which a link to it counts."""

    def pairs(self, among: Collection[int] | None = None) -> Iterator[tuple[str, int]]:
        codes = self.codes()
        links = _among(EntryConcept.objects.filter(concept__in=list(codes)), "entry", among)
        for concept, entry in links.values_list("concept_id", "entry_id").iterator(chunk_size=5000):
            for code in codes[concept]:
                yield code, entry


class ConceptFilter(LinkFilter):
    """Entries that are about a concept of a scheme."""

    def __init__(self, name: str, label: str | Promise, scheme: str, *, is_long: bool = False) -> None:
        super().__init__(name, label, scheme=scheme, is_long=is_long)

    def condition(self, values: Sequence[str]) -> Q:
        wanted = Q(concept__scheme__code=self.scheme, concept__code__in=values) | Q(concept__parent__scheme__code=self.scheme, concept__parent__code__in=values)
        return Q(pk__in=EntryConcept.objects.filter(wanted).values("entry_id"))

    def codes(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        concepts = Concept.objects.filter(Q(scheme__code=self.scheme) | Q(parent__scheme__code=self.scheme)).order_by()
        for key, scheme, code, parent_scheme, parent in concepts.values_list("pk", "scheme__code", "code", "parent__scheme__code", "parent__code"):
            found[key] = [each for each, its in ((code, scheme), (parent, parent_scheme)) if its == self.scheme]
        return found


class RegionFilter(LinkFilter):
    """Entries from the countries that belong to a region today."""

    def __init__(self, name: str, label: str | Promise, scheme: str) -> None:
        super().__init__(name, label, scheme=scheme)

    def condition(self, values: Sequence[str]) -> Q:
        members = members_today(self.scheme).filter(group__code__in=values).values("member_id")
        return Q(pk__in=EntryConcept.objects.filter(concept_id__in=members).values("entry_id"))

    def codes(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for member, group in members_today(self.scheme).values_list("member_id", "group__code"):
            found.setdefault(member, []).append(group)
        return found


def members_today(scheme: str) -> QuerySet[Membership]:
    """Which countries belong to which regions of a scheme today."""
    today = timezone.localdate()
    return Membership.objects.filter(Q(since__isnull=True) | Q(since__lte=today), Q(until__isnull=True) | Q(until__gt=today), group__scheme__code=scheme)


class StakeholderFilter(Filter):
    """Entries by the kind of stakeholder that carries them."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(stakeholder_type__code__in=values) | Q(stakeholder_type__parent__code__in=values)

    def pairs(self, among: Collection[int] | None = None) -> Iterator[tuple[str, int]]:
        rows = _among(Entry.objects.filter(stakeholder_type__isnull=False), "", among)
        for code, parent, entry in rows.values_list("stakeholder_type__code", "stakeholder_type__parent__code", "pk").iterator(chunk_size=5000):
            yield code, entry
            if parent:
                yield parent, entry


class FieldFilter(Filter):
    """Entries by the value of one of their fields. unknown: the value of those where it is not stated, if one may ask for them."""

    def __init__(
        self,
        name: str,
        label: str | Promise,
        field: str,
        choices: Callable[[Collection[str]], list[Option]] | None = None,
        *,
        shown: bool = True,
        unknown: str = "",
    ) -> None:
        super().__init__(name, label, shown=shown)
        self.field = field
        self.unknown = unknown
        self._choices = choices or _numbers

    def condition(self, values: Sequence[str]) -> Q:
        wanted = Q(**{f"{self.field}__in": values})
        return wanted | Q(**{f"{self.field}__isnull": True}) if self.unknown and self.unknown in values else wanted

    def options(self, codes: Collection[str]) -> list[Option]:
        return self._choices(codes)

    def pairs(self, among: Collection[int] | None = None) -> Iterator[tuple[str, int]]:
        for value, entry in _among(Entry.objects.all(), "", among).values_list(self.field, "pk").iterator(chunk_size=5000):
            if value not in (None, ""):
                yield str(value), entry
            elif self.unknown:
                yield self.unknown, entry


class CollectionFilter(Filter):
    """Entries by the collections that they are in."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(pk__in=CollectionEntry.objects.filter(collection__code__in=values).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        return [Option(each.code, str(each.name)) for each in EntryCollection.objects.filter(code__in=codes).only("code", "name", "position")]

    def pairs(self, among: Collection[int] | None = None) -> Iterator[tuple[str, int]]:
        return _among(CollectionEntry.objects.all(), "entry", among).values_list("collection__code", "entry_id").iterator(chunk_size=5000)


class OrganisationFilter(Filter):
    """Entries that an organisation carries; its values are the organisations' keys."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(pk__in=EntryOrganisation.objects.filter(organisation_id__in=values).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        keys = [code for code in codes if _is_uuid(code)]
        return [Option(str(body.pk), str(body.name)) for body in Organisation.objects.filter(pk__in=keys)] if keys else []

    def pairs(self, among: Collection[int] | None = None) -> Iterator[tuple[str, int]]:
        rows = _among(EntryOrganisation.objects.all(), "entry", among)
        return ((str(key), entry) for key, entry in rows.values_list("organisation_id", "entry_id").iterator(chunk_size=5000))


def _among(rows: QuerySet[Any], path: str, among: Collection[int] | None) -> QuerySet[Any]:
    """The rows of some entries only, in no order. path: from a row to its entry, empty for entries themselves."""
    return (rows if among is None else rows.filter(**{f"{path}_id__in" if path else "pk__in": list(among)})).order_by()


def _is_uuid(code: str) -> bool:
    try:
        return str(UUID(code)) == code
    except ValueError:
        return False


def _numbers(codes: Collection[str]) -> list[Option]:
    numbers = sorted((int(code) for code in codes if code.isascii() and code.isdecimal() and 0 < int(code) < 10_000), reverse=True)
    return [Option(str(number), str(number)) for number in numbers]


def _among_choices(choices: Iterable[tuple[str, str | Promise]]) -> Callable[[Collection[str]], list[Option]]:
    return lambda codes: [Option(code, str(label)) for code, label in choices if code in codes]


def _languages(codes: Collection[str]) -> list[Option]:
    """Languages by their names in the reader's; only tags that a text can carry."""
    known = [code for code in codes if code and code.replace("-", "").isalnum() and code.isascii()]
    return sorted((Option(code, language_name(code)) for code in known), key=lambda option: option.label)


def options_of(wanted: Mapping[Filter, Collection[str]]) -> dict[str, list[Option]]:
    """Those of the values of several filters that exist, in order, by the filters' names.

    Concepts are read at once for all filters, and mostly not at all: they are kept until something changes.
    """
    schemes = {each.scheme: set(codes) for each, codes in wanted.items() if each.scheme and codes}
    concepts = _concepts(schemes) if schemes else {}
    return {each.name: concepts.get(each.scheme, []) if each.scheme else (each.options(codes) if codes else []) for each, codes in wanted.items()}


def _concepts(wanted: Mapping[str, set[str]]) -> dict[str, list[Option]]:
    language = reader_language()
    kept = concepts_of(tuple(sorted({each.scheme for each in _filters if each.scheme} | wanted.keys())))
    found: dict[str, list[Option]] = {}
    unknown = Q(pk__in=[])
    for scheme, codes in wanted.items():
        known = kept.get(scheme, {})
        if codes <= known.keys():
            found[scheme] = [Option(code, known[code].label.best(language).text or code, scheme) for code in known if code in codes]
        else:  # new a moment ago, or there are none
            unknown |= Q(scheme__code=scheme, code__in=codes)
    if len(found) < len(wanted):
        rows = Concept.objects.filter(unknown).order_by("scheme", "position", "code").values_list("scheme__code", "code", "label")
        for scheme, code, label in rows:
            found.setdefault(scheme, []).append(Option(code, label.best(language).text or code, scheme))
    return found


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
register(ConceptFilter("target", _("Target"), "sdg-targets", is_long=True))
register(RegionFilter("region", _("Region"), "itu-regions"))
register(ConceptFilter("country", _("Country"), "countries", is_long=True))
register(StakeholderFilter("stakeholder_type", _("Stakeholder type"), scheme="stakeholder-types"))
register(FieldFilter("year", _("Year"), "year"))
register(FieldFilter("status", _("Status of the project"), "status", _among_choices(Entry.Status.choices)))
register(FieldFilter("reach", _("Reach"), "reach", _among_choices(Entry.Reach.choices)))
register(ConceptFilter("theme", _("Theme"), "themes"))
register(CollectionFilter("collection", _("Collection")))
register(FieldFilter("language", _("Language of the original"), "title__original", _languages))
register(OrganisationFilter("organisation", _("Organisation"), shown=False))

#: Of the edition in which entries were first submitted. An address has one, or the last of several: see ``Selection``.
EDITIONS = FieldFilter("edition", _("Edition"), "edition__code", _among_choices(()), shown=False, unknown=NO_EDITION)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries are wanted. values: by filter name. edition: in which they were first submitted. until: the edition up
    to which they were. since_year, until_year: the span of years, both included.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    edition: str = ""
    until: str = ""
    since_year: int | None = None
    until_year: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the list."""
        return not (self.edition or self.until or self.since_year or self.until_year or any(self.values.values()))
