"""How texts become words of the index, and queries too: the same way for both, language by language.

English, French, Spanish, Russian and Arabic are stemmed. Chinese is cut into words by jieba before it reaches the
index. A text in any other language is only lower-cased. All words stand once more unstemmed and without accents in
the field ``words``, for prefixes and for spelling suggestions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
#: Languages with fields of their own; ``und`` takes the texts of all others.
FIELDS = (*STEMMERS, "zh", "und")

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W_]+")
# Arabic vowel signs and the lengthening stroke say nothing about the word; Russian writes ё and е for one another.
_PASSED_OVER = re.compile("[\u0640\u064b-\u065f\u0670]")
LONGEST_WORD = 100


def language_field(language: str) -> str:
    """The suffix of the fields that hold a language: ``zh`` for zh-Hant, ``und`` for one without stemmer."""
    first = language.lower().split("-")[0]
    return first if first in FIELDS else "und"


def normalise(text: str) -> str:
    """One spelling for what readers take for the same."""
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    return _PASSED_OVER.sub("", text).replace("ё", "е").replace("Ё", "Е").replace("\x00", " ")


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", normalise(text).lower())
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


@cache
def analyzers() -> dict[str, TextAnalyzer]:
    """The analyser of each field suffix, and those of ``words`` and ``cut`` (words already cut, parted by spaces)."""
    made = {
        language: TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.stemmer(stemmer)).build()
        for language, stemmer in STEMMERS.items()
    }
    made["und"] = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).build()
    made["words"] = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()
    made["cut"] = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.lowercase()).build()
    return made


@cache
def _jieba() -> Any:
    import jieba  # its dictionary takes most of a second: only where Chinese is met

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return jieba


def cut_chinese(text: str) -> list[str]:
    """The words of a Chinese text, long ones also in their parts."""
    if not HAN.search(text):
        return [word.lower() for word in WORD.findall(text)]
    return [word.lower() for word in _jieba().cut_for_search(text) if WORD.search(word)]


def prepared(text: str, field: str) -> str:
    """A text as it is handed to the index for a field suffix."""
    text = normalise(text)
    return " ".join(cut_chinese(text)) if field == "zh" else text


def words_of(text: str, field: str) -> list[str]:
    """The words that the index holds for a text in a field suffix (or ``words``)."""
    if field == "zh":
        return cut_chinese(normalise(text))
    text = fold(text) if field == "words" else normalise(text)
    return [word[:LONGEST_WORD] for word in analyzers()[field].analyze(text)]
