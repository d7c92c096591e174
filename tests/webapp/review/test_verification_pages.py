"""Source verification on the pages: of answers, forms and visits, by a plan, and what a
later change does to it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec import load_study
from forms_spec.model.study import Study
from tests.studies import FILES
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, page_data

FORM = "/subjects/01-001/SCR/vs"
SOURCE = f"{FORM}/verification"
REVIEW = "/subjects/01-001/review"


def study_with(plan: str) -> Study:
    files = dict(FILES)
    files["study.yaml"] += f"verification: {plan}\n"
    loaded = load_study(files)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def site(tmp_path: Path, plan: str = "{}") -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite", study_with(plan))


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return site(tmp_path)


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    client = client_of(app, "nurse")
    enter(client, **{"f-sysbp": "120", "f-remark": "well"})
    return client


@pytest.fixture
def monitor(app: Flask) -> FlaskClient:
    return client_of(app, "monitor")


def enter(client: FlaskClient, **answers: str) -> None:
    answer = client.post(FORM, data={**page_data(client, FORM), **answers})
    assert answer.status_code == 303, answer.text


def verify(
    client: FlaskClient, *of: str, action: str = "verify", page: str = SOURCE
) -> TestResponse:
    """Marks lines of a page, in the versions that it shows."""
    html = client.get(page).text
    seen = re.findall(r'name="seen" value="([^"]+)"', html)
    data = {"csrf_token": token(html), "seen": seen, "of": list(of), "action": action}
    return client.post(page, data=data)


@pytest.mark.usefixtures("nurse")
def test_a_monitor_verifies_answers_and_then_the_whole_form(
    monitor: FlaskClient,
) -> None:
    assert verify(monitor, "f-sysbp").status_code == 303
    page = monitor.get(SOURCE).text
    assert page.count("Verified by Monitor, 18-Apr-2024") == 1
    assert "partly verified" in monitor.get(REVIEW).text

    assert verify(monitor, action="whole").status_code == 303
    assert monitor.get(SOURCE).text.count("Verified by Monitor, 18-Apr-2024") == 2
    assert "1 of 1" in monitor.get("/review").text
    assert '<span class="sr">verified</span>' in monitor.get("/subjects/01-001").text

    assert verify(monitor, "f-remark", action="unverify").status_code == 303
    assert "0 of 1" in monitor.get("/review").text


def test_a_later_change_takes_the_mark_away_and_shows_old_and_new(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    verify(monitor, action="whole")
    enter(nurse, **{"f-sysbp": "121", "f-remark": "well"})

    words = "Changed since verification by Monitor: 120 mmHg → 121 mmHg"
    assert words in monitor.get(SOURCE).text
    assert words in nurse.get(FORM).text
    assert "changed since verification" in monitor.get(REVIEW).text
    assert "changed since verification" in nurse.get("/subjects/01-001").text
    assert "1 changed since" in monitor.get("/review").text
    assert "Changed since verification" in monitor.get("/subjects/01-001/history").text

    verify(monitor, "f-sysbp")
    assert "1 of 1" in monitor.get("/review").text
    assert "Changed since" not in nurse.get(FORM).text


@pytest.mark.usefixtures("nurse")
def test_forms_and_visits_are_verified_from_the_review(monitor: FlaskClient) -> None:
    assert verify(monitor, "SCR", action="verify", page=REVIEW).status_code == 303
    assert "1 of 1" in monitor.get("/review").text
    verify(monitor, "casebook", action="unverify", page=REVIEW)
    assert "0 of 1" in monitor.get("/review").text


def test_what_was_saved_since_is_looked_at_again(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    html = monitor.get(SOURCE).text
    enter(nurse, **{"f-sysbp": "130"})
    data = {"csrf_token": token(html), "seen": "1", "action": "whole"}
    answer = monitor.post(SOURCE, data=data)
    assert answer.status_code == 409
    assert "was saved since you opened this page" in answer.text
    assert verify(monitor).status_code == 422


def test_the_plan_says_what_is_missing(tmp_path: Path) -> None:
    app = site(tmp_path, "{critical: [vs.sysbp]}")
    enter(client_of(app, "nurse"), **{"f-sysbp": "120", "f-remark": "well"})
    monitor = client_of(app, "monitor")
    page = monitor.get(SOURCE).text
    assert page.count("to verify</td>") == 1
    assert page.count('" checked>') == 1, "what the plan asks for is chosen already"

    verify(monitor, "f-sysbp")
    assert "1 of 1" in monitor.get("/review").text
    sites = monitor.get("/review/sites").text
    assert re.findall(r'<td data-label="[^"]+">(\d+)</td>', sites) == [
        "2",
        "1",
        "1",
        "0",
    ]


def test_a_subject_that_was_not_drawn_needs_nothing(tmp_path: Path) -> None:
    app = site(tmp_path, "{share: 1, seed: x}")
    enter(client_of(app, "nurse"), **{"f-sysbp": "120"})
    monitor = client_of(app, "monitor")
    assert "not needed" in monitor.get(REVIEW).text
    assert "of 1" not in monitor.get("/review").text


@pytest.mark.usefixtures("monitor")
def test_who_enters_sees_the_marks_and_sets_none(nurse: FlaskClient) -> None:
    page = nurse.get(SOURCE)
    assert page.status_code == 200
    assert "Verify the whole form" not in page.text
    assert verify(nurse, action="whole").status_code == 403
    assert nurse.get("/subjects/01-001/SCR/lb/verification").status_code == 404
