"""An answer that the dictionary has retired: the page tells at once when it is typed or
chosen anew, in the words of the server, and keeps it where it was captured.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from forms_spec.model.captured_data import Record
from tests.browser.conftest import SAVED, Site, focus_on, open_form, site_of
from tests.studies import study_of
from tests.webapp.asking_study import FILES
from webapp.storage import InstanceKey, SaveRequest, Status
from webapp.storage import save as database_save

FORM = "/subjects/01-001/V/f"
CODES = ", ".join(f"D{number}: Drug {number}" for number in range(1, 20))
STUDY = {
    **FILES,
    "f.yaml": f"""
form: f
title: Form
fields:
  side: {{label: Side, type: choice, codes: {{L: Left, R: Right, B: Both}}, retired: [B]}}
  drug: {{label: Drug, type: choice, codes: {{{CODES}}}, retired: [D3, D4]}}
""",
}
TOLD = "“Drug 3” is no longer offered for “Drug”. Choose another answer."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path, study_of(STUDY)) as running:
        yield running


def capture(site: Site, **texts: str) -> None:
    """The form as it was saved while the answers were still offered."""
    database_save(
        site.database,
        SaveRequest(
            key=InstanceKey("01-001", "f", "V"),
            base_version=0,
            status=Status.DRAFT,
            record=Record(texts=texts),
            user="coordinator",
            save_id="1",
            dictionary_hash=site.settings.study.hash,
        ),
    )


def type_drug(page: Page, text: str) -> None:
    focus_on(page.locator("#f-drug"))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


@pytest.mark.parametrize("typed", ["Drug 3", "D3", "drug 3"])
def test_a_retired_answer_that_is_typed_is_refused_where_it_stands(
    page: Page, typed: str
) -> None:
    open_form(page, FORM)
    type_drug(page, typed)
    message = page.locator("#f-drug-msg .finding")
    expect(message).to_contain_text(TOLD)
    expect(page.locator("#f-drug")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+s")
    expect(page.locator("body")).to_contain_text(f"{TOLD} Then save again.")
    type_drug(page, "Drug 5")
    expect(message).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)


def test_a_retired_answer_stays_where_it_was_captured(page: Page, site: Site) -> None:
    capture(site, drug="D3", side="B")
    open_form(page, FORM)
    expect(page.get_by_text("Both (no longer offered)")).to_be_visible()
    focus_on(page.locator("#f-drug"))
    page.keyboard.press("Tab")
    expect(page.locator("#f-drug-msg .finding")).to_have_count(0)
    type_drug(page, "Drug 4")
    expect(page.locator("#f-drug-msg .finding")).to_contain_text(
        "“Drug 4” is no longer"
    )
    type_drug(page, "Drug 3")
    expect(page.locator("#f-drug-msg .finding")).to_have_count(0)


def test_an_answer_that_was_changed_away_is_gone(page: Page, site: Site) -> None:
    capture(site, side="B")
    open_form(page, FORM)
    page.locator("[name=f-side][value=L]").check()
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)
    page.locator("[name=f-side][value=B]").check()
    page.keyboard.press("Tab")
    expect(page.locator("#f-side-msg .finding")).to_contain_text(
        "“Both” is no longer offered for “Side”. Choose another answer."
    )
