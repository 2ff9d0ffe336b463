from __future__ import annotations

from django.urls import path

from plenary.understanding.insights import theme_views, views

app_name = "insights"
urlpatterns = [
    path("matrix/", views.matrix, name="matrix"),
    path("matrix/<str:line>/<str:goal>/", views.cell, name="cell"),
    path("measures/", views.measures, name="measures"),
    path("measures/<str:code>/", views.measure, name="measure"),
    path("measures/<str:code>/figures.csv", views.measure_csv, name="measure_csv"),
    # In the place of the vocabulary's own pages: a theme shows more than a concept.
    path("themes/", theme_views.themes, name="themes"),
    path("themes/<str:code>/", theme_views.theme, name="theme"),
    path("themes/<str:code>/prizes/", theme_views.prizes, name="theme_prizes"),
    path("themes/<str:code>/sessions/", theme_views.sessions, name="theme_sessions"),
    path("countries/", views.countries, name="countries"),
    path("countries/<str:code>/", views.country, name="country"),
]
