"""The verbs of the trail in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {
    "created": _("Created"),
    "added": _("Added"),
    "changed": _("Changed"),
    "changed state": _("State changed"),
    "removed": _("Removed"),
    "deleted": _("Deleted"),
    "restored": _("Restored"),
    "imported": _("Imported"),
    "imported again": _("Imported again"),
    "loaded": _("Loaded"),
    "merged": _("Merged"),
    "published": _("Published"),
    "erased": _("Erased"),
}


def add_verbs(words: dict[str, str | Promise]) -> None:
    """Add the verbs of a room, in words (call it from a module that is imported at start-up)."""
    _words.update(words)


def verb_in_words(verb: str) -> str:
    """The verb in words; one that nobody described is shown as it was recorded."""
    return str(_words.get(verb, verb.replace("_", " ").capitalize()))
