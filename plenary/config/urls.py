"""The addresses of the whole site: short, and meant to last."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from plenary.faces.api.main import api
from plenary.faces.site import machines
from plenary.faces.site.health import healthz, readyz
from plenary.ground.web.languages import in_every_language
from plenary.programmes.stocktaking.views import data, embedding, legacy, oai

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:part>.xml", machines.sitemap_part, name="sitemap-part"),
    path("favicon.ico", machines.icon),
    path(".well-known/security.txt", machines.security),
    path("oai", oai.harvest, name="oai"),
    path("oai/plenary-1.xsd", oai.schema, name="oai-schema"),
    path("data/", include("plenary.programmes.stocktaking.dumps.urls")),
    *in_every_language(path("data/", data.page, name="data")),
    path("oembed", embedding.oembed, name="oembed"),
    # Addresses at the ITU that are printed in reports: their numbers are kept, and whoever follows one arrives.
    re_path(r"^net4/wsis/(?:archive/)?[Ss]tocktaking/(?:[Pp]rojects/)?[Pp]roject/[Dd]etails/?$", legacy.project, name="legacy_project"),
    re_path(r"^net4/wsis/(?:archive/)?[Ss]tocktaking/[Pp]rizes/(?P<year>[0-9]{4})/[Dd]etails/(?P<number>[^/]+)/?$", legacy.prize_entry),
    path("admin/", admin.site.urls),
    path("files/", include("plenary.ground.files.urls")),
    *in_every_language(path("api/v1/", include("plenary.faces.api.urls"))),
    path("api/v1/", api.urls),
    *in_every_language(
        path("account/", include("plenary.ground.people.urls")),
        path("accounts/", include("allauth.urls")),
        path("calls/", include("plenary.engines.calls.urls")),
        path("stocktaking/", include("plenary.programmes.stocktaking.urls")),
        path("organisations/", include("plenary.programmes.stocktaking.organisation_urls")),
        path("collections/", include("plenary.programmes.stocktaking.collection_urls")),
        path("prizes/", include("plenary.programmes.awards.urls")),
        path("forum/", include("plenary.programmes.forum.urls")),
        path("reports/", include("plenary.voice.publications.urls")),
        path("desk/", include("plenary.faces.desk.urls")),
        path("", include("plenary.understanding.insights.urls")),
        path("", include("plenary.faces.site.urls")),
        path("", include("plenary.ground.framework.urls")),
    ),
]

handler400 = "plenary.ground.web.errors.bad_request"
handler403 = "plenary.ground.web.errors.forbidden"
handler404 = "plenary.ground.web.errors.not_found"
handler500 = "plenary.ground.web.errors.server_error"
