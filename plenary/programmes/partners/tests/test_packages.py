"""Packages of partnership."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from django.conf import settings
from django.test import RequestFactory

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import find
from plenary.programmes.partners import actions
from plenary.programmes.partners.panels import packages_of
from plenary.programmes.partners.sections import PackageRow, Packages


@pytest.fixture
def edition(db):
    return Edition.objects.create(code="2021", name=Text.of("Forum 2021"), starts_on=date(2021, 1, 27))


def rows() -> list[PackageRow]:
    text = (settings.ROOT / "editions" / "wsis-2021" / "packages.toml").read_text(encoding="utf-8")
    return [PackageRow.model_validate(row) for row in tomllib.loads(text)["packages"]]


def test_the_deck_names_five_and_one_is_exclusive(edition):
    for row in rows():
        Packages().write(edition, row, SYSTEM)
    assert Packages().read(edition) == rows()
    assert [row.code for row in rows() if row.is_exclusive] == ["platinum"]
    assert find("partners.packages")[0].count(edition, "") == 5
    assert all(set(row.title.texts) == set(row.offer.texts) == {"en", "ar", "zh", "fr", "ru", "es"} for row in rows())
    panel = packages_of(edition, RequestFactory().get("/"))
    assert [package.code for package in panel.context["packages"]] == [row.code for row in rows()]


def test_an_edition_without_packages_shows_none(edition):
    assert packages_of(edition, RequestFactory().get("/")) is None
    assert find("partners.packages")[0].count(edition, "") is None


def test_changes_stand_in_the_trail(edition):
    actions.put_package(actor=SYSTEM, edition=edition, code="gold", title=Text.of("Gold"))
    actions.put_package(actor=SYSTEM, edition=edition, code="gold", title=Text.of("Gold"))
    actions.put_package(actor=SYSTEM, edition=edition, code="gold", title=Text.of("Golden"))
    actions.remove_package(actor=SYSTEM, edition=edition, code="gold")
    assert [each.verb for each in trail_of("partners.package", "2021/gold")] == ["removed", "changed", "added"]


def test_nobody_may_change_packages(edition):
    with pytest.raises(NotAllowed):
        actions.put_package(actor=NOBODY, edition=edition, code="gold", title=Text.of("Gold"))
    with pytest.raises(NotAllowed):
        actions.remove_package(actor=NOBODY, edition=edition, code="gold")
