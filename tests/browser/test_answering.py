"""Answering a call as a new user does: from the first visit to the receipt, over a line that breaks, in two tabs at once."""

from __future__ import annotations

import io
import re
import time
from email import message_from_bytes
from email.policy import default

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_pages import findings, overflow

FORM = "/calls/demo/prizes/answer/"
WORDS = " ".join(f"word{number}" for number in range(160))
#: Longer texts of the form, all of them needed.
TEXTS = (
    *("goals", "sdg_linkage", "economic_impact", "social_impact", "environmental_impact"),
    *("partnerships", "replicability", "sustainability", "challenges"),
)


@pytest.fixture
def open_page(browser):
    """Opens pages of separate visitors, and closes them all."""
    contexts = []

    def opened(*, width: int = 1280, script: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        return context.new_page()

    yield opened
    for each in contexts:
        each.close()


def mails_to(site, address: str) -> list:
    """What the site has mailed to an address so far; the demo writes its mails where it was started."""
    parts = re.split(r"^-{79}\n", site.output.read_text(), flags=re.MULTILINE)
    found = []
    for part in parts:
        start = part.find("Content-Type:")
        if start >= 0 and f"To: {address}" in part:
            found.append(message_from_bytes(part[start:].encode(), policy=default))
    return found


def mail_to(site, address: str, which) -> str:
    """The text of the first mail to an address for which ``which`` holds, once it has come."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for mail in mails_to(site, address):
            body = mail.get_body(("plain",)).get_content()
            if which(mail, body):
                return body
        time.sleep(0.2)
    raise AssertionError(f"no such mail came to {address}")


def fill(page: Page, title: str, organisation: str) -> None:
    """All that the form needs, in whatever language it is shown. organisation: one may send one project in a category."""
    page.fill("[name='f-title']", title)
    page.select_option("[name='f-category']", "C7-4")
    page.fill("[name='f-summary']", WORDS)
    page.check("[name='f-status'] >> nth=1")
    page.fill("[name='f-timeframe.from']", "2019-01-01")
    page.fill("[name='f-timeframe.to']", "2020-12-31")
    page.check("[name='f-sdgs'][value='3']")
    for name in TEXTS:
        page.fill(f"[name='f-{name}']", f"What was done about {name}.")
    page.select_option("[name='f-country']", "KE")
    page.fill("[name='f-organisation.name']", organisation)
    page.select_option("[name='f-organisation.country']", "KE")
    page.select_option("[name='f-organisation.stakeholder_type']", "government")
    page.fill("[name='f-contact.name']", "Participant 0042")
    page.fill("[name='f-contact.email']", "participant0042@example.org")
    page.check("input[type='checkbox'][name='f-rules']")
    page.check("input[type='checkbox'][name='f-consent_publish']")


def sign_up(page: Page, site, email: str) -> None:
    """From the preview through the confirmation of the address, and back to the preview."""
    page.click("#submit .do >> nth=0")
    page.fill("[name='name']", "Participant 0042")
    page.fill("[name='email']", email)
    page.check("[name='agree']")
    page.click("main form button.do")
    page.wait_for_url("**/confirm-email/")
    code = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)
    body = mail_to(site, email, lambda mail, body: code.search(body))
    page.fill("[name='code']", code.search(body)[0])
    page.click("main form button.do")
    page.wait_for_url("**/preview/#submit")
    expect(page.locator("#submit form button.do")).to_be_in_viewport()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("language", ["", "/ar"], ids=["en", "ar"])
def test_a_prizes_submission_from_first_visit_to_receipt(open_page, site, language, script):
    page = open_page(script=script, width=1280 if script else 360)
    email = f"visitor-{language.strip('/') or 'en'}-{'js' if script else 'html'}@example.org"
    page.goto(f"{site.address}{language}/calls/demo/prizes/")
    page.click("#answer .do")
    fill(page, "A project of the demonstration", f"Ministry of {email.split('@')[0]}")
    page.click("button[name='next']:visible")
    page.wait_for_url("**/preview/")
    assert page.locator("#problems").count() == 0, page.locator("#problems").inner_text()
    if script:
        assert findings(page) == [] and overflow(page) == []
    sign_up(page, site, email)
    page.click("#submit form button.do")
    page.wait_for_url("**/done/")
    reference = page.locator("main code").first.inner_text()
    assert re.fullmatch(r"demo/prizes/\d+", reference)
    body = mail_to(site, email, lambda mail, body: reference in body)
    assert "/calls/submissions/" in body
    receipt = next(mail for mail in mails_to(site, email) if reference in mail.get_body(("plain",)).get_content())
    assert receipt["Content-Language"] == (language.strip("/") or "en")
    page.goto(f"{site.address}{language}/calls/submissions/")
    expect(page.get_by_role("link", name="A project of the demonstration")).to_be_visible()


def test_what_is_missing_is_told_and_leads_to_its_field(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Half a project")
    page.click("button[name='next']:visible")
    page.wait_for_url("**/preview/")
    assert page.locator("#problems li").count() > 10
    page.click("#problems a >> nth=0")
    expect(page.locator("#f-category-field .error-text")).to_be_in_viewport()
    expect(page.locator("[name='f-category']")).to_be_focused()
    assert findings(page) == [] and overflow(page) == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["", "/ar"], ids=["en", "ar"])
def test_the_form_is_accessible_and_whole_on_a_phone(open_page, site, language, width):
    page = open_page(width=width)
    page.goto(f"{site.address}{language}{FORM}")
    assert findings(page) == []
    assert overflow(page) == []


def test_nothing_is_lost_when_the_line_breaks_in_the_middle(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Written with a line")
    page.keyboard.press("Tab")
    page.wait_for_url("**/answers/**")
    page.context.set_offline(True)
    page.fill("[name='f-goals']", "Written without a line")
    page.keyboard.press("Tab")
    expect(page.locator(".saved")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator(".saved")).to_contain_text("Saved")
    other = open_page()  # another device: what was written is with the server, not only here
    other.goto(page.url)
    expect(other.locator("[name='f-goals']")).to_have_value("Written without a line")


def test_a_draft_that_saved_itself_tells_at_once_how_to_come_back_to_it(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    later = page.locator("#later")
    expect(later).to_be_hidden()
    page.fill("[name='f-title']", "Written in a hurry")
    page.keyboard.press("Tab")
    page.wait_for_url("**/answers/**")
    draft = page.url
    expect(later).to_be_visible()
    page.goto(f"{site.address}{FORM}")  # by the first click again: the empty form is not all there is
    page.locator("#begun a").click()
    page.wait_for_url(draft)
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "A second one")
    page.keyboard.press("Tab")
    page.wait_for_url("**/answers/**")
    page.fill("#link-email", "hurried@example.org")
    page.click("#later button")
    page.wait_for_url("**/answers/**")
    assert page.url in mail_to(site, "hurried@example.org", lambda mail, body: "/answers/" in body)


def test_a_long_list_shows_what_is_looked_for_and_keeps_what_is_chosen_in_sight(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    options = page.locator("#f-sdgs-field .options label")
    search = page.locator("#f-sdgs-field .list-search")
    search.fill("hunger")
    expect(options.filter(visible=True).first).to_contain_text("hunger", ignore_case=True)
    assert options.filter(visible=True).count() < 10
    search.fill("no such goal")
    expect(options.filter(visible=True)).to_have_count(0)
    expect(page.locator("#f-sdgs-field .options [role='status']")).not_to_be_empty()
    search.fill("1.4 ")
    page.check("[name='f-sdgs'][value='1.4']")
    search.fill("")
    expect(page.locator("[name='f-sdgs'][value='1.4']")).to_be_visible()
    expect(page.locator("[name='f-sdgs'][value='2.1']")).to_be_hidden()
    page.wait_for_url("**/answers/**")
    page.reload()
    expect(page.locator("[name='f-sdgs'][value='1.4']")).to_be_visible()


def test_what_was_written_before_the_browser_died_comes_back(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Before")
    page.keyboard.press("Tab")
    page.wait_for_url("**/answers/**")
    address = page.url
    page.context.set_offline(True)
    page.locator("[name='f-goals']").press_sequentially("After the line had gone")
    expect(page.locator(".saved")).to_contain_text("No connection")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.context.set_offline(False)
    again.goto(address)
    expect(again.locator("[name='f-goals']")).to_have_value("After the line had gone")
    expect(again.locator(".saved")).to_contain_text("Saved")


def test_two_tabs_that_edit_one_draft_overwrite_nothing(open_page, site):
    first = open_page()
    first.goto(f"{site.address}{FORM}")
    first.fill("[name='f-title']", "A title")
    first.keyboard.press("Tab")
    first.wait_for_url("**/answers/**")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("[name='f-title']", "The first tab’s title")
    with first.expect_response(lambda answer: "Only the first wrote here" in (answer.request.post_data or "")):
        first.fill("[name='f-challenges']", "Only the first wrote here")
        first.keyboard.press("Tab")
    second.fill("[name='f-title']", "The second tab’s title")
    second.keyboard.press("Tab")
    theirs = second.locator("#f-title-field .theirs")
    expect(theirs).to_contain_text("The first tab’s title")
    theirs.get_by_role("button").last.click()  # keep mine
    expect(second.locator(".saved")).to_contain_text(re.compile(r"^Saved"))
    third = open_page()
    third.goto(first.url)
    expect(third.locator("[name='f-title']")).to_have_value("The second tab’s title")
    expect(third.locator("[name='f-challenges']")).to_have_value("Only the first wrote here")


def test_without_a_script_too_a_conflict_is_told_at_the_top_and_loses_nothing(open_page, site):
    first = open_page(script=False, width=360)
    first.goto(f"{site.address}{FORM}")
    first.fill("[name='f-title']", "A title")
    first.click(".actions button[value='draft']")
    first.wait_for_url("**/answers/**")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("[name='f-title']", "The first tab’s title")
    first.click(".actions button[value='draft']")
    second.fill("[name='f-title']", "The second tab’s title")
    second.click(".actions button[value='draft']")
    expect(second.locator("#problems a")).to_have_attribute("href", "#f-title")
    expect(second.locator("#f-title-field .theirs")).to_contain_text("The first tab’s title")
    expect(second.locator("[name='f-title']")).to_have_value("The second tab’s title")


def test_pressing_a_button_without_a_line_leaves_the_form_where_it_is(open_page, site):
    page = open_page()
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Pressed in a tunnel")
    page.keyboard.press("Tab")
    page.wait_for_url("**/answers/**")
    page.context.set_offline(True)
    page.fill("[name='f-goals']", "More of it")
    page.click("button[name='next']:visible")
    expect(page.locator(".saved")).to_contain_text("No connection")
    expect(page.locator("[name='f-goals']")).to_have_value("More of it")
    page.context.set_offline(False)
    expect(page.locator(".saved")).to_contain_text("Saved")
    page.click("button[name='next']:visible")
    page.wait_for_url("**/preview/")


def test_the_whole_form_is_filled_and_sent_on_by_keyboard_alone(open_page, site):
    page = open_page()
    page.goto(f"{site.address}/calls/demo/prizes/")
    _tab_to(page, lambda at: (at["href"] or "").endswith("/answer/"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/")
    typed = {
        "f-title": "By keyboard",
        "f-summary": WORDS,
        "f-organisation.name": "Demonstration ministry",
        "f-contact.name": "Participant 0043",
        "f-contact.email": "participant0043@example.org",
        **{f"f-{name}": "Some words." for name in TEXTS},
    }
    done: set[str] = set()
    for _each in range(220):
        page.keyboard.press("Tab")
        at = _focused(page)
        name = at["name"] or ""
        if name == "next":
            break
        if name in done:
            continue
        if name in typed:
            page.keyboard.insert_text(typed[name])
        elif name == "f-category":
            page.keyboard.type("C7-4")
        elif name == "f-country":
            page.keyboard.type("Kenya")
        elif name == "f-status" or (name == "f-sdgs" and at["value"] == "3") or name in ("f-rules", "f-consent_publish"):
            page.keyboard.press("Space")
        elif name.startswith("f-timeframe") and at["type"] == "date":
            page.keyboard.type("01012019" if name.endswith("from") else "12312020")
        else:
            continue
        done.add(name)
    assert _focused(page)["name"] == "next"
    page.keyboard.press("Enter")
    page.wait_for_url("**/preview/")
    assert page.locator("#problems").count() == 0, page.locator("#problems").inner_text()


def _focused(page: Page) -> dict:
    return page.evaluate(
        """() => {
            const node = document.activeElement;
            return {name: node.getAttribute('name'), value: node.value || '', type: node.type || '', href: node.getAttribute('href')};
        }"""
    )


def _tab_to(page: Page, wanted) -> None:
    for _each in range(80):
        page.keyboard.press("Tab")
        if wanted(_focused(page)):
            return
    raise AssertionError("it cannot be reached by keyboard")


def test_a_picture_is_sent_in_pieces_over_a_line_that_breaks(open_page, site):
    page = open_page()
    page.goto(f"{site.address}/calls/demo/photo-contest/answer/")
    out = io.BytesIO()
    Image.effect_noise((1800, 1400), 80).save(out, "PNG")
    assert len(out.getvalue()) > 1_000_000
    failures = iter([False, False, True, True])

    def sometimes(route) -> None:
        route.abort() if next(failures, False) else route.continue_()

    page.route("**/uploads/*/", sometimes)
    page.fill("[name='f-title']", "A picture of the demonstration")
    page.set_input_files("input[type='file'] >> nth=0", {"name": "boat.png", "mimeType": "image/png", "buffer": out.getvalue()})
    expect(page.locator(".files .file-name")).to_have_text("boat.png", timeout=20_000)
    other = open_page()
    other.goto(page.url)
    expect(other.locator(".files .file-name")).to_have_text("boat.png")


@pytest.mark.parametrize(
    "text",
    [
        "Radios for five boats.",
        "医疗 telemedicine 项目",
        "الصحة الإلكترونية في الجزر",
        "электронное здравоохранение",
        "a-b c/d … – 3 2nd",
        " \u00a0x\u3000y\n\nz ",
    ],
)
def test_page_and_server_count_words_by_one_rule(open_page, site, text):
    from plenary.engines.classify.words import count_words

    page = open_page()
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-summary']", text)
    expect(page.locator("#f-summary-field .count")).to_contain_text(re.compile(rf"^{count_words(text)}\b"))
