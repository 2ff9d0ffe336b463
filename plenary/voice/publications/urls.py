from __future__ import annotations

from django.urls import path

from plenary.voice.publications import views

app_name = "publications"
urlpatterns = [
    path("", views.publications, name="list"),
    path("contributions/<slug:code>/", views.contributions, name="contributions"),
    path("progress/<slug:code>/", views.progress, name="progress"),
    path("progress/<slug:code>/<str:name>", views.progress_file, name="progress_file"),
]
