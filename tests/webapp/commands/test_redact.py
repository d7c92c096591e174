"""``crfsmith redact``: a name that was typed by mistake is gone, and the audit says who
took it out.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main

NAME = "Jan Peeters"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database in which a name stands in a remark."""
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app = app_over(url)
    nurse = client_of(app)
    data = page_data(nurse, "/subjects/01-001/SCR/vs")
    data |= {"f-vsperf": ["Y"], "f-remark": [f"{NAME} was late"], "action": ["draft"]}
    nurse.post("/subjects/01-001/SCR/vs", data=data)
    database_of(app).close()
    return url


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments], input=typed)


def redact(
    url: str, *options: str, person: str = "manager", text: str = NAME
) -> Result:
    return run(
        *("redact", "01-001", "--db", url, "--as", person, "--reason", "a name"),
        *options,
        typed=f"{text}\n",
    )


def test_a_dry_run_says_where_the_text_stands(url: str) -> None:
    result = redact(url, "--dry-run")
    assert result.exit_code == 0, result.output
    assert (
        "SCR vs, version 1: vs.remark\n1 place.\nNothing was changed." in result.output
    )
    assert redact(url).exit_code == 0


def test_the_text_is_taken_out_and_the_audit_lists_it(url: str, tmp_path: Path) -> None:
    result = redact(url)
    assert result.exit_code == 0, result.output
    assert "It is [redacted] now. See line" in result.output
    assert "Backups, packages and papers that were made before" in result.output

    package = tmp_path / "package"
    assert run("export", "--db", url, "--out", package).exit_code == 0
    for file in package.rglob("*"):
        assert file.is_dir() or NAME.encode() not in file.read_bytes(), file
    assert "[redacted] was late" in (package / "data/vs.csv").read_text()
    for source in (url, package, package / "log/events.jsonl"):
        verified = run("audit", "verify", source)
        assert verified.exit_code == 0, verified.output
        assert "by Manager (manager, data manager)" in verified.output
        assert "subject 01-001: 1 in versions of forms" in verified.output
        assert "why: a name" in verified.output

    shown = json.loads(run("audit", "verify", url, "--format", "json").output)
    (redaction,) = shown["redactions"]
    assert (redaction["by"], redaction["reason"]) == ("manager", "a name")
    assert redaction["rows"][0]["table"] == "form_version"


def test_a_backup_of_a_redacted_database_is_restored(url: str, tmp_path: Path) -> None:
    assert redact(url).exit_code == 0
    backup, there = tmp_path / "backup.zip", f"sqlite:///{tmp_path}/there.sqlite"
    assert run("backup", "--db", url, "--out", backup).exit_code == 0
    restored = run("restore", backup, "--db", there)
    assert restored.exit_code == 0, restored.output
    assert run("audit", "verify", there).exit_code == 0


@pytest.mark.parametrize(
    ("person", "text", "words"),
    [
        ("nurse", NAME, "Text is taken out by data managers and administrators."),
        ("nobody", NAME, "There is no account nobody."),
        ("manager", "Piet", "is not found about subject 01-001"),
    ],
)
def test_what_is_refused_is_said_and_nothing_changes(
    url: str, person: str, text: str, words: str
) -> None:
    result = redact(url, person=person, text=text)
    assert result.exit_code == 2
    assert words in result.output
    assert "1 place." in redact(url, "--dry-run").output


def test_a_subject_that_is_not_there_is_named(url: str) -> None:
    words = ("--db", url, "--as", "manager", "--text", NAME, "--reason", "a name")
    result = run("redact", "01-009", *words)
    assert (result.exit_code, result.output.strip()) == (
        2,
        "Error: There is no subject 01-009.",
    )
