"""Rows: added, filled, removed with a reason; their numbers are never used again."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, open_form
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, load

MH = f"/subjects/{NEW}/SCR/med"
KEY = InstanceKey(NEW, "med", "SCR")


def numbers(site: Site) -> list[int]:
    stored = load(site.database, KEY)
    return [row.number for row in stored.record.rows.get("op", ())] if stored else []


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))


def test_rows_are_added_saved_removed_and_never_renumbered(
    page: Page, site: Site
) -> None:
    open_form(page, MH)
    page.locator("[name=f-opany][value=Y]").check()
    for drug in ("OXYCOD", "TRAMAD"):
        page.get_by_role("button", name="Add an opioid").click()
        page.locator("[data-rows=op] .row").last.get_by_label(
            "Opioid", exact=True
        ).fill(drug)
    save(page)
    assert numbers(site) == [1, 2]
    second = page.locator("#row-op-2")
    second.get_by_role("checkbox", name="Remove").check()
    second.get_by_label("Why are you removing it?").fill("Entered twice")
    save(page)
    assert numbers(site) == [1]
    expect(second).to_have_count(0)
    page.get_by_role("button", name="Add an opioid").click()
    page.locator("#row-op-3").get_by_label("Opioid", exact=True).fill("codeine")
    save(page)
    assert numbers(site) == [1, 3]
    stored = load(site.database, KEY)
    assert stored is not None


def test_a_row_is_not_removed_without_a_reason(page: Page, site: Site) -> None:
    open_form(page, "/subjects/01-007/SCR/med")
    page.locator("#row-op-1").get_by_role("checkbox", name="Remove").check()
    page.fill("#reason", "Source misread")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("reason for removing the marked row")
    stored = load(site.database, InstanceKey("01-007", "med", "SCR"))
    assert stored is not None
    assert len(stored.record.rows["op"]) == 2


def test_a_row_that_was_never_saved_goes_at_once(page: Page) -> None:
    open_form(page, MH)
    page.locator("[name=f-opany][value=Y]").check()
    page.get_by_role("button", name="Add an opioid").click()
    page.locator("#row-op-1").get_by_role("button", name="Remove").click()
    expect(page.locator("#row-op-1")).to_have_count(0)
