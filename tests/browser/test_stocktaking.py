"""Somebody new finds projects, narrows them down, keeps the search, is to be told, and takes the result along."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.browser.test_pages import findings, overflow

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LIST = "/stocktaking/"


def looked_over(page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    assert overflow(page) == []
    assert findings(page) == []


def number(page) -> int:
    """How many entries the list says there are."""
    return int(re.sub(r"\D", "", re.search(r"[\d,.\s]+", page.locator("main h2").first.inner_text())[0]))


def open_filters(page) -> None:
    """On a phone the filters are folded."""
    if not page.locator("details.facets").first.evaluate("each => each.open") and page.locator("details.facets > summary").first.is_visible():
        page.locator("details.facets > summary").first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["", "/ar"], ids=["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_find_filter_keep_and_export(browser, site, secretariat, tmp_path, size, language, scripts):
    context = browser.new_context(viewport=size, java_script_enabled=scripts, accept_downloads=True, storage_state=secretariat)
    page = context.new_page()
    try:
        page.goto(f"{site.address}{language}{LIST}")
        everything = number(page)
        # find
        page.locator("form.find input[type=search]").fill("project")
        page.locator("form.find button").click()
        page.wait_for_url("**q=project*")
        found = number(page)
        assert 0 < found <= everything
        # filter: what a value promises is what one gets
        open_filters(page)
        choice = page.locator("input[name=sdg]:visible").first
        value = choice.get_attribute("value")
        promised = int(re.sub(r"\D", "", page.locator(f"label:has(input[name=sdg][value='{value}']) small").first.inner_text()))
        choice.check()
        page.locator("details.facets button").click()
        page.wait_for_url(f"**sdg={value}*")
        assert number(page) == promised
        asked = page.url
        if scripts:
            looked_over(page)
        # other ways of looking at it
        for view in ("table", "map", "timeline"):
            page.locator(f"nav.tabs a[href*='view={view}']").click()
            page.wait_for_url(f"**view={view}*")
            assert number(page) == promised
            if scripts:
                looked_over(page)
        # take it along
        page.goto(asked)
        page.locator("details.export > summary").click()
        with page.expect_download() as download:
            page.locator("details.export a[href*='format=csv']").click()
        file = tmp_path / "result.csv"
        download.value.save_as(file)
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == promised
        assert all(value in row["sdg_codes"].split("; ") for row in rows if not row["target_codes"])
        # keep it, and be told every day
        page.locator("a[href*='/stocktaking/saved/new/']").first.click()
        name = f"Search {size['width']}{language}{scripts}"
        page.locator("main input[name=name]").fill(name)
        page.locator("main select[name=often]").select_option("daily")
        if scripts:
            looked_over(page)
        page.locator("form:has(input[name=name]) button[type=submit]").click()
        page.wait_for_url("**/stocktaking/saved/")
        if scripts:
            looked_over(page)
        kept = page.locator("article.kept", has=page.get_by_role("heading", name=name))
        kept.locator("h2 a").click()
        assert number(page) == promised
        # and away with it
        page.goto(f"{site.address}{language}/stocktaking/saved/")
        kept.locator("summary").click()
        kept.locator("button.danger").click()
        page.wait_for_url("**/stocktaking/saved/")
        assert kept.count() == 0
    finally:
        context.close()


def test_a_visitor_is_asked_to_sign_in_and_the_search_goes_along(browser, site):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    try:
        page.goto(f"{site.address}{LIST}?q=project")
        page.locator("a[href*='/stocktaking/saved/new/']").first.click()
        page.wait_for_url("**/accounts/login/**")
        assert "stocktaking/saved/new/" in page.url
        assert "q%3Dproject" in page.url or "q=project" in page.url
        looked_over(page)
    finally:
        context.close()


@pytest.mark.parametrize("language", ["", "/ar"], ids=["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_each_example_of_the_help_page_finds_something(browser, site, size, language):
    context = browser.new_context(viewport=size)
    page = context.new_page()
    try:
        page.goto(f"{site.address}{language}{LIST}help/")
        looked_over(page)
        links = [link.get_attribute("href") for link in page.locator("main dl.ways a").all()]
        assert len(links) >= 5
        for link in links:
            page.goto(f"{site.address}{link}")
            assert page.locator("article.entry").count() > 0, link
    finally:
        context.close()
