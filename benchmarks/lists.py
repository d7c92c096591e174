"""First byte of the casebook, the eligibility page, the list and the home page, against a static page
of the same size.

    python -m benchmarks.lists 50 5000

Each number is a study of so many subjects, whose forms are copies of the demo's. What
is measured is the server's CPU time, in one process: the median of alternating
requests, as a ratio to sending bytes of the same length to somebody who is signed in.
Pages are as they are found between two saves; ``after a save`` is the first view after
a form of the subject was saved, for which what that form reaches is evaluated again.
From the second number on, the last column compares with the first.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import text

from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD, load_demo
from webapp.installation.settings import Settings
from webapp.security.access import SIGNED_IN, allow
from webapp.storage import (
    Database,
    InstanceKey,
    Saved,
    SaveRequest,
    list_subjects,
    load,
    open_database,
    save,
)

REPEATS = 25
CASEBOOK = "/subjects/01-012"
PAGES = (CASEBOOK, "/subjects/01-012/eligibility", "/subjects", "/home", "/")
VITAL_SIGNS = InstanceKey("01-012", "vs", "D0")
COPY = """WITH RECURSIVE numbered (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbered WHERE number < :copies
    ), old AS (
        SELECT subjid, row_number() OVER (ORDER BY subjid) - 1 AS place
        FROM subject WHERE subjid NOT LIKE '01-c%'
    ), copy AS (
        SELECT number, subjid, '01-c' || number AS name
        FROM numbered JOIN old ON old.place = number % (SELECT count(*) FROM old)
    ) """
"""Every copy of a subject of the demo, in turn.

Numbers of rows go up by those of the demo's rows.
"""
SUBJECTS = """INSERT INTO subject (subjid, site, added_by, added_at) {copy}
    SELECT name, site, added_by, added_at FROM copy JOIN subject USING (subjid)"""
FORMS = """INSERT INTO form_instance (id, subjid, form, visit, unsno, version, status, refused, queries,
        warnings, saved_at, saved_by) {copy}
    SELECT id + copy.number * :rows, name, form, visit, unsno, version, status, refused, queries,
        warnings, saved_at, saved_by
    FROM copy JOIN form_instance USING (subjid)"""
VERSIONS = """INSERT INTO form_version (id, instance_id, number, status, refused, queries, warnings, saved_at,
        saved_by, save_id, dictionary_hash, seal, reason, row_marks, kept, "rows", texts, import_id) {copy}
    SELECT v.id + copy.number * :rows, v.instance_id + copy.number * :rows, v.number, v.status, v.refused,
        v.queries, v.warnings, v.saved_at, v.saved_by, v.save_id || '-' || copy.number, v.dictionary_hash,
        v.seal, v.reason, v.row_marks, v.kept, v."rows", v.texts, v.import_id
    FROM copy JOIN form_instance i USING (subjid) JOIN form_version v ON v.instance_id = i.id"""
STANDINGS = """INSERT INTO subject_standing (subjid, site, day, dictionary_hash, changes, drafts, complete,
        saved_at, open, to_finish, next_visit, first_day, target_day, last_day, ended, findings, status,
        voided) {copy}
    SELECT name, site, day, dictionary_hash, changes, drafts, complete, saved_at, open, to_finish,
        next_visit, first_day, target_day, last_day, ended, findings, status, voided
    FROM copy JOIN subject_standing USING (subjid)"""
WORK = """INSERT INTO subject_work (subjid, kind, visit, unsno, form, site, first_day, last_day,
        amount) {copy}
    SELECT name, kind, visit, unsno, form, site, first_day, last_day, amount
    FROM copy JOIN subject_work USING (subjid)"""


def main(sizes: list[int]) -> None:
    """Prints a line for each size and page."""
    first: dict[str, float] = {}
    for size in sizes:
        for page, ratio, milliseconds in measured(size):
            # By the static page of the same study: the machine is not always as fast.
            growth = (
                f"  {ratio / first.setdefault(page, ratio):5.2f} x {sizes[0]} subjects"
            )
            print(
                (
                    f"{size:6} subjects  {page:46} {ratio:5.1f} x a static page  "
                    f"{milliseconds:6.1f} ms{growth if size != sizes[0] else ''}"
                ),
                flush=True,
            )


def measured(size: int) -> list[tuple[str, float, float]]:
    """By page: the ratio to a static page of the same length, and milliseconds of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        database, client, lengths = _client(Path(folder), size)
        found = []
        for number, page in enumerate(PAGES):
            lengths[number] = len(client.get(page).data)
            static = partial(client.get, f"/static-{number}")
            view = partial(client.get, page)
            kept, after, plain = _alternating(
                view, view, static, before=(None, partial(_save, database), None)
            )
            found.append((page, kept / plain, kept * 1000))
            found.append((f"{page}, after a save", after / plain, after * 1000))
        return found


def _client(folder: Path, size: int) -> tuple[Database, FlaskClient, list[int]]:
    url = f"sqlite:///{folder / 'study.sqlite'}"
    database = open_database(url)
    study = load_demo(database)
    app = create_app(Settings(database=url, study=study, secret_key="benchmark"))
    lengths = [0] * len(PAGES)
    for number in range(len(PAGES)):
        view = allow(SIGNED_IN)(lambda number=number: "x" * lengths[number])
        app.add_url_rule(f"/static-{number}", f"static-{number}", view)
    client = app.test_client()
    sign_in(client, "coordinator")
    evaluate(client)
    copy_subjects(database, size - len(list_subjects(database)))
    return database, client, lengths


def copy_subjects(database: Database, copies: int) -> None:
    """Subjects with all forms of the demo's: in seconds, where saving or importing them
    takes an hour.
    """
    if copies <= 0:
        return
    with database.write() as connection:
        rows = connection.execute(text("SELECT max(id) FROM form_version")).scalar_one()
        for statement in (SUBJECTS, FORMS, VERSIONS, STANDINGS, WORK):
            connection.execute(
                text(statement.format(copy=COPY)), {"copies": copies, "rows": rows}
            )


def sign_in(client: FlaskClient, username: str) -> None:
    """Signs in with one of the demo's accounts."""
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(
        "/sign-in",
        data={"csrf_token": token, "username": username, "password": PASSWORD},
    )


def evaluate(client: FlaskClient) -> None:
    """Asks, as a page of lists does, until it is known how every subject stands."""
    while client.get("/subjects/evaluation").get_json()["left"]:
        pass


def _save(database: Database) -> None:
    """Another pulse in one form of the subject whose pages are measured."""
    stored = load(database, VITAL_SIGNS)
    assert stored is not None
    pulse = "70" if stored.record.texts["pulse_vsorres"] != "70" else "68"
    request = SaveRequest(
        key=VITAL_SIGNS,
        base_version=stored.version,
        record=replace(
            stored.record, texts={**stored.record.texts, "pulse_vsorres": pulse}
        ),
        status=stored.status,
        user="coordinator",
        save_id=str(uuid4()),
        dictionary_hash=stored.dictionary_hash,
        counts=stored.counts,
    )
    assert isinstance(save(database, request), Saved)


def _alternating(
    *acts: Callable[[], object], before: Sequence[Callable[[], object] | None]
) -> list[float]:
    """The median time of each act, in rounds; what comes ``before`` an act is not
    measured.
    """
    times: list[list[float]] = [[] for _ in acts]
    for act in acts:
        act()
    for _ in range(REPEATS):
        for act, prepare, taken in zip(acts, before, times, strict=True):
            if prepare:
                prepare()
            began = time.process_time()
            act()
            taken.append(time.process_time() - began)
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [50, 5000])
