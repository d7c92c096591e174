"""A database is made when it is opened, brought up to date, and safe on disk."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.made_once import disk_of_a_server, migrations_of_a_server
from tests.webapp.storage.storing import HASH, furnish, keep, record, small_study
from webapp.storage import (
    AlteredDictionary,
    Database,
    DatabaseTooNew,
    OtherStudy,
    dictionary_in_use,
    get_dictionary,
    list_subjects,
    open_database,
    use_dictionary,
)
from webapp.storage.migrate import HEAD, alembic_config


@pytest.fixture(autouse=True)
def as_on_a_server() -> Iterator[None]:
    with migrations_of_a_server():
        yield


def test_opening_twice_keeps_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/study.sqlite"
    first = furnish(open_database(url))
    keep(first, 0, record(sysbp="120"))
    first.close()
    second = open_database(url)
    assert [line.subject.subjid for line in list_subjects(second)] == ["01-001"]
    second.close()


def test_two_servers_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    opened: list[Database] = []
    servers = [
        threading.Thread(target=lambda: opened.append(open_database(url)))
        for _ in range(3)
    ]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(opened) == 3
    for database in opened:
        database.close()


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.engine.connect() as connection:
        command.check(alembic_config(connection))


def test_the_newest_migration_is_the_one_that_opening_looks_for(
    database: Database,
) -> None:
    with database.engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    assert script.get_current_head() == HEAD


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with disk_of_a_server():
        durable = open_database(f"sqlite:///{tmp_path}/study.sqlite")
        with durable.engine.connect() as connection:
            said = [
                connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        durable.close()
    assert said == ["wal", 2, 1]


def test_tables_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    first = open_database(url)
    with first.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    first.close()
    with pytest.raises(DatabaseTooNew, match="version 9999"):
        open_database(url)


def test_data_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        open_database("sqlite://")


class TestDictionaries:
    def test_the_exact_text_stays_and_the_newest_is_in_use(
        self, database: Database
    ) -> None:
        use_dictionary(database, small_study("b" * 64))
        in_use = dictionary_in_use(database)
        assert in_use is not None
        assert (in_use.hash, in_use.files) == (
            "b" * 64,
            {"study.yaml": "study: SMALL\n"},
        )
        assert get_dictionary(database, HASH) is not None

    def test_an_earlier_one_can_come_back(self, database: Database) -> None:
        for hash_ in ("b" * 64, HASH, HASH):
            use_dictionary(database, small_study(hash_))
        in_use = dictionary_in_use(database)
        assert in_use is not None
        assert in_use.hash == HASH

    def test_subjects_of_one_study_are_not_given_to_another(
        self, database: Database
    ) -> None:
        other = small_study("c" * 64)
        other.name = "OTHER"
        with pytest.raises(OtherStudy, match="has 1 subject of the study SMALL"):
            use_dictionary(database, other)
        use_dictionary(database, other, replace=True)
        in_use = dictionary_in_use(database)
        assert in_use is not None
        assert in_use.study == "OTHER"

    def test_a_text_that_does_not_fit_its_hash_is_not_used(
        self, database: Database
    ) -> None:
        use_dictionary(database, small_study("b" * 64))
        stored = get_dictionary(database, "b" * 64)
        assert stored is not None
        assert stored.is_altered
        changed = small_study()
        changed.files = {"study.yaml": "study: SMALL # changed\n"}
        with pytest.raises(
            AlteredDictionary, match="Restore the database from a backup"
        ):
            use_dictionary(database, changed)


def test_only_its_owner_reads_a_new_database(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/study.sqlite")
    furnish(database)
    rights = {
        file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()
    }
    database.close()
    assert "study.sqlite" in rights
    assert set(rights.values()) == {0o600}
