"""Saves: against bare SQLite commits of the same bytes, and whether they grow dearer
with the study.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import text

from benchmarks.timing import medians, show
from forms_spec.model.captured_data import Record
from webapp.storage import (
    Database,
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    batch,
    list_subjects,
    open_database,
    save,
    use_dictionary,
)

HASH = "0" * 64
FIELDS = 20
SUBJECTS = 1000
STUDIES = (24, 1_000, 10_000)
ROUNDS = 200


def main() -> None:
    """Prints the cost of a save of 20 fields in each surrounding, in rounds that
    alternate.
    """
    with tempfile.TemporaryDirectory(prefix="crfsmith-storage-") as folder:
        works = {"bare SQLite commit of the same bytes": _bare(Path(folder))}
        crowded: Database | None = None
        for fields in STUDIES:
            for subjects in (1, SUBJECTS):
                crowded = _furnished(Path(folder), fields, subjects)
                works[f"save, study of {fields:,} fields, {subjects:,} subjects"] = (
                    _saves(crowded)
                )
        taken = medians(works, rounds=ROUNDS)
        bare = ("a bare commit", next(iter(taken.values())))
        for label, seconds in taken.items():
            show(label, seconds, against=bare)
        print(
            f"{'saves per second, largest study':<64} "
            f"{1 / list(taken.values())[-1]:>10.0f}"
        )
        print(f"{'bare commits per second':<64} {1 / bare[1]:>10.0f}")
        if crowded:
            listed = medians({"list": lambda: list_subjects(crowded)}, rounds=5)
            show(
                f"list of {SUBJECTS:,} subjects with sums, 500 forms each",
                listed["list"],
            )


def _record(number: int) -> Record:
    return Record(
        texts={
            f"field_number_{field}": f"{number} {field * 7}" for field in range(FIELDS)
        }
    )


def _bare(folder: Path) -> Callable[[], object]:
    """One row of the same answers per commit: no history, no conflict check, one index."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE answers (id INTEGER PRIMARY KEY, form TEXT UNIQUE, texts TEXT)"
    )
    numbers = count()

    def commit() -> None:
        number = next(numbers)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO answers (form, texts) VALUES (?, ?)",
            (f"form-{number}", json.dumps(dict(_record(number).texts))),
        )
        connection.execute("COMMIT")

    return commit


def _furnished(folder: Path, fields: int, subjects: int) -> Database:
    """A study of so many fields (20 to a form), every form of every subject captured
    once.
    """
    database = open_database(f"sqlite:///{folder}/study-{fields}-{subjects}.sqlite")
    add_user(
        database,
        username="nurse",
        name="Nurse",
        role=Role.COORDINATOR,
        password="bench",
    )
    study = SimpleNamespace(hash=HASH, name="BENCH", files={})
    use_dictionary(database, study)  # type: ignore[arg-type]
    add_subject(database, subjid=FIRST, site="01", user="nurse")
    forms = range(max(fields // FIELDS, 1))
    with batch(database) as saves:
        for form in forms:
            saves.save(_request(InstanceKey(FIRST, f"form{form}", "SCR"), 0))
    with database.write() as connection:
        for number in range(1, subjects):
            connection.execute(COPIES[0], {"subjid": f"01-{number:04}"})
        for copy in COPIES[1:]:
            connection.execute(copy)
    return database


FIRST = "01-0000"
HEAD = (
    "form, visit, unsno, version, status, refused, queries, warnings, saved_at, "
    "saved_by"
)
KEPT = (
    "number, status, refused, queries, warnings, saved_at, saved_by, dictionary_hash, "
    "seal, reason,"
    " row_marks, kept, rows, texts"
)
# What the first subject has, for all the others: a million saves would take an hour.
COPIES = (
    text(
        "INSERT INTO subject (subjid, site, added_by, added_at)"
        " SELECT :subjid, site, added_by, added_at FROM subject WHERE subjid = "
        f"'{FIRST}'"
    ),
    text(
        f"INSERT INTO form_instance (subjid, {HEAD}) SELECT s.subjid, {HEAD}"
        f" FROM subject s CROSS JOIN form_instance i WHERE i.subjid = '{FIRST}' AND "
        f"s.subjid <> '{FIRST}'"
    ),
    text(
        f"INSERT INTO form_version (instance_id, save_id, {KEPT})"
        " SELECT n.id, 'copy-' || n.id, "
        f"{', '.join('v.' + name.strip() for name in KEPT.split(','))}"
        f" FROM form_instance n JOIN form_instance i ON i.subjid = '{FIRST}' AND "
        "i.form = n.form"
        " AND i.visit = n.visit JOIN form_version v ON v.instance_id = i.id WHERE "
        f"n.subjid <> '{FIRST}'"
    ),
)


def _request(key: InstanceKey, base: int) -> SaveRequest:
    return SaveRequest(
        key=key,
        base_version=base,
        record=_record(base),
        status=Status.DRAFT,
        user="nurse",
        save_id="-".join([*map(str, key), str(base)]),
        dictionary_hash=HASH,
    )


def _saves(database: Database) -> Callable[[], object]:
    """One save after the other of one form."""
    bases = count(1)
    key = InstanceKey(FIRST, "form0", "SCR")
    return lambda: save(database, _request(key, next(bases)))


if __name__ == "__main__":
    main()
