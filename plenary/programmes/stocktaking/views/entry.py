"""The page of one entry, for reading and for printing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from plenary.ground.audit.actors import Actor, may
from plenary.ground.framework import linked_data
from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.programmes.stocktaking import actions, citing, queries, reading, versions
from plenary.programmes.stocktaking.linked import as_linked_data, link_header
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.views.embedding import embed_code
from plenary.programmes.stocktaking.views.finding import entry_or_answer
from plenary.programmes.stocktaking.wording import facts_of, lead_notes, story_of

_SAME = 5
_ALIKE = 5


@public_page
def entry(request: HttpRequest, number: str) -> HttpResponse:
    """One project with its story and all that is known of it."""
    actor = actor_of(request)
    found = entry_or_answer(request, number, "stocktaking:entry", entries=reading.for_page(queries.visible_to(actor)))
    if isinstance(found, HttpResponse):
        return found
    same = list(queries.for_list(queries.same_organisation(found, queries.public_entries()))[: _SAME + 1])
    taken = {each.pk for each in same[:_SAME]}
    context = {
        **_shown(found, actor),
        "panels": panels_for("entry", found, request),
        "same": same[:_SAME],
        "more_of_same": len(same) > _SAME,
        "alike": [each for each in reading.entries_like(found, _ALIKE + _SAME) if each.pk not in taken][:_ALIKE] if found.is_public else [],
        "embed": embed_code(found),
        "may_withdraw": may(actor, "stocktaking.withdraw_entry", found),
        "is_mine": reading.owns(actor, found),
        "may_change": may(actor, "stocktaking.change_entry", found),
        "merged_into": found.merged_into,
        "kind": actions.KIND,
    }
    response = render(request, "stocktaking/entry.html", context)
    if found.is_public:
        response["Link"] = link_header(found)
    return response


@public_page
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """The same without anything that does not belong on paper."""
    actor = actor_of(request)
    found = entry_or_answer(request, number, "stocktaking:print", entries=reading.for_page(queries.visible_to(actor)))
    if isinstance(found, HttpResponse):
        return found
    return render(request, "stocktaking/entry_print.html", {**_shown(found, actor), "bare_panels": True})


def _shown(found: Entry, actor: Actor) -> dict[str, Any]:
    """What the page shows of the entry itself."""
    links = list(found.links.all())
    with override("en"):
        address = f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[found.number])}"
    media = list(found.media.all())
    return {
        "entry": found,
        "permanent": address,
        "facts": facts_of(found, links, [(link.organisation.name, link.role, str(link.organisation_id)) for link in found.organisation_links.all()]),
        "story": story_of(found),
        "notes": lead_notes(found),
        "matrix": reading.matrix_of(links),
        "pictures": [each for each in media if each.file.kind.startswith("image/")],
        "documents": [each for each in media if not each.file.kind.startswith("image/")],
        "collections": [place.collection for place in found.places.all()],
        "history": list(found.history.all()),
        "unconfirmed_since": reading.unconfirmed_since(found),
        "version": versions.current_number(found),
        "cited": citing.in_words(citing.citation_of(found)),
        "linked_data": linked_data.block(as_linked_data(found, address)) if found.is_public else "",
    }


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
