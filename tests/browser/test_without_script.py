"""Without JavaScript everything works but what is live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, signed_in
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, Status, load


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    context = signed_in(browser, site, java_script_enabled=False)
    page = context.new_page()
    yield page
    context.close()


def test_a_form_is_entered_step_by_step(plain: Page, site: Site) -> None:
    plain.goto(f"/subjects/{NEW}/SCR/su")
    for name in ("sualc", "sudrug", "surx", "sumj"):
        plain.locator(f"[name=f-{name}][value=N]").check()
    plain.get_by_role("button", name="Save draft", exact=False).last.click()
    expect(plain.locator("#state")).to_contain_text("saved")
    plain.get_by_role("button", name="Save and complete").click()
    expect(plain.locator("#summary")).to_contain_text("before you complete the form")
    plain.locator("[name=f-sutob][value=NEVER]").check()
    plain.get_by_role("button", name="Save and complete").click()
    expect(plain.locator("#status")).to_contain_text("complete")
    stored = load(site.database, InstanceKey(NEW, "su", "SCR"))
    assert stored is not None
    assert stored.status is Status.COMPLETE


def test_rows_are_added_and_removed_by_buttons(plain: Page, site: Site) -> None:
    plain.goto(f"/subjects/{NEW}/LOG/cm")
    plain.get_by_role("button", name="Add a medication").click()
    plain.locator("[id^=r-cm-][id$=-cmtrt]").last.fill("Paracetamol")
    plain.get_by_role("button", name="Save draft").last.click()
    expect(plain.locator("#state")).to_contain_text("saved")
    row = plain.locator("#row-cm-1")
    expect(row.get_by_label("Name")).to_have_value("Paracetamol")
    row.get_by_role("checkbox", name="Remove").check()
    row.get_by_label("Why are you removing it?").fill("Another subject's")
    plain.get_by_role("button", name="Save draft").last.click()
    stored = load(site.database, InstanceKey(NEW, "cm", "LOG"))
    assert stored is not None
    assert stored.record.rows == {}
    assert "Another subject's" in stored.reason


def test_a_menu_is_the_browsers_own_list(plain: Page) -> None:
    plain.goto(f"/subjects/{NEW}/LOG/cm")
    plain.get_by_role("button", name="Add a medication").click()
    menu = plain.locator("[id^=r-cm-][id$=-cmroute]").last.get_attribute("list")
    expect(plain.locator(f"datalist#{menu} option[value=ORAL]")).to_have_text(
        "By mouth"
    )


def test_a_missing_reason_is_chosen_from_its_menu(plain: Page, site: Site) -> None:
    plain.goto("/subjects/01-001/SCR/vs")
    plain.fill("#f-pulse_vsorres", "")
    plain.locator("[name='m:f-pulse_vsorres']").select_option("ND")
    plain.fill("#reason", "New information")
    plain.get_by_role("button", name="Save the change").click()
    stored = load(site.database, InstanceKey("01-001", "vs", "SCR"))
    assert stored is not None
    assert stored.record.texts["pulse_vsorres"] == "ND"
