"""A small site: one edition loaded from a folder, and an account for every role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.ground.framework.editions.loading import load
from plenary.ground.framework.models import Edition
from plenary.ground.people.actions.accounts import create_account
from plenary.ground.people.actions.roles import grant_role
from plenary.ground.people.models import User

EDITION = """
[edition]
code = "2021"
starts = "2021-01-25"
ends = "2021-05-21"
mode = "virtual"
contact = "forum@example.org"

[edition.name]
en = "Forum 2021"
fr = "Forum 2021 (fr)"
ar = "المنتدى 2021"
machine = ["fr"]
"""
CALLS = """
[[calls]]
slug = "prizes"
title = { en = "Prizes", fr = "Prix" }

[[calls.phases]]
code = "submission"
kind = "collect"
title = "Submission"
opens = "2021-01-10"
closes = "2021-02-10T23:00"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The edition's folder, as the secretariat keeps it."""
    place = tmp_path / "wsis-2021"
    place.mkdir()
    (place / "edition.toml").write_text(EDITION, encoding="utf-8")
    (place / "calls.toml").write_text(CALLS, encoding="utf-8")
    return place


@pytest.fixture
def edition(db: None, folder: Path) -> Edition:
    """The edition 2021, loaded."""
    load_concepts(actor=SYSTEM)
    load(actor=SYSTEM, paths=[folder])
    return Edition.objects.get(code="2021")


@pytest.fixture
def account(db: None) -> Callable[..., User]:
    """Makes an account that holds a role."""

    def make(role: str = "", scope: str = "site", name: str = "") -> User:
        email = f"{role or 'nobody'}{User.objects.count()}@example.org"
        user = create_account(actor=SYSTEM, email=email, name=name or f"{role or 'nobody'} of {scope}")
        if role:
            assert user.person is not None
            grant_role(actor=SYSTEM, person=user.person, role=role, scope=scope)
        return user

    return make


@pytest.fixture
def at_desk(account: Callable[..., User]) -> Callable[..., Client]:
    """Makes a browser in which somebody with a role is signed in. It checks the tokens of forms, as real ones do."""

    def sign_in(role: str = "secretariat", scope: str = "site") -> Client:
        client = Client()
        client.force_login(account(role, scope), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
