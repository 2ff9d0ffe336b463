"""What programs send that makes no sense: told at the field, and nothing is half-kept."""

from __future__ import annotations

import io
import uuid

import pytest
from django.test import Client

from plenary.engines.calls.actions import import_submissions, put_form
from plenary.engines.calls.form.carrying import place_of
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.table import write_table
from plenary.engines.calls.models import Attachment, Submission
from plenary.engines.calls.tests.programs import MINE, archive, open_call, picture, revision
from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db

EVERY_KIND = {
    "parts": [
        {
            "fields": [
                {"code": "text", "kind": "text", "label": "L", "longest": 10},
                {"code": "texts", "kind": "text", "label": "L", "per_language": True},
                {"code": "long_text", "kind": "long-text", "label": "L", "min_words": 2, "max_words": 3},
                {"code": "choice", "kind": "choice", "label": "L", "options": [{"code": "a", "label": "A"}]},
                {"code": "choices", "kind": "choices", "label": "L", "most": 1, "options": [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}]},
                {"code": "concept", "kind": "concept", "label": "L", "scheme": "themes"},
                {"code": "concepts", "kind": "concepts", "label": "L", "schemes": ["themes"]},
                {"code": "country", "kind": "country", "label": "L"},
                {"code": "organisation", "kind": "organisation", "label": "L"},
                {"code": "person", "kind": "person", "label": "L", "invite": True},
                {"code": "link", "kind": "link", "label": "L"},
                {"code": "email", "kind": "email", "label": "L"},
                {"code": "phone", "kind": "phone", "label": "L"},
                {"code": "day", "kind": "date", "label": "L", "latest": "2030-01-01"},
                {"code": "days", "kind": "date-range", "label": "L"},
                {"code": "number", "kind": "number", "label": "L", "least": 1, "most": 9},
                {"code": "money", "kind": "money", "label": "L"},
                {"code": "agreed", "kind": "consent", "label": "L"},
            ]
        }
    ]
}


# ---- bad input ----

BAD = [
    ("text", "x" * 11),
    ("text", "a<script>alert(1)</script>"),
    ("text", "\u202egnp"),
    ("text", "a\x07b"),
    ("text", ["a", "b"]),
    ("text", {"a": "b"}),
    ("text", True),
    ("texts", {"xx-": "a"}),
    ("texts", ["a"]),
    ("long_text", "one"),
    ("long_text", "one two three four"),
    ("choice", "z"),
    ("choice", ["a"]),
    ("choices", ["a", "b"]),
    ("choices", ["a", "z"]),
    ("choices", [7]),
    ("concept", "no-such"),
    ("concept", "retired"),
    ("concepts", ["health", "no-such"]),
    ("country", "XX"),
    ("country", "Kenya"),
    ("organisation", {"country": "KE", "website": "example.org"}),
    ("organisation", {"name": "A", "colour": "blue"}),
    ("organisation", ["A"]),
    ("person", {"name": "Ann"}),
    ("person", {"name": "Ann", "email": "ann"}),
    ("link", "javascript:alert(1)"),
    ("link", "https://user:word@example.org"),
    ("email", "ann@"),
    ("phone", "12"),
    ("day", "2021-02-30"),
    ("day", "2031-01-01"),
    ("day", 20210101),
    ("days", {"from": "2021-01-02", "to": "2021-01-01"}),
    ("days", "2021-01-01"),
    ("number", 0),
    ("number", 10),
    ("number", 1.5),
    ("number", "many"),
    ("number", True),
    ("money", {"amount": -1, "currency": "CHF"}),
    ("money", {"amount": 1, "currency": "XXX"}),
    ("money", 5),
    ("agreed", "perhaps"),
]


@pytest.fixture
def everything(edition):
    for scheme, codes in {"themes": ["health", "retired"], "countries": ["KE", "YU"], "stakeholder-types": ["academia", "guild"]}.items():
        made = Scheme.objects.create(code=scheme, title=Text.of(scheme))
        for code in codes:
            Concept.objects.create(scheme=made, code=code, label=Text.of(code), retired_on="2020-01-01" if code in ("retired", "YU", "guild") else None)
    return open_call(edition, "everything", EVERY_KIND)


@pytest.mark.parametrize(("field", "answer"), BAD, ids=[f"{field} {answer!r}"[:50] for field, answer in BAD])
def test_a_wrong_answer_is_told_at_its_field_and_never_submitted(everything, program, field, answer):
    ann = program("ann")
    key = ann.start("2021/everything", choice="a")["id"]
    saved = ann.change(key, 1, **{field: answer})
    assert saved.status_code == 200 and {key.partition(".")[0] for key in saved.json()["problems"]} == {field}, saved.content
    assert all(sentence for sentences in saved.json()["problems"].values() for sentence in sentences)
    refused = ann.send("POST", f"{MINE}/{key}/submit")
    assert refused.status_code == 422 and refused.json()["problems"] == saved.json()["problems"]
    kept = Submission.objects.get()
    assert (kept.state, kept.answers, kept.number) == ("draft", {}, None)


def test_what_is_wrong_with_a_piece_or_a_language_is_told_under_its_name_and_of_all_of_them_at_once(everything, program):
    ann = program("ann")
    key = ann.start("2021/everything", choice="a")["id"]
    answers = {
        "texts": {"fr": "bien", "ru": "a\x07", "not a language": "x"},
        "organisation": {"country": "XX", "website": "ftp://a.b"},
        "person": {"name": "Ann", "email": "ann", "post": "<b>x</b>"},
        "days": {"from": "2021-01-02", "to": "soon"},
        "money": {"amount": -1, "currency": "XXX"},
        "link": "nothing",
    }
    problems = ann.change(key, 1, **answers).json()["problems"]
    assert set(problems) == {
        *("texts.ru", "texts.not a language", "organisation.name", "organisation.country", "organisation.website"),
        *("person.email", "person.post", "days.to", "money.amount", "money.currency", "link"),
    }
    assert problems["person.email"] == ["Give an e-mail address such as name@example.org."]


def test_retired_concepts_are_refused_at_their_field_in_the_same_words_by_program_page_and_table(everything, program):
    body = {"name": "Harbour", "country": "YU", "stakeholder_type": "guild"}
    answers = {"choice": "a", "concept": "retired", "concepts": ["health", "retired"], "country": "YU", "organisation": body}
    told = {
        "concept": "retired",
        "concepts": "retired",
        "country": "YU",
        "organisation.country": "YU",
        "organisation.stakeholder_type": "guild",
    }
    sentences = {key: [f"“{label}” is no longer used. Choose another."] for key, label in told.items()}

    ann = program("ann")
    key = ann.start("2021/everything", **answers)["id"]
    assert ann.send("POST", f"{MINE}/{key}/submit").json()["problems"] == sentences

    browser = Client()
    browser.force_login(ann.user)
    page = browser.get(f"/calls/answers/{key}/?check").content.decode()
    assert page.count("is no longer used. Choose another.") == 2 * len(told), "in the list of problems, and at the field"
    assert "Country: “YU” is no longer used." in page and 'href="#f-organisation.country"' in page
    assert "Type: “guild” is no longer used." in browser.get(f"/calls/answers/{key}/preview/").content.decode()

    table = io.BytesIO(write_table(everything.forms.get().form, [answers]))
    with pytest.raises(Invalid) as caught:
        import_submissions(actor=SYSTEM, call=everything, path=table)
    assert caught.value.problems == {f"row 3, {key}": told for key, told in sentences.items()}
    kept = Submission.objects.get()
    assert (kept.state, kept.draft) == ("draft", answers)


UNKEEPABLE = {
    "a sign that no database keeps": b'{"answers": {"text": "a\\u0000b"}}',
    "half a sign": b'{"answers": {"text": "a\\ud800b"}}',
    "a NUL in a name": b'{"answers": {"organisation": {"a\\u0000": "b"}}}',
    "no number": b'{"answers": {"number": NaN}}',
    "too large a number": b'{"answers": {"number": 1e999}}',
    "a number of 1000 digits": b'{"answers": {"number": ' + b"9" * 1000 + b"}}",
    "lists in lists": b'{"answers": {"choices": [["a"]]}}',
    "tables in tables": b'{"answers": {"organisation": {"name": {"en": "A"}}}}',
    "too long a text": b'{"answers": {"text": "' + b"x" * 100_001 + b'"}}',
    "too many values": b'{"answers": {"choices": [' + b",".join([b'"a"'] * 401) + b"]}}",
    "an unknown field": b'{"answers": {"no_such": "a"}}',
    "a field without a name": b'{"answers": {"": "a"}}',
    "a field with a strange name": b'{"answers": {"\\ud800\\u0000": "a"}}',
    "one good, one bad": b'{"answers": {"link": "https://example.org", "no_such": "a"}}',
    "too many fields": b'{"answers": {' + b",".join(b'"f%d": 1' % number for number in range(201)) + b"}}",
    "no answers": b"{}",
    "no table": b'{"answers": []}',
    "something else": b'{"answers": {}, "state": "accepted"}',
    "a strange language": b'{"answers": {}, "language": "English"}',
}


@pytest.mark.parametrize("body", UNKEEPABLE.values(), ids=UNKEEPABLE)
def test_what_cannot_be_kept_changes_nothing(everything, program, body):
    ann = program("ann")
    key = ann.start("2021/everything", choice="a")["id"]
    refused = ann.send("PATCH", f"{MINE}/{key}", body, **{"If-Match": '"1"'})
    assert refused.status_code == 422 and refused.json()["problems"], refused.content
    begun = ann.send("POST", MINE, body.replace(b'{"answers"', b'{"call": "2021/everything", "answers"')) if b"answers" in body else None
    assert begun is None or begun.status_code == 422
    kept = Submission.objects.get()
    assert (kept.draft, kept.revision) == ({"choice": "a"}, 1)


SHAPES = [
    None, True, False, 0, -1, 2.5, 10**29, 10**40, "", "x", "a", "\u202e", "nan", "x" * 100_000, [], [None], [True], [7], ["a", "a"], [[]], [["a"]], [{"a": "b"}], {}, {"en": "x"}, {"en": None},
    {"name": "x", "country": "KE"}, {"name": ["x"]}, {"amount": 1, "currency": "CHF"}, {"from": "2021-01-01", "to": 5}, {"a": {"b": {"c": []}}}, {"": "x"}, {"x" * 60: "y"}, {"zz-zz": True},
]  # fmt: skip
FIELDS = [field for part in EVERY_KIND["parts"] for field in part["fields"]]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field["code"])
def test_any_json_value_for_any_field_is_kept_and_told_or_refused_and_the_draft_can_be_read_ever_after(everything, program, field):
    ann = program("ann")
    browser = Client()
    browser.force_login(ann.user)
    code = field["code"]
    for answer in SHAPES:
        key = ann.start("2021/everything", choices=["a"])["id"]
        saved = ann.send("PATCH", f"{MINE}/{key}", {"answers": {code: answer}})
        assert saved.status_code in (200, 422), (answer, saved.content)
        if saved.status_code == 422:
            assert set(saved.json()["problems"]) == {code}
            continue
        told = ann.get(f"{MINE}/{key}").json()
        assert {each.partition(".")[0] for each in told["problems"]} <= {code}, answer
        for page in ("", "?check", "preview/"):
            assert browser.get(f"/calls/answers/{key}/{page}").status_code == 200, answer
        assert ann.send("POST", f"{MINE}/{key}/submit").status_code == (422 if told["problems"] else 200), answer


@pytest.mark.parametrize("later", FIELDS, ids=lambda field: field["code"])
def test_answers_of_all_kinds_left_over_from_other_kinds_can_be_read_saved_and_submitted(everything, program, later):
    """Every field becomes one of this kind while a draft has answers, good and bad, to all of them."""
    ann = program("ann")
    browser = Client()
    browser.force_login(ann.user)
    good = {
        "text": "a text", "texts": {"en": "x", "fr": "y"}, "long_text": "two\nlines", "choice": "a", "choices": ["a", "b"], "concept": "health", "concepts": ["health"], "country": "KE",
        "organisation": {"name": "x", "country": "KE"}, "person": {"name": "x"}, "link": "https://a.b", "email": "a@b.c", "phone": "+41227305111", "day": "2021-01-01",
        "days": {"from": "2021-01-01"}, "number": 5, "money": {"amount": 5, "currency": "CHF"}, "agreed": True,
    }  # fmt: skip
    keys = [ann.start("2021/everything", **answers)["id"] for answers in (good, dict(zip(good, reversed(good.values()), strict=True)))]
    for kind in (later, {"kind": "file"}, {"kind": "image"}) if later is FIELDS[0] else (later,):
        fields = [{**kind, "code": field["code"], "label": "L"} for field in FIELDS]
        put_form(actor=SYSTEM, call=everything, definition=Definition.from_data({"parts": [{"fields": fields}]}))
        for key in keys:
            told = ann.get(f"{MINE}/{key}")
            assert told.status_code == 200
            assert kind is not later or {place_of(code)[0] for code in told.json()["draft"]} == set(good)
            for page in ("", "?check", "preview/"):
                assert browser.get(f"/calls/answers/{key}/{page}").status_code == 200
            saved = ann.change(key, revision(told), **{code: answer for code, answer in told.json()["draft"].items() if place_of(code)[1]})
            assert saved.status_code == 200, "what is set aside can be sent back"
            posted = {f"f-{field['code']}": "" for field in FIELDS}
            assert browser.post(f"/calls/answers/{key}/", {**posted, "save": "draft"}).status_code in (302, 400)
    for key in keys:
        assert ann.send("POST", f"{MINE}/{key}/submit").status_code in (200, 422)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b'"x"', b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_refused(prizes, program, body):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    for method, path in (("PATCH", f"{MINE}/{key}"), ("POST", MINE)):
        assert ann.send(method, path, body, **{"If-Match": '"1"'}).status_code in (400, 422)
    assert Submission.objects.get().revision == 1


def test_ten_megabytes_are_told_at_their_field_and_more_is_not_read(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    for size, status in ((10_000_000, 422), (13_000_000, 413)):
        answered = ann.change(key, 1, why="x" * size)
        assert answered.status_code == status and answered["Content-Type"] == "application/problem+json"
        assert answered.json().get("problems", {}).keys() == ({"why"} if status == 422 else set())
    assert Submission.objects.get().draft == {"title": "One"}


@pytest.mark.parametrize("call", ["2021/none", "1066/prizes", "prizes", "../x", "2021/prizes/1", "", "2021/pr\x00zes"])
def test_a_draft_needs_a_call_that_there_is(prizes, program, call):
    assert program("ann").send("POST", MINE, {"call": call}).json()["problems"].keys() == {"call"}


def test_words_of_staff_are_checked_too(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    for body in (
        {"decision": "emperor"},
        {"decision": ""},
        {"decision": "a b"},
        {},
        {"decision": "accepted", "message": "a\x00b"},
        {"decision": "accepted", "x": 1},
    ):
        assert boss.send("POST", f"{MINE}/{key}/decisions", body).status_code == 422, body
    assert ann.send("POST", f"{MINE}/{key}/withdraw", {"reason": "a\x00b"}).status_code == 422
    assert Submission.objects.get().state == "submitted"


# ---- files ----

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
BOMB = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "0" * 20_000_000})


@pytest.mark.parametrize(
    ("field", "name", "content"),
    [
        ("photo", "a.jpg", PDF),
        ("photo", "a.pdf", PDF),
        ("photo", "a.png", picture("GIF")),
        ("photo", "a.svg", b"<svg onload='alert(1)'/>"),
        ("photo", "a.png", picture()[:40]),
        ("photo", "a.png", b""),
        ("photo", "a.png", picture() + b"0" * 1_000_001),
        ("paper", "a.docx", BOMB),
        ("paper", "a.zip", archive(a="b")),
        ("paper", "a.png", picture()),
        ("paper", "a.exe", b"MZ\x90\x00"),
        ("title", "a.png", picture()),
        ("no_such", "a.png", picture()),
    ],
)
def test_a_file_that_is_not_what_is_asked_for_is_told_at_its_field(prizes, program, field, name, content):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    refused = ann.upload(key, field, name, content)
    assert refused.status_code == 422 and refused.json()["problems"].keys() == {field}, refused.content
    assert ann.get(f"{MINE}/{key}").json()["draft"] == {"title": "One"} and not Attachment.objects.exists()


def test_files_come_and_go_one_by_one(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    first, second = (ann.upload(key, "photo", f"{number}.png", picture()).json()["key"] for number in range(2))
    assert ann.upload(key, "photo", "3.png", picture()).json()["problems"].keys() == {"photo"}
    told = ann.get(f"{MINE}/{key}").json()
    assert told["draft"]["photo"] == [first, second] and told["revision"] == 3
    same = ann.change(key, 3, photo=[first, second], title="Two")
    assert same.status_code == 200, "what was read can be sent back"
    for wrong in ([first], [], None, "x", {"a": 1}, [str(uuid.uuid4())], [first, second, first]):
        assert ann.change(key, 4, photo=wrong).json()["problems"].keys() == {"photo"}, wrong
    gone = ann.send("DELETE", f"{MINE}/{key}/files/{first}")
    assert (gone.status_code, gone["ETag"], gone.content) == (204, '"5"', b"")
    assert ann.send("DELETE", f"{MINE}/{key}/files/{first}").status_code == 404
    assert ann.get(f"{MINE}/{key}").json()["draft"]["photo"] == [second]
    assert StoredFile.objects.get(pk=first).deleted_at


def test_a_file_of_another_submission_cannot_be_named_or_removed(prizes, program):
    ann, mallory = program("ann"), program("mallory")
    theirs, own = ann.start(title="One")["id"], mallory.start(title="Two")["id"]
    file = ann.upload(theirs, "photo", "a.png", picture()).json()["key"]
    assert mallory.send("DELETE", f"{MINE}/{own}/files/{file}").status_code == 404
    assert mallory.change(own, 1, photo=[file]).status_code == 422
    assert not StoredFile.objects.get(pk=file).deleted_at


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Dis", 422),
        ("multipart/form-data", b"--x", 400),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x", 400),
        ("application/json", b"{}", 422),
        ("text/plain", b"abc", 422),
    ],
)
def test_an_upload_that_is_cut_off_is_refused(prizes, program, kind, body, status):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    answered = Client().generic("POST", f"{MINE}/{key}/files?field=photo", body, content_type=kind, headers={"Authorization": f"Bearer {ann.secret}"})
    assert answered.status_code == status, answered.content
    assert answered["Content-Type"] == "application/problem+json"


def test_an_upload_beyond_all_limits_is_refused_before_it_is_read(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    headers = {"Authorization": f"Bearer {ann.secret}"}
    answered = Client().generic(
        "POST", f"{MINE}/{key}/files?field=photo", b"", content_type="multipart/form-data; boundary=x", headers=headers, CONTENT_LENGTH="99000000000"
    )
    assert answered.status_code == 413
