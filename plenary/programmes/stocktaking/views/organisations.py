"""The directory of organisations, and the page of each with all that it did."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.audit.actors import may
from plenary.ground.framework import linked_data
from plenary.ground.people.access import actor_of
from plenary.ground.people.queries import offered
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.stocktaking import directory
from plenary.programmes.stocktaking.linked import address_of, organisation_data
from plenary.programmes.stocktaking.models import EntryOrganisation

PAGE = 60
#: What an organisation works on: the scheme, the filter of the list that shows the entries behind a count, and its heading.
TOPICS = (
    ("action-lines", "action_line", gettext_lazy("Action lines")),
    ("sdgs", "sdg", gettext_lazy("Goals")),
    ("countries", "country", gettext_lazy("Countries")),
)
#: What stands above the entries in which it has a role.
ROLES = {
    EntryOrganisation.Role.LEAD: gettext_lazy("Projects that it carries"),
    EntryOrganisation.Role.PARTNER: gettext_lazy("Projects in which it is a partner"),
    EntryOrganisation.Role.FUNDER: gettext_lazy("Projects that it funds"),
}


class OrganisationQuery(Query):
    """Words of a name, the letter it begins with, a country."""

    q: Annotated[str, Field(max_length=200)] = ""
    letter: Annotated[str, Field(max_length=1)] = ""
    country: Annotated[str, Field(max_length=10)] = ""


@public_page
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations whose names are public, by name."""
    asked = read_query(request, OrganisationQuery)
    country = offered("countries").filter(code=asked.country).first() if asked.country else None
    if asked.country and country is None:
        raise BadQuery({"country": [_("This value is not one of those that can be asked for.")]})
    found = directory.narrowed(directory.organisations(), q=asked.q, letter=asked.letter, country=asked.country)
    page = page_of(found, asked.page, PAGE)
    context = {
        "asked": asked,
        "country": country,
        "page": page,
        "letters": directory.letters(),
        "digits": directory.DIGITS,
        "is_narrowed": bool(asked.q or asked.letter or asked.country),
    }
    return render(request, "stocktaking/organisations.html", context)


@public_page
def organisation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One organisation: entries by its role in them, prizes, sessions, what it works on and where."""
    found = directory.find(key)
    if found is None:
        raise Http404
    if found.pk != key:
        return HttpResponsePermanentRedirect(reverse("organisations:organisation", args=[found.pk]))
    record = directory.record_of(found)
    address = address_of("organisations:organisation", found.pk)
    context = {
        "organisation": found,
        "record": record,
        "roles": [(ROLES[EntryOrganisation.Role(each.role)], each) for each in record.involvements],
        "topics": [(name, label, record.topics[scheme]) for scheme, name, label in TOPICS if scheme in record.topics],
        "panels": panels_for("organisation", found, request),
        "linked_data": linked_data.block(organisation_data(found, address)),
        "may_change": may(actor_of(request), "people.change_organisation", found),
    }
    return render(request, "stocktaking/organisation.html", context)
