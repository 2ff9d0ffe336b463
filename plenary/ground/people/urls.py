from __future__ import annotations

from django.urls import URLPattern, path

from plenary.ground.people import token_views, views

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("", views.account, name="account"),
    path("profile/", views.profile, name="profile"),
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<int:number>/remove/", views.remove_affiliation, name="remove_affiliation"),
    path("preferences/", views.preferences, name="preferences"),
    path("security/", views.security, name="security"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:number>/revoke/", token_views.revoke_token, name="revoke_token"),
    path("agreements/", views.agreements, name="agreements"),
    path("agree/", views.agree, name="agree"),
    path("data/", views.data, name="data"),
    path("data/export/", views.export, name="export"),
    path("data/erase/", views.erase, name="erase"),
    path("erased/", views.erased, name="erased"),
    path("enter/", views.enter, name="enter"),
    path("terms/", views.legal, {"kind": "terms"}, name="terms"),
    path("terms/<str:version>/", views.legal, {"kind": "terms"}, name="terms_version"),
    path("privacy/", views.legal, {"kind": "privacy"}, name="privacy"),
    path("privacy/<str:version>/", views.legal, {"kind": "privacy"}, name="privacy_version"),
]
