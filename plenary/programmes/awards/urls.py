from __future__ import annotations

from django.urls import path

from plenary.programmes.awards import views

app_name = "awards"
urlpatterns = [
    path("", views.contests, name="list"),
    path("<slug:edition>/", views.contest, name="contest"),
]
