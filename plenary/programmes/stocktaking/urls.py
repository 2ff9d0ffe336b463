from __future__ import annotations

from django.urls import path, re_path

from plenary.programmes.stocktaking.views import citations, editing, embedding, entries, entry, feeds, legacy, owning, requests, searches, versions

app_name = "stocktaking"
urlpatterns = [
    path("", entries.entries, name="list"),
    # Fixed words stand before what could be a number.
    path("mine/", owning.mine, name="mine"),
    re_path(r"^mine/requests/(?P<key>[0-9]{1,18})/$", requests.own_request, name="request"),
    path("confirm/<str:token>/", owning.answer, name="confirm"),
    path("handover/<str:secret>/", owning.receive, name="receive"),
    path("help/", entries.help_page, name="help"),
    path("feed.atom", feeds.feed, name="feed"),
    path("saved/", searches.saved, name="saved"),
    path("saved/new/", searches.save_search, name="save_search"),
    path("saved/<int:key>/", searches.change_search, name="change_search"),
    path("saved/<int:key>/delete/", searches.delete_search, name="delete_search"),
    path("saved/stop/<str:token>/", searches.stop_telling, name="stop_telling"),
    re_path(r"^[Pp]rizes/(?P<year>[0-9]{4})/[Dd]etails/(?P<number>[^/]+)/?$", legacy.prize_entry, name="legacy_prize_entry"),
    path("<str:number>/", entry.entry, name="entry"),
    path("<str:number>/state/", entry.change_state, name="state"),
    path("<str:number>/print/", entry.printed, name="print"),
    path("<str:number>/card/", embedding.card, name="card"),
    path("<str:number>/cite.bib", citations.bibtex, name="cite_bib"),
    path("<str:number>/cite.ris", citations.ris, name="cite_ris"),
    path("<str:number>/cite.csl.json", citations.csl, name="cite_csl"),
    path("<str:number>/versions/", versions.history, name="versions"),
    path("<str:number>/versions/compare/", versions.compare, name="compare"),
    path("<str:number>/versions/<int:version>/", versions.version, name="version"),
    path("<str:number>/versions/<int:version>/restore/", versions.restore, name="restore"),
    path("<str:number>/edit/", editing.edit, name="edit"),
    path("<str:number>/confirm/", owning.confirm, name="confirm_one"),
    path("<str:number>/claim/", requests.claim, name="claim"),
    path("<str:number>/problem/", requests.problem, name="problem"),
    path("<str:number>/handover/", owning.hand_over, name="hand_over"),
    path("<str:number>/leave/", owning.leave, name="leave"),
    path("<str:number>/contact/", owning.contact, name="contact"),
    path("<str:number>/owners/", owning.entry_owners, name="owners"),
]
