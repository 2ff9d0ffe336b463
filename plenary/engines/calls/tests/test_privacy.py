"""What is kept of drafts and their files, for how long, and that nothing is left on disk of what goes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls import actions, partial
from plenary.engines.calls.actions.forgetting import DISCARDED_LASTS, UNCLAIMED_LASTS, forget_draft, forget_old_drafts
from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Attachment, Submission
from plenary.engines.calls.tasks import forget, send_receipt
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call
from plenary.engines.calls.tests.test_drafts import begun
from plenary.engines.calls.tests.test_uploads import picture
from plenary.errors import Conflict
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import Payload
from plenary.ground.audit.queries import trail_of
from plenary.ground.files.models import StoredFile
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.actions import erase_person, export_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def call():
    return make_call(audience="anyone")


def add(actor, draft, name="boat.png") -> StoredFile:
    return actions.attach(actor=actor, submission=draft, code="picture", upload=SimpleUploadedFile(name, picture())).file


def on_disk(settings) -> list[Path]:
    return [path for path in Path(settings.DATA).rglob("*") if path.is_file()]


def unclaimed(call, **answers) -> tuple[Submission, Holder, StoredFile]:
    """A draft of a visitor without an account, with a file and one that is on its way."""
    draft, _path = begun(call, **(answers or {"title": "Boats"}))
    holder = Holder(draft.pk)
    file = add(holder, draft, "Wanja on her boat.png")
    partial.partial(draft.pk, "picture", "second.png", 9, "1").append(0, b"half")
    return draft, holder, file


def is_left(draft, file) -> bool:
    """Whether anything is left of a draft but that there was one."""
    told = Payload.objects.filter(erased_at=None).values_list("after", flat=True)
    return Submission.objects.filter(pk=draft.pk).exists() or StoredFile.objects.filter(pk=file.pk).exists() or any("Wanja" in str(each) for each in told)


def test_a_file_of_a_visitor_is_theirs_by_the_draft_that_they_hold(call):
    draft, _holder, file = unclaimed(call)
    assert file.uploaded_by == f"draft:{draft.pk}" and file.attachment.submission_id == draft.pk


# ---- thrown away ----


def test_what_was_thrown_away_can_come_back_for_a_month_and_is_gone_then(call, settings):
    draft, holder, file = unclaimed(call)
    other, _path = begun(call, title="Nets")
    actions.discard_draft(actor=holder, submission=draft)
    now = timezone.now()
    assert forget_old_drafts(now + DISCARDED_LASTS - timedelta(hours=1)) == 0
    actions.restore_draft(actor=SYSTEM, submission=draft)
    assert Submission.objects.get(pk=draft.pk).draft["picture"] == [str(file.pk)]
    assert forget_old_drafts(now + timedelta(days=60)) == 0, "it was brought back"
    actions.discard_draft(actor=holder, submission=draft)
    assert forget_old_drafts(timezone.now() + DISCARDED_LASTS + timedelta(hours=1)) == 1
    assert not is_left(draft, file) and on_disk(settings) == []
    assert Submission.objects.get() == other
    assert trail_of("calls.submission", str(draft.pk))[0].verb == "purged"


def test_a_draft_thrown_away_by_its_page_goes_too(call, settings):
    draft, path = begun(call, title="Boats")
    add(Holder(draft.pk), draft)
    Client().post(f"{path}discard/")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert forget.call() == 1
    assert not Submission.objects.exists() and on_disk(settings) == []


def test_a_draft_of_an_account_that_was_thrown_away_goes_with_its_mails_and_files(call, settings):
    ann = make_account()
    draft, _none = actions.start_draft(actor=ann, call=call, answers={"title": "Boats"})
    add(ann, draft)
    actions.invite(actor=ann, submission=draft, email="second@example.org")
    actions.discard_draft(actor=ann, submission=draft)
    assert forget_old_drafts(timezone.now() + timedelta(days=31)) == 1
    assert on_disk(settings) == [] and not OutboxMessage.objects.filter(about_key=str(draft.pk)).exists()


# ---- left alone ----


def test_a_draft_without_an_account_is_gone_half_a_year_after_its_last_word(call, settings):
    draft, holder, file = unclaimed(call)
    began = timezone.now()
    with time_machine.travel(began + timedelta(days=100)):
        actions.save_draft(actor=holder, submission=draft, answers={"title": "Boats again"})
    assert forget_old_drafts(began + UNCLAIMED_LASTS + timedelta(days=1)) == 0
    assert forget_old_drafts(began + timedelta(days=101) + UNCLAIMED_LASTS) == 1
    assert not is_left(draft, file) and on_disk(settings) == []


def test_what_belongs_to_somebody_is_not_removed_by_itself(call):
    ann = make_account()
    draft, _none = actions.start_draft(actor=ann, call=call, answers={"title": "Boats"})
    entered = actions.enter_for(actor=make_account("boss@example.org", role="secretariat"), call=call, answers={}, origin="paper", draft_only=True)
    handed_in, holder, _file = unclaimed(call, **GOOD)
    actions.submit(actor=holder, submission=handed_in, email="wanja@example.org")
    assert forget_old_drafts(timezone.now() + timedelta(days=3000)) == 0
    assert set(Submission.objects.all()) == {draft, entered, handed_in}
    with pytest.raises(Conflict):
        forget_draft(actor=SYSTEM, submission=handed_in)


def test_it_is_looked_at_every_day_as_long_as_there_are_drafts(call):
    def waiting() -> int:
        return DBTaskResult.objects.filter(task_path=forget.module_path, status="READY").count()

    draft, _path = begun(call, title="Boats")
    begun(call, title="Nets")
    assert waiting() == 1, "once, however many drafts are begun"
    DBTaskResult.objects.all().delete()
    actions.discard_draft(actor=Holder(draft.pk), submission=draft)
    forget.call()
    assert waiting() == 1
    DBTaskResult.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(days=300)):
        assert forget.call() == 2
    assert waiting() == 0


# ---- asked for by the person ----


def test_who_asks_for_their_data_gets_the_files_of_drafts_from_before_they_had_an_account(call):
    draft, holder, file = unclaimed(call)
    actions.send_link(actor=holder, submission=draft, secret="", email="Wanja@Example.org")
    wanja = make_account("wanja@example.org")
    (told,) = export_person(actor=wanja, person=wanja.person)["calls"]["submissions"]
    (given,) = told["files"]
    assert (given["name"], given["kind"], given["size"]) == (file.name, "image/png", file.size)


def test_who_is_erased_leaves_no_draft_behind(call, settings):
    draft, holder, file = unclaimed(call)
    actions.send_link(actor=holder, submission=draft, secret="", email="Wanja@Example.org")
    begun(call, title="Somebody else's")
    wanja = make_account("wanja@example.org")
    erase_person(actor=wanja, person=wanja.person)
    assert not is_left(draft, file) and on_disk(settings) == []
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("is_claimed", [True, False])
def test_of_what_was_handed_in_the_files_go_and_the_answers_about_the_work_stay(call, settings, is_claimed):
    draft, path = begun(call, **GOOD)
    holder = Holder(draft.pk)
    taken_off = add(holder, draft, "first.png")
    file = add(holder, draft, "Wanja on her boat.png")
    actions.detach(actor=holder, submission=draft, key=taken_off.pk)
    wanja = make_account("wanja@example.org")
    if is_claimed:
        actions.claim(actor=wanja, submission=draft, secret=path.split("/")[-2])
    draft = Submission.objects.get()
    actions.submit(actor=wanja if is_claimed else holder, submission=draft, email="wanja@example.org")
    assert send_receipt.call(str(draft.pk)) == 1 and OutboxMessage.objects.get(template="calls-receipt").attachments.exists()
    erase_person(actor=wanja, person=wanja.person)
    stays = Submission.objects.get()
    assert (stays.title, stays.owner, stays.email) == (GOOD["title"], None, "") and "picture" not in stays.answers
    assert not StoredFile.objects.filter(pk__in=[file.pk, taken_off.pk]).exists() and not Attachment.objects.exists()
    assert on_disk(settings) == []


def test_a_published_file_stays_with_what_it_was_published_in(call):
    draft, holder, file = unclaimed(call, **GOOD)
    actions.submit(actor=holder, submission=draft, email="wanja@example.org")
    StoredFile.objects.update(is_public=True)
    wanja = make_account("wanja@example.org")
    erase_person(actor=wanja, person=wanja.person)
    assert StoredFile.objects.filter(pk=file.pk).exists()
