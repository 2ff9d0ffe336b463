"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test.utils import setup_databases, teardown_databases

# CPU-heavy hashing and the like are turned down in tests/environment.py, which is loaded before any settings are read.


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """A database for every run: pytest-django makes one only where some test asks for `db`, and ``whole_site`` may be alone."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


_holds_whole_site = False


@pytest.fixture(autouse=True)
def _index_of_its_own() -> Iterator[None]:
    """Each test has records of its own, so each that searches has an index of its own: it is forgotten with them.

    Searches follow at once (``SEARCH_FOLLOWS_AT_ONCE`` in tests/environment.py), and build what is missing.
    """
    yield
    from plenary.ground.search import index

    if not _holds_whole_site and index.current() is not None:
        index.discard()


@pytest.fixture(scope="module")
def whole_site(django_db_setup, django_db_blocker):
    """A site as `make run` sets it up, for the tests of one module to read: all editions, demo records, the index.

    It lies in one transaction that is rolled back at the end. Tests that use it must not ask for `db` beside it.
    """
    from plenary.faces.cli.setup import rebuild_index, steps
    from plenary.ground.search import index

    global _holds_whole_site
    with django_db_blocker.unblock(), transaction.atomic():
        for step in steps():
            if step.name != "static":
                step.run()
        rebuild_index()
        _holds_whole_site = True
        yield settings.DATA
        _holds_whole_site = False
        transaction.set_rollback(True)
        index.discard()
