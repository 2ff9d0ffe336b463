"""What counts as a word: one rule for page and server (``form.js`` has the same expression).

A word is a run of signs between blanks with at least one letter or digit in it. Scripts written without blanks (Han,
Kana, Thai, Lao, Khmer, Burmese) count sign by sign, as word processors count them for Chinese.
"""

from __future__ import annotations

import re

#: Signs that count one by one, as ranges for a character class of Python and of JavaScript alike.
SINGLE = "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: Blanks, written out, since Python's and JavaScript's ``\s`` differ.
BLANK = " \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WORD = re.compile(f"[{SINGLE}]|[^{BLANK}{SINGLE}]*[^\\W_{SINGLE}][^{BLANK}{SINGLE}]*")


def count_words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))
