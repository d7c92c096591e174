"""Importing a package that came back from another program: the cause first, nothing
changed in silence.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.generator.validation.returned.test_returned import as_r
from tests.returned_package import ANSWERS, as_number, edit, rewrite, write_before
from webapp.commands.export import command as export_command
from webapp.commands.import_ import command


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_before(tmp_path / "package")


def run(package: Path, *options: str) -> Result:
    url = f"sqlite:///{package.parent / 'study.sqlite'}"
    return CliRunner().invoke(command, [str(package), "--db", url, *options])


def exported(package: Path, table: str) -> str:
    """A table of the database as an export writes it."""
    url, target = (
        f"sqlite:///{package.parent / 'study.sqlite'}",
        package.parent / "again",
    )
    result = CliRunner().invoke(export_command, ["--db", url, "--out", str(target)])
    assert result.exit_code == 0, result.output
    return (target / "data" / f"{table}.csv").read_text("utf-8")


def test_what_is_beyond_doubt_comes_in_as_it_was(package: Path) -> None:
    before = (package / "data/vs.csv").read_text("utf-8")
    spellings = {
        "siteid": as_number,
        "subjid": as_number,
        "vstim": lambda text: f"{text}:00",
    }
    result = run(rewrite(package, spellings))
    assert result.exit_code == 0, result.output
    assert result.output.startswith("warning: 4 files came back from ")
    assert f"{len(ANSWERS)} forms: {len(ANSWERS)} new" in result.output
    assert exported(package, "vs") == before


def test_what_a_program_lost_stops_the_import_with_its_cause(package: Path) -> None:
    result = run(rewrite(package, as_r()))
    assert result.exit_code == 1
    assert result.output.index("came back from R") < result.output.index(
        "Nothing was imported."
    )
    assert "The package differs from what was saved, in 3 places." in result.output
    assert "[import-not-as-exported]" in result.output
    assert "new " not in result.output


def test_an_edited_cell_stops_the_import_unless_it_is_asked_for(package: Path) -> None:
    edit(package, "data/vs.csv", ",120,", ",130,")
    stopped = run(package, "--format", "json")
    said = json.loads(stopped.output)
    assert (stopped.exit_code, said["imported"]) == (1, False)
    assert said["stopped"]["code"] == "import-not-as-exported"
    taken = run(package, "--take-changes")
    assert taken.exit_code == 0, taken.output
    assert ",130," in exported(package, "vs")
