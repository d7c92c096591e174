"""Rows that a condition brings: one stands ready to type in, with what it starts with,
and nothing before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_spec import load_study
from tests.browser.accessibility import faults_of
from tests.browser.conftest import Site, open_form, signed_in, site_of
from tests.webapp.asking_study import FILES
from webapp.storage import InstanceKey, load

FORM = "/subjects/01-001/V/f"
KEY = InstanceKey("01-001", "f", "V")
GROUPS = """
form: f
title: Form
fields:
  drugs: {label: Any drugs?, type: yes_no}
groups:
  drug:
    title: Drugs
    show_when: drugs = 'Y'
    rows: {min: 1, max: 9, add: Add a drug}
    fields:
      name: {label: Drug}
      grade: {label: Grade, type: choice, codes: {'1': One, '2': Two}, default: '1'}
      dose: {label: Dose, type: integer, expected: [1, 100]}
      hours: {label: Hours between, type: integer, default: '24', show_when: dose is known}
  level:
    title: Levels
    show_when: drugs = 'Y'
    rows: {fixed: [at]}
    fields:
      at: {label: Level, type: choice, codes: {A: L4, B: L5}}
      score: {label: Score, type: integer, default: '3'}
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    loaded = load_study({**FILES, "f.yaml": GROUPS})
    assert loaded.study is not None, loaded.findings
    with site_of(tmp_path, loaded.study) as running:
        yield running


def answer(page: Page, code: str) -> None:
    page.locator(f"[name=f-drugs][value={code}]").check()


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))


def test_the_first_row_comes_with_its_group_and_its_default(
    page: Page, site: Site
) -> None:
    open_form(page, FORM)
    for code in ("", "N"):
        if code:
            answer(page, code)
        expect(page.locator("#g-drug")).to_be_hidden()
        expect(page.locator("#g-level")).to_be_hidden()
        expect(page.locator("form .q[data-moot]")).to_have_count(0)
    answer(page, "Y")
    expect(page.locator("#r-drug-1-name")).to_be_visible()
    expect(page.locator("#r-drug-1-name")).to_have_value("")
    expect(page.locator("[name=r-drug-1-grade][value='1']")).to_be_checked()
    expect(page.locator("#r-level-2-score")).to_have_value("3")
    page.fill("#r-drug-1-name", "Paracetamol")
    save(page)
    stored = load(site.database, KEY)
    assert stored is not None
    assert [row.texts for row in stored.record.rows["drug"]] == [
        {"name": "Paracetamol", "grade": "1"}
    ]


def test_a_saved_form_brings_the_row_too(page: Page, site: Site) -> None:
    open_form(page, FORM)
    answer(page, "N")
    save(page)
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.rows == {}
    page.reload()
    expect(page.locator("#form[data-ready]")).to_be_visible()
    expect(page.locator("#g-drug")).to_be_hidden()
    answer(page, "Y")
    expect(page.locator("#row-drug-1")).to_be_visible()
    expect(page.locator("[name=r-drug-1-grade][value='1']")).to_be_checked()


def test_a_question_of_a_row_starts_when_it_comes_to_be_asked(page: Page) -> None:
    open_form(page, FORM)
    answer(page, "Y")
    page.get_by_role("button", name="+ Add a drug").click()
    for number in (1, 2):
        hours = page.locator(f"#r-drug-{number}-hours")
        expect(hours).to_be_hidden()
        page.fill(f"#r-drug-{number}-dose", "20")
        expect(hours).to_have_value("24")
        expect(page.locator(f"[name=r-drug-{number}-grade][value='1']")).to_be_checked()


def test_tab_comes_to_the_reason_within_a_row(page: Page) -> None:
    open_form(page, FORM)
    answer(page, "Y")
    page.fill("#r-drug-1-dose", "500")
    page.keyboard.press("Tab")
    expect(page.locator("#r-drug-1-dose-msg .keep input")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#r-drug-1-hours")).to_be_focused()


def test_rows_come_without_javascript_once_their_question_is_saved(
    browser: Browser, site: Site
) -> None:
    with signed_in(browser, site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(FORM)
        expect(page.locator("#g-drug")).to_be_hidden()
        answer(page, "Y")
        page.get_by_role("button", name="Save draft").last.click()
        expect(page.locator("[name=r-drug-1-grade][value='1']")).to_be_checked()
        expect(page.locator("#r-level-1-score")).to_be_visible()
        page.fill("#r-drug-1-name", "Paracetamol")
        page.get_by_role("button", name="+ Add a drug").click()
        expect(page.locator("#r-drug-1-name")).to_have_value("Paracetamol")
        expect(page.locator("[name=r-drug-2-grade][value='1']")).to_be_checked()
        expect(page.locator("#r-drug-2-hours")).to_be_hidden()


def test_the_page_has_no_barriers(page: Page) -> None:
    open_form(page, FORM)
    answer(page, "Y")
    page.fill("#r-drug-1-dose", "500")
    page.keyboard.press("Tab")
    assert faults_of(page) == []
