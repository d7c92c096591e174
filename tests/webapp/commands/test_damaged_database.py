"""A database that is damaged, of an unknown version or busy ends a command in words,
with exit code 2.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_spec.model.captured_data import Record
from tests.studies import small_study
from webapp.commands import main
from webapp.storage import (
    InstanceKey,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    open_database,
    save,
    use_dictionary,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    study = small_study()
    database = open_database(f"sqlite:///{tmp_path}/study.sqlite")
    use_dictionary(database, study)
    add_user(
        database,
        username="nurse",
        name="Nurse",
        role=Role.COORDINATOR,
        password="a long password",
    )
    add_subject(database, subjid="01-001", site="01", user="nurse")
    request = SaveRequest(
        key=InstanceKey("01-001", "vs", "SCR"),
        base_version=0,
        record=Record(texts={"sysbp": "120"}),
        status=Status.DRAFT,
        user="nurse",
        save_id="first",
        dictionary_hash=study.hash,
    )
    save(database, request)
    database.close()
    with closing(sqlite3.connect(tmp_path / "study.sqlite")) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tmp_path / "study.sqlite"


def export(file: Path) -> Result:
    return CliRunner().invoke(
        main,
        ["export", "--db", f"sqlite:///{file}", "--out", str(file.parent / "p.zip")],
    )


def in_words(done: Result, words: str) -> None:
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output


def test_an_overwritten_page(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 512] = b"\xff" * 512
    file.write_bytes(content)
    in_words(export(file), "restore the last backup")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE form_version SET texts = '{\"sysbp\": '",
        "UPDATE form_version SET rows = '{\"reading\": 5}'",
        "UPDATE form_version SET saved_at = 'yesterday'",
    ],
)
def test_answers_that_cannot_be_read(file: Path, change: str) -> None:
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("DROP TRIGGER form_version_no_update")
        plain.execute(change)
        plain.commit()
    in_words(export(file), "damaged")


@pytest.mark.parametrize(
    ("revision", "words"),
    [("0000", "no crfsmith has ever created"), ("9999", "Install the newer")],
)
def test_a_version_that_is_not_known(file: Path, revision: str, words: str) -> None:
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        plain.commit()
    in_words(export(file), words)


@pytest.mark.parametrize("command", ["export", "serve", "backup"])
@pytest.mark.parametrize("password", ["hunter2", "p@ss:word"])
def test_the_password_of_a_database_is_never_shown(
    tmp_path: Path, command: str, password: str
) -> None:
    """What a command says ends in terminals, logs and mails."""
    address = f"postgresql://nurse:{password}@127.0.0.1:1/study"

    result = CliRunner().invoke(
        main,
        [command, "--db", address]
        + ([] if command == "serve" else ["--out", f"{tmp_path}/out.zip"]),
    )

    assert result.exit_code == 2
    assert "://nurse:***@127.0.0.1:1/study" in result.output
    assert password not in result.output
