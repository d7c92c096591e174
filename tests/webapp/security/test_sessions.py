"""A session ends when its owner signs out, when nobody uses it, and when its day is
over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import TODAY, cellkine, sign_in, token
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD, load_demo
from webapp.installation.settings import Settings
from webapp.security.sessions import IDLE, LONGEST
from webapp.storage import open_database

COOKIE = "crfsmith"
MORNING = datetime(2024, 4, 18, 9, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def accounts(module_url: str) -> str:
    database = open_database(module_url, clock=Clock())
    load_demo(database, subjects=False)
    database.close()
    return module_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(accounts: str, clock: Clock) -> Flask:
    return create_app(
        Settings(
            database=accounts,
            study=cellkine(),
            secret_key="tests",
            clock=clock,
            today=lambda: TODAY,
        )
    )


def copy_of(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    other = app.test_client()
    other.set_cookie(COOKIE, cookie.value)
    return other


def is_in(client: FlaskClient) -> bool:
    return client.get("/subjects").status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    copied = copy_of(app, client)
    assert is_in(copied)
    client.post("/sign-out", data={"csrf_token": token(client.get("/subjects").text)})
    assert not is_in(copied)
    assert not is_in(client)


def test_a_cookie_counts_only_in_the_browser_that_it_was_made_for(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    other = copy_of(app, client)
    other.environ_base["HTTP_USER_AGENT"] = "another browser"
    assert not is_in(other)
    assert is_in(client)


def test_an_hour_without_a_request_ends_a_session(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    sign_in(client)
    for _ in range(3):
        clock.now += IDLE - timedelta(minutes=1)
        assert is_in(client)
    clock.now += IDLE + timedelta(minutes=1)
    assert not is_in(client)


def test_no_session_lasts_longer_than_a_day_of_work(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    sign_in(client)
    while clock.now + IDLE < MORNING + LONGEST:
        clock.now += IDLE
        assert is_in(client)
    clock.now = MORNING + LONGEST + timedelta(seconds=1)
    assert not is_in(client)


def test_signing_in_leaves_nothing_of_the_session_before(app: Flask) -> None:
    client = app.test_client()
    before = token(client.get("/sign-in").text)
    sign_in(client)
    answer = client.post(
        "/subjects/new", data={"csrf_token": before, "subjid": "01-099"}
    )
    assert answer.status_code == 400


def test_signing_in_again_ends_the_session_before(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    copied = copy_of(app, client)
    sign_in(client, "investigator")
    assert not is_in(copied)


def test_a_cookie_of_another_study_with_the_same_key_opens_nothing(
    app: Flask, tmp_path: Path, clock: Clock
) -> None:
    url = f"sqlite:///{tmp_path}/other.sqlite"
    database = open_database(url, clock=clock)
    load_demo(database, subjects=False)
    database.close()
    other_study = replace(cellkine(), name="OTHER", hash="f" * 64)
    settings = Settings(database=url, study=cellkine(), secret_key="tests", clock=clock)
    other = create_app(replace(settings, study=other_study))
    client = other.test_client()
    sign_in(client)
    assert is_in(client)
    assert not is_in(copy_of(app, client))


@pytest.mark.parametrize(
    "then", ["//[host", "/subjects\r\nSet-Cookie: x=y", "http://[", "/\\elsewhere"]
)
def test_an_address_that_is_none_leads_to_the_first_page(app: Flask, then: str) -> None:
    client = app.test_client()
    page = client.get("/sign-in", query_string={"then": then})
    assert page.status_code == 200
    data = {
        "csrf_token": token(page.text),
        "username": "coordinator",
        "password": PASSWORD,
        "then": then,
    }
    answer = client.post("/sign-in", data=data)
    assert (answer.status_code, answer.location) == (303, "/")
