"""History tells who changed what, when and why, and cannot be rewritten."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from forms_spec.model.captured_data import CellKey, Record
from tests.webapp.storage.storing import HASH, START, VS, keep, record, rows
from webapp.storage import (
    ChangeKind,
    Database,
    Status,
    add_attachment,
    audit_rows,
    broken_seals,
    history,
    snapshot,
)

SYSBP = CellKey("vs", None, "sysbp")


def told(database: Database) -> list[tuple[str, str, str]]:
    """The last version's changes as (field, old, new)."""
    return [
        (change.cell.field, change.old, change.new)
        for change in history(database, VS)[-1].changes
    ]


def test_old_and_new_text_by_field(database: Database) -> None:
    keep(database, 0, record(sysbp="120", diabp="80"))
    keep(database, 1, record(sysbp="130", temp="36.7"))
    assert told(database) == [
        ("sysbp", "120", "130"),
        ("temp", "", "36.7"),
        ("diabp", "80", ""),
    ]


def test_the_first_version_changes_everything_it_says(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    assert told(database) == [("sysbp", "", "120"), ("formstat", "", "draft")]


def test_a_changed_status_is_a_change(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="120"), status=Status.COMPLETE)
    assert told(database) == [("formstat", "draft", "complete")]


def test_rows_that_come_and_go(database: Database) -> None:
    keep(database, 0, rows(cm={1: {"cmtrt": "Aspirin"}, 2: {}}))
    keep(database, 1, rows(cm={2: {"cmtrt": "Codeine"}, 3: {}}))
    found = [
        (one.cell.row, one.cell.field, one.old, one.new)
        for one in history(database, VS)[-1].changes
    ]
    assert found == [
        (1, "rowno", "1", ""),
        (1, "cmtrt", "Aspirin", ""),
        (2, "cmtrt", "", "Codeine"),
        (3, "rowno", "", "3"),
    ]


def test_the_reason_of_a_kept_warning_is_followed(database: Database) -> None:
    keep(database, 0, Record(kept={(SYSBP, "outside-expected"): "measured twice"}))
    keep(database, 1, Record())
    (change,) = history(database, VS)[-1].changes
    assert (change.about, change.code) == (ChangeKind.KEPT, "outside-expected")
    assert (change.old, change.new) == ("measured twice", "")


def test_the_audit_trail_says_who_when_why_and_under_which_dictionary(
    database: Database,
) -> None:
    keep(database, 0, record(sysbp="120"))
    keep(database, 1, record(sysbp="130"), reason="misread")
    keep(database, 0, record(sysbp="118"), key=VS._replace(visit="M3"))
    with snapshot(database) as state:
        rows = list(audit_rows(state.versions("01-001")))
    told = [
        (row.key.visit, row.version, row.change.old, row.change.new, row.reason)
        for row in rows
        if row.change.about is ChangeKind.VALUE
    ]
    assert told == [
        ("M3", 1, "", "118", ""),
        ("SCR", 1, "", "120", ""),
        ("SCR", 2, "120", "130", "misread"),
    ]
    assert (rows[0].saved_by, rows[0].dictionary_hash) == ("nurse", HASH)
    assert rows[0].saved_at.utcoffset() == START.utcoffset()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE form_version SET texts = '{}'",
        "DELETE FROM form_version",
        "UPDATE form_instance SET version = version",
        "UPDATE form_instance SET version = version + 2",
        "UPDATE form_instance SET form = 'pe', version = version + 1",
        "DELETE FROM form_instance",
        "UPDATE subject SET site = '02'",
        "DELETE FROM subject",
        "UPDATE dictionary SET files = '{}'",
        "DELETE FROM dictionary",
        "DELETE FROM dictionary_use",
        "UPDATE attachment SET bytes = 'x'",
        "DELETE FROM app_user",
        "UPDATE app_user SET username = 'somebody'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(
    database: Database, sql: str
) -> None:
    keep(database, 0, record(sysbp="120"))
    add_attachment(database, b"scan", user="nurse")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        database.write() as connection,
    ):
        connection.execute(text(sql))


def test_sqlite_refuses_to_replace_it(sqlite_database: Database) -> None:
    keep(sqlite_database, 0, record(sysbp="120"))
    with (
        pytest.raises(IntegrityError, match="append-only"),
        sqlite_database.write() as connection,
    ):
        connection.execute(text("REPLACE INTO form_version SELECT * FROM form_version"))


@pytest.mark.parametrize(
    "table",
    [
        "form_version",
        "form_instance",
        "app_user",
        "sign_in_session",
        "clock_step",
        "import_run",
    ],
)
def test_postgresql_refuses_to_truncate_it(
    postgresql_database: Database, table: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        postgresql_database.write() as connection,
    ):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


class TestSeals:
    def test_untouched_history_is_whole(self, database: Database) -> None:
        keep(database, 0, record(sysbp="120"), reason="with NUL \x00")
        keep(database, 1, rows(cm={1: {"cmtrt": "Aspirin"}}))
        assert list(broken_seals(database)) == []

    @pytest.mark.parametrize(
        "tampering",
        [
            'UPDATE form_version SET texts = \'{"sysbp":"110"}\' WHERE number = 1',
            "UPDATE form_version SET saved_by = 'other' WHERE number = 1",
            (
                "UPDATE form_version SET saved_at = '2024-01-01 00:00:00.000000' "
                "WHERE number = 1"
            ),
            "UPDATE form_version SET reason = 'none' WHERE number = 1",
        ],
    )
    def test_a_change_behind_the_guards_is_seen(
        self, sqlite_database: Database, tampering: str
    ) -> None:
        keep(sqlite_database, 0, record(sysbp="120"))
        keep(sqlite_database, 1, record(sysbp="130"))
        assert sqlite_database.engine.url.database
        intruder = sqlite3.connect(sqlite_database.engine.url.database)
        intruder.executescript(f"DROP TRIGGER form_version_no_update; {tampering};")
        intruder.close()
        assert [form.version for form in broken_seals(sqlite_database)] == [1]
