"""Answers that another answer takes away: the page offers them no longer, and keeps one
that was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SAVED, Site, focus_on, open_form, site_of
from tests.studies import study_of
from tests.webapp.asking_study import FILES

FORM = "/subjects/01-001/V/f"
DRUGS = ", ".join(
    f"D{number}: {{label: Drug {number}, when: side = 'L'}}" for number in range(1, 18)
)
STUDY = {
    **FILES,
    "f.yaml": f"""
form: f
title: Form
fields:
  side: {{label: Side, type: choice, codes: {{L: Left, R: Right}}}}
  place: {{label: Place, type: choice, codes: {{E: Elbow, K: {{label: Knee, when: side = 'R'}}}}}}
  signs: {{label: Signs, type: multiple_choice, codes: {{H: Heat, S: {{label: Swollen, when: place = 'K'}}}}}}
  drug: {{label: Drug, type: choice, codes: {{{DRUGS}, NONE: No drug}}}}
groups:
  doses:
    rows: {{max: 9, add: Add a dose}}
    fields:
      deep: {{label: Deep?, type: yes_no}}
      route: {{label: Route, type: choice, codes: {{PO: Mouth, IA: {{label: Joint, when: deep = 'Y'}}}}}}
""",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, study_of(STUDY)) as running:
        yield running


def answer(page: Page, name: str, code: str) -> Locator:
    return page.locator(f"label:has([name={name}][value={code}])")


def test_the_page_offers_what_the_answers_so_far_allow(page: Page) -> None:
    open_form(page, FORM)
    knee, swelling = answer(page, "f-place", "K"), answer(page, "f-signs", "S")
    expect(knee).to_be_visible()
    answer(page, "f-side", "L").click()
    expect(knee).to_be_hidden()

    answer(page, "f-side", "R").click()
    expect(knee).to_be_visible()
    focus_on(page.locator("#f-drug"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#options li")).to_have_text(["No drug NONE"])
    page.keyboard.press("Escape")

    knee.click()
    swelling.click()
    answer(page, "f-side", "L").click()
    page.keyboard.press("Tab")
    # What was answered stays, with the reason why it is wrong now.
    expect(knee).to_be_visible()
    expect(page.locator("#f-place-msg .finding")).to_contain_text(
        "“Place” is “Knee” only if “Side” is Right."
    )
    expect(swelling).to_be_visible()

    page.get_by_role("button", name="Add a dose").click()
    joint = answer(page, "r-doses-1-route", "IA")
    answer(page, "r-doses-1-deep", "N").click()
    expect(joint).to_be_hidden()
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)

    # The server shows the same, also to a page without scripts.
    open_form(page, FORM)
    expect(knee).to_be_visible()
    expect(answer(page, "r-doses-1-route", "IA")).to_be_hidden()
    answer(page, "f-place", "E").click()
    expect(knee).to_be_hidden()
