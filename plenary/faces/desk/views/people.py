"""People: finding them, what is known of them, the roles they hold."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.people import GrantForm, RevokeForm, scope_choices, scope_in_words
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may, require
from plenary.ground.people import queries
from plenary.ground.people.actions.roles import grant_role, revoke_role
from plenary.ground.people.models import Person, RoleGrant
from plenary.ground.web.query import Query, page_of, read_query

SIZE = 50


class PeopleQuery(Query):
    q: str = Field("", max_length=200)
    role: Literal["", "administrator", "secretariat", "editor", "reviewer", "juror", "focal-point", "track-coordinator", "reader"] = ""
    country: str = Field("", pattern=r"^[A-Z]{2}$|^$")
    account: Literal["", "yes", "no"] = ""


@desk_page("people.view_people")
def people(request: DeskRequest) -> HttpResponse:
    """All people by name."""
    asked = read_query(request, PeopleQuery)
    with_account = {"yes": True, "no": False}.get(asked.account)
    found = queries.people_list(q=asked.q, role=asked.role, country=asked.country, with_account=with_account)
    page = page_of(found, asked.page, SIZE)
    return show(
        request,
        "desk/people.html",
        crumbs=[(_("People"), "")],
        page=page,
        asked=asked,
        roles=RoleGrant.Role.choices,
        countries=queries.offered("countries"),
        sees_private=may(request.user, "desk.view_private"),
    )


@desk_page("people.view_people")
def person(request: DeskRequest, key: UUID) -> HttpResponse:
    """What is known of a person; giving a role."""
    found = get_object_or_404(Person.objects.select_related("user", "country", "stakeholder_type", "merged_into"), pk=key)
    if found.merged_into is not None:
        return redirect("desk:person", found.merged_into.pk)
    scopes = scope_choices()
    may_grant = may(request.user, "people.grant_role", RoleGrant(role="reader")) and found.erased_at is None
    form = GrantForm(sent(request)[0], actor=request.user, scopes=scopes)
    if request.method == "POST":
        require(request.user, "people.grant_role", RoleGrant(role="reader"))
        if form.is_valid():
            since, until = form.span()
            values = form.cleaned_data
            try:
                grant_role(actor=request.user, person=found, role=values["role"], scope=values["scope"], since=since, until=until, reason=values["reason"])
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("%(name)s has the role now: %(role)s.") % {"name": found.name, "role": RoleGrant.Role(values["role"]).label})
                return redirect("desk:person", found.pk)
    return show(
        request,
        "desk/person.html",
        crumbs=[(_("People"), reverse("desk:people")), (found.name, "")],
        status=400 if form.errors else 200,
        person=found,
        form=form,
        may_grant=may_grant,
        sees_private=may(request.user, "desk.view_private"),
        account=getattr(found, "user", None),
        addresses=EmailAddress.objects.filter(user__person=found).order_by("-primary", "email"),
        second_factor=bool(getattr(found, "user", None)) and is_mfa_enabled(found.user),
        affiliations=queries.affiliations_of(found),
        grants=_grants(found, request, scopes),
    )


def _grants(person: Person, request: DeskRequest, scopes: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    now = timezone.now()
    rows = []
    for grant in queries.grants_of(person):
        over = grant.until is not None and grant.until <= now
        rows.append(
            {
                "grant": grant,
                "scope": scope_in_words(grant.scope, scopes),
                "over": over,
                "coming": grant.since > now,
                "may_revoke": not over and may(request.user, "people.grant_role", grant),
            }
        )
    return rows


@desk_page("people.view_people")
def revoke(request: DeskRequest, key: UUID, grant_id: int) -> HttpResponse:
    """End a role, with a reason."""
    grant = get_object_or_404(RoleGrant.objects.select_related("person"), pk=grant_id, person_id=key)
    require(request.user, "people.grant_role", grant)
    form = RevokeForm(sent(request)[0])
    if request.method == "POST" and form.is_valid():
        try:
            revoke_role(actor=request.user, grant=grant, reason=form.cleaned_data["reason"])
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("The role has ended: %(role)s.") % {"role": grant.get_role_display()})
            return redirect("desk:person", key)
    return show(
        request,
        "desk/revoke.html",
        crumbs=[(_("People"), reverse("desk:people")), (grant.person.name, reverse("desk:person", args=[key])), (_("End a role"), "")],
        status=400 if form.errors else 200,
        grant=grant,
        scope=scope_in_words(grant.scope, scope_choices()),
        form=form,
        is_own=request.user.person_id == grant.person_id,
    )
