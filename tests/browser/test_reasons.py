"""The reason for an unexpected value is given on the way: by Tab, never against what
the person does.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import (
    SAVED,
    Site,
    focus_on,
    frames_passed,
    open_form,
    signed_in,
)
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, load

VS = f"/subjects/{NEW}/SCR/vs"
KEY = InstanceKey(NEW, "vs", "SCR")


@pytest.fixture
def vitals(page: Page) -> Page:
    """Vital signs, with a systolic pressure typed that is outside its expected range."""
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    focus_on(page.locator("#f-sysbp_vsorres"))
    page.keyboard.type("170")
    return page


def reason(page: Page) -> Locator:
    return page.locator("#f-sysbp_vsorres-msg .keep input")


def test_tab_comes_to_the_reason_and_goes_on_from_it(vitals: Page, site: Site) -> None:
    keys = vitals.keyboard
    keys.press("Tab")
    expect(reason(vitals)).to_be_focused()
    expect(reason(vitals)).to_have_accessible_description(
        re.compile("Expected: at most 160 mmHg")
    )
    keys.type("Measured twice")
    keys.press("Tab")
    expect(vitals.locator("#f-diabp_vsorres")).to_be_focused()
    keys.press("Control+s")
    expect(vitals.locator("#state")).to_contain_text("saved")
    stored = load(site.database, KEY)
    assert stored is not None
    assert list(stored.record.kept.values()) == ["Measured twice"]


@pytest.mark.parametrize("key", ["Tab", "Escape", "Enter"])
def test_an_empty_reason_holds_nobody_up(vitals: Page, key: str) -> None:
    vitals.keyboard.press("Tab")
    vitals.keyboard.press(key)
    expect(vitals.locator("#f-diabp_vsorres")).to_be_focused()
    expect(reason(vitals)).to_be_visible()
    expect(vitals.locator("#f-sysbp_vsorres")).to_have_value("170")


def test_escape_leaves_what_was_typed(vitals: Page) -> None:
    vitals.keyboard.press("Tab")
    vitals.keyboard.type("Measured")
    vitals.keyboard.press("Escape")
    expect(vitals.locator("#f-diabp_vsorres")).to_be_focused()
    expect(reason(vitals)).to_have_value("Measured")


def test_enter_comes_to_the_reason_too(vitals: Page) -> None:
    vitals.keyboard.press("Enter")
    expect(reason(vitals)).to_be_focused()


def test_an_expected_value_asks_nothing(vitals: Page) -> None:
    vitals.fill("#f-sysbp_vsorres", "120")
    vitals.keyboard.press("Tab")
    expect(vitals.locator("#f-diabp_vsorres")).to_be_focused()
    expect(reason(vitals)).to_have_count(0)


def test_whoever_goes_back_or_elsewhere_is_not_called_to_the_reason(
    vitals: Page,
) -> None:
    vitals.keyboard.press("Shift+Tab")
    expect(reason(vitals)).to_be_visible()
    expect(reason(vitals)).not_to_be_focused()
    vitals.fill("#f-sysbp_vsorres", "172")
    vitals.click("#f-resp_vsorres")
    vitals.keyboard.type("14")
    expect(reason(vitals)).to_be_visible()
    expect(vitals.locator("#f-resp_vsorres")).to_be_focused()
    expect(vitals.locator("#f-resp_vsorres")).to_have_value("14")


def test_a_click_hits_what_it_aimed_at_though_a_finding_appears_above(
    page: Page,
) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.locator("[name=f-temp_vsorresu][value=C]").check()
    page.fill("#f-temp_vsorres", "38.4")
    ear = page.locator("[name=f-temploc][value=TYMPANIC]")
    ear.scroll_into_view_if_needed()
    focus_on(page.locator("#f-temp_vsorres"))
    box = ear.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    frames_passed(page)  # a person presses for as long as some frames take
    page.mouse.up()
    expect(ear).to_be_checked()
    expect(ear).to_be_focused()
    expect(page.locator("#f-temp_vsorres-msg .keep input")).to_be_visible()


def test_a_number_with_units_asks_behind_its_unit(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    focus_on(page.locator("#f-temp_vsorres"))
    page.keyboard.type("38,1")
    page.keyboard.press("Tab")
    page.keyboard.press("c")
    page.keyboard.press("Tab")
    expect(page.locator("#f-temp_vsorres-msg .keep input")).to_be_focused()


def test_a_reason_is_typed_on_while_the_draft_saves_itself(vitals: Page) -> None:
    vitals.keyboard.press("Tab")
    vitals.keyboard.type("Measured ")
    expect(vitals.locator("#state")).to_have_text(SAVED)
    expect(reason(vitals)).to_be_focused()
    vitals.keyboard.type("twice")
    expect(reason(vitals)).to_have_value("Measured twice")


def test_a_reason_is_given_without_javascript(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/subjects/01-001/SCR/vs")
    page.fill("#f-sysbp_vsorres", "170")
    page.fill("#reason", "New information")
    page.get_by_role("button", name="Save the change").click()
    page.get_by_label("Confirm value, reason:").fill("Measured twice")
    page.fill("#reason", "Asked at the site")
    page.get_by_role("button", name="Save the change").click()
    stored = load(site.database, InstanceKey("01-001", "vs", "SCR"))
    assert stored is not None
    assert list(stored.record.kept.values()) == ["Measured twice"]
    context.close()
