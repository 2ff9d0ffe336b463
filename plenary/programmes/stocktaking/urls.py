from __future__ import annotations

from django.urls import path

from plenary.programmes.stocktaking import views

app_name = "stocktaking"
urlpatterns = [
    path("", views.entries, name="list"),
    path("<str:number>/", views.entry, name="entry"),
    path("<str:number>/state/", views.change_state, name="state"),
]
