"""The interface in six languages: nothing missing, nothing guessed, every placeholder in its place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from django.conf import settings as configured
from django.utils.translation import gettext, override

LOCALES = {"ar": "ar", "zh_Hans": "zh", "fr": "fr", "ru": "ru", "es": "es"}
FOLDER = Path(configured.LOCALE_PATHS[0])

CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}

# What a translation must carry over untouched: %(name)s, %s, {name}, HTML tags.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?[a-z][^>]*>")


def catalogue(locale: str) -> Catalog:
    with (FOLDER / locale / "LC_MESSAGES" / "django.po").open("rb") as stream:
        return read_po(stream, locale=locale)


def texts(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_string_is_translated(locale):
    untranslated = [texts(message.id)[0] for message in catalogue(locale) if message.id and not all(texts(message.string))]
    assert untranslated == []


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_left_as_guessed(locale):
    assert [message.id for message in catalogue(locale) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_and_tags_are_the_same(locale):
    wrong = []
    for message in catalogue(locale):
        if not message.id:
            continue
        forms = texts(message.id)
        allowed = [Counter(KEPT.findall(form)) for form in forms]
        for form in texts(message.string):
            found = Counter(KEPT.findall(form))
            # A plural form may leave its number out ("one week left"), as English does in some singulars.
            number = len(forms) > 1 and any(not (found - each) and sum((each - found).values()) <= 1 for each in allowed)
            if form and found not in allowed and not number:
                wrong.append((forms[0], form))
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_plural_forms_are_those_of_the_language(locale):
    found = catalogue(locale)
    expected = get_plural(locale).num_plurals
    assert found.num_plurals >= min(expected, 3)
    for message in found:
        if isinstance(message.id, tuple):
            assert len(message.string) == found.num_plurals, message.id


def strings_of_the_code() -> set[str]:
    """What templates and modules mark for translation, as far as it can be read without running them."""
    found = set()
    for path in (configured.ROOT / "plenary").rglob("*.html"):
        found |= {match[2] for match in re.finditer(r"""\{%\s*translate\s+(["'])(.+?)\1""", path.read_text())}
    for path in (configured.ROOT / "plenary").rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in CALLS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_catalogues_hold_every_string_of_the_code():
    known = {text for message in catalogue("fr") if message.id for text in texts(message.id)}
    assert strings_of_the_code() - known == set(), "run make messages"


def test_all_catalogues_hold_the_same_strings():
    strings = {locale: {message.id for message in catalogue(locale) if message.id} for locale in LOCALES}
    first = strings["ar"]
    for locale, found in strings.items():
        assert found == first, f"{locale}: {found ^ first}"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_site_speaks_it(locale):
    with override({"zh_Hans": "zh-hans"}.get(locale, locale)):
        assert gettext("Skip to content") != "Skip to content"
