"""The addresses of the open data's files: the same in every language."""

from __future__ import annotations

from django.urls import path

from plenary.programmes.stocktaking.views import data

app_name = "open-data"
urlpatterns = [
    path("catalog.jsonld", data.catalogue, {"form": "jsonld"}, name="catalogue"),
    path("catalog.ttl", data.catalogue, {"form": "ttl"}, name="catalogue-turtle"),
    path("dictionary.json", data.dictionary, {"form": "json"}, name="dictionary"),
    path("dictionary.csv", data.dictionary, {"form": "csv"}, name="dictionary-table"),
    path("<str:day>/<str:name>", data.file, name="file"),
]
