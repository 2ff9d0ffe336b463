"""What holds of answers: for every kind of field what is wrong is said at the field, and all other answers are kept."""

from __future__ import annotations

from typing import Any

import pytest

from plenary.engines.calls.form.checking import check
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.form.lookups import Attached, Lookups
from plenary.engines.calls.tests.forming import form, vocabularies

PDF, DOCX, PNG = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "image/png"
FILES = {
    "1": Attached("1", "q", "a.pdf", PDF, 900_000),
    "2": Attached("2", "q", "b.docx", DOCX, 2_000_000),
    "3": Attached("3", "q", "c.png", PNG, 900_000, 1600, 1200),
    "4": Attached("4", "q", "small.png", PNG, 900_000, 300, 200),
    "5": Attached("5", "another", "d.pdf", PDF, 900_000),
    "6": Attached("6", "q", "huge.png", PNG, 900_000, 20_000, 9_000),
}
OPTIONS = {"options": [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}, {"code": "c", "label": "C"}]}
#: What a field of a kind needs to be one.
MORE: dict[str, dict[str, Any]] = {
    "choice": OPTIONS, "choices": OPTIONS, "concept": {"scheme": "action-lines"}, "concepts": {"schemes": ["action-lines", "sdgs", "sdg-targets"]},
}  # fmt: skip


def lookups() -> Lookups:
    return Lookups(vocabularies().concepts, FILES)


def checked(kind: str, answer: Any, languages: tuple[str, ...] = (), **more: Any) -> Any:
    """A field of the kind among others that hold: what is kept of it, or what is said of it."""
    definition = form({"code": "before", "kind": "text"}, {"code": "q", "kind": kind, **MORE.get(kind, {}), **more}, {"code": "after", "kind": "number"})
    found = check(definition, {"before": "Kept", "q": answer, "after": "12"}, lookups(), languages=languages)
    assert (found.answers["before"], found.answers["after"]) == ("Kept", 12)
    assert {key.partition(".")[0] for key in found.problems} <= {"q"}
    if not found.problems:
        return found.answers.get("q")
    return " ".join(f"{key.removeprefix('q').removeprefix('.')}: {' '.join(each)}".removeprefix(": ") for key, each in found.problems.items())


GOOD = [
    ("text", "  A line ", {}, "A line"),
    ("text", "a\tb", {}, "a b"),
    ("text", 2021, {}, "2021"),
    ("text", "Cafe\u0301", {}, "Café"),
    ("text", "R&D < 5 % of GDP, x<y", {}, "R&D < 5 % of GDP, x<y"),
    ("text", "مشروع", {}, "مشروع"),
    ("text", {"fr": "Bonjour", "en": " "}, {"per_language": True}, {"fr": "Bonjour"}),
    ("text", "Hello", {"per_language": True}, {"en": "Hello"}),
    ("long-text", "One\r\ntwo\rthree", {}, "One\ntwo\nthree"),
    ("long-text", "one two three", {"min_words": 3, "max_words": 3}, "one two three"),
    ("choice", " b ", {}, "b"),
    ("choices", ["c", "a", "c"], {}, ["a", "c"]),
    ("choices", "b", {}, ["b"]),
    ("concept", "C7-4", {}, "C7-4"),
    ("concept", "C7", {}, "C7"),
    ("concepts", ["3.8", "C1", "3"], {}, ["C1", "3", "3.8"]),
    ("country", "CH", {}, "CH"),
    ("organisation", {"name": "ITU", "country": "CH", "website": "itu.int"}, {}, {"name": "ITU", "country": "CH", "website": "https://itu.int"}),
    ("organisation", {"country": "CH"}, {}, None),  # chosen beforehand by the page: no answer yet
    ("organisation", "ITU", {}, {"name": "ITU"}),
    ("person", {"name": "Ada", "email": "ada@example.org", "post": ""}, {}, {"name": "Ada", "email": "ada@example.org"}),
    ("link", "example.org/a?b=c", {}, "https://example.org/a?b=c"),
    ("link", "https://пример.рф/страница", {}, "https://пример.рф/страница"),
    ("email", "ada@example.org", {}, "ada@example.org"),
    ("phone", "0041 (22) 730.51-11", {}, "+41227305111"),
    ("phone", "+٤١ ٢٢ ٧٣٠ ٥١ ١١", {}, "+41227305111"),
    ("date", "2021-1-5", {}, "2021-01-05"),
    ("date", "2021-01-05T00:00:00", {}, "2021-01-05"),
    ("date", "٢٠٢١-٠١-٠٥", {}, "2021-01-05"),
    ("date-range", {"from": "2021-01-01", "to": "2021-01-01"}, {}, {"from": "2021-01-01", "to": "2021-01-01"}),
    ("date-range", {"from": "2021-01-01"}, {"open_end": True}, {"from": "2021-01-01"}),
    ("number", "12,5", {"decimals": 1}, 12.5),
    ("number", "1 250 000", {}, 1250000),
    ("number", "−3", {}, -3),
    ("number", "٣٫٥", {"decimals": 1}, 3.5),
    ("number", 0, {}, 0),
    ("money", {"amount": "1200.50", "currency": "chf"}, {}, {"amount": 1200.5, "currency": "CHF"}),
    ("money", "80", {"currencies": ["XOF"]}, {"amount": 80, "currency": "XOF"}),
    ("money", {"currency": "CHF"}, {}, None),
    ("file", ["1", "2"], {"most": 2}, ["1", "2"]),
    ("image", ["3"], {"min_width": 1200}, ["3"]),
    ("consent", "yes", {}, True),
    ("consent", "no", {}, None),
    ("consent", False, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "more", "kept"), GOOD)
def test_good_answers_are_kept_typed_and_tidy(kind, answer, more, kept):
    assert checked(kind, answer, **more) == kept


ENGLISH = {"languages": ("en",)}
CHINESE, ARABIC, RUSSIAN = "农村地区数字健康项目的实践", "محطات الطقس للقرى الساحلية", "Метеостанции для прибрежных деревень"
READABLE = [
    ("text", "Weather stations", ENGLISH),
    ("text", "Stations météorologiques côtières", ENGLISH),  # in which language, letters do not say
    ("text", "村上春树 (Haruki Murakami)", ENGLISH),
    ("text", "محمد علي", ENGLISH),  # a name alone
    ("text", "王小明", ENGLISH),
    ("long-text", f"The project is called “{CHINESE}”, and it works in the villages of the north.", ENGLISH),
    ("text", "1,200 ✓ → 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", ENGLISH),
    ("text", "𝐖𝐞𝐚𝐭𝐡𝐞𝐫 𝐬𝐭𝐚𝐭𝐢𝐨𝐧𝐬 ｆｏｒ ａｌｌ", ENGLISH),
    ("text", CHINESE, {}),
    ("text", CHINESE, {"languages": ("en", "zh")}),
    ("text", CHINESE, {"languages": ("zh-Hant",)}),
    ("text", "農村のデジタル健康プロジェクト", {"languages": ("ja",)}),
    ("text", ARABIC, {"languages": ("fa",)}),
    ("text", RUSSIAN, {"languages": ("sr",)}),
    ("text", RUSSIAN, {"languages": ("xx",)}),  # nothing is known of it
    ("text", CHINESE, {**ENGLISH, "becomes": "organisation"}),
    ("organisation", {"name": CHINESE}, ENGLISH),
    ("person", {"name": ARABIC}, ENGLISH),
    ("link", "https://пример-метеостанции.рф/страница", ENGLISH),
]  # fmt: skip
FOREIGN = [
    *[(kind, text, ENGLISH, "Please answer in English.") for kind in ("text", "long-text") for text in (CHINESE, ARABIC, RUSSIAN, "Μετεωρολογικοί σταθμοί", "मौसम केंद्र गाँवों के लिए")],
    ("text", f"{CHINESE} (project)", ENGLISH, "Please answer in English."),
    ("text", "数字健康", ENGLISH, "Please answer in English."),  # a whole title
    ("text", "Weather stations", {"languages": ("ar",)}, "Please answer in Arabic."),
    ("text", CHINESE, {"languages": ("en", "fr", "ru")}, "Please answer in one of these languages: English, French, Russian."),
    ("text", {"en": CHINESE}, {**ENGLISH, "per_language": True}, "en: Please answer in English."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "more"), READABLE)
def test_texts_that_readers_of_the_call_can_read_pass_with_names_and_quotations(kind, answer, more):
    assert not isinstance(checked(kind, answer, **more), str) or checked(kind, answer, **more) == answer


@pytest.mark.parametrize(("kind", "answer", "more", "words"), FOREIGN)
def test_texts_in_a_script_that_no_language_of_the_call_is_written_in_are_refused(kind, answer, more, words):
    assert checked(kind, answer, **more) == words


IDLE = [
    ("text", "a\u200bb\u00adc\ufeff", "abc"),
    ("text", "\ufeffTitle\u2060 one", "Title one"),
    ("text", "one\u2028two\u2029", "one two"),
    ("long-text", "one\u2028two\u2029three", "one\ntwo\nthree"),
    ("text", "pass\u200dword \u200cx\u200c", "password x"),
    ("text", "می\u200cخواهم", "می\u200cخواهم"),  # Persian
    ("text", "क्\u200dष", "क्\u200dष"),  # Hindi
    ("text", "👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
    ("text", "a\u200f (b)\u200e", "a\u200f (b)\u200e"),  # marks of direction turn nothing but their neighbours
    ("text", "ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"),
    ("text", "e\u200b\u0301", "é"),
    ("choice", "\u200ba", "a"),
    ("link", "https://exa\u00admple.org", "https://example.org"),
    *[(kind, nothing, None) for kind in ("text", "long-text", "choice", "link") for nothing in ("\u200b", "\u200f \ufeff", "\u3164", "\u2028", "\u00ad\u2060")],
]


@pytest.mark.parametrize(("kind", "answer", "kept"), IDLE)
def test_signs_without_shape_or_meaning_are_taken_out_and_those_that_writing_needs_stay(kind, answer, kept):
    assert checked(kind, answer) == kept
    assert kept is None or checked(kind, kept) == kept


UNSEEN, TURNING, MARKS, TEXT = "signs that cannot be seen", "turn the direction of writing", "Write plain text", "Write a text here"
CHOOSE = "Choose an answer."
NOT_OFFERED, RETIRED = "not one of the answers to choose from", "no longer used"
ONE_LINE, LONG, PARTS = "must be one line", "characters; at most", "has several parts"
#: Answers of any kind whose text is written by people.
WRITTEN = ("text", "long-text", "link", "email", "phone", "date", "number")
LINES = ("text", "long-text", "link", "email", "phone", "date")
CHOSEN = ("choice", "concept", "country", "choices", "concepts")
BAD = [
    *[(kind, "a\x07b", {}, UNSEEN + " (U+0007)") for kind in WRITTEN],
    *[(kind, "a\x00b", {}, UNSEEN + " (U+FFFD)") for kind in WRITTEN],
    *[(kind, "a\ud800b", {}, UNSEEN + " (U+FFFD)") for kind in WRITTEN],
    *[(kind, "a\u202eb", {}, TURNING) for kind in WRITTEN],
    *[(kind, "<script>alert(1)</script>", {}, MARKS) for kind in WRITTEN],
    *[(kind, "x" * 20_001, {}, LONG) for kind in WRITTEN],
    *[(kind, "x" * 10_000_000, {}, LONG) for kind in WRITTEN],
    *[(kind, True, {}, TEXT) for kind in LINES],
    *[(kind, True, {}, CHOOSE) for kind in CHOSEN],
    *[(kind, odd, {}, TEXT) for kind in (*LINES, "number") for odd in (["a"], {"a": "b"}, {"en": "a text"}, [["a"]], [{"a": ["b"]}], [None, "a"])],
    *[(kind, odd, {}, CHOOSE) for kind in ("choice", "concept", "country") for odd in (["a"], {"a": "b"}, {"name": "a"}, [["a"]])],
    *[(kind, odd, {}, CHOOSE) for kind in ("choices", "concepts") for odd in ({"en": "x"}, {"name": "x", "country": "CH"}, {"from": "2021-01-01"}, [["a"]], [{"a": "b"}], [True])],
    *[(kind, odd, {}, "This file is not here any more.") for kind in ("file", "image") for odd in ({"en": "x"}, {"amount": 12}, [["a"]], [7], True, 12.5, "a text")],
    *[(kind, {piece: ["a"]}, {}, f"{piece}: {TEXT}") for kind, piece in (("organisation", "name"), ("person", "email"), ("date-range", "from"), ("money", "amount"))],
    ("organisation", {"name": "ITU", "country": ["CH"]}, {}, f"country: {CHOOSE}"),
    ("money", {"amount": 1, "currency": {"a": "b"}}, {}, f"currency: {CHOOSE}"),
    ("number", 10**5000, {}, "This number is too large."),
    ("consent", {"a": "true"}, {}, "Answer yes or no."),
    *[(kind, ["a"], {}, PARTS) for kind in ("organisation", "person", "date-range", "money")],
    *[(kind, True, {}, PARTS) for kind in ("organisation", "person", "date-range", "money")],
    *[(kind, {"name": "x", "from": "2021-01-01", "amount": "1", "colour": "red"}, {}, "has no part") for kind in ("organisation", "person", "date-range", "money")],
    *[(kind, {"name": "a\x07b"}, {}, f"name: This contains {UNSEEN}") for kind in ("organisation", "person")],
    *[(kind, {"name": "a\u2067b"}, {}, f"name: This contains hidden signs that {TURNING}") for kind in ("organisation", "person")],
    *[(kind, {"name": "<b>x</b>"}, {}, f"name: {MARKS}") for kind in ("organisation", "person")],
    *[(kind, {"name": "x" * 301}, {}, "name: This has 301 characters") for kind in ("organisation", "person")],
    *[(kind, "nothing", {}, NOT_OFFERED) for kind in ("choice", "choices", "concept", "concepts", "country")],
    *[(kind, "<script>", {}, NOT_OFFERED) for kind in ("choice", "choices", "concept", "concepts", "country")],
    *[(kind, "x" * 10_000_000, {}, f"“{'x' * 60}” is {NOT_OFFERED}") for kind in ("choice", "choices", "concept", "concepts", "country")],
    *[("text", f"a{sign}b", {}, f"{UNSEEN} (U+{ord(sign):04X})") for sign in "\u3164\u115f\uffa0\ufff9\ufffc\x85"],
    ("text", "a\nb", {}, ONE_LINE),
    ("text", "xx", {"longest": 1}, "This has 2 characters; at most 1 fit. Shorten it by 1."),
    ("text", {"fr": "x"}, {"per_language": True, "languages": ("en",)}, "“fr” is not a language in which this call can be answered"),
    ("text", {"no language": "x"}, {"per_language": True}, "is not a language"),
    ("text", {"en": "good", "fr": "a\x07b"}, {"per_language": True}, UNSEEN),
    ("text", ["a"], {"per_language": True}, TEXT),
    ("long-text", "one two", {"min_words": 3}, "This has 2 words; at least 3 are needed."),
    ("long-text", "one two three four", {"max_words": 3}, "This has 4 words; at most 3 fit."),
    ("long-text", "<!doctype html>", {}, MARKS),
    ("long-text", '<img src="x" onerror="alert(1)">', {}, MARKS),
    ("choices", ["a", "x"], {}, f"“x” is {NOT_OFFERED}"),
    ("choices", ["a", "b"], {"most": 1}, "Choose at most 1."),
    ("choices", ["a"], {"least": 2}, "Choose at least 2."),
    ("concept", "C0", {}, f"“Everything” is {RETIRED}"),
    ("concepts", ["C1", "C0"], {}, f"“Everything” is {RETIRED}"),
    ("concept", "C7", {"leaves": True}, "Choose one of those below “C7”."),
    ("concept", "3", {}, NOT_OFFERED),  # of another vocabulary
    ("concepts", ["C1"], {"least": 2}, "Choose at least 2."),
    ("country", "YU", {}, f"“Yugoslavia” is {RETIRED}"),
    ("country", "Switzerland", {}, NOT_OFFERED),
    ("organisation", {"website": "https://example.org"}, {}, "Give the name of the organisation."),
    ("organisation", {"name": "ITU", "country": "YU"}, {}, f"country: “Yugoslavia” is {RETIRED}"),
    ("organisation", {"name": "ITU", "stakeholder_type": "pirates"}, {}, f"stakeholder_type: “pirates” is {NOT_OFFERED}"),
    ("organisation", {"name": "ITU", "website": "javascript:alert(1)"}, {}, "website: Give a web address"),
    ("person", {"email": "ada@example.org"}, {}, "Give the name of the person."),
    ("person", {"name": "Ada"}, {"invite": True}, "email: Give the e-mail address"),
    ("person", {"name": "Ada", "email": "ada@"}, {}, "email: Give an e-mail address"),
    *[("link", bad, {}, "Give a web address") for bad in ("javascript:alert(1)", "ftp://a.b", "https://", "https://a", "https://a b.org", "https://me@a.org", "http://[::1", "https://a.b:0", "//a.b", "https://.")],
    *[("email", bad, {}, "Give an e-mail address") for bad in ("ada", "ada@", "@example.org", "a b@example.org", "ada@example", "Ada <ada@example.org>")],
    *[("phone", bad, {}, "with the country's code") for bad in ("022 730 51 11", "+0 22", "+41 22 ABC", "+1234567890123456", "+12")],
    *[("date", bad, {}, "Give a day that is in the calendar") for bad in ("2021-02-30", "25.1.2021", "tomorrow", "2021-01-05T10:00", "20210105", 20210105)],
    *[("date", bad, {}, "The year must lie between 1900 and 2199") for bad in ("1899-12-31", "2200-01-01", "9999-01-01")],
    ("date", "2020-12-31", {"earliest": "2021-01-01"}, "must not be before 2021-01-01"),
    ("date", "2021-01-02", {"latest": "2021-01-01"}, "must not be after 2021-01-01"),
    ("date-range", {"to": "2021-01-01"}, {}, "Give the first day."),
    ("date-range", {"from": "2021-01-01"}, {}, "Give the last day."),
    ("date-range", {"from": "2021-01-02", "to": "2021-01-01"}, {}, "The last day lies before the first."),
    ("date-range", {"from": "x", "to": "2021-01-01"}, {}, "from: Give a day"),
    *[("number", bad, {}, "Give a number in digits") for bad in ("twelve", "1,000", "1.000,5", "0x10", "nan", "inf", "1e", "--1", float("nan"), float("inf"))],
    *[("number", bad, {}, "too large") for bad in (10**15, "1e400", -(10**15))],
    ("number", True, {}, "Give a number."),
    ("number", "2.5", {}, "Give a whole number."),
    ("number", "2.55", {"decimals": 1}, "Give at most 1 digit after the point."),
    ("number", "1", {"least": 2}, "This must be at least 2."),
    ("number", "3", {"most": 2.5}, "This must be at most 2.5."),
    ("money", {"amount": "12"}, {}, "Choose the currency."),
    ("money", {"amount": "12", "currency": "XXX"}, {}, f"“XXX” is {NOT_OFFERED}"),
    ("money", {"amount": "-1", "currency": "CHF"}, {}, "An amount cannot be less than zero."),
    ("money", {"amount": "1.005", "currency": "CHF"}, {}, "Give at most 2 digits after the point."),
    ("money", {"amount": "a\x07", "currency": "CHF"}, {}, UNSEEN),
    ("file", ["1", "2"], {"most": 1}, "At most 1 file can be added here."),
    ("file", ["2"], {"megabytes": 1}, "The file is larger than 1 megabyte."),
    ("file", ["3"], {}, "A file of the kind image/png cannot be used here."),
    ("file", ["5"], {}, "This file is not here any more."),  # of another field
    ("file", ["no such"], {}, "This file is not here any more."),
    ("file", [str(number) for number in range(30)], {"most": 20}, "At most 20 files can be added here."),
    ("image", ["1"], {}, "A file of the kind application/pdf cannot be used here."),
    ("image", ["4"], {"min_width": 1200, "min_height": 800}, "300 × 200 pixels; at least 1200 × 800 are needed"),
    ("image", ["6"], {}, "20000 × 9000 pixels, which is too many"),
    ("consent", "perhaps", {}, "Answer yes or no."),
    ("consent", ["true"], {}, "Answer yes or no."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "answer", "more", "words"), BAD, ids=[f"{kind}-{position}" for position, (kind, *_rest) in enumerate(BAD)])
def test_what_is_wrong_is_said_at_the_field_and_all_other_answers_are_kept(kind, answer, more, words):
    assert words in checked(kind, answer, **more)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_needed_answer_that_is_missing_is_said_at_the_field(kind):
    for nothing in (None, "", " \n", [], {}, ["", " "], {"name": "", "from": " "}):
        assert isinstance(checked(kind, nothing, required=True), str)
        assert checked(kind, nothing) is None


def test_every_kind_has_good_and_bad_answers_here():
    assert {kind for kind, *_rest in GOOD} == set(KINDS)
    assert {kind for kind, *_rest in BAD} == set(KINDS)


def test_answers_to_questions_that_are_not_there_are_told():
    assert check(form({"code": "q", "kind": "text"}), {"colour": "red"}, lookups()).problems == {"colour": ["The form has no such field."]}


def test_a_question_is_asked_only_where_the_answer_before_it_holds():
    definition = form(
        {"code": "kind", "kind": "choice", **OPTIONS},
        {"code": "why", "kind": "text", "required": True, "when": {"field": "kind", "among": ["b", "c"]}},
        {"code": "more", "kind": "text", "required": True, "when": {"field": "why"}},
    )
    assert check(definition, {"kind": "a", "why": "x" * 500, "more": "x"}, lookups()).answers == {"kind": "a"}
    assert set(check(definition, {"kind": "b"}, lookups()).problems) == {"why"}
    assert set(check(definition, {"kind": "nonsense", "why": "x"}, lookups()).problems) == {"kind"}
    assert set(check(definition, {"kind": "b", "why": "x"}, lookups()).problems) == {"more"}
    assert check(definition, {"kind": "b", "why": "x", "more": "y"}, lookups()).holds


def test_zero_and_consent_are_answers_for_which_others_wait():
    definition = form(
        {"code": "staff", "kind": "number"},
        {"code": "none_why", "kind": "text", "required": True, "when": {"field": "staff", "among": ["0"]}},
        {"code": "any", "kind": "text", "required": True, "when": {"field": "staff"}},
        {"code": "agree", "kind": "consent"},
        {"code": "contact", "kind": "email", "required": True, "when": {"field": "agree", "among": ["true"]}},
    )
    assert set(check(definition, {"staff": "0", "agree": "on"}, lookups()).problems) == {"none_why", "any", "contact"}
    assert check(definition, {"agree": "no", "contact": "not asked"}, lookups()).answers == {}
