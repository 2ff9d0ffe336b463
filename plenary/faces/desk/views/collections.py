"""Collections of entries at the desk: making them, their texts and logo, which entries are in them."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from pydantic import Field

from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.collections import ChooseForm, CollectionForm, LogoForm, NumberForm, WhyForm
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may, require
from plenary.ground.people.names import fold
from plenary.ground.people.queries import grants
from plenary.ground.web.query import Query, page_of, read_query
from plenary.ground.web.templatetags.web import number
from plenary.programmes.stocktaking import collected, finding, queries
from plenary.programmes.stocktaking.actions import collections as actions
from plenary.programmes.stocktaking.models import Collection

SIZE = 50
#: How many titles a preview names.
NAMED = 10


class OneQuery(Query):
    q: str = Field("", max_length=200)


class ChooseQuery(Query):
    query: str = Field("", max_length=2000)
    do: Literal["add", "remove"] = "add"


@desk_page("")
def collections(request: DeskRequest) -> HttpResponse:
    """All collections."""
    require(request.user, "stocktaking.list_collections")
    found = [(each, may(request.user, "stocktaking.change_collection", each)) for each in collected.collections()]
    may_add = may(request.user, "stocktaking.add_collection")
    return show(request, "desk/collections.html", crumbs=[(_("Collections"), "")], collections=found, may_add=may_add)


@desk_page("stocktaking.add_collection")
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Making a collection."""
    form = CollectionForm(sent(request)[0], collection=None, whole=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_collection(actor=request.user, code=form.cleaned_data["code"], values=form.values(request.user, None))
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("The collection is there. Put entries into it."))
            return redirect("desk:collection", made.code)
    crumbs = [(_("Collections"), reverse("desk:collections")), (_("A new collection"), "")]
    return show(request, "desk/collection_new.html", crumbs=crumbs, status=400 if form.errors else 200, form=form)


def _found(request: DeskRequest, code: str) -> Collection:
    """The collection, for those who may change it. Raises: Http404, NotAllowed."""
    found = collected.find_collection(code)
    if found is None:
        raise Http404(code)
    require(request.user, "stocktaking.change_collection", found)
    return found


@desk_page("")
@require_http_methods(["GET", "POST"])
def collection(request: DeskRequest, code: str) -> HttpResponse:
    """One collection with all that can be done with it; ``verb`` says what a form that was sent is for."""
    found = _found(request, code)
    asked = read_query(request, OneQuery)
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    data, files = sent(request)
    whole = may(request.user, "stocktaking.add_collection")
    forms: dict[str, Any] = {
        "texts": CollectionForm(data if verb == "texts" else None, collection=found, whole=whole),
        "logo": LogoForm(data if verb == "logo" else None, files if verb == "logo" else None),
        "number": NumberForm(data if verb == "number" else None),
    }
    if verb:
        done = _do(request, found, verb, forms)
        if done:
            messages.success(request, done)
            return redirect(request.get_full_path())
    entries = queries.for_list(collected.entries_in(found.code), "title")
    if asked.q:
        entries = entries.filter(sort_title__contains=fold(asked.q) or asked.q)
    return show(
        request,
        "desk/collection.html",
        crumbs=[(_("Collections"), reverse("desk:collections")), (str(found.name), "")],
        status=400 if any(form.errors for form in forms.values()) else 200,
        collection=found,
        forms=forms,
        whole=whole,
        asked=asked,
        page=page_of(entries, asked.page, SIZE),
        curators=grants(scope=found.scope).order_by("person__name"),
        choose=reverse("desk:collection_choose", args=[found.code]),
        kind=actions.KIND,
    )


def _do(request: DeskRequest, found: Collection, verb: str, forms: dict[str, Any]) -> str:
    """Do it; the sentence that says so, empty where something is wrong, which the form then says."""
    form: Any = forms.get(verb)
    if form is not None and not form.is_valid():
        return ""
    try:
        if verb == "texts":
            actions.edit_collection(actor=request.user, collection=found, values=form.values(request.user, actions.values_of(found)))
            return _("The collection is changed.")
        if verb in ("logo", "no-logo"):
            actions.set_logo(actor=request.user, collection=found, upload=form.cleaned_data["file"] if form is not None else None)
            return _("The logo is changed.") if form is not None else _("There is no logo any more.")
        if verb == "number":
            return _put_in(request, found, form)
        if verb == "take-out" and request.POST.get("entry", "").isdecimal():
            actions.take_out(actor=request.user, collection=found, keys=[int(request.POST["entry"][:18])])
            return _("The entry is no longer in the collection.")
    except (Invalid, Conflict) as error:
        (form or forms["number"]).take_in(error)
        return ""
    return _("Nothing was changed.")


def _put_in(request: DeskRequest, found: Collection, form: NumberForm) -> str:
    entry = queries.with_number(queries.public_entries(), form.cleaned_data["number"]).first()
    if entry is None:
        form.add_error("number", _("There is no public entry with this number."))
        return ""
    if not actions.put_in(actor=request.user, collection=found, keys=[entry.pk]):
        form.add_error("number", _("This entry is in the collection already."))
        return ""
    return _("“%(title)s” is in the collection now.") % {"title": entry.title}


@desk_page("")
@require_http_methods(["GET", "POST"])
def choose(request: DeskRequest, code: str) -> HttpResponse:
    """Putting in, or taking out, all entries that a search finds: first how many they are, then doing it."""
    found = _found(request, code)
    asked = read_query(request, ChooseQuery)
    is_in = asked.do == "add"
    given = request.POST if request.method == "POST" else ({"query": asked.query} if asked.query else None)
    form = ChooseForm(given)
    why = WhyForm(sent(request)[0])
    keys: list[int] = []
    if given is not None and form.is_valid():
        if not finding.is_available():
            form.add_error(None, _("The search is being prepared. Come back in a minute."))
        else:
            keys = finding.keys_of(form.selection, form.asked.q)
            there = set(collected.entries_in(found.code).filter(pk__in=keys[:20_000]).values_list("pk", flat=True))
            keys = [key for key in keys if (key in there) is not is_in]
    if request.method == "POST" and form.is_valid() and why.is_valid():
        if request.POST.get("seen") != str(len(keys)):
            form.add_error(None, _("Meanwhile the search finds another number of entries. Look again."))
        else:
            do = actions.put_in if is_in else actions.take_out
            done = do(actor=request.user, collection=found, keys=keys, reason=why.cleaned_data["reason"])
            said = (
                ngettext("%(number)s entry was put into the collection.", "%(number)s entries were put into the collection.", done)
                if is_in
                else ngettext("%(number)s entry was taken out of the collection.", "%(number)s entries were taken out of the collection.", done)
            )
            messages.success(request, said % {"number": number(done)})
            return redirect("desk:collection", found.code)
    is_seen = given is not None and "query" not in form.errors
    return show(
        request,
        "desk/collection_choose.html",
        crumbs=[
            (_("Collections"), reverse("desk:collections")),
            (str(found.name), reverse("desk:collection", args=[found.code])),
            (_("Put in what a search finds") if is_in else _("Take out what a search finds"), ""),
        ],
        status=400 if form.errors or (request.method == "POST" and why.errors) else 200,
        collection=found,
        asked=asked,
        form=form,
        why=why,
        is_in=is_in,
        is_seen=is_seen,
        count=len(keys),
        some=queries.for_list(queries.public_entries().filter(pk__in=keys[:NAMED])) if keys else [],
        wanted=form.cleaned_data.get("query", "") if is_seen else "",
    )


@desk_page("stocktaking.add_collection")
@require_http_methods(["GET", "POST"])
def remove(request: DeskRequest, code: str) -> HttpResponse:
    """Deleting a collection that is empty."""
    found = _found(request, code)
    form = WhyForm(sent(request)[0])
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_collection(actor=request.user, collection=found, reason=form.cleaned_data["reason"])
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("The collection is deleted."))
            return redirect("desk:collections")
    crumbs = [(_("Collections"), reverse("desk:collections")), (str(found.name), reverse("desk:collection", args=[found.code])), (_("Delete"), "")]
    return show(request, "desk/collection_remove.html", crumbs=crumbs, status=400 if form.errors else 200, collection=found, form=form)
