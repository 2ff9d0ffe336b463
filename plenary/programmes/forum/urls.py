from __future__ import annotations

from django.urls import URLPattern, path

from plenary.programmes.forum import views

app_name = "forum"
urlpatterns: list[URLPattern] = [
    path("", views.forums, name="list"),
    path("<slug:edition>/", views.programme, name="programme"),
    path("<slug:edition>/schedule.ics", views.schedule, name="schedule"),
    path("<slug:edition>/sessions/<str:number>/", views.session, name="session"),
    path("<slug:edition>/proposals/", views.proposals, name="proposals"),
    path("<slug:edition>/sessions/<str:number>/state/", views.change_state, name="state"),
    path("<slug:edition>/sessions/<str:number>/session.ics", views.session_calendar, name="session_calendar"),
    path("<slug:edition>/tracks/<slug:code>/", views.track, name="track"),
]
