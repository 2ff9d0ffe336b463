"""The addresses of the directory of organisations."""

from __future__ import annotations

from django.urls import path

from plenary.programmes.stocktaking.views import organisations

app_name = "organisations"
urlpatterns = [
    path("", organisations.organisations, name="list"),
    path("<uuid:key>/", organisations.organisation, name="organisation"),
]
