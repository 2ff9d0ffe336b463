"""Organisations: finding them, and saying that two records are one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.errors import BadQuery, Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.people import MergeForm
from plenary.faces.desk.merging import preview_of
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may, require
from plenary.ground.people import queries
from plenary.ground.people.actions.organisations import merge_organisations
from plenary.ground.people.models import Organisation
from plenary.ground.web.query import Query, page_of, read_query

SIZE = 50
#: How many candidates a merge offers at once; more means that the words should be narrower.
CANDIDATES = 20


class OrganisationsQuery(Query):
    q: str = Field("", max_length=200)
    country: str = Field("", pattern=r"^[A-Z]{2}$|^$")
    stakeholder_type: str = Field("", max_length=60)


class MergeQuery(Query):
    q: str = Field("", max_length=200)
    into: UUID | None = None


@desk_page("people.view_people")
def organisations(request: DeskRequest) -> HttpResponse:
    """All organisations."""
    asked = read_query(request, OrganisationsQuery)
    types = list(queries.offered("stakeholder-types"))
    if asked.stakeholder_type and asked.stakeholder_type not in {each.code for each in types}:
        raise BadQuery({"stakeholder_type": [_("This value is not one of those that can be asked for.")]})
    found = queries.organisations_list(q=asked.q, country=asked.country, stakeholder_type=asked.stakeholder_type)
    return show(
        request,
        "desk/organisations.html",
        crumbs=[(_("Organisations"), "")],
        page=page_of(found, asked.page, SIZE),
        asked=asked,
        countries=queries.offered("countries"),
        types=types,
    )


@desk_page("people.view_people")
def organisation(request: DeskRequest, key: UUID) -> HttpResponse:
    """What is known of an organisation."""
    found = get_object_or_404(Organisation.objects.select_related("country", "stakeholder_type", "merged_into"), pk=key)
    if found.merged_into is not None:
        return redirect("desk:organisation", found.current.pk)
    return show(
        request,
        "desk/organisation.html",
        crumbs=[(_("Organisations"), reverse("desk:organisations")), (str(found.name), "")],
        organisation=found,
        aliases=found.aliases.order_by("name"),
        affiliations=found.affiliations.select_related("person").order_by("person__name")[:SIZE],
        counts=preview_of(found),
        merged=found.merged.count(),
        may_merge=may(request.user, "people.merge"),
    )


@desk_page("people.merge")
def merge(request: DeskRequest, key: UUID) -> HttpResponse:
    """Search the organisation that this one is, look at what would move, confirm."""
    gone = get_object_or_404(Organisation.objects.select_related("country"), pk=key, merged_into=None)
    asked = read_query(request, MergeQuery)
    kept = get_object_or_404(Organisation.objects.select_related("country"), pk=asked.into, merged_into=None) if asked.into else None
    form = MergeForm(sent(request)[0], initial={"into": kept})
    if request.method == "POST":
        require(request.user, "people.merge")
        if form.is_valid():
            try:
                merge_organisations(actor=request.user, keep=form.cleaned_data["into"], merge=gone, reason=form.cleaned_data["reason"])
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("“%(gone)s” is part of “%(kept)s” now.") % {"gone": gone.name, "kept": form.cleaned_data["into"].name})
                return redirect("desk:organisation", form.cleaned_data["into"].pk)
        kept = kept or form.cleaned_data.get("into")  # as the hidden field says
    candidates = list(queries.organisations_list(q=asked.q).exclude(pk=gone.pk)[: CANDIDATES + 1]) if asked.q and kept is None else []
    return show(
        request,
        "desk/merge.html",
        crumbs=[
            (_("Organisations"), reverse("desk:organisations")),
            (str(gone.name), reverse("desk:organisation", args=[gone.pk])),
            (_("Merge"), ""),
        ],
        status=400 if form.errors else 200,
        gone=gone,
        kept=kept,
        is_same=kept == gone,
        asked=asked,
        candidates=candidates[:CANDIDATES],
        more=len(candidates) > CANDIDATES,
        counts=preview_of(gone),
        kept_counts=preview_of(kept) if kept else [],
        form=form,
    )
