from __future__ import annotations

from django.urls import path

from plenary.understanding.insights import views

app_name = "insights"
urlpatterns = [
    path("matrix/", views.matrix, name="matrix"),
    path("matrix/<str:line>/<str:goal>/", views.cell, name="cell"),
    path("measures/", views.measures, name="measures"),
    path("measures/<str:code>/", views.measure, name="measure"),
    path("measures/<str:code>/figures.csv", views.measure_csv, name="measure_csv"),
    path("countries/", views.countries, name="countries"),
    path("countries/<str:code>/", views.country, name="country"),
]
