"""Answers of the last visit, or of the row above, are proposals: one counts when it is
taken, and the history says where it came from.
"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import SAVED, Site, focus_on, open_form
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, load

VS = "/subjects/01-008/D0/vs"


def test_an_answer_of_the_last_visit_counts_when_it_is_taken(
    page: Page, site: Site
) -> None:
    open_form(page, VS)
    page.get_by_role("button", name="Show the answers of Screening").click()
    expect(page.locator("#q-f-vsperf .proposal")).to_contain_text("Yes")
    assert load(site.database, InstanceKey("01-008", "vs", "D0")) is None

    focus_on(page.locator("[name=f-vsperf]").first)
    page.keyboard.press("Alt+C")
    expect(page.locator("[name=f-vsperf][value=Y]")).to_be_checked()
    expect(page.locator("#q-f-weight_vsorres .proposal")).to_be_visible()
    page.locator("#q-f-weight_vsorres .proposal button").click()
    page.keyboard.press("Control+S")
    expect(page.locator("#state")).to_have_text(SAVED)

    here = load(site.database, InstanceKey("01-008", "vs", "D0"))
    before = load(site.database, InstanceKey("01-008", "vs", "SCR"))
    assert here is not None
    assert before is not None
    weight = before.record.texts["weight_vsorres"]
    assert here.record.texts["weight_vsorres"] == weight
    assert "height_vsorres" not in here.record.texts, "nobody took it"
    assert here.reason.startswith("Copied from Screening / baseline: Were vital signs")
    assert "Weight" in here.reason


def test_an_answer_that_was_changed_is_not_called_a_copy(
    page: Page, site: Site
) -> None:
    open_form(page, VS)
    focus_on(page.locator("[name=f-vsperf]").first)
    page.keyboard.press("Alt+C")
    expect(page.locator("[name=f-vsperf][value=Y]")).to_be_checked()
    focus_on(page.locator("#f-weight_vsorres"))
    page.keyboard.press("Alt+C")
    expect(page.locator("#f-weight_vsorres")).not_to_have_value("")
    page.keyboard.press("End")
    page.keyboard.type(".5")
    page.keyboard.press("Control+S")
    expect(page.locator("#state")).to_have_text(SAVED)
    here = load(site.database, InstanceKey("01-008", "vs", "D0"))
    assert here is not None
    assert "Weight" not in here.reason


def test_in_a_row_the_answer_of_the_row_above_is_taken(page: Page, site: Site) -> None:
    open_form(page, f"/subjects/{NEW}/LOG/cm")
    add = page.locator("button[value='add:cm']")
    add.click()
    focus_on(page.locator("#r-cm-1-cmtrt"))
    page.keyboard.type("Ibuprofen")
    add.click()
    focus_on(page.locator("#r-cm-2-cmtrt"))
    page.keyboard.press("Alt+C")
    expect(page.locator("#r-cm-2-cmtrt")).to_have_value("Ibuprofen")
    page.keyboard.press("Control+S")
    expect(page.locator("#state")).to_have_text(SAVED)
    stored = load(site.database, InstanceKey(NEW, "cm", "LOG"))
    assert stored is not None
    assert stored.reason.startswith("Copied from row 1:")
