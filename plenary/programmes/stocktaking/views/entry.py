"""The page of one entry."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plenary.ground.audit.actors import may
from plenary.ground.framework import linked_data
from plenary.ground.framework.text import reader_language
from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.programmes.stocktaking import actions, queries
from plenary.programmes.stocktaking.linked import as_linked_data
from plenary.programmes.stocktaking.models import Entry


@public_page
def entry(request: HttpRequest, number: str) -> HttpResponse:
    """One project with its story and all that is known of it."""
    actor = actor_of(request)
    found = queries.whole(queries.with_number(queries.visible_to(actor), number)).first()
    if found is None:
        raise Http404
    links = list(found.links.all())
    same = list(queries.for_list(queries.same_organisation(found, queries.public_entries()))[:6])
    context = {
        "entry": found,
        "countries": [link for link in links if link.concept.scheme.code == "countries"],
        "about": _by_scheme(links),
        "bodies": [link.organisation for link in found.organisation_links.all()],
        "panels": panels_for("entry", found, request),
        "same": same[:5],
        "more_of_same": len(same) > 5,
        "sources": _sources(found.source),
        "story": found.description.best(),
        "notes": _notes(found),
        "linked_data": linked_data.block(as_linked_data(found, request.build_absolute_uri(reverse("stocktaking:entry", args=[found.number])))),
        "may_withdraw": may(actor, "stocktaking.withdraw_entry", found),
        "kind": actions.KIND,
    }
    return render(request, "stocktaking/entry.html", context)


def _by_scheme(links: list[Any]) -> list[dict[str, Any]]:
    """The concepts of an entry by scheme, without countries."""
    groups: dict[str, dict[str, Any]] = {}
    for link in links:
        if link.concept.scheme.code != "countries":
            group = groups.setdefault(link.concept.scheme.code, {"scheme": link.concept.scheme, "links": [], "has_reasons": False})
            group["links"].append(link)
            group["has_reasons"] = group["has_reasons"] or bool(link.reason)
    return list(groups.values())


def _sources(source: str) -> list[dict[str, str]]:
    """Where the record was found: addresses as links, the rest as it stands."""
    parts = [part.strip() for part in re.split(r"\s;\s|\s(?=https?://)", source)]
    return [{"text": part, "link": part if part.startswith(("http://", "https://")) else ""} for part in parts if part]


def _notes(entry: Entry) -> list[str]:
    """What the reader should know of the language of the texts."""
    shown = [text.best() for text in (entry.title, entry.summary, entry.description) if text]
    notes = []
    if any(each.by_machine for each in shown):
        notes.append(_("A machine translated what you read here; nobody has checked it."))
    elif any(not each.is_original for each in shown):
        notes.append(_("This is a translation, not the language in which the project was described."))
    if any(each.language != reader_language() for each in shown):
        notes.append(_("The project is described in another language than that of this page."))
    return notes


@login_required
@require_POST
def change_state(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw the entry or make it public again."""
    actor = actor_of(request)
    found = queries.with_number(queries.visible_to(actor), number).first()
    if found is None:
        raise Http404
    reason = request.POST.get("reason", "")[:1000]
    if request.POST.get("to") == Entry.State.WITHDRAWN:
        actions.withdraw_entry(actor=actor, entry=found, reason=reason)
        messages.success(request, _("The entry is withdrawn. Only the secretariat sees it now."))
    else:
        actions.restore_entry(actor=actor, entry=found, reason=reason)
        messages.success(request, _("The entry is public again."))
    return redirect("stocktaking:entry", number=found.number)
