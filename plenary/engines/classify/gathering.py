"""Makes ``data/languages.json``, from which languages are told apart: ``python -m plenary.engines.classify.gathering``.

The texts are translated interfaces, the same sentences in many languages: our own catalogues and concepts, and those of Django
and allauth for the languages that we must not take for one of ours. Nothing of them is kept but how often letters follow each
other. Run it when such texts have grown a lot.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
from babel.messages.pofile import read_po

from plenary.engines.classify.languages import FILE, PARTS, pieces
from plenary.engines.classify.terms import DATA
from plenary.ground.framework.text import LANGUAGES

#: Those of the site, and those that stand near them or are often met, by script.
GATHERED = {
    "LATIN": "en fr es pt it ca gl ro de nl sv da nb af pl cs hr hu fi tr az id sw vi sq eo uz",
    "CYRILLIC": "ru uk be bg mk sr kk ky mn tg",
    "ARABIC": "ar fa ur ckb ug",
}
#: So many pieces are kept, the most frequent: of the languages of the site, and of the others.
MOST_OF_OURS, MOST_OF_OTHERS = 700, 350
_MARKUP = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^}]*\}|<[^>]*>|https?://\S+|\\n|&\w+;")
ROOT = Path(__file__).resolve().parents[2]
_OUR_NAMES = {"zh": "zh_Hans"}


def texts_of(language: str) -> Iterator[str]:
    """All sentences at hand in a language."""
    name = _OUR_NAMES.get(language, language)
    folders = [Path(str(django.__file__)).parent, Path(str(allauth.__file__)).parent, ROOT / "locale"]
    for folder in folders:
        source = "fr" if language == "en" else name  # English stands in every catalogue, as what is translated
        for path in sorted(folder.rglob(f"{source}/LC_MESSAGES/django.po")):
            with path.open("rb") as stream:
                for message in read_po(stream):
                    both = message.id if language == "en" else message.string
                    for text in both if isinstance(both, list | tuple) else (both,):
                        yield _MARKUP.sub(" ", text or "")
    for path in sorted((ROOT / "ground" / "framework" / "data" / "schemes").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield row.get(f"definition_{language}") or ""
                yield row.get(f"label_{language}") or ""
    for path in sorted((DATA / "cues").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield from (row.get(language) or "").split(";")


def gather() -> dict[str, dict[str, dict[str, int]]]:
    """By script and language: the most frequent pieces, with how many of a hundred thousand they are."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for script, languages in GATHERED.items():
        for language in languages.split():
            # A sentence counts once however often programs say it, and so does a piece in it.
            counts = Counter(piece for text in set(texts_of(language)) for piece in set(pieces(text)))
            total = counts.total()
            most = MOST_OF_OURS if language in LANGUAGES else MOST_OF_OTHERS
            found.setdefault(script, {})[language] = {piece: max(1, round(PARTS * n / total)) for piece, n in counts.most_common(most)}
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(gather(), ensure_ascii=False, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
