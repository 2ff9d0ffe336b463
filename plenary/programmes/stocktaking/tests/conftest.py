import os
from pathlib import Path

import pytest

from plenary.ground.people.models import Person, RoleGrant, User
from plenary.programmes.stocktaking.tests.making import World, make_world


@pytest.fixture(autouse=True)
def no_index(monkeypatch):
    """The index outlives a test's transaction, so the words of a list are looked for in the database only."""
    monkeypatch.setattr("plenary.programmes.stocktaking.queries.matching_keys", lambda text, kind, limit: [])


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def secretary(db) -> User:
    person = Person.objects.create(name="Secretary 0001")
    RoleGrant.objects.create(person=person, role="secretariat", scope="site", granted_by="system")
    return User.objects.create_user("secretary@example.org", person=person)


@pytest.fixture
def visitor(db) -> User:
    return User.objects.create_user("visitor@example.org", person=Person.objects.create(name="Visitor 0001"))


@pytest.fixture
def samples() -> Path:
    folder = os.environ.get("PLENARY_SAMPLES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PLENARY_SAMPLES does not name the folder of samples")
    return Path(folder)
