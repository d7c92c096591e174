"""A page in another language: chosen on the page, read aloud right, and the same data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import SAVED, Site, focus_on, open_form, ready, site_of
from tests.browser.validity import html_faults
from tests.translated_study import translated_study
from webapp.storage import InstanceKey, load

FORM = "/subjects/01-001/DAY1/pain"
PAIN = InstanceKey("01-001", "pain", "DAY1", 0)
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, translated_study()) as running:
        yield running


def test_a_person_chooses_spanish_and_stores_the_same_codes(
    page: Page, site: Site, tmp_path: Path
) -> None:
    open_form(page, FORM)
    page.get_by_role("button", name="Español").click()
    ready(page)
    expect(page.get_by_role("button", name="Español")).to_have_attribute(
        "aria-pressed", "true"
    )
    focus_on(page.locator("#f-name"))
    page.keyboard.type("Ana")
    expect(page.locator("#f-took-label")).to_contain_text(
        "¿Ha tomado Ana un analgésico?"
    )
    page.get_by_label("Sí").check()
    page.get_by_label("Ibuprofeno").check()
    page.locator("#q-f-worst").get_by_label("3").check()
    page.locator("#q-f-now").get_by_label("8").check()
    message = page.locator("#f-now-msg")
    expect(message).to_contain_text("El dolor ahora no supera el peor dolor.")

    assert faults_of(page) == []
    for width in (1200, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OVERFLOW) <= 0

    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)
    stored = load(site.database, PAIN)
    assert stored is not None
    assert stored.record.texts["took"] == "Y"
    assert stored.record.texts["drug"] == "IBU"
    html = page.request.get(page.url).text()
    assert html_faults({FORM: html}, tmp_path / "html") == []
