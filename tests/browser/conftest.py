"""A live server with the Cellkine demo, and a real browser in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shutil import copy
from time import monotonic

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from forms_spec.model.study import Study
from tests.browser.windows import Address, Windows
from tests.conftest import PATIENCE
from tests.webapp.asking_study import filled
from tests.webapp.pages import TODAY, cellkine, filled_once
from tests.webapp.pages import sign_in as enter
from webapp.app import create_app
from webapp.installation.settings import Settings
from webapp.storage import Database

WIDE = {"width": 1366, "height": 768}
COOKIE = "crfsmith"
NARROW = {"width": 320, "height": 640}
PAUSE = 5_000
"""Milliseconds after the last key until a draft saves itself (``form_save.js``)."""
SAVED = re.compile(r"^saved [\d:]+ \w+$")


class Site:
    """A running server on a port of its own."""

    def __init__(
        self, database: str, today: date = TODAY, study: Study | None = None
    ) -> None:
        self.settings = Settings(
            database=database,
            study=study or cellkine(),
            secret_key="browser tests",
            today=lambda: today,
        )
        self.cookies: dict[tuple[str, str], str] = {}
        self.app = create_app(self.settings)
        self.address = Address.free()
        self.address.app = self.app
        self.url = self.address.server.url

    def stop(self) -> None:
        self.address.app = None
        self.database.close()

    def cookie(self, username: str, program: str) -> str:
        """The cookie that a browser gets when somebody signs in with it; the first one
        serves all windows.
        """
        if (username, program) not in self.cookies:
            client = self.app.test_client()
            client.environ_base["HTTP_USER_AGENT"] = program
            enter(client, username)
            kept = client.get_cookie(COOKIE)
            assert kept is not None
            self.cookies[username, program] = kept.value
        return self.cookies[username, program]

    @property
    def database(self) -> Database:
        held: Database = self.app.extensions["crfsmith"].database
        return held


@contextmanager
def site_of(folder: Path, study: Study) -> Iterator[Site]:
    """A server over a study, with one subject of whom nothing was captured."""
    url = f"sqlite:///{folder / 'study.sqlite'}"
    filled(url).close()
    running = Site(url, study=study)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cellkine's subjects, captured once; each test starts from a copy."""
    return filled_once(tmp_path_factory)


@pytest.fixture
def site(filled_database: Path, tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "study.sqlite"
    copy(filled_database, path)
    running = Site(f"sqlite:///{path}")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shared_site(
    filled_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """For tests that only look."""
    path = tmp_path_factory.mktemp("shared") / "study.sqlite"
    copy(filled_database, path)
    running = Site(f"sqlite:///{path}")
    yield running
    running.stop()


def signed_in(
    browser: Browser, site: Site, username: str = "coordinator", **options: object
) -> BrowserContext:
    """A browser window of somebody who has signed in."""
    chosen = {"viewport": WIDE, **options}
    context = browser.new_context(base_url=site.url, **chosen)  # type: ignore[arg-type]
    program = str(options.get("user_agent") or user_agent(browser))
    context.add_cookies(
        [{"name": COOKIE, "value": site.cookie(username, program), "url": site.url}]
    )
    return context


AGENTS: dict[Browser, str] = {}


def user_agent(browser: Browser) -> str:
    """What the browser calls itself: a session holds only in the program that it began
    in.
    """
    if browser not in AGENTS:
        page = browser.new_page()
        AGENTS[browser] = page.evaluate("navigator.userAgent")
        page.close()
    return AGENTS[browser]


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[Windows]:
    kept = Windows(lambda url: browser.new_context(base_url=url, viewport=WIDE))
    yield kept
    kept.close()


@pytest.fixture
def page(browser: Browser, site: Site, windows: Windows) -> Iterator[Page]:
    """A coordinator's window: empty, with nothing kept of an earlier test."""
    cookie = site.cookie("coordinator", user_agent(browser))
    window = windows.at(site.url)
    window.context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    yield window.page
    faults = [*window.faults]
    windows.put_back(window)
    assert faults == [], "a script failed"


def kept_in_browser(page: Page, text: str) -> None:
    """Waits until the browser's own copy of what was typed has the text."""
    deadline = monotonic() + PATIENCE / 1000
    while text not in page.evaluate("JSON.stringify(localStorage)"):
        assert monotonic() < deadline, f"the browser does not keep {text!r}"
        page.wait_for_timeout(20)


def saves_itself(page: Page, changes: str) -> None:
    """Waits until a draft has saved itself: once its changes are said to be not saved,
    the page's clock (``page.clock.install()`` before the form is opened) passes over
    the pause.
    """
    state = page.locator("#state")
    expect(state).to_contain_text(changes)
    page.clock.fast_forward(PAUSE)
    expect(state).to_have_text(SAVED)


def frames_passed(page: Page) -> None:
    """Waits until the page was drawn twice."""
    page.evaluate(
        "new Promise((drawn) => requestAnimationFrame(() => "
        "requestAnimationFrame(drawn)))"
    )


def focus_on(box: Locator) -> None:
    """Puts the focus into a box once it is on the page: a hidden one does not take it."""
    expect(box).to_be_visible()
    box.focus()
    expect(box).to_be_focused()


def open_form(page: Page, address: str) -> None:
    """Opens a form and waits until its script is ready."""
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    """Waits until the page's script has judged the form.

    Asks the document: a page forbids evaluated text.
    """
    page.locator("#form[data-ready]").wait_for()
