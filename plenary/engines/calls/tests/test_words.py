"""One rule for what counts as a word, on the server and on the page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from plenary.engines.classify.words import BLANK, SINGLE, count_words

SCRIPT = Path(__file__).parents[1] / "static/calls/form.js"
SAMPLES = [
    ("", 0),
    ("   \n\t ", 0),
    ("One", 1),
    ("The right to communicate, for all.", 6),
    ("well-being isn't two", 3),
    ("a – b — c", 3),  # dashes between blanks are no words
    ("... !!! 🙂", 0),
    ("2,500 people in 31 villages", 5),
    ("user@example.org https://example.org/a?b=c", 2),
    ("L'accès à l'information, c'est un droit", 6),
    ("El derecho a la comunicación", 5),
    ("Право на общение — для всех", 5),
    ("الحق في الاتصال للجميع", 4),
    ("人人享有交流的权利", 9),
    ("人人，享有。", 4),
    ("使用 ICT 促进发展", 7),
    ("สวัสดี", 6),
    ("a\u00a0b\u3000c\u2003d", 4),
    ("one\u200btwo", 1),
    ("_ __ a_b", 1),
    ("½ ² Ⅷ", 3),
    ("e\u0301te\u0301", 1),
    ("क्या हाल है", 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), SAMPLES)
def test_words_are_counted_in_all_languages(text, words):
    assert count_words(text) == words


def test_blanks_around_and_lines_between_change_nothing():
    assert count_words("  one\r\ntwo\n\n three ") == 3


def in_script(name: str) -> str:
    """A constant of the page's script."""
    found = re.search(rf"const {name} = (\"[^\n]*\");", SCRIPT.read_text(encoding="utf-8"))
    assert found, f"form.js has no {name}"
    return found[1]


def test_page_and_server_know_the_same_signs():
    assert json.loads(in_script("SINGLE")) == SINGLE
    blanks = in_script("BLANK").replace(r"\v", r"\u000b")  # which JSON does not know
    assert json.loads(blanks) == BLANK


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the page's expression")
def test_the_expression_of_the_page_counts_the_same():
    source = SCRIPT.read_text(encoding="utf-8")
    rule = "\n".join(re.search(rf"const {name} = [^\n]*", source)[0] for name in ("SINGLE", "BLANK", "WORD", "countWords"))
    # Every sign that this Python knows (browsers may know newer letters), beside blanks: both sides must agree on each.
    signs = [chr(code) for start, end in ((0x20, 0x24FF), (0x2C00, 0xD7FF), (0xF900, 0xFFFD)) for code in range(start, end)]
    texts = [text for text, _words in SAMPLES] + [f"x {sign} {sign}y" for sign in signs if unicodedata.category(sign) not in ("Cn", "Cs")]
    script = f"{rule}\nconsole.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf-8')).map(countWords)))"
    done = subprocess.run(["node", "-e", script], input=json.dumps(texts), capture_output=True, text=True, check=True)
    differ = [(text, here, there) for text, here, there in zip(texts, map(count_words, texts), json.loads(done.stdout), strict=True) if here != there]
    assert not differ
