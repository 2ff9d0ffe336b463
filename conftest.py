"""Fixtures that tests of several rooms share."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

# CPU-heavy hashing and the like are turned down in tests/environment.py, which is loaded before any settings are read.


@pytest.fixture(scope="module")
def whole_site(django_db_setup, django_db_blocker):
    """A site as `make run` sets it up, for the tests of one module to read: all editions, demo records, the index.

    It lies in one transaction that is rolled back at the end. Tests that use it must not ask for `db` beside it.
    """
    from plenary.faces.cli.setup import rebuild_index, steps
    from plenary.ground.search import index

    with django_db_blocker.unblock(), transaction.atomic():
        for step in steps():
            if step.name != "static":
                step.run()
        rebuild_index()
        yield settings.DATA
        transaction.set_rollback(True)
        index.discard()
