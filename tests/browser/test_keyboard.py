"""The site without a mouse, without JavaScript, and signed in by the link that the start prints."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_first_tab_offers_to_skip_to_the_content(page, site):
    page.goto(f"{site.address}/stocktaking/")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("href") == "#main"
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("path", ["/", "/stocktaking/", "/matrix/", "/accounts/login/"])
def test_everything_that_can_be_used_can_be_reached_and_seen_by_keyboard(page, site, path):
    page.goto(f"{site.address}{path}")
    reached = []
    for _each in range(60):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => {
                const node = document.activeElement;
                if (!node || node === document.body) return null;
                const style = getComputedStyle(node), box = node.getBoundingClientRect();
                return {what: node.outerHTML.slice(0, 100), box: [box.width, box.height],
                        marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none'};
            }"""
        )
        if state is None:
            break
        reached.append(state)
    assert len(reached) > 5
    assert [state["what"] for state in reached if not state["marked"]] == []
    assert [state["what"] for state in reached if not all(state["box"])] == []


@pytest.mark.parametrize("language", ["", "/ar"])
def test_menu_can_be_used_on_a_phone_without_javascript(browser, site, language):
    context = browser.new_context(viewport={"width": 360, "height": 700}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}{language}/")
    link = page.locator(f'header details a[href="{language}/stocktaking/"]')
    expect(link).not_to_be_visible()
    page.locator("header details summary").press("Enter")
    expect(link).to_be_visible()
    link.press("Enter")
    page.wait_for_url(f"**{language}/stocktaking/")
    context.close()


def test_search_works_without_javascript(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/")
    field = page.get_by_role("searchbox").first
    field.fill("health")
    field.press("Enter")
    page.wait_for_url("**/search/?q=health*")
    assert page.locator("main a").count() > 3
    context.close()


def test_languages_are_switched_in_place(page, site):
    page.goto(f"{site.address}/sdgs/3/")
    page.get_by_role("link", name="العربية").first.click()
    page.wait_for_url("**/ar/sdgs/3/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.get_by_role("link", name="English").first.click()
    page.wait_for_url(f"{site.address}/sdgs/3/")


def test_the_printed_link_signs_the_secretariat_in_once(browser, site, secretariat):
    context = browser.new_context(storage_state=secretariat)
    page = context.new_page()
    page.goto(f"{site.address}/desk/")
    assert "/desk/" in page.url
    assert page.locator("h1").count() == 1
    context.close()
    other = browser.new_context()
    stranger = other.new_page()
    stranger.goto(site.sign_in_link)
    if stranger.locator("main form button").count():
        stranger.locator("main form button").first.click()
    stranger.goto(f"{site.address}/desk/")
    assert "/accounts/login/" in stranger.url or stranger.locator("main").get_by_text("sign in", exact=False).count()
    other.close()
