"""A room that remembers nothing of the test before."""

from __future__ import annotations

import pytest
from django.db import transaction

from plenary.engines.classify.queries import forget_all
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget_all()
    yield
    forget_all()


@pytest.fixture(scope="module")
def concepts(django_db_setup, django_db_blocker):
    """All concept schemes of the project, for the tests of one module to read. Tests that use it must not ask for `db` beside it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_concepts(actor=SYSTEM)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_concepts(db):
    """The same for one test, which may change them."""
    load_concepts(actor=SYSTEM)
