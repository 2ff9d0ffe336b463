"""The addresses of collections."""

from __future__ import annotations

from django.urls import path

from plenary.programmes.stocktaking.views import collections

app_name = "collections"
urlpatterns = [
    path("", collections.collections, name="list"),
    path("<slug:code>/", collections.collection, name="collection"),
]
