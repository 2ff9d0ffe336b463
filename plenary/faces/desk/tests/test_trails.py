"""The trail speaks of everything that is kept in it: no kind of record and no verb without words."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.functional import Promise

import plenary
from plenary.faces.desk import trails
from plenary.ground.audit.models import TrailRecord, Version
from plenary.ground.audit.words import _words as VERBS

ROOT = Path(plenary.__file__).parent
#: What keeps something in the trail.
WRITERS = {"record", "record_many", "keep_version", "keep_versions", "keep_first_versions"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if "tests" not in parts and "migrations" not in parts:
            yield ".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text())


def _constants(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _recorded(argument: str) -> set[str]:
    """What is given for an argument wherever something is recorded: constants, those of a module, and those assigned beside the call."""
    found: set[str] = set()
    for name, tree in _modules():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            assigned = {
                target.id: each.value for each in ast.walk(function) if isinstance(each, ast.Assign) for target in each.targets if isinstance(target, ast.Name)
            }
            for call in ast.walk(function):
                if not isinstance(call, ast.Call) or getattr(call.func, "id", getattr(call.func, "attr", "")) not in WRITERS:
                    continue
                for given in (each.value for each in call.keywords if each.arg == argument):
                    if isinstance(given, ast.Name) and given.id in assigned:
                        given = assigned[given.id]
                    if isinstance(given, ast.Name):
                        value = getattr(importlib.import_module(name), given.id, None)
                        found |= {value} if isinstance(value, str) else set()
                    elif isinstance(given, ast.IfExp):
                        found |= _constants(given.body) | _constants(given.orelse)
                    elif not isinstance(given, ast.Call | ast.Subscript):
                        found |= _constants(given)
    return found


def _told() -> set[str]:
    """Verbs that rooms hand to their own ``tell(actor, subject, verb)``."""
    calls = (each for _name, tree in _modules() for each in ast.walk(tree) if isinstance(each, ast.Call))
    tellers = [each for each in calls if getattr(each.func, "id", "") in ("tell", "_tell") and len(each.args) > 2]
    third = [given for each in tellers for given in ([each.args[2].body, each.args[2].orelse] if isinstance(each.args[2], ast.IfExp) else [each.args[2]])]
    return {given.value for given in third if isinstance(given, ast.Constant) and isinstance(given.value, str)}


def _named_kinds() -> set[str]:
    """The constants that name a kind, such as ``PHOTO_KIND = "awards.photo"``."""
    found = set()
    for _name, tree in _modules():
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(isinstance(each, ast.Name) and each.id.endswith("KIND") for each in node.targets):
                found |= {each for each in _constants(node.value) if each.count(".") == 1 and each.replace(".", "").replace("_", "").isalpha()}
    return found


def test_every_kind_of_record_that_code_keeps_has_words():
    kinds = _recorded("kind") | _named_kinds()
    assert {"awards.photo", "framework.milestone", "calls.submission", "files.file"} <= kinds, "the code is read"
    assert sorted(kinds - set(trails.KINDS)) == []
    assert sorted(set(trails.KINDS) - kinds) == [], "of these nothing is kept"


def test_every_verb_has_words():
    verbs = _recorded("verb") | _told()
    assert {"created", "stored", "withdrawn", "submitted"} <= verbs, "the code is read"
    assert sorted(verbs - set(VERBS)) == []


@pytest.mark.django_db
def test_every_kind_in_the_trail_of_the_whole_site_has_words(whole_site):
    there = {kind for model in (TrailRecord, Version) for kind in model.objects.values_list("kind", flat=True).distinct()}
    assert there and sorted(there - set(trails.KINDS)) == []


def test_words_are_words():
    with translation.override("en"):
        for kind, words in trails.KINDS.items():
            assert isinstance(words, Promise) and str(words) and str(words) != kind and trails.kind_in_words(kind) == str(words)
        assert len({str(words) for words in trails.KINDS.values()}) == len(trails.KINDS), "no two kinds are called the same"


@pytest.mark.parametrize(
    ("kind", "key", "path"),
    [
        ("framework.milestone", "2021/opening", "/desk/editions/2021/"),
        ("awards.photo", "2021/7", "/prizes/2021/photos/"),
        ("awards.team", "2021/7", "/prizes/2021/teams/"),
        ("publications.contribution", "2021/7", "/reports/contributions/2021/"),
        ("calls.call", "2021/prizes", "/calls/2021/prizes/"),
        ("awards.award", "2021/7", ""),
        ("no.such", "x", ""),
        ("calls.call", "x", ""),
    ],
)
def test_lines_lead_to_what_they_are_about(kind, key, path):
    assert trails.path_of(kind, key) == path
