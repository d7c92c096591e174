"""Signing in through a provider in a real browser, which comes from another site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import NARROW, WIDE
from tests.live_server import LiveServer
from tests.studies import small_study
from tests.webapp.security.small_provider import CLIENT, SECRET, SmallProvider
from tests.webapp.small_site import database_of, furnish
from webapp.app import create_app
from webapp.installation.provider_settings import ProviderSettings
from webapp.installation.settings import Settings

NOON = datetime(2024, 4, 18, 12, tzinfo=UTC)
HERE, THERE = "127.0.0.1", "localhost"
"""The same machine, but two sites to a browser."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    provider = SmallProvider(NOON, host=THERE)
    known = ProviderSettings(
        issuer=provider.issuer,
        client=CLIENT,
        secret=SECRET,
        address="",
        name="Riverside Hospital",
    )
    app = create_app(
        Settings(
            database=f"sqlite:///{tmp_path}/study.sqlite",
            study=small_study(),
            secret_key="browser tests",
            clock=lambda: NOON,
            provider=known,
        )
    )
    furnish(database_of(app))
    server = LiveServer(app)
    # Its port is known only now.
    connected = app.extensions["crfsmith-provider"]
    connected.settings = replace(known, address=server.url)
    yield server.url
    server.stop()
    provider.server.stop()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_one_key_leads_to_the_provider_and_back_to_the_page_that_was_asked_for(
    browser: Browser, address: str, viewport: dict[str, int]
) -> None:
    page = browser.new_page(viewport=viewport)
    page.goto(f"{address}/subjects")
    button = page.get_by_role("link", name="Sign in with Riverside Hospital")
    assert faults_of(page) == []
    button.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/subjects")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.close()
