"""What the dictionary proposes is taken with the keyboard, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SAVED, Site, focus_on, open_form, site_of
from tests.studies import study_of
from tests.webapp.forms.test_proposals import FORM, KEY, STUDY, with_screening
from webapp.storage import load


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, study_of(STUDY)) as running:
        with_screening(running.database)
        yield running


def test_a_proposal_is_taken_with_the_keyboard(page: Page, site: Site) -> None:
    open_form(page, FORM)
    offer = page.locator("#q-f-stature .proposal")
    expect(offer).to_contain_text("Proposed: 172.5 cm")
    expect(page.locator("#f-stature")).to_have_value("")

    # What somebody types stands, and the proposal goes.
    page.locator("#f-stature").fill("170")
    expect(offer).to_be_hidden()
    page.locator("#f-stature").fill("")
    focus_on(offer.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(page.locator("#f-stature")).to_have_value("172.5")
    focus_on(page.locator("[name=f-arm]").first)
    page.keyboard.press("Alt+C")
    expect(page.locator("[name=f-arm][value=R]")).to_be_checked()

    # A row that is added is offered the same as the others.
    page.get_by_role("button", name="Add a row").click()
    focus_on(page.locator("#r-shoes-1-last"))
    page.keyboard.press("Alt+C")
    expect(page.locator("#r-shoes-1-last")).to_have_value("172.5")
    expect(page.locator("#q-r-shoes-1-last .proposal")).to_have_count(0)

    page.keyboard.press("Control+S")
    expect(page.locator("#state")).to_have_text(SAVED)
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.texts == {"stature": "172.5", "arm": "R"}
    assert (
        stored.reason == "Copied from “Height” (Demographics): Stature, Height, row 1; "
        "Copied from “Which arm?” (Visit, at the previous visit): Which arm?"
    )
