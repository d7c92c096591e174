"""Real faults of a database under the pages and the commands: a full disk, a lock, a
lost server. Each is said in words, nothing is kept in half, and the same save works
later.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, text

from tests.webapp.postgresql import run_statements
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.storage import InstanceKey, broken_seals, history, log_lines

FORM = "/subjects/01-001/SCR/vs"
VS = InstanceKey("01-001", "vs", "SCR")
SCRIPT = {"Accept": "application/json"}
LONG = "what the subject told " * 2000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and not subprocess.run(mount, check=False).returncode
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(app: Flask, folder: Path) -> Callable[[], None]:
    """No byte more fits; returns what makes room again."""
    if not folder.is_mount():
        # Without a disk of our own: the same error from SQLite, by its own limit.
        engine = database_of(app).engine

        def limit(driver: Any, *_: Any) -> None:
            driver.execute("PRAGMA max_page_count = 1")

        event.listen(engine, "checkout", limit)
        return lambda: _unlimited(engine, limit)

    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as out:
        while out.write(bytes(4096)):
            pass
    return filler.unlink


def _unlimited(engine: Any, limit: Any) -> None:
    event.remove(engine, "checkout", limit)
    engine.dispose()


def draft(app: Flask, **typed: str) -> tuple[Any, dict[str, list[str]]]:
    client = client_of(app)
    boxes = {f"f-{name}": [value] for name, value in typed.items()}
    return client, {**page_data(client, FORM), "action": ["draft"], **boxes}


def nothing_half(app: Flask, versions: int) -> None:
    database = database_of(app)
    assert [item.form.version for item in history(database, VS)] == list(
        range(1, versions + 1)
    )
    assert list(broken_seals(database)) == []
    with database.read() as connection:
        saved = [line for line in log_lines(connection) if '"form-saved"' in line]
    assert len(saved) == versions


def test_a_full_disk_is_named_and_the_same_save_works_when_there_is_room(
    site_file: Path, small_disk: Path
) -> None:
    (small_disk / "study.sqlite").write_bytes(site_file.read_bytes())
    app = app_over(f"sqlite:///{small_disk}/study.sqlite")
    client, data = draft(app, remark=LONG)
    make_room = fill_up(app, small_disk)

    answer = client.post(FORM, data=data, headers=SCRIPT)
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"]
    assert answer.get_json()["error"] == "The server's disk is full"
    page = client.post(FORM, data=data)
    assert page.status_code == 503
    assert "disk is full" in page.text

    make_room()
    nothing_half(app, 0)
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    nothing_half(app, 1)
    with closing(sqlite3.connect(small_disk / "study.sqlite")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database_of(app).close()


def test_a_backup_to_a_full_disk_ends_in_words_and_leaves_no_file(
    site_file: Path, small_disk: Path
) -> None:
    if not small_disk.is_mount():
        small_disk.rmdir()  # nothing can be written there either
    else:
        with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as out:
            while out.write(bytes(4096)):
                pass
    out_file = small_disk / "study.backup"
    arguments = ["backup", "--db", f"sqlite:///{site_file}", "--out", str(out_file)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2, done.output
    assert "There is no backup" in done.output.replace("\n", " ")
    assert isinstance(done.exception, SystemExit)
    assert not out_file.exists()
    small_disk.mkdir(exist_ok=True)


def test_a_disk_that_became_read_only_is_named_and_keeps_everything(
    site_file: Path, small_disk: Path
) -> None:
    file = small_disk / "study.sqlite"
    file.write_bytes(site_file.read_bytes())
    app = app_over(f"sqlite:///{file}")
    client, data = draft(app, remark="kept in the browser")
    engine = database_of(app).engine
    make_writable = read_only(app, small_disk)

    answer = client.post(FORM, data=data, headers=SCRIPT)
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"]
    assert answer.get_json()["error"] == "The server cannot write to its database"

    make_writable()
    engine.dispose()
    nothing_half(app, 0)
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    nothing_half(app, 1)
    database_of(app).close()


def read_only(app: Flask, folder: Path) -> Callable[[], None]:
    """Nothing can be written any more; returns what undoes it."""
    engine = database_of(app).engine
    if not folder.is_mount():
        # Without a disk of our own: the same error from SQLite, by its own switch.
        def switch(driver: Any, *_: Any) -> None:
            driver.execute("PRAGMA query_only = ON")

        event.listen(engine, "checkout", switch)
        return lambda: event.remove(engine, "checkout", switch)

    # A disk becomes read-only while no file is open for writing.
    engine.dispose()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    again = ["mount", "-o", "remount,rw", str(folder)]
    return lambda: subprocess.run(again, check=True) and None


def test_a_locked_database_asks_to_try_again_and_can_be_backed_up(
    site_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "study.sqlite").write_bytes(site_file.read_bytes())
    app = app_over(f"sqlite:///{tmp_path}/study.sqlite")
    client, data = draft(app, remark="waits")
    event.listen(database_of(app).engine, "checkout", _impatient)
    with closing(sqlite3.connect(tmp_path / "study.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post(FORM, data=data, headers=SCRIPT)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.get_json()["error"] == "The database is not responding"
        assert client.get(FORM).status_code == 200

    nothing_half(app, 0)
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    nothing_half(app, 1)
    database_of(app).close()


def _impatient(driver: Any, *_: Any) -> None:
    """It would wait for half a minute."""
    driver.execute("PRAGMA busy_timeout = 50")


@pytest.mark.parametrize("site_url", ["postgresql"], indirect=True)
def test_connections_that_the_server_ended_are_opened_again(
    site_url: str,
) -> None:
    app = app_over(site_url)
    client, data = draft(app, remark="once")
    name = str(database_of(app).engine.url.database)
    run_statements(site_url, *ENDS_IN_MID_SAVE, database=name)
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    with database_of(app).read() as connection:
        assert connection.scalar(text("SELECT last_value FROM versions_begun")) == 2
    nothing_half(app, 1)
    database_of(app).close()


ENDS_IN_MID_SAVE = (
    "CREATE SEQUENCE versions_begun",
    """
    CREATE FUNCTION end_the_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('versions_begun') = 1 THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER ends_the_first BEFORE INSERT ON form_version"
    " FOR EACH ROW EXECUTE FUNCTION end_the_first()",
)
"""The server ends the connection that adds the first version, and no other: what a
sequence has counted stays counted.
"""


def test_a_page_says_that_the_database_is_away(site_url: str) -> None:
    """Nobody can be looked up then, not even who asks for the page."""
    app = app_over(site_url)
    client, data = draft(app, remark="typed meanwhile")
    bring_back = away(app, site_url)

    for page in (client.get(FORM), client.post(FORM, data=data), client.get("/")):
        assert page.status_code == 503
        assert "<h1>The " in page.text
        assert "Your text is still in this browser" in page.text
        assert "Sign in" not in page.text
        assert page.headers["Retry-After"]
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 503

    bring_back()
    assert client.post(FORM, data=data, headers=SCRIPT).status_code == 200
    nothing_half(app, 1)
    database_of(app).close()


def away(app: Flask, url: str) -> Callable[[], object]:
    """Takes the database away, and returns what brings it back."""
    engine = database_of(app).engine
    engine.dispose()
    name = str(engine.url.database)
    if engine.dialect.name == "sqlite":
        file, other = Path(name), Path(f"{name}.away")
        file.rename(other)
        file.mkdir()  # otherwise SQLite makes a new file there
        return lambda: (file.rmdir(), other.rename(file))

    def let_in(allowed: str) -> None:
        run_statements(url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")

    let_in("false")
    return lambda: let_in("true")
