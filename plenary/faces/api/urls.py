"""The documentation page of the API, in every language."""

from __future__ import annotations

from django.urls import path

from plenary.faces.api import views

app_name = "api_docs"
urlpatterns = [path("", views.documentation, name="documentation"), path("docs", views.documentation)]
