"""Pages of editions and concepts, and concepts as linked data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plenary.ground.framework import linked_data, queries
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, read_query


class _NoQuery(Query):
    """Pages without filters."""


@public_page
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """All editions on one line."""
    read_query(request, _NoQuery)
    context = {
        "editions": [{"edition": edition, "now": queries.standing(edition)} for edition in queries.timeline()],
        "breadcrumbs": [(_("Editions"), "")],
    }
    return render(request, "framework/editions.html", context)


@public_page
@require_safe
def edition(request: HttpRequest, code: str) -> HttpResponse:
    """One edition: when and where, its milestones, and what the rooms have of it."""
    page = queries.edition_page(code)
    if page is None:
        if code != code.lower() and queries.edition_page(code.lower()):
            return HttpResponsePermanentRedirect(reverse("framework:edition", args=[code.lower()]))
        raise Http404
    context = {
        "page": page,
        "edition": page.edition,
        "panels": panels_for("edition", page.edition, request),
        "breadcrumbs": [(_("Editions"), reverse("framework:editions")), (str(page.edition.name), "")],
    }
    return render(request, "framework/edition.html", context)


@public_page
@require_safe
def scheme(request: HttpRequest, address: str) -> HttpResponse:
    """The concepts of a scheme that has pages."""
    found = queries.scheme_with_pages(address)
    if found is None:
        raise Http404
    read_query(request, _NoQuery)
    context = {
        "scheme": found,
        "concepts": queries.concepts_with_children(found),
        "vocabulary": linked_data.scheme_file(found),
        "breadcrumbs": [(str(found.title), "")],
    }
    return render(request, "framework/scheme.html", context)


@public_page
@require_safe
def concept(request: HttpRequest, address: str, code: str) -> HttpResponse:
    """A concept: what it is, what it hangs together with, and what the rooms have of it."""
    page = queries.concept_page(address, code)
    if page is None:
        return _to_canonical("framework:concept", address, code)
    found = page.concept
    crumbs = [(str(found.scheme.title), reverse("framework:scheme", args=[address]))]
    if found.parent is not None and (path := queries.concept_path(found.parent)):
        crumbs.append((str(found.parent.label), path))
    context = {
        "page": page,
        "concept": found,
        "parent_path": queries.concept_path(found.parent) if found.parent else "",
        "panels": panels_for("concept", found, request),
        "breadcrumbs": [*crumbs, (str(found.label), "")],
    }
    return render(request, "framework/concept.html", context)


def _to_canonical(view: str, address: str, code: str) -> HttpResponse:
    """Send on to the address of the concept that a spelling means."""
    canonical = queries.canonical_code(address, code)
    if canonical is None or canonical == code:
        raise Http404
    return HttpResponsePermanentRedirect(reverse(view, args=[address, canonical]))


@public_page
@require_safe
def vocabularies(request: HttpRequest) -> HttpResponse:
    """All schemes with their sources and licences."""
    read_query(request, _NoQuery)
    context = {"schemes": queries.schemes_with_counts(), "breadcrumbs": [(_("Vocabularies"), "")]}
    return render(request, "framework/vocabularies.html", context)


@public_page
@require_safe
def vocabulary(request: HttpRequest, code: str) -> HttpResponse:
    """A whole scheme as linked data."""
    return _linked(linked_data.scheme_document(_scheme(code=code)))


@require_safe
def scheme_data(request: HttpRequest, address: str) -> HttpResponse:
    """A scheme that has pages, as linked data."""
    found = queries.scheme_with_pages(address)
    if found is None:
        raise Http404
    return _linked(linked_data.scheme_document(found))


@require_safe
def concept_data(request: HttpRequest, address: str, code: str) -> HttpResponse:
    """A concept as linked data."""
    found = Concept.objects.filter(scheme__address=address, code=code).select_related("scheme", "parent__scheme").first()
    if found is None:
        return _to_canonical("framework:concept_data", address, code)
    return _linked(linked_data.concept_document(found))


def _scheme(**lookup: str) -> Scheme:
    found = Scheme.objects.filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def _linked(document: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False}, content_type=linked_data.CONTENT_TYPE)
    response["Access-Control-Allow-Origin"] = "*"  # public data, meant to be read by other sites
    return response
