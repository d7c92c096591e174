"""A page that fills in what a form starts with, and says answers inside its texts, in a
real browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import Site, open_form, site_of
from tests.webapp.asking_study import asking_study

FORM = "/subjects/01-001/V/f"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, asking_study()) as running:
        yield running


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))


def test_a_label_says_an_answer_as_soon_as_it_is_typed(page: Page) -> None:
    open_form(page, FORM)
    legend = page.locator("#f-pain-label")
    expect(legend).to_contain_text("Is ______ in pain?")
    page.fill("#f-name", "<b>Ann</b>")
    expect(legend).to_contain_text("Is <b>Ann</b> in pain?")
    expect(page.locator("#t-ae")).to_have_text("Events of <b>Ann</b>")
    page.fill("#f-name", "")
    expect(legend).to_contain_text("Is ______ in pain?")


def test_a_row_says_its_own_answer(page: Page) -> None:
    open_form(page, FORM)
    page.get_by_role("button", name="+ Add an event").click()
    page.fill("#r-ae-1-what", "Fever")
    expect(page.locator("#r-ae-1-since-label")).to_contain_text("Since when Fever?")


def test_a_note_comes_and_goes_with_its_condition(page: Page) -> None:
    open_form(page, FORM)
    note = page.locator("#q-f-calm")
    expect(note).to_be_hidden()
    page.fill("#f-name", "Ann")
    page.locator("[name=f-pain][value=N]").check()
    expect(note).to_have_text("Ann needs nothing.")
    save(page)
    page.reload()
    expect(note).to_be_visible()
    page.locator("[name=f-pain][value=Y]").check()
    expect(note).to_be_hidden()


def test_a_question_starts_with_its_default_when_it_comes_to_be_asked(
    page: Page,
) -> None:
    open_form(page, FORM)
    expect(page.locator("#f-unit")).to_be_hidden()
    page.locator("[name=f-pain][value=Y]").check()
    expect(page.locator("#f-unit")).to_have_value("NRS")
    page.fill("#f-unit", "")
    page.locator("[name=f-pain][value=N]").check()
    page.locator("[name=f-pain][value=Y]").check()
    expect(page.locator("#f-unit")).to_have_value("")


def test_a_rule_of_the_page_reads_what_is_not_shown(page: Page) -> None:
    open_form(page, FORM)
    expect(page.locator("#f-twice")).to_have_text("X1X1")
    expect(page.get_by_text("Secret code")).to_have_count(0)


def test_more_answers_than_allowed_are_refused_at_once(page: Page) -> None:
    open_form(page, FORM)
    page.locator("[name=f-drugs][value=O]").check()
    page.locator("[name=f-drugs][value=P]").check()
    expect(page.locator("#f-drugs-msg .finding")).to_have_count(0)
    expect(page.locator("[name=f-drugs][value=M]")).to_have_count(0)
    page.locator("[name=f-drugs][value=T]").check()
    expect(page.locator("#f-drugs-msg .finding")).to_contain_text(
        "3 answers are chosen, but at most 2 are allowed"
    )


def test_the_page_has_no_barriers(page: Page) -> None:
    open_form(page, FORM)
    assert faults_of(page) == []
