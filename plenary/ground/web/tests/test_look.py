"""The stylesheet and the script: light, direction-free, without anything from elsewhere, and readable by contrast."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest

FOLDER = Path(__file__).parents[1] / "static" / "web"
CSS = (FOLDER / "plenary.css").read_text()


def test_it_is_light():
    assert len(brotli.compress(CSS.encode())) < 8_000
    assert len(brotli.compress((FOLDER / "plenary.js").read_bytes())) < 2_000


def test_nothing_comes_from_elsewhere():
    assert not re.search(r"@import|url\(|https?://", CSS)
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|eval\(", (FOLDER / "plenary.js").read_text())


def test_it_knows_start_and_end_but_not_left_and_right():
    physical = re.findall(
        r"(?<![\w-])(?:left|right|top|bottom|width|height|(?:margin|padding|border)-(?:left|right|top|bottom)|(?:min|max)-(?:width|height))\s*:", CSS
    )
    assert [each for each in physical if not each.startswith(("min-width", "max-width"))] == []
    # Media features have no logical names.
    assert len([each for each in physical if each.startswith(("min-width", "max-width"))]) == len(re.findall(r"@media \((?:min|max)-width", CSS))
    assert not re.search(r"text-align:\s*(left|right)|float:\s*(left|right)", CSS)


def _tokens(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))


def _luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LIGHT = _tokens(CSS[CSS.index("@layer tokens {") : CSS.index("prefers-color-scheme: dark")])
DARK = {**LIGHT, **_tokens(CSS[CSS.index("prefers-color-scheme: dark") : CSS.index("@layer base {")])}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet", "mark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "blue", "open", "soon", "wrong"])
def test_text_can_be_read(scheme, ground, ink):
    assert contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_marked_words_buttons_and_edges_can_be_seen(scheme):
    assert contrast(scheme["ink"], scheme["hit"]) >= 4.5
    assert contrast(scheme["ink"], scheme["heat"]) >= 4.5
    assert contrast("#ffffff", scheme["blue-ground"]) >= 4.5
    assert contrast(scheme["edge"], scheme["sheet"]) >= 3
    assert contrast(scheme["edge"], scheme["paper"]) >= 3


def test_numerals_on_the_colours_of_the_goals_can_be_read():
    white = set(re.findall(r"\.sdg-(\d+)", CSS[CSS.index(":is(.sdg-") : CSS.index(".sdg-1 i {")]))
    grounds = dict(re.findall(r"\.sdg-(\d+) i \{ background: (#[0-9a-f]{6})", CSS))
    assert len(grounds) == 17
    for goal, ground in grounds.items():
        assert contrast("#ffffff" if goal in white else "#16202b", ground) >= 4.5, goal


def test_every_bracket_closes_and_layers_are_named():
    assert CSS.count("{") == CSS.count("}")
    assert "@layer tokens, base, parts, media;" in CSS
