"""The pages under /account/, the legal texts, and the commands."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.core import mail
from django.urls import reverse

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people import actions
from plenary.ground.people.actions.legal import DATA
from plenary.ground.people.commands import people
from plenary.ground.people.demo import make_demo_people
from plenary.ground.people.markdown import to_html
from plenary.ground.people.models import Affiliation, LegalText, Person, User

pytestmark = pytest.mark.django_db
PAGES = ["account", "profile", "organisations", "preferences", "security", "agreements", "data", "erase"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("prefix", ["", "/ar", "/zh"])
def test_pages_for_the_signed_in_only(client, signed_in, name, prefix):
    path = prefix + reverse(f"people:{name}")
    assert client.get(path)["Location"].startswith(f"{prefix}/accounts/login/")
    signed_in("ann", "reviewer")
    page = client.get(path)
    html = page.content.decode()
    assert page.status_code == 200 and html.count("<h1") == 1
    assert 'aria-current="page"' in html or name == "erase"
    assert "no-store" in page["Cache-Control"]


def test_profile(client, signed_in, countries):
    user = signed_in("ann")
    path = reverse("people:profile")
    given = {"name": "Ann Example", "honorific": "Dr", "country": "KE", "stakeholder_type": "academia", "languages": ["en", "ar"]}
    response = client.post(path, {**given, "other_languages": "Swahili, hindi; 葡萄牙语", "gender": "woman", "birth_year": "1984"})
    assert response.status_code == 302
    person = Person.objects.get(user=user)
    assert (person.name, person.country.code, person.stakeholder_type.code, person.gender, person.birth_year) == (
        "Ann Example",
        "KE",
        "academia",
        "woman",
        1984,
    )
    assert person.languages == ["en", "ar", "sw", "hi", "pt"]
    page = client.get(path).content.decode()
    assert "You need not answer" in page and 'value="1984"' in page
    client.post(path, {"name": "Ann Example", "gender": "", "birth_year": ""})
    person.refresh_from_db()
    assert (person.gender, person.birth_year, person.country, person.languages) == ("", None, None, [])


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"birth_year": "1850"}, {"birth_year": "x"}, {"country": "XX"}, {"gender": "x"}, {"languages": ["xx"]}, {"other_languages": "Klingonish"}],
)
def test_bad_profile_values_are_told_at_the_field_and_nothing_is_lost(client, signed_in, countries, bad):
    signed_in("ann")
    response = client.post(reverse("people:profile"), {"name": "Ann Example", "honorific": "Dr", **bad})
    html = response.content.decode()
    assert response.status_code == 400 and "error-summary" in html
    assert f'id="id_{next(iter(bad))}_error"' in html and 'value="Dr"' in html


def test_organisations(client, signed_in, countries):
    user = signed_in("ann")
    path = reverse("people:organisations")
    assert client.post(path, {"name": "Institute", "country": "KE", "post": "Director", "since": "2020-01-01"}).status_code == 302
    affiliation = Affiliation.objects.get(person=user.person)
    assert (str(affiliation.organisation), str(affiliation.post)) == ("Institute", "Director")
    assert client.post(path, {"name": "…"}).status_code == 400
    assert client.post(path, {"name": "B", "since": "2020-01-02", "until": "2020-01-01"}).status_code == 400
    remove = reverse("people:remove_affiliation", args=[affiliation.pk])
    assert client.get(remove).status_code == 405
    client.logout()
    signed_in("bob")
    assert client.post(remove).status_code == 404
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.post(remove)
    assert not Affiliation.objects.exists()


def test_the_number_of_queries_does_not_grow(client, signed_in, django_assert_max_num_queries):
    user = signed_in("ann", "editor", "reviewer", "juror")
    for number in range(20):
        actions.add_affiliation(actor=user, person=user.person, organisation=actions.ensure_organisation(actor=user, name=f"Body {number}"))
    for name, budget in (("account", 12), ("organisations", 13), ("agreements", 8)):
        with django_assert_max_num_queries(budget):
            assert client.get(reverse(f"people:{name}")).status_code == 200


def test_preferences(client, signed_in):
    user = signed_in("ann")
    path = reverse("people:preferences")
    assert client.post(path, {"language": "fr", "zone": "Africa/Nairobi"}).status_code == 302
    user.refresh_from_db()
    assert (user.language, user.zone) == ("fr", "Africa/Nairobi")
    assert client.post(path, {"language": "xx", "zone": ""}).status_code == 400
    assert client.post(path, {"language": "fr", "zone": "Mars/Olympus"}).status_code == 400


def test_export(client, signed_in):
    signed_in("ann", "editor")
    assert client.get(reverse("people:export")).status_code == 405
    response = client.post(reverse("people:export"))
    assert "attachment" in response["Content-Disposition"]
    told = json.loads(response.content)
    assert told["people"]["persons"][0]["name"] == "Ann" and told["people"]["persons"][0]["roles"][0]["role"] == "editor"
    assert told["people"]["account"]["email_addresses"][0]["address"] == "ann@example.org"
    assert {"messages", "files"} <= set(told)


def test_sign_out_needs_a_form(client, signed_in):
    signed_in("ann")
    assert "Sign" in client.get(reverse("account_logout")).content.decode()
    client.post(reverse("account_logout"))
    assert client.get(reverse("people:account")).status_code == 302


# ---- legal texts ----


@pytest.mark.parametrize("language, word", [("en", "one account"), ("ar", "حساب"), ("zh", "账户"), ("fr", "compte"), ("ru", "запись"), ("es", "cuenta")])
@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_legal_texts_in_six_languages(client, legal, language, word, kind):
    prefix = "" if language == "en" else f"/{language}"
    html = client.get(f"{prefix}/account/{kind}/").content.decode()
    assert f'<div class="prose" lang="{language}"' in html
    assert word in html or (kind == "privacy" and language == "en")
    assert html.count("<h1") == 1


def test_loading_legal_texts_again_changes_nothing(legal):
    assert actions.load_legal(actor=SYSTEM) == legal
    assert LegalText.objects.count() == 2


def copy_of_texts(folder):
    for path in DATA.glob("*.md"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_words_that_were_agreed_to_cannot_be_changed(legal, make, tmp_path):
    folder = copy_of_texts(tmp_path)
    path = folder / "terms.en.md"
    path.write_text(path.read_text() + "\nAnd your house.\n")
    actions.load_legal(actor=SYSTEM, folder=folder)
    make("ann")
    path.write_text(path.read_text() + "\nAnd your garden.\n")
    with pytest.raises(Conflict):
        actions.load_legal(actor=SYSTEM, folder=folder)
    for each in folder.glob("terms.*.md"):
        each.write_text(each.read_text().replace("version: 1", "version: 2"))
    actions.load_legal(actor=SYSTEM, folder=folder)
    assert LegalText.objects.filter(kind="terms").count() == 2


def test_an_earlier_version_stays_readable(client, legal):
    old = LegalText.objects.get(kind="terms")
    LegalText.objects.create(kind="terms", version="2", text=old.text, published_at=old.published_at.replace(hour=1))
    assert "an earlier version" in client.get("/account/terms/1/").content.decode()
    assert "an earlier version" not in client.get("/account/terms/").content.decode()
    assert client.get("/account/terms/3/").status_code == 404


@pytest.mark.parametrize(
    "damage", ["no header", "---\nversion: 1\npublished: 2026-13-01\n---\nx", "---\nversion: 9\npublished: 2026-11-23\n---\nx", b"\xff\xfe\x00"]
)
def test_damaged_files_are_told_all_at_once(tmp_path, damage):
    folder = copy_of_texts(tmp_path)
    for name in ("terms.fr.md", "privacy.ar.md") if damage != "no header" else ("terms.fr.md", "terms.ar.md"):
        (folder / name).write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    with pytest.raises(Invalid) as caught:
        actions.load_legal(actor=SYSTEM, folder=folder)
    assert caught.value.problems
    assert not LegalText.objects.exists()


def test_markdown_is_clean():
    html = to_html("## Title\n\n[a](javascript:alert(1)) <script>alert(1)</script> <img src=x onerror=alert(1)> [b](https://example.org)")
    assert "<h2>Title</h2>" in html and 'href="https://example.org"' in html
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html


# ---- commands and demo ----


def run(*arguments):
    return CliRunner().invoke(people, arguments, catch_exceptions=False)


def test_commands(legal):
    assert "can sign in" in run("create-secretariat", "Boss@example.org", "--name", "Boss").output
    user = User.objects.get(email="boss@example.org")
    assert user.has_role("administrator") and user.has_role("secretariat")
    run("grant", "boss@example.org", "editor", "--scope", "edition:2021", "--until", "2099-12-31")
    assert user.person.grants.get(role="editor").until.year == 2099
    assert "/account/enter/?sesame=" in run("sign-in-link", "boss@example.org", "--path", "/desk/").output
    with pytest.raises(Invalid):
        run("sign-in-link", "nobody@example.org")
    with pytest.raises(Invalid):
        run("create-secretariat", "boss@example.org", "--name", "Again")
    with pytest.raises(Invalid):
        run("create-secretariat", "not an address", "--name", "Again")
    assert "version 1" in run("load-legal").output
    assert not mail.outbox


def test_demo_people_are_made_once_and_only_in_the_demo(legal, countries, settings):
    assert make_demo_people(30) == 37
    assert make_demo_people(30) == 0
    boss = User.objects.get(email="secretariat@demo.invalid")
    assert boss.has_role("administrator") and boss.has_role("secretariat")
    assert Person.objects.get(name="Participant 0007").country is not None
    settings.DEMO = False
    with pytest.raises(Conflict):
        make_demo_people(1)
