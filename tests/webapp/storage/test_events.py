"""What is done stands in one log, in order, each line chained to the one before."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.webapp.storage.storing import VS, keep, record
from webapp.storage import (
    Database,
    EventKind,
    NewEvent,
    add_attachment,
    begin_session,
    end_session,
    find_events,
    get_user,
    load,
    log_head,
    log_lines,
    write_event,
)
from webapp.storage.events import line_hash


def lines(database: Database) -> list[str]:
    with database.read() as connection:
        return list(log_lines(connection))


def contents(database: Database) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(database)]


def test_the_log_tells_how_a_study_began(database: Database) -> None:
    assert [item["kind"] for item in contents(database)] == [
        "log-begun",
        "account-added",
        "dictionary-used",
        "subject-added",
    ]


def test_a_save_is_logged_with_who_what_and_the_seal_of_its_answers(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))

    saved = contents(database)[-1]

    stored = load(database, VS)
    assert stored is not None
    assert saved["kind"] == "form-saved"
    assert saved["by"] == {
        "username": "nurse",
        "name": "Nina Nurse",
        "role": "coordinator",
    }
    assert saved["place"] == {"subject": "01-001", "visit": "SCR", "form": "vs"}
    assert saved["details"]["version"] == 1
    assert saved["details"]["seal"] == stored.seal


def test_answers_never_stand_in_the_log(database: Database) -> None:
    keep(
        database, 0, record(comment="Mrs Miller from Rochester"), reason="asked Miller"
    )

    assert "Miller" not in "".join(lines(database))


def test_each_line_names_the_hash_of_the_line_before(database: Database) -> None:
    for number in range(3):
        keep(database, number, record(sysbp=str(120 + number)))

    before = ""
    for number, line in enumerate(lines(database), start=1):
        content = json.loads(line)
        assert (content["number"], content["before"]) == (number, before)
        before = line_hash(line)

    with database.read() as connection:
        assert log_head(connection).sha256 == before


def test_a_save_that_is_refused_leaves_no_line(database: Database) -> None:
    before = lines(database)

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("INSERT INTO subject (subjid) VALUES ('01-002')"))

    assert lines(database) == before


def test_signing_in_and_out_is_logged_once(database: Database) -> None:
    nurse = get_user(database, "nurse")
    assert nurse is not None
    token = begin_session(database, nurse, client="browser")
    end_session(database, token)
    end_session(database, token)

    kinds = [item["kind"] for item in contents(database)][-2:]
    assert kinds == ["signed-in", "signed-out"]


def test_a_file_is_logged_by_its_hash(database: Database) -> None:
    sha256 = add_attachment(database, b"scan", user="nurse")
    add_attachment(database, b"scan", user="nurse")

    added = [item for item in contents(database) if item["kind"] == "file-added"]
    assert [item["details"] for item in added] == [{"sha256": sha256, "size": 4}]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET line = '{}' WHERE number = 2",
        "DELETE FROM event WHERE number = 2",
        "INSERT INTO event SELECT number + 9, at, kind, username, subjid, visit, form,"
        " unsno, line FROM event WHERE number = 1",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(
    database: Database, statement: str
) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text(statement))


def test_people_who_write_at_once_get_one_order(database: Database) -> None:
    def export(_: int) -> None:
        write_event(database, NewEvent(kind=EventKind.EXPORTED, username="nurse"))

    with ThreadPoolExecutor(8) as people:
        list(people.map(export, range(40)))

    numbers = [item["number"] for item in contents(database)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 44


def test_the_newest_events_of_a_subject_are_found_page_by_page(
    database: Database,
) -> None:
    for number in range(3):
        keep(database, number, record(sysbp=str(120 + number)))

    newest = find_events(database, subject="01-001", most=2)
    older = find_events(database, subject="01-001", before=newest[-1].number)

    assert [item.details["version"] for item in newest] == [3, 2]
    assert [item.kind for item in older] == [
        EventKind.FORM_SAVED,
        EventKind.SUBJECT_ADDED,
    ]
    assert older[0].name == "Nina Nurse"
