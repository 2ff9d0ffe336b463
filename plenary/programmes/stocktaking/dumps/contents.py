"""The tables of the open data with all their fields. What is not declared here is in no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework import linked_data
from plenary.ground.framework.models import Concept
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.dumps.reading import CHUNK, About, Carrier, PublicEntry, all_in_full
from plenary.programmes.stocktaking.dumps.tables import Field, Table
from plenary.programmes.stocktaking.models import Entry, EntryEdition, EntryMedia
from plenary.programmes.stocktaking.queries import Badge, public_entries


def _of(name: str) -> Callable[[PublicEntry], Any]:
    """Reads a field of the entry itself."""
    return lambda known: getattr(known.entry, name)


def _codes(scheme: str) -> Callable[[PublicEntry], list[str]]:
    return lambda known: known.codes(scheme)


def _web_links(known: PublicEntry) -> list[dict[str, str]]:
    return [link for link in known.entry.web_links if isinstance(link, dict)]


_ABOUT = (
    Field("scheme", "string", _("The vocabulary."), lambda each: each.concept.scheme.code),
    Field("code", "string", _("The concept's code in its vocabulary."), lambda each: each.concept.code),
    Field("uri", "string", _("The concept's permanent address."), lambda each: each.uri),
    Field("reason", "text", _("Why the project is linked to it, in the contributor's words."), lambda each: each.reason),
)
_CARRIERS = (
    Field("id", "string", _("The key of the organisation, as in the table of organisations."), lambda each: str(each.organisation.pk)),
    Field("name", "text", _("The name of the organisation."), lambda each: each.organisation.name),
    Field("role", "string", _("What the organisation does in the project: lead, partner or funder."), lambda each: each.role),
    Field("country", "string", _("The country of the organisation, ISO 3166-1 alpha-2."), lambda each: each.country),
)
_LINKS = (
    Field("url", "string", _("The address of the page."), lambda link: link.get("url", "")),
    Field("label", "string", _("What it is, in a few words."), lambda link: link.get("label", "")),
)


def _file_address(each: EntryMedia) -> str:
    return f"{settings.BASE_URL}{each.file.path}"


def _award_address(badge: Badge) -> str:
    return f"{settings.BASE_URL}{badge.path}" if badge.path else ""


_MEDIA = (
    Field("url", "string", _("The address of the file."), _file_address),
    Field("type", "string", _("Its media type."), lambda each: each.file.kind),
    Field("alternative", "text", _("What a picture shows."), lambda each: each.alt),
    Field("caption", "text", _("What is written below it."), lambda each: each.caption),
    Field("credit", "string", _("Who made it."), lambda each: each.credit),
)


def _edition_of(step: EntryEdition) -> str:
    return step.edition.code


_HISTORY = (
    Field("edition", "string", _("The edition."), _edition_of),
    Field("how", "string", _("added or updated."), lambda step: step.how),
    Field("at", "datetime", _("When."), lambda step: step.at),
)
_AWARDS = (
    Field("label", "string", _("The contest and how far the project came."), lambda badge: badge.label),
    Field("url", "string", _("The page of the contest."), _award_address),
)

_ENTRY_FIELDS: tuple[Field, ...] = (
    Field("number", "string", _("The number of the entry. It never changes."), _of("number")),
    Field("url", "string", _("The permanent address of its page."), lambda known: known.address),
    Field("other_numbers", "codes", _("Numbers under which it was known before or elsewhere."), lambda known: known.other_numbers),
    Field("title", "text", _("What the project is called."), _of("title")),
    Field("summary", "text", _("The project in a few sentences."), _of("summary")),
    Field("description", "text", _("The whole story."), _of("description")),
    Field("beneficiaries", "text", _("Whom it serves."), _of("beneficiaries")),
    Field("results", "text", _("What came of it."), _of("results")),
    Field("challenges", "text", _("What was difficult."), _of("challenges")),
    Field("partnerships", "text", _("How partners work together on it."), _of("partnerships")),
    Field("replicability", "text", _("How others can do the same."), _of("replicability")),
    Field("edition", "string", _("The edition in which it was first submitted."), lambda known: known.edition),
    Field("year", "integer", _("The year in which it was first submitted."), _of("year")),
    Field("status", "string", _("planned, ongoing or completed."), _of("status")),
    Field("reach", "string", _("local, national, regional, international or global."), _of("reach")),
    Field("starts_on", "date", _("When the project began."), _of("starts_on")),
    Field("ends_on", "date", _("When it ended or is to end."), _of("ends_on")),
    Field(
        "stakeholder_type", "string", _("The kind of stakeholder that carries it."), lambda known: known.stakeholder_type.code if known.stakeholder_type else ""
    ),
    Field("countries", "codes", _("Where the project takes place, ISO 3166-1 alpha-2."), _codes("countries")),
    Field("action_lines", "codes", _("The action lines that it serves."), _codes("action-lines")),
    Field("sdgs", "codes", _("The Sustainable Development Goals that it serves."), _codes("sdgs")),
    Field("sdg_targets", "codes", _("The targets of the Goals that it serves."), _codes("sdg-targets")),
    Field("themes", "codes", _("Its themes."), _codes("themes")),
    Field("concepts", "records", _("All that it is about, each with the reason that was given."), lambda known: known.about, _ABOUT),
    Field("organisations", "records", _("Who carries and supports it."), lambda known: known.carriers, _CARRIERS),
    Field("collections", "codes", _("The collections that it is in."), lambda known: known.collections),
    Field("awards", "records", _("How far it came in contests."), lambda known: known.badges, _AWARDS),
    Field("website", "string", _("Its website."), _of("website")),
    Field("web_links", "records", _("Further pages about it."), _web_links, _LINKS),
    Field("media", "records", _("Its pictures and documents."), lambda known: known.media, _MEDIA),
    Field("history", "records", _("The editions in which it was added or brought up to date."), lambda known: known.history, _HISTORY),
    Field("source", "string", _("Where an imported record was found."), _of("source")),
    Field("published_at", "datetime", _("When it first became public."), _of("published_at")),
    Field("updated_at", "datetime", _("When it last changed."), _of("updated_at")),
    Field("confirmed_at", "datetime", _("When an owner last said that it stands as it is, or changed it."), _of("confirmed_at")),
)


def _entries() -> Iterator[PublicEntry]:
    return all_in_full(public_entries())


def _concepts() -> Iterator[Concept]:
    found = Concept.objects.select_related("scheme", "parent__scheme").order_by("scheme__position", "scheme__code", "position", "code")
    return found.iterator(chunk_size=CHUNK)


def _parent(concept: Concept) -> str:
    return f"{concept.parent.scheme.code} {concept.parent.code}" if concept.parent else ""


_CONCEPT_FIELDS: tuple[Field, ...] = (
    Field("scheme", "string", _("The vocabulary."), lambda concept: concept.scheme.code),
    Field("code", "string", _("The concept's code in its vocabulary."), lambda concept: concept.code),
    Field("uri", "string", _("The concept's permanent address."), linked_data.concept_id),
    Field("label", "text", _("What the concept is called."), lambda concept: concept.label),
    Field("definition", "text", _("What it means."), lambda concept: concept.definition),
    Field("parent", "string", _("The vocabulary and the code of the concept above it."), _parent),
    Field("retired_on", "date", _("From when on it is no longer offered."), lambda concept: concept.retired_on),
)


def _organisations() -> Iterator[Organisation]:
    """Those that carry or support a public entry, with the number of these. Others are nobody's business here."""
    is_public = Q(entry_links__entry__state=Entry.State.PUBLIC)
    found = Organisation.objects.annotate(public_entries=Count("entry_links", filter=is_public)).filter(public_entries__gt=0)
    return found.select_related("country__scheme", "stakeholder_type__scheme").order_by("pk").iterator(chunk_size=CHUNK)


_ORGANISATION_FIELDS: tuple[Field, ...] = (
    Field("id", "string", _("The key of the organisation."), lambda body: str(body.pk)),
    Field("name", "text", _("The name of the organisation."), lambda body: body.name),
    Field("country", "string", _("The country of the organisation, ISO 3166-1 alpha-2."), lambda body: body.country.code if body.country else ""),
    Field("stakeholder_type", "string", _("The kind of stakeholder that it is."), lambda body: body.stakeholder_type.code if body.stakeholder_type else ""),
    Field("website", "string", _("Its website."), lambda body: body.website),
    Field("entries", "integer", _("How many public entries name it."), lambda body: body.public_entries),
)

ENTRIES = Table("entries", _("Entries"), _("All public projects and activities of the Stocktaking."), _ENTRY_FIELDS, _entries)
CONCEPTS = Table("concepts", _("Concepts"), _("The vocabularies whose codes the entries name."), _CONCEPT_FIELDS, _concepts)
ORGANISATIONS = Table("organisations", _("Organisations"), _("The organisations that carry or support public entries."), _ORGANISATION_FIELDS, _organisations)
TABLES = (ENTRIES, CONCEPTS, ORGANISATIONS)

__all__ = ["CONCEPTS", "ENTRIES", "ORGANISATIONS", "TABLES", "About", "Carrier"]
