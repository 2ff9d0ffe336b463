from __future__ import annotations

import pytest

from plenary.understanding.insights.tests.making import loaded_site


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """Concepts and editions for all tests of a module; what a test writes by way of `db` is undone after it."""
    with django_db_blocker.unblock(), loaded_site():
        yield
