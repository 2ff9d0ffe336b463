"""A scheme with what is said about its concepts, read from the database and kept until a concept changes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

from django.db.models import Q
from django.utils import timezone

from plenary.engines.classify.learning import Learnt, forget, learnt
from plenary.engines.classify.profiles import Profile, Saying
from plenary.engines.classify.scripts import main_script
from plenary.engines.classify.terms import DATA, stems_of
from plenary.ground.framework.models import Concept, Mapping
from plenary.ground.framework.text import LANGUAGES
from plenary.ground.web.cache import current_generation

#: How much a word counts: in a label, an alias, a definition, a hint, the label of a concept below, the reason of a link.
LABEL, ALIAS, DEFINITION, CUE, BELOW, REASON = 3.0, 1.0, 1.5, 4.0, 1.0, 0.2
#: Aliases are kept without a language; their script tells it.
_LANGUAGE_OF_SCRIPT = {"CYRILLIC": "ru", "ARABIC": "ar", "CJK": "zh"}


@dataclass(slots=True)
class Described:
    """A scheme's concepts and what is said of them, by language."""

    scheme: str
    concepts: list[Concept]
    sayings: dict[str, list[Saying]]
    heads: frozenset[str]  # concepts with others below them: the more precise ones are suggested
    parents: dict[str, tuple[str, str]]  # scheme and code of a concept above in another scheme
    taught: Learnt | None = None
    profiles: dict[str, Profile] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """The codes of the concepts, in their order."""
        return [concept.code for concept in self.concepts]

    def profile(self, language: str) -> Profile:
        """The words of the concepts in a language, with what records have taught by now."""
        taught = learnt(known_pair)
        if taught is not self.taught:
            self.profiles, self.taught = {}, taught
        found = self.profiles.get(language)
        if found is None:
            counts = taught.counts.get((self.scheme, language))
            found = self.profiles[language] = Profile.of(self.codes, language, self.sayings.get(language, ()), counts)
        return found


@cache
def cues(scheme: str) -> dict[str, dict[str, list[str]]]:
    """Words that hint at a concept, by code and language, for schemes that have a file of them in ``data/cues``."""
    path = DATA / "cues" / f"{scheme}.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: {language: [word for word in row[language].split(";") if word] for language in LANGUAGES} for row in csv.DictReader(rows)}


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset(
        (language, stem)
        for path in (DATA / "cues").glob("*.csv")
        for by_language in cues(path.stem).values()
        for language, words in by_language.items()
        for word in words
        for stem in stems_of(word, language)
        if " " in stem
    )


def known_pair(language: str, stem: str) -> bool:
    """Whether two neighbouring words are a term of its own (“open data”); any pair of words would be too many to count."""
    return (language, stem) in _pairs()


_lock = Lock()
_described: dict[str, tuple[Hashable, Hashable, Described]] = {}


def described(scheme: str) -> Described:
    """A scheme, read again where anything on the site has changed, made anew only where its concepts have."""
    # Read before the concepts, so that a change in between is seen next time.
    now = (timezone.localdate(), current_generation())
    kept = _described.get(scheme)
    if kept is not None and kept[0] == now:
        return kept[2]
    concepts, below, reasons = _read(scheme)
    stamp = (
        tuple((each.pk, each.code, each.parent_id, each.label, each.definition, tuple(each.aliases)) for each in concepts),
        tuple((each.parent_id, each.label) for each in below),
        tuple(reasons),
    )
    with _lock:
        made = kept[2] if kept is not None and kept[1] == stamp else _describe(scheme, concepts, below, reasons)
        _described[scheme] = (now, stamp, made)
    return made


def _read(scheme: str) -> tuple[list[Concept], list[Concept], list[tuple[int, str, str]]]:
    """The concepts in use, those of other schemes below them, and the reasons of their links by concept, language and text."""
    in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=timezone.localdate())
    concepts = list(Concept.objects.filter(in_use, scheme__code=scheme).select_related("scheme", "parent__scheme"))
    below = list(Concept.objects.filter(in_use, parent__scheme__code=scheme).exclude(scheme__code=scheme).order_by("pk"))
    known = {concept.pk for concept in concepts}
    # By key, not by joins: a planner without statistics takes minutes over three joins and an OR.
    within = list(Concept.objects.filter(Q(scheme__code=scheme) | Q(pk__in=[concept.pk for concept in below])).values_list("pk", flat=True))
    links = Mapping.objects.filter(Q(source_id__in=known) | Q(target_id__in=within)).order_by("pk")
    reasons = [
        (key, language, text)
        for source, target, above, rationale in links.values_list("source_id", "target_id", "target__parent_id", "rationale")
        for key in (source, target, above)
        if key in known
        for language, text in rationale.texts.items()
        if text
    ]
    return concepts, below, reasons


def _describe(scheme: str, concepts: list[Concept], below: list[Concept], reasons: list[tuple[int, str, str]]) -> Described:
    by_key = {concept.pk: concept.code for concept in concepts}
    sayings: dict[str, list[Saying]] = defaultdict(list)
    for concept in concepts:
        for texts, weight in ((concept.label, LABEL), (concept.definition, DEFINITION)):
            for language, text in texts.texts.items():
                sayings[language].append(Saying(concept.code, text, weight))
        for alias in concept.aliases:
            sayings[_LANGUAGE_OF_SCRIPT.get(main_script(alias), "en")].append(Saying(concept.code, alias, ALIAS))
        for language, words in cues(scheme).get(concept.code, {}).items():
            sayings[language].extend(Saying(concept.code, word, CUE) for word in words)
    for each in below:
        if each.parent_id in by_key:
            for language, text in each.label.texts.items():
                sayings[language].append(Saying(by_key[each.parent_id], text, BELOW))
    for key, language, text in reasons:
        sayings[language].append(Saying(by_key[key], text, REASON))
    return Described(
        scheme=scheme,
        concepts=concepts,
        sayings=dict(sayings),
        heads=frozenset(by_key[concept.parent_id] for concept in concepts if concept.parent_id in by_key),
        parents={
            concept.code: (concept.parent.scheme.code, concept.parent.code)
            for concept in concepts
            if concept.parent is not None and concept.parent.scheme.code != scheme
        },
    )


def forget_all() -> None:
    """Let go of everything that was read or learnt."""
    with _lock:
        _described.clear()
    forget()
