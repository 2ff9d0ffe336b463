from __future__ import annotations

from django.urls import path

from plenary.ground.files import views

app_name = "files"
urlpatterns = [path("<uuid:key>/<str:name>", views.download, name="download")]
