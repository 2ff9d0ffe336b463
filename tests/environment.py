"""The environment of a test run, set before Django reads its settings (loaded by ``-p tests.environment``)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_data = Path(tempfile.mkdtemp(prefix="plenary-tests-"))
atexit.register(shutil.rmtree, _data, ignore_errors=True)
(_data / "static").mkdir()
os.environ["PLENARY_DATA"] = str(_data)
os.environ["PLENARY_MAIL_URL"] = "memory://"
os.environ.setdefault("PLENARY_LOG_LEVEL", "ERROR")
os.environ["DJANGO_SETTINGS_MODULE"] = "plenary.config.settings"


def pytest_configure() -> None:
    from django.conf import settings

    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
