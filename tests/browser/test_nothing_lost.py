"""What is typed is not lost: signing in in another tab, an address that is used up, more than is taken at the moment."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_answering import FORM, fill, open_page, sign_up  # noqa: F401
from tests.browser.test_pages import findings, overflow


def claim_in_another_tab(page: Page, site, email: str) -> str:
    """Sign up from the preview of the same draft in a second tab of the same browser; the draft's new address."""
    second = page.context.new_page()
    second.goto(f"{page.url}preview/")
    sign_up(second, site, email)
    address = second.url.split("preview/")[0]
    second.close()
    return address


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_tab_goes_on_writing_after_another_has_signed_in(open_page, site, script):  # noqa: F811
    page = open_page(script=script)
    page.goto(f"{site.address}{FORM}")
    fill(page, "A project of two tabs", f"Ministry of two tabs {script}")
    page.click(".steps button[name='save']")
    page.wait_for_url("**/answers/**")
    secret = page.url
    own = claim_in_another_tab(page, site, f"tabs-{'js' if script else 'html'}@example.org")
    assert own != secret
    page.fill("[name='f-goals']", "Written after the other tab had signed in")
    if script:
        page.keyboard.press("Tab")
        page.wait_for_url(own)
        expect(page.locator(".saved")).to_contain_text("Saved")
    else:
        page.click(".steps button[name='save']")
        expect(page.locator("#problems")).to_contain_text("in another window")
        expect(page.locator("[name='f-goals']")).to_have_value("Written after the other tab had signed in")
        page.click(".steps button[name='save']")
        page.wait_for_url(own)
    page.goto(secret)
    page.wait_for_url(own)
    expect(page.locator("[name='f-goals']")).to_have_value("Written after the other tab had signed in")
    stranger = open_page(width=320)
    stranger.goto(secret)
    expect(stranger.locator("h1")).to_contain_text("Sign in to go on")
    assert findings(stranger) == [] and overflow(stranger) == []


def test_what_the_device_kept_of_a_form_that_is_gone_is_shown_and_can_be_deleted(open_page, site):  # noqa: F811
    page = open_page(width=320)
    page.goto(f"{site.address}/calls/")
    secret = "A" * 24
    kept = json.dumps({"at": 1, "seen": "{}", "answers": [["f-title", "Boats with radios"], ["f-goals", "Words of an hour."]]})
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"plenary-draft:{secret}/", kept])
    page.goto(f"{site.address}/calls/answers/{secret}/")
    expect(page.locator("#kept-text")).to_have_value("title:\nBoats with radios\n\ngoals:\nWords of an hour.")
    assert findings(page) == [] and overflow(page) == []
    page.click("#kept-forget")
    expect(page.locator("#kept")).to_be_hidden()
    page.reload()
    expect(page.locator("#kept")).to_be_hidden()


def test_the_script_tries_again_by_itself_as_soon_as_it_may(open_page, site):  # noqa: F811
    page = open_page()
    refusals = iter([True])

    def sometimes(route) -> None:
        if route.request.method == "POST" and next(refusals, False):
            route.fulfill(status=429, content_type="application/json", body=json.dumps({"saved": False, "problem": "Wait a second.", "wait": 1}))
        else:
            route.continue_()

    page.route("**/answer/", sometimes)
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Saved at the second try")
    page.keyboard.press("Tab")
    expect(page.locator(".saved")).to_contain_text("Wait a second.")
    page.wait_for_url("**/answers/**")
    expect(page.locator(".saved")).to_contain_text(re.compile("^Saved"))
