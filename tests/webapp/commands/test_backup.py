"""``crfsmith backup`` and ``crfsmith restore`` as a person runs them, on both databases,
while others save.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from queue import Queue
from threading import Event
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from tests.webapp import postgresql
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.storage import (
    Database,
    EventKind,
    InstanceKey,
    broken_seals,
    find_events,
    history,
    list_subjects,
    log_lines,
    open_database,
)
from webapp.storage.events import line_hash

SCRIPT = {"Accept": "application/json"}
FORMS = ("01-001/SCR/vs", "01-002/SCR/vs", "01-001/SCR/lb")
BOX = {"vs": "f-remark", "lb": "f-lbcode"}


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, in the version of the server."""
    monkeypatch.setenv("PATH", f"{postgresql.programs()}:{os.environ['PATH']}")


@pytest.fixture
def new_url(site_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where to restore: a database that does not exist yet, or is empty."""
    if site_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/new/restored.sqlite"
    empty: str = request.getfixturevalue("empty_postgresql")
    return empty


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


def refused(done: Result, words: str) -> None:
    assert done.exit_code == 2, done.output
    assert words in done.output.replace("\n", " ")
    assert isinstance(done.exception, SystemExit), done.exception


def backed_up(url: str, folder: Path) -> Path:
    file = folder / "study.backup"
    done = run("backup", "--db", url, "--out", file)
    assert done.exit_code == 0, done.output
    return file


def note_of(file: Path) -> dict[str, Any]:
    with ZipFile(file) as packed:
        content: dict[str, Any] = json.loads(packed.read("backup.json"))
    return content


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def key_of(form: str) -> InstanceKey:
    subject, visit, name = form.split("/")
    return InstanceKey(subject, name, visit)


def numbers_kept(database: Database, form: str) -> list[str]:
    box = BOX[key_of(form).form].removeprefix("f-")
    return [item.form.record.texts[box] for item in history(database, key_of(form))]


class People:
    """Three people who save, each in a form of their own, until they are stopped."""

    def __init__(self, url: str) -> None:
        self.app = app_over(url)
        self.stopped = Event()
        self.saves: Queue[str] = Queue()
        self.acknowledged: dict[str, list[str]] = {form: [] for form in FORMS}

    @contextmanager
    def working(self) -> Iterator[None]:
        with ThreadPoolExecutor() as pool:
            work = [pool.submit(self._work, form) for form in FORMS]
            try:
                yield
            finally:
                self.stopped.set()
        for person in work:
            person.result()
        database_of(self.app).close()

    def _work(self, form: str) -> None:
        client, address = client_of(self.app), f"/subjects/{form}"
        data = {**page_data(client, address), "action": ["draft"]}
        number = 0
        while not self.stopped.is_set():
            data |= {
                "base_version": [str(number)],
                "save_id": [f"{form}-{number}"],
                BOX[key_of(form).form]: [f"AB{number + 1}"],
            }
            answer = client.post(address, data=data, headers=SCRIPT)
            assert answer.status_code == 200, answer.text
            number += 1
            self.acknowledged[form].append(f"AB{number}")
            self.saves.put(form)

    def until_each_saved_again(self) -> None:
        waiting = dict.fromkeys(FORMS, 2)
        while any(waiting.values()):
            form = self.saves.get(timeout=60)
            waiting[form] = max(0, waiting[form] - 1)


def test_a_backup_taken_while_people_save_comes_back_whole_and_is_worked_in(
    site_url: str, new_url: str, tmp_path: Path
) -> None:
    people = People(site_url)
    with people.working():
        people.until_each_saved_again()
        before = {form: list(saves) for form, saves in people.acknowledged.items()}
        done = run("backup", "--db", site_url, "--out", tmp_path / "study.backup")
        people.until_each_saved_again()

    assert done.exit_code == 0, done.output
    restored = run("restore", tmp_path / "study.backup", "--db", new_url)
    assert restored.exit_code == 0, restored.output
    assert "Verified" in restored.output

    with opened(new_url) as database:
        assert list(broken_seals(database)) == []
        for form, saves in before.items():
            kept = numbers_kept(database, form)
            assert kept[: len(saves)] == saves
            assert kept == [f"AB{number}" for number in range(1, len(kept) + 1)]

    app = app_over(new_url)
    client, address = client_of(app), f"/subjects/{FORMS[0]}"
    data = {**page_data(client, address), "action": ["draft"], "f-remark": ["after"]}
    assert client.post(address, data=data, headers=SCRIPT).status_code == 200
    database_of(app).close()


def test_the_note_names_the_study_the_moment_and_the_newest_line(
    site_url: str, tmp_path: Path
) -> None:
    with opened(site_url) as database, database.read() as connection:
        *_, newest = log_lines(connection)
    file = backed_up(site_url, tmp_path)

    note = note_of(file)
    assert note["study"] == "SMALL-01"
    assert note["crfsmith"]
    assert note["at"].endswith("Z")
    assert note["log"]["sha256"] == line_hash(newest)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".crfsmith-*")] == []

    with opened(site_url) as database:
        logged = find_events(database, kinds=[EventKind.BACKED_UP])
    assert [item.details["sha256"] for item in logged] == [note["copy"]["sha256"]]


def test_the_log_of_a_restored_database_goes_on_from_the_line_that_was_named(
    site_url: str, new_url: str, tmp_path: Path
) -> None:
    app = app_over(site_url)
    client_of(app)
    database_of(app).close()
    file = backed_up(site_url, tmp_path)
    assert run("restore", file, "--db", new_url).exit_code == 0

    with opened(new_url) as database, database.read() as connection:
        newest = json.loads(list(log_lines(connection))[-1])
        still_open = connection.exec_driver_sql(
            "SELECT count(*) FROM sign_in_session WHERE ended_at IS NULL"
        ).scalar()
    note = note_of(file)
    assert newest["kind"] == "restored"
    assert newest["before"] == note["log"]["sha256"]
    assert newest["details"]["sha256"] == note["copy"]["sha256"]
    assert newest["from"].startswith("command line")
    assert still_open == 0


def test_a_file_that_exists_is_replaced_only_when_asked(
    site_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "study.backup"
    file.write_bytes(b"yesterday's")
    refused(run("backup", "--db", site_url, "--out", file), "--replace")
    assert file.read_bytes() == b"yesterday's"

    done = run("backup", "--db", site_url, "--out", file, "--replace")
    assert done.exit_code == 0
    assert note_of(file)["study"] == "SMALL-01"


def test_a_database_with_something_in_it_is_replaced_only_when_asked_and_kept(
    site_url: str, tmp_path: Path
) -> None:
    file = backed_up(site_url, tmp_path)
    app = app_over(site_url)
    client = client_of(app)
    address = f"/subjects/{FORMS[0]}"
    data = {**page_data(client, address), "action": ["draft"], "f-remark": ["later"]}
    assert client.post(address, data=data, headers=SCRIPT).status_code == 200

    refused(run("restore", file, "--db", site_url), "--replace")
    refused(run("restore", file, "--db", site_url, "--replace"), "is in use")
    database_of(app).close()
    done = run("restore", file, "--db", site_url, "--replace")
    assert done.exit_code == 0, done.output
    assert "is kept as" in done.output

    with opened(site_url) as database:
        assert len(list_subjects(database)) == 2
        assert history(database, key_of(FORMS[0])) == ()


@pytest.mark.parametrize("place", ["beginning", "copy", "end"])
def test_a_backup_whose_bytes_were_changed_is_refused_in_words(
    site_url: str, new_url: str, tmp_path: Path, place: str
) -> None:
    file = backed_up(site_url, tmp_path)
    content = bytearray(file.read_bytes())
    position = {"beginning": 40, "copy": len(content) // 2, "end": len(content) - 22}
    for number in range(8):
        content[position[place] + number] ^= 0xFF
    file.write_bytes(content)

    done = run("restore", file, "--db", new_url)
    refused(done, "Nothing was restored")
    nothing_there(new_url)


def test_a_copy_that_does_not_fit_its_note_is_refused(
    site_url: str, new_url: str, tmp_path: Path
) -> None:
    file = backed_up(site_url, tmp_path)
    with ZipFile(file) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    (copy,) = set(inside) - {"backup.json"}
    inside[copy] = inside[copy][:-1] + bytes([inside[copy][-1] ^ 1])
    with ZipFile(file, "w", ZIP_STORED) as packed:
        for name, content in inside.items():
            packed.writestr(name, content)

    done = run("restore", file, "--db", new_url)
    refused(done, "no longer match the SHA-256")
    nothing_there(new_url)


def test_a_note_that_names_another_line_of_the_log_is_refused(
    site_url: str, new_url: str, tmp_path: Path
) -> None:
    file = backed_up(site_url, tmp_path)
    note = note_of(file)
    note["log"] = {"number": 3, "sha256": "0" * 64}
    changed(file, note=note)

    refused(run("restore", file, "--db", new_url), "last line of the log")
    nothing_there(new_url)


def test_answers_changed_in_a_backup_with_its_note_made_anew_are_named(
    site_file: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    (tmp_path / "study.sqlite").write_bytes(site_file.read_bytes())
    app = app_over(url)
    client, address = client_of(app), f"/subjects/{FORMS[0]}"
    data = {**page_data(client, address), "action": ["draft"], "f-remark": ["well"]}
    assert client.post(address, data=data, headers=SCRIPT).status_code == 200
    database_of(app).close()
    file = backed_up(url, tmp_path)

    with ZipFile(file) as packed:
        (tmp_path / "copy.sqlite").write_bytes(packed.read("study.sqlite"))
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as plain:
        plain.execute("DROP TRIGGER form_version_no_update")
        plain.execute("UPDATE form_version SET texts = replace(texts, 'well', 'ill')")
        plain.commit()
    content = (tmp_path / "copy.sqlite").read_bytes()
    note = note_of(file)
    note["copy"] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    changed(file, note=note, copy=content)

    done = run("restore", file, "--db", f"sqlite:///{tmp_path}/restored.sqlite")
    assert done.exit_code == 1, done.output
    assert "The form 01-001 vs SCR was changed outside crfsmith" in done.output
    assert "form_version_no_update" in done.output
    assert "Verified" not in done.output


def test_a_damaged_database_gives_no_backup(site_file: Path, tmp_path: Path) -> None:
    content = bytearray(site_file.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 512] = b"\xff" * 512
    (tmp_path / "study.sqlite").write_bytes(content)

    file = tmp_path / "study.backup"
    done = run("backup", "--db", f"sqlite:///{tmp_path}/study.sqlite", "--out", file)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert not file.exists()


def test_a_backup_goes_into_the_kind_of_database_that_it_came_from(
    site_file: Path, tmp_path: Path
) -> None:
    file = backed_up(f"sqlite:///{site_file}", tmp_path)
    refused(run("restore", file, "--db", "postgresql://host/name"), "as a package")


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    empty_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    file = tmp_path / "study.backup"
    refused(run("backup", "--db", empty_postgresql, "--out", file), "pg_dump is not")


def changed(file: Path, *, note: dict[str, Any], copy: bytes | None = None) -> None:
    """A backup with another note, and perhaps another copy."""
    with ZipFile(file) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    (name,) = set(inside) - {"backup.json"}
    with ZipFile(file, "w") as packed:
        packed.writestr("backup.json", json.dumps(note))
        packed.writestr(name, inside[name] if copy is None else copy)


def nothing_there(url: str) -> None:
    """The database is not there, or as empty as it was."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        assert not Path(str(parsed.database)).exists()
        return
    with (
        closing(open_database(url, as_it_is=True)) as database,
        database.read() as connection,
    ):
        tables = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        )
        assert tables.scalar() == 0
