"""Entering a form: live questions, units, findings, reasons, saving."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, open_form
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, load

VS = f"/subjects/{NEW}/SCR/vs"
KEY = InstanceKey(NEW, "vs", "SCR")


def test_questions_come_with_the_answer_that_asks_for_them(page: Page) -> None:
    open_form(page, VS)
    expect(page.get_by_label("Pulse", exact=True)).to_be_hidden()
    page.get_by_role("group", name="Were vital signs taken?").get_by_label(
        "Yes"
    ).check()
    expect(page.get_by_label("Pulse", exact=True)).to_be_visible()


def test_a_calculation_says_what_it_needs_and_then_its_value(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    expect(page.locator("#f-bmi-echo")).to_have_text(re.compile("needs .*Height"))
    page.fill("#f-height_vsorres", "175")
    page.locator("[name=f-height_vsorresu][value=cm]").check()
    page.fill("#f-weight_vsorres", "82")
    page.locator("[name=f-weight_vsorresu][value=kg]").check()
    expect(page.locator("#f-bmi")).to_have_text("26.8")


def test_the_other_unit_is_shown_beside_the_number(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-temp_vsorres", "98.6")
    page.locator("[name=f-temp_vsorresu][value=F]").check()
    expect(page.locator("#f-temp_vsorres-echo")).to_have_text("= 37.0 °C")


def test_a_date_is_echoed_as_it_was_understood(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-vsdat", "15apr2024")
    expect(page.locator("#f-vsdat-echo")).to_have_text(re.compile("^Mon 15 Apr 2024"))
    assert page.input_value("#f-vsdat") == "15apr2024"


def test_a_date_that_two_countries_read_differently_says_which_day_was_taken(
    page: Page,
) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-vsdat", "03/04/2024")
    echo = page.locator("#f-vsdat-echo")
    expect(echo).to_contain_text("Wed 03 Apr 2024")
    expect(echo.locator(".doubt")).to_have_text("▲ Read as day/month, not 04 Mar 2024")
    for clear in ("13/04/2024", "04/04/2024", "2024-04-03", "3 Apr 2024", "t"):
        page.fill("#f-vsdat", clear)
        expect(echo).to_contain_text("2024")
        expect(echo.locator(".doubt")).to_have_count(0)


def test_a_finding_appears_when_the_field_is_left_and_asks_for_a_reason(
    page: Page, site: Site
) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-sysbp_vsorres", "170")
    expect(page.locator("#f-sysbp_vsorres-msg .finding")).to_have_count(0)
    page.press("#f-sysbp_vsorres", "Tab")
    expect(page.locator("#f-sysbp_vsorres-msg .finding")).to_contain_text("170")
    page.get_by_label("Confirm value, reason:").fill("Measured twice")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("saved")
    stored = load(site.database, KEY)
    assert stored is not None
    assert list(stored.record.kept.values()) == ["Measured twice"]
    page.reload()
    expect(page.get_by_label("Confirmed, reason:")).to_have_value("Measured twice")


def test_what_is_wrong_is_kept_as_it_was_typed(page: Page, site: Site) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-pulse_vsorres", "12O")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("saved")
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.texts["pulse_vsorres"] == "12O"
    page.reload()
    expect(page.locator("#f-pulse_vsorres")).to_have_value("12O")
    expect(page.locator("#f-pulse_vsorres-msg")).to_contain_text("12O")


def test_complete_is_refused_with_a_list_that_leads_to_the_fields(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#summary")).to_be_focused()
    page.locator("#summary").get_by_role("link", name="Pulse").click()
    expect(page.locator("#f-pulse_vsorres")).to_be_focused()
    expect(page.locator("#f-pulse_vsorres-msg .finding")).to_be_visible()


def test_hidden_answers_stay_until_somebody_clears_them(page: Page) -> None:
    open_form(page, "/subjects/01-007/SCR/vs")
    page.locator("[name=f-vsperf][value=N]").check()
    expect(page.locator("#f-pulse_vsorres")).to_be_visible()
    expect(page.locator("#q-f-pulse_vsorres .moot-note")).to_be_visible()
    said_too = page.locator("#f-pulse_vsorres-msg [data-code=hidden-with-value]")
    expect(said_too).to_have_count(1)
    expect(said_too).to_be_hidden()
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator("#f-pulse_vsorres")).to_be_hidden()


def test_a_complete_form_asks_why_it_is_changed(page: Page, site: Site) -> None:
    open_form(page, "/subjects/01-007/SCR/vs")
    page.fill("#f-pulse_vsorres", "70")
    page.keyboard.press("Control+s")
    expect(page.locator("#reason")).to_be_focused()
    page.fill("#reason", "Typing error")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text(re.compile("^saved"))
    expect(page.locator("#form")).to_have_attribute("data-status", "complete")
    stored = load(site.database, InstanceKey("01-007", "vs", "SCR"))
    assert stored is not None
    assert (stored.reason, stored.record.texts["pulse_vsorres"]) == (
        "Typing error",
        "70",
    )


def test_a_missing_code_becomes_a_chip_that_can_be_undone(page: Page) -> None:
    open_form(page, VS)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-pulse_vsorres", ".nd")
    page.press("#f-pulse_vsorres", "Tab")
    menu = page.locator("[name='m:f-pulse_vsorres']")
    expect(menu).to_have_value("ND")
    expect(page.locator("#f-pulse_vsorres")).to_have_value("")
    page.fill("#f-pulse_vsorres", "72")
    expect(menu).to_have_value("")


def test_an_answer_that_stands_alone_says_what_it_takes_away(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/dx")
    page.get_by_label("Buttock").check()
    page.get_by_label("Nowhere").check()
    expect(page.get_by_label("Buttock")).not_to_be_checked()
    expect(page.locator("#f-lbpref-echo")).to_contain_text("Buttock removed")
