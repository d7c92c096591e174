"""What a form page says besides its answers: other forms' findings, formulas, earlier
answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import Site, open_form, ready, signed_in
from tests.webapp.guest_study import filled, guest_study

DM = "/subjects/01-001/SCR/dm"
VS = "/subjects/01-001/D0/vs"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'study.sqlite'}"
    filled(url).close()
    running = Site(url, study=guest_study())
    yield running
    running.stop()


def save(page: Page, keys: str = "Control+s") -> None:
    page.keyboard.press(keys)
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))


def test_a_finding_of_another_form_stands_beside_its_field_until_it_is_settled(
    page: Page,
) -> None:
    open_form(page, DM)
    page.locator("[name=f-sex][value=M]").check()
    save(page)
    open_form(page, VS)
    page.locator("[name=f-pregnant][value=Y]").check()
    here = page.locator("#f-pregnant-msg .finding")
    expect(here).to_contain_text("Only a woman is pregnant")
    save(page)
    here.get_by_role("link", name="Sex (Demographics, Screening)").click()
    ready(page)
    there = page.locator("#f-sex-msg .finding")
    expect(there).to_contain_text("Only a woman is pregnant")
    expect(page.locator("#f-sex-msg .keep")).to_have_count(0)
    page.locator("[name=f-sex][value=F]").check()
    expect(there).to_have_count(0)
    save(page)
    expect(there).to_have_count(0)
    open_form(page, VS)
    expect(here).to_have_count(0)


def test_a_calculation_says_how(page: Page) -> None:
    open_form(page, VS)
    page.fill("#f-weight", "82.0")
    expect(page.locator("#f-bmi-echo")).to_have_text("needs Height")
    page.fill("#f-height", "1.75")
    expect(page.locator("#f-bmi")).to_have_text("26.8")
    expect(page.locator("#f-bmi-echo")).to_have_text("= 82.0 / 1.75²")


def test_earlier_answers_are_one_keystroke_away_and_nothing_typed_is_lost(
    page: Page,
) -> None:
    open_form(page, VS)
    page.fill("#f-weight", "82")
    save(page)
    page.fill("#f-weight", "83")
    save(page)
    page.fill("#f-weight", "84")
    page.keyboard.press("Alt+h")
    past = page.get_by_role("region", name="Earlier answers")
    expect(past).to_contain_text(re.compile("82 kg.*83 kg"))
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(past).to_have_count(0)
    expect(page.locator("#f-weight")).to_be_focused()
    expect(page.locator("#f-weight")).to_have_value("84")


def test_a_long_list_is_narrowed_by_typing_and_chosen_by_keys(page: Page) -> None:
    open_form(page, DM)
    box = page.get_by_role("combobox", name="Country of birth")
    options = page.get_by_role("option")
    box.press_sequentially("land")
    expect(options).to_have_text(
        [
            re.compile(name)
            for name in ("Switzerland", "Finland", "Ireland", "Netherlands", "Poland")
        ]
    )
    for _ in range(3):
        box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "option-2")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    assert faults_of(page) == []
    box.press("Enter")
    expect(box).to_have_value("Ireland")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("gb")
    expect(options).to_have_text([re.compile("United Kingdom")])
    box.press("Escape")
    expect(box).to_have_value("gb")
    page.keyboard.press("Tab")
    expect(page.locator("#f-country-echo")).to_have_text("United Kingdom")
    save(page)
    page.reload()
    expect(box).to_have_value("United Kingdom")


def test_a_long_list_works_without_javascript(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site, java_script_enabled=False)
    page = context.new_page()
    page.goto(DM)
    page.fill("#f-country", "belgium")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator("#f-country")).to_have_value("Belgium")
    context.close()
