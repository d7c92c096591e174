"""Freezing and locking on the pages: who may, what is shown, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.pages import token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.demo.demo_study import PASSWORD
from webapp.storage import (
    Database,
    InstanceKey,
    LockState,
    ReviewScope,
    Role,
    SaveRequest,
    Status,
    add_user,
    load,
    save,
    set_locks,
)

FORM = "/subjects/01-001/SCR/vs"
REVIEW = "/subjects/01-001/review"
VS = InstanceKey("01-001", "vs", "SCR")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_over(f"sqlite:///{tmp_path}/study.sqlite")


@pytest.fixture
def nurse(app: Flask) -> FlaskClient:
    client = client_of(app, "nurse")
    assert enter(client).status_code == 303
    return client


def enter(client: FlaskClient, **answers: str) -> TestResponse:
    """Saves the form as it stands, with some answers changed."""
    return client.post(FORM, data={**page_data(client, FORM), **answers})


def act(
    client: FlaskClient, action: str, *of: str, reason: str = "", page: str = REVIEW
) -> TestResponse:
    data = {"csrf_token": token(client.get("/account").text), "action": action}
    return client.post(page, data={**data, "of": list(of), "reason": reason})


def test_a_monitor_freezes_and_a_data_manager_locks_and_opens(
    app: Flask, nurse: FlaskClient
) -> None:
    monitor, manager = client_of(app, "monitor"), client_of(app, "manager")
    assert act(monitor, "freeze", "SCR/vs").status_code == 303
    assert "Frozen by Monitor, 18-Apr-2024" in monitor.get(REVIEW).text
    assert act(monitor, "lock", "SCR/vs").status_code == 403
    assert act(manager, "lock", "SCR/vs").status_code == 303
    assert act(monitor, "open", "SCR/vs", reason="x").status_code == 403

    refused = act(manager, "open", "SCR/vs")
    assert refused.status_code == 409
    assert "Say why it is opened again" in refused.text
    assert act(manager, "open", "SCR/vs", reason="Typo").status_code == 303
    assert "opened again by Manager" in manager.get(REVIEW).text
    assert enter(nurse, **{"f-sysbp": "121"}).status_code == 303


def test_a_locked_form_is_read_only_and_says_who_locked_it(
    app: Flask, nurse: FlaskClient
) -> None:
    typed = page_data(nurse, FORM)
    act(client_of(app, "manager"), "lock", "casebook", reason="Cleaned")

    page = nurse.get(FORM).text
    assert "Locked with the whole casebook by Manager, 18-Apr-2024" in page
    assert "“Cleaned”" in page
    assert "data-readonly" in page
    assert "Save draft" not in page

    refused = nurse.post(FORM, data={**typed, "f-remark": "too late"})
    assert refused.status_code == 403
    assert "The whole casebook is locked by Manager since 18-Apr-2024" in refused.text
    assert "too late" in refused.text, "what was typed is still there to be read"
    by_script = nurse.post(
        FORM, data={**typed, "f-remark": "x"}, headers={"Accept": "application/json"}
    )
    assert by_script.status_code == 403
    assert by_script.json is not None
    assert by_script.json["needs"] == "lock"
    stored = load(database_of(app), VS)
    assert stored is not None
    assert stored.version == 1


def test_who_is_locked_out_while_saving_is_told_so(
    nurse: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock comes after the page has looked, and before the save is written."""

    def locked_meanwhile(database: Database, request: SaveRequest) -> object:
        visit = ReviewScope("01-001", "SCR")
        set_locks(database, [visit], LockState.LOCKED, username="manager")
        return save(database, request)

    monkeypatch.setattr("webapp.views.form_pages.save", locked_meanwhile)
    answer = enter(nurse, **{"f-remark": "too late"})
    assert answer.status_code == 403
    assert "Screening is locked by Manager" in answer.text


def test_a_visit_a_subject_and_the_study_close_what_is_in_them(
    app: Flask, nurse: FlaskClient
) -> None:
    manager = client_of(app, "manager")
    act(manager, "lock", "SCR")
    assert "Locked with Screening by Manager" in nurse.get(FORM).text
    assert "Locked with" in nurse.get("/subjects/01-001/SCR/lb").text
    assert "data-readonly" not in nurse.get("/subjects/01-001/LOG/ae").text
    assert "data-readonly" not in nurse.get("/subjects/01-002/SCR/vs").text

    act(manager, "lock", page="/review")
    assert "Locked with the whole study by" in nurse.get("/subjects/01-002/SCR/vs").text
    assert nurse.get("/subjects/new").status_code == 403
    data = {"csrf_token": token(nurse.get("/account").text), "visit": "UNS"}
    new_visit = nurse.post("/subjects/01-002/visits", data=data)
    assert new_visit.status_code == 403
    new_subject = nurse.post("/subjects/new", data={**data, "subjid": "01-003"})
    assert "The whole study is locked by Manager" in new_subject.text
    assert act(manager, "open", page="/review", reason="Amendment").status_code == 303
    assert nurse.get("/subjects/new").status_code == 200


def test_the_casebook_and_the_lists_show_it(app: Flask, nurse: FlaskClient) -> None:
    manager = client_of(app, "manager")
    assert "locked" not in nurse.get("/subjects/01-001").text
    act(manager, "lock", "SCR/vs")
    casebook = nurse.get("/subjects/01-001").text
    assert '<span class="sr">locked</span>' in casebook
    assert "1 locked" in manager.get("/review").text

    act(manager, "freeze", "casebook")
    assert "Frozen by Manager" in nurse.get("/subjects/01-001").text
    assert "Frozen by Manager" in manager.get("/review").text
    assert "01-001" in manager.get("/history?group=Review").text
    assert "Cleaned" not in nurse.get("/subjects/01-001/history").text


def test_a_frozen_form_takes_answers_to_queries(app: Flask, nurse: FlaskClient) -> None:
    monitor = client_of(app, "monitor")
    act(monitor, "freeze", "SCR")
    page = f"{FORM}/queries/f-sysbp"
    data = {"csrf_token": token(monitor.get(page).text), "text": "Sure?"}
    assert monitor.post(page, data={**data, "action": "opened"}).status_code == 303
    refused = act(client_of(app, "manager"), "lock", "SCR")
    assert refused.status_code == 409
    assert "has queries that are not closed: 1." in refused.text

    data = {"csrf_token": token(nurse.get(page).text), "text": "Yes", "seen": "1"}
    assert nurse.post(
        "/queries/1", data={**data, "action": "answered"}
    ).status_code == (303)


@pytest.mark.usefixtures("nurse")
@pytest.mark.parametrize(
    ("of", "action", "words"),
    [
        ((), "freeze", "Choose what you mean"),
        (("SCR/nothing",), "freeze", "is not there any more"),
        (("SCR",), "melt", "Choose whether to freeze"),
        (("SCR",), "open", "is open already"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    app: Flask, of: tuple[str, ...], action: str, words: str
) -> None:
    answer = act(client_of(app, "manager"), action, *of, reason="why")
    assert answer.status_code in {409, 422}
    assert words in answer.text
    assert 'value="why"' in answer.text


def test_somebody_of_one_site_does_not_lock_the_study(app: Flask) -> None:
    add_user(
        database_of(app),
        username="ghent",
        name="Gina Ghent",
        role=Role.DATA_MANAGER,
        password=PASSWORD,
        sites=frozenset({"01"}),
    )
    ghent = client_of(app, "ghent")
    assert "the whole study" not in ghent.get("/review").text
    assert act(ghent, "lock", page="/review").status_code == 403


@pytest.mark.usefixtures("nurse")
def test_a_lock_makes_no_version(app: Flask) -> None:
    act(client_of(app, "manager"), "lock", "SCR/vs")
    stored = load(database_of(app), VS)
    assert stored is not None
    assert (stored.version, stored.status) == (1, Status.DRAFT)
