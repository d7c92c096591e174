"""A session that ended is begun again on the page: nothing typed is lost, or saved
under a wrong name.
"""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import Site, focus_on, open_form
from tests.webapp.pages import NEW
from webapp.demo.demo_study import PASSWORD
from webapp.storage import InstanceKey, StoredForm, load
from webapp.storage.sessions import end_sessions_of

VS = f"/subjects/{NEW}/SCR/vs"


def stored(site: Site) -> StoredForm | None:
    return load(site.database, InstanceKey(NEW, "vs", "SCR"))


def end_session(site: Site, username: str = "coordinator") -> None:
    """Ends it where it is kept: an answer that is still on its way would give the browser
    its cookie again.
    """
    with site.database.write() as connection:
        end_sessions_of(connection, username, site.database.clock())


def typed_without_session(page: Page, site: Site) -> None:
    open_form(page, VS)
    # First of all: a draft that saves itself meanwhile must not find a session either.
    end_session(site)
    page.locator("[name=f-vsperf][value=Y]").check()
    page.fill("#f-pulse_vsorres", "72")


def sign_in_in_another_tab(page: Page, username: str) -> None:
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("#username", username)
    other.fill("#password", PASSWORD)
    other.click("main button.primary")
    other.wait_for_url(lambda url: not url.endswith("/sign-in"))
    other.close()


def test_signing_in_on_the_page_saves_what_was_typed(page: Page, site: Site) -> None:
    typed_without_session(page, site)
    page.keyboard.press("Control+s")
    expect(page.locator("#renew")).to_contain_text("Your text is kept")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#renew [role=alert]")).to_contain_text("is incorrect")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))
    expect(page.locator("#f-pulse_vsorres")).to_be_focused()
    form = stored(site)
    assert form is not None
    assert form.record.texts == {"vsperf": "Y", "pulse_vsorres": "72"}
    page.fill("#f-pulse_vsorres", "74")
    page.keyboard.press("Control+s")
    expect(page.locator("#version")).to_contain_text("version 2")


def test_the_page_asks_for_a_code_too(page: Page, site: Site) -> None:
    """Set up as a person does it, then signed in again on the page, with no mouse."""
    page.goto("/account/code")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    assert faults_of(page) == []
    secret = page.locator("dd.once").inner_text().replace(" ", "")
    now = pyotp.TOTP(secret).now()
    page.keyboard.type(now)
    page.keyboard.press("Enter")
    recovery = page.locator(".codes li").first.inner_text()
    assert faults_of(page) == []
    page.get_by_role("button", name="I have kept the codes").click()
    typed_without_session(page, site)
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#renew [role=alert]")).to_contain_text("code of your")
    expect(page.locator("#renew-code")).to_be_focused()
    page.keyboard.type(now)
    page.keyboard.press("Enter")
    expect(page.locator("#renew [role=alert]")).to_contain_text("used already")
    page.keyboard.type(recovery)
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))
    assert stored(site) is not None


def test_signing_in_in_another_tab_is_enough(page: Page, site: Site) -> None:
    typed_without_session(page, site)
    sign_in_in_another_tab(page, "coordinator")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_have_text(re.compile("^saved"))
    assert stored(site) is not None


def test_another_person_is_told_whose_text_it_is(page: Page, site: Site) -> None:
    typed_without_session(page, site)
    sign_in_in_another_tab(page, "nurse")
    page.keyboard.press("Control+s")
    expect(page.locator("#renew")).to_contain_text(
        "coordinator typed what is on this page"
    )
    assert stored(site) is None
    page.get_by_role("button", name="Save it in my name").click()
    expect(page.locator("header .who")).to_contain_text("Noor Nurse")
    form = stored(site)
    assert form is not None
    assert form.saved_by == "nurse"
    assert page.evaluate("localStorage.length") == 0


def test_another_person_leaves_the_text_to_its_owner(page: Page, site: Site) -> None:
    typed_without_session(page, site)
    page.keyboard.press("Control+s")
    page.get_by_label("Username").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Leave it for coordinator").click()
    expect(page.locator("header .who")).to_contain_text("Noor Nurse")
    expect(page.locator("#f-pulse_vsorres")).to_have_value("")
    end_session(site, "nurse")
    sign_in_in_another_tab(page, "coordinator")
    open_form(page, VS)
    expect(page.locator("#f-pulse_vsorres")).to_have_value("72")
    assert stored(site) is None


def test_a_person_without_the_right_to_enter_saves_nothing(
    page: Page, site: Site
) -> None:
    typed_without_session(page, site)
    sign_in_in_another_tab(page, "monitor")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Save it in my name").click()
    expect(page.locator("#state")).to_contain_text("Not saved")
    assert stored(site) is None
    expect(page.locator("#f-pulse_vsorres")).to_have_value("72")


def test_a_save_by_itself_takes_no_key_from_whoever_types(
    page: Page, site: Site
) -> None:
    typed_without_session(page, site)
    focus_on(page.locator("#f-pulse_vsorres"))
    expect(page.locator("#renew")).to_be_visible(timeout=20_000)
    expect(page.locator("#f-pulse_vsorres")).to_be_focused()
