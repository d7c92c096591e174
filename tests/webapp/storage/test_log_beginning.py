"""A database that captured data before it had a log sums them up in the first line."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from tests.webapp.storage.storing import furnish, keep, record, ticking
from webapp.storage import log_lines, open_database
from webapp.storage.log_beginning import rows_summed_up, standing_sum


def test_the_first_line_sums_up_what_stood_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    database = furnish(open_database(url, clock=ticking()))
    keep(database, 0, record(sysbp="120"))
    with database.write() as connection:
        for table in ("event", "query_entry", "query", "query_due"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    database.close()

    migrated = open_database(url, clock=ticking())

    with migrated.read() as connection:
        (line,) = log_lines(connection)
        versions = standing_sum(rows_summed_up(connection, "form_version"))
    migrated.close()
    standing = json.loads(line)["details"]["standing"]
    assert standing["form_version"] == versions
    assert {table: item["rows"] for table, item in standing.items()} == {
        "app_user": 1,
        "dictionary": 1,
        "dictionary_use": 1,
        "form_version": 1,
        "subject": 1,
    }
