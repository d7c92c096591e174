"""Queries beside the form: read, answered and opened by keyboard in a panel that leaves
the form as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, Site, signed_in
from tests.browser.validity import html_faults
from webapp.storage import (
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryStep,
    get_thread,
    open_queries,
)

FORM = "/subjects/01-012/SCR/vs"
PULSE = QueryPlace(
    subject="01-012", visit="SCR", form="vs", table="vs", field="pulse_vsorres"
)


@pytest.fixture
def number(site: Site) -> int:
    """A monitor's query on the pulse."""
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="monitor",
        text="Is the pulse right?",
        assigned_role="coordinator",
    )
    (opened,) = open_queries(site.database, [NewQuery(place=PULSE, step=step)])
    return opened


def test_a_query_is_answered_beside_its_question_by_keyboard(
    page: Page, site: Site, number: int
) -> None:
    page.goto(FORM)
    pulse = page.locator("#f-pulse_vsorres")
    expect(page.locator("#q-f-pulse_vsorres .query-mark")).to_contain_text("? query")
    pulse.focus()
    page.keyboard.press("Alt+q")

    panel = page.locator(".query-panel")
    expect(panel).to_contain_text("Is the pulse right?")
    expect(panel.locator("textarea").first).to_be_focused()
    page.keyboard.type("Yes, counted twice")
    page.keyboard.press("Control+Enter")

    expect(panel).to_contain_text("answered")
    thread = get_thread(site.database, number)
    assert thread is not None
    assert thread.query.state is QueryState.ANSWERED
    assert thread.entries[1].text == "Yes, counted twice"
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(pulse).to_be_focused()
    expect(page.locator("#state")).to_have_text("")


@pytest.mark.usefixtures("number")
def test_text_that_did_not_reach_the_server_stays(page: Page) -> None:
    page.goto(FORM)
    page.locator("#q-f-pulse_vsorres .query-mark").click()
    box = page.locator(".query-panel textarea").first
    box.fill("Yes")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")

    expect(page.locator(".query-panel [role=alert], .query-panel .bad")).to_be_visible()
    expect(box).to_have_value("Yes")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".query-panel")).to_contain_text("answered")


def test_a_monitor_reaches_every_question_by_tab_and_asks(
    browser: Browser, site: Site
) -> None:
    context = signed_in(browser, site, "monitor")
    page = context.new_page()
    page.goto(FORM)
    mark = page.locator("#q-f-pulse_vsorres .query-mark")
    mark.focus()
    page.keyboard.press("Enter")
    page.locator(".query-panel textarea").first.fill("Why so slow?")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".query-panel .entries")).to_contain_text("Why so slow?")
    expect(mark).to_contain_text("? query")
    context.close()


@pytest.mark.usefixtures("number")
def test_pages_of_queries_are_valid_accessible_and_fit_a_small_phone(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    context = signed_in(browser, site, viewport=NARROW)
    page = context.new_page()
    addresses = ["/queries", f"{FORM}/queries", "/subjects/01-012/queries", FORM]
    htmls = {}
    for address in addresses:
        response = page.goto(address)
        assert response is not None
        htmls[address] = response.text()
        if address == FORM:
            page.locator("#q-f-pulse_vsorres .query-mark").click()
            page.locator(".query-panel textarea").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert faults_of(page) == []

    assert html_faults(htmls, tmp_path / "pages") == []
    context.close()


def test_a_reviewer_chooses_findings_by_keyboard_and_looks_before_opening(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    context = signed_in(browser, site, username="monitor", viewport=NARROW)
    page = context.new_page()
    findings = "/subjects/01-012/findings"
    page.goto(findings)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert faults_of(page) == []

    page.locator("[name=chosen]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#open-title")).to_have_text("1 query would be opened")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert faults_of(page) == []

    pages = {url: page.request.get(url).text() for url in (findings, page.url)}
    assert html_faults(pages, tmp_path / "pages") == []
    context.close()
