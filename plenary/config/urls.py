"""The addresses of the whole site: short, and meant to last."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from plenary.faces.api.main import api
from plenary.faces.site import machines
from plenary.faces.site.health import healthz, readyz
from plenary.ground.web.languages import in_every_language

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:part>.xml", machines.sitemap_part, name="sitemap-part"),
    path("favicon.ico", machines.icon),
    path(".well-known/security.txt", machines.security),
    path("admin/", admin.site.urls),
    path("files/", include("plenary.ground.files.urls")),
    *in_every_language(path("api/v1/", include("plenary.faces.api.urls"))),
    path("api/v1/", api.urls),
    *in_every_language(
        path("account/", include("plenary.ground.people.urls")),
        path("accounts/", include("allauth.urls")),
        path("calls/", include("plenary.engines.calls.urls")),
        path("stocktaking/", include("plenary.programmes.stocktaking.urls")),
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
