"""Nothing typed is lost: drafts, closed tabs, a server that is away, two editors."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

from tests.browser.conftest import (
    SAVED,
    Site,
    kept_in_browser,
    open_form,
    ready,
    saves_itself,
    signed_in,
)
from tests.webapp.pages import NEW
from webapp.storage import InstanceKey, history, load

VS = f"/subjects/{NEW}/SCR/vs"
KEY = InstanceKey(NEW, "vs", "SCR")


def begin(page: Page, pulse: str) -> None:
    open_form(page, VS)
    type_in(page, pulse)


def type_in(page: Page, pulse: str) -> None:
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-pulse_vsorres", pulse)


def test_a_draft_saves_itself(page: Page, site: Site) -> None:
    page.clock.install()
    begin(page, "72")
    saves_itself(page, "not saved, 2 changes")
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.texts == {"vsperf": "Y", "pulse_vsorres": "72"}


def test_the_heading_follows_every_save(page: Page) -> None:
    def says_as_the_bar(version: int) -> None:
        state = page.locator("#state")
        expect(page.locator("#version")).to_contain_text(f"version {version}, saved ")
        expect(state).to_have_text(SAVED)
        clock = (state.text_content() or "").removeprefix("saved ")
        expect(page.locator("#version")).to_contain_text(
            re.compile(f"{clock} by Cora Coordinator$")
        )

    page.clock.install()
    begin(page, "72")
    expect(page.locator("#version")).to_be_empty()
    page.keyboard.press("Control+s")
    says_as_the_bar(1)
    page.fill("#f-pulse_vsorres", "74")
    saves_itself(page, "1 change")
    says_as_the_bar(2)
    before = page.locator("#version").inner_text()
    page.reload()
    expect(page.locator("#version")).to_have_text(before)


def test_the_date_of_the_visit_stands_above_as_soon_as_it_is_saved(page: Page) -> None:
    open_form(page, f"/subjects/{NEW}/SCR/sv")
    expect(page.locator("#visit-date")).to_be_hidden()
    page.locator("[name=f-svstat][value='1']").check()
    page.fill("#f-visdat", "15apr2024")
    page.keyboard.press("Control+s")
    expect(page.locator("#visit-date")).to_have_text("15-Apr-2024")


def test_a_crashed_tab_gives_the_text_back(browser: Browser, site: Site) -> None:
    context = signed_in(browser, site)
    first = context.new_page()
    begin(first, "7x")
    kept_in_browser(first, "7x")
    first.close()  # without asking, as a crash would
    second = context.new_page()
    open_form(second, VS)
    expect(second.locator("#f-pulse_vsorres")).to_have_value("7x")
    expect(second.locator("#notices")).to_contain_text("did not reach the server")
    second.keyboard.press("Control+s")
    expect(second.locator("#state")).to_contain_text("saved")
    assert second.evaluate("localStorage.length") == 0
    context.close()


def test_leaving_with_unsaved_text_warns(page: Page) -> None:
    begin(page, "72")
    asked = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto("/subjects")
    page.remove_listener("dialog", leave)
    assert asked == ["beforeunload"]


def test_a_server_that_is_away_costs_nothing(page: Page, site: Site) -> None:
    open_form(page, VS)
    page.context.set_offline(True)
    type_in(page, "72")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("the server is not responding")
    expect(page.locator("#f-pulse_vsorres")).to_have_value("72")
    page.context.set_offline(False)
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))
    assert len(history(site.database, KEY)) == 1


def test_a_save_whose_answer_never_came_is_no_conflict_with_oneself(
    browser: Browser, site: Site
) -> None:
    context = signed_in(browser, site)
    first = context.new_page()

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()  # the server saves
            route.abort()  # and the browser never learns of it
        else:
            route.continue_()

    # Before anything is typed: a draft saves itself.
    first.route(f"**{VS}", lose_the_answer)
    begin(first, "72")
    first.keyboard.press("Control+s")
    expect(first.locator("#state")).to_contain_text("the server is not responding")
    first.fill("#f-sysbp_vsorres", "120")
    kept_in_browser(first, "120")
    first.close()  # without asking, as a crash would
    second = context.new_page()
    open_form(second, VS)
    expect(second.locator("#notices")).to_contain_text("It is back on the page")
    expect(second.locator("#notices")).not_to_contain_text("Someone else has saved")
    second.keyboard.press("Control+s")
    expect(second.locator("#state")).to_contain_text("saved")
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.texts == {
        "vsperf": "Y",
        "pulse_vsorres": "72",
        "sysbp_vsorres": "120",
    }
    assert stored.version == 2
    context.close()


def test_two_editors_see_both_versions_and_choose(browser: Browser, site: Site) -> None:
    contexts = [signed_in(browser, site, name) for name in ("coordinator", "nurse")]
    one, other = (context.new_page() for context in contexts)
    begin(one, "72")
    begin(other, "74")
    other.fill("#f-sysbp_vsorres", "120")
    one.keyboard.press("Control+s")
    expect(one.locator("#state")).to_contain_text("saved")
    other.keyboard.press("Control+s")
    expect(other.get_by_role("heading", level=1)).to_contain_text("two versions")
    row = other.get_by_role("row", name="Pulse")
    expect(row).to_contain_text("74")
    expect(row).to_contain_text("72")
    row.get_by_label("yours").check()
    other.get_by_role("button", name="Save draft").click()
    expect(other.locator("#form[data-ready]")).to_be_visible()
    expect(other.locator("#f-pulse_vsorres")).to_have_value("74")
    expect(other.locator("#f-sysbp_vsorres")).to_have_value("120")
    expect(other.locator("#notices")).to_be_empty()
    assert other.evaluate("localStorage.length") == 0
    other.keyboard.press("Control+s")
    expect(other.locator("#state")).to_contain_text("saved")
    stored = load(site.database, KEY)
    assert stored is not None
    assert stored.record.texts == {
        "vsperf": "Y",
        "pulse_vsorres": "74",
        "sysbp_vsorres": "120",
    }
    assert [revision.form.saved_by for revision in history(site.database, KEY)] == [
        "coordinator",
        "nurse",
    ]
    for context in contexts:
        context.close()


def two_versions(browser: Browser, site: Site) -> tuple[Page, BrowserContext]:
    """The page of the second of two editors who gave the pulse two values."""
    contexts = [signed_in(browser, site, name) for name in ("coordinator", "nurse")]
    one, other = (context.new_page() for context in contexts)
    begin(one, "72")
    begin(other, "74")
    one.keyboard.press("Control+s")
    expect(one.locator("#state")).to_contain_text("saved")
    contexts[0].close()
    other.keyboard.press("Control+s")
    expect(other.get_by_role("heading", level=1)).to_contain_text("two versions")
    return other, contexts[1]


def test_taking_theirs_in_the_merge_shows_theirs(browser: Browser, site: Site) -> None:
    page, context = two_versions(browser, site)
    page.get_by_role("row", name="Pulse").get_by_label("coordinator’s").check()
    page.get_by_role("button", name="Save draft").click()
    ready(page)
    expect(page.locator("#f-pulse_vsorres")).to_have_value("72")
    expect(page.locator("#notices")).to_be_empty()
    assert (
        len(history(site.database, KEY)) == 1
    )  # nothing changed, so there is no second version
    context.close()


def test_discarding_ones_changes_shows_theirs(browser: Browser, site: Site) -> None:
    page, context = two_versions(browser, site)
    page.get_by_role("link", name="Discard my changes").click()
    ready(page)
    expect(page.locator("#f-pulse_vsorres")).to_have_value("72")
    expect(page.locator("#notices")).to_be_empty()
    context.close()


def test_whoever_leaves_the_two_versions_finds_the_text_again(
    browser: Browser, site: Site
) -> None:
    page, context = two_versions(browser, site)
    page.goto(VS)
    ready(page)
    expect(page.locator("#f-pulse_vsorres")).to_have_value("74")
    expect(page.locator("#notices")).to_contain_text("Save to compare both versions")
    context.close()


def test_a_removed_row_is_no_change_that_is_still_to_be_saved(
    page: Page, site: Site
) -> None:
    address = f"/subjects/{NEW}/LOG/cm"
    key = InstanceKey(NEW, "cm", "LOG")
    open_form(page, address)
    page.get_by_role("button", name="Add").first.click()
    page.locator(".row input[id$=cmtrt]").first.fill("Ibuprofen")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))
    page.locator(".remove input").first.check()
    page.locator(".removal .why input").first.fill("Entered twice")
    page.keyboard.press("Control+s")
    expect(page.locator(".row")).to_have_count(0)
    expect(page.locator("#state")).to_have_text(re.compile(r"^saved [\d:]+ \w+$"))
    assert len(history(site.database, key)) == 2
