from __future__ import annotations

from django.urls import path, re_path

from plenary.faces.desk.views import background, calls, editions, home, imports, organisations, outbox, people, trail

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("editions/", editions.editions, name="editions"),
    path("editions/<slug:code>/", editions.edition, name="edition"),
    path("editions/<slug:code>/compare/", editions.compare, name="compare"),
    path("editions/<slug:code>/folder.zip", editions.dump, name="dump"),
    path("editions/<slug:code>/missing/<slug:what>/", home.gap, name="gap"),
    path("editions/<slug:code>/calls/", calls.calls, name="calls"),
    path("editions/<slug:code>/calls/<slug:slug>/<slug:phase>/", calls.extend, name="extend"),
    path("people/", people.people, name="people"),
    path("people/<uuid:key>/", people.person, name="person"),
    path("people/<uuid:key>/roles/<int:grant_id>/", people.revoke, name="revoke"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<uuid:key>/", organisations.organisation, name="organisation"),
    path("organisations/<uuid:key>/merge/", organisations.merge, name="merge"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<slug:code>/", imports.upload, name="upload"),
    path("imports/<slug:code>/<str:token>/", imports.check, name="import_check"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:key>/", outbox.message, name="message"),
    re_path(r"^outbox/(?P<key>\d{1,18})/(?P<verb>hold|release|discard)/$", outbox.handle, name="handle"),
    path("trail/", trail.trail, name="trail"),
    path("background/", background.background, name="background"),
]
