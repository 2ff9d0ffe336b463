"""Searches that somebody keeps: saving one, the list of one's own, and the link that ends their mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plenary.errors import BadQuery, Conflict, Invalid
from plenary.ground.framework.text import reader_language
from plenary.ground.people.access import require_account
from plenary.ground.people.models import User
from plenary.ground.web.query import read_query
from plenary.programmes.stocktaking import alerts
from plenary.programmes.stocktaking.actions import searches as actions
from plenary.programmes.stocktaking.listing import EntryQuery, Wanted, as_asked, in_words
from plenary.programmes.stocktaking.models import SavedSearch


class SearchForm(forms.Form):
    """The name of a kept search, and how often its owner is told what is new."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("By which you find the search again; its mails carry it."))
    often = forms.ChoiceField(
        label=gettext_lazy("Tell me what is new"), choices=SavedSearch.Often.choices, initial=SavedSearch.Often.WEEKLY,
        help_text=gettext_lazy("By mail, and only when something new fits. Every mail has a link that ends them."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept search in the list. words: what it asks for; None where it asks for something that is no more understood."""

    search: SavedSearch
    words: list[tuple[str | Promise, str]] | None
    form: SearchForm

    @property
    def path(self) -> str:
        return f"{reverse('stocktaking:list')}?{self.search.query}"

    @property
    def feed(self) -> str:
        return f"{reverse('stocktaking:feed')}?{self.search.query}"


@require_account
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """My kept searches."""
    return _list(request)


def _list(request: HttpRequest, wrong: dict[int, SearchForm] | None = None, status: int = 200) -> HttpResponse:
    searches = list(SavedSearch.objects.filter(user=cast(User, request.user)))
    asked = [_understood(search.query) for search in searches]
    words = iter(in_words([each for each in asked if each is not None]))
    kept = [
        Kept(
            search,
            next(words) if each is not None else None,
            (wrong or {}).get(search.pk) or SearchForm(initial={"name": search.name, "often": search.often}, auto_id=f"{search.pk}-%s"),
        )
        for search, each in zip(searches, asked, strict=True)
    ]
    return render(request, "stocktaking/saved.html", {"kept": kept}, status=status)


def _understood(query: str) -> Wanted | None:
    try:
        return as_asked(query)
    except BadQuery:
        return None


@require_account
@require_http_methods(["GET", "HEAD", "POST"])
def save_search(request: HttpRequest) -> HttpResponse:
    """Keep the search that the address has; a visitor has signed in before, and came back with it."""
    query = read_query(request, EntryQuery)
    query.selection()
    asked = query.wanted()
    words = in_words([query])[0]
    initial = {"name": " · ".join(value for _name, value in words)[:120] or _("All projects")}
    form = SearchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_search(actor=cast(User, request.user), query=asked, language=reader_language(), **form.cleaned_data)
        except Invalid as error:
            _show(form, error)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The search is kept."))
            return redirect("stocktaking:saved")
    status = 400 if form.errors else 200
    return render(request, "stocktaking/save.html", {"form": form, "words": words, "back": f"{reverse('stocktaking:list')}?{asked}"}, status=status)


@require_account
@require_POST
def change_search(request: HttpRequest, key: int) -> HttpResponse:
    """Rename a kept search, or be told of it more or less often."""
    search = _mine(request, key)
    form = SearchForm(request.POST, auto_id=f"{search.pk}-%s")
    if form.is_valid():
        try:
            actions.change_search(actor=cast(User, request.user), search=search, **form.cleaned_data)
        except Invalid as error:
            _show(form, error)
        else:
            messages.success(request, _("The change is kept."))
            return redirect("stocktaking:saved")
    return _list(request, {search.pk: form}, status=400)


@require_account
@require_POST
def delete_search(request: HttpRequest, key: int) -> HttpResponse:
    """Keep a search no longer."""
    actions.delete_search(actor=cast(User, request.user), search=_mine(request, key))
    messages.success(request, _("The search is deleted."))
    return redirect("stocktaking:saved")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_telling(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails about a search. Opening the link asks first: mail programs open links by themselves."""
    search = alerts.search_of(token)
    if search is None:
        raise Http404
    if request.method == "POST":
        search = actions.stop_telling(search=search)
    return render(request, "stocktaking/stop.html", {"search": search, "stopped": search.often == SavedSearch.Often.NEVER})


def _mine(request: HttpRequest, key: int) -> SavedSearch:
    search = SavedSearch.objects.filter(pk=key, user=cast(User, request.user)).select_related("user").first()
    if search is None:
        raise Http404
    return search


def _show(form: SearchForm, error: Invalid) -> None:
    for name, texts in error.problems.items():
        form.add_error(name if name in form.fields else None, texts)
