from __future__ import annotations

from django.urls import path

from plenary.programmes.stocktaking.views import entries, entry

app_name = "stocktaking"
urlpatterns = [
    path("", entries.entries, name="list"),
    # Fixed words stand before what could be a number.
    path("<str:number>/", entry.entry, name="entry"),
    path("<str:number>/state/", entry.change_state, name="state"),
]
