"""``crfsmith serve`` starts, tells where and who, and stops cleanly."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_spec.model.captured_data import Record
from tests.studies import FILES, small_study
from webapp.commands import main
from webapp.storage import (
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    accept_clock,
    add_subject,
    add_user,
    check_clock,
    dictionary_in_use,
    list_subjects,
    list_users,
    open_database,
    save,
    use_dictionary,
)
from webapp.storage.users import NOBODY

FULL_COST = "$argon2id$v=19$m=65536,t=3,p=4"
"""64 MiB, three times over: what guessing a password costs, for names that exist and
names that do not.
"""
SERVE = [Path(sys.executable).parent / "crfsmith", "serve", "--port", "0"]


@contextmanager
def served(*arguments: str, until: str = "admin") -> Iterator[tuple[str, str]]:
    """A running server: its address and what it said so far; stopped by Ctrl-C at the
    end.
    """
    server = subprocess.Popen([*SERVE, *arguments], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    said = ""
    try:
        while until not in said and (line := server.stdout.readline()):
            said += line
        address = re.search(r"http://\S+", said)
        assert address, said
        yield address[0], said
    finally:
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=20)
    assert "Every acknowledged save is kept" in rest
    assert server.returncode == 0


def test_the_demo_tells_its_address_and_accounts_and_keeps_its_data(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/demo.sqlite"
    with served("--db", url, "--demo") as (address, said):
        assert "coordinator   cellkine-demo" in said
        with urllib.request.urlopen(f"{address}/sign-in", timeout=10) as page:
            assert "Cellkine" in page.read().decode()
    database = open_database(url)
    assert len(list_subjects(database)) == 8
    database.close()
    assert stat.S_IMODE((tmp_path / "demo.sqlite-secret").stat().st_mode) == 0o600


ROLES = """
roles:
  coordinator: {may: [see, enter, complete, query, sign]}
  central reader: {task: reads scans, may: [see, query]}
  import: {may: [see, query]}
  manager: {may: [see, query]}
  data manager: {may: [see, query, verify, lock, adjudicate, export]}
"""


def test_each_role_of_a_new_study_gets_an_account_with_its_own_password(
    tmp_path: Path,
) -> None:
    for name, text in (FILES | {"roles.yaml": ROLES}).items():
        (tmp_path / "small" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "small" / name).write_text(text, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/small.sqlite"
    with served("--db", url, "--dictionary", str(tmp_path / "small")) as (_, said):
        passwords = re.findall(r"^  [\w.-]+ +(\S+)  ", said, re.MULTILINE)
    assert len(set(passwords)) == 7
    assert re.search(r"^  central\.reader +\S+ +reads scans$", said, re.MULTILINE)
    assert "cellkine-demo" not in passwords
    database = open_database(url)
    # "import" saves what is imported, and "manager" is a role of its own here.
    assert {user.username: user.role for user in list_users(database)} == {
        "coordinator": "coordinator",
        "central.reader": "central reader",
        "import-1": "import",
        "manager": "manager",
        "data.manager": "data manager",
        "designer": "designer",
        "admin": "admin",
    }
    database.close()
    with closing(sqlite3.connect(tmp_path / "small.sqlite")) as stored:
        hashes = [
            text for (text,) in stored.execute("SELECT password_hash FROM app_user")
        ]
    assert (
        {text.rsplit("$", 2)[0] for text in hashes}
        == {NOBODY.rsplit("$", 2)[0]}
        == {FULL_COST}
    )


def of_small_study(tmp_path: Path, **changes: str) -> Path:
    """The folder of a small study; ``changes`` stand for texts of ``study.yaml``."""
    folder = tmp_path / ("small" + "".join(changes))
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(
            changes.get("study", text) if name == "study.yaml" else text, "utf-8"
        )
    return folder


def refusal(*arguments: object) -> str:
    """What ``serve`` says when it refuses."""
    done = CliRunner().invoke(main, ["serve", "--port", "0", *map(str, arguments)])
    assert done.exit_code == 2, done.output
    return " ".join(done.output.split())


@pytest.fixture
def captured(tmp_path: Path) -> str:
    """The address of a database with a subject of the small study and accounts of its
    own.
    """
    url = f"sqlite:///{tmp_path}/captured.sqlite"
    database = open_database(url)
    use_dictionary(database, small_study())
    add_user(
        database,
        username="coordinator",
        name="C",
        role=Role.COORDINATOR,
        password="our own",
    )
    add_subject(database, subjid="01-001", site="01", user="coordinator")
    database.close()
    return url


def test_the_demo_leaves_a_study_of_one_s_own_alone(captured: str) -> None:
    assert "contains a study of your own" in refusal("--db", captured, "--demo")
    database = open_database(captured)
    in_use = dictionary_in_use(database)
    database.close()
    assert in_use is not None
    assert in_use.study == small_study().name


def test_another_study_is_not_served_over_captured_subjects(
    captured: str, tmp_path: Path
) -> None:
    text = FILES["study.yaml"].replace(small_study().name, "ANOTHER", 1)
    folder = of_small_study(tmp_path, study=text)
    said = refusal("--db", captured, "--dictionary", folder)
    assert "has 1 subject of the study" in said
    assert "add --replace" in said
    with served(
        "--db",
        captured,
        "--dictionary",
        str(folder),
        "--replace",
        until="Dates and times are in the time zone",
    ):
        pass


def test_a_dictionary_that_was_changed_in_the_database_is_not_served(
    captured: str,
) -> None:
    with sqlite3.connect(captured.removeprefix("sqlite:///")) as connection:
        query = "SELECT sql FROM sqlite_master WHERE name = 'dictionary_no_update'"
        (guard,) = connection.execute(query).fetchone()
        connection.execute("DROP TRIGGER dictionary_no_update")
        connection.execute(
            "UPDATE dictionary SET files = replace(files, 'Vital', 'Fatal')"
        )
        connection.execute(guard)
    assert "was changed outside crfsmith" in refusal("--db", captured)


def test_a_clock_before_the_newest_save_is_said_at_the_start(captured: str) -> None:
    database = open_database(
        captured, clock=lambda: datetime.now(UTC) + timedelta(days=1)
    )
    wanted = SaveRequest(
        key=InstanceKey("01-001", "vs", "SCR"),
        base_version=0,
        record=Record(),
        status=Status.DRAFT,
        user="coordinator",
        save_id="1",
        dictionary_hash=small_study().hash,
    )
    save(database, wanted)
    database.close()
    assert "add --accept-clock" in refusal("--db", captured)
    database = open_database(captured)
    accept_clock(database)
    check_clock(database)
    database.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--db", "sqlite:///{tmp}/new.sqlite"], "no study in sqlite:///"),
        (
            ["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}"],
            "has no .yaml",
        ),
        (
            ["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}/broken"],
            "crfsmith check",
        ),
        (
            ["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}", "--demo"],
            "its own dictionary",
        ),
    ],
)
def test_what_cannot_be_served_is_said(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    if "{tmp}/broken" in arguments:
        (tmp_path / "broken").mkdir()
        (tmp_path / "broken" / "study.yaml").write_text("study: [", encoding="utf-8")
    done = CliRunner().invoke(
        main, ["serve", *(one.format(tmp=tmp_path) for one in arguments)]
    )
    assert done.exit_code == 2
    assert says in done.output


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(
            main,
            [
                "serve",
                "--demo",
                "--db",
                f"sqlite:///{tmp_path}/demo.sqlite",
                "--port",
                port,
            ],
        )
    assert done.exit_code == 2
    assert "Choose another port with --port" in done.output
