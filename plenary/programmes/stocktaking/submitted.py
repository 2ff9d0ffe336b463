"""What a submission says of a project, as an entry is to be, and an entry as the answers of a new submission.

Some questions have answers with several parts for which forms have no kind of field of their own. They are written line by
line, in ways that people find by themselves: ``3.8: clinics reach islands`` for why a goal is named, ``Name (Country)`` for
a partner, an address with words before or after it for a link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.models import Call
from plenary.engines.calls.reading import Answers
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept
from plenary.ground.framework.queries import ConceptIndex
from plenary.ground.framework.text import Text
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking.drafts import MOST_LINKS, STORY, EntryDraft, LinkDraft, MediaDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.models import Collection, Entry, EntryOrganisation

Role = EntryOrganisation.Role
#: The number of the entry that a submission brings news of; a submission without one becomes an entry of its own.
UPDATES = "updates"
#: What is read, by role (``becomes``); the contact is private and read by name alone.
READS = (
    *STORY, "country", "countries", "organisation", "partners", "funders", "stakeholder-type", "action-lines", "action-line", "category", "sdgs", "targets",
    "sdg-reasons", "themes", "website", "links", "media", "media-alt", "media-credit", "status", "reach", "timeframe", "collections", "contact",
    "contact-email", "contact-phone", UPDATES,
)  # fmt: skip
_GOALS = ("sdgs", "sdg-targets")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"“”()\[\]，。；、]+", re.IGNORECASE)
_KEYED = re.compile(r"^\W*(?:SDG|ODD|ODS|ЦУР)?\s*(\d{1,2}(?:\.[0-9a-z]{1,2})?)(?:\s*[.:)–—-]+\s*|\s+)(.*)$", re.IGNORECASE | re.DOTALL)
_IN_COUNTRY = re.compile(r"^(.*\S)\s*[(（]([^()（）]{2,60})[)）]$")


# ---- from a submission to an entry ----------------------------------------------------------------------------------


def draft_from(answers: Answers, base: EntryDraft, *, media: Sequence[MediaDraft] | None = None) -> EntryDraft:
    """The draft with what was answered; what was not asked or left empty stays as it is. media: instead of those of the base."""
    changed: dict[str, Any] = {name: newer(getattr(base, name), answers.text(name)) for name in STORY if name in answers}
    for name, known in (("status", Entry.Status.values), ("reach", Entry.Reach.values)):
        if answers.line(name) in known:
            changed[name] = answers.line(name)
    if "timeframe" in answers:
        changed["starts_on"], changed["ends_on"] = answers.days("timeframe")
    if "website" in answers:
        changed["website"] = answers.line("website")
    if "links" in answers:
        changed["web_links"] = web_links(_whole(answers, "links"))
    kind = answers.stakeholder_type()
    if kind is not None:
        changed["stakeholder_type"] = kind
    if media is not None:
        changed["media"] = tuple(media)
    changed["links"] = _links(answers, base)
    changed["organisations"] = _organisations(answers, base)
    changed["collections"] = _collections(answers, base)
    return replace(base, **changed)


def newer(old: Text, new: Text) -> Text:
    """The new text; where it says what the old one said in that language, the old one with all its translations."""
    return old if all(old.texts.get(language) == text for language, text in new.texts.items()) else new


def _whole(answers: Answers, role: str) -> str:
    """An answer in paragraphs, in the language in which it was written."""
    return answers.text(role).best(answers.language).text


def web_links(text: str) -> tuple[WebLink, ...]:
    """The addresses in what somebody wrote, each once; words beside one, or on the line above it, say what it is."""
    found: dict[str, WebLink] = {}
    above = ""
    for line in text.splitlines():
        addresses = _ADDRESS.findall(line)
        beside = _trimmed(_ADDRESS.sub(" ", line))
        for address in addresses:
            address = address.rstrip(".,;:!?'")
            url = address if "://" in address else f"https://{address}"
            label = (beside if len(addresses) == 1 else "") or above
            if len(url) <= 500:
                found.setdefault(url, WebLink(url, label[:200]))
        above = "" if addresses else _trimmed(line)
    return tuple(found.values())[:MOST_LINKS]


def _trimmed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" \t:;,.–—-()[]<>*•·，。：；（）")


def _links(answers: Answers, base: EntryDraft) -> tuple[LinkDraft, ...]:
    """What the entry is about: of each vocabulary that was answered what the answers name, of the others what stood there."""
    about: list[Concept] = []
    about += answers.countries()
    body = answers.organisation()
    if not about and body is not None and body.country is not None and not any(link.concept.scheme.code == "countries" for link in base.links):
        about.append(body.country)
    about += [*answers.concepts("action-lines", "action-lines"), *answers.concepts("action-line", "action-lines")]
    about += [*answers.concepts("sdgs", *_GOALS), *answers.concepts("targets", "sdg-targets"), *answers.concepts("themes", "themes")]
    if "category" in answers and "action-lines" in schemes_of(answers.fields["category"]):  # as those of the Prizes are
        about += answers.concepts("category")
    answered = {concept.scheme.code for concept in about}
    for role in ("country", "countries", "action-lines", "sdgs", "targets", "themes"):
        if role in answers:  # a field of goals and targets that names no target any more says so
            answered |= set(schemes_of(answers.fields[role]))
    before = {link.concept.pk: link for link in base.links}
    kept = [link for link in base.links if link.concept.scheme.code not in answered]
    links = [*(before.get(concept.pk, LinkDraft(concept)) for concept in dict.fromkeys(about)), *kept]
    return tuple(_with_reasons(links, answers.text("sdg-reasons"))) if "sdg-reasons" in answers else tuple(links)


def _with_reasons(links: Iterable[LinkDraft], told: Text) -> list[LinkDraft]:
    """The links to goals and targets, each with what was told of it."""
    links = list(links)
    codes = {link.concept.code.lower() for link in links if link.concept.scheme.code in _GOALS}
    by_code: dict[str, dict[str, str]] = {}
    for language, text in told.texts.items():
        for code, reason in reasons_in(text, codes).items():
            by_code.setdefault(code, {})[language] = reason

    def reason_of(link: LinkDraft) -> Text:
        if link.concept.scheme.code not in _GOALS:
            return link.reason
        texts = by_code.get(link.concept.code.lower())
        if texts is None and link.concept.scheme.code == "sdgs":
            texts = by_code.get("")
        if texts is None:
            return link.reason
        return newer(link.reason, Text(texts, told.original if told.original in texts else next(iter(texts))))

    return [replace(link, reason=reason_of(link)) for link in links]


def reasons_in(text: str, codes: Iterable[str]) -> dict[str, str]:
    """Why each goal or target is named, by its code; under an empty code what is said of all of them together.

    A line that begins with one of the codes begins its reason; lines that do not go on with the one before.
    """
    known = set(codes)
    found: dict[str, list[str]] = {}
    current = ""
    for line in text.splitlines():
        # Digits of any script: a reader of Arabic may write ٣ for 3.
        plain = "".join(str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() and unicodedata.digit(char, -1) >= 0 else char for char in line)
        match = _KEYED.match(plain)
        if match and match[1].lower() in known:
            current = match[1].lower()
            line = match[2]
        if line.strip():
            found.setdefault(current, []).append(line.strip())
    return {code: "\n".join(lines) for code, lines in found.items()}


def _organisations(answers: Answers, base: EntryDraft) -> tuple[OrganisationDraft, ...]:
    """The organisation that carries the entry first; of partners and funders those that were answered, else those that stood there."""
    body = answers.organisation()
    known = list(base.organisations)
    if body is not None and not any(fold(each.name) == fold(body.name) for each in known):
        known = [OrganisationDraft(body.name, body.country, body.stakeholder_type), *known[1:]]
    asked = {role: _bodies(_whole(answers, name), role) for name, role in (("partners", Role.PARTNER), ("funders", Role.FUNDER)) if name in answers}
    spoken_of = {fold(each.name) for bodies in asked.values() for each in bodies}
    kept = [each for place, each in enumerate(known) if place == 0 or (each.role not in asked and fold(each.name) not in spoken_of)]
    found: dict[str, OrganisationDraft] = {}
    by_name = {fold(each.name): each for each in base.organisations}
    for each in [*kept, *(each for bodies in asked.values() for each in bodies)]:
        before = by_name.get(fold(each.name))
        if before is not None and each.country is None:
            each = replace(before, role=each.role)
        found.setdefault(fold(each.name) or each.name, each)
    return tuple(found.values())


def _bodies(text: str, role: str) -> list[OrganisationDraft]:
    """Organisations, one a line, with their country in brackets where it is given."""
    lines = [line.strip(" \t*•·-–—;,") for line in text.splitlines()]
    countries = ConceptIndex("countries") if any(_IN_COUNTRY.match(line) for line in lines) else None
    found = []
    for line in lines:
        match = _IN_COUNTRY.match(line)
        country = countries.find(match[2]) if match and countries is not None else None
        name = match[1] if match and country is not None else line
        if fold(name):
            found.append(OrganisationDraft(name[:300], country, role=role))
    return found


def _collections(answers: Answers, base: EntryDraft) -> tuple[str, ...]:
    """The collections of the entry, with those of the call and those that were answered."""
    wanted = {*collections_of(answers.submission.call), *answers.values("collections")} - {*base.collections}
    known = Collection.objects.filter(code__in=wanted).values_list("code", flat=True) if wanted else ()
    return tuple(sorted({*base.collections, *known}))


def collections_of(call: Call) -> list[str]:
    """The codes of the collections into which goes what the call accepts."""
    name = f"{call.edition.code}/{call.slug}"
    return [collection.code for collection in Collection.objects.only("code", "calls") if name in collection.calls]


def files_of(answers: Answers) -> list[StoredFile]:
    """The pictures and documents that were handed in to be shown, in the order in which they were named."""
    wanted = answers.values("media")
    attached = answers.submission.attachments.filter(file__deleted_at=None).select_related("file") if wanted else ()
    by_key = {str(each.file_id): each.file for each in attached}
    return [by_key[key] for key in wanted if key in by_key]


def media_drafts(answers: Answers, keys: Sequence[str]) -> list[MediaDraft]:
    """What was said of the files that were handed in: a line for each. keys: of the copies that are shown, in the same order."""
    said: dict[str, list[str]] = {language: text.splitlines() for language, text in answers.text("media-alt").texts.items()}
    credit = answers.line("media-credit")[:200]
    found = []
    for place, key in enumerate(keys):
        texts = {language: lines[place].strip() for language, lines in said.items() if place < len(lines) and lines[place].strip()}
        original = answers.language if answers.language in texts else next(iter(texts), answers.language)
        found.append(MediaDraft(key, alt=Text(texts, original), credit=credit))
    return found


# ---- from an entry to the answers of a submission -------------------------------------------------------------------


def answers_from(entry: Entry, *, with_contact: bool = False) -> dict[str, Any]:
    """What an entry answers, by role. with_contact: also whom the secretariat asks, for those who speak for the entry."""
    about: dict[str, list[str]] = {}
    reasons = []
    for link in entry.links.all():
        about.setdefault(link.concept.scheme.code, []).append(link.concept.code)
        if link.reason and link.concept.scheme.code in _GOALS:
            reasons.append(f"{link.concept.code}: {words(link.reason)}")
    countries, lines, targets = about.get("countries", []), about.get("action-lines", []), about.get("sdg-targets", [])
    only = lines[0] if len(lines) == 1 else ""
    found: dict[str, Any] = {
        **{name: words(getattr(entry, name)) for name in STORY},
        "country": countries[0] if countries else "",
        "countries": countries,
        "organisation": _body(entry),
        "partners": _listed(entry, Role.PARTNER),
        "funders": _listed(entry, Role.FUNDER),
        "stakeholder-type": entry.stakeholder_type.code if entry.stakeholder_type else "",
        "action-lines": [*lines, *about.get("sub-themes", [])],
        "action-line": only,
        "category": only,
        "sdgs": [*about.get("sdgs", []), *targets],
        "targets": targets,
        "sdg-reasons": "\n".join(reasons),
        "themes": about.get("themes", []),
        "website": entry.website,
        "links": "\n".join(" ".join(filter(None, (link["url"], link["label"]))) for link in entry.web_links),
        "status": entry.status,
        "reach": entry.reach,
        "timeframe": {name: day.isoformat() for name, day in (("from", entry.starts_on), ("to", entry.ends_on)) if day},
        "collections": sorted(collection.code for collection in entry.collections.all()),
        **(_contact(entry) if with_contact else {}),
        UPDATES: entry.number,
    }
    return {role: answer for role, answer in found.items() if answer}


def words(text: Text) -> str:
    """The text in English where a person wrote it, since all calls take that, else in its original language."""
    return text.texts["en"] if text.texts.get("en") and "en" not in text.machine else text.best(text.original).text


def _body(entry: Entry) -> dict[str, str]:
    link = next(iter(entry.organisation_links.all()), None)
    if link is None:
        return {}
    body = link.organisation
    kind = body.stakeholder_type or entry.stakeholder_type
    told = {
        "name": body.name.best(body.name.original).text,
        "country": body.country.code if body.country else "",
        "stakeholder_type": kind.code if kind else "",
        "website": body.website,
    }
    return {name: value for name, value in told.items() if value}


def _listed(entry: Entry, role: str) -> str:
    lines = []
    for place, link in enumerate(entry.organisation_links.all()):
        if place and link.role == role:
            name, country = link.organisation.name, link.organisation.country
            lines.append(name.best(name.original).text + (f" ({country.label})" if country else ""))
    return "\n".join(lines)


def _contact(entry: Entry) -> Mapping[str, Any]:
    contact = getattr(entry, "contact", None)
    if contact is None:
        return {}
    person = {name: value for name, value in (("name", contact.name), ("email", contact.email)) if value}
    return {"contact": person, "contact-email": contact.email, "contact-phone": contact.phone}
