"""Print shows every answer: read from the PDF that Chromium makes of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Site, open_form, signed_in
from tests.webapp.pages import NEW


def printed(page: Page) -> list[str]:
    """The text of each sheet, with single blanks."""
    sheets = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    return [
        " ".join(sheet.extract_text().replace("\u00a0", " ").split())
        for sheet in sheets
    ]


@pytest.fixture
def paper(page: Page) -> Callable[[str], str]:
    def of(address: str) -> str:
        open_form(page, address)
        return " ".join(printed(page))

    return of


def test_menus_radio_buttons_and_units_are_printed_as_text(
    paper: Callable[[str], str],
) -> None:
    text = paper("/subjects/01-007/SCR/med")
    assert "Formulation Immediate release" in text
    assert "Unit mg" in text
    assert "Any opioid in the last 7 days? Yes" in text


def test_no_label_of_a_menu_is_cut(paper: Callable[[str], str]) -> None:
    text = paper("/subjects/01-001/SCR/mri")
    assert "Space under 2 mm, or small osteophytes, or mild hypertrophy" in text


def test_a_missing_code_is_printed_in_words(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/vs")
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-pulse_vsorres", ".nd")
    page.keyboard.press("Tab")
    text = " ".join(printed(page))
    assert re.search(r"Pulse Not done", text)
    assert "Systolic blood pressure no answer" in text


def test_collapsed_rows_print_all_their_answers(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/LOG/cm")
    page.get_by_role("button", name="Add a medication").click()
    page.locator("input[id$=cmtrt]").fill("Ibuprofen")
    page.locator("input[id$=cmstdat]").fill("mar 2024")
    page.locator("input[id$=cmaeno]").fill("3")
    page.keyboard.press("Control+s")
    expect(page.locator("#version")).to_contain_text("version 1")
    page.reload()
    page.locator("#form[data-ready]").wait_for()
    page.locator("details.row").evaluate("row => (row.open = false)")
    text = " ".join(printed(page))
    assert "Mar-2024" in text
    assert "For which adverse event (row)? optional 3" in text
    expect(page.locator("details.row")).not_to_have_attribute("open", "")
    expect(page.locator(".printed")).to_have_count(0)


def test_each_sheet_says_whose_it_is_who_saved_it_and_its_number(page: Page) -> None:
    open_form(page, "/subjects/01-012/SCR/lbh")
    sheets = printed(page)
    assert len(sheets) == 2
    for number, sheet in enumerate(sheets, start=1):
        assert "01-012 · Screening / baseline · Haematology" in sheet
        assert re.search(r"version 1, saved .* by Cora Coordinator", sheet)
        assert "printed by Cora Coordinator" in sheet
        assert re.search(rf"page {number} ?of 2", sheet)


def test_what_is_not_saved_is_printed_as_such(page: Page) -> None:
    open_form(page, "/subjects/01-007/SCR/vs")
    page.fill("#f-pulse_vsorres", "71")
    text = " ".join(printed(page))
    assert "1 change not saved" in text
    assert "Pulse 71 /min" in text


def test_a_new_form_prints_its_boxes_to_be_filled_in_by_hand(
    paper: Callable[[str], str],
) -> None:
    assert "Were vital signs taken? Yes No" in paper(f"/subjects/{NEW}/SCR/vs")


def test_a_reader_without_the_right_to_enter_prints_too(
    browser: Browser, site: Site
) -> None:
    context = signed_in(browser, site, "monitor")
    page = context.new_page()
    open_form(page, "/subjects/01-007/SCR/med")
    assert "Formulation Immediate release" in " ".join(printed(page))
    context.close()


def test_without_script_missing_codes_and_collapsed_rows_are_printed_too(
    browser: Browser, site: Site
) -> None:
    context = signed_in(browser, site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/subjects/01-012/LOG/ae")
    text = " ".join(printed(page))
    assert "page 1 of" in text
    assert text.count("Start") >= page.locator("details.row").count() > 0
    context.close()
