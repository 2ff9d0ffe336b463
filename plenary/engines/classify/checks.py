"""What can be said of a record without knowing its subject: too short, another language than it says, nothing to find it by.

A room describes its record as a ``Subject`` and shows the findings. A check of its own it registers with ``check``. Findings are for
people to judge: none of them refuses anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rapidfuzz import fuzz

from plenary.engines.classify.languages import detect
from plenary.engines.classify.scripts import is_foreign
from plenary.engines.classify.words import count_words
from plenary.ground.framework.spelling import fold
from plenary.ground.web.templatetags.web import babel_locale

#: Texts with fewer words than these are not compared: two short answers may well be the same.
FEWEST_TO_COMPARE = 5
#: Per cent of likeness from which a text is a copy.
COPY = 95.0
#: Of a text only so much is compared and looked through.
LONGEST = 5000
#: A title with fewer letters may be an abbreviation.
FEWEST_CAPITALS = 10


class Level(StrEnum):
    """How much a finding matters. failure: it cannot be published so."""

    INFO = "info"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Written:
    """A text of a record in the language it is said to be in. label: what the field is called. least_words: fewer say too little."""

    name: str
    label: str | Promise
    text: str
    language: str = ""
    least_words: int = 0
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks know of a record. organisations, countries: names or codes. concepts: pairs of scheme and code."""

    texts: tuple[Written, ...] = ()
    organisations: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    concepts: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()

    @property
    def filled(self) -> tuple[Written, ...]:
        """The texts in which something is written."""
        return tuple(each for each in self.texts if each.text.strip())


@dataclass(frozen=True, slots=True)
class Check:
    """A check. find: a sentence for each thing found, with the name of the field, empty for the record as a whole."""

    code: str
    label: str | Promise
    level: Level
    find: Callable[[Subject], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found: which check, in which field, and in the reader's language what to do."""

    check: Check
    field: str
    sentence: str

    @property
    def level(self) -> Level:
        """How much it matters."""
        return self.check.level


Find = Callable[[Subject], Iterator[tuple[str, str]]]
_checks: dict[str, Check] = {}
_ORDER = (Level.FAILURE, Level.WARNING, Level.INFO)


def check(code: str, label: str | Promise, level: Level = Level.WARNING) -> Callable[[Find], Find]:
    """Register a check, which yields the name of a field and a sentence for each thing it finds."""

    def register(find: Find) -> Find:
        _checks[code] = Check(code, label, level, find)
        return find

    return register


def checks() -> list[Check]:
    """All checks, those that matter most first."""
    return sorted(_checks.values(), key=lambda each: _ORDER.index(each.level))


def examine(subject: Subject, *, without: Container[str] = ()) -> list[Finding]:
    """What the checks find in a record, what matters most first. without: codes of checks that do not fit this kind of record."""
    return [Finding(each, field, sentence) for each in checks() if each.code not in without for field, sentence in each.find(subject)]


# ---- the texts ------------------------------------------------------------------------------------------------------


@check("no-title", gettext_lazy("No title"), Level.FAILURE)
def _no_title(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.texts:
        if each.is_title and not any(char.isalnum() for char in each.text):
            yield each.name, _("There is no title. Give it one by which readers recognise it.")


@check("too-short", gettext_lazy("Text too short"))
def _too_short(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.texts:
        words = count_words(each.text)
        if words < each.least_words:
            sentence = ngettext(
                "“%(field)s” has %(n)s word, and at least %(least)s are needed to understand it. Ask for more.",
                "“%(field)s” has %(n)s words, and at least %(least)s are needed to understand it. Ask for more.",
                words,
            )
            yield each.name, sentence % {"field": each.label, "n": words, "least": each.least_words}


@check("other-language", gettext_lazy("Language does not agree"))
def _other_language(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.filled:
        declared = each.language.split("-")[0].lower()
        if not declared:
            continue
        found = detect(each.text)
        if found is not None and found != declared:
            sentence = _("“%(field)s” is said to be in %(declared)s, but reads as %(found)s. Set its language right, or ask for the text in the other one.")
            yield each.name, sentence % {"field": each.label, "declared": _language(declared), "found": _language(found)}
        elif found is None and is_foreign(each.text[:LONGEST], (each.language,)):
            sentence = _("“%(field)s” is said to be in %(declared)s, but is written in another script. Set its language right, or ask for another text.")
            yield each.name, sentence % {"field": each.label, "declared": _language(declared)}


@check("capitals", gettext_lazy("Title in capitals"), Level.INFO)
def _capitals(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.filled:
        cased = [char for char in each.text if char.isupper() or char.islower()]
        capitals = sum(char.isupper() for char in cased)
        if each.is_title and len(cased) >= FEWEST_CAPITALS and capitals >= 0.8 * len(cased) and len(each.text.split()) > 1:
            yield each.name, _("The title is written in capitals. Write it as in a sentence, and keep capitals for names and abbreviations.")


@check("copied", gettext_lazy("Same text twice"))
def _copied(subject: Subject) -> Iterator[tuple[str, str]]:
    folded = [(each, fold(each.text[:LONGEST])) for each in subject.filled if count_words(each.text) >= FEWEST_TO_COMPARE]
    for (first, text), (second, other) in combinations(folded, 2):
        if text == other or fuzz.ratio(text, other, score_cutoff=COPY):
            sentence = _("“%(second)s” says the same as “%(first)s”. Shorten one of them, or ask for what is missing.")
            yield second.name, sentence % {"first": first.label, "second": second.label}


_PLACEHOLDER = re.compile(r"lorem ipsum|\b(?:test|tbd|tba|n/?a|none|xxx+|asdf\w*|todo)\b", re.IGNORECASE)


@check("placeholder", gettext_lazy("Placeholder instead of a text"))
def _placeholder(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.filled:
        text = each.text.strip()
        # A short text is one where such a word is all there is; a long one where it speaks Latin.
        if "lorem ipsum" in text[:LONGEST].lower() or (count_words(text[:LONGEST]) <= 2 and _PLACEHOLDER.search(text)):
            yield each.name, _("“%(field)s” holds a placeholder and no text. Ask for the text.") % {"field": each.label}


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


@check("contact-in-text", gettext_lazy("Contact in a public text"))
def _contact_in_text(subject: Subject) -> Iterator[tuple[str, str]]:
    for each in subject.filled:
        if _EMAIL.search(each.text[:LONGEST]):
            yield (
                each.name,
                _("There is an e-mail address in “%(field)s”, which everybody can read. Take it out; contacts have a place of their own.")
                % {"field": each.label},
            )


# ---- what it is found by --------------------------------------------------------------------------------------------


@check("no-organisation", gettext_lazy("No organisation"))
def _no_organisation(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.organisations:
        yield "", _("No organisation is named. Ask who stands behind it.")


@check("no-country", gettext_lazy("No country"))
def _no_country(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.countries:
        yield "", _("No country is named, so that it is missing in every list of a country or region. Ask where it takes place.")


@check("no-tag", gettext_lazy("No tag"))
def _no_tag(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.concepts:
        yield "", _("It has no tag, so that readers find it by its words only. Look at the suggestions, and choose what fits.")


@check("no-link", gettext_lazy("No link"), Level.INFO)
def _no_link(subject: Subject) -> Iterator[tuple[str, str]]:
    if not subject.links:
        yield "", _("There is no link, so that readers cannot see for themselves. Ask for the address of a page about it.")


def _language(code: str) -> str:
    """A language's name in the reader's language; the code itself where it has none."""
    return str(Locale.parse(babel_locale()).languages.get(code, code))
