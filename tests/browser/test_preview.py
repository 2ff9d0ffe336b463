"""The preview of a form at the desk moves as the form will, and sends and keeps nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import findings, overflow


@pytest.fixture
def desk(browser, secretariat):
    """A page of somebody who works at the desk."""
    context = browser.new_context(viewport={"width": 390, "height": 900}, storage_state=secretariat)
    yield context.new_page()
    context.close()


def test_the_preview_moves_and_sends_nothing(desk, site):
    asked, wrong = [], []
    desk.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    desk.on("pageerror", lambda error: wrong.append(str(error)))
    desk.on("console", lambda line: line.type == "error" and wrong.append(line.text))
    desk.clock.install()
    desk.goto(f"{site.address}/desk/editions/demo/calls/open-consultation/form/preview/")
    waits = desk.locator("#f-topics-field")
    expect(waits).to_be_hidden()
    loaded = len(asked)
    desk.check("[name='f-input_kind'][value='format']")
    expect(waits).to_be_visible()
    area = desk.locator("textarea[data-most]").first
    area.fill("one two three")
    expect(desk.locator("textarea[data-most] + .count").first).to_contain_text("3")
    area.blur()
    desk.clock.run_for(3500)  # longer than the form of a call waits before it saves
    assert asked[loaded:] == [] and wrong == []
    assert desk.evaluate("localStorage.length + sessionStorage.length") == 0
    assert findings(desk) == [] and not overflow(desk)
