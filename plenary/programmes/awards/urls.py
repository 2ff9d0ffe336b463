from __future__ import annotations

from django.urls import path

from plenary.programmes.awards import views

app_name = "awards"
urlpatterns = [
    path("", views.contests, name="list"),
    path("<slug:edition>/", views.contest, name="contest"),
    path("<slug:edition>/photos/", views.photos, name="photos"),
    path("<slug:edition>/teams/", views.teams, name="teams"),
]
