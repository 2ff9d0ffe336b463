"""A call and programs that answer it."""

from __future__ import annotations

import pytest

from plenary.engines.calls.tests.programs import SMALL, Program, open_call
from plenary.engines.calls.tests.test_stages import make_edition
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people import actions as people


@pytest.fixture
def edition(db):
    return make_edition()


@pytest.fixture
def prizes(edition):
    return open_call(edition, "prizes", SMALL)


@pytest.fixture
def program(db):
    """``program("ann", "submissions:read", role="secretariat")``; without scopes it has all that the account can use."""

    def made(name, *scopes, role="", scope="site"):
        user = people.create_account(actor=SYSTEM, email=f"{name}@example.org", name=name.capitalize())
        if role:
            people.grant_role(actor=SYSTEM, person=user.person, role=role, scope=scope)
        return Program(user, *(scopes or ("submissions:read", "submissions:write", *(("decisions:write",) if role else ()))))

    return made
