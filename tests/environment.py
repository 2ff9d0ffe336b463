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
    _let_test_databases_be_emptied()


def _let_test_databases_be_emptied() -> None:
    """Tests that commit empty all tables afterwards; the triggers that keep the trail append-only stand aside for that."""
    from django.db import connection
    from django.test import TransactionTestCase

    empty = TransactionTestCase._fixture_teardown

    def _fixture_teardown(self: TransactionTestCase) -> None:
        from plenary.ground.audit import guards

        guards.remove(connection)
        try:
            empty(self)
        finally:
            guards.install(connection)

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]
