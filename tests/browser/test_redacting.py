"""The page that takes text out is usable with a keyboard, on a phone, and read aloud."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, Site, signed_in

PAGE = "/subjects/01-012/redact"


def test_text_is_found_and_taken_out_by_keyboard(browser: Browser, site: Site) -> None:
    with signed_in(browser, site, "manager", viewport=NARROW) as context:
        page = context.new_page()
        page.goto(PAGE)
        assert faults_of(page) == []

        # A text that is a part of nearly every version of the demo's blood count.
        page.locator("#text").fill("2024-0")
        page.locator("#reason").fill("not this month")
        page.keyboard.press("Enter")
        expect(page.locator("#places")).to_contain_text("Found in")
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

        # Enter looks again: nothing is taken out by accident.
        page.locator("#reason").press("Enter")
        expect(page.locator("#earlier")).to_have_count(0)
        page.get_by_role("button", name="Take it out of all").press("Enter")
        expect(page.locator("#earlier")).to_contain_text("not this month")
        assert faults_of(page) == []

        page.locator("#text").fill("2024-0")
        page.locator("#reason").fill("again")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Not found.")).to_be_visible()
