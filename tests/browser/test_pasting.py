"""A block of cells from a spreadsheet becomes rows, after a preview, and nothing of it
is lost.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, Site, focus_on, open_form, signed_in
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, StoredForm, load

CM = f"/subjects/{NEW}/LOG/cm"
HEADING = [
    "Name",
    "Class",
    "Given for",
    "Dose",
    "Unit",
    "How often",
    "Route",
    "Start",
    "Still taken?",
]
MEDICINES = [
    "Ibuprofen",
    "Omeprazole",
    "Ramipril",
    "Metformin",
    "Aspirin",
    "Atorvastatin",
] * 2
ROWS = [
    [
        name,
        "Non-opioid analgesic",
        "Back pain",
        str(10 * at),
        "mg",
        "Daily",
        "Oral",
        "mar 2024",
        "Yes",
    ]
    for at, name in enumerate(MEDICINES, start=1)
]


def paste(page: Page, *lines: list[str]) -> None:
    """Pastes as a spreadsheet copies, into what has the focus."""
    text = "\r\n".join("\t".join(line) for line in lines) + "\r\n"
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


@pytest.fixture
def medications(page: Page) -> Page:
    """Medications, with the focus in the name of a first, empty row."""
    open_form(page, CM)
    page.get_by_role("button", name="Add a medication").press("Enter")
    expect(page.locator("input[id$=cmtrt]").first).to_be_focused()
    return page


def stored(site: Site) -> StoredForm:
    form = load(site.database, InstanceKey(NEW, "cm", "LOG"))
    assert form is not None
    return form


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))


def first_code(site: Site, field: str) -> tuple[str, str]:
    """The label and the code of the first answer of a medication's question."""
    asked = site.settings.study.field("cm", field)
    assert asked is not None
    assert asked.codelist is not None
    code = asked.codelist.codes[0]
    return code.label, code.code


def test_twelve_medications_are_twelve_rows_by_two_keys(
    medications: Page, site: Site
) -> None:
    (kind, kind_code), (route, route_code) = (
        first_code(site, "cmclass"),
        first_code(site, "cmroute"),
    )
    rows = [[row[0], kind, *row[2:6], route, *row[7:]] for row in ROWS]
    paste(medications, HEADING, *rows)
    preview = medications.get_by_role("region", name="Rows from the clipboard")
    expect(preview).to_contain_text("12 rows")
    expect(preview.get_by_label("The first line is a heading")).to_be_checked()
    expect(preview.locator("tbody tr")).to_have_count(12)
    medications.keyboard.press("Enter")
    expect(medications.locator(".row")).to_have_count(12)
    save(medications)
    kept = [row.texts for row in stored(site).record.rows["cm"]]
    assert [texts["cmtrt"] for texts in kept] == MEDICINES
    assert {texts["cmclass"] for texts in kept} == {kind_code}
    assert {texts["cmroute"] for texts in kept} == {route_code}
    assert [texts["cmdose"] for texts in kept] == [row[3] for row in ROWS]
    assert {texts["cmstdat"] for texts in kept} == {"2024-03"}
    assert {texts["cmongo"] for texts in kept} == {"Y"}


def test_without_a_heading_columns_go_where_their_cells_fit(
    medications: Page, site: Site
) -> None:
    route, _ = first_code(site, "cmroute")
    paste(
        medications,
        ["Ibuprofen", "400", route, "15-Apr-2024"],
        ["Aspirin", "100", route, "2023"],
    )
    chosen = medications.locator("#pasted .columns select")
    labels = [
        menu.evaluate("menu => menu.selectedOptions[0].text") for menu in chosen.all()
    ]
    assert labels == ["Name", "Dose", "Route", "Start"]
    medications.keyboard.press("Enter")
    save(medications)
    assert [row.texts["cmstdat"] for row in stored(site).record.rows["cm"]] == [
        "2024-04-15",
        "2023",
    ]


def test_what_is_not_understood_is_kept_or_listed(
    medications: Page, site: Site
) -> None:
    heads = ["Name", "Dose", "Route", "Still taken?"]
    paste(
        medications,
        heads,
        ["Ibuprofen", "four hundred", "through the nose, I think", "who knows"],
    )
    expect(medications.locator("#pasted")).to_contain_text("3 cells not understood")
    medications.keyboard.press("Enter")
    left_over = medications.locator(".pasted")
    expect(left_over).to_contain_text("Row 1, Still taken?: “who knows”")
    save(medications)
    expect(left_over).to_be_visible()
    kept = {
        "cmtrt": "Ibuprofen",
        "cmdose": "four hundred",
        "cmroute": "through the nose, I think",
    }
    assert stored(site).record.rows["cm"][0].texts == kept


def test_a_column_is_sent_elsewhere_or_left_out(medications: Page, site: Site) -> None:
    paste(medications, ["Ibuprofen", "Headache"], ["Aspirin", "Stroke"])
    preview = medications.locator("#pasted")
    preview.get_by_label(re.compile("Column 2")).select_option(label="Given for")
    expect(preview.locator("thead")).to_contain_text("Given for")
    preview.get_by_label(re.compile("Column 1")).select_option(label="– skip –")
    expect(preview).to_contain_text("1 column skipped")
    preview.get_by_role("button", name="Add 2 rows").press("Enter")
    save(medications)
    assert [row.texts for row in stored(site).record.rows["cm"]] == [
        {"cmindc": "Headache"},
        {"cmindc": "Stroke"},
    ]


def test_the_preview_is_cancelled_and_the_rows_are_taken_back(
    medications: Page,
) -> None:
    paste(medications, ["Ibuprofen", "400"], ["Aspirin", "100"])
    medications.keyboard.press("Escape")
    expect(medications.locator("#pasted")).to_have_count(0)
    expect(medications.locator("input[id$=cmtrt]")).to_be_focused()
    paste(medications, ["Ibuprofen", "400"], ["Aspirin", "100"])
    medications.keyboard.press("Enter")
    medications.get_by_role("button", name="Undo").click()
    expect(medications.locator(".row")).to_have_count(0)
    expect(medications.get_by_role("button", name="Add a medication")).to_be_focused()


def test_cells_with_line_ends_and_quotes_are_whole(medications: Page) -> None:
    paste(medications, ['"Ibuprofen ""forte"""', "400"], ["Aspirin\tsoluble", "100"])
    expect(medications.locator("#pasted tbody td").first).to_have_text(
        'Ibuprofen "forte"'
    )


def test_one_text_with_a_tab_is_pasted_as_text(medications: Page) -> None:
    paste(medications, ["Ibuprofen", "retard"])
    expect(medications.locator("#pasted")).to_have_count(0)


def test_the_preview_fits_a_narrow_screen(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site, viewport=NARROW)
    page = context.new_page()
    open_form(page, CM)
    focus_on(page.get_by_role("button", name="Add a medication"))
    paste(page, HEADING, *ROWS)
    expect(page.locator("#pasted")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert faults_of(page) == []
    context.close()
