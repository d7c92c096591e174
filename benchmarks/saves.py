"""A save with its line in the log, against a bare durable commit of the same bytes.

    python -m benchmarks.saves 300 [postgresql]

By turns in one run: one row with the bytes of the version and of its line, committed by
the database's own driver and by SQLAlchemy; and the save of a form. The median of wall
time and of this process's CPU time, and the ratios.
"""

from __future__ import annotations

import json
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
        saving = _saves(database)
        saving()
        kept = _bytes_of_a_save(database)
        works = {
            "bare commit, by the driver": _by_driver(database, kept),
            "bare commit, by SQLAlchemy": _by_sqlalchemy(database, kept),
            "save with its line in the log": saving,
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


def _saves(database: Database) -> Work:
    """One save after the other of one form."""
    bases = count(1)

    def work() -> None:
        assert isinstance(save(database, _request(FORMS[0], next(bases))), Saved)

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
    pooled = database.engine.raw_connection()
    driver: Any = pooled.driver_connection
    pooled.detach()
    numbers = count(1)
    mark = "?" if database.engine.dialect.name == "sqlite" else "%s"
    insert = f"INSERT INTO bare (id, form, kept) VALUES ({mark}, {mark}, {mark})"
    with database.engine.begin() as connection:
        connection.execute(text(TABLE))

    def work() -> None:
        number = next(numbers)
        # psycopg begins by itself; Python's sqlite3 is told not to.
        if database.engine.dialect.name == "sqlite":
            driver.execute("BEGIN IMMEDIATE")
        driver.execute(insert, (number, f"driver-{number}", kept))
        driver.execute("COMMIT")

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
