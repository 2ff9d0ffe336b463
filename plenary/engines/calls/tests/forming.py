"""Forms, answers and vocabularies for tests of forms: the usual ones by hand, any by strategies."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from hypothesis import strategies as st

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.form.lookups import Known, Lookups
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import LANGUAGES, Text


def form(*fields: dict[str, Any], **part: Any) -> Definition:
    """A form with one part; a field without a label is called by its code."""
    return Definition.from_data({"parts": [{"fields": [{"label": field["code"], **field} for field in fields], **part}]})


# ---- vocabularies ---------------------------------------------------------------------------------------------------


def known(scheme: str, *concepts: tuple[Any, ...]) -> dict[str, Known]:
    """Concepts of a scheme: code, label in English, parent, whether it is offered, labels in other languages."""
    found = {}
    for code, label, *more in concepts:
        parent, offered, others = (*more, *("", True, {})[len(more) :])
        found[code] = Known(scheme, code, Text({"en": label, **others}), parent, offered)
    return found


def vocabularies() -> Lookups:
    """Some concepts of the usual schemes; Yugoslavia and C0 are retired."""
    concepts = {
        "countries": known(
            "countries",
            ("CH", "Switzerland", "", True, {"fr": "Suisse", "ar": "سويسرا", "zh": "瑞士"}),
            ("KE", "Kenya", "", True, {"fr": "Kenya", "ru": "Кения"}),
            ("CI", "Côte d’Ivoire"),
            ("YU", "Yugoslavia", "", False),
        ),
        "stakeholder-types": known("stakeholder-types", ("government", "Governments"), ("civil-society", "Civil society")),
        "action-lines": known(
            "action-lines", ("C0", "Everything", "", False), ("C1", "The role of governments"), ("C7", "Applications"), ("C7-4", "E-health", "C7")
        ),
        "sdgs": known("sdgs", ("3", "Good health"), ("4", "Education")),
        "sdg-targets": known("sdg-targets", ("3.8", "Health coverage", "3"), ("4.1", "Schools", "4")),
    }
    return Lookups(concepts)


SCHEMES = ("action-lines", "sdgs", "sdg-targets")

# ---- any form -------------------------------------------------------------------------------------------------------

#: Definitions are written as data files are: in UTF-8, which has neither NUL nor halves of pairs.
_LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
_words = st.text(_LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip())


@st.composite
def texts(draw: st.DrawFn) -> dict[str, Any] | str:
    """A text as data files write it: a string, or by language with the original."""
    if draw(st.booleans()):
        return draw(_words)
    found: dict[str, Any] = draw(st.dictionaries(st.sampled_from(LANGUAGES), _words, min_size=1, max_size=3))
    return {**found, "original": draw(st.sampled_from(sorted(found)))} if draw(st.booleans()) else found


_option_codes = st.sampled_from(["a", "B", "c-1", "2", "2.5", "true", "other_one"])


@st.composite
def _of_kind(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """What a kind of field has beside what all have."""
    small = st.integers(0, 3)
    if kind == "text":
        return {"longest": draw(st.sampled_from([1, 5, 200])), "per_language": draw(st.booleans())}
    if kind == "long-text":
        least = draw(small)
        return {
            "longest": draw(st.sampled_from([20, 20_000])), "min_words": least, "max_words": draw(st.sampled_from([0, least + 2])), "per_language": draw(st.booleans()),
        }  # fmt: skip
    if kind in ("choice", "choices"):
        codes = draw(st.lists(_option_codes, min_size=1, max_size=4, unique=True))
        found: dict[str, Any] = {"options": [{"code": code, "label": draw(texts())} for code in codes]}
        if kind == "choices":
            least = draw(st.integers(0, min(2, len(codes))))
            found |= {"least": least, "most": draw(st.sampled_from([0, least + 1]))}
        return found
    if kind == "concept":
        return {"scheme": draw(st.sampled_from(SCHEMES)), "leaves": draw(st.booleans())}
    if kind == "concepts":
        least = draw(small)
        return {
            "schemes": draw(st.lists(st.sampled_from(SCHEMES), min_size=1, max_size=3, unique=True)),
            "least": least,
            "most": draw(st.sampled_from([0, least + 1])),
        }
    if kind == "person":
        return {"invite": draw(st.booleans())}
    if kind == "date":
        days = sorted(draw(st.lists(st.dates(date(2020, 1, 1), date(2022, 1, 1)), min_size=2, max_size=2)))
        return {name: day.isoformat() for name, day in zip(("earliest", "latest"), days, strict=True) if draw(st.booleans())}
    if kind == "date-range":
        return {"open_end": draw(st.booleans())}
    if kind == "number":
        bounds = sorted(draw(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2)))
        limits = {name: bound for name, bound in zip(("least", "most"), bounds, strict=True) if draw(st.booleans())}
        return {**limits, "decimals": draw(small), "unit": draw(st.one_of(st.just(""), texts()))}
    if kind == "money":
        return {"currencies": draw(st.lists(st.sampled_from(["CHF", "EUR", "XOF"]), min_size=1, max_size=3, unique=True))}
    if kind == "file":
        return {"most": draw(st.integers(1, 3)), "takes": draw(st.lists(st.sampled_from(["document", "image", "table"]), min_size=1, max_size=3, unique=True))}
    if kind == "image":
        return {"min_width": draw(st.sampled_from([0, 1200])), "megabytes": draw(st.integers(1, 30))}
    return {}


def _waits_for(draw: st.DrawFn, other: dict[str, Any]) -> list[str]:
    """Answers to another field for which a field may wait; none: for any."""
    kind = other["kind"]
    if kind in ("choice", "choices"):
        offered = [option["code"] for option in other["options"]]
        return draw(st.lists(st.sampled_from(offered), max_size=2, unique=True))
    if kind in ("organisation", "person", "date-range", "money", "file", "image") or other.get("per_language"):
        return []
    likely = {"consent": ["true", "no"], "number": ["0", "5", "2.5", "5.0"], "country": ["CH", "KE"], "concept": ["C1", "3", "3.8"], "concepts": ["C1", "3"]}
    return draw(st.lists(st.sampled_from([*likely.get(kind, ["x", "2020-06-01", ""])]), max_size=2, unique=True))


@st.composite
def definitions(draw: st.DrawFn, *, files: bool = True) -> Definition:
    """Any form: all kinds, limits, conditions, parts, roles. files: whether it may ask for files."""
    kinds = sorted(kind for kind in KINDS if files or kind not in ("file", "image"))
    parts: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = []
    roles = draw(st.permutations(["title", "country", "category", "organisation", "summary", "focal-point", "x-1", "y", "z"]))
    for _part in range(draw(st.integers(1, 2))):
        fields = []
        for _field in range(draw(st.integers(1, 4))):
            kind = draw(st.sampled_from(kinds))
            # A form may ask for an address of its own, beside that of whom a row is for.
            code = "email" if kind == "email" and not any(each["code"] == "email" for each in before) else f"q{len(before)}"
            field: dict[str, Any] = {"code": code, "kind": kind, "label": draw(texts()), **draw(_of_kind(kind))}
            field |= {flag: True for flag in ("required", "private", "anonymous") if draw(st.booleans())}
            if draw(st.booleans()):
                field["help"] = draw(texts())
            if draw(st.booleans()):
                field["becomes"] = roles[len(before)]
            if before and draw(st.booleans()):
                other = draw(st.sampled_from(before))
                field["when"] = {"field": other["code"], "among": _waits_for(draw, other)}
            fields.append(field)
            before.append(field)
        parts.append({"fields": fields, **({"title": draw(texts())} if draw(st.booleans()) else {})})
    return Definition.from_data({"parts": parts})


# ---- any answers ----------------------------------------------------------------------------------------------------

#: Halves of pairs, NUL and all other signs.
_ANY_SIGN = st.characters(exclude_categories=())
ODD = (
    "", "  ", "\x00", "a\x07b", "\x1f", "a\x00b", "\ud800", "x\udfffy", "\ud83d\ude00", "\ufffe", "\ufffd", "\u202eabc", "\u2067x", "\u200f", "<script>alert(1)</script>", "a < b",
    "a\u2028b", "\u200b", "a\u200bb\u00ad", "\ufeffa", "می\u200cخواهم", "\u200da\u200d", "\u3164", "e\u200b\u0301", "农村地区的数字健康项目", "Метеостанции для деревень", "=1+1", "'=1", "''+x", "+41 22 730 51 11", "-5", "@sum(a)", "_x0041_", "_x000D_", "a\r\nb", "a\rb", "\ta", "a\nb", "# a", "#", "sep=;", '"', 'a"b', "a,b", "é", "e\u0301", "健康", "مرحبا",
    "1_000", "1,000", "12,5", "١٢", "1e400", "1e-400", "nan", "inf", "0x10", "2021-02-30", "2021-1-5", "2021-01-05T00:00", "99999-01-01", "٢٠٢١-٠١-٠٥", "true", "false", "yes", "NO", "null",
    "http://", "https://a.b", "example.org", "javascript:alert(1)", "https://a@b.c", "http://[::1", "a@b.c", "a@", "x" * 201, "word " * 30, "9" * 70,
)  # fmt: skip
odd_texts = st.one_of(st.sampled_from(ODD), st.text(_ANY_SIGN, max_size=8))
odd_numbers = st.one_of(st.integers(), st.integers(10**14, 10**40), st.floats(), st.sampled_from([0, 0.0, -0.0, 0.1 + 0.2, 1e15, math.inf, math.nan, 2.5, 5]))
#: What people might give for a language; blanks around it are lost in a table's head, so there are none.
_tongues = st.sampled_from(["en", "fr", "ar", "zh-Hans", "EN", "xx", "e", "a.b", "not a language", "<b>"])


def _spelled(lookups: Lookups, field: Any, value: str) -> bool:
    """Whether a table knows more than the other ways: a label, or a code in other letters."""
    labels = [label for option in getattr(field, "options", ()) for label in (option.code, *option.label.texts.values())]
    labels += [label for concepts in lookups.concepts.values() for each in concepts.values() for label in (each.code, *each.label.texts.values())]
    return fold(value) in {fold(label) for label in labels}


def _chosen(lookups: Lookups, field: Any, codes: list[str]) -> st.SearchStrategy[Any]:
    """A code or nonsense. Not a label: tables take those, the other ways do not. No semicolon: in a cell it separates."""
    nonsense = odd_texts.filter(lambda value: not _spelled(lookups, field, value) and not any(sign in value for sign in ";\u061b\uff1b"))
    offered = st.sampled_from(codes) if codes else st.nothing()
    return st.one_of(offered, offered, offered, nonsense, st.integers(10, 99)) if codes else st.one_of(nonsense, st.integers(10, 99))


def _codes_for(lookups: Lookups, field: Any) -> list[str]:
    if field.kind in ("choice", "choices"):
        return [option.code for option in field.options]
    schemes = {"concept": lambda: (field.scheme,), "concepts": lambda: field.schemes}.get(field.kind, lambda: ("countries",))()
    return [code for scheme in schemes for code in lookups.concepts[scheme]]


_days = st.one_of(st.dates(date(2019, 12, 1), date(2022, 2, 1)).map(date.isoformat), odd_texts)
_lines = st.one_of(st.sampled_from(["One", "Two words", "três palavras aqui"]), odd_texts)


def answers_to(field: Any, lookups: Lookups) -> st.SearchStrategy[Any]:
    """Good and bad answers, of the types that a page, a program and a table can all send.

    A page and a table send texts, lists of texts and tables of texts, each where its control or column says so. What only
    a program can send, or what is left over from a field of another kind, is ``anything``.
    """
    kind = field.kind
    if kind in ("text", "long-text"):
        one = st.one_of(_lines, odd_numbers)
        return st.one_of(st.dictionaries(_tongues, one, max_size=3), _lines) if field.per_language else one
    if kind in ("choice", "concept", "country"):
        return _chosen(lookups, field, _codes_for(lookups, field))
    if kind in ("choices", "concepts"):
        one = _chosen(lookups, field, _codes_for(lookups, field))
        return st.one_of(st.lists(one, max_size=4), one)
    if kind == "organisation":
        country, kinds = _chosen(lookups, field, ["CH", "KE", "YU"]), _chosen(lookups, field, ["government"])
        pieces = st.fixed_dictionaries({}, optional={"name": _lines, "country": country, "stakeholder_type": kinds, "website": _lines})
        return st.one_of(pieces, _lines)
    if kind == "person":
        mail = st.one_of(st.just("ada@example.org"), odd_texts)
        return st.one_of(st.fixed_dictionaries({}, optional={"name": _lines, "email": mail, "post": _lines, "organisation": _lines}), _lines)
    if kind == "date-range":
        return st.one_of(st.fixed_dictionaries({}, optional={"from": _days, "to": _days}), _days)
    if kind == "money":
        amount = st.one_of(odd_numbers, odd_texts)
        return st.one_of(
            st.fixed_dictionaries({}, optional={"amount": amount, "currency": st.one_of(st.sampled_from(["CHF", "EUR", "chf"]), odd_texts)}), amount
        )
    if kind == "date":
        return _days
    if kind == "number":
        return st.one_of(odd_numbers, odd_texts)
    if kind == "consent":
        return st.one_of(st.booleans(), odd_texts)
    good = {"link": "https://example.org/a?b=c#d", "email": "ada@example.org", "phone": "+41 22 730 51 11"}
    return st.one_of(st.just(good[kind]), odd_texts)


@st.composite
def forms_with_answers(draw: st.DrawFn) -> tuple[Definition, dict[str, Any]]:
    """Any form without files, with some answers to it."""
    definition = draw(definitions(files=False))
    lookups = vocabularies()
    answers = {field.code: draw(answers_to(field, lookups)) for field in definition if draw(st.booleans()) or field.required}
    return definition, answers


# ---- anything -------------------------------------------------------------------------------------------------------

#: The names of parts of answers, so that what is nested looks like an answer to some field.
_names = st.one_of(st.sampled_from(["name", "email", "country", "website", "amount", "currency", "from", "to", "en", "fr", "zh", ""]), odd_texts)
_leaves = st.one_of(
    st.none(), st.booleans(), odd_numbers, odd_texts, st.just("x" * 100_001), st.just(10**400), st.sampled_from(["a", "B", "C1", "CH", "3.8", "2021-01-05"])
)
#: Any JSON value, and some that JSON has no words for (NaN, halves of pairs, numbers of hundreds of digits).
anything = st.recursive(_leaves, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)), max_leaves=6)


@st.composite
def forms_with_anything(draw: st.DrawFn) -> tuple[Definition, dict[str, Any]]:
    """Any form, files too, with whatever for answers: of any shape, or good ones to a field of another kind."""
    definition = draw(definitions())
    lookups = vocabularies()
    others = [field for field in definition if field.kind not in ("file", "image")]
    answers: dict[str, Any] = {}
    for field in definition:
        sources = [anything, *([answers_to(draw(st.sampled_from(others)), lookups)] if others else [])]
        answers[field.code] = draw(st.one_of(*sources))
    return definition, answers
