"""Where one stands when a form opens: in its first open question, with the way on
behind the form.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import SAVED, Site, focus_on, open_form, ready, signed_in
from tests.webapp.pages import NEW


def test_no_tab_is_needed_to_reach_the_first_question(page: Page) -> None:
    questions = "#form .q:visible :is(input, select, textarea):visible"
    for form in ("dm", "vs", "lbc", "mhq", "su", "peg", "nrs"):
        open_form(page, f"/subjects/{NEW}/SCR/{form}")
        expect(page.locator(questions).first, form).to_be_focused()


@pytest.mark.parametrize("form", ["vs", "lbc", "rtf"])
def test_a_form_that_was_never_opened_is_light(
    browser: Browser, site: Site, form: str
) -> None:
    context = signed_in(browser, site)
    page = context.new_page()
    requests: list[Request] = []
    page.on("request", lambda one: requests.append(one))  # noqa: PLW0108
    open_form(page, f"/subjects/{NEW}/SCR/{form}")
    page.wait_for_load_state("networkidle")
    weights = {one.url: one.sizes() for one in requests if one.url.startswith("http")}
    sent = sum(
        one["responseBodySize"] + one["responseHeadersSize"] for one in weights.values()
    )
    assert len(weights) <= 6, list(weights)
    assert sent <= 80_000, weights
    context.close()


def test_a_draft_opens_at_what_is_still_open(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/peg")
    page.keyboard.press("4")
    page.keyboard.press("Tab")
    page.keyboard.press("6")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)
    open_form(page, f"/subjects/{NEW}/SCR/peg")
    expect(page.locator("[name=f-peg3]").first).to_be_focused()


def test_a_complete_form_opens_at_its_first_question(page: Page) -> None:
    open_form(page, "/subjects/01-007/SCR/vs")
    expect(page.locator("[name=f-vsperf]:checked")).to_be_focused()


def test_the_way_on_leads_into_the_next_forms_first_question(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/pe")
    page.locator("#next").click()
    page.wait_for_url("**/SCR/vs")
    expect(page.locator("[name=f-vsperf]").first).to_be_focused()


def test_the_skip_link_leads_to_the_questions(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/vs")
    skip = page.get_by_role("link", name="Skip to the questions")
    focus_on(skip)
    page.keyboard.press("Enter")
    expect(page.locator("[name=f-vsperf]").first).to_be_focused()


def test_the_side_list_comes_behind_the_form(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/su")
    focus_on(page.locator("#next"))
    page.keyboard.press("Tab")
    expect(page.locator(".index a").first).to_be_focused()


def test_one_who_only_reads_is_not_put_into_a_box(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site, "monitor")
    page = context.new_page()
    open_form(page, "/subjects/01-007/SCR/vs")
    expect(page.locator("#form :focus")).to_have_count(0)
    context.close()


def test_a_link_to_a_question_leads_there(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/peg#f-peg3")
    expect(page.locator("#f-peg3")).to_be_focused()


def test_the_way_on_passes_what_is_not_expected_as_soon_as_that_is_known(
    page: Page,
) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/dm")
    expect(page.locator("#next")).to_have_text(re.compile("Childbearing potential"))
    page.locator("[name=f-sex][value=M]").check()
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(SAVED)
    expect(page.locator("#next")).not_to_have_text(re.compile("Childbearing potential"))
    page.locator("#next").click()
    page.wait_for_url(re.compile("/SCR/(?!dm|rp)"))


def test_a_form_that_is_not_expected_says_so_on_top(page: Page) -> None:
    open_form(page, "/subjects/01-001/SCR/rp")
    expect(page.locator(".heading + .notice, .help + .notice")).to_contain_text(
        "This form is not expected for this subject."
    )


def test_the_list_at_the_side_and_the_casebook_say_the_same(page: Page) -> None:
    subject = "/subjects/01-007"
    page.goto(subject)
    table = {
        link.get_attribute("href"): (
            link.locator(".status").text_content() or ""
        ).split()
        for link in page.locator("td a").all()
    }
    for visit, form in (("SCR", "dm"), ("D0", "sv"), ("M12", "sv"), ("ET", "sv")):
        page.goto(f"{subject}/{visit}/{form}")
        ready(page)
        for link in page.locator(".others a").all():
            status = (link.locator(".status").text_content() or "").split()
            assert status == table[link.get_attribute("href")], link.get_attribute(
                "href"
            )


def test_the_link_of_a_new_finding_does_not_take_the_next_key(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/nrs")
    focus_on(page.locator("[name=f-nrs_avg]").first)
    for key in ("8", "Tab", "3"):
        page.keyboard.press(key)
    expect(page.locator("#f-nrs_worst-msg .finding a").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    expect(page.locator("[name=f-nrs_least]:checked")).to_have_value("2")
