"""Importing submissions from a table: all or none, every problem by row and column, limits and numbers as for those handed in."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
from click.testing import CliRunner

from plenary.engines.calls import actions
from plenary.engines.calls.actions import import_submissions
from plenary.engines.calls.commands import group
from plenary.engines.calls.events import SubmissionChanged, SubmissionReceived
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.table import columns_of, write_table
from plenary.engines.calls.models import Submission
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.forms import FIELDS, GOOD, make_account, make_call, submitted
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.events import listen
from plenary.ground.audit.models import TrailRecord, Version
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def rows(count=2, **more):
    return [{**GOOD, "title": f"Boats {number}", "organisation": {"name": f"Harbour {number}", "country": "KE"}, **more} for number in range(1, count + 1)]


def table(call, given, ending="xlsx", name=""):
    file = io.BytesIO(write_table(form_in_force(call).form, given, ending=ending))
    file.name = name or f"answers.{ending}"
    return file


def problems(call, given, **more):
    with pytest.raises(Invalid) as caught:
        import_submissions(actor=SYSTEM, call=call, path=table(call, given), **more)
    return caught.value.problems


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_each_row_becomes_a_submission_with_all_that_one_handed_in_has(ending):
    call = make_call()
    first = submitted(call, make_account())
    report = import_submissions(actor=SYSTEM, call=call, path=table(call, rows(2), ending))
    assert report.references == ["2031/prizes/2", "2031/prizes/3"]
    made = Submission.objects.get(number=3)
    assert made.answers == {**GOOD, "title": "Boats 2", "organisation": {"name": "Harbour 2", "country": "KE"}}
    assert (made.state, made.origin, made.entered_by, made.owner, made.draft) == ("submitted", "import", "system", None, None)
    assert (made.title, made.category, made.organisation, made.country.code) == ("Boats 2", "C7-4", "Harbour 2", "KE")
    assert made.organisation_key == "harbour 2|KE" and made.fingerprint and made.form == first.form and made.submitted_at
    trail = TrailRecord.objects.get(kind="calls.submission", key=str(made.pk))
    assert (trail.verb, trail.reason, trail.payload.after["answers"]) == ("imported", f"answers.{ending}", made.answers)
    version = Version.objects.get(kind="calls.submission", key=str(made.pk))
    assert (version.number, version.payload.after["answers"]) == (1, made.answers)
    assert actions.withdraw(actor=SYSTEM, submission=made).state == "withdrawn"


def test_no_mails_go_out_and_others_hear_of_it_after_commit(django_capture_on_commit_callbacks):
    heard, received = [], []
    listen(SubmissionChanged)(heard.append)
    listen(SubmissionReceived)(received.append)
    call = make_call()
    with django_capture_on_commit_callbacks(execute=True):
        import_submissions(actor=SYSTEM, call=call, path=table(call, rows(2)))
    assert [event.verb for event in heard if event.call == "2031/prizes"] == ["imported", "imported"]
    assert not received
    assert not OutboxMessage.objects.exists()


def test_a_table_can_be_imported_after_the_close():
    call = make_call(closes_in=timedelta(days=-1))
    assert len(import_submissions(actor=SYSTEM, call=call, path=table(call, rows(1))).references) == 1


def test_whom_a_submission_is_for_is_kept_and_must_be_an_address():
    call = make_call()
    head = b"title,category,summary,email\n"
    report = import_submissions(actor=SYSTEM, call=call, path=io.BytesIO(head + b"Boats,C7-4,Radios for all,ada@example.org\n"))
    assert Submission.objects.get(number=1).email == "ada@example.org" and report.file == "table"
    with pytest.raises(Invalid) as caught:
        import_submissions(actor=SYSTEM, call=call, path=io.BytesIO(head + b"Boats,C7-4,Radios for all,ada@\n"))
    assert caught.value.problems == {"row 2, email": ["Give an e-mail address such as name@example.org."]}


def test_a_dry_run_tells_the_same_and_writes_nothing():
    call = make_call()
    seen = []
    report = import_submissions(actor=SYSTEM, call=call, path=table(call, rows(2)), dry_run=True, progress=lambda done, total: seen.append((done, total)))
    assert report.lines() == ["answers.xlsx: 2 rows read.", "2 submissions would be entered.", "Nothing was written."]
    assert not Submission.objects.exists() and not TrailRecord.objects.filter(verb="imported").exists()
    assert seen[-1] == (2, 2)


def test_every_problem_of_every_row_is_told_and_nothing_is_half_imported():
    call = make_call()
    given = [
        *rows(1),
        {**GOOD, "title": "", "category": "C7"},
        {**GOOD, "summary": "Short.", "country": "Atlantis"},
        {**GOOD, "kind": "old"},
        {**GOOD, "organisation": {"name": "x", "country": "Atlantis"}},
    ]
    assert (
        problems(call, given)
        == problems(call, given, dry_run=True)
        == {
            "row 4, title": ["This is needed."],
            "row 4, category": ["Choose one of those below “C7”."],
            "row 5, summary": ["This has 1 word; at least 3 are needed."],
            "row 5, country": ["“Atlantis” is not one of the answers to choose from."],
            "row 6, since": ["This is needed."],
            "row 7, organisation.country": ["“Atlantis” is not one of the answers to choose from."],
        }
    )
    assert not Submission.objects.exists()


def test_more_problems_than_usual_are_told_one_by_one():
    call = make_call()
    assert len(problems(call, [{**GOOD, "country": "Atlantis"}] * 300)) == 300


def test_a_table_that_cannot_be_read_is_told():
    call = make_call()
    with pytest.raises(Invalid) as caught:
        import_submissions(actor=SYSTEM, call=call, path=io.BytesIO("title,category\n".encode("utf-16")))
    assert caught.value.problems == {"row 1": ["The file is in UTF-16; save it as UTF-8."]}


def test_problems_name_columns_of_the_template_with_the_piece_and_the_language():
    call = make_call(languages=["en", "fr", "zh"])
    fields = [
        {"code": "multi", "kind": "text", "label": "Texts", "per_language": True, "required": True},
        {"code": "person", "kind": "person", "label": "Who", "required": True},
    ]
    form = actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": [*FIELDS, *fields]}]})).form
    columns = {column.code for column in columns_of(form, call.languages)}
    who = {"name": "Ada", "email": "ada@"}
    found = problems(call, [
        {**rows()[0], "multi": {"en": "fine", "fr": "<b>", "zh": "x" * 201}, "person": who},
        {**rows()[1], "multi": {"en": "fine"}, "person": {"email": "ada@example.org"}},
        rows()[1],
    ])  # fmt: skip
    assert [place.split(", ") for place in found] == [
        ["row 3", "multi.fr"], ["row 3", "multi.zh"], ["row 3", "person.email"], ["row 4", "person.name"], ["row 5", "multi.en"], ["row 5", "person.name"],
    ]  # fmt: skip
    assert {place.split(", ")[1] for place in found} <= columns


def test_a_cell_that_cannot_be_read_is_told_once_with_what_is_wrong_in_all_other_rows():
    call = make_call()
    lines = [b"title,category,summary", b"x" * 100_001 + b",C7-4,Radios for boats", b"Bo\0ats,C7-4,Radios for boats", b"Ships,C99,Radios for ships"]
    with pytest.raises(Invalid) as caught:
        import_submissions(actor=SYSTEM, call=call, path=io.BytesIO(b"\n".join(lines)))
    assert caught.value.problems == {
        "row 2, title": ["The text has 100,001 characters; at most 100,000 are taken."],
        "row 3, title": ["This contains signs that cannot be seen (U+FFFD). Delete them, or type the text anew."],
        "row 4, category": ["“C99” is not one of the answers to choose from."],
    }


def test_a_table_in_another_script_than_the_call_takes_is_told_at_its_texts():
    call = make_call(languages=["en"])
    assert problems(call, [{**rows()[0], "title": "农村数字健康项目", "organisation": {"name": "农村数字健康项目办公室"}}]) == {
        "row 3, title": ["Please answer in English."]
    }


def test_limits_count_what_is_here_and_what_comes_together():
    call = make_call(per_organisation=2)
    one = {"organisation": {"name": "HARBOUR office", "country": "KE"}}
    submitted(call, make_account())  # from the Harbour office
    assert problems(call, [*rows(1), *rows(3, **one)]) == {
        f"row {row}, organisation.name": ["This call takes 2 submissions from one organisation."] for row in (5, 6)
    }
    import_submissions(actor=SYSTEM, call=call, path=table(call, rows(1, **one)))
    assert "row 3, organisation.name" in problems(call, rows(1, **one))


def test_limits_for_a_category_let_other_categories_pass():
    call = make_call(per_organisation_and_category=1)
    one = {"organisation": {"name": "Harbour office", "country": "KE"}}
    found = problems(call, [*rows(1, **one), *rows(1, **one, category="C7-3"), *rows(1, **one)])
    assert found == {"row 5, organisation.name": ["This call takes 1 submission from one organisation in one category."]}


def test_a_call_for_some_stakeholders_takes_no_others():
    call = make_call(stakeholder_types=["government"])
    of = lambda kind: {"organisation": {"name": "Harbour", "country": "KE", "stakeholder_type": kind}}  # noqa: E731
    assert problems(call, [*rows(1, **of("government")), *rows(1, **of("civil-society"))]) == {
        "row 4, organisation.stakeholder_type": ["This call is for: Government. Say to which of them you belong."]
    }


@pytest.fixture
def picture_call(db):
    call = make_call()
    fields = [{**field, "required": True} if field["code"] == "picture" else field for field in FIELDS]
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": fields}]}))
    return call


def test_a_file_that_is_needed_is_missed_as_on_the_site(picture_call):
    draft, _secret = actions.start_draft(actor=make_account(), call=picture_call, answers=GOOD)
    with pytest.raises(Invalid) as caught:
        actions.submit(actor=draft.owner, submission=draft)
    assert problems(picture_call, rows(1)) == {f"row 3, {code}": sentences for code, sentences in caught.value.problems.items()}
    assert problems(picture_call, rows(1), dry_run=True).keys() == {"row 3, picture"}
    assert not Submission.objects.exclude(pk=draft.pk).exists()


def test_files_may_follow_where_staff_say_so_and_the_lack_is_told(picture_call):
    report = import_submissions(actor=SYSTEM, call=picture_call, path=table(picture_call, rows(2)), files_follow=True)
    assert "2 lack files that the form asks for; add them to the submissions." in report.summary
    assert "title" in str(problems(picture_call, [{**rows(1)[0], "title": ""}], files_follow=True))  # other answers do not


def test_rows_that_look_like_others_are_told_and_taken():
    call = make_call()
    import_submissions(actor=SYSTEM, call=call, path=table(call, rows(1)))
    report = import_submissions(actor=SYSTEM, call=call, path=table(call, rows(2)))
    assert "1 looks like another of this call: the same title from the same organisation." in report.summary
    assert Submission.objects.count() == 3


def test_only_those_who_decide_may_import():
    call = make_call()
    for actor in (make_account(), make_account("reader@example.org", role="reader")):
        with pytest.raises(NotAllowed):
            import_submissions(actor=actor, call=call, path=table(call, rows(1)))
    staff = make_account("staff@example.org", role="secretariat", scope=call.scope)
    import_submissions(actor=staff, call=call, path=table(call, rows(1)))
    assert Submission.objects.get().entered_by == staff.trail_id


def test_a_form_that_is_changed_meanwhile_stops_the_import():
    call = make_call()

    def change(done, total):
        definition = Definition.from_data({"parts": [{"fields": [*FIELDS, {"code": f"new{done}", "kind": "text", "label": "New", "required": True}]}]})
        actions.put_form(actor=SYSTEM, call=call, definition=definition)

    with pytest.raises(Conflict, match="was changed meanwhile"):
        import_submissions(actor=SYSTEM, call=call, path=table(call, rows(1)), progress=change)
    assert not Submission.objects.exists()


def test_a_call_without_a_form_takes_no_table():
    call = make_call()
    path = table(call, rows(1))
    call.forms.all().delete()
    with pytest.raises(Conflict, match="cannot be answered"):
        import_submissions(actor=SYSTEM, call=call, path=path)


def test_statements_do_not_grow_with_rows(django_assert_max_num_queries):
    call = make_call(per_organisation=500)
    for count in (2, 400):
        path = table(call, rows(count))
        with django_assert_max_num_queries(40):
            import_submissions(actor=SYSTEM, call=call, path=path)


# ---- the command ----------------------------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(group, [str(each) for each in arguments])


def test_the_command_writes_the_template_and_imports_it_filled_in(tmp_path):
    call = make_call()
    assert run("template", "2031/prizes", tmp_path / "t.xlsx").exit_code == 0
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "t.xlsx")
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for head, value in {"title": "Boats", "category": "c7-4", "summary": "Radios for boats", "country": "kenya", "email": "ada@example.org"}.items():
        sheet.cell(3, heads.index(head) + 1).value = value
    book.save(tmp_path / "t.xlsx")
    told = run("import", "2031/prizes", tmp_path / "t.xlsx", "--dry-run")
    assert "1 submission would be entered." in told.output and not Submission.objects.exists()
    told = run("import", "2031/prizes", tmp_path / "t.xlsx", "--language", "fr")
    assert "1 submission entered." in told.output and "References: 2031/prizes/1 to 2031/prizes/1." in told.output
    made = Submission.objects.get()
    assert made.answers == {"title": "Boats", "category": "C7-4", "summary": "Radios for boats", "country": "KE"}
    assert (made.language, made.email, made.call) == ("fr", "ada@example.org", call)


def test_the_command_says_what_is_wrong_with_its_arguments(tmp_path):
    make_call()
    assert "There is no call '2031/prices'. Calls: 2031/prizes." in run("template", "2031/prices", tmp_path / "t.csv").output
    assert "must end in .xlsx or .csv" in run("template", "2031/prizes", tmp_path / "t.ods").output


@pytest.mark.slow
def test_ten_thousand_rows_are_looked_through_in_a_minute():
    call = make_call()
    path = table(call, rows(10_000))
    began = time.process_time()
    report = import_submissions(actor=SYSTEM, call=call, path=path, dry_run=True)
    assert report.rows == 10_000
    assert time.process_time() - began < 60
