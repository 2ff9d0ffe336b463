"""Opening a call, its settings and phases, through the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plenary.engines.calls import intakes
from plenary.engines.calls.actions import create_call, put_form, start_draft
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, Phase, Submission
from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db
CALLS = "/desk/editions/2021/calls/"
NEW = f"{CALLS}new/"
SETTINGS = f"{CALLS}prizes/settings/"
PHASE = f"{CALLS}prizes/phase/submission/"
FORM = {"parts": [{"title": "You", "fields": [{"kind": "text", "code": "title", "label": {"en": "Title", "fr": "Titre"}, "becomes": "title"}]}]}


def filled(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with some values typed anew."""
    values: dict[str, Any] = {}
    for field in client.get(path).context["form"]:
        value = field.value()
        if hasattr(value, "texts"):
            values |= {f"{field.name}_{language}": text for language, text in value.texts.items()}
            values[f"{field.name}_original"] = value.original
        elif field.name == "intakes":
            for number, row in enumerate(value or ()):
                values |= {f"intakes_decision_{number}": row["decision"], f"intakes_intake_{number}": row["intake"]}
            values.setdefault("intakes_decision_0", "")
        elif hasattr(value, "clock"):
            values |= {f"{field.name}_0": value.day.isoformat(), f"{field.name}_1": value.clock.isoformat("minutes") if value.clock else ""}
        elif value not in (None, False):
            values[field.name] = value
    return {**values, **changes}


@pytest.fixture
def call(edition: Edition) -> Call:
    return Call.objects.select_related("edition").get(edition=edition, slug="prizes")


@pytest.fixture
def entry_intake() -> Iterator[str]:
    """An intake that this test alone knows."""
    code = "tests.entry"
    intakes.register(intakes.Intake(code, "Test entry", accept=lambda _actor, _submission: intakes.Made("tests.entry", "1"), reads=("title", "summary")))
    yield code
    del intakes._intakes[code]


# ---- settings -------------------------------------------------------------------------------------------------------


def test_sending_the_settings_as_they_are_changes_nothing(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    before = TrailRecord.objects.count()
    assert client.post(SETTINGS, filled(client, SETTINGS)).status_code == 302
    assert TrailRecord.objects.count() == before


def test_all_settings_are_saved_and_shown_to_the_public(call: Call, entry_intake: str, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    typed = filled(
        client,
        SETTINGS,
        title_es="Premios",
        purpose_en="A prize for projects.",
        rules_fr="Une seule fois.",
        rules_original="fr",
        contact="prizes@example.org",
        audience="anyone",
        stakeholder_types=["government", "academia"],
        languages=["en", "fr"],
        per_organisation_and_category="1",
        intakes_decision_0="eligible",
        intakes_intake_0=entry_intake,
        shows_use="on",
    )
    assert client.post(SETTINGS, typed, follow=True).redirect_chain == [(SETTINGS, 302)]
    saved = Call.objects.get(pk=call.pk)
    assert saved.title.texts == {"en": "Prizes", "fr": "Prix", "es": "Premios"}
    assert saved.rules == Text({"fr": "Une seule fois."}, "fr")
    assert (saved.contact, saved.audience, saved.languages) == ("prizes@example.org", "anyone", ["en", "fr"])
    assert set(saved.stakeholder_types) == {"government", "academia"}
    assert (saved.per_person, saved.per_organisation, saved.per_organisation_and_category) == (None, None, 1)
    assert saved.intakes == [{"decision": "eligible", "intake": entry_intake}]
    assert saved.shows_use
    assert "A prize for projects." in client.get("/calls/2021/prizes/").content.decode()
    # A row that is cleared goes.
    assert client.post(SETTINGS, filled(client, SETTINGS, intakes_decision_0="", intakes_intake_0="")).status_code == 302
    assert Call.objects.get(pk=call.pk).intakes == []


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"title_en": "", "title_fr": ""}, "title", "required"),
        ({"contact": "nobody"}, "contact", "valid email"),
        ({"audience": "cats"}, "audience", "valid choice"),
        ({"languages": ["xx"]}, "languages", "valid choice"),
        ({"stakeholder_types": ["dragons"]}, "stakeholder_types", "valid choice"),
        ({"per_person": "0"}, "per_person", "greater than or equal to 1"),
        ({"per_organisation": "many"}, "per_organisation", "whole number"),
        ({"intakes_decision_0": "eligible", "intakes_intake_0": "made.up"}, "intakes", "Nothing here makes records"),
        ({"intakes_decision_0": "eligible"}, "intakes", "Each row needs"),
        ({"intakes_decision_0": "declined", "intakes_intake_0": "stocktaking.entry"}, "intakes", "cannot be the name"),
        ({"intakes_decision_0": "Very Good", "intakes_intake_0": "stocktaking.entry"}, "intakes", "cannot be the name"),
    ],
)
def test_settings_that_do_not_hold_are_told_at_the_field_and_nothing_typed_is_lost(
    call: Call, at_desk: Callable[..., Client], typed: dict[str, Any], field: str, words: str
) -> None:
    client = at_desk()
    answer = client.post(SETTINGS, filled(client, SETTINGS, guidance_ru="Я это набрал", guidance_original="ru", **typed))
    assert answer.status_code == 400
    assert words in " ".join(answer.context["form"].errors[field])
    assert "Я это набрал" in answer.content.decode()
    assert not Call.objects.get(pk=call.pk).guidance


def test_an_intake_that_nobody_knows_any_more_can_stay(call: Call, at_desk: Callable[..., Client]) -> None:
    Call.objects.filter(pk=call.pk).update(intakes=[{"decision": "accepted", "intake": "former.room"}])
    client = at_desk()
    assert client.post(SETTINGS, filled(client, SETTINGS, contact="a@example.org")).status_code == 302
    assert Call.objects.get(pk=call.pk).intakes == [{"decision": "accepted", "intake": "former.room"}]


# ---- a new call -----------------------------------------------------------------------------------------------------


def test_a_call_is_opened_from_nothing(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert NEW in client.get(CALLS).content.decode()
    answer = client.post(NEW, {"title_en": "Photo contest", "title_original": "en", "audience": "verified", "intakes_decision_0": ""}, follow=True)
    assert answer.redirect_chain == [(f"{CALLS}photo-contest/publish/", 302)]
    page = answer.content.decode()
    assert "It has no form" in page and "no phase for submissions" in page
    assert "no phases yet" in client.get(f"{CALLS}photo-contest/settings/").text
    assert client.get("/calls/2021/photo-contest/").status_code == 404
    added = TrailRecord.objects.get(kind="calls.call", key="2021/photo-contest")
    assert added.verb == "added"


@pytest.mark.parametrize("slug", ["prizes", "new", "Photo", "-photo", "photo contest", "x" * 61, "a/b"])
def test_an_address_that_cannot_be_is_told_at_the_field(edition: Edition, at_desk: Callable[..., Client], slug: str) -> None:
    typed = {"title_en": "Photos", "title_original": "en", "audience": "verified", "slug": slug, "intakes_decision_0": ""}
    answer = at_desk().post(NEW, typed)
    assert answer.status_code == 400
    assert "slug" in answer.context["form"].errors
    assert Call.objects.count() == 1


def test_a_call_is_opened_like_last_years(call: Call, at_desk: Callable[..., Client]) -> None:
    Edition.objects.create(code="2022", name=Text.of("Forum 2022"), zone="Europe/Zurich")
    Call.objects.filter(pk=call.pk).update(per_person=2, contact="prizes@example.org", rules=Text.of("Be kind."))
    Phase.objects.create(call=call, code="jury", kind="jury", title=Text.of("Jury"), text=Text.of("They meet."), position=1)
    Phase.objects.create(call=call, code="party", kind="meeting", title=Text.of("Party"), position=2)
    put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))
    client = at_desk()
    path = "/desk/editions/2022/calls/new/?like=2021/prizes"
    typed = filled(client, path, take_submission="on", take_jury="on", take_party="")
    assert typed["slug"] == "prizes"
    typed |= {"opens_submission_0": "2022-01-10", "closes_submission_0": "2022-02-10", "closes_submission_1": "23:00"}
    assert client.post(path, typed)["Location"] == "/desk/editions/2022/calls/prizes/publish/"
    made = Call.objects.get(edition__code="2022")
    assert not made.is_published and client.get("/calls/2022/prizes/").status_code == 404
    assert (made.slug, made.title, made.per_person, made.contact, str(made.rules)) == ("prizes", call.title, 2, "prizes@example.org", "Be kind.")
    phases = {phase.code: phase for phase in made.phases.all()}
    assert set(phases) == {"submission", "jury"}
    assert phases["submission"].closes_at == datetime(2022, 2, 10, 22, 0, tzinfo=UTC)
    assert phases["submission"].opens_at == datetime(2022, 1, 9, 23, 0, tzinfo=UTC)
    assert (phases["jury"].opens_at, str(phases["jury"].text)) == (None, "They meet.")
    # The form waits as a draft: nobody answers it before somebody has looked at it.
    assert [(form.published_at, form.definition) for form in made.forms.all()] == [(None, Definition.from_data(FORM).to_data())]
    assert call.forms.get().published_at is not None


def test_a_call_like_one_of_the_same_edition_needs_an_address_of_its_own(call: Call, at_desk: Callable[..., Client]) -> None:
    assert "slug" not in filled(at_desk(), f"{NEW}?like=2021/prizes")
    assert at_desk().get(f"{NEW}?like=2021/nothing").status_code == 404
    assert at_desk().get(f"{NEW}?like='").status_code == 400


def test_the_action_checks_what_no_page_sends(edition: Edition) -> None:
    from plenary.engines.calls.actions import CallValues, edit_call

    title = Text.of("T")
    for values, field in (
        ({"languages": ["en", "<b>"]}, "languages"),
        ({"stakeholder_types": ["dragons"]}, "stakeholder_types"),
        ({"per_person": 0}, "per_person"),
        ({"per_organisation": 5000}, "per_organisation"),
        ({"audience": "cats"}, "audience"),
        ({"contact": "nobody"}, "contact"),
        ({"intakes": [{"decision": "a", "intake": "made.up"}]}, "intakes"),
    ):
        with pytest.raises(Invalid) as refused:
            create_call(actor=SYSTEM, edition=edition, values=CallValues(slug="t", title=title, **values))
        assert set(refused.value.problems) == {field}
        with pytest.raises(Invalid):
            edit_call(actor=SYSTEM, call=Call.objects.get(slug="prizes"), values=values)
    with pytest.raises(Invalid):
        create_call(actor=SYSTEM, edition=edition, values=CallValues(slug="t", title=Text()))
    assert Call.objects.count() == 1


# ---- phases ---------------------------------------------------------------------------------------------------------


def test_sending_a_phase_as_it_is_changes_nothing(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    Phase.objects.filter(code="submission").update(opens_at=datetime(2021, 1, 10, 8, 30, 15, tzinfo=UTC))
    before = TrailRecord.objects.count()
    assert client.post(PHASE, filled(client, PHASE)).status_code == 302
    assert TrailRecord.objects.count() == before


def test_a_public_deadline_is_moved_on_its_own_page_only(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    page = client.get(PHASE)
    assert "closes" not in page.context["form"].fields
    assert f"{PHASE}deadline/" in page.content.decode()
    deadline = Phase.objects.get(code="submission").closes_at
    client.post(PHASE, filled(client, PHASE, closes_0="2030-01-01", title_en="Handing in"))
    phase = Phase.objects.get(code="submission")
    assert phase.closes_at == deadline
    assert phase.title.texts["en"] == "Handing in"


def test_a_meeting_is_added_with_what_meetings_have(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    path = f"{CALLS}prizes/phases/add/"
    typed = {
        "kind": "meeting", "title_en": "First meeting", "title_original": "en", "zone": "Asia/Tashkent",
        "opens_0": "2021-03-01", "opens_1": "14:00", "closes_0": "2021-03-01", "closes_1": "15:30",
        "link": "https://example.org/join", "agenda_en": "1. Opening", "agenda_original": "en", "recording": "https://example.org/film",
    }  # fmt: skip
    assert client.post(path, typed).status_code == 302
    meeting = Phase.objects.get(code="first-meeting")
    assert (meeting.opens_at, meeting.closes_at) == (datetime(2021, 3, 1, 9, 0, tzinfo=UTC), datetime(2021, 3, 1, 10, 30, tzinfo=UTC))
    assert (str(meeting.agenda), meeting.link, meeting.recording, meeting.position) == ("1. Opening", "https://example.org/join", "https://example.org/film", 1)
    assert "https://example.org/join" in client.get("/calls/2021/prizes/").content.decode()
    again = client.post(path, typed)
    assert again.status_code == 400
    assert "code" in again.context["form"].errors


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"opens_0": "2021-03-02", "closes_0": "2021-03-01"}, "closes"),
        ({"opens_0": "2021-03-01", "opens_1": "14:00", "closes_0": "2021-03-01"}, "closes"),
        ({"opens_1": "14:00"}, "opens"),
        ({"opens_0": "0001-01-01"}, "opens"),
        ({"opens_0": "9999-12-31"}, "opens"),
        ({"opens_0": "2021-03-28", "opens_1": "02:30"}, "opens"),  # clocks are put forward at two
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"kind": "party"}, "kind"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"title_en": ""}, "title"),
        ({"code": "Äh"}, "code"),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused_at_the_field(call: Call, at_desk: Callable[..., Client], typed: dict[str, str], field: str) -> None:
    whole = {"kind": "jury", "title_en": "Jury", "title_original": "en", "zone": "Europe/Zurich", **typed}
    answer = at_desk().post(f"{CALLS}prizes/phases/add/", whole)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert Phase.objects.count() == 1


def test_days_alone_last_to_the_end_of_the_last(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    typed = {"kind": "jury", "title_en": "Jury", "title_original": "en", "zone": "Europe/Zurich", "opens_0": "2021-03-01", "closes_0": "2021-03-28"}
    client.post(f"{CALLS}prizes/phases/add/", typed)
    jury = Phase.objects.get(code="jury")
    assert jury.all_day
    assert jury.closes_at == datetime(2021, 3, 28, 21, 59, 59, 999999, UTC)
    # The end of a day in Geneva is none elsewhere, so the zone stays.
    path = f"{CALLS}prizes/phase/jury/"
    client.post(path, filled(client, path, zone="Asia/Tokyo"))
    assert Phase.objects.get(code="jury").zone == "Europe/Zurich"
    refused = client.post(path, filled(client, path, opens_1="10:00"))
    assert "opens" in refused.context["form"].errors


def test_phases_change_places(call: Call, at_desk: Callable[..., Client]) -> None:
    for number, code in enumerate(("b", "c"), 1):
        Phase.objects.create(call=call, code=code, kind="jury", title=Text.of(code), position=number)
    client = at_desk()
    move = f"{CALLS}prizes/phases/move/"

    def order() -> list[str]:
        return [step.phase.code for step in client.get(SETTINGS).context["steps"]]

    client.post(move, {"up": "c"})
    assert order() == ["submission", "c", "b"]
    client.post(move, {"down": "submission"})
    assert order() == ["c", "submission", "b"]
    client.post(move, {"up": "c"})
    client.get(move)
    assert order() == ["c", "submission", "b"]
    assert client.post(move, {"up": "nothing"}).status_code == 404


def test_a_phase_goes_unless_it_is_where_submissions_came(call: Call, at_desk: Callable[..., Client]) -> None:
    Phase.objects.create(call=call, code="jury", kind="jury", title=Text.of("Jury"), position=1)
    form = put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))
    Submission.objects.create(call=call, form=form, state="submitted", number=1)
    client = at_desk()
    assert client.get(f"{CALLS}prizes/phase/jury/remove/").status_code == 200
    assert Phase.objects.count() == 2
    assert client.post(f"{CALLS}prizes/phase/jury/remove/", {"reason": "There is none"}).status_code == 302
    refused = client.post(f"{PHASE}remove/")
    assert "must stay" in refused.content.decode()
    assert [phase.code for phase in Phase.objects.all()] == ["submission"]
    assert TrailRecord.objects.filter(verb="removed phase").count() == 1
    whole = client.post(f"{CALLS}prizes/remove/")
    assert whole.status_code == 400
    assert Call.objects.filter(pk=call.pk).exists()
    Submission.objects.all().delete()
    assert client.post(f"{CALLS}prizes/remove/", {"reason": "By mistake"})["Location"] == CALLS
    assert not Call.objects.filter(pk=call.pk).exists()


# ---- who may --------------------------------------------------------------------------------------------------------

PAGES = (
    "call_new", "call_settings", "call_remove", "phase_add", "phase_move", "phase", "phase_remove", "extend",
    "form_editor", "form_preview", "form_publish", "form_data", "form_definition", "form_part_add", "form_kinds", "form_field", "form_field_add",
    "form_field_remove", "form_part", "form_part_remove", "form_version", "codes", "code_revoke", "call_mails", "call_mail", "uses", "use",
)  # fmt: skip


@pytest.fixture
def paths(call: Call) -> dict[str, str]:
    """An address for every page of a call."""
    from plenary.engines.calls.actions import make_code, save_form_draft
    from plenary.ground.messages.actions import load_templates

    load_templates(actor=SYSTEM)
    form = put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))
    other = {"parts": [*FORM["parts"], {"title": "More"}]}
    save_form_draft(actor=SYSTEM, call=call, definition=Definition.from_data(other))
    submission = Submission.objects.create(call=call, form=form, state="submitted", number=1, answers={"title": "T"})
    code, _secret = make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    more = {
        "call_new": ["2021"], "phase": ["submission"], "phase_remove": ["submission"], "extend": ["submission"], "form_field": ["title"],
        "form_field_add": ["text"], "form_field_remove": ["title"], "form_part": [0], "form_part_remove": [0], "form_version": [1],
        "code_revoke": [code.pk], "call_mail": ["calls-receipt"], "use": [submission.pk],
    }  # fmt: skip
    return {name: reverse(f"desk:{name}", args=more[name] if name == "call_new" else ["2021", "prizes", *more.get(name, [])]) for name in PAGES}


def traces() -> tuple[int, ...]:
    from plenary.engines.calls.models import FormVersion, LateCode

    return (TrailRecord.objects.count(), Phase.objects.count(), Call.objects.count(), FormVersion.objects.count(), LateCode.objects.count())


@pytest.mark.parametrize(
    ("role", "scope", "opens"),
    [
        ("administrator", "site", True),
        ("secretariat", "site", True),
        ("secretariat", "edition:2021", True),
        ("secretariat", "call:2021/prizes", True),
        ("secretariat", "edition:2020", False),
        ("secretariat", "call:2021/photos", False),
        ("secretariat", "country:KE", False),
        ("editor", "site", False),
        ("reader", "site", False),
        ("reviewer", "call:2021/prizes", False),
    ],
)
def test_each_role_opens_its_pages_and_no_others(paths: dict[str, str], at_desk: Callable[..., Client], role: str, scope: str, opens: bool) -> None:
    client = at_desk(role, scope)
    for name, path in paths.items():
        may = opens and not (name == "call_new" and scope.startswith("call:"))
        looked = client.get(path).status_code
        assert looked == ((302 if name in ("phase_move", "code_revoke") else 200) if may else 403), f"{role} {scope} GET {name}"
        if not may:
            before = traces()
            assert client.post(path, {"drop": "1", "start": "1", "publish": "1", "text": "{}"}).status_code in (403, 405), f"{role} {scope} POST {name}"
            assert traces() == before


def test_visitors_are_asked_to_sign_in(paths: dict[str, str], client: Client) -> None:
    for path in paths.values():
        assert client.get(path)["Location"].startswith("/accounts/login/")
        assert client.post(path, {})["Location"].startswith("/accounts/login/")


def test_pages_of_another_call_do_not_open_this_ones_things(paths: dict[str, str], edition: Edition, at_desk: Callable[..., Client]) -> None:
    from plenary.engines.calls.actions import CallValues

    create_call(actor=SYSTEM, edition=edition, values=CallValues(slug="photos", title=Text.of("Photos")))
    client = at_desk("secretariat", "call:2021/photos")
    for name in ("phase", "phase_remove", "extend", "code_revoke", "use", "form_version", "form_field"):
        path = paths[name].replace("/prizes/", "/photos/")
        assert client.get(path).status_code == 404, name
        assert client.post(path).status_code == 404, name


def test_a_role_for_one_call_finds_its_call(call: Call, at_desk: Callable[..., Client]) -> None:
    from plenary.engines.calls.actions import CallValues

    create_call(actor=SYSTEM, edition=call.edition, values=CallValues(slug="photos", title=Text.of("Photos")))
    client = at_desk("secretariat", "call:2021/prizes")
    page = client.get(CALLS).content.decode()
    assert SETTINGS in page
    assert "photos" not in page
    assert NEW not in page
    assert 'href="/desk/editions/2021/"' not in client.get(SETTINGS).content.decode()
    assert at_desk("secretariat", "call:2020/prizes").get(CALLS).status_code == 403
    assert "/settings/" not in at_desk("reader").get(CALLS).content.decode()


def test_every_page_needs_its_token(paths: dict[str, str], account: Callable[..., Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account("secretariat"), backend="django.contrib.auth.backends.ModelBackend")
    before = traces()
    for name, path in paths.items():
        if name != "form_definition":
            assert client.post(path, {"drop": "1"}).status_code == 403, name
    assert traces() == before


@pytest.mark.parametrize("prefix", ["/ar", "/zh", "/fr", "/ru", "/es"])
def test_the_pages_stand_in_every_language(paths: dict[str, str], at_desk: Callable[..., Client], prefix: str) -> None:
    client = at_desk()
    for name, path in paths.items():
        if name not in ("phase_move", "code_revoke"):
            assert client.get(f"{prefix}{path}").status_code == 200, name


def test_no_page_costs_more_queries_with_more_rows(
    paths: dict[str, str], call: Call, at_desk: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    from plenary.engines.calls.actions import make_code

    form = call.forms.get(number=1)
    for number in range(2, 30):
        Submission.objects.create(call=call, form=form, state="submitted", number=number, answers={"title": "T"})
        Phase.objects.create(call=call, code=f"p{number}", kind="jury", title=Text.of("P"), position=number)
        make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    client = at_desk()
    client.get(paths["call_settings"])
    most = {
        "call_settings": 18,
        "form_editor": 14,
        "form_preview": 14,
        "codes": 12,
        "call_mails": 12,
        "call_mail": 13,
        "uses": 15,
        "form_field": 14,
        "call_new": 12,
    }
    for name, number in most.items():
        with django_assert_max_num_queries(number):
            assert client.get(paths[name]).status_code == 200


def test_the_page_says_at_once_that_the_only_time_for_submissions_must_stay(call: Call, at_desk: Callable[..., Client]) -> None:
    client, path = at_desk(), f"{CALLS}prizes/phase/submission/remove/"
    page = client.get(path).text
    assert "only phase for submissions" in page and "Take it away</button>" in page
    put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))
    start_draft(actor=SYSTEM, call=call, answers={"title": "One"})
    page = client.get(path).text
    assert "It must stay" in page and "Take it away</button>" not in page
    assert client.post(path, {"reason": ""}).status_code == 400
    Phase.objects.create(call=call, code="second", kind="collect", title=Text.of("Second round"), position=9)
    assert "Take it away</button>" in client.get(path).text
