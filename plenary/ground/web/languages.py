"""Addresses and languages: English without prefix, ``/zh/`` for Django's ``zh-hans``, the others by their code."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLResolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language

DEFAULT = "en"


def prefix_of(language: str) -> str:
    """The first part of addresses in a language: ``""`` for English, ``"zh/"`` for Chinese."""
    return "" if language.startswith(DEFAULT) else f"{language.split('-')[0]}/"


_BY_PREFIX = {prefix_of(code).rstrip("/"): code for code, _name in settings.LANGUAGES if prefix_of(code)}


def language_of_path(path: str) -> str:
    """The Django language code that an address is written in."""
    return _BY_PREFIX.get(path.lstrip("/").split("/", 1)[0], DEFAULT)


def interface_of(language: str) -> str:
    """The Django code for a content language (``zh`` is ``zh-hans``); English for one that the site does not speak."""
    return next((code for code, _name in settings.LANGUAGES if code.split("-")[0] == language.split("-")[0]), DEFAULT)


def in_language(path: str, language: str) -> str:
    """The same address in another language. path: with its query, starting with a slash."""
    first, _slash, rest = path.lstrip("/").partition("/")
    bare = rest if first in _BY_PREFIX else path.lstrip("/")
    return f"/{prefix_of(language)}{bare}"


class _Prefix(LocalePrefixPattern):
    @property
    def language_prefix(self) -> str:
        return prefix_of(get_language() or DEFAULT)


def in_every_language(*patterns: object) -> list[URLResolver]:
    """URL patterns that exist under each language's prefix."""
    return [URLResolver(_Prefix(), list(patterns))]  # type: ignore[arg-type]
