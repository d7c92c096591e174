"""A package carries the log of its database, and a head that seals every other file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.studies import small_study
from tests.webapp.storage.storing import keep, record
from webapp.commands import main
from webapp.storage import (
    Database,
    Role,
    add_subject,
    add_user,
    log_lines,
    open_database,
    use_dictionary,
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    database = open_database(url)
    study = small_study()
    use_dictionary(database, study)
    add_user(
        database, username="nurse", name="Nina", role=Role.COORDINATOR, password="p"
    )
    add_subject(database, subjid="01-001", site="01", user="nurse")
    keep(database, 0, record(vsperf="Y"), dictionary_hash=study.hash)
    database.close()
    return url


@pytest.fixture
def package(url: str, tmp_path: Path) -> Path:
    assert run("export", "--db", url, "--out", tmp_path / "package").exit_code == 0
    return tmp_path / "package"


def kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return [json.loads(line)["kind"] for line in log_lines(connection)]


def test_a_package_as_it_was_exported_is_sound(package: Path) -> None:
    verified = run("audit", "verify", package)

    assert verified.exit_code == 0, verified.output
    assert "5 events" in verified.output
    names = json.loads((package / "log/head.json").read_text())["files"]
    present = [item for item in package.rglob("*") if item.is_file()]
    assert len(names) == len(present) - 1


def test_an_export_is_logged_and_leaves_the_next_one_the_same(
    url: str, package: Path, tmp_path: Path
) -> None:
    run("export", "--db", url, "--out", tmp_path / "again")

    for name in ("log/events.jsonl", "log/head.json"):
        assert (tmp_path / "again" / name).read_bytes() == (package / name).read_bytes()
    database = open_database(url)
    assert kinds(database)[-2:] == ["exported", "exported"]
    database.close()


def change_a_cell(package: Path) -> None:
    table = package / "data/vs.csv"
    table.write_text(table.read_text().replace("Y", "N"))


def change_the_log(package: Path) -> None:
    log = package / "log/events.jsonl"
    log.write_text(log.read_text().replace("Nina", "Nora", 1))


def cut_the_log(package: Path) -> None:
    log = package / "log/events.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))


def change_the_head(package: Path) -> None:
    head = package / "log/head.json"
    head.write_text(head.read_text().replace("data/vs.csv", "data/vz.csv"))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cell": (change_a_cell, "package-file-differs"),
    "line": (change_the_log, "log-line-changed"),
    "tail": (cut_the_log, "log-cut"),
    "head": (change_the_head, "head-forged"),
    "file": (lambda package: (package / "audit.csv").unlink(), "package-file-missing"),
    "more": (lambda package: (package / "x.txt").write_text(""), "package-file-added"),
    "log": (lambda package: (package / "log/events.jsonl").unlink(), "log-missing"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_package_that_was_changed_is_found(package: Path, damage: str) -> None:
    change, code = DAMAGES[damage]
    change(package)

    verified = run("audit", "verify", package)

    assert verified.exit_code == 1
    assert f"[{code}]" in verified.output


def test_an_import_notes_the_head_that_came_with_the_package(
    package: Path, tmp_path: Path
) -> None:
    there = f"sqlite:///{tmp_path}/there.sqlite"
    assert "log/" not in run("validate", package).output
    assert run("import", package, "--db", there).exit_code == 0

    database = open_database(there)
    with database.read() as connection:
        events = [json.loads(line) for line in log_lines(connection)]
    database.close()
    head = json.loads((package / "log/head.json").read_text())
    (begun,) = [item for item in events if item["kind"] == "import-begun"]
    assert begun["details"]["log"] == {
        "number": head["number"],
        "sha256": head["sha256"],
    }
    assert run("audit", "verify", tmp_path / "there.sqlite").exit_code == 0
