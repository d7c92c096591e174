"""``crfsmith serve`` starts, tells where and who, and stops cleanly."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.studies import FILES
from webapp.commands import main
from webapp.storage import list_subjects, list_users, open_database

SERVE = [Path(sys.executable).parent / "crfsmith", "serve", "--port", "0"]


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, str]]:
    """A running server: its address and what it said so far; stopped by Ctrl-C at the end."""
    server = subprocess.Popen([*SERVE, *arguments], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    said = ""
    try:
        while "admin" not in said and (line := server.stdout.readline()):
            said += line
        address = re.search(r"http://\S+", said)
        assert address, said
        yield address[0], said
    finally:
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=20)
    assert "Every acknowledged save is kept" in rest
    assert server.returncode == 0


def test_the_demo_tells_its_address_and_accounts_and_keeps_its_data(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.sqlite"
    with served("--db", url, "--demo") as (address, said):
        assert "coordinator   cellkine-demo" in said
        with urllib.request.urlopen(f"{address}/sign-in", timeout=10) as page:
            assert "Cellkine" in page.read().decode()
    database = open_database(url)
    assert len(list_subjects(database)) == 8
    database.close()
    assert stat.S_IMODE((tmp_path / "demo.sqlite-secret").stat().st_mode) == 0o600


def test_a_new_study_gets_accounts_with_passwords_of_their_own(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "small" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "small" / name).write_text(text, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/small.sqlite"
    with served("--db", url, "--dictionary", str(tmp_path / "small")) as (_, said):
        passwords = re.findall(r"^  \w+ +(\S+)  ", said, re.MULTILINE)
    assert len(set(passwords)) == 6
    assert "cellkine-demo" not in passwords
    database = open_database(url)
    assert len(list_users(database)) == 6
    database.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--db", "sqlite:///{tmp}/new.sqlite"], "no study in sqlite:///"),
        (["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}"], "holds no file"),
        (["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}/broken"], "crfsmith check"),
        (["--db", "sqlite:///{tmp}/new.sqlite", "--dictionary", "{tmp}", "--demo"], "its own dictionary"),
    ],
)
def test_what_cannot_be_served_is_said(tmp_path: Path, arguments: list[str], says: str) -> None:
    if "{tmp}/broken" in arguments:
        (tmp_path / "broken").mkdir()
        (tmp_path / "broken" / "study.yaml").write_text("study: [", encoding="utf-8")
    done = CliRunner().invoke(main, ["serve", *(one.format(tmp=tmp_path) for one in arguments)])
    assert done.exit_code == 2
    assert says in done.output


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(
            main, ["serve", "--demo", "--db", f"sqlite:///{tmp_path}/demo.sqlite", "--port", port]
        )
    assert done.exit_code == 2
    assert "Choose another with --port" in done.output
