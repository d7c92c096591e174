"""The preview in a real browser: it follows the files, is accessible, valid, and fits a
small phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, WIDE
from tests.browser.validity import html_faults
from tests.webapp.preview.conftest import Edit

Look = Callable[..., Page]
CASEBOOK = "/subjects/01-001"
ADDRESSES = [
    "/",
    "/forms/vs",
    "/forms/vs?all=on&example=on",
    "/codebook",
    CASEBOOK,
    f"{CASEBOOK}/BASE/vs?check=on",
    f"{CASEBOOK}/findings",
]


@pytest.fixture
def look(browser: Browser, address: str) -> Iterator[Look]:
    """Opens a window on the preview; it is closed before the server stops."""
    opened: list[BrowserContext] = []

    def window(**options: Any) -> Page:
        opened.append(browser.new_context(base_url=address, **options))
        return opened[-1].new_page()

    yield window
    for context in opened:
        context.close()


@pytest.fixture
def page(look: Look) -> Page:
    return look()


def test_the_form_is_live_and_follows_the_files_with_what_was_typed(
    page: Page, edit: Edit
) -> None:
    page.goto("/forms/vs")
    expect(page.get_by_label("Pulse", exact=True)).to_be_hidden()
    page.get_by_role("group", name="Were they taken?").get_by_label("Yes").check()
    page.get_by_label("Pulse", exact=True).fill("70")
    edit("vs.yaml", "Were they taken?", "Were vital signs taken?")
    expect(
        page.get_by_role("group", name="Were vital signs taken?").get_by_label("Yes")
    ).to_be_checked()
    expect(page.get_by_label("Pulse", exact=True)).to_have_value("70")
    edit("vs.yaml", "type: yes_no", "type: yesno")
    expect(page.locator(".pin")).to_contain_text("yesno")
    edit("vs.yaml", "type: yesno", "type: yes_no")
    expect(page.locator(".verdict")).to_contain_text("no findings")


def test_a_subject_is_walked_through_by_keyboard(page: Page, edit: Edit) -> None:
    page.goto(f"{CASEBOOK}/BASE/con")
    page.get_by_label("Date of consent").fill("1mar2026")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{CASEBOOK}/BASE/vs")
    page.get_by_role("group", name="Were they taken?").get_by_label("Yes").check()
    pulse = page.get_by_label("Pulse", exact=True)
    pulse.fill("70")
    # A link is followed only when the answer that was just typed is kept.
    page.get_by_role("link", name="Next: Casebook").click()
    page.wait_for_url(f"**{CASEBOOK}")
    expect(page.locator("table.casebook")).to_contain_text("due 01-Apr")
    form = page.locator(f"table a[href='{CASEBOOK}/BASE/vs']", has_text="draft")
    form.click()
    expect(pulse).to_have_value("70")
    edit("vs.yaml", "label: Pulse", "label: Heart rate")
    expect(page.get_by_label("Heart rate", exact=True)).to_have_value("70")


def test_pages_are_accessible_valid_and_fit_a_small_phone(
    page: Page, edit: Edit, tmp_path: Path
) -> None:
    """With a change that every page reports, and with a dictionary that is broken."""
    found, widths, htmls = {}, {}, {}
    changes = {
        "good": ("range: [30, 220]", "range: [30, 200]"),
        "broken": ("type: yes_no", "type: yesno"),
    }
    page.goto("/")
    for step, (old, new) in changes.items():
        # A page of the preview would load itself again while the next one is opened.
        page.goto("about:blank")
        edit("vs.yaml", old, new)
        for where in ADDRESSES:
            response = page.goto(where)
            assert response is not None
            htmls[f"{step} {where}"] = response.text()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                if faults := faults_of(page):
                    found[step, where, scheme] = faults

            page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            widths[step, where] = page.evaluate("document.documentElement.scrollWidth")
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    assert found == {}
    assert widths == dict.fromkeys(widths, NARROW["width"])
    assert html_faults(htmls, tmp_path / "pages") == []


def test_the_codebook_is_searched_as_one_types(page: Page) -> None:
    page.goto("/codebook")
    page.keyboard.press("/")
    page.keyboard.type("pulse 220")
    expect(page.locator("#found")).to_contain_text("1 of")
    expect(page.locator("[id='field-vs.pulse']")).to_be_visible()
    expect(page.locator("[id='field-con.condat']")).to_be_hidden()
    page.locator("[id='field-vs.pulse'] a.rule").first.click()
    expect(page.locator("[id='rule-vs.pulse.shown']")).to_be_visible()
    expect(page.locator("#query")).to_have_value("")
