"""What was changed since a reviewer last looked: on the form, in the casebook and in the
lists of the review.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, page_data

FORM = "/subjects/01-001/SCR/vs"
CASEBOOK, REVIEW = "/subjects/01-001", "/subjects/01-001/review"
CHANGED, NOT_SEEN = "changed since you looked", "not seen yet"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite")


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    client = client_of(app, "nurse")
    enter(client, **{"f-sysbp": "120", "f-remark": "well"})
    return client


@pytest.fixture
def monitor(app: Flask) -> FlaskClient:
    return client_of(app, "monitor")


def enter(client: FlaskClient, page: str = FORM, **answers: str) -> None:
    answer = client.post(page, data={**page_data(client, page), **answers})
    assert answer.status_code == 303, answer.text


def see(client: FlaskClient) -> TestResponse:
    """Presses “Seen” on the page of the form."""
    html = client.get(FORM).text
    (version,) = re.findall(r'name="version" value="(\d+)"', html)
    data = {"csrf_token": token(html), "version": version}
    return client.post(f"{FORM}/seen", data=data)


def choose(client: FlaskClient, *of: str) -> TestResponse:
    """Presses “Seen” for lines of the review."""
    html = client.get(REVIEW).text
    seen = re.findall(r'name="seen" value="([^"]+)"', html)
    data = {"csrf_token": token(html), "seen": seen, "of": list(of), "action": "seen"}
    return client.post(REVIEW, data=data)


def changes(client: FlaskClient) -> list[str]:
    """What the page lists as changed, as it reads."""
    html = client.get(FORM).text
    listed = re.search(r'class="notice look".*?</form>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", listed[0]) if listed else []
    return [re.sub(r"<[^>]+>", "", item) for item in items]


def test_the_form_lists_old_and_new_and_who(
    monitor: FlaskClient, nurse: FlaskClient, app: Flask
) -> None:
    assert "You have not seen this form yet" in monitor.get(FORM).text
    assert see(monitor).status_code == 303
    assert "by you in version 1, 18-Apr-2024" in monitor.get(FORM).text
    assert changes(monitor) == []

    enter(nurse, **{"f-sysbp": "121"})
    enter(client_of(app), **{"f-sysbp": "130", "f-remark": ""})
    assert changes(monitor) == [
        "Systolic: 120 mmHg → 121 mmHg → 130 mmHg by Nurse, Coordinator, "
        "18-Apr-2024 12:00:00 UTC",
        "Remark: well → blank by Coordinator, 18-Apr-2024 12:00:00 UTC",
    ]
    assert 'href="#f-sysbp"' in monitor.get(FORM).text

    see(monitor)
    assert changes(monitor) == []
    assert "by you in version 3" in monitor.get(FORM).text


def test_an_answer_that_was_changed_and_changed_back_is_told(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    see(monitor)
    enter(nurse, **{"f-sysbp": "12"})
    enter(nurse, **{"f-sysbp": "120"})
    (line,) = changes(monitor)
    assert line.startswith("Systolic: 120 mmHg → 12 mmHg → 120 mmHg by Nurse")


def test_completing_a_form_is_a_change_too(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    see(monitor)
    enter(nurse, **{"f-vsperf": "N", "action": "complete"})
    assert changes(monitor)[0].startswith("Status: draft → complete by Nurse")


def test_the_lists_mark_what_changed_for_who_looked_and_nobody_else(
    monitor: FlaskClient, nurse: FlaskClient, app: Flask
) -> None:
    manager = client_of(app, "manager")
    for page in (CASEBOOK, "/review"):
        assert CHANGED not in monitor.get(page).text
        assert NOT_SEEN not in monitor.get(page).text, "nothing was looked at yet"
    assert NOT_SEEN in monitor.get(REVIEW).text

    assert choose(monitor, "casebook").status_code == 303
    assert NOT_SEEN not in monitor.get(REVIEW).text
    enter(nurse, **{"f-sysbp": "121"})
    enter(nurse, "/subjects/01-001/SCR/lb", **{"f-hb": "12.9"})

    for page in (CASEBOOK, REVIEW):
        html = monitor.get(page).text
        assert CHANGED in html
        assert NOT_SEEN in html, "a form that was begun since"
    assert "1 changed" in monitor.get("/review").text
    assert "1 not seen" in monitor.get("/review").text
    for other in (nurse, manager):
        assert CHANGED not in other.get(CASEBOOK).text
        assert "not seen" not in other.get("/review").text

    choose(monitor, "SCR")
    assert CHANGED not in monitor.get(CASEBOOK).text
    assert NOT_SEEN not in monitor.get(CASEBOOK).text


@pytest.mark.usefixtures("nurse")
def test_opening_a_form_is_no_look(monitor: FlaskClient) -> None:
    monitor.get(FORM)
    monitor.get(REVIEW)
    assert "You have not seen this form yet" in monitor.get(FORM).text


def test_a_page_that_is_old_says_so_for_what_came_after_it(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    html = monitor.get(FORM).text
    enter(nurse, **{"f-sysbp": "121"})
    data = {"csrf_token": token(html), "version": "1"}
    assert monitor.post(f"{FORM}/seen", data=data).status_code == 303
    assert changes(monitor)[0].startswith("Systolic: 120 mmHg → 121 mmHg")

    made_up = monitor.post(f"{FORM}/seen", data={**data, "version": "9"})
    assert made_up.status_code == 409
    assert "has no version 9" in made_up.text
    assert choose(monitor).status_code == 422


def test_who_only_enters_is_asked_nothing(nurse: FlaskClient) -> None:
    html = nurse.get(FORM).text
    assert "data-seen" not in html
    data = {"csrf_token": token(html), "version": "1"}
    assert nurse.post(f"{FORM}/seen", data=data).status_code == 403
    assert "Your look" not in nurse.get(REVIEW).text


def test_a_look_is_an_event_of_the_log(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    see(monitor)
    for person in (monitor, nurse):
        assert "Form seen" in person.get("/subjects/01-001/history").text
