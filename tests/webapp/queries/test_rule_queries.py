"""Rules ask about complete forms: they open a query, close it when the data are right,
and open it again when they are wrong again.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.study import Study
from tests.studies import FILES, study_of
from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.queries.due_marks import TOGETHER
from webapp.storage import (
    InstanceKey,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryStep,
    QueryThread,
    add_subject,
    due_subjects,
    open_queries,
    threads_of_form,
)

FORM = "/subjects/01-001/UNS-1/vs"
VS = InstanceKey("01-001", "vs", "UNS", 1)
RULES = """
rules:
  PAIN:
    message: A high pressure goes with a reading.
    severity: query
    when: sysbp > 150
    assert: temp < 39
    unknown: true
    on: [vs.sysbp, vs.temp]
"""


@cache
def asking_rules() -> Study:
    return study_of({**FILES, "rules.yaml": RULES})


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite", asking_rules())


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    return client_of(app, "nurse")


@pytest.fixture
def monitor(app: Flask) -> FlaskClient:
    return client_of(app, "monitor")


def save(
    client: FlaskClient,
    action: str = "complete",
    reason: str = "corrected",
    **texts: str,
) -> None:
    """Saves the form as a browser without scripts does, and looks at it again."""
    data = page_data(client, FORM)
    data |= {f"f-{name}": [text] for name, text in texts.items()}
    data |= {"f-vsperf": ["N"], "action": [action], "reason": [reason]}
    answer = client.post(FORM, data=data, follow_redirects=True)
    assert answer.status_code == 200, answer.text


def thread(app: Flask) -> QueryThread:
    (only,) = threads_of_form(database_of(app), VS)
    return only


def steps(app: Flask) -> list[tuple[str, str]]:
    """What was done in the only thread, and by whom; blank is the rule."""
    return [(entry.action.value, entry.username) for entry in thread(app).entries]


def write(client: FlaskClient, app: Flask, action: QueryAction, text: str) -> None:
    query = thread(app).query
    page = f"{FORM}/queries/f-sysbp"
    data = {
        "csrf_token": token(client.get(page).text),
        "action": action.value,
        "text": text,
        "seen": str(query.entries),
    }
    assert client.post(f"/queries/{query.number}", data=data).status_code == 303


def test_a_broken_rule_asks_and_the_correction_settles_it(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, sysbp="155", temp="40")
    query = thread(app).query
    assert (query.state, query.code, query.opened_by) == (QueryState.OPEN, "PAIN", "")
    assert query.assigned_role == "coordinator"
    assert "A high pressure goes with a reading." in thread(app).entries[0].text
    assert thread(app).entries[0].rule == "PAIN"

    save(nurse, temp="37")
    save(nurse, temp="41")

    assert steps(app) == [("opened", ""), ("closed", ""), ("reopened", "")]
    assert thread(app).query.state is QueryState.OPEN


def test_the_same_answers_are_asked_about_once(app: Flask, nurse: FlaskClient) -> None:
    save(nurse, sysbp="155", temp="40")
    save(nurse, remark="seen")
    nurse.get(FORM)
    assert steps(app) == [("opened", "")]


def test_a_draft_is_not_asked_about_and_settles_nothing(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, action="draft", sysbp="155", temp="40")
    assert threads_of_form(database_of(app), VS) == ()

    save(nurse)
    save(nurse, action="draft", temp="37")

    assert steps(app) == [("opened", "")]


def test_a_rule_that_cannot_be_decided_any_more_settles_nothing(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, sysbp="155", temp="40")
    save(nurse, temp="")

    threads = threads_of_form(database_of(app), VS)
    assert next(item.query.state for item in threads) is QueryState.OPEN


def test_what_a_reviewer_closed_stays_closed_for_the_same_answers(
    app: Flask, nurse: FlaskClient, monitor: FlaskClient
) -> None:
    save(nurse, sysbp="155", temp="40")
    write(nurse, app, QueryAction.ANSWER, "Flu")
    write(monitor, app, QueryAction.CLOSE, "")
    save(nurse, remark="seen")
    assert thread(app).query.state is QueryState.CLOSED

    save(nurse, temp="41")
    assert steps(app)[-1] == ("reopened", "")


@pytest.mark.parametrize("action", [QueryAction.ANSWER, QueryAction.CANCEL])
def test_other_wrong_answers_are_another_question(
    app: Flask, nurse: FlaskClient, monitor: FlaskClient, action: QueryAction
) -> None:
    save(nurse, sysbp="155", temp="40")
    writer = nurse if action is QueryAction.ANSWER else monitor
    write(writer, app, action, "Flu")
    save(nurse, remark="seen")
    assert thread(app).query.state is not QueryState.OPEN

    save(nurse, temp="41")
    assert steps(app)[-1] == ("reopened", "")


def test_an_answer_is_about_the_value_that_was_asked_about_last(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, sysbp="155", temp="40")
    save(nurse, temp="41")
    write(nurse, app, QueryAction.ANSWER, "Flu")
    save(nurse, remark="seen")

    assert steps(app) == [("opened", ""), ("commented", ""), ("answered", "nurse")]


def test_the_reason_of_a_kept_warning_answers_a_query_about_it_once(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, sysbp="170", temp="36")
    place = QueryPlace(
        subject="01-001", visit="UNS", form="vs", unsno=1, table="vs", field="sysbp"
    )
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="monitor",
        text="Is 170 right?",
    )
    open_queries(
        database_of(app), [NewQuery(place=place, step=step, code="above-expected")]
    )

    data = page_data(nurse, FORM)
    data |= {"k:f-sysbp:above-expected": ["Measured twice"], "action": ["complete"]}
    data["reason"] = ["answer to a query"]
    nurse.post(FORM, data=data, follow_redirects=True)
    save(nurse, remark="seen")

    assert steps(app) == [("opened", "monitor"), ("answered", "nurse")]
    assert thread(app).entries[1].text == "Measured twice"


def test_a_save_whose_server_was_killed_is_looked_at_later(
    app: Flask, nurse: FlaskClient
) -> None:
    data = page_data(nurse, FORM)
    data |= {"f-vsperf": ["N"], "f-sysbp": ["155"], "f-temp": ["40"]}
    nurse.post(FORM, data={**data, "action": ["complete"]})
    assert due_subjects(database_of(app)) == ("01-001",)
    assert threads_of_form(database_of(app), VS) == ()

    page = nurse.get("/queries").text

    assert "A high pressure goes with a reading." in page
    assert due_subjects(database_of(app)) == ()


def test_a_view_that_has_nothing_to_ask_writes_nothing(
    app: Flask, nurse: FlaskClient
) -> None:
    save(nurse, sysbp="120")

    page = nurse.get("/subjects/01-001").text

    assert "none open" in page
    assert due_subjects(database_of(app)) == ("01-001",)
    # The list of all queries takes away what views put aside.
    nurse.get("/queries")
    assert due_subjects(database_of(app)) == ()


def test_marks_that_were_put_aside_are_taken_away_together(
    app: Flask, nurse: FlaskClient
) -> None:
    added = [f"01-{number:03}" for number in range(100, 100 + TOGETHER)]
    for subjid in added:
        add_subject(database_of(app), subjid=subjid, site="01", user="nurse")
        page = f"/subjects/{subjid}/UNS-1/vs"
        data = {**page_data(nurse, page), "f-vsperf": ["N"], "action": ["complete"]}
        nurse.post(page, data=data)
    assert due_subjects(database_of(app)) == tuple(added)

    for subjid in added:
        nurse.get(f"/subjects/{subjid}")

    assert due_subjects(database_of(app)) == ()


def test_a_query_reopened_by_a_person_after_a_view_is_closed_after_the_next_save(
    app: Flask, nurse: FlaskClient, monitor: FlaskClient
) -> None:
    save(nurse, sysbp="155", temp="40")
    save(nurse, sysbp="120")
    assert thread(app).query.state is QueryState.CLOSED
    nurse.get("/subjects/01-001")
    write(monitor, app, QueryAction.REOPEN, "Which cuff was used?")

    save(nurse, sysbp="121")

    assert thread(app).query.state is QueryState.CLOSED
