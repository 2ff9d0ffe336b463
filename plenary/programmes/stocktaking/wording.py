"""An entry in the words of its page: the same for the entry as it stands and for one of its versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from plenary.ground.framework.text import Shown, Text, reader_language
from plenary.ground.web.templatetags.web import babel_locale
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation

#: The parts of the story in the order in which they are read, with what stands above them.
HEADINGS: Mapping[str, str | Promise] = {
    "description": gettext_lazy("The project"),
    "results": gettext_lazy("Results and impact"),
    "beneficiaries": gettext_lazy("Whom it serves"),
    "challenges": gettext_lazy("Challenges"),
    "partnerships": gettext_lazy("Partnerships"),
    "replicability": gettext_lazy("How others can do the same"),
}
ROLES: Mapping[str, str | Promise] = {
    EntryOrganisation.Role.LEAD: pgettext_lazy("organisations of a project", "Carried by"),
    EntryOrganisation.Role.PARTNER: pgettext_lazy("organisations of a project", "Partners"),
    EntryOrganisation.Role.FUNDER: pgettext_lazy("organisations of a project", "Funded by"),
}
Record = Entry | EntryDraft
#: An organisation as it takes part: name, role, and the key of its page, empty where it has none.
TakesPart = tuple[Text | str, str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the story as the reader sees it. note: what to know of its language; original: the text that was translated."""

    code: str
    heading: str | Promise
    shown: Shown
    note: str = ""
    original: Shown | None = None
    original_language: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation that takes part. key: of its page, empty where it has none."""

    name: Text | str
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """The organisations that take part in one way."""

    heading: str | Promise
    bodies: list[Body]


def language_name(code: str) -> str:
    """What a language is called in the reader's."""
    try:
        found = Locale.parse(code.replace("-", "_")).get_display_name(babel_locale())
    except (ValueError, UnknownLocaleError):
        found = None
    return found or code


def note_on(shown: Shown, text: Text) -> str:
    """What the reader should know of the language of a text; empty for an original in the reader's language."""
    names = {"original": language_name(text.original), "language": language_name(shown.language)}
    if shown.by_machine:
        return _("A machine translated this from %(original)s; nobody has checked it.") % names
    if not shown.is_original:
        return _("Translated from %(original)s.") % names
    if shown.language != reader_language():
        return _("Written in %(language)s.") % names
    return ""


def story_of(record: Record) -> list[Section]:
    """The story after title and summary, part by part."""
    found: list[Section] = []
    said = ""
    for code, heading in HEADINGS.items():
        text: Text = getattr(record, code)
        if not text:
            continue
        shown = text.best()
        is_other = not shown.is_original and bool(text.texts.get(text.original))
        original = text.best(text.original) if is_other else None
        note = note_on(shown, text)
        # What holds on from the part before is not said again.
        found.append(Section(code, heading, shown, note if note != said else "", original, language_name(text.original) if is_other else ""))
        said = note
    return found


def lead_notes(record: Record) -> list[str]:
    """What the reader should know of the language of title and summary."""
    shown = [text.best() for text in (record.title, record.summary) if text]
    notes = []
    if any(each.by_machine for each in shown):
        notes.append(_("A machine translated what you read here; nobody has checked it."))
    elif any(not each.is_original for each in shown):
        notes.append(_("This is a translation, not the language in which the project was described."))
    if any(each.language != reader_language() for each in shown):
        notes.append(_("The project is described in another language than that of this page."))
    return notes


def parts_of(bodies: Iterable[TakesPart]) -> list[Part]:
    """Organisations by the way in which they take part."""
    by_role: dict[str, list[Body]] = {}
    for name, role, key in bodies:
        by_role.setdefault(role, []).append(Body(name, key))
    return [Part(heading, by_role[role]) for role, heading in ROLES.items() if role in by_role]


def facts_of(record: Record, links: Iterable[Any], bodies: Iterable[TakesPart]) -> dict[str, Any]:
    """What the column of facts and the list of topics show. links: with ``concept`` and ``reason``."""
    links = list(links)
    return {
        "record": record,
        "parts": parts_of(bodies),
        "countries": [link.concept for link in links if link.concept.scheme.code == "countries"],
        "about": by_scheme(links),
        "reach": Entry.Reach(record.reach).label if record.reach in Entry.Reach.values else "",
        "status": Entry.Status(record.status).label if record.status in Entry.Status.values else "",
        "sources": sources_of(record.source),
    }


def by_scheme(links: Iterable[Any]) -> list[dict[str, Any]]:
    """The concepts of an entry by scheme, without countries."""
    groups: dict[str, dict[str, Any]] = {}
    for link in links:
        if link.concept.scheme.code != "countries":
            group = groups.setdefault(link.concept.scheme.code, {"scheme": link.concept.scheme, "links": [], "has_reasons": False})
            group["links"].append(link)
            group["has_reasons"] = group["has_reasons"] or bool(link.reason)
    return list(groups.values())


def sources_of(source: str) -> list[dict[str, str]]:
    """Where the record was found: addresses as links, the rest as it stands."""
    parts = [part.strip() for part in re.split(r"\s;\s|\s(?=https?://)", source)]
    return [{"text": part, "link": part if part.startswith(("http://", "https://")) else ""} for part in parts if part]
