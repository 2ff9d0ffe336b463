from __future__ import annotations

from django.urls import URLPattern, path

from plenary.ground.framework import views

app_name = "framework"
urlpatterns: list[URLPattern] = [
    path("editions/", views.editions, name="editions"),
    path("editions/<slug:code>/", views.edition, name="edition"),
    path("vocabularies/", views.vocabularies, name="schemes"),
    path("vocabularies/<slug:code>.jsonld", views.vocabulary, name="vocabulary"),
    # The first part is the address that a scheme's data file gives it.
    path("<slug:address>.jsonld", views.scheme_data, name="scheme_data"),
    path("<slug:address>/<str:code>.jsonld", views.concept_data, name="concept_data"),
    path("<slug:address>/", views.scheme, name="scheme"),
    path("<slug:address>/<str:code>/", views.concept, name="concept"),
]
