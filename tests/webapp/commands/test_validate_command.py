"""The command judges a package and says by its exit code how that went."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.package_cases import captured, clean_forms, write
from tests.studies import FILES
from webapp.commands import main


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["validate", *map(str, arguments)])
    return done.exit_code, done.stdout


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return write(tmp_path / "faulty.zip", [captured("lb SCR", {"hb": "12x"}, status=0)])


def test_a_clean_package_exits_0(tmp_path: Path) -> None:
    code, said = run(write(tmp_path / "clean.zip", clean_forms()))
    assert (code, said.splitlines()[1]) == (0, "14 rows in 8 tables: no findings.")


def test_findings_exit_1_and_have_file_and_line(faulty: Path) -> None:
    code, said = run(faulty)
    assert code == 1
    assert "data/lb.csv:2  01 01-001 SCR" in said


def test_what_cannot_be_read_exits_2_and_says_why(tmp_path: Path) -> None:
    code, said = run(tmp_path / "none.zip")
    assert code == 2
    assert "There is no package at" in said


def test_json_goes_to_programs(faulty: Path) -> None:
    code, said = run(faulty, "--format", "json")
    assert (code, json.loads(said)["counts"]["by_field"]) == (1, {"lb.hb": 1})


def test_the_report_may_go_to_a_file(faulty: Path, tmp_path: Path) -> None:
    code, said = run(faulty, "--format", "html", "--out", tmp_path / "report.html")
    assert (code, said) == (1, "")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_another_dictionary_may_judge(faulty: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "other" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "other" / name).write_text(
            text.replace("Haemoglobin, type: decimal, places: 1", "Haemoglobin")
        )
    code, said = run(faulty, "--dictionary", tmp_path / "other", "--format", "json")
    assert (code, "dictionary-differs" in said, "not-a-number" in said) == (
        1,
        True,
        False,
    )


def test_a_folder_without_a_dictionary_exits_2(faulty: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(faulty, "--dictionary", tmp_path / "empty")[0] == 2


def test_programs_get_no_progress_bar(faulty: Path) -> None:
    command = [Path(sys.executable).with_name("crfsmith"), "validate", faulty]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_one_table_alone_is_not_taken_for_records_of_redcap(tmp_path: Path) -> None:
    package = write(tmp_path / "package", clean_forms())
    done = CliRunner().invoke(main, ["validate", str(package / "data/vs.csv")])
    assert done.exit_code == 2
    assert (
        "vs.csv is one table. Give the zip or the folder of its package." in done.stderr
    )


def test_a_csv_that_does_not_list_everything_says_how_to_get_it(tmp_path: Path) -> None:
    forms = [
        captured("lb SCR", {"hb": "12x"}, subject=f"01-00{number}", status=0)
        for number in range(1, 6)
    ]
    package = str(write(tmp_path / "package", forms))
    short = CliRunner().invoke(
        main, ["validate", package, "--format", "csv", "--limit", "2"]
    )
    assert "2 of 5 findings are listed. --limit 5 lists them all." in short.stderr
    assert short.stdout.count("not-a-number") == 2
    whole = CliRunner().invoke(
        main, ["validate", package, "--format", "csv", "--limit", "5"]
    )
    assert (whole.stdout.count("not-a-number"), whole.stderr) == (5, "")
