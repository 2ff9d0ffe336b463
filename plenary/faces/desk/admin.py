"""Django's admin, for raw repair only: superusers, and the few tables where nothing else reaches.

It goes round actions and trail, so what has an action is not registered here. Its own sign-in page knows neither codes
by mail nor second factors, so it is replaced by the site's.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from plenary.ground.framework.models import LoadedRecord
from plenary.ground.people.access import has_second_factor, proved_second_factor
from plenary.ground.people.models import OrganisationAlias, RoleGrant, User
from plenary.ground.search.models import IndexChange


def _superusers_only(request: HttpRequest) -> bool:
    user: Any = request.user
    if not (user.is_active and user.is_superuser):
        return False
    return not settings.STAFF_SECOND_FACTOR or (has_second_factor(user) and proved_second_factor(request))


def _site_login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Send visitors to the site's sign-in; tell others that this is not theirs, or that the second step is missing."""
    user: Any = request.user
    if _superusers_only(request):
        return HttpResponseRedirect(reverse("admin:index"))
    if user.is_authenticated:
        if user.is_superuser:
            return HttpResponseRedirect(reverse("desk:home"))  # the desk's door says what to do about the second step
        raise PermissionDenied
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect_to_login(wanted if safe else reverse("admin:index"), reverse(settings.LOGIN_URL))


admin.site.has_permission = _superusers_only  # type: ignore[method-assign]
admin.site.login = _site_login  # type: ignore[method-assign]
admin.site.site_header = "Raw repair"
admin.site.enable_nav_sidebar = False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Closing an account, or making a superuser."""

    list_display = ("email", "person", "is_active", "is_staff", "is_superuser")
    list_select_related = ("person",)
    search_fields = ("email",)
    fields = ("email", "person", "is_active", "is_staff", "is_superuser")
    raw_id_fields = ("person",)


@admin.register(RoleGrant)
class RoleGrantAdmin(admin.ModelAdmin):
    """Roles, should nobody be left who can give one."""

    list_display = ("person", "role", "scope", "since", "until")
    list_filter = ("role",)
    list_select_related = ("person",)
    raw_id_fields = ("person",)


@admin.register(OrganisationAlias)
class OrganisationAliasAdmin(admin.ModelAdmin):
    """Wrong names by which an organisation is found."""

    list_display = ("name", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("folded",)
    raw_id_fields = ("organisation",)


@admin.register(LoadedRecord)
class LoadedRecordAdmin(admin.ModelAdmin):
    """What was loaded of edition folders."""

    list_display = ("edition_code", "section", "key")
    list_filter = ("edition_code", "section")


@admin.register(IndexChange)
class IndexChangeAdmin(admin.ModelAdmin):
    """Changes that the search index has not followed."""

    list_display = ("kind", "key", "changed_at")
