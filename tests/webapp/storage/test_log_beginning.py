"""A database that captured data before it had a log sums them up in the first line."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection, text

from tests.webapp.storage.storing import furnish, keep, record, ticking
from webapp.storage import ALL_SITES, get_user, log_lines, open_database
from webapp.storage.log_beginning import rows_summed_up, standing_sum

LATER_TABLES = (
    "randomization",
    "randomization_entry",
    "randomization_list",
    "recovery_code",
    "second_factor",
    "sign_in_failure",
    "event",
    "query_entry",
    "query",
    "query_due",
    "signed_head",
    "lock_act",
    "subject_work",
    "verification",
    "look",
    "second_entry",
    "double_entry_act",
    "signature_break",
    "signature",
    "void_act",
    "search_entry",
    "alert_mail",
    "alert",
    "search_word",
)
LATER_COLUMNS = (
    "state",
    "sites",
    "must_change_password",
    "password_changed_at",
    "code_required",
    "email",
)


def before_the_log(connection: Connection) -> None:
    """Takes the tables back to what they were before there was a log."""
    for table in LATER_TABLES:
        connection.execute(text(f"DROP TABLE {table}"))
    for column in LATER_COLUMNS:
        connection.execute(text(f"ALTER TABLE app_user DROP COLUMN {column}"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))


def test_the_first_line_sums_up_what_stood_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    database = furnish(open_database(url, clock=ticking()))
    keep(database, 0, record(sysbp="120"))
    with database.write() as connection:
        before_the_log(connection)
    database.close()

    migrated = open_database(url, clock=ticking())

    with migrated.read() as connection:
        (line,) = log_lines(connection)
        versions = standing_sum(rows_summed_up(connection, "form_version"))
    nurse = get_user(migrated, "nurse")
    migrated.close()
    assert nurse is not None
    assert (nurse.sites, nurse.is_open, nurse.must_change_password) == (
        ALL_SITES,
        True,
        False,
    )
    standing = json.loads(line)["details"]["standing"]
    assert standing["form_version"] == versions
    assert {table: item["rows"] for table, item in standing.items()} == {
        "app_user": 1,
        "dictionary": 1,
        "dictionary_use": 1,
        "form_version": 1,
        "subject": 1,
    }
