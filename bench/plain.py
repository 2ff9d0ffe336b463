"""What pages are compared with: Django as it comes, the same statements sent to the database, an empty template.

Settings, addresses and WSGI entry of that site in one module.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from plenary.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.plain"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
WSGI_APPLICATION = None


def _addresses():
    from django.db import connection
    from django.http import HttpRequest, HttpResponse
    from django.template import engines
    from django.urls import path

    recorded: dict[str, list[str]] = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())
    empty = engines["django"].from_string("<!doctype html><title>Plain</title>")

    def plain(request: HttpRequest, page: str) -> HttpResponse:
        with connection.cursor() as cursor:
            for statement in recorded[page]:
                cursor.execute(statement)
                if cursor.description:
                    cursor.fetchall()
        return HttpResponse(empty.render({}, request))

    return [path("healthz", lambda request: HttpResponse("ok")), path("<slug:page>/", plain)]


def __getattr__(name: str):
    """Addresses and application are made when asked for: settings must be read first."""
    if name == "urlpatterns":
        globals()[name] = _addresses()
        return globals()[name]
    if name == "application":
        from django.core.wsgi import get_wsgi_application

        globals()[name] = get_wsgi_application()
        return globals()[name]
    raise AttributeError(name)
