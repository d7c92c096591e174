"""What was entered by mistake does not count, stays readable, and can be taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms_spec.model.captured_data import Record
from tests.webapp.pages import inputs, token
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.packages.export import export_package
from webapp.storage import (
    InstanceKey,
    SaveRequest,
    Status,
    find_events,
    get_user,
    list_subjects,
    save,
)
from webapp.storage.audit.database_audit import audit_database

VS = InstanceKey("01-001", "vs", "SCR")
PAGE = "/subjects/01-001/void"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A site with one form, begun for the wrong subject."""
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    request = SaveRequest(
        key=VS,
        base_version=0,
        record=Record(texts={"vsperf": "Y", "sysbp": "999"}),
        status=Status.DRAFT,
        user="coordinator",
        save_id="mistake",
        dictionary_hash=app.extensions["crfsmith"].study.hash,
    )
    save(database_of(app), request)
    return app


def act(client: FlaskClient, of: str, action: str, reason: str) -> str:
    """Posts a choice; gives what the page says then."""
    data = {
        "csrf_token": token(client.get(PAGE).text),
        "of": of,
        "action": action,
        "reason": reason,
    }
    return client.post(PAGE, data=data, follow_redirects=True).text


def numbers(client: FlaskClient) -> list[int]:
    found: list[int] = client.get("/subjects/standings").json["ready"]["01-001"]  # type: ignore[index]
    return found


def test_a_voided_form_counts_nowhere_until_it_is_taken_back(app: Flask) -> None:
    client = client_of(app)
    before = numbers(client)
    assert before[1] > 0
    page = act(client, "SCR/vs", "void", "Wrong subject")
    assert "Voided by Coordinator" in page
    assert "Wrong subject" in page
    assert numbers(client)[1] == 0
    assert "/subjects/01-001/SCR/vs" not in client.get("/home/findings").text
    assert "Voided: 1" in client.get("/subjects/01-001").text

    form = client.get("/subjects/01-001/SCR/vs").text
    assert "Voided by Coordinator" in form
    assert "999" in form
    act(client, "SCR/vs", "back", "It was the right subject")
    assert numbers(client) == before
    assert "Voided by" not in client.get("/subjects/01-001/SCR/vs").text


def test_nothing_is_saved_on_a_voided_form(app: Flask) -> None:
    client = client_of(app)
    typed = dict(inputs(client.get("/subjects/01-001/SCR/vs").text))
    act(client, "SCR", "void", "Visit did not take place")
    data = {**typed, "action": "draft", "f-sysbp": "120"}
    answer = client.post("/subjects/01-001/SCR/vs", data=data)
    assert answer.status_code == 403
    assert "is voided by Coordinator" in answer.text


def test_a_voided_subject_is_in_no_list_and_can_be_read(app: Flask) -> None:
    client = client_of(app)
    act(client, "subject", "void", "Wrong subject number")
    assert 'data-subject="01-001"' not in client.get("/subjects").text
    assert 'data-subject="01-002"' in client.get("/subjects").text
    assert "Wrong subject number" in client.get("/subjects/01-001").text
    assert len(list_subjects(database_of(app))) == 2, "nothing is deleted"
    act(client, "subject", "back", "The number was right")
    assert 'data-subject="01-001"' in client.get("/subjects").text


@pytest.mark.parametrize(
    ("of", "reason", "said"),
    [
        ("SCR/vs", " ", "Say why, then try once more."),
        ("", "Wrong", "Choose what to void."),
        ("D0/vs", "Wrong", "Choose what to void."),
        ("SCR/vs", "x" * 2001, "The reason has 2,001 characters"),
    ],
)
def test_a_mistake_in_voiding_is_said(
    app: Flask, of: str, reason: str, said: str
) -> None:
    assert said in act(client_of(app), of, "void", reason)


def test_it_is_an_event_and_the_audit_finds_nothing_wrong(app: Flask) -> None:
    client, database = client_of(app), database_of(app)
    act(client, "SCR/vs", "void", "Wrong subject")
    act(client, "SCR/vs", "back", "It was right")
    kinds = [event.kind.value for event in find_events(database, subject="01-001")]
    assert kinds[:2] == ["void-taken-back", "voided"]
    assert "It was right" in client.get("/subjects/01-001/history").text
    codes = {item.finding.code for item in audit_database(database).findings}
    assert codes <= {"head-unsigned"}
    with (
        database.engine.begin() as connection,
        pytest.raises(Exception, match="append"),
    ):
        connection.exec_driver_sql("DELETE FROM void_act")


def test_an_export_leaves_it_out_and_says_so(app: Flask, tmp_path: Path) -> None:
    client, database = client_of(app), database_of(app)
    study = app.extensions["crfsmith"].study
    act(client, "SCR/vs", "void", "Wrong subject")
    target = tmp_path / "package"
    written = export_package(database, study, target)
    assert [item.code for item in written.findings] == ["export-voided"]
    assert "vs at SCR of subject 01-001" in written.findings[0].message
    tables = "".join(path.read_text() for path in target.rglob("*.csv"))
    assert "999" not in tables


def test_who_only_reads_sees_what_is_voided_and_voids_nothing(app: Flask) -> None:
    act(client_of(app), "SCR/vs", "void", "Wrong subject")
    monitor = client_of(app, "monitor")
    page = monitor.get(PAGE).text
    assert "Wrong subject" in page
    assert not re.search(r"<button[^>]*value=.void.", page)
    data = {"csrf_token": token(page), "of": "SCR/vs", "action": "back", "reason": "x"}
    assert monitor.post(PAGE, data=data).status_code == 403
    assert get_user(database_of(app), "monitor") is not None
