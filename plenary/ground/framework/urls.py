from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from plenary.ground.framework import views


class Spelling:
    """A concept's code or another spelling of it; nothing that a database cannot look up."""

    regex = r"[^/\x00-\x1f]{1,200}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Spelling, "spelling")

app_name = "framework"
urlpatterns: list[URLPattern] = [
    path("editions/", views.editions, name="editions"),
    path("editions/<slug:code>/", views.edition, name="edition"),
    path("vocabularies/", views.vocabularies, name="schemes"),
    path("vocabularies/<slug:code>.jsonld", views.vocabulary, name="vocabulary"),
    # The first part is the address that a scheme's data file gives it.
    path("<slug:address>.jsonld", views.scheme_data, name="scheme_data"),
    path("<slug:address>/<spelling:code>.jsonld", views.concept_data, name="concept_data"),
    path("<slug:address>/", views.scheme, name="scheme"),
    path("<slug:address>/<spelling:code>/", views.concept, name="concept"),
]
