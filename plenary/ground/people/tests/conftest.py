"""People for the tests: an administrator, a secretariat of one edition, somebody who takes part."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.people import actions


@pytest.fixture(autouse=True)
def fresh_limits():
    """Rate limits are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def make(db):
    """``make("ann", "secretariat", scope="edition:2021")``: an account with roles."""

    def made(name, *roles, scope="site", agreed=True):
        user = actions.create_account(actor=SYSTEM, email=f"{name}@example.org", name=name.capitalize())
        for role in roles:
            actions.grant_role(actor=SYSTEM, person=user.person, role=role, scope=scope)
        if agreed:
            actions.agree(actor=user)
        return user

    return made


@pytest.fixture
def signed_in(client, make):
    """``signed_in("ann", "reader")``: the account, with the client signed in as it."""

    def signed(name, *roles, **more):
        user = make(name, *roles, **more)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    return signed


@pytest.fixture
def countries(db):
    scheme = Scheme.objects.create(code="countries", title=Text.of("Countries"))
    types = Scheme.objects.create(code="stakeholder-types", title=Text.of("Stakeholder types"))
    Concept.objects.create(scheme=types, code="academia", label=Text.of("Academia"))
    return {code: Concept.objects.create(scheme=scheme, code=code, label=Text.of(name)) for code, name in (("KE", "Kenya"), ("CH", "Switzerland"))}


@pytest.fixture
def legal(db):
    return actions.load_legal(actor=SYSTEM)
