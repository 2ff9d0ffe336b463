"""In which script a text is written, to find one that nobody who reads for a call could read, and to tell languages.

Letters alone do not say which language it is in: within one script nothing is refused.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

from babel.core import get_global

#: Fewer letters than these are a name or a word that is quoted.
FEWEST = 10
#: A sign of Han stands for a word, where other scripts need several letters.
_WEIGHT = {"CJK": 3}
#: How the names of letters begin in each script (ISO 15924). Letters are told by their Unicode names, which never change.
_LETTERS = {
    "Latn": ("LATIN",), "Arab": ("ARABIC",), "Cyrl": ("CYRILLIC",), "Hans": ("CJK", "BOPOMOFO"), "Hant": ("CJK", "BOPOMOFO"),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"), "Kore": ("HANGUL", "CJK"), "Grek": ("GREEK",), "Hebr": ("HEBREW",), "Deva": ("DEVANAGARI",),
    "Beng": ("BENGALI",), "Thai": ("THAI",), "Laoo": ("LAO",), "Khmr": ("KHMER",), "Mymr": ("MYANMAR",), "Ethi": ("ETHIOPIC",), "Armn": ("ARMENIAN",),
    "Geor": ("GEORGIAN",), "Sinh": ("SINHALA",), "Taml": ("TAMIL",), "Telu": ("TELUGU",), "Gujr": ("GUJARATI",), "Knda": ("KANNADA",),
    "Mlym": ("MALAYALAM",), "Orya": ("ORIYA",), "Tibt": ("TIBETAN",), "Thaa": ("THAANA",),
}  # fmt: skip
_KNOWN = frozenset(word for words in _LETTERS.values() for word in words)
#: Languages that are written in more than one script; for them any is taken.
_IN_SEVERAL = frozenset(("az", "bs", "crh", "ha", "kk", "ku", "ky", "mn", "ms", "pa", "sd", "sr", "sh", "tg", "tk", "tt", "ug", "uz"))


def is_foreign(text: str, languages: tuple[str, ...]) -> bool:
    """Whether most of a text's letters are of scripts in which none of the languages is written; short texts never are."""
    accepted = _scripts_of(languages)
    if not accepted or (text.isascii() and "LATIN" in accepted):
        return False
    counts = scripts_in(text)
    foreign = {script: count for script, count in counts.items() if script not in accepted}
    enough = sum(count * _WEIGHT.get(script, 1) for script, count in foreign.items()) >= FEWEST
    return enough and 2 * sum(foreign.values()) > counts.total()


def scripts_in(text: str) -> Counter[str]:
    """How many letters of each script a text has. Letters of full width, ligatures and mathematical letters count as the plain ones."""
    return Counter(filter(None, map(_script, unicodedata.normalize("NFKC", text))))


def main_script(text: str) -> str:
    """The script of most of a text, as its letters' names begin (``LATIN``, ``CJK``); empty where there is no letter."""
    counts = scripts_in(text)
    return max(counts, key=lambda script: counts[script] * _WEIGHT.get(script, 1), default="")


@lru_cache(maxsize=64)
def _scripts_of(languages: tuple[str, ...]) -> frozenset[str]:
    """How the names of letters begin with which the languages are written; none where any script is taken."""
    found: set[str] = set()
    for tag in languages:
        language, *subtags = tag.split("-")
        named = next((part.title() for part in subtags if len(part) == 4 and part.isalpha()), "")
        likely = get_global("likely_subtags").get(language, "").split("_")
        script = named or (likely[1] if len(likely) > 1 and language not in _IN_SEVERAL else "")
        if script not in _LETTERS:
            return frozenset()
        found.update(_LETTERS[script])
    return frozenset(found)


@lru_cache(maxsize=8192)
def _script(sign: str) -> str:
    """The script of a letter; empty for what is no letter, or one that all scripts share."""
    if not sign.isalpha():
        return ""
    first = unicodedata.name(sign, "").partition(" ")[0]
    if first == "IDEOGRAPHIC":
        return "CJK"
    return first if first in _KNOWN or unicodedata.category(sign) == "Lo" else ""
