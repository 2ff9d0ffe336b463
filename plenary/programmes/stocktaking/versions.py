"""The versions of an entry: which there are, what each changed, two beside each other. Only what was public is read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.ground.audit.models import Version
from plenary.ground.audit.queries import trail_of, versions_of
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text, direction
from plenary.ground.web.differing import all_marked
from plenary.ground.web.templatetags.web import day
from plenary.programmes.stocktaking.actions import KIND
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.models import Collection, Entry, EntryOrganisation
from plenary.programmes.stocktaking.wording import HEADINGS, language_name

#: What a snapshot says, in the order in which it is shown, with what each is called. What is not here is for the platform only.
FIELDS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    **HEADINGS,
    "concepts": gettext_lazy("What it is about"),
    "organisations": gettext_lazy("Organisations"),
    "stakeholder_type": gettext_lazy("Stakeholder type"),
    "reach": gettext_lazy("Reach"),
    "status": gettext_lazy("Status"),
    "starts_on": gettext_lazy("Beginning"),
    "ends_on": gettext_lazy("End"),
    "year": gettext_lazy("Year"),
    "edition": gettext_lazy("First submitted in"),
    "website": gettext_lazy("Website"),
    "web_links": gettext_lazy("Further links"),
    "media": gettext_lazy("Pictures and documents"),
    "collections": gettext_lazy("Collections"),
    "source": gettext_lazy("Source of this record"),
}
#: What the trail calls it when an entry comes into public view as it stands.
_APPEARED = ("published", "restored")


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list. changed: what is another than in the one before, in words; empty for the first."""

    number: int
    at: datetime
    changed: list[str | Promise]
    is_current: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class AsItWas:
    """A version that can be read. snapshot: the whole entry."""

    number: int
    at: datetime
    snapshot: dict[str, Any]
    version: Version


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions fill in otherwise. language: of a text, empty for others."""

    label: str
    before: SafeString | str
    after: SafeString | str
    language: str = ""

    @property
    def direction(self) -> str:
        return direction(self.language) if self.language else "auto"


def versions(entry: Entry) -> list[AsItWas]:
    """The versions that everybody could read, the first one first. An entry that was never changed has none: it stands as it came.

    What was written while it was no longer, or not yet, public is left out, unless it became public as it stood; so is what was
    erased. The numbers of the others stay. Two queries.
    """
    kept = list(versions_of(KIND, entry.number).order_by("number"))
    appeared = list(trail_of(KIND, entry.number).filter(verb__in=_APPEARED).values_list("at", flat=True)) if kept else []
    found: list[AsItWas] = []
    for place, version in enumerate(kept):
        following = kept[place + 1] if place + 1 < len(kept) else None
        taken = version.payload.after
        if not taken:
            continue
        became_public = any(version.at <= at and (following is None or at < following.at) for at in appeared)
        if taken.get("state") == Entry.State.PUBLIC or became_public:
            # The first is kept at the first change, and holds what stood there before.
            at = min(entry.published_at or entry.created_at, version.at) if version.number == 1 else version.at
            found.append(AsItWas(version.number, at, taken, version))
    return found


def version_lines(entry: Entry) -> list[VersionLine]:
    """The list of versions, the current one first; an entry without any is its own first version."""
    found, current = versions(entry), current_number(entry)
    if not found:
        return [VersionLine(current, entry.published_at or entry.created_at, [], is_current=True, is_first=True)]
    lines = []
    before: AsItWas | None = None
    for each in found:
        changed = changed_in(before.snapshot, each.snapshot) if before else []
        lines.append(VersionLine(each.number, each.at, changed, is_current=each.number == current, is_first=before is None))
        before = each
    return lines[::-1]


def current_number(entry: Entry) -> int:
    """The number of the version that stands now."""
    last = versions_of(KIND, entry.number).values_list("number", flat=True).first()
    return last or 1


def version_of(entry: Entry, number: int) -> AsItWas | None:
    """A version that everybody can read."""
    return next((each for each in versions(entry) if each.number == number), None)


def changed_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str | Promise]:
    """What two snapshots say otherwise, in words."""
    return [label for name, label in FIELDS.items() if (before.get(name) or None) != (after.get(name) or None)]


# ---- two versions beside each other ---------------------------------------------------------------------------------


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields in which two snapshots differ, their words marked; texts language by language. A fixed number of queries."""
    words = _Words((before, after))
    rows: list[tuple[str, str, str, str]] = []
    for name, label in FIELDS.items():
        one, other = before.get(name), after.get(name)
        if (one or None) == (other or None):
            continue
        if name in STORY:
            left, right = Text.from_json(one), Text.from_json(other)
            for language in dict.fromkeys((*left.texts, *right.texts)):
                earlier, later = left.texts.get(language, ""), right.texts.get(language, "")
                if earlier != later:
                    told = _("%(field)s, in %(language)s") % {"field": label, "language": language_name(language)}
                    rows.append((told if len({*left.texts, *right.texts}) > 1 else str(label), earlier, later, language))
        else:
            rows.append((str(label), words.of(name, one), words.of(name, other), ""))
    pairs = all_marked((earlier, later) for _label, earlier, later, _language in rows)
    return [Difference(label, *pair, language) for (label, _earlier, _later, language), pair in zip(rows, pairs, strict=True)]


class _Words:
    """The values of snapshots in words; what codes stand for is read for all of them at once."""

    def __init__(self, snapshots: Iterable[Mapping[str, Any]]) -> None:
        snapshots = list(snapshots)
        named = {(scheme, code) for each in snapshots for scheme, code, _reason in each.get("concepts", ())}
        named |= {("stakeholder-types", each["stakeholder_type"]) for each in snapshots if each.get("stakeholder_type")}
        concepts = Concept.objects.filter(scheme__code__in={scheme for scheme, _code in named}, code__in={code for _scheme, code in named})
        self.concepts = {(each.scheme.code, each.code): each for each in concepts.select_related("scheme")}
        files = {media["file"] for each in snapshots for media in each.get("media", ())}
        self.files = {str(each.pk): each.name for each in StoredFile.objects.filter(pk__in=files)} if files else {}
        places = {code for each in snapshots for code in each.get("collections", ())}
        self.collections = {each.code: str(each.name) for each in Collection.objects.filter(code__in=places)} if places else {}
        editions = {each["edition"] for each in snapshots if each.get("edition")}
        self.editions = {each.code: str(each.name) for each in Edition.objects.filter(code__in=editions)} if editions else {}

    def of(self, name: str, value: Any) -> str:
        """A value in words, a line each where it holds several."""
        if not value:
            return ""
        special = getattr(self, f"_{name}", None)
        return special(value) if special else str(value)

    def _concepts(self, value: list[list[Any]]) -> str:
        return "\n".join(" ".join(filter(None, (self._concept(scheme, code), str(Text.from_json(reason))))) for scheme, code, reason in value)

    def _concept(self, scheme: str, code: str) -> str:
        found = self.concepts.get((scheme, code))
        if found is None:
            return code
        return f"{code} {found.label}" if scheme in ("action-lines", "sdgs", "sdg-targets") else str(found.label)

    def _stakeholder_type(self, value: str) -> str:
        return self._concept("stakeholder-types", value)

    def _organisations(self, value: list[list[str]]) -> str:
        roles = dict(EntryOrganisation.Role.choices)
        return "\n".join(f"{body[1]} ({roles[body[2]]})" if len(body) > 2 and body[2] in roles else str(body[1]) for body in value)

    def _reach(self, value: str) -> str:
        return str(dict(Entry.Reach.choices).get(value, value))

    def _status(self, value: str) -> str:
        return str(dict(Entry.Status.choices).get(value, value))

    def _starts_on(self, value: str) -> str:
        return day(date.fromisoformat(value))

    _ends_on = _starts_on

    def _edition(self, value: str) -> str:
        return self.editions.get(value, value)

    def _web_links(self, value: list[dict[str, str]]) -> str:
        return "\n".join(" ".join(filter(None, (link.get("label", ""), link["url"]))) for link in value)

    def _media(self, value: list[dict[str, Any]]) -> str:
        return "\n".join(
            " · ".join(
                filter(None, (str(Text.from_json(each["alt"])) or self.files.get(each["file"], ""), str(Text.from_json(each["caption"])), each["credit"]))
            )
            for each in value
        )

    def _collections(self, value: list[str]) -> str:
        return "\n".join(self.collections.get(code, code) for code in value)
