"""In which language a text is written: by its script, and by how its letters follow each other.

For each language stands in ``data/languages.json`` how often its commonest pieces of words occur (``gathering.py`` makes it). A text
is given to the language in which its pieces are likeliest. Languages that are not of this site are known too, so that Portuguese
is not taken for Spanish; of such a text it is said only that it is none of ours.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import cache

from plenary.engines.classify.scripts import main_script, scripts_in
from plenary.engines.classify.terms import DATA, function_words
from plenary.ground.framework.text import LANGUAGES
from plenary.ground.search.analysis import fold

FILE = DATA / "languages.json"
#: So much of a text is enough.
LONGEST = 3000
#: A language must be this much likelier than every other, for each piece on the average and on the whole (natural logarithms).
LEAST_LEAD, LEAST_LEAD_OF_ALL = 0.03, 1.5
#: Fewer letters than these say nothing, nor does a text of which more pieces than these are unknown in every language.
FEWEST, MOST_UNKNOWN = 8, 0.75
#: What the frequencies in the file are parts of.
PARTS = 100_000
#: What is not among the commonest pieces of a language is shared by so many others.
_OTHERS = 6000
#: How much likelier a text is in a language of the site than in another before it is read (natural logarithm).
_OURS = 2.0
#: What a word adds that builds sentences in one of them.
_FUNCTION_WORD = 1.0
_WORD = re.compile(r"[^\W\d_]+")
#: Addresses, and names such as OpenStreetMap: they are the same in every language.
_NOT_TEXT = re.compile(r"https?://\S+|\S+@\S+|#\w+|\b\w*[a-z][A-Z]\w*")


def pieces(text: str) -> list[str]:
    """A text's words in pieces of three letters, their ends marked; the shortest words also whole, and letters that few languages have."""
    found = []
    for word in _WORD.findall(text.lower()):
        marked = f" {word} "
        found += [marked[place : place + 3] for place in range(len(marked) - 2)]
        if len(word) in (2, 3):
            found.append(marked)
        found += [letter for letter in word if not letter.isascii()]
    return found


@cache
def _known() -> dict[str, dict[str, tuple[dict[str, float], float]]]:
    """By script and language: how likely each piece is, and any other, as logarithms."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        script: {
            language: ({piece: math.log(n / PARTS) for piece, n in counts.items()}, math.log(max(0.05, 1 - sum(counts.values()) / PARTS) / _OTHERS))
            for language, counts in languages.items()
        }
        for script, languages in stored.items()
    }


def detect(text: str) -> str | None:
    """The language of a text, one of the six of the site; None for another one, and where too little is said to tell."""
    found = likeliest(text)
    return found if found in LANGUAGES else None


def likeliest(text: str) -> str | None:
    """The language of a text among all that are known; None where too little is said to tell."""
    text = _NOT_TEXT.sub(" ", text[:LONGEST])
    script = main_script(text)
    if script == "CJK":
        # Japanese is written in Han too, but never for long without its own signs.
        counts = scripts_in(text)
        return "zh" if counts["CJK"] >= 4 and counts["HIRAGANA"] + counts["KATAKANA"] + counts["HANGUL"] == 0 else None
    known = _known().get(script)
    if known is None:
        return None
    counted = Counter(pieces(text))
    total = counted.total()
    if sum(map(len, _WORD.findall(text))) < FEWEST:
        return None
    words = [fold(word) for word in _WORD.findall(text)]
    scores = {
        language: sum(n * values.get(piece, other) for piece, n in counted.items())
        + (_OURS + _FUNCTION_WORD * sum(word in function_words(language) for word in words) if language in LANGUAGES else 0.0)
        for language, (values, other) in known.items()
    }
    best, second = sorted(scores, key=scores.__getitem__, reverse=True)[:2]
    lead = scores[best] - scores[second]
    if sum(n for piece, n in counted.items() if piece not in known[best][0]) > MOST_UNKNOWN * total:
        return None
    return best if lead >= max(LEAST_LEAD_OF_ALL, LEAST_LEAD * total) else None
