"""What a change does to an entry, in the reader's words, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text, direction
from plenary.ground.web.differing import marked
from plenary.ground.web.templatetags.web import day
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.editing.parts import CONCEPTS, SEEN, changed_parts, parts_of, put_together
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.versions import FIELDS
from plenary.programmes.stocktaking.wording import language_name

#: What the parts are called on forms and in differences, where no page stands around them.
LABELS: Mapping[str, str | Promise] = {**FIELDS, "description": gettext_lazy("Description")}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a value. language: of a text, empty for others; picture: its file, where the line is one."""

    before: SafeString | str
    after: SafeString | str
    language: str = ""
    picture: str = ""
    key: str = ""

    @property
    def direction(self) -> str:
        return direction(self.language) if self.language else "auto"

    @property
    def language_name(self) -> str:
        return language_name(self.language) if self.language else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that changes. lines: as it stands and as it is to be; seen: where somebody changed it meanwhile, as the writer saw it."""

    part: str
    label: str
    lines: list[Line]
    conflict: bool = False
    seen: list[Line] = field(default_factory=list)


def differences(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
    """What changes between two snapshots of an entry; a fixed number of queries."""
    return _between(now, wanted, changed_parts(now, wanted), {})


def three_way(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
    """What a request would change now. Where somebody else changed the same part since it was written, that is marked.

    now: the entry as it stands. wanted: what the request keeps.
    """
    seen = wanted.get(SEEN) or {}
    names = list(seen.get("parts", []))
    would = put_together(now, wanted, names)
    then = put_together(now, {**now, **seen}, names)
    changed_since = set(changed_parts(then, now)) & set(names)
    return _between(now, would, [name for name in changed_parts(now, would) if name in names], dict.fromkeys(changed_since, seen))


def _between(now: Mapping[str, Any], wanted: Mapping[str, Any], names: Iterable[str], seen: Mapping[str, Mapping[str, Any]]) -> list[Difference]:
    names = list(names)
    words = _Words([now, wanted, *seen.values()], names)
    found = []
    for name in names:
        one, other = parts_of(now).get(name), parts_of(wanted).get(name)
        then = parts_of(seen[name]).get(name) if name in seen else None
        found.append(Difference(name, words.label(name), words.lines(name, one, other), name in seen, words.lines(name, then, then) if name in seen else []))
    return found


class _Words:
    """The labels of all concepts and the names of all files that some snapshots speak of, asked once."""

    def __init__(self, snapshots: Iterable[Mapping[str, Any]], names: Iterable[str]) -> None:
        wanted: dict[str, set[str]] = {}
        files: set[str] = set()
        for snapshot in snapshots:
            for scheme, code, _reason in snapshot.get("concepts", []):
                wanted.setdefault(scheme, set()).add(code)
            if snapshot.get("stakeholder_type"):
                wanted.setdefault("stakeholder-types", set()).add(snapshot["stakeholder_type"])
            wanted.setdefault("countries", set()).update(body[3] for body in snapshot.get("organisations", []) or [] if len(body) > 3 and body[3])
            files.update(each["file"] for each in snapshot.get("media") or [])
        codes = {code for each in wanted.values() for code in each}
        found = Concept.objects.filter(scheme__code__in=wanted, code__in=codes).select_related("scheme")
        self.concepts = {(concept.scheme.code, concept.code): str(concept.label) for concept in found}
        schemes = [name.removeprefix(CONCEPTS) for name in names if name.startswith(CONCEPTS)]
        self.schemes = {scheme.code: str(scheme.title) for scheme in Scheme.objects.filter(code__in=schemes)} if schemes else {}
        self.files = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=files)} if files else {}

    def label(self, name: str) -> str:
        scheme = name.removeprefix(CONCEPTS)
        return self.schemes.get(scheme, scheme) if name.startswith(CONCEPTS) else str(LABELS[name])

    def lines(self, name: str, before: Any, after: Any) -> list[Line]:
        """The value before and after, line by line; lines that stay are left out of lists where something changes."""
        if name in STORY:
            return self._text(Text.from_json(before), Text.from_json(after))
        if name == "media":
            return self._media(before or [], after or [])
        one, other = self._items(name, before), self._items(name, after)
        if one == other:
            return [Line(item, item) for item in one]
        if name in ("organisations", "web_links") or name.startswith(CONCEPTS):
            gone, new = [item for item in one if item not in other], [item for item in other if item not in one]
            if not gone and not new:  # only their order is another
                return [Line(" · ".join(one), " · ".join(other))]
            return [*(Line(item, "") for item in gone), *(Line("", item) for item in new)]
        return [Line(one[0] if one else "", other[0] if other else "")]

    def _text(self, before: Text, after: Text) -> list[Line]:
        found = []
        for language in {**before.texts, **after.texts}:
            one, other = before.texts.get(language, ""), after.texts.get(language, "")
            if one != other or (one and before == after):
                found.append(Line(*(marked(one, other) if one and other and one != other else (one, other)), language=language))
        if before and after and before.original != after.original:
            found.append(Line(_original(before), _original(after)))
        return found

    def _items(self, name: str, value: Any) -> list[str]:
        if value in (None, "", []):
            return []
        if name.startswith(CONCEPTS):
            scheme = name.removeprefix(CONCEPTS)
            return [self._about(scheme, code, Text.from_json(reason)) for code, reason in value]
        if name == "organisations":
            return [self._body(*body) for body in value]
        if name == "web_links":
            return [f"{each['label']}: {each['url']}" if each["label"] else each["url"] for each in value]
        if name == "stakeholder_type":
            return [self.concepts.get(("stakeholder-types", value), value)]
        if name == "reach":
            return [str(Entry.Reach(value).label) if value in Entry.Reach.values else value]
        if name == "status":
            return [str(Entry.Status(value).label) if value in Entry.Status.values else value]
        if name in ("starts_on", "ends_on"):
            return [day(date.fromisoformat(value))]
        return [str(value)]

    def _about(self, scheme: str, code: str, reason: Text) -> str:
        label = self.concepts.get((scheme, code), code)
        named = f"{code} {label}" if code[:1].isdigit() or (code[:1].isupper() and scheme != "countries") else label
        return f"{named}: {reason}" if reason else named

    def _body(self, name: str, role: str, country: str) -> str:
        role = str(EntryOrganisation.Role(role).label) if role in EntryOrganisation.Role.values else role
        place = self.concepts.get(("countries", country), country)
        return f"{name} ({place}), {role}" if place else f"{name}, {role}"

    def _media(self, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Line]:
        one, other = {each["file"]: each for each in before}, {each["file"]: each for each in after}
        found = []
        for key in {**one, **other}:
            if one.get(key) != other.get(key) or before == after:
                file = self.files.get(key)
                found.append(Line(self._picture(one.get(key)), self._picture(other.get(key)), picture=file.name if file else "", key=key))
        if not found:
            order = [[self._picture(each) for each in side] for side in (before, after)]
            found.append(Line(" · ".join(order[0]), " · ".join(order[1])))
        return found

    def _picture(self, each: Mapping[str, Any] | None) -> str:
        if each is None:
            return ""
        file = self.files.get(each["file"])
        told = [str(Text.from_json(each["alt"])), str(Text.from_json(each["caption"])), each["credit"]]
        return " · ".join([file.name if file else _("a file that is gone"), *filter(None, told)])


def _original(text: Text) -> str:
    return _("The original language is %(language)s.") % {"language": language_name(text.original)}
