"""Menus by keyboard: by code, label or usual abbreviation, and never by chance."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, SAVED, Site, focus_on, open_form
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, load

CM = f"/subjects/{NEW}/LOG/cm"
KEY = InstanceKey(NEW, "cm", "LOG")


@pytest.fixture
def medication(page: Page) -> Page:
    """A new row of the medications log."""
    open_form(page, CM)
    page.get_by_role("button", name="Add a medication").click()
    return page


def menu(page: Page, field: str) -> Locator:
    return page.locator(f"#r-cm-1-{field}")


def choose(page: Page, field: str, keys: str) -> Locator:
    box = menu(page, field)
    focus_on(box)
    page.keyboard.type(keys)
    page.keyboard.press("Tab")
    return box


@pytest.mark.parametrize(
    "typed",
    [
        {
            "cmroute": ("oral", "By mouth", "ORAL"),
            "cmdosfrq": ("bid", "Twice a day", "BID"),
            "cmclass": ("ace", "Paracetamol (acetaminophen)", "ACET"),
        },
        {
            "cmroute": ("po", "By mouth", "ORAL"),
            "cmdosfrq": ("qd", "Once a day", "QD"),
        },
        {
            "cmroute": ("By mouth", "By mouth", "ORAL"),
            "cmdosfrq": ("PRN", "When needed", "PRN"),
        },
        {
            "cmroute": ("subcut", "Subcutaneous", "SUBCUTANEOUS"),
            "cmdosfrq": ("tds", "Three times a day", "TID"),
        },
    ],
)
def test_codes_labels_and_abbreviations_choose(
    medication: Page, site: Site, typed: dict[str, tuple[str, str, str]]
) -> None:
    """Of each menu: the keys, the answer that is shown then, and its code."""
    for field, (keys, label, _) in typed.items():
        expect(choose(medication, field, keys)).to_have_value(label)
    medication.keyboard.press("Control+s")
    expect(medication.locator("#state")).to_have_text(SAVED)
    stored = load(site.database, KEY)
    assert stored is not None
    texts = stored.record.rows["cm"][0].texts
    assert {field: texts[field] for field in typed} == {
        field: code for field, (_, _, code) in typed.items()
    }
    medication.reload()
    for field, (_, label, _) in typed.items():
        expect(menu(medication, field)).to_have_value(label)


@pytest.mark.parametrize(
    "typed", [{"cmroute": "o", "cmdosfrq": "every"}, {"cmroute": "zzz"}]
)
def test_what_names_no_single_answer_chooses_none_and_is_said(
    medication: Page, typed: dict[str, str]
) -> None:
    for field, keys in typed.items():
        expect(choose(medication, field, keys)).to_have_value(keys)
        finding = medication.locator(f"#r-cm-1-{field}-msg .finding")
        expect(finding).to_contain_text(keys)


def test_what_fits_nothing_is_said_at_once(medication: Page) -> None:
    focus_on(menu(medication, "cmroute"))
    medication.keyboard.type("zzz")
    expect(medication.locator("#options")).to_have_text(
        "Nothing in the list contains “zzz”."
    )
    expect(medication.locator("#say")).to_have_text(
        "Nothing in the list contains “zzz”."
    )


def test_arrows_show_all_answers_and_where_one_stands(medication: Page) -> None:
    box = choose(medication, "cmroute", "iv")
    focus_on(box)
    medication.keyboard.press("ArrowDown")
    expect(medication.get_by_role("option", name="Intramuscular")).to_have_attribute(
        "aria-selected", "true"
    )
    medication.keyboard.press("Enter")
    expect(box).to_have_value("Intramuscular")
    expect(medication.locator("#options")).to_be_hidden()


def test_escape_leaves_what_was_typed(medication: Page) -> None:
    box = menu(medication, "cmroute")
    focus_on(box)
    medication.keyboard.type("subc")
    medication.keyboard.press("Escape")
    medication.keyboard.press("Tab")
    expect(box).to_have_value("subc")


def test_tab_takes_the_answer_before_its_list_is_drawn(medication: Page) -> None:
    medication.evaluate("globalThis.requestAnimationFrame = () => 0")
    box = choose(medication, "cmroute", "iv")
    expect(box).to_have_value("Intravenous")


def test_a_grade_is_chosen_by_its_number(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/LOG/ae")
    page.get_by_role("button", name="Add").first.click()
    box = page.locator("[id$=-aetoxgr]").last
    for keys, label in (("4", "4 - Life-threatening"), ("grade 2", "2 - Moderate")):
        box.fill("")
        focus_on(box)
        page.keyboard.type(keys)
        page.keyboard.press("Tab")
        expect(box).to_have_value(label)


def test_a_menu_fits_a_narrow_screen(medication: Page) -> None:
    medication.set_viewport_size(NARROW)  # type: ignore[arg-type]
    box = menu(medication, "cmclass")
    box.scroll_into_view_if_needed()
    box.click()
    expect(medication.get_by_role("option", name="Opioid")).to_be_visible()
    spot = medication.locator("#options").bounding_box()
    assert spot is not None
    assert spot["x"] >= 0
    assert spot["x"] + spot["width"] <= NARROW["width"]
    medication.get_by_role("option", name="Opioid").click()
    expect(box).to_have_value("Opioid")
