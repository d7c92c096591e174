"""Everything by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, focus_on, open_form
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, Status, load


def test_a_whole_form_is_entered_and_completed_without_a_mouse(
    page: Page, site: Site
) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/vs")
    keys = page.keyboard
    focus_on(page.locator("[name=f-vsperf]").first)
    keys.press("y")
    keys.press("Enter")
    typed = [
        *("t-1", "0930"),
        None,  # position: by its code's key
        *("175", "c", "82", "k", "36,8", "c"),
    ]
    for text in typed:
        if text is None:
            keys.press("s")
        elif len(text) == 1:
            keys.press(text)
        else:
            keys.type(text)
        keys.press("Enter")
    focus_on(page.locator("[name=f-temploc]").first)
    keys.press("Enter")
    keys.press("n")
    for text in ("128", "78", "68", "14", ".nd"):
        keys.press("Enter")
        keys.type(text)
    keys.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("complete")
    expect(page.locator("#next")).to_be_focused()
    stored = load(site.database, InstanceKey(NEW, "vs", "SCR"))
    assert stored is not None
    assert stored.status is Status.COMPLETE
    assert stored.record.texts == {
        "vsperf": "Y",
        "vsdat": "2024-04-17",
        "vstim": "09:30",
        "vspos": "SITTING",
        "height_vsorres": "175",
        "height_vsorresu": "cm",
        "weight_vsorres": "82",
        "weight_vsorresu": "kg",
        "temp_vsorres": "36.8",
        "temp_vsorresu": "C",
        "confus": "N",
        "sysbp_vsorres": "128",
        "diabp_vsorres": "78",
        "pulse_vsorres": "68",
        "resp_vsorres": "14",
        "oxysat_vsorres": "ND",
    }


def test_an_answer_is_taken_back_and_a_reason_given_by_keys(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/vs")
    focus_on(page.locator("[name=f-vsperf]").first)
    page.keyboard.press("y")
    position = page.locator("[name=f-vspos]")
    focus_on(position.first)
    page.keyboard.press("l")
    expect(position.nth(1)).to_be_checked()
    page.keyboard.press("Delete")
    expect(position.nth(1)).not_to_be_checked()
    page.keyboard.press(".")
    page.keyboard.type("unk")
    expect(page.locator("[name='m:f-vspos']")).to_have_value("UNK")


@pytest.mark.parametrize("pause", [0, 1200], ids=["fast", "slow"])
def test_a_code_of_two_keys_is_one_answer_and_ends_with_its_question(
    page: Page, pause: int
) -> None:
    page.clock.install()
    open_form(page, f"/subjects/{NEW}/SCR/peg")
    focus_on(page.locator("[name=f-peg1]").first)
    for key in ("5", "Tab", "1", "0", "Tab", "7"):
        page.keyboard.press(key)
        page.clock.run_for(pause)
    for name, answer in {"f-peg1": "5", "f-peg2": "10", "f-peg3": "7"}.items():
        expect(page.locator(f"[name={name}]:checked")).to_have_value(answer)


def test_the_next_question_starts_with_its_own_first_key(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/pe")
    page.get_by_role("group", name="Was the examination done?").get_by_label(
        "Yes"
    ).check()
    focus_on(page.locator("[name=f-pe_gen]").first)
    for key in ("n", "Tab", "c"):
        page.keyboard.press(key)
    expect(page.locator("[name=f-pe_gen]:checked")).to_have_value("NORMAL")
    expect(page.locator("[name=f-pe_cv]:checked")).to_have_value("CS")


def test_a_longer_code_takes_back_what_its_beginning_ticked(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/dm")
    focus_on(page.locator("[name=f-race]").first)
    page.keyboard.press("n")
    expect(page.locator("[name=f-race]:checked")).to_have_value(
        "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER"
    )
    page.keyboard.press("o")
    expect(page.locator("[name=f-race]:checked")).to_have_count(1)
    expect(page.locator("[name=f-race]:checked")).to_have_value("NOT REPORTED")


def test_a_key_that_chooses_nothing_says_so(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/peg")
    focus_on(page.locator("[name=f-peg1]").first)
    page.keyboard.press("x")
    expect(page.locator("#f-peg1-echo")).to_have_text("No answer begins with “x”.")
    expect(page.locator("[name=f-peg1]:checked")).to_have_count(0)
    page.keyboard.press("3")
    expect(page.locator("#f-peg1-echo")).to_be_empty()


def test_keys_of_every_page(page: Page) -> None:
    page.goto("/subjects/01-007")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("01-012")
    page.keyboard.press("Enter")
    page.wait_for_url("**/subjects/01-012")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/subjects")
    page.keyboard.press("n")
    page.wait_for_url("**/subjects/new")


def test_arrows_move_over_the_casebook(page: Page) -> None:
    page.goto("/subjects/01-007")
    focus_on(page.locator("a[href$='/SCR/sv']").last)
    page.keyboard.press("ArrowRight")
    expect(page.locator("td a[href$='/D0/sv']")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/subjects/01-007/D0/"))


def test_the_list_is_filtered_as_one_types_and_sorted_by_column(page: Page) -> None:
    page.goto("/subjects")
    page.fill("#filter", "01-00")
    expect(page.locator("#count")).to_have_text(re.compile("^7 of "))
    page.fill("#filter", "")
    page.get_by_role("button", name="Subject").click()
    page.get_by_role("button", name="Subject").click()
    expect(page.locator("tbody tr").first).to_contain_text(NEW)
