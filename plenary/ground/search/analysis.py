"""How texts become words of the index, and queries too: the same way for both, language by language.

English, French, Spanish, Russian and Arabic are stemmed; Latin letters lose their accents before, so that who types none
finds the same. Chinese is cut into words by jieba before it reaches the index. A text in any other language is only
lower-cased, without accents. All words stand once more unstemmed in the field ``words``, for prefixes and spelling.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMERS = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
#: Languages with fields of their own; ``und`` takes the texts of all others.
FIELDS = (*STEMMERS, "zh", "und")
#: What the analysers do; written beside each index, which is built anew when it changes.
VERSION = "2: lower, ascii fold, snowball stems, arabic plurals, jieba search cut"

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W_]+")
_ARABIC = re.compile(r"[\u0621-\u064a]+")
# Arabic vowel signs and the lengthening stroke say nothing about the word; Russian writes ё and е for one another.
_PASSED_OVER = re.compile("[\u0640\u064b-\u065f\u0670]")
_COMBINING = re.compile("[" + "".join(re.escape(chr(code)) for code in range(0x300, 0x10000) if unicodedata.combining(chr(code))) + "]")
LONGEST_WORD = 100


def language_field(language: str) -> str:
    """The suffix of the fields that hold a language: ``zh`` for zh-Hant, ``und`` for one without stemmer."""
    first = language.lower().split("-")[0]
    return first if first in FIELDS else "und"


def normalise(text: str) -> str:
    """One spelling for what readers take for the same."""
    if text.isascii():
        return text.replace("\x00", " ")
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode())
    return _PASSED_OVER.sub("", text).replace("ё", "е").replace("Ё", "Е").replace("\x00", " ")


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower().replace("\x00", " ")
    return unicodedata.normalize("NFC", _COMBINING.sub("", unicodedata.normalize("NFKD", normalise(text).lower())))


@cache
def analyzers() -> dict[str, TextAnalyzer]:
    """The analyser of each field suffix, and those of ``words`` and ``cut`` (words already cut, parted by spaces)."""

    def simple(*filters: Any) -> TextAnalyzer:
        builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
        for each in filters:
            builder = builder.filter(each)
        return builder.build()

    made = {language: simple(Filter.ascii_fold(), Filter.stemmer(stemmer)) for language, stemmer in STEMMERS.items()}
    made["und"] = made["words"] = simple(Filter.ascii_fold())
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


@cache
def _plurals() -> dict[str, str]:
    """Arabic plurals that change inside the word, which no stemmer finds: the singular of each, and of the singular itself."""
    lines = (Path(__file__).parent / "arabic_plurals.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {_spelt(singular): singular for _plural, singular in pairs} | {_spelt(plural): singular for plural, singular in pairs}


def _spelt(word: str) -> str:
    """Arabic writers leave out the hamza on alif."""
    return normalise(word).translate(str.maketrans("أإآ", "ااا"))


# What stands written together with an Arabic word: and, so, with, like, for; and the article.
_JOINED = ("وال", "فال", "بال", "كال", "ال", "لل", "و", "ف", "ب", "ك", "ل", "")


def _singular(match: re.Match[str]) -> str:
    word = _spelt(match[0])
    for joined in _JOINED:
        if word.startswith(joined) and (found := _plurals().get(word[len(joined) :])):
            return found
    return match[0]


def prepared(text: str, field: str) -> str:
    """A text as it is handed to the index for a field suffix."""
    text = normalise(text)
    if field == "zh":
        return " ".join(cut_chinese(text))
    return _ARABIC.sub(_singular, text) if field == "ar" else text


def words_of(text: str, field: str) -> list[str]:
    """The words that the index holds for a text in a field suffix (or ``words``)."""
    if field == "zh":
        return cut_chinese(normalise(text))
    text = fold(text) if field == "words" else prepared(text, field)
    return [word[:LONGEST_WORD] for word in analyzers()[field].analyze(text)]


# Small words of questions and titles: where others are asked for too, they need not stand in a record.
_SMALL = {
    "en": "a about an and are as at be been by came can come did do does doing done for from had has have how i in into is it its made make of on or our since "
    "some that the their there these they this those to us was we were what when where which who whom whose why will with would you your",
    "fr": "a à au aux avec c ce ces cette comment d dans de depuis des du elle en est et été fait il ils je l la le les leur leurs mais n ne nos notre nous on ou où "
    "par pas pour qu quand que quel quelle quels qui s sa se ses son sont sur un une vos votre vous y",
    "es": "a al algo como con cual cuando de del desde donde e el ella en entre es esta este esto ha hacer han hay la las le les lo los más mi muy no nos o para pero "
    "por que qué quién se ser si sin sobre son su sus también un una uno y ya",
    "ru": "а без бы был была были было в во все всех вы где для до его ее если есть еще же за и из или их к как какие какой кто ли на не него нет но о об он она они "
    "от по под при с со так также такие то того тоже только у уже что чтобы эта эти это этой",
    "ar": "أن إلى أو أي إن التي الذي الذين بين ثم حول خلال ذلك عن على عند في قد كان كانت كل كما كيف لا لم ليس ما مع من منذ هذا هذه هل هو هي و",
    "zh": "的 了 和 在 是 与 及 或 对 为 从 由 有 谁 什么 哪些 如何",
}


@cache
def small_words(language: str) -> frozenset[str]:
    """Small words of a language, folded."""
    return frozenset(fold(word) for word in _SMALL.get(language, "").split())


def longest(text: str) -> str:
    """A text short enough for a term of the index."""
    return text.strip()[:500]
