"""Trouble of the database is said in words, and no answer of a subject ends in the
server's log.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.small_site import NOON, app_over, client_of, database_of, page_data

FORM = "/subjects/01-001/SCR/vs"
SCRIPT = {"Accept": "application/json"}
SECRET = "a word of the subject"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    yield app
    database_of(app).close()


def broken(app: Flask, statement: str) -> None:
    """Something happens to the database behind the server's back."""
    with closing(
        sqlite3.connect(str(database_of(app).engine.url.database))
    ) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_database_in_trouble_asks_to_try_again_and_logs_no_answer(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(app)
    data = {**page_data(client, FORM), "reason": SECRET, "action": "draft"}
    trouble = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    broken(app, f"CREATE TRIGGER trouble BEFORE INSERT ON form_version {trouble}")
    with caplog.at_level(logging.DEBUG):
        answer = client.post(FORM, data=data, headers=SCRIPT)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["error"] == "The server's disk is full"
    assert "by the database" in caplog.text
    assert SECRET not in caplog.text
    broken(app, "DROP TRIGGER trouble")
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200


def test_a_clock_set_back_saves_nothing_and_says_so(app: Flask) -> None:
    client = client_of(app)
    data = {**page_data(client, FORM), "action": "draft"}
    later = (NOON + timedelta(hours=1)).replace(tzinfo=None)
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    broken(app, "DROP TRIGGER form_version_no_update")
    broken(app, f"UPDATE form_version SET saved_at = '{later}.000000'")
    data["base_version"] = ["1"]
    data["save_id"] = ["another"]
    answer = client.post(FORM, data=data, headers=SCRIPT)
    assert answer.status_code == 503
    assert "clock" in answer.get_json()["message"]


def test_a_page_of_a_version_that_is_not_there_keeps_its_text(app: Flask) -> None:
    client = client_of(app)
    data = {**page_data(client, FORM), "action": "draft", "base_version": ["7"]}
    by_script = client.post(FORM, data=data, headers=SCRIPT)
    assert by_script.status_code == 409
    assert "does not match" in by_script.get_json()["message"]
