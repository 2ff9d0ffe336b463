"""What helps a moderator to judge an entry: what it seems to be about, what it may be a double of, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from plenary.engines.classify.checks import Finding, Subject, Written, examine
from plenary.engines.classify.duplicates import Candidate, likely
from plenary.engines.classify.queries import Suggestion, suggest
from plenary.ground.search.queries import matching_keys, similar
from plenary.programmes.stocktaking.drafts import STORY, EntryDraft
from plenary.programmes.stocktaking.editing.differences import LABELS
from plenary.programmes.stocktaking.links import STRIKES
from plenary.programmes.stocktaking.models import Entry, LinkState
from plenary.programmes.stocktaking.queries import for_list, public_entries

#: The vocabularies of which concepts are suggested, and how many of each.
SUGGESTED = {"action-lines": 3, "sdgs": 4, "sdg-targets": 3}
#: Words below which a text says too little.
LEAST_WORDS = {"title": 2, "summary": 8, "description": 20}
#: So many entries that the index finds alike are compared by title, organisation and country.
_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Double:
    """An entry that may be the same project. reasons: sentences."""

    entry: Entry
    per_cent: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadLink:
    """An address that has not answered on three days. status: of HTTP, 0 where there was no answer."""

    url: str
    status: int


def suggestions(draft: EntryDraft) -> list[Suggestion]:
    """What the entry seems to be about and does not say yet, the likeliest first within each vocabulary."""
    known = {(link.concept.scheme.code, link.concept.code) for link in draft.links}
    texts = [getattr(draft, name) for name in STORY]
    found = [each for scheme, most in SUGGESTED.items() for each in suggest(texts, scheme, limit=most)]
    return [each for each in found if (each.concept.scheme.code, each.code) not in known]


def doubles(draft: EntryDraft, number: str = "") -> list[Double]:
    """Public entries that may be the same project. number: of the entry itself, where it has one already."""
    title = draft.title.best(draft.title.original).text
    keys = [*(similar("entry", number, limit=_CANDIDATES) if number else ()), *matching_keys(title[:200], "entry", limit=_CANDIDATES)]
    same = public_entries().filter(Q(number__in=list(dict.fromkeys(keys))) | Q(identity=draft.identity)).exclude(number=number)
    entries = {entry.number: entry for entry in for_list(same)}
    candidates = [
        Candidate(
            key=entry.number,
            title=entry.title,
            organisations=tuple(str(link.organisation.name) for link in entry.organisation_links.all()),
            countries=tuple(link.concept.code for link in entry.links.all() if link.concept.scheme.code == "countries"),
        )
        for entry in entries.values()
    ]
    matches = likely(draft.title, [body.name for body in draft.organisations], _countries(draft), among=candidates, limit=5)
    return [Double(entries[match.candidate.key], round(match.score * 100), match.reasons) for match in matches]


def findings(draft: EntryDraft) -> list[Finding]:
    """What is wrong with the texts and tags of an entry, what matters most first."""
    texts = []
    for name in STORY:
        text = getattr(draft, name)
        shown = text.best(text.original)
        if shown.text or name in LEAST_WORDS:
            texts.append(Written(name, LABELS[name], shown.text, shown.language if shown.text else "", LEAST_WORDS.get(name, 0), name == "title"))
    concepts = tuple((link.concept.scheme.code, link.concept.code) for link in draft.links if link.concept.scheme.code != "countries")
    subject = Subject(
        texts=tuple(texts),
        organisations=tuple(body.name for body in draft.organisations),
        countries=tuple(_countries(draft)),
        concepts=concepts,
        links=tuple(links_of(draft)),
    )
    return examine(subject)


def links_of(draft: EntryDraft) -> list[str]:
    """The addresses that an entry names."""
    return [url for url in (draft.website, *(link.url for link in draft.web_links)) if url]


def dead_links(urls: Iterable[str]) -> list[DeadLink]:
    """Those of some addresses that have not answered on three different days."""
    states = LinkState.objects.filter(url__in=list(urls), failures__gte=STRIKES).order_by("url")
    return [DeadLink(state.url, state.status) for state in states]


def in_words(link: DeadLink) -> str:
    """What became of an address, in a sentence."""
    if link.status:
        return _("%(url)s answers with the error %(status)s.") % {"url": link.url, "status": link.status}
    return _("%(url)s does not answer.") % {"url": link.url}


def _countries(draft: EntryDraft) -> list[str]:
    return [link.concept.code for link in draft.links if link.concept.scheme.code == "countries"]
