"""Searches that somebody keeps, and the mails about what is new: each entry once, and nothing where nothing is new."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import NOBODY
from plenary.ground.framework.text import Text
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import Person, User
from plenary.programmes.stocktaking import actions, alerts
from plenary.programmes.stocktaking.actions import searches
from plenary.programmes.stocktaking.models import Entry, SavedSearch
from plenary.programmes.stocktaking.tests.making import make_entry

Often = SavedSearch.Often
DAY = timedelta(days=1)


@pytest.fixture
def other(db):
    return User.objects.create_user("other@example.org", person=Person.objects.create(name="Visitor 0002"))


@pytest.fixture
def kept(world, visitor):
    """A search for goal 3, kept two hours ago, so that what becomes public now is news."""
    search = searches.save_search(actor=visitor, name="Health", query="sdg=3", often=Often.DAILY)
    then = timezone.now() - timedelta(hours=2)
    SavedSearch.objects.update(told_until=then, looked_at=then)
    search.refresh_from_db()
    return search


def tell(days=1):
    """A run of the daily work some days from now."""
    return alerts.tell_due(timezone.now() + days * DAY)


def mails():
    return list(OutboxMessage.objects.filter(template="stocktaking-new-entries").order_by("pk"))


# ---- keeping ---------------------------------------------------------------------------------------------------------


def test_a_visitor_signs_in_first_and_comes_back_with_the_search(client, world, visitor):
    page = client.get("/stocktaking/?sdg=3&country=KE&q=clinic").content.decode()
    save = re.search(r"href=\"(/stocktaking/saved/new/[^\"]*)\"", page)[1].replace("&amp;", "&")
    answer = client.get(save)
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    client.force_login(visitor)
    assert client.get(save).status_code == 200
    answer = client.post(save, {"name": "Clinics in Kenya", "often": "weekly"})
    assert answer["Location"] == "/stocktaking/saved/"
    search = SavedSearch.objects.get()
    assert (search.user, search.query) == (visitor, "q=clinic&sdg=3&country=KE")
    listed = client.get("/stocktaking/saved/").content.decode()
    assert "Clinics in Kenya" in listed
    assert "Kenya" in listed
    assert "/stocktaking/?q=clinic&amp;sdg=3&amp;country=KE" in listed
    assert "/stocktaking/feed.atom?q=clinic&amp;sdg=3&amp;country=KE" in listed


def test_the_same_search_is_kept_once_however_it_was_written(client, world, visitor):
    client.force_login(visitor)
    client.post("/stocktaking/saved/new/?country=KE&sdg=3&view=map&sort=title", {"name": "One", "often": "weekly"})
    client.post("/stocktaking/saved/new/?sdg=3&country=KE", {"name": "Two", "often": "daily"})
    search = SavedSearch.objects.get()
    assert (search.name, search.often, search.query) == ("Two", "daily", "sdg=3&country=KE")


def test_what_does_not_exist_cannot_be_kept(client, world, visitor):
    client.force_login(visitor)
    assert client.get("/stocktaking/saved/new/?sdg=99").status_code == 400
    answer = client.post("/stocktaking/saved/new/?sdg=3", {"name": " ", "often": "hourly"})
    assert answer.status_code == 400
    assert not SavedSearch.objects.exists()


def test_renaming_and_deleting_are_for_the_owner_alone(client, kept, visitor, other):
    client.force_login(other)
    assert client.post(f"/stocktaking/saved/{kept.pk}/", {"name": "Mine", "often": "never"}).status_code == 404
    assert client.post(f"/stocktaking/saved/{kept.pk}/delete/").status_code == 404
    assert "Health" not in client.get("/stocktaking/saved/").content.decode()
    for actor in (other, NOBODY):
        with pytest.raises(NotAllowed):
            searches.change_search(actor=actor, search=kept, name="Mine", often=Often.NEVER)
        with pytest.raises(NotAllowed):
            searches.delete_search(actor=actor, search=kept)
    with pytest.raises(NotAllowed):
        searches.save_search(actor=NOBODY, name="x", query="")
    client.force_login(visitor)
    client.post(f"/stocktaking/saved/{kept.pk}/", {"name": "Health projects", "often": "weekly"})
    kept.refresh_from_db()
    assert (kept.name, kept.often) == ("Health projects", "weekly")
    client.post(f"/stocktaking/saved/{kept.pk}/delete/")
    assert not SavedSearch.objects.exists()


def test_a_hundred_are_enough(world, visitor, monkeypatch):
    monkeypatch.setattr(searches, "MOST", 2)
    for number in range(2):
        searches.save_search(actor=visitor, name="x", query=f"year={2000 + number}")
    with pytest.raises(Conflict):
        searches.save_search(actor=visitor, name="x", query="year=2010")


def test_the_list_asks_the_database_as_often_for_many_as_for_one(client, world, visitor):
    client.force_login(visitor)
    counts = []
    for number in range(8):
        searches.save_search(actor=visitor, name=f"Search {number}", query=f"sdg=3&country=KE&year={2000 + number}")
        client.get("/stocktaking/saved/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/stocktaking/saved/")
        counts.append(len(asked))
    assert counts[0] == counts[-1]


def test_a_search_for_what_is_no_more_is_said_to_be_so(client, world, visitor):
    SavedSearch.objects.create(user=visitor, name="Old", query="colour=red")
    client.force_login(visitor)
    assert "asks for something that is no more" in client.get("/stocktaking/saved/").content.decode()
    assert tell(8) == 0


def test_what_somebody_looks_for_is_not_in_the_trail(kept):
    from plenary.ground.audit.queries import trail_of

    records = list(trail_of(searches.KIND, str(kept.pk)))
    assert [record.verb for record in records] == ["created"]
    assert "sdg" not in str(records[0].payload.after)


# ---- telling ---------------------------------------------------------------------------------------------------------


def test_what_is_new_is_told_once(world, kept):
    make_entry(world, "New clinic", "sdgs 3")
    make_entry(world, "New school", "sdgs 4")
    assert tell() == 1
    (mail,) = mails()
    assert mail.to == "visitor@example.org"
    assert "Health" in mail.subject
    assert "New clinic" in mail.body
    assert "/stocktaking/2021-1/" in mail.body
    assert "New school" not in mail.body
    for days in (1, 2, 3, 30):
        assert tell(days) == 0
    assert len(mails()) == 1


def test_nothing_new_no_mail(world, kept):
    make_entry(world, "New school", "sdgs 4")
    assert tell() == 0
    assert mails() == []


def test_what_was_there_before_is_no_news(world, visitor):
    make_entry(world, "Old clinic", "sdgs 3")
    Entry.objects.update(published_at=timezone.now() - DAY)
    searches.save_search(actor=visitor, name="Health", query="sdg=3", often=Often.DAILY)
    make_entry(world, "New clinic", "sdgs 3")
    assert tell() == 1
    assert "Old clinic" not in mails()[0].body


def test_a_change_of_an_entry_is_no_news(world, kept, secretary):
    entry = make_entry(world, "Clinic", "sdgs 3")
    assert tell() == 1
    actions.withdraw_entry(actor=secretary, entry=entry, reason="x")
    actions.restore_entry(actor=secretary, entry=entry)
    assert tell(2) == 0


def test_hidden_and_withdrawn_entries_are_never_told(world, kept, secretary):
    make_entry(world, "Draft clinic", "sdgs 3", state=Entry.State.DRAFT)
    gone = make_entry(world, "Withdrawn clinic", "sdgs 3")
    actions.withdraw_entry(actor=secretary, entry=gone, reason="x")
    make_entry(world, "Public clinic", "sdgs 3")
    assert tell() == 1
    assert "Draft clinic" not in mails()[0].body
    assert "Withdrawn clinic" not in mails()[0].body


def test_a_crash_while_writing_the_mail_loses_nothing_and_tells_nothing_twice(world, kept, monkeypatch):
    make_entry(world, "New clinic", "sdgs 3")
    real = alerts.queue

    def breaks(**values):
        real(**values)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(alerts, "queue", breaks)
    assert tell() == 0
    assert mails() == []
    monkeypatch.setattr(alerts, "queue", real)
    assert tell() == 1
    assert tell(2) == 0
    assert len(mails()) == 1


def test_one_that_breaks_stops_no_other(world, kept, other, monkeypatch):
    searches.save_search(actor=other, name="Other", query="", often=Often.DAILY)
    SavedSearch.objects.update(told_until=timezone.now() - DAY, looked_at=timezone.now() - DAY)
    make_entry(world, "New clinic", "sdgs 3")
    real = alerts.queue
    monkeypatch.setattr(alerts, "queue", lambda **values: real(**values) if values["to"] == "other@example.org" else 1 / 0)
    assert tell() == 1
    assert [mail.to for mail in mails()] == ["other@example.org"]


def test_what_the_index_does_not_know_yet_waits_for_the_next_time(world, kept, settings):
    make_entry(world, "New clinic", "sdgs 3")
    make_entry(world, "First", "sdgs 4")
    assert tell(0) == 0
    settings.SEARCH_FOLLOWS_AT_ONCE = False
    make_entry(world, "Late clinic", "sdgs 3")
    assert tell() == 0
    settings.SEARCH_FOLLOWS_AT_ONCE = True
    assert tell() == 1
    assert "Late clinic" in mails()[0].body


def test_weekly_is_once_a_week_and_never_is_never(world, kept, visitor):
    searches.change_search(actor=visitor, search=kept, name="Health", often=Often.WEEKLY)
    make_entry(world, "New clinic", "sdgs 3")
    assert tell(2) == 0
    assert tell(7) == 1
    searches.change_search(actor=visitor, search=kept, name="Health", often=Often.NEVER)
    make_entry(world, "Next clinic", "sdgs 3")
    assert tell(30) == 0
    searches.change_search(actor=visitor, search=kept, name="Health", often=Often.DAILY)
    SavedSearch.objects.update(looked_at=timezone.now() - 9 * DAY)
    assert "Next clinic" not in "".join(mail.body for mail in mails())


def test_many_are_counted_and_the_newest_listed(world, kept):
    for number in range(25):
        make_entry(world, f"Clinic {number:02d}", "sdgs 3")
    assert tell() == 1
    body = mails()[0].body
    assert "25" in body
    assert len(re.findall(r"/stocktaking/2021-\d+/", body)) == alerts.MOST
    assert "sort=published" in body


def test_the_mail_is_in_the_language_of_its_reader(world, kept, visitor):
    visitor.language = "fr"
    visitor.save()
    make_entry(world, "", "sdgs 3", text=Text({"en": "New clinic", "fr": "Nouvelle clinique"}))
    tell()
    (mail,) = mails()
    assert "Nouvelle clinique" in mail.body
    assert "/fr/stocktaking/" in mail.body
    assert mail.subject.startswith("Nouveaux projets")


def test_the_link_of_a_mail_ends_the_mails_without_signing_in(client, world, kept):
    make_entry(world, "New clinic", "sdgs 3")
    tell()
    path = re.search(r"http\S+?(/stocktaking/saved/stop/\S+)", mails()[0].body)[1]
    assert client.get(path).status_code == 200
    kept.refresh_from_db()
    assert kept.often == Often.DAILY  # opening it does nothing: mail programs open links
    answer = client.post(path)
    assert "no more mails" in answer.content.decode()
    kept.refresh_from_db()
    assert kept.often == Often.NEVER
    for wrong in (path[:-3] + "abc/", "/stocktaking/saved/stop/x/", "/stocktaking/saved/stop/" + "x" * 3000 + "/"):
        assert client.post(wrong).status_code == 404
    kept.delete()
    assert client.get(path).status_code == 404


def test_somebody_who_is_away_gets_no_mail(world, kept, visitor):
    visitor.is_active = False
    visitor.save()
    make_entry(world, "New clinic", "sdgs 3")
    assert tell() == 0


def test_the_work_is_arranged_once_and_goes_on_by_itself(world, visitor, django_capture_on_commit_callbacks):
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.filter(task_path=alerts.tell_of_new.module_path, status="READY")
    with django_capture_on_commit_callbacks(execute=True):
        searches.save_search(actor=visitor, name="a", query="sdg=3")
        searches.save_search(actor=visitor, name="b", query="sdg=4")
    assert waiting.count() == 1
    waiting.delete()
    alerts.tell_of_new.call()
    assert waiting.count() == 1
    SavedSearch.objects.update(often=Often.NEVER)
    waiting.delete()
    alerts.tell_of_new.call()
    assert waiting.count() == 0


def test_what_somebody_keeps_can_be_taken_along_and_is_gone_with_them(kept, visitor):
    assert [each["query"] for each in searches.saved_of(visitor)] == ["sdg=3"]
    assert searches.forget_saved(visitor) == 1
    assert searches.saved_of(visitor) == []
