"""Findings that wait for another form, on the page while one types."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import SAVED, open_form
from tests.webapp.pages import NEW

DM, RP, MHQ, MH = (f"/subjects/{NEW}/SCR/{form}" for form in ("dm", "rp", "mhq", "mh"))
EX, PT = (f"/subjects/{NEW}/D0/{form}" for form in ("ex", "pt"))


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#state")).to_have_text(SAVED)


def test_a_woman_s_childbearing_form_is_still_to_come(page: Page) -> None:
    open_form(page, DM)
    page.locator("[name=f-sex][value=F]").check()
    note = page.locator("#f-sex-msg .finding")
    expect(note).to_contain_text("Waiting for: Childbearing potential. ")
    expect(note).to_have_attribute("role", "note")
    expect(
        page.get_by_role("link", name="Childbearing potential").first
    ).to_have_attribute("href", RP)
    expect(page.locator("#form .mark")).to_have_count(0)
    save(page)
    expect(page.locator("#status")).to_have_text("◐ draft")
    expect(page.locator("[data-count]").filter(has_text="▲")).to_have_count(0)
    open_form(page, RP)
    page.locator("[name=f-childpot][value=Y]").check()
    save(page)
    open_form(page, DM)
    expect(page.locator("#f-sex-msg .finding")).to_have_count(0)
    page.locator("[name=f-sex][value=M]").check()
    expect(page.locator("#f-sex-msg .finding.query")).to_contain_text(
        "for a man neither it nor"
    )


def test_what_a_form_that_is_begun_does_not_settle_is_asked(page: Page) -> None:
    open_form(page, MHQ)
    page.locator("[name=f-cs_card][value=Y]").check()
    finding = page.locator("#f-cs_card-msg .finding")
    expect(finding).to_contain_text("Waiting for: Medical history")
    save(page)
    open_form(page, MH)
    save(page)
    open_form(page, MHQ)
    expect(finding).to_have_class("finding query")
    expect(finding).not_to_contain_text("Waiting for")


def test_a_treatment_waits_for_the_pregnancy_test(page: Page) -> None:
    open_form(page, DM)
    page.locator("[name=f-sex][value=F]").check()
    save(page)
    open_form(page, RP)
    page.locator("[name=f-childpot][value=Y]").check()
    save(page)
    open_form(page, EX)
    page.locator("[name=f-exyn][value=Y]").check()
    page.fill("#f-exstdat", "15apr2024")
    page.keyboard.press("Tab")
    finding = page.locator("#f-exstdat-msg .finding[data-code=C14]")
    expect(finding).to_contain_text(
        "Waiting for: Pregnancy tests. A negative serum pregnancy test"
    )
    expect(finding.get_by_role("link")).to_have_attribute("href", PT)
    save(page)
    open_form(page, PT)
    save(page)
    open_form(page, EX)
    expect(finding).to_have_class("finding query")


def test_one_cause_at_several_questions_is_told_at_the_first(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/pe")
    page.locator("[name=f-peperf][value=Y]").check()
    page.locator("[name=f-pe_cv][value=CS]").check()
    save(page)
    open_form(page, MHQ)
    for system in ("cs_card", "cs_neur", "cs_ren", "cs_hep", "cs_endo"):
        page.locator(f"[name=f-{system}][value=N]").check()

    sentence = "say of which body system"
    expect(page.locator("#f-cs_card-msg .finding")).to_contain_text(sentence)
    pointer = page.locator("#f-cs_ren-msg .finding")
    expect(pointer).to_have_text("△Warning: See Cardiovascular")
    pointer.get_by_role("link").click()
    expect(page.locator("#f-cs_card")).to_be_in_viewport()
