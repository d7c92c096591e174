"""A database of every earlier revision is brought up to date: nothing is lost, and
nothing stands unguarded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.storage.old_states import FILLED, build, rows_of
from tests.webapp.storage.storing import VS, keep, record
from webapp.storage import Database, Saved, broken_seals, open_database
from webapp.storage.guards import guards_of, missing_guards
from webapp.storage.migrate import HEAD, MIGRATIONS

VERSIONS = sorted((MIGRATIONS / "versions").glob("v*.py"))
REVISIONS = [path.name[1:5] for path in VERSIONS]
JUDGED_ANEW = {"subject_standing", "subject_work", "search_entry", "search_word"}
"""Can be judged again at any time, and is when its meaning changes."""
MAY_CHANGE = {("app_user", "state")}
"""What a migration decides about rows that were there."""


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.sqlite"
    empty: str = request.getfixturevalue("empty_postgresql")
    return empty


@pytest.fixture
def old(new_url: str) -> Iterator[Database]:
    """An empty database that no migration has seen."""
    database = open_database(new_url, as_it_is=True)
    yield database
    database.close()


_GUARDS: dict[str, dict[str, str]] = {}


def guards_of_new(dialect: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """What guards a new database, which is made for the first who asks."""
    if dialect not in _GUARDS:
        fresh: Database = request.getfixturevalue(f"{dialect}_database")
        with fresh.read() as connection:
            _GUARDS[dialect] = guards_of(connection)
    return _GUARDS[dialect]


def test_the_revisions_end_in_the_one_that_opening_looks_for() -> None:
    assert REVISIONS[0] == "0001"
    assert REVISIONS[-1] == HEAD


@pytest.mark.parametrize("revision", REVISIONS)
def test_everything_of_an_old_database_is_there_whole_and_guarded(
    old: Database, new_url: str, revision: str, request: pytest.FixtureRequest
) -> None:
    build(old, revision)
    before = rows_of(old)
    assert [table for table in FILLED if table in before and not before[table]] == []
    assert before["alembic_version"] == [{"version_num": revision}]

    new = open_database(new_url)
    after = rows_of(new)
    for table in set(before) - JUDGED_ANEW - {"alembic_version"}:
        columns = {
            name
            for row in before[table]
            for name in row
            if (table, name) not in MAY_CHANGE
        }
        kept = [{name: row[name] for name in columns} for row in after[table]]
        for row in before[table]:
            assert {name: row[name] for name in columns} in kept, table
    assert len(after["form_version"]) == 4
    assert list(broken_seals(new)) == []

    with new.read() as connection:
        assert missing_guards(connection) == ()
        guards = guards_of(connection)
    assert guards == guards_of_new(new.engine.dialect.name, request)

    assert isinstance(keep(new, 2, record(sysbp="130"), key=VS), Saved)
    new.close()


@pytest.mark.parametrize("path", VERSIONS, ids=REVISIONS)
def test_no_migration_copies_a_table(path: Path) -> None:
    """Alembic's batch mode makes a SQLite table anew, and its triggers are gone."""
    assert "batch_alter_table" not in path.read_text()
    assert "DROP TRIGGER" not in path.read_text()


def test_a_trigger_that_is_gone_is_named(database: Database) -> None:
    on_table = "" if database.engine.dialect.name == "sqlite" else " ON form_version"
    with database.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER form_version_no_update{on_table}")
        assert missing_guards(connection) == ("form_version_no_update",)


def test_a_trigger_that_was_disabled_is_named(postgresql_database: Database) -> None:
    with postgresql_database.write() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE subject DISABLE TRIGGER subject_no_delete"
        )
        assert missing_guards(connection) == ("subject_no_delete",)


def test_triggers_whose_function_was_emptied_are_all_named(
    postgresql_database: Database,
) -> None:
    with postgresql_database.write() as connection:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION crfsmith_refuse() RETURNS trigger"
            " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        )
        assert "form_version_no_update" in missing_guards(connection)
