"""The names by which a query addresses parts and facets of records: ``title:``, ``country:``, ``sdg:`` ..."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from plenary.ground.search.registry import kinds
from plenary.ground.search.schema import part_name

#: Names that every record has.
BUILT_IN = {
    "title": gettext_noop("Title"),
    "name": gettext_noop("Name"),
    "number": gettext_noop("Number"),
    "kind": gettext_noop("Kind"),
    "year": gettext_noop("Year"),
}
_kept: tuple[tuple[int, ...], dict[str, str]] = ((), {})


def known_names(facets: Iterable[str]) -> Callable[[str], str]:
    """What tells the field that a reader's name means, empty for none. facets: the names of those in the index."""
    names = _names()
    of_facets = {part_name(name) for name in facets}
    return lambda name: names.get(name) or (name if name in of_facets else "")


def _names() -> dict[str, str]:
    """All names that readers may use, in the languages of the site; the first to claim one has it."""
    global _kept
    registered = kinds().values()
    state = tuple(id(kind) for kind in registered)
    if _kept[0] != state or not _kept[1]:
        found = {name: name for name in BUILT_IN}
        found |= {part_name(name): part_name(name) for kind in registered for name in kind.fields}
        for code, _language in settings.LANGUAGES:
            with override(code):
                for name, label in BUILT_IN.items():
                    found.setdefault(_spelt(gettext(label)), name)
                for kind in registered:
                    for name, field in kind.fields.items():
                        for alias in (field.label, *field.aliases):
                            found.setdefault(_spelt(str(alias)), part_name(name))
        _kept = (state, found)
    return _kept[1]


def _spelt(name: str) -> str:
    return part_name(name).strip().replace(" ", "_")
