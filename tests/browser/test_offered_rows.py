"""A question whose answer is a row of another form, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAVED, Site, focus_on, open_form, site_of
from tests.studies import study_of
from tests.webapp.forms.test_offered_rows import FORM, MESSAGE, STUDY, with_events


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, study_of(STUDY)) as running:
        with_events(running.database)
        yield running


def test_a_row_is_picked_by_what_it_says_or_typed_as_its_number(page: Page) -> None:
    open_form(page, FORM)
    worst, echo = page.locator("#f-worst"), page.locator("#f-worst-echo")
    focus_on(worst)
    page.keyboard.type("cou")
    expect(page.locator("#options li")).to_have_text(["Cough, 03-Feb-2024 3"])
    page.keyboard.press("Tab")
    expect(worst).to_have_value("3")
    expect(echo).to_have_text("Cough, 03-Feb-2024")

    worst.fill("1")
    expect(echo).to_have_text("Fall & faint, Severe")
    worst.fill("2")
    page.keyboard.press("Tab")
    expect(echo).to_have_text("")
    expect(page.locator("#f-worst-msg .finding")).to_contain_text(MESSAGE)

    worst.fill("3")
    page.get_by_role("button", name="Add a medication").click()
    focus_on(page.locator("#r-cms-1-cmaeno"))
    page.keyboard.type("fall")
    page.keyboard.press("Tab")
    expect(page.locator("#r-cms-1-cmaeno")).to_have_value("1")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)
    open_form(page, FORM)
    expect(echo).to_have_text("Cough, 03-Feb-2024")
    expect(page.locator("#r-cms-1-cmaeno-echo")).to_have_text("Fall & faint")
