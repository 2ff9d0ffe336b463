"""What the kinds of fields, their settings, what answers become and what is wrong with a form are called at the desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls import intakes
from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, FOCAL_POINT, ORGANISATION, SUMMARY, TITLE
from plenary.engines.calls.models import Call
from plenary.ground.framework.text import Text

Words = str | Promise

#: Kinds of fields: what each is called, and what it asks for. In the order in which they are offered.
KIND_WORDS: dict[str, tuple[Words, Words]] = {
    "text": (gettext_lazy("Short text"), gettext_lazy("A line of text.")),
    "long-text": (gettext_lazy("Long text"), gettext_lazy("Paragraphs, with a number of words if you like.")),
    "choice": (gettext_lazy("Choice"), gettext_lazy("One of the answers that you list.")),
    "choices": (gettext_lazy("Several choices"), gettext_lazy("Some of the answers that you list.")),
    "concept": (gettext_lazy("Choice from a vocabulary"), gettext_lazy("One entry of a vocabulary, such as an action line.")),
    "concepts": (gettext_lazy("Several choices from vocabularies"), gettext_lazy("Some entries, such as goals and their targets.")),
    "country": (gettext_lazy("Country"), gettext_lazy("A country or area.")),
    "organisation": (gettext_lazy("Organisation"), gettext_lazy("Name, country, type and website.")),
    "person": (gettext_lazy("Person"), gettext_lazy("Name, e-mail address, post and organisation.")),
    "link": (gettext_lazy("Web address"), gettext_lazy("A link to a page.")),
    "email": (gettext_lazy("E-mail address"), gettext_lazy("One address.")),
    "phone": (gettext_lazy("Telephone number"), gettext_lazy("With the country’s code.")),
    "date": (gettext_lazy("Day"), gettext_lazy("A date.")),
    "date-range": (gettext_lazy("From a day to a day"), gettext_lazy("Two dates; the second may be left open if you like.")),
    "number": (gettext_lazy("Number"), gettext_lazy("With a unit if you like.")),
    "money": (gettext_lazy("Amount of money"), gettext_lazy("With its currency.")),
    "file": (gettext_lazy("Documents"), gettext_lazy("Files that are added.")),
    "image": (gettext_lazy("Pictures"), gettext_lazy("Images that are added.")),
    "consent": (gettext_lazy("Agreement"), gettext_lazy("A statement that is ticked.")),
}

#: Settings of fields: label and help.
SETTING_WORDS: dict[str, tuple[Words, Words]] = {
    "kind": (gettext_lazy("Kind"), ""),
    "code": (
        gettext_lazy("Code"),
        gettext_lazy("Small letters, digits and underscores. Tables and programs call the field so. Empty: made of the English label."),
    ),
    "label": (gettext_lazy("Label"), gettext_lazy("What is asked.")),
    "help": (gettext_lazy("Help"), gettext_lazy("What helps to answer; it stands under the label.")),
    "required": (gettext_lazy("An answer is needed"), ""),
    "when": (gettext_lazy("Asked only where"), ""),
    "private": (gettext_lazy("Private"), gettext_lazy("Only the contributor and the secretariat read the answer.")),
    "anonymous": (
        gettext_lazy("Hidden from reviewers"),
        gettext_lazy("Those who review do not read the answer, so that they judge without knowing who wrote."),
    ),
    "becomes": (gettext_lazy("What the answer becomes"), gettext_lazy("So that lists, limits and the record made of a submission know it.")),
    "longest": (gettext_lazy("Characters at most"), ""),
    "per_language": (gettext_lazy("Can be written in several languages"), ""),
    "min_words": (gettext_lazy("Words at least"), gettext_lazy("Empty: no limit.")),
    "max_words": (gettext_lazy("Words at most"), gettext_lazy("Empty: no limit.")),
    "options": (
        gettext_lazy("Answers to choose from"),
        gettext_lazy("The code is what is kept and exported; empty: made of the English label. One language is enough."),
    ),
    "least": (gettext_lazy("At least"), gettext_lazy("Empty: no limit.")),
    "most": (gettext_lazy("At most"), gettext_lazy("Empty: no limit.")),
    "scheme": (gettext_lazy("Vocabulary"), ""),
    "schemes": (gettext_lazy("Vocabularies"), gettext_lazy("One to four.")),
    "leaves": (gettext_lazy("Only entries with nothing below them"), ""),
    "invite": (gettext_lazy("Ask this person by mail to join the submission"), ""),
    "earliest": (gettext_lazy("Not before"), ""),
    "latest": (gettext_lazy("Not after"), ""),
    "open_end": (gettext_lazy("The last day may be missing"), gettext_lazy("For what still goes on.")),
    "decimals": (gettext_lazy("Digits after the point"), ""),
    "unit": (gettext_lazy("Unit"), gettext_lazy("Such as “participants”.")),
    "currencies": (gettext_lazy("Currencies"), gettext_lazy("Their codes with three letters, separated by commas, the usual one first.")),
    "megabytes": (gettext_lazy("Megabytes of each file, at most"), ""),
    "takes": (gettext_lazy("Kinds of files"), ""),
    "min_width": (gettext_lazy("Width in pixels, at least"), gettext_lazy("Empty: no limit.")),
    "min_height": (gettext_lazy("Height in pixels, at least"), gettext_lazy("Empty: no limit.")),
    "max_pixels": (gettext_lazy("Pixels in all, at most"), gettext_lazy("Width times height.")),
}
#: Where a setting means something else for one kind.
OF_KIND: dict[tuple[str, str], tuple[Words, Words]] = {
    ("file", "most"): (gettext_lazy("Files at most"), ""),
    ("image", "most"): (gettext_lazy("Pictures at most"), ""),
    ("number", "least"): (gettext_lazy("Smallest number"), gettext_lazy("Empty: no limit.")),
    ("number", "most"): (gettext_lazy("Largest number"), gettext_lazy("Empty: no limit.")),
    ("choices", "least"): (gettext_lazy("Answers at least"), gettext_lazy("Empty: no limit.")),
    ("choices", "most"): (gettext_lazy("Answers at most"), gettext_lazy("Empty: no limit.")),
    ("concepts", "least"): (gettext_lazy("Entries at least"), gettext_lazy("Empty: no limit.")),
    ("concepts", "most"): (gettext_lazy("Entries at most"), gettext_lazy("Empty: no limit.")),
}
TAKES = (("document", gettext_lazy("PDF and office documents")), ("image", gettext_lazy("Pictures")), ("table", gettext_lazy("Tables")))

#: What an answer can become for this engine, whatever a call's intakes read.
ROLE_WORDS: dict[str, Words] = {
    TITLE: gettext_lazy("Title of the submission"),
    SUMMARY: gettext_lazy("Summary"),
    CATEGORY: gettext_lazy("Category, by which lists and limits count"),
    COUNTRY: gettext_lazy("Country"),
    ORGANISATION: gettext_lazy("Organisation"),
    "stakeholder-type": gettext_lazy("Type of stakeholder"),
    FOCAL_POINT: gettext_lazy("Agreement that the country’s focal point follows the submission"),
}


def kind_in_words(kind: str) -> str:
    """What a kind of field is called."""
    return str(KIND_WORDS[kind][0]) if kind in KIND_WORDS else kind


def words_of_setting(kind: str, name: str) -> tuple[Words, Words]:
    """Label and help of a setting of a kind of field."""
    return OF_KIND.get((kind, name)) or SETTING_WORDS.get(name, (name, ""))


def setting_in_words(name: str) -> str:
    """What a setting of a field is called."""
    return str(SETTING_WORDS[name][0]) if name in SETTING_WORDS else name


def roles_for(call: Call, kind: str, current: str = "") -> list[tuple[str, Any]]:
    """What an answer can become, for choosing: what the engine knows, then what each intake of the call reads."""
    common = {role: words for role, words in ROLE_WORDS.items() if role != FOCAL_POINT or kind == "consent"}
    choices: list[tuple[str, Any]] = [("", _("Nothing but an answer")), *common.items()]
    offered = set(common)
    for code in dict.fromkeys(each["intake"] for each in call.intakes):
        intake = intakes.find(code)
        reads = [role for role in intake.reads if role not in offered] if intake else []
        if intake is not None and reads:
            choices.append((str(intake.label), [(role, role) for role in reads]))
            offered |= set(reads)
    if current and current not in offered:
        choices.append((current, current))
    return choices


# ---- what is wrong --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A place of a form that does not hold. place: as data names it; code: of the field, empty for none; setting: which of its settings."""

    place: str
    code: str
    label: str
    setting: str
    sentence: str


def _known(message: str) -> str:
    """A sentence of the definition's checks in the reader's language; one that is not known here as it is."""
    for pattern, words in _SENTENCES:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return str(words(*match.groups()))
    return message


def is_known(message: str) -> bool:
    """Whether a sentence of the checks has words here."""
    return any(re.fullmatch(pattern, message, re.DOTALL) for pattern, _words in _SENTENCES)


_SENTENCES: tuple[tuple[str, Callable[..., str]], ...] = (
    (r"two fields have the code (.+)", lambda code: _("Another field has the code “%(code)s”.") % {"code": code}),
    (
        r"the field (.+) depends on (.+), which does not come before it",
        lambda _code, other: _("It waits for the answer to “%(other)s”, which must come before it.") % {"other": other},
    ),
    (
        r"the field (.+) waits for certain answers to (.+), which are more than one value; leave them out to wait for any answer",
        lambda _code, other: _("The answer to “%(other)s” has several parts: wait for any answer to it, not for certain ones.") % {"other": other},
    ),
    (
        r"the field (.+) waits for (.+), which (.+) does not offer",
        lambda _code, answer, other: _("It waits for the answer “%(answer)s”, which “%(other)s” does not offer.") % {"answer": answer, "other": other},
    ),
    (r"two fields become (.+)", lambda role: _("Another field becomes “%(role)s” already.") % {"role": role}),
    (r"the form has no field", lambda: _("A form needs a field at least.")),
    (r"a form has at most 150 fields", lambda: _("A form has 150 fields at most.")),
    (
        r"the form holds signs that no database keeps, such as U\+0000",
        lambda: _("There are signs in the form that no database keeps. Delete what was pasted last, and type it anew."),
    ),
    (r"the field (.+) has no label", lambda _code: _("Give a label.")),
    (r"the option (.+) has no label", lambda code: _("Give the answer “%(code)s” a label.") % {"code": code}),
    (r"two options have the same code", lambda: _("Two answers have the same code.")),
    (r"min_words is more than max_words", lambda: _("More words are needed than are allowed.")),
    (r"least is more than (?:most|can be chosen)", lambda: _("The smallest number is more than the largest.")),
    (r"earliest lies after latest", lambda: _("The first day lies after the last.")),
    (
        r"the original language is (.+), but there is no text in it",
        lambda code: _("The original language is %(code)s, but there is no text in it.") % {"code": code},
    ),
    (r"give a text, or a table of texts by language", lambda: _("Write a text here, or a list of texts by language.")),
    (r"the text in language (.*) is not a string", lambda code: _("The text in the language “%(code)s” is not a text.") % {"code": code}),
    (r"`machine` is a list of languages", lambda: _("List the languages into which a machine has translated.")),
    (r"Field required", lambda: _("This is needed.")),
    (r"Extra inputs are not permitted", lambda: _("There is no such setting here.")),
    (
        r"Input tag '(.*)' found using 'kind' does not match any of the expected tags: .+",
        lambda kind: _("There is no kind of field “%(kind)s”.") % {"kind": kind},
    ),
    (r"Unable to extract tag using discriminator 'kind'", lambda: _("Say which kind of field it is.")),
    (r"String should match pattern '\^\[a-z\]\[a-z0-9_\]\{0,39\}\$'", lambda: _("Use small letters, digits and underscores, a letter first, 40 at most.")),
    (r"String should match pattern '\^\[A-Z\]\{3\}\$'", lambda: _("A currency has three capital letters.")),
    (r"String should match pattern .+", lambda: _("Use letters, digits, points and hyphens only.")),
    (r"(?:Tuple|List) should have at least (\d+) items? after validation, not \d+", lambda n: _("At least %(n)s are needed.") % {"n": n}),
    (r"(?:Tuple|List) should have at most (\d+) items? after validation, not .+", lambda n: _("At most %(n)s fit.") % {"n": n}),
    (r"Input should be greater than or equal to (.+)", lambda n: _("This is %(n)s at least.") % {"n": n}),
    (r"Input should be less than or equal to (.+)", lambda n: _("This is %(n)s at most.") % {"n": n}),
    (r"Input should be a valid (?:integer|number).*|Input should be a finite number", lambda: _("Write a number.")),
    (r"Unable to parse input string as an integer.*", lambda: _("This number is too large.")),
    (r"Input should be a valid date.*|Datetimes provided to dates should have zero time.*", lambda: _("Write a date such as 2021-03-18.")),
    (r"Input should be ('.+')", lambda choices: _("This is not one of: %(choices)s.") % {"choices": ", ".join(re.findall(r"'([^']*)'", choices))}),
    (r"Input should be a valid dictionary.*|Input should be an object.*", lambda: _("A table of settings is wanted here.")),
    (r"Keys should be strings", lambda: _("The names of settings are texts.")),
    (r"Input should be a valid boolean.*", lambda: _("Write true or false.")),
    (r"Input should be a valid (?:tuple|list)", lambda: _("A list is wanted here.")),
    (r"Input should be a valid string.*", lambda: _("Write a text here.")),
)


def problems_of(data: Mapping[str, Any], problems: Mapping[str, list[str]]) -> list[FormProblem]:
    """The problems that the checks found, each with the field that it is about."""
    found = []
    for place, messages in problems.items():
        field, setting = _placed(data, place)
        code = field["code"] if isinstance(field.get("code"), str) else ""
        # Where an entry of a list is wrong, the list is said to be too short as well, which tells nothing.
        follows = any(other.startswith(f"{place}.") for other in problems)
        told = [message for message in messages if not (follows and message.startswith("Tuple should have at least"))]
        found += [FormProblem(place, code, _label_of(field) or code, setting, _known(message)) for message in told]
    return found


def _label_of(field: Mapping[str, Any]) -> str:
    """The label of a field that may be wrong itself."""
    label = field.get("label")
    written: dict[Any, Any] = label if isinstance(label, dict) else {"en": label}
    texts = {str(language): text for language, text in written.items() if isinstance(text, str) and language != "original"}
    return Text(texts).best().text


def _placed(data: Mapping[str, Any], place: str) -> tuple[dict[str, Any], str]:
    """The field that a place (``parts.0.fields.2.text.longest``) lies in, and the setting; empty where it is none."""
    steps = place.split(".")
    if len(steps) < 4 or steps[0] != "parts" or steps[2] != "fields" or not (steps[1].isdigit() and steps[3].isdigit()):
        return {}, ""
    try:
        field = data["parts"][int(steps[1])]["fields"][int(steps[3])]
    except (KeyError, IndexError, TypeError):
        return {}, ""
    rest = [step for step in steps[4:] if step not in KIND_WORDS]
    return (field if isinstance(field, dict) else {}), (rest[0] if rest else "")
