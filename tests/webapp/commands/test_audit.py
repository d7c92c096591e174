"""``crfsmith audit``: heads are written and compared, and what is wrong is told in words."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.webapp.storage.storing import furnish, keep, record, ticking
from webapp.commands import main
from webapp.storage import log_lines, open_database
from webapp.storage.signed_heads import head_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with three saves."""
    path = tmp_path / "study.sqlite"
    database = furnish(open_database(f"sqlite:///{path}", clock=ticking()))
    for number in range(3):
        keep(database, number, record(sysbp=str(120 + number)))
    database.close()
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


def write(file: Path, *statements: str) -> None:
    database = open_database(f"sqlite:///{file}")
    with database.write() as connection:
        for statement in statements:
            connection.execute(text(statement))
    database.close()


def log_file(file: Path) -> Path:
    database = open_database(f"sqlite:///{file}")
    with database.read() as connection:
        lines = list(log_lines(connection))
    database.close()
    log = file.with_name("events.jsonl")
    log.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return log


def test_a_database_as_it_was_written_is_sound(file: Path) -> None:
    head = file.with_name("head.json")
    assert run("head", file, "--out", head).exit_code == 0

    verified = run("verify", file, "--head", head)

    assert verified.exit_code == 0, verified.output
    assert "7 events" in verified.output
    assert "Everything is as it was written." in verified.output


def test_the_key_is_made_once_for_its_owner_alone(file: Path) -> None:
    first, second = run("head", file).output, run("head", file).output

    key = file.with_name("study.sqlite-signing-key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert head_of(first).is_genuine
    assert first == second, "one line is signed once"
    assert key.read_text() not in first


def test_the_first_fault_is_named_with_how_many_lines_follow(file: Path) -> None:
    run("head", file)
    write(
        file,
        "DROP TRIGGER event_no_update",
        "UPDATE event SET line = replace(line, 'Nina', 'Nora') WHERE number = 5",
    )

    verified = run("verify", f"sqlite:///{file}")

    assert verified.exit_code == 1
    assert "error: Line 5 of the log was changed after it was written." in (
        verified.output
    )
    assert "2 lines of the log follow it." in verified.output
    assert "The trigger event_no_update is missing." in verified.output


def test_findings_are_given_to_programs(file: Path) -> None:
    write(file, "DROP TRIGGER subject_no_update", "UPDATE subject SET site = '02'")

    verified = json.loads(run("verify", file, "--format", "json").output)

    assert verified["valid"] is False
    assert verified["events"] == 7
    assert {item["code"] for item in verified["findings"]} == {
        "guard-missing",
        "head-unsigned",
        "row-differs-from-event",
    }


def test_a_log_of_its_own_is_verified_against_a_kept_head(file: Path) -> None:
    head = file.with_name("head.json")
    run("head", file, "--out", head)
    log = log_file(file)
    assert run("verify", log, "--head", head).exit_code == 0

    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))

    cut = run("verify", log, "--head", head)
    assert cut.exit_code == 1
    assert "The log ends at line 5, but line 7 was signed. [log-cut]" in cut.output
    assert run("verify", log).exit_code == 0, "the chain alone does not know its end"


@pytest.mark.parametrize("content", ["", "{}", '{"number":1}', "[]", '"head"'])
def test_a_file_that_is_no_head_is_told_so(file: Path, content: str) -> None:
    head = file.with_name("head.json")
    head.write_text(content)

    refused = run("verify", file, "--head", head)

    assert refused.exit_code == 2
    assert "head-unreadable" in refused.output


def test_a_head_that_was_changed_is_forged(file: Path) -> None:
    head = file.with_name("head.json")
    run("head", file, "--out", head)
    head.write_text(head.read_text().replace('"number":7', '"number":6'))

    assert "[head-forged]" in run("verify", file, "--head", head).output


def test_what_is_not_there_ends_in_a_sentence(tmp_path: Path) -> None:
    missing = run("verify", tmp_path / "nothing.jsonl")

    assert missing.exit_code == 2
    assert "cannot be read" in missing.output


def test_a_server_does_not_start_without_its_guards_unless_that_is_accepted(
    file: Path,
) -> None:
    write(file, "DROP TRIGGER subject_no_update")
    arguments = ["serve", "--db", f"sqlite:///{file}", "--port", "0"]

    refused = CliRunner().invoke(main, arguments)
    accepted = CliRunner().invoke(main, [*arguments, "--accept-guards"])

    assert refused.exit_code == 2
    assert "The trigger subject_no_update is missing." in refused.output
    assert "--accept-guards" in refused.output
    # The dictionary of this database is too small to be served.
    assert "dictionary in the database" in accepted.output
    assert '"kind":"guards-accepted"' in log_file(file).read_text()
