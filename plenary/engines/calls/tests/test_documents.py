"""The blank form and the document of a submission: tagged, in the reader's language, with everything in it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pikepdf
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.engines.calls import actions
from plenary.engines.calls.documents import blank_pdf, submission_pdf
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.forming import forms_with_answers
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files import typesetting
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "es", "ru", "ar", "zh"]


def words_of(content: bytes) -> str:
    """The text of a PDF, as somebody reads it who hears it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def in_language(make, language: str) -> bytes:
    try:
        return make(language)
    except typesetting.CannotTypeset as error:
        assert language in ("ar", "zh")  # the others need no font of the machine
        pytest.skip(str(error))


def every_kind() -> Definition:
    option = {"code": "a", "label": "First option"}
    kinds = {
        "choice": {"options": [option]}, "choices": {"options": [{"code": f"o{number}", "label": f"Option {number}"} for number in range(12)]},
        "concept": {"scheme": "action-lines"}, "concepts": {"schemes": ["action-lines", "countries"]}, "long-text": {"max_words": 200, "per_language": True},
        "number": {"unit": "boats"},
    }  # fmt: skip
    fields = [
        {"code": f"q{position}", "kind": kind, "label": f"Question of kind {kind}", "required": position % 2 == 0, **kinds.get(kind, {})}
        for position, kind in enumerate(KINDS)
    ]
    fields.append({"code": "last", "kind": "text", "label": "Last", "help": "Think first.", "when": {"field": "q2", "among": ["a"]}})
    return Definition.from_data({"parts": [{"title": "First part", "text": "Read this.", "fields": fields[:9]}, {"fields": fields[9:]}]})


def test_the_blank_form_asks_everything_with_limits_and_where_to_hand_it_in():
    call = make_call(contact="secretariat@example.org", languages=["en", "fr"])
    actions.put_form(actor=SYSTEM, call=call, definition=every_kind())
    words = words_of(blank_pdf(call, form_in_force(call), "en"))
    for part in (
        "Prizes of the harbour", "/calls/2031/prizes/", "secretariat@example.org", "Open until", "English, French", "First part", "Read this.",
        "At most 200 words.", "First option", "Option 11", "C7-4", "boats", "CHF", "Yes, I agree", "year", "Website",
        "Only if your answer to “Question of kind choice” is “First option”.", "Think first.", "needed",
    ):  # fmt: skip
        assert part in words, part
    for field in every_kind():
        assert str(field.label) in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_are_tagged_and_know_their_language_and_title(language):
    call = make_call()
    submission = submitted(call, make_account())
    for make in (lambda tongue: blank_pdf(call, form_in_force(call), tongue), lambda tongue: submission_pdf(submission, tongue, timezone.now())):
        with pikepdf.open(io.BytesIO(in_language(make, language))) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang).startswith(language)
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"]


def test_a_missing_font_is_told(monkeypatch):
    call = make_call()
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    with pytest.raises(typesetting.CannotTypeset, match="Noto Naskh Arabic"):
        blank_pdf(call, form_in_force(call), "ar")
    assert blank_pdf(call, form_in_force(call), "ru").startswith(b"%PDF-")


def test_a_submission_stands_in_its_document_with_reference_and_all_answers():
    submission = submitted(make_call(), make_account())
    words = words_of(submission_pdf(submission, "en", timezone.now()))
    for part in (submission.reference, "Prizes of the harbour", "Handed in", "Boats with radios", "C7-4", "Radios for five boats.", "Harbour office", "Kenya"):
        assert part in words, part
    assert "2031/prizes/1" in words


def test_fields_that_a_reader_does_not_see_stay_out_of_the_document():
    call = make_call()
    submission = actions.enter_for(actor=SYSTEM, call=call, answers={**GOOD, "phone": "+41227305111"}, origin="paper")
    assert "+41227305111" in words_of(submission_pdf(submission, "en", timezone.now()))
    hidden = words_of(submission_pdf(submission, "en", timezone.now(), hidden=frozenset({"phone"})))
    assert "+41227305111" not in hidden and "Telephone" not in hidden
    assert "Paper" in hidden


def test_texts_run_their_own_way_and_mean_nothing_to_the_typesetter():
    call = make_call()
    answers = {**GOOD, "title": 'A #read("/etc/passwd") *b* $x$ \\ " @cite مشروع 健康', "summary": "أجهزة الراديو للقوارب\n\n#pagebreak() 健康"}
    submission = actions.enter_for(actor=SYSTEM, call=call, answers=answers, origin="mail")
    words = words_of(submission_pdf(submission, "en", timezone.now()))
    assert '#read("/etc/passwd") *b* $x$' in words and "pagebreak" in words
    assert "root:" not in words


def test_the_same_submission_gives_the_same_bytes():
    submission = submitted(make_call(), make_account())
    at = timezone.now()
    assert submission_pdf(submission, "en", at) == submission_pdf(submission, "en", at)
    assert re.search(rb"%%EOF\s*$", submission_pdf(submission, "en", at))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms_with_answers(), st.sampled_from(["en", "fr", "ru"]))
def test_any_form_and_any_answers_can_be_printed(pair, language):
    definition, answers = pair
    call = Call.objects.filter(slug="any").first() or make_call(slug="any", guidance=Text.of("Take your time."))
    form = FormVersion(call=call, number=1, definition=definition.to_data(), created_at=timezone.now())
    form.__dict__["form"] = definition
    assert blank_pdf(call, form, language).startswith(b"%PDF-")
    submission = Submission(call=call, form=form, draft=answers)
    assert submission_pdf(submission, language, timezone.now()).startswith(b"%PDF-")
