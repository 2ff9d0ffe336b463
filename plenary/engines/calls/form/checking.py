"""What holds of answers. The one place for it: pages, the API and imported tables all come here.

An answer may be typed (a number, a list) or still as it was written (``"12,5"``); what is right comes out typed. What a
contributor wrote and what is wrong about it are two things: drafts keep the former whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.form import fields
from plenary.engines.calls.form.definition import Definition, is_met
from plenary.engines.calls.form.lookups import Lookups
from plenary.engines.calls.form.posted import storable
from plenary.engines.calls.form.values import Wrong, clean, day_of, decimal_of, is_blank, json_number, mail_address, string_of, web_address, western
from plenary.engines.classify.scripts import is_foreign
from plenary.engines.classify.words import count_words
from plenary.ground.files.kinds import MEGABYTE
from plenary.ground.web.templatetags.web import babel_locale

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: Names of pieces and tags of languages are shorter.
_LONGEST_PIECE = 40
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they are kept, and what is wrong. answers: only those that hold.

    problems: by the code of the field, and of one piece or language of an answer by both (``organisation.website``,
    ``summary.fr``), as columns of a table are called.
    """

    answers: dict[str, Any]
    problems: dict[str, list[str]]

    @property
    def holds(self) -> bool:
        return not self.problems


def check(definition: Definition, answers: Mapping[str, Any], lookups: Lookups, *, languages: tuple[str, ...] = ()) -> Checked:
    """Check all answers to a form as for submitting. Fields that are not asked do not count; unknown codes are wrong.

    languages: those in which texts may be written, empty for any.
    """
    kept: dict[str, Any] = {}
    problems: dict[str, list[str]] = {code: [_("The form has no such field.")] for code in answers if code not in definition.by_code}
    for field in definition:
        if field.when is not None and not is_met(field.when, kept.get(field.when.field)):
            continue
        answer = answers.get(field.code)
        if is_empty(field, answer):
            if field.required:
                problems[field.code] = [_missing(field)]
            continue
        try:
            kept[field.code] = check_one(field, answer, lookups, languages)
        except Wrong as wrong:
            problems |= {problem_key(field.code, piece): sentences for piece, sentences in wrong.pieces.items()}
    return Checked(kept, problems)


def check_one(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...] = ()) -> Any:
    """One answer, typed. Raises: Wrong."""
    return _CHECKS[field.kind](field, answer, lookups, languages)


def problem_key(code: str, piece: str = "") -> str:
    """How a problem is called that concerns a field, or one piece or language of its answer."""
    piece = storable(piece)[:_LONGEST_PIECE]
    return f"{code}.{piece}" if piece else code


def is_empty(field: Any, answer: Any) -> bool:
    """Whether nothing was answered; a box that was left alone, a line of blanks."""
    if isinstance(answer, str) and field.kind == "consent" and answer.strip().lower() in _NO:
        return True  # an unticked box is no answer, whoever says so in words
    if isinstance(answer, Mapping):
        # A currency or a country alone, chosen beforehand on the page, is no answer yet.
        telling = {"money": ("amount",), "organisation": ("name", "website"), "person": ("name", "email")}.get(field.kind)
        return all(_is_nothing(each) for name, each in answer.items() if telling is None or name in telling)
    if isinstance(answer, list | tuple):
        return all(_is_nothing(each) for each in answer)
    return _is_nothing(answer)


def _is_nothing(value: Any) -> bool:
    """Whether a value by itself says nothing. What stands within lists in lists is not looked for: no answer is made so."""
    if isinstance(value, str):
        return is_blank(value)
    return value is None or value is False or (isinstance(value, Mapping | list | tuple) and not value)


def _missing(field: Any) -> str:
    if field.kind == "consent":
        return _("Agree to this to go on.")
    if field.kind in ("choice", "choices", "concept", "concepts", "country"):
        return _("Choose an answer.")
    if field.kind in ("file", "image"):
        return _("Add a file.")
    return _("This is needed.")


# ---- texts ----------------------------------------------------------------------------------------------------------


def _text(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> Any:
    return _per_language(field, answer, languages, lambda each: clean(each, longest=field.longest))


def _long_text(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> Any:
    def one(each: Any) -> str:
        text = clean(each, longest=field.longest, lines=True)
        words = count_words(text)
        if field.max_words and words > field.max_words:
            raise Wrong(
                ngettext("This has %(count)s word", "This has %(count)s words", words) % {"count": words}
                + _("; at most %(most)s fit.") % {"most": field.max_words}
            )
        if words < field.min_words:
            raise Wrong(
                ngettext("This has %(count)s word", "This has %(count)s words", words) % {"count": words}
                + _("; at least %(least)s are needed.") % {"least": field.min_words}
            )
        return text

    return _per_language(field, answer, languages, one)


def _per_language(field: Any, answer: Any, languages: tuple[str, ...], one: Callable[[Any], str]) -> Any:
    if not field.per_language:
        return _readable(field, one(answer), languages)
    if isinstance(answer, str | int | float) and not isinstance(answer, bool):
        answer = {languages[0] if languages else "en": answer}
    if not isinstance(answer, Mapping):
        raise Wrong(_("Write a text here."))
    texts = _Pieces()
    for language, each in sorted((str(language), each) for language, each in answer.items() if not _is_nothing(each)):
        if not _LANGUAGE.fullmatch(language) or (languages and language not in languages):
            sentence = _("“%(language)s” is not a language in which this call can be answered.") % {"language": language[:20]}
            texts.wrong(language, Wrong(sentence))
        else:
            texts.take(language, lambda each=each: _readable(field, one(each), languages))  # type: ignore[misc]
    return texts.all()


def _readable(field: Any, text: str, languages: tuple[str, ...]) -> str:
    """A text in a script in which one of the call's languages is written. Raises: Wrong. Names may be in any."""
    if field.becomes in fields.NAMES or not is_foreign(text, languages):
        return text
    locale = Locale.parse(babel_locale())
    names = [str(locale.languages.get(tag, tag)) for tag in languages]
    if len(names) == 1:
        raise Wrong(_("Please answer in %(language)s.") % {"language": names[0]})
    raise Wrong(_("Please answer in one of these languages: %(languages)s.") % {"languages": ", ".join(names)})


class _Pieces:
    """The pieces of an answer, checked one by one: what is wrong with any of them is told at once."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._wrong: dict[str, list[str]] = {}

    def take(self, piece: str, check_it: Callable[[], Any]) -> Any:
        """Check a piece and keep it; None where something is wrong with it."""
        try:
            self._kept[piece] = check_it()
        except Wrong as wrong:
            self.wrong(piece, wrong)
        return self._kept.get(piece)

    def wrong(self, piece: str, wrong: Wrong) -> None:
        """Note what is wrong with a piece."""
        self._wrong.setdefault(piece, []).extend(wrong.sentences)

    def all(self) -> dict[str, Any]:
        """All that was taken. Raises: Wrong with all that was noted."""
        if self._wrong:
            raise Wrong(pieces=self._wrong)
        return self._kept


# ---- choosing -------------------------------------------------------------------------------------------------------


def _code_of(answer: Any) -> str:
    """A code as it was written. Raises: Wrong for what cannot be one, such as the answer to another kind of field."""
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise Wrong(_("Choose an answer."))
    return string_of(answer).strip()


def _listed(answer: Any, one: Callable[[Any], str] = _code_of) -> list[str]:
    values = answer if isinstance(answer, list | tuple) else [answer]
    return list(dict.fromkeys(one(each) for each in values if not _is_nothing(each)))


def _not_offered(value: str) -> Wrong:
    return Wrong(_("“%(value)s” is not one of the answers to choose from.") % {"value": value[:60]})


def _choice(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    value = _code_of(answer)
    if value not in {option.code for option in field.options}:
        raise _not_offered(value)
    return value


def _choices(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> list[str]:
    values = _listed(answer)
    order = [option.code for option in field.options]
    for value in values:
        if value not in order:
            raise _not_offered(value)
    _count(field, len(values))
    return sorted(values, key=order.index)


def _count(field: Any, count: int) -> None:
    if field.most and count > field.most:
        raise Wrong(ngettext("Choose at most %(n)s.", "Choose at most %(n)s.", field.most) % {"n": field.most})
    if count < field.least:
        raise Wrong(ngettext("Choose at least %(n)s.", "Choose at least %(n)s.", field.least) % {"n": field.least})


def _known(schemes: tuple[str, ...], value: str, lookups: Lookups) -> str:
    found = lookups.concept(schemes, value)
    if found is None:
        raise _not_offered(value)
    if not found.offered:
        raise Wrong(_("“%(value)s” is no longer used. Choose another.") % {"value": str(found.label)[:60]})
    return found.code


def _concept(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    code = _known((field.scheme,), _code_of(answer), lookups)
    if field.leaves and any(each.parent == code and each.offered for each in lookups.concepts[field.scheme].values()):
        raise Wrong(_("Choose one of those below “%(value)s”.") % {"value": code})
    return code


def _concepts(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> list[str]:
    values = [_known(field.schemes, value, lookups) for value in _listed(answer)]
    _count(field, len(values))
    order = {code: position for position, code in enumerate(code for scheme in field.schemes for code in lookups.concepts.get(scheme, {}))}
    return sorted(values, key=lambda code: order.get(code, 0))


def _country(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    return _known(("countries",), _code_of(answer), lookups)


# ---- people and addresses -------------------------------------------------------------------------------------------


def _pieces(field: Any, answer: Any) -> dict[str, Any]:
    if isinstance(answer, str | int | float) and not isinstance(answer, bool):
        answer = {field.pieces[0]: answer}
    if not isinstance(answer, Mapping):
        raise Wrong(_("This answer has several parts; it cannot be read."))
    unknown = sorted(str(name) for name in answer if name not in field.pieces)
    if unknown:
        raise Wrong(_("This answer has no part “%(name)s”.") % {"name": unknown[0][:40]})
    return {name: answer[name] for name in field.pieces if not _is_nothing(answer.get(name))}


def _organisation(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> dict[str, str]:
    given, kept = _pieces(field, answer), _Pieces()
    if "name" in given:
        kept.take("name", lambda: clean(given["name"], longest=300))
    else:
        kept.wrong("name", Wrong(_("Give the name of the organisation.")))
    if "country" in given:
        kept.take("country", lambda: _known(("countries",), _code_of(given["country"]), lookups))
    if "stakeholder_type" in given:
        kept.take("stakeholder_type", lambda: _known(("stakeholder-types",), _code_of(given["stakeholder_type"]), lookups))
    if "website" in given:
        kept.take("website", lambda: web_address(given["website"]))
    return kept.all()


def _person(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> dict[str, str]:
    given, kept = _pieces(field, answer), _Pieces()
    if "name" in given:
        kept.take("name", lambda: clean(given["name"], longest=200))
    else:
        kept.wrong("name", Wrong(_("Give the name of the person.")))
    if "email" in given:
        kept.take("email", lambda: mail_address(given["email"]))
    elif field.invite:
        kept.wrong("email", Wrong(_("Give the e-mail address, so that the person can be asked to join.")))
    for name in ("post", "organisation"):
        if name in given:
            kept.take(name, lambda name=name: clean(given[name], longest=300))  # type: ignore[misc]
    return kept.all()


def _link(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    return web_address(answer)


def _email(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    return mail_address(answer)


def _phone(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    written = western(clean(answer, longest=60))
    number = re.sub(r"[\s().·/-]", "", written)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not _PHONE.fullmatch(number):
        raise Wrong(_("Give the number with the country's code, such as +41 22 730 51 11."))
    return number


# ---- days and numbers -----------------------------------------------------------------------------------------------


def _date(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> str:
    found = day_of(answer)
    if field.earliest and found < field.earliest:
        raise Wrong(_("The day must not be before %(day)s.") % {"day": field.earliest.isoformat()})
    if field.latest and found > field.latest:
        raise Wrong(_("The day must not be after %(day)s.") % {"day": field.latest.isoformat()})
    return found.isoformat()


def _date_range(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> dict[str, str]:
    given, kept = _pieces(field, answer), _Pieces()
    first = last = None
    if "from" in given:
        first = kept.take("from", lambda: day_of(given["from"]))
    else:
        kept.wrong("from", Wrong(_("Give the first day.")))
    if "to" in given:
        last = kept.take("to", lambda: day_of(given["to"]))
    elif not field.open_end:
        kept.wrong("to", Wrong(_("Give the last day.")))
    if first and last and last < first:
        kept.wrong("to", Wrong(_("The last day lies before the first.")))
    return {name: day.isoformat() for name, day in kept.all().items()}


def _number(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> int | float:
    number = decimal_of(answer, field.decimals)
    if field.least is not None and number < Decimal(repr(field.least)):
        raise Wrong(_("This must be at least %(least)s.") % {"least": f"{field.least:g}"})
    if field.most is not None and number > Decimal(repr(field.most)):
        raise Wrong(_("This must be at most %(most)s.") % {"most": f"{field.most:g}"})
    return json_number(number)


def _money(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> dict[str, Any]:
    given, kept = _pieces(field, answer), _Pieces()
    if "amount" in given:
        kept.take("amount", lambda: _amount(given["amount"]))
    else:
        kept.wrong("amount", Wrong(_("Give the amount.")))
    kept.take("currency", lambda: _currency(field, given.get("currency", "")))
    return kept.all()


def _amount(answer: Any) -> int | float:
    amount = decimal_of(answer, 2)
    if amount < 0:
        raise Wrong(_("An amount cannot be less than zero."))
    return json_number(amount)


def _currency(field: Any, answer: Any) -> str:
    currency = _code_of(answer).upper() or (field.currencies[0] if len(field.currencies) == 1 else "")
    if not currency:
        raise Wrong(_("Choose the currency."))
    if currency not in field.currencies:
        raise _not_offered(currency)
    return currency


# ---- files and consent ----------------------------------------------------------------------------------------------


def _files(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> list[str]:
    keys = _listed(answer, _key_of)
    if len(keys) > field.most:
        raise Wrong(ngettext("At most %(n)s file can be added here.", "At most %(n)s files can be added here.", field.most) % {"n": field.most})
    for key in keys:
        found = lookups.files.get(key)
        if found is None or found.field != field.code:
            raise _gone()
        check_file(field, found.kind, found.size, found.width, found.height)
    return keys


def _key_of(answer: Any) -> str:
    if not isinstance(answer, str):
        raise _gone()
    return string_of(answer).strip()


def _gone() -> Wrong:
    return Wrong(_("This file is not here any more. Add it again."))


def check_file(field: Any, kind: str, size: int, width: int | None, height: int | None) -> None:
    """Whether a file fits a field, from what its content says. Raises: Wrong."""
    if kind not in field.media_types:
        raise Wrong(_("A file of the kind %(kind)s cannot be used here.") % {"kind": kind})
    if size > field.megabytes * MEGABYTE:
        raise Wrong(ngettext("The file is larger than %(n)s megabyte.", "The file is larger than %(n)s megabytes.", field.megabytes) % {"n": field.megabytes})
    if field.kind != "image":
        return
    if (width or 0) < field.min_width or (height or 0) < field.min_height:
        raise Wrong(
            _("The picture has %(width)s × %(height)s pixels; at least %(least_width)s × %(least_height)s are needed.")
            % {"width": width, "height": height, "least_width": field.min_width, "least_height": field.min_height}
        )
    if (width or 0) * (height or 0) > field.max_pixels:
        raise Wrong(_("The image has %(width)s × %(height)s pixels, which is too many. Make it smaller.") % {"width": width, "height": height})


def _consent(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> bool:
    if answer is True or (isinstance(answer, str | int | float) and string_of(answer).strip().lower() in _YES):
        return True
    raise Wrong(_("Answer yes or no."))


_CHECKS: dict[str, Callable[[Any, Any, Lookups, tuple[str, ...]], Any]] = {
    "text": _text,
    "long-text": _long_text,
    "choice": _choice,
    "choices": _choices,
    "concept": _concept,
    "concepts": _concepts,
    "country": _country,
    "organisation": _organisation,
    "person": _person,
    "link": _link,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "date-range": _date_range,
    "number": _number,
    "money": _money,
    "file": _files,
    "image": _files,
    "consent": _consent,
}
assert set(_CHECKS) == set(fields.KINDS)  # noqa: S101 - a kind without a check would be found at the first answer only
