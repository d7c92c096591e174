"""A save with its line in the log, against a bare durable commit of the same bytes.

    python -m benchmarks.saves 300 [postgresql]

What is compared is the call of the storage, not the whole request. All of it is done by
turns in one run, on one database with one kind of connection and the same settings, so
that every commit waits for the disk once:

- one row with the bytes of the version and of its line, committed by the database's own
  driver: the bare commit;
- the same by SQLAlchemy;
- the rows that a save writes, with their indexes and triggers, and nothing else, by the
  driver: no save can take less;
- the save of a form;
- the same bytes written to a file and synced: what the disk alone takes.

The median of wall time and of this process's CPU time, and the ratios. Where the disk is
quick the ratio of wall time comes near that of CPU time, where it is slow it comes near 1.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select, text

from benchmarks.servers.database_server import DatabaseServer
from forms_spec.model.captured_data import Record
from webapp.storage import (
    Database,
    InstanceKey,
    Role,
    Saved,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    open_database,
    save,
    use_dictionary,
)
from webapp.storage.tables import event, form_version

HASH = "0" * 64
FIELDS = 20
ROUNDS = 300
WARM_UP = 30
SUBJECT = "01-001"
FORMS = tuple(InstanceKey(SUBJECT, f"form{number}", "SCR") for number in range(100))
TABLE = "CREATE TABLE bare (id INTEGER PRIMARY KEY, form TEXT UNIQUE, kept TEXT)"
Work = Callable[[], object]


def main(rounds: int = ROUNDS, kind: str = "sqlite") -> None:
    """Prints the times of each, and how often the save takes those of the bare one."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/study.sqlite"
        if kind == "postgresql":
            server = DatabaseServer(Path(folder) / "postgresql")
            stack.callback(server.stop)
            url = server.url

        database = _furnished(url)
        stack.callback(database.close)
        saving = _saves(database, WARM_UP + rounds + 1)
        saving()
        kept = _bytes_of_a_save(database)
        works = {
            "bare commit, by the driver": _by_driver(database, kept),
            "bare commit, by SQLAlchemy": _by_sqlalchemy(database, kept),
            "rows of a save, by the driver": _rows_by_driver(database),
            "save with its line in the log": saving,
            "the bytes in a file, synced": _to_file(Path(folder) / "file", kept),
        }
        print(f"{kind}, {len(kept):,} bytes, {rounds} rounds")
        _show(_measured(works, rounds))


def _furnished(url: str) -> Database:
    """A subject with a hundred forms, each saved once."""
    database = open_database(url)
    add_user(
        database, username="nurse", name="Nurse", role=Role.COORDINATOR, password="x"
    )
    study = SimpleNamespace(hash=HASH, name="BENCH", files={})
    use_dictionary(database, study)  # type: ignore[arg-type]
    add_subject(database, subjid=SUBJECT, site="01", user="nurse")
    for key in FORMS:
        save(database, _request(key, 0))
    return database


def _request(key: InstanceKey, base: int) -> SaveRequest:
    texts = {f"field_number_{field}": f"{base} {field * 7}" for field in range(FIELDS)}
    return SaveRequest(
        key=key,
        base_version=base,
        record=Record(texts=texts),
        status=Status.DRAFT,
        user="nurse",
        save_id=f"{key.form}-{base}",
        dictionary_hash=HASH,
    )


def _saves(database: Database, most: int) -> Work:
    """One save after the other of one form; each request is there beforehand."""
    requests = iter([_request(FORMS[0], base) for base in range(1, most + 1)])

    def work() -> None:
        assert isinstance(save(database, next(requests)), Saved)

    return work


def _bytes_of_a_save(database: Database) -> str:
    """What the newest save put into its version and into the log, as one text."""
    newest = select(form_version).order_by(form_version.c.id.desc()).limit(1)
    lines = select(event.c.line).order_by(event.c.number.desc()).limit(1)
    with database.read() as connection:
        row = connection.execute(newest).mappings().one()
        line = connection.execute(lines).scalar_one()
    return json.dumps([str(value) for value in row.values()]) + line


def _by_driver(database: Database, kept: str) -> Work:
    """Nothing but the driver, on a connection of its own with the same settings."""
    driver = DriverConnection(database)
    numbers = count(1)
    with database.engine.begin() as connection:
        connection.execute(text(TABLE))

    def work() -> None:
        number = next(numbers)
        driver.begin()
        driver.insert("bare", {"id": number, "form": f"driver-{number}", "kept": kept})
        driver.end()

    return work


class DriverConnection:
    """A connection of the driver with the settings of the database's other ones."""

    def __init__(self, database: Database) -> None:
        pooled = database.engine.raw_connection()
        self._driver: Any = pooled.driver_connection
        pooled.detach()
        self.run = self._driver.execute
        self._is_sqlite = database.engine.dialect.name == "sqlite"
        self._inserts: dict[str, str] = {}

    def begin(self) -> None:
        """Python's sqlite3 is told not to begin by itself; psycopg does."""
        if self._is_sqlite:
            self.run("BEGIN IMMEDIATE")

    def row(self, query: str) -> dict[str, Any]:
        """The first row that a query gives, by the names of its columns."""
        cursor = self.run(query)
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        if table not in self._inserts:
            marks = ", ".join(["?" if self._is_sqlite else "%s"] * len(row))
            names = ", ".join(row)
            self._inserts[table] = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        self.run(self._inserts[table], tuple(row.values()))

    def end(self) -> None:
        """Commits what is under way, if anything is."""
        self._driver.commit()


def _rows_by_driver(database: Database) -> Work:
    """The rows of a save once more and once more, for the second form. The hashes in them
    are those of the first.
    """
    driver = DriverConnection(database)
    version = driver.row("SELECT * FROM form_version WHERE instance_id = 2")
    line = driver.row("SELECT * FROM event ORDER BY number DESC LIMIT 1")
    del version["id"]
    driver.end()
    numbers = count(2)

    def work() -> None:
        number = next(numbers)
        driver.begin()
        newest = driver.row("SELECT max(number) AS number FROM event")["number"]
        driver.run("UPDATE form_instance SET version = version + 1 WHERE id = 2")
        saved = {"number": number, "save_id": f"copied-{number}"}
        driver.insert("form_version", {**version, **saved})
        driver.insert("event", {**line, "number": newest + 1})
        driver.run(STANDING)
        driver.end()

    return work


STANDING = (
    f"UPDATE subject_standing SET changes = changes + 1 WHERE subjid = '{SUBJECT}'"
)


def _to_file(file: Path, kept: str) -> Work:
    out = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    content = kept.encode()

    def work() -> None:
        os.write(out, content)
        os.fdatasync(out)

    return work


def _by_sqlalchemy(database: Database, kept: str) -> Work:
    """One statement in the same kind of transaction as a save's."""
    numbers = count(10_000_000)
    insert = text("INSERT INTO bare (id, form, kept) VALUES (:number, :form, :kept)")

    def work() -> None:
        number = next(numbers)
        with database.write() as connection:
            row = {"number": number, "form": f"engine-{number}", "kept": kept}
            connection.execute(insert, row)

    return work


def _measured(
    works: Mapping[str, Work], rounds: int
) -> Mapping[str, tuple[float, float]]:
    """Medians of wall and CPU seconds of each, by turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for number in range(WARM_UP + rounds):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            times = time.perf_counter() - wall, time.process_time() - cpu
            if number >= WARM_UP:
                taken[name].append(times)
    return {
        name: (
            statistics.median(wall for wall, _ in times),
            statistics.median(cpu for _, cpu in times),
        )
        for name, times in taken.items()
    }


def _show(medians: Mapping[str, tuple[float, float]]) -> None:
    bare_wall, bare_cpu = next(iter(medians.values()))
    for name, (wall, cpu) in medians.items():
        print(
            f"{name:32} {wall * 1000:7.2f} ms, {wall / bare_wall:5.2f} x"
            f" {cpu * 1000:9.2f} ms CPU, {cpu / bare_cpu:5.2f} x"
        )


if __name__ == "__main__":
    rounds = [int(word) for word in sys.argv[1:] if word.isdecimal()] or [ROUNDS]
    kinds = [word for word in sys.argv[1:] if not word.isdecimal()] or ["sqlite"]
    main(rounds[0], kinds[0])
