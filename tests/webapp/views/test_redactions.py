"""The page on which a data manager takes out text that should never have been typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.storage import EventKind, find_events

NAME = "Jan Peeters"
FORM = "/subjects/01-001/SCR/vs"
PAGE = "/subjects/01-001/redact"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A name stands in a remark, typed by a nurse."""
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    nurse = client_of(app)
    data = page_data(nurse, FORM)
    data |= {"f-vsperf": ["Y"], "f-remark": [f"{NAME} was late"], "action": ["draft"]}
    nurse.post(FORM, data=data)
    return app


@pytest.fixture
def manager(app: Flask) -> FlaskClient:
    return client_of(app, "manager")


def post(client: FlaskClient, **typed: str) -> tuple[int, str]:
    given = {"csrf_token": token(client.get(PAGE).text), "text": NAME}
    answer = client.post(PAGE, data={**given, "reason": "a name", **typed})
    return answer.status_code, answer.text


def test_the_history_of_a_field_leads_to_the_page(
    app: Flask, manager: FlaskClient
) -> None:
    link = f'href="{PAGE}">Take text out'
    assert link in manager.get(f"{FORM}/history/f-remark").text
    assert link not in client_of(app).get(f"{FORM}/history/f-remark").text


def test_a_data_manager_looks_first_and_then_takes_it_out(
    app: Flask, manager: FlaskClient
) -> None:
    status, page = post(manager, action="look")
    assert status == 200
    assert "Found in 1 place" in page
    assert "SCR vs, version 1: vs.remark" in page
    assert NAME in manager.get(FORM).text

    # Nothing is taken out that was not looked at.
    status, page = post(manager, action="redact")
    assert "Found in 1 place" in page
    assert NAME in manager.get(FORM).text

    assert post(manager, action="redact", seen="1")[0] == 303
    form = manager.get(FORM).text
    assert "[redacted] was late" in form
    assert NAME not in form
    assert NAME not in manager.get(f"{FORM}/history").text
    page = manager.get(PAGE).text
    assert "Manager (manager), data manager. a name" in page
    (event,) = find_events(database_of(app), kinds=[EventKind.TEXT_REDACTED])
    assert (event.username, event.details["versions"]) == ("manager", 1)
    assert "Text taken out" in manager.get("/subjects/01-001/history").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": "x"}, "at least 2 characters"),
        ({"reason": "", "action": "redact", "seen": "1"}, "Write why"),
        (
            {"reason": f"{NAME} is a name", "action": "redact", "seen": "1"},
            "The reason repeats the text",
        ),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    manager: FlaskClient, typed: dict[str, str], words: str
) -> None:
    status, page = post(manager, **typed)
    assert status == 409
    assert words in page
    assert f'value="{typed.get("text", NAME)}"' in page


def test_what_stands_nowhere_is_said(manager: FlaskClient) -> None:
    status, page = post(manager, text="Piet", action="look")
    assert (status, "Not found." in page) == (200, True)
