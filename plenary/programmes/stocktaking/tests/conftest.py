import os
from pathlib import Path

import pytest

from plenary.ground.people.models import Person, RoleGrant, User
from plenary.ground.search import index
from plenary.programmes.stocktaking.tests.making import World, make_world


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path, monkeypatch):
    """An index of its own for each test, made when it is first asked: records of a test are gone after it, an index is not."""
    settings.SEARCH_INDEX = tmp_path / "index"
    monkeypatch.setattr(index, "_open", None)


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
