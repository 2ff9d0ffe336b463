"""What an answer says by itself, whatever the field: a text, an address, a day, a number, out of what somebody wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.form.posted import storable
from plenary.ground.people.addresses import LONGEST, as_mailed, is_mail_address

#: Signs that turn the direction of what follows; in a line of text they hide what it says.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Control characters, letters that are blank (Hangul fillers), and signs that stand for what got lost on the way.
_ODD = "\x7f-\x9f\u115f\u1160\u3164\uffa0\ufff9-\uffff"
_UNSEEN_ON_A_LINE = re.compile(f"[\x00-\x1f{_ODD}]")
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f{_ODD}]")
#: Signs without shape or meaning that come along when text is copied (soft hyphens, blanks of no width, marks of byte order,
#: tags): taken out, since nobody could find them. Blanks of no width stay where words stand without blanks (Thai, Lao,
#: Burmese, Khmer), since lines break there.
_IDLE = re.compile("[\u00ad\u180e\u2060-\u2065\u206a-\u206f\ufeff\U000e0000-\U000e007f]|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b")
#: Joiners shape the letter before them in Persian, Hindi and others, and join emoji; elsewhere they do nothing.
_IDLE_JOINER = re.compile("(?<![^\x00-\x7f\\s\u200b-\u200f])[\u200c\u200d]")
_BREAK = re.compile("[\u2028\u2029]")
#: What is no answer by itself: blanks, and whatever shows as nothing.
_NOTHING = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]*"
)
_TAG = re.compile(r"<\s*(/?\s*[a-zA-Z][\w:-]*(\s[^<>]*)?/?|!--.*?--|![a-zA-Z][^<>]*)>", re.DOTALL)
#: A web address or an e-mail address is never longer.
_LONGEST_LINE = 500
#: Digits that a JSON number carries through every program unharmed.
_DIGITS = 15
YEARS = range(1900, 2200)


class Wrong(Exception):
    """What is wrong with an answer: sentences, by the piece or the language of it that they are about; "" for the whole."""

    def __init__(self, *sentences: str, pieces: Mapping[str, list[str]] | None = None) -> None:
        self.pieces = dict(pieces or {"": list(sentences)})
        super().__init__(*self.sentences)

    @property
    def sentences(self) -> list[str]:
        """All of them, whatever they are about."""
        return [sentence for each in self.pieces.values() for sentence in each]


def string_of(answer: Any) -> str:
    """A text in one normal form (NFC), without signs that have neither shape nor meaning. Raises: Wrong for what is none."""
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise Wrong(_("Write a text here."))
    try:
        text = storable(str(answer)).replace("\r\n", "\n").replace("\r", "\n")
    except ValueError as error:  # Python writes no numbers of more than 4300 digits
        raise Wrong(_("This number is too large.")) from error
    if not text.isascii():
        text = unicodedata.normalize("NFC", _IDLE_JOINER.sub("", _IDLE.sub("", text)))
    return text


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return _NOTHING.fullmatch(text) is not None


def clean(answer: Any, *, longest: int, lines: bool = False) -> str:
    """A text without what cannot be seen, of at most so many characters; lines: whether it may have several. Raises: Wrong."""
    # What some programs write between lines and paragraphs: on one line, the reader saw a blank there.
    text = _BREAK.sub("\n" if lines else " ", string_of(answer)).strip()
    if not lines:
        text = text.replace("\t", " ")
    if len(text) > longest:
        raise Wrong(
            _("This has %(count)s characters; at most %(most)s fit. Shorten it by %(over)s.")
            % {"count": len(text), "most": longest, "over": len(text) - longest}
        )
    unseen = (_UNSEEN if lines else _UNSEEN_ON_A_LINE).search(text)
    if unseen:
        raise Wrong(
            _("This must be one line.")
            if unseen[0] == "\n"
            else _("This contains signs that cannot be seen (%(sign)s). Delete them, or type the text anew.") % {"sign": f"U+{ord(unseen[0]):04X}"}
        )
    if _TURNING.search(text):
        raise Wrong(_("This contains hidden signs that turn the direction of writing. Delete them, or type the text anew."))
    if _TAG.search(text):
        raise Wrong(_("Write plain text: marks of web pages such as <b> or <script> are not used here."))
    return text


def web_address(answer: Any) -> str:
    """A web address; one without a scheme gets https. Raises: Wrong."""
    address = clean(answer, longest=_LONGEST_LINE)
    if "://" not in address and re.match(r"[\w-]+(\.[\w-]+)+([/:?#]|$)", address):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not port_is_fine or "." not in host.strip(".") or re.search(r"\s", address) or parts.username is not None:
        raise Wrong(_("Give a web address that starts with https://, such as https://example.org."))
    return address


def mail_address(answer: Any) -> str:
    """An e-mail address. Raises: Wrong."""
    address = clean(answer, longest=LONGEST)
    if not is_mail_address(address):
        raise Wrong(_("Give an e-mail address such as name@example.org."))
    return as_mailed(address)


def western(text: str) -> str:
    """Digits of any script as 0 to 9: telephones in Arabic offer others."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() and unicodedata.category(sign) == "Nd" else sign for sign in text)


def day_of(answer: Any) -> date:
    """A day written as ISO 8601 has it. Raises: Wrong."""
    text = western(clean(answer, longest=60))
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", text)
    try:
        if match is None:
            raise ValueError
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise Wrong(_("Give a day that is in the calendar, as year-month-day, such as 2021-01-25.")) from error
    if found.year not in YEARS:
        raise Wrong(_("The year must lie between %(first)s and %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]})
    return found


def decimal_of(answer: Any, decimals: int) -> Decimal:
    """A number with at most so many decimals, however its digits and separators are written. Raises: Wrong."""
    if isinstance(answer, bool):
        raise Wrong(_("Give a number."))
    if isinstance(answer, float):
        answer = repr(answer)
    text = western(clean(answer, longest=60)).replace("\u2212", "-").replace("\u066b", ".").replace("\u066c", "")
    text = re.sub(r"(?<=\d)[\s'\u2019\u00a0\u202f](?=\d{3}(\D|$))", "", text)
    if re.fullmatch(r"[+-]?\d+,\d{1,2}|[+-]?\d+,\d{4,}", text) and "." not in text:
        text = text.replace(",", ".")  # 12,5 as most of the world writes it; 1,000 stays ambiguous and is refused below
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Wrong(_("Give a number in digits, without separators of thousands, such as 12500 or 12.5.")) from error
    if not number.is_finite():
        raise Wrong(_("Give a number in digits, without separators of thousands, such as 12500 or 12.5."))
    if abs(number) >= Decimal(10) ** _DIGITS:
        raise Wrong(_("This number is too large."))
    number = number.normalize() + 0
    places = -int(number.as_tuple().exponent) if number else 0
    if places > decimals:
        raise Wrong(
            _("Give a whole number.")
            if decimals == 0
            else ngettext("Give at most %(n)s digit after the point.", "Give at most %(n)s digits after the point.", decimals) % {"n": decimals}
        )
    return number


def json_number(number: Decimal) -> int | float:
    """The number as JSON carries it."""
    return int(number) if number == number.to_integral_value() else float(number)
