"""The environment of a test run, set before Django reads its settings (loaded by ``-p tests.environment``)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Whatever the shell has set for a site of its own must not colour the tests.
for _name in [name for name in os.environ if name.startswith("PLENARY_") and name not in ("PLENARY_DATABASE_URL", "PLENARY_SAMPLES")]:
    del os.environ[_name]
_data = Path(tempfile.mkdtemp(prefix="plenary-tests-"))
atexit.register(shutil.rmtree, _data, ignore_errors=True)
(_data / "static").mkdir()
os.environ["PLENARY_DATA"] = str(_data)
os.environ["PLENARY_MAIL_URL"] = "memory://"
os.environ["PLENARY_LOG_LEVEL"] = "ERROR"
# Both have tests of their own, which switch them on.
os.environ["PLENARY_RATE_LIMIT"] = os.environ["PLENARY_PAGE_CACHE"] = "0"
os.environ["DJANGO_SETTINGS_MODULE"] = "plenary.config.settings"


def pytest_configure() -> None:
    from django.conf import settings

    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SEARCH_FOLLOWS_AT_ONCE = True
    _let_test_databases_be_emptied()
    _load_hypothesis_profile()
    from plenary.faces.cli.catalogues import compile_catalogues

    compile_catalogues()


def _load_hypothesis_profile() -> None:
    """The same examples every time, so that a failure is somebody's change; `make soak` looks for new ones."""
    import hypothesis

    hypothesis.settings.register_profile("tests", derandomize=True, deadline=None, database=None)
    hypothesis.settings.register_profile("soak", max_examples=2000, deadline=None, database=None)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))


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
