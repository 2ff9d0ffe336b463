"""Entries that may be one project: finding them, comparing two field by field, merging, and taking a merge back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import Field

from plenary.engines.classify.duplicates import Candidate, likely
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.entries import MergeForm
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may
from plenary.ground.people.names import fold
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.stocktaking import queries
from plenary.programmes.stocktaking.actions.merging import CHOICES, SEVERAL, SINGLE, joined, merge_entries, unmerge_entries
from plenary.programmes.stocktaking.actions.snapshots import current_draft
from plenary.programmes.stocktaking.drafts import STORY, EntryDraft
from plenary.programmes.stocktaking.models import Entry, EntryMerge

SIZE = 25
#: How many entries that share a word are compared, and how many of them are offered.
_COMPARED, _OFFERED = 400, 10
SEES, MAY = "stocktaking.see_hidden", "stocktaking.withdraw_entry"
LABELS = {
    "title": gettext_lazy("Title"), "summary": gettext_lazy("Summary"), "description": gettext_lazy("Description"),
    "beneficiaries": gettext_lazy("Beneficiaries"), "results": gettext_lazy("Results and impact"), "challenges": gettext_lazy("Challenges"),
    "partnerships": gettext_lazy("Partnerships"), "replicability": gettext_lazy("Replicability"), "stakeholder_type": gettext_lazy("Stakeholder type"),
    "edition": gettext_lazy("Edition"), "year": gettext_lazy("Year"), "status": gettext_lazy("Status of the project"), "reach": gettext_lazy("Reach"),
    "starts_on": gettext_lazy("Start"), "ends_on": gettext_lazy("End"), "website": gettext_lazy("Website"), "links": gettext_lazy("What it is about"),
    "organisations": gettext_lazy("Organisations"), "web_links": gettext_lazy("Links"), "collections": gettext_lazy("Collections"),
    "media": gettext_lazy("Pictures and documents"),
}  # fmt: skip


class MergeQuery(Query):
    gone: str = Field("", max_length=60)
    kept: str = Field("", max_length=60)
    q: str = Field("", max_length=200)


def standing() -> QuerySet[Entry]:
    """Entries that could be merged: neither withdrawn nor merged."""
    return Entry.objects.exclude(state=Entry.State.WITHDRAWN)


@desk_page(SEES)
@require_safe
def duplicates(request: DeskRequest) -> HttpResponse:
    """Entries whose titles say the same, title by title."""
    asked = read_query(request, Query)
    titles = standing().exclude(sort_title="").order_by().values("sort_title").annotate(n=Count("pk")).filter(n__gt=1).order_by("-n", "sort_title")
    page = page_of(titles, asked.page, SIZE)
    rows = queries.for_list(standing().filter(sort_title__in=[row["sort_title"] for row in page]), "title")
    groups: dict[str, list[Entry]] = {}
    for entry in rows:
        groups.setdefault(entry.sort_title, []).append(entry)
    return show(
        request,
        "desk/entries_duplicates.html",
        crumbs=[(_("Entries"), reverse("desk:entries")), (_("Possible duplicates"), "")],
        page=page,
        groups=[groups.get(row["sort_title"], []) for row in page],
        may_merge=may(request.user, MAY),
    )


@desk_page(MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: DeskRequest) -> HttpResponse:
    """Find the entry that another one is, compare the two, choose value by value, merge."""
    asked = read_query(request, MergeQuery)
    gone = get_object_or_404(queries.with_number(standing().select_related("edition"), asked.gone))
    crumbs = [(_("Entries"), reverse("desk:entries")), (_("Merge"), "")]
    if not asked.kept or asked.kept == gone.number:
        return show(request, "desk/entries_merge_find.html", crumbs=crumbs, gone=gone, asked=asked, candidates=_candidates(gone, asked.q))
    kept = get_object_or_404(queries.with_number(standing().select_related("edition"), asked.kept))
    form = MergeForm(request.POST if request.method == "POST" else None)
    choices = {name: request.POST[name] for name in (*SINGLE, *SEVERAL) if name in request.POST}
    if request.method == "POST" and form.is_valid():
        try:
            merge_entries(actor=request.user, kept=kept, gone=gone, reason=form.cleaned_data["reason"], choices=choices)
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("%(gone)s is part of %(kept)s now. Its address leads there.") % {"gone": gone.number, "kept": kept.number})
            return redirect("stocktaking:entry", kept.number)
    drafts = current_draft(kept), current_draft(gone)
    return show(
        request,
        "desk/entries_merge.html",
        crumbs=crumbs,
        status=400 if form.errors else 200,
        kept=kept,
        gone=gone,
        form=form,
        rows=_compared(*drafts, choices),
        swapped=f"?gone={kept.number}&kept={gone.number}",
    )


def _candidates(entry: Entry, q: str) -> list[tuple[Entry, tuple[str, ...]]]:
    """Entries that are likely the same, with the reasons; those with the words asked for, where some are."""
    others = queries.for_list(standing().exclude(pk=entry.pk))
    words = fold(q).split()
    if words:
        for word in words:
            others = others.filter(sort_title__contains=word)
        known = queries.with_number(queries.for_list(standing().exclude(pk=entry.pk)), q.strip())
        return [(each, ()) for each in [*known, *others[:_OFFERED]]]
    longest = sorted(set(entry.sort_title.split()), key=len, reverse=True)[:3]
    near: dict[str, Entry] = {}
    for word in longest:
        near |= {each.number: each for each in others.filter(sort_title__contains=word).order_by("pk")[:_COMPARED]}
    bodies = [link.organisation.name.best(link.organisation.name.original).text for link in entry.organisation_links.select_related("organisation")]
    found = likely(entry.title, bodies, among=[_candidate(each) for each in near.values()], limit=_OFFERED)
    return [(near[match.candidate.key], match.reasons) for match in found]


def _candidate(entry: Entry) -> Candidate:
    bodies = tuple(link.organisation.name.best(link.organisation.name.original).text for link in entry.organisation_links.all())
    countries = tuple(link.concept.code for link in entry.links.all() if link.concept.scheme.code == "countries")
    return Candidate(entry.number, entry.title, bodies, countries)


def _compared(kept: EntryDraft, gone: EntryDraft, choices: dict[str, str]) -> list[dict[str, Any]]:
    """Each field of which at least one says something, with what both say and what can be chosen."""
    try:
        chosen = joined(kept, gone, choices).chosen
    except Invalid:
        chosen = joined(kept, gone).chosen
    rows = []
    for name in (*SINGLE, *SEVERAL):
        one, other = getattr(kept, name), getattr(gone, name)
        if not one and not other:
            continue
        offered = [code for code in CHOICES if code != "both" or name in STORY or name in SEVERAL]
        options = [(code, str(CHOICES[code])) for code in offered]
        rows.append(
            {"name": name, "label": LABELS[name], "kept": _in_words(name, one), "gone": _in_words(name, other), "is_same": one == other,
             "chosen": chosen[name], "options": options}
        )  # fmt: skip
    return rows


def _in_words(name: str, value: Any) -> list[str]:
    """What a field says, line by line."""
    if not value:
        return []
    if name in STORY:
        return [f"{language}: {text}" if len(value.texts) > 1 else text for language, text in value.texts.items()]
    if name == "links":
        return [f"{link.concept.code} – {link.concept.label}" if link.concept.scheme.code != "countries" else str(link.concept.label) for link in value]
    if name == "organisations":
        return [body.name for body in value]
    if name == "web_links":
        return [f"{link.url} {link.label}".strip() for link in value]
    if name == "media":
        return [str(each.alt or each.caption) or "–" for each in value]
    if name == "collections":
        return list(value)
    if name in ("status", "reach"):
        return [str(dict((*Entry.Status.choices, *Entry.Reach.choices)).get(value, value))]
    return [str(value.label) if name == "stakeholder_type" else str(value)]


@desk_page(SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def merges(request: DeskRequest) -> HttpResponse:
    """What was merged, the latest first; taking it back."""
    asked = read_query(request, Query)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        key = request.POST.get("merge", "")
        found = get_object_or_404(EntryMerge, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
        if form.is_valid():
            try:
                stays = unmerge_entries(actor=request.user, merge=found, reason=form.cleaned_data["reason"])
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("%(number)s stands by itself again.") % {"number": found.gone.number})
                if stays:
                    names = ", ".join(str(LABELS.get(name, name)) for name in stays)
                    messages.warning(request, _("Changed since, so it stays as it is: %(names)s") % {"names": names})
                return redirect("desk:entry_merges")
    page = page_of(EntryMerge.objects.select_related("kept", "gone"), asked.page, SIZE)
    return show(
        request,
        "desk/entries_merges.html",
        crumbs=[(_("Entries"), reverse("desk:entries")), (_("Merged entries"), "")],
        status=400 if form.errors else 200,
        page=page,
        form=form,
        may_merge=may(request.user, MAY),
    )
