"""Queries on the pages: asked, answered, closed, counted and listed, without a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    InstanceKey,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryStep,
    Role,
    add_user,
    get_thread,
    take_step,
    threads_of_form,
    threads_of_subject,
)

FORM = "/subjects/01-001/SCR/vs"
SYSBP = f"{FORM}/queries/f-sysbp"
VS = InstanceKey("01-001", "vs", "SCR")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite")


@pytest.fixture
def monitor(app: Flask) -> FlaskClient:
    return client_of(app, "monitor")


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    return client_of(app, "nurse")


def post(
    client: FlaskClient, page: str, address: str = "", **data: str
) -> TestResponse:
    """Sends an entry from a page, to the page's own address unless told another."""
    return client.post(
        address or page, data={"csrf_token": token(client.get(page).text), **data}
    )


def ask(client: FlaskClient, page: str = SYSBP, **others: str) -> int:
    """Opens a query and gives its number."""
    data = {"text": "Is 172 right?", "action": "opened", **others}
    answer = client.post(
        page, data={"csrf_token": token(client.get(page).text), **data}
    )
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].partition("#q")[2])


def state(app: Flask, number: int) -> QueryState:
    thread = get_thread(database_of(app), number)
    assert thread is not None
    return thread.query.state


def test_a_monitor_asks_and_a_nurse_answers_and_the_monitor_closes(
    app: Flask, monitor: FlaskClient, nurse: FlaskClient
) -> None:
    number = ask(monitor, role="investigator")

    page = nurse.get(SYSBP).text
    assert "Is 172 right?" in page
    assert "for the investigator to answer" in page
    assert "Close the query" not in page
    answer = post(
        nurse,
        SYSBP,
        f"/queries/{number}",
        text="Yes, twice",
        action="answered",
        seen="1",
    )
    assert answer.headers["Location"] == f"{SYSBP}#q{number}"
    assert state(app, number) is QueryState.ANSWERED

    assert "Yes, twice" in monitor.get(SYSBP).text
    post(monitor, SYSBP, f"/queries/{number}", text="", action="closed", seen="2")
    assert state(app, number) is QueryState.CLOSED
    thread = get_thread(database_of(app), number)
    assert thread is not None
    assert [entry.username for entry in thread.entries] == [
        "monitor",
        "nurse",
        "monitor",
    ]


def test_what_the_role_may_not_do_is_refused_and_the_text_stays(
    app: Flask, monitor: FlaskClient, nurse: FlaskClient
) -> None:
    number = ask(monitor)
    answer = post(
        nurse,
        SYSBP,
        f"/queries/{number}",
        text="done with it",
        action="closed",
        seen="1",
    )

    assert answer.status_code == 422
    assert "Coordinators and investigators cannot do this" in answer.text
    assert "done with it</textarea>" in answer.text
    assert state(app, number) is QueryState.OPEN


def test_nobody_answers_over_what_was_not_seen(
    app: Flask, monitor: FlaskClient, nurse: FlaskClient
) -> None:
    number = ask(monitor)
    step = QueryStep(
        action=QueryAction.COMMENT,
        party=QueryParty.REVIEWER,
        username="monitor",
        text="See the source",
    )
    take_step(database_of(app), number, step)

    answer = post(
        nurse, SYSBP, f"/queries/{number}", text="Yes", action="answered", seen="1"
    )
    assert answer.status_code == 422
    assert "in the meantime" in answer.text


def test_a_nurse_leaves_a_comment_and_opens_no_query(
    app: Flask, nurse: FlaskClient
) -> None:
    post(nurse, SYSBP, text="Cuff on the left arm", action="commented")
    refused = post(nurse, SYSBP, text="Why?", action="opened")

    (thread,) = threads_of_form(database_of(app), VS)
    assert thread.query.state is QueryState.COMMENT
    assert refused.status_code == 422
    assert "Cuff on the left arm" in nurse.get(f"{FORM}/queries").text


def test_a_form_and_a_subject_can_be_asked_about(
    app: Flask, monitor: FlaskClient
) -> None:
    ask(monitor, f"{FORM}/queries", about="form")
    ask(monitor, f"{FORM}/queries", about="f-temp", text="Fever?")
    ask(monitor, "/subjects/01-001/queries", text="Consent?")

    places = [
        item.query.place for item in threads_of_subject(database_of(app), "01-001")
    ]
    vs = {"subject": "01-001", "visit": "SCR", "form": "vs"}
    assert places == [
        QueryPlace(**vs),  # type: ignore[arg-type]
        QueryPlace(**vs, table="vs", field="temp"),  # type: ignore[arg-type]
        QueryPlace(subject="01-001"),
    ]
    page = monitor.get("/subjects/01-001/queries").text
    assert "Temperature, Vital signs, Screening" in page
    assert "Consent?" in page


@pytest.mark.parametrize(
    "address",
    [
        f"{FORM}/queries/f-nothing",
        f"{FORM}/queries/r-reading-7-pulse",
        "/queries/77",
        "/queries/x",
        "/subjects/none/queries",
    ],
)
def test_a_place_that_is_not_there_has_no_page(
    monitor: FlaskClient, address: str
) -> None:
    assert monitor.get(address).status_code == 404


def test_the_form_says_what_is_asked_and_leads_there(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    number = ask(monitor)

    page = nurse.get(FORM).text
    assert "1 open query" in page
    assert f'href="{SYSBP}#q{number}"' in page
    assert '{"f-sysbp": [1, 1]}' in page.replace("&#34;", '"')


def test_the_lists_count_what_waits(monitor: FlaskClient, nurse: FlaskClient) -> None:
    ask(monitor)
    ask(monitor, "/subjects/01-001/queries")

    row = re.search(
        r'<tr data-subject="01-001">.*?</tr>', nurse.get("/subjects").text, re.S
    )
    assert row is not None
    assert re.search(r'data-label="Queries" data-sort="2"', row[0])
    assert "</span> 2 open" in nurse.get("/subjects/01-001").text


def test_the_casebook_marks_the_forms_with_open_queries_in_words(
    monitor: FlaskClient,
) -> None:
    number = ask(monitor)
    page = monitor.get("/subjects/01-001").text
    mark = '<span class="shape" aria-hidden="true">?</span><span class="sr">open queries</span>'
    cell = page.partition('href="/subjects/01-001/SCR/vs"')[2].partition("</td>")[0]
    assert mark in cell
    assert page.count(mark) == 1
    legend = page.partition('class="legend')[2]
    assert '<span class="shape" aria-hidden="true">?</span> open queries' in legend

    post(monitor, SYSBP, f"/queries/{number}", text="", action="closed", seen="1")
    assert mark not in monitor.get("/subjects/01-001").text


def test_a_query_is_given_to_a_person_and_by_a_reviewer_to_another(
    app: Flask, monitor: FlaskClient, nurse: FlaskClient
) -> None:
    page = monitor.get(SYSBP).text
    assert '<option value="coordinator">any coordinator at site 01</option>' in page
    assert '<option value="person:nurse">Nurse (nurse), coordinator</option>' in page
    assert 'value="person:monitor"' not in page
    number = ask(monitor, role="person:nurse")
    thread = get_thread(database_of(app), number)
    assert thread is not None
    assert (thread.query.assigned_role, thread.query.assigned_to) == (
        "coordinator",
        "nurse",
    )
    assert "for Nurse to answer" in monitor.get(SYSBP).text.replace("\n", " ")
    assert f"#q{number}" in nurse.get("/queries?role=me").text
    assert f"#q{number}" not in monitor.get("/queries?role=me").text

    # Who answers gives it to nobody, whatever is posted.
    own = {"text": "not mine", "action": "commented", "role": "investigator"}
    post(nurse, SYSBP, f"/queries/{number}", seen="1", **own)
    assert get_thread(database_of(app), number).query.assigned_to == "nurse"  # type: ignore[union-attr]
    post(monitor, SYSBP, f"/queries/{number}", seen="2", **own)
    query = get_thread(database_of(app), number).query  # type: ignore[union-attr]
    assert (query.assigned_role, query.assigned_to) == ("investigator", "")


def test_the_list_is_narrowed_and_empty_words_lead_back(
    monitor: FlaskClient, nurse: FlaskClient
) -> None:
    ask(monitor)
    ask(monitor, "/subjects/01-002/queries", text="Consent?", role="investigator")

    def questions(**by: str) -> list[str]:
        page = nurse.get("/queries", query_string=by).text
        return re.findall(r'data-label="Question">([^<]+)<', page)

    assert questions() == ["Is 172 right?", "Consent?"]
    assert questions(role="investigator") == ["Consent?"]
    assert questions(subject="01-001") == questions(form="vs") == ["Is 172 right?"]
    assert questions(site="02") == questions(age="7") == questions(state="closed") == []
    assert "Show what is open or answered" in nurse.get("/queries?site=02").text


def test_people_without_data_see_no_queries(app: Flask) -> None:
    assert app.test_client().get("/queries").status_code in {302, 303}


def test_an_empty_entry_is_refused(app: Flask, monitor: FlaskClient) -> None:
    answer = post(monitor, SYSBP, text="  ", action="opened")
    assert answer.status_code == 422
    assert "Write something first." in answer.text
    assert threads_of_form(database_of(app), VS) == ()


def test_queries_of_another_site_do_not_exist(app: Flask, monitor: FlaskClient) -> None:
    number = ask(monitor)
    add_user(
        database_of(app),
        username="other",
        name="Olga Other",
        role=Role.MONITOR,
        password=PASSWORD,
        sites=frozenset({"02"}),
    )
    other = client_of(app, "other")

    page = other.get("/queries").text
    assert "Is 172 right?" not in page
    assert "Ghent" not in page
    assert other.get(f"/queries/{number}").status_code == 404
    for address in (SYSBP, f"{FORM}/queries", "/subjects/01-001/queries"):
        assert other.get(address).status_code == 404
    data = {"csrf_token": token(page), "text": "x", "action": "closed", "seen": "1"}
    assert other.post(f"/queries/{number}", data=data).status_code == 404
    assert other.post(SYSBP, data={**data, "action": "opened"}).status_code == 404
    assert state(app, number) is QueryState.OPEN
