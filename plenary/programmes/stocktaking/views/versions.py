"""The versions of an entry: their list, one as it was, two beside each other, and going back to one."""

from __future__ import annotations

from typing import Annotated, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.audit.actors import may
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, read_query
from plenary.programmes.stocktaking import actions, citing, queries, versions
from plenary.programmes.stocktaking.views.finding import entry_or_answer
from plenary.programmes.stocktaking.wording import facts_of, lead_notes, story_of

Number = Annotated[int, Field(ge=0, le=1_000_000)]


class CompareQuery(Query):
    """Which two versions; without them the current one beside the one before."""

    start: Annotated[Number, Field(alias="from")] = 0
    to: Number = 0


@public_page
def history(request: HttpRequest, number: str) -> HttpResponse:
    """All versions that were public, with what each changed. Who changed it is told to the secretariat only, by the trail."""
    found = entry_or_answer(request, number, "stocktaking:versions")
    if isinstance(found, HttpResponse):
        return found
    lines = versions.version_lines(found)
    return render(request, "stocktaking/versions.html", {"entry": found, "lines": lines, "kind": actions.KIND})


@public_page
def version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """The entry as it was. The current version stands at the entry's own address."""
    found = entry_or_answer(request, number, "stocktaking:version", version)
    if isinstance(found, HttpResponse):
        return found
    current = versions.current_number(found)
    was = versions.version_of(found, version)
    if was is None:
        if version == current == 1:
            return redirect("stocktaking:entry", number=found.number)
        raise Http404
    draft = actions.draft_of(was.snapshot)
    actor = actor_of(request)
    context: dict[str, Any] = {
        "entry": found,
        "was": was,
        "draft": draft,
        "current": current,
        "is_current": version == current,
        "facts": facts_of(draft, draft.links, [(body.name, body.role, "") for body in draft.organisations]),
        "story": story_of(draft),
        "notes": lead_notes(draft),
        "pictures": _pictures(was),
        "cited": citing.in_words(citing.citation_of_version(found, draft, was.number, was.at.date())),
        "may_restore": version != current and may(actor, "stocktaking.change_entry", found),
    }
    return render(request, "stocktaking/version.html", context)


def _pictures(was: versions.AsItWas) -> list[dict[str, Any]]:
    """The pictures that the version showed and that are still there for everybody."""
    media = was.snapshot.get("media", [])
    files = (
        {str(each.pk): each for each in StoredFile.objects.filter(pk__in=[each["file"] for each in media], is_public=True, deleted_at=None)} if media else {}
    )
    return [
        {"file": files[each["file"]], "alt": Text.from_json(each["alt"]), "caption": Text.from_json(each["caption"]), "credit": each["credit"]}
        for each in media
        if each["file"] in files and files[each["file"]].kind.startswith("image/")
    ]


@public_page
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """Two versions beside each other, field by field, word by word."""
    asked = read_query(request, CompareQuery)
    found = entry_or_answer(request, number, "stocktaking:compare")
    if isinstance(found, HttpResponse):
        return found
    known = versions.versions(found)
    by_number = {each.number: each for each in known}
    wrong = [name for name, given in (("from", asked.start), ("to", asked.to)) if given and given not in by_number]
    if wrong:
        raise BadQuery({name: [_("This version cannot be read.")] for name in wrong})
    after = by_number[asked.to] if asked.to else (known[-1] if known else None)
    earlier = [each for each in known if after is not None and each.number < after.number]
    before = by_number[asked.start] if asked.start else (earlier[-1] if earlier else after)
    context = {
        "entry": found,
        "known": known,
        "before": before,
        "after": after,
        "rows": versions.differences(before.snapshot, after.snapshot) if before and after else [],
    }
    return render(request, "stocktaking/versions_compare.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """Make the entry be again as it was in one of its versions."""
    actor = actor_of(request)
    found = queries.with_number(queries.visible_to(actor), number).first()
    was = versions.version_of(found, version) if found is not None else None
    if found is None or was is None:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:1000] or _("Back to version %(number)s") % {"number": was.number}
    before = versions.current_number(found)
    actions.restore_version(actor=actor, entry=found, version=was.version, reason=reason)
    if versions.current_number(found) == before:
        messages.info(request, _("The entry says all that already; nothing was changed."))
    else:
        messages.success(request, _("The entry is again as it was in version %(number)s.") % {"number": was.number})
    return redirect("stocktaking:entry", number=found.number)
