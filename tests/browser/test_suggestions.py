"""Suggestions for a form's fields as its writer meets them: with and without a script, on a phone, in Arabic."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_answering import FORM, open_page  # noqa: F401
from tests.browser.test_pages import findings, overflow

SUMMARY = {
    "en": "Telemedicine for island clinics: doctors see their patients over a video line.",
    "ar": "التطبيب عن بعد لعيادات الجزر: أطباء يرون المرضى في المستشفى عبر الفيديو.",
}


@pytest.mark.parametrize("script", [True, False])
def test_what_was_written_leads_to_a_category_and_goals_and_nothing_is_lost(open_page, site, script):  # noqa: F811
    page = open_page(script=script)
    page.goto(f"{site.address}{FORM}")
    page.fill("[name='f-title']", "Doctors for the islands")
    page.fill("[name='f-summary']", SUMMARY["en"])
    page.click("button[value='suggest:category']")
    category = page.locator("#f-category-field")
    expect(category.locator(".suggestions li").first).to_contain_text("Telemedicine")
    page.fill("[name='f-title']", "Doctors for ten islands")
    page.click("button[value='take:category:C7-4']")
    expect(page.locator("[name='f-category']")).to_have_value("C7-4")
    page.click("button[value='suggest:sdgs']")
    page.click("button[value='take:sdgs:3']")
    expect(page.locator("input[type='checkbox'][name='f-sdgs'][value='3']")).to_be_checked()
    page.click("button[name='save'][value='draft'] >> nth=-1")
    page.reload()
    expect(page.locator("[name='f-title']")).to_have_value("Doctors for ten islands")
    expect(page.locator("[name='f-summary']")).to_have_value(SUMMARY["en"])
    expect(page.locator("[name='f-category']")).to_have_value("C7-4")
    expect(page.locator("input[type='checkbox'][name='f-sdgs'][value='3']")).to_be_checked()


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("ar", 320), ("ar", 1280)])
def test_suggestions_are_accessible_and_whole_on_a_phone(open_page, site, language, width):  # noqa: F811
    page = open_page(width=width)
    page.goto(f"{site.address}{'' if language == 'en' else '/' + language}{FORM}")
    page.fill("[name='f-summary']", SUMMARY[language])
    page.click("button[value='suggest:category']")
    expect(page.locator("#f-category-field .suggestions li button").first).to_have_attribute("value", "take:category:C7-4")
    assert overflow(page) == []
    assert findings(page) == []
