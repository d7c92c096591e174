"""A tab that crashes loses nothing on the pages beside the forms: a second entry, a
decision between two entries, a choice of findings. Nobody else at the same browser is
shown it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.conftest import (
    COOKIE,
    Site,
    kept_in_browser,
    open_form,
    signed_in,
    user_agent,
)
from tests.webapp.double_site import (
    DOUBLE,
    FORM,
    SECOND,
    TYPED,
    double_study,
    enter,
)
from tests.webapp.small_site import app_over, client_of

OTHER = "/subjects/01-002/SCR/vs"
LIST = "/home/findings"
BACK = "did not reach the server"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The first entry of one subject is complete; another one has an open finding."""
    url = f"sqlite:///{tmp_path}/study.sqlite"
    client = client_of(app_over(url, double_study()))
    assert enter(client, **TYPED).status_code == 303
    unusual = {"f-vsperf": "Y", "f-sysbp": "220"}
    assert enter(client, OTHER, "draft", **unusual).status_code == 303

    running = Site(url, study=double_study())
    yield running
    running.stop()


def crash(page: Page) -> None:
    """Ends the process of a tab, as the system does when it is out of memory."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    page.close()


@contextmanager
def used_by(window: BrowserContext, site: Site, username: str) -> Iterator[Page]:
    """A tab of the same browser, in which somebody has signed in."""
    program = user_agent(window.browser)  # type: ignore[arg-type]
    cookie = {"name": COOKIE, "value": site.cookie(username, program), "url": site.url}
    window.add_cookies([cookie])  # type: ignore[list-item]
    page = window.new_page()
    yield page
    page.close()


def test_a_crashed_tab_gives_back_what_was_typed_beside_the_forms(
    browser: Browser, site: Site
) -> None:
    window = signed_in(browser, site, "nurse")
    tab = window.new_page()
    open_form(tab, SECOND)
    tab.locator("[name=f-vsperf][value=Y]").check()
    tab.fill("#f-remark", "Timbuktu")
    kept_in_browser(tab, "Timbuktu")
    crash(tab)

    # Who else works at this computer is not told of the second entry.
    for username in ("coordinator", "manager"):
        with used_by(window, site, username) as page:
            for address in (SECOND, DOUBLE, FORM):
                page.goto(address)
                assert "Timbuktu" not in page.content()

    with used_by(window, site, "nurse") as page:
        open_form(page, SECOND)
        expect(page.locator("#f-remark")).to_have_value("Timbuktu")
        expect(page.locator("#notices")).to_contain_text(BACK)
        page.fill("#f-sysbp", "121")
        page.keyboard.press("Control+Enter")
        expect(page.locator("h1")).to_contain_text("Double entry")

    decides(window, site)
    asks(window, site)
    window.close()


def decides(window: BrowserContext, site: Site) -> None:
    """The decision is back after a crash, until the server has it."""
    with used_by(window, site, "manager") as page:
        page.goto(DOUBLE)
        page.get_by_label("Another answer", exact=True).check()
        page.get_by_label("Another answer for Remark").fill("Tashkent")
        page.get_by_label("Reason for this line").fill("Neither can be read")
        kept_in_browser(page, "Neither can be read")
        crash(page)

    with used_by(window, site, "manager") as page:
        page.goto(DOUBLE)
        expect(page.locator(".notice")).to_contain_text(BACK)
        expect(page.get_by_label("Another answer for Remark")).to_have_value("Tashkent")
        expect(page.get_by_label("Another answer", exact=True)).to_be_checked()
        page.get_by_role("button", name="Decide").click()
        expect(page.locator(".entries-made")).to_contain_text("Decided")
        assert page.evaluate("JSON.stringify(localStorage)") == "{}"


def asks(window: BrowserContext, site: Site) -> None:
    """So is a choice of findings, by keyboard from the list to the open queries."""
    with used_by(window, site, "manager") as page:
        page.goto(LIST)
        page.get_by_label("Ask").focus()
        page.keyboard.press("Space")
        kept_in_browser(page, "01-002")
        crash(page)

    with used_by(window, site, "manager") as page:
        page.goto(LIST)
        expect(page.get_by_label("Ask")).to_be_checked()
        expect(page.locator(".notice")).to_contain_text(BACK)
        page.get_by_label("Ask").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#open-title")).to_have_text("1 query would be opened")
        page.get_by_label("Who answers").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#opened")).to_contain_text("1 query opened")
        page.get_by_role("link", name="Back to the list").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Ask")).not_to_be_checked()
        assert page.evaluate("JSON.stringify(localStorage)") == "{}"
