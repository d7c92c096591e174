"""The guards that a database should have are those that the migrations make.

``CRFSMITH_GOLDENS=write pytest tests/webapp/storage/test_guards.py`` writes them anew;
look at the diff before it is kept.
"""

from __future__ import annotations

import json
import os

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from webapp.storage import Database
from webapp.storage.guards import LISTED, broken_guards, guards_of


def test_the_listed_guards_are_those_of_a_migrated_database(database: Database) -> None:
    with database.read() as connection:
        present = dict(sorted(guards_of(connection).items()))

    listed = json.loads(LISTED.read_text("utf-8"))
    if os.environ.get("CRFSMITH_GOLDENS") == "write":
        listed[database.engine.dialect.name] = present
        LISTED.write_text(f"{json.dumps(listed, indent=2)}\n", "utf-8")
    assert present == listed[database.engine.dialect.name], __doc__


def test_a_migrated_database_has_no_broken_guard(database: Database) -> None:
    with database.read() as connection:
        assert list(broken_guards(connection)) == []


def test_on_postgresql_guards_fire_in_sessions_that_replay(
    postgresql_database: Database,
) -> None:
    with postgresql_database.engine.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("UPDATE event SET line = '{}'"))
