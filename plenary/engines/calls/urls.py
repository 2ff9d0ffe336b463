from __future__ import annotations

from django.urls import URLPattern, path

from plenary.engines.calls import views

app_name = "calls"
urlpatterns: list[URLPattern] = [
    path("", views.call_list, name="list"),
    path("calendar.ics", views.calendar, name="calendar"),
    path("<slug:edition>/<slug:slug>/", views.call, name="call"),
    path("<slug:edition>/<slug:slug>/calendar.ics", views.call_calendar, name="call_calendar"),
    path("answers/<str:key>/", views.call_list, name="answer"),
    path("submissions/<uuid:key>/", views.call_list, name="submission"),
    path("join/<str:secret>/", views.call_list, name="join"),
]
