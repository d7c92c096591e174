"""``crfsmith coverage``: what test subjects reach of a dictionary, and what none does."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.webapp.preview.conftest import FILES
from webapp.commands import main

VISIT = """\
subject: 01-001
data_cut: 2026-03-02
visits:
  BASE:
    con: {condat: 2026-03-01}
    vs: {done: Y, pulse: 70, walk: [{minutes: 5}]}
"""


def coverage(*arguments: object) -> str:
    ran = CliRunner().invoke(main, ["coverage", *map(str, arguments)])
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The study of walking, with one subject of whom only baseline is known."""
    folder = tmp_path / "walking"
    (folder / "subjects").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with (folder / "study.yaml").open("a") as more:
        more.write("sites: {'01': Here}\n")
    (folder / "rules.yaml").write_text(
        "rules:\n"
        "  slow:\n"
        "    on: [vs.pulse]\n"
        "    when: visitid = 'M1'\n"
        "    assert: pulse < 100\n"
        "    severity: query\n"
        "    message: The pulse is low at month 1.\n"
    )
    (folder / "subjects" / "one.yaml").write_text(VISIT)
    return folder


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text))}


def test_what_no_subject_reaches_is_listed_with_file_and_line(study: Path) -> None:
    text = coverage(study)
    assert "1 subjects, 2 forms" in text
    assert "never held: 1\n    rules.yaml:2 slow (skipped 1): The pulse" in text
    assert "never FALSE: 2" in text
    assert "vs.yaml:5 vs.done N: No" in text
    assert "vs.done Y" not in text


def test_a_table_has_the_counts_of_everything(study: Path) -> None:
    found = rows(coverage(study, "--format", "csv"))
    assert found["slow"]["counts"] == "skipped=1"
    assert found["slow"]["never"] == "TRUE FALSE"
    assert found["vs.pulse show_when"]["counts"] == "TRUE=1"
    assert found["vs.pulse show_when"]["never"] == "FALSE"
    assert found["vs.done Y"]["counts"] == "chosen=1"


def test_subjects_of_a_package_are_counted(study: Path, tmp_path: Path) -> None:
    package = tmp_path / "invented.zip"
    made = CliRunner().invoke(
        main, ["synthesize", str(study), "--subjects", "5", "--out", str(package)]
    )
    assert made.exit_code == 0, made.output
    found = rows(coverage(study, package, "--format", "csv"))
    # Who is valid breaks no rule, and everybody has both visits.
    assert "FALSE=" not in found["slow"]["counts"]
    assert found["vs.base show_when"]["counts"] == "TRUE=5 FALSE=5"


def test_the_subjects_of_cellkine_leave_rules_and_options_untried() -> None:
    text = coverage(files("data_dictionary") / "cellkine")
    assert "8 subjects, 412 forms" in text
    assert "rules/checks.yaml:208 C10 (UNKNOWN 38): No visit is after death" in text


def test_without_subjects_it_says_how_to_get_some(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    ran = CliRunner().invoke(main, ["coverage", str(tmp_path)])
    assert ran.exit_code == 2
    assert "crfsmith synthesize" in ran.output


def test_a_study_without_sites_has_invented_subjects_too(tmp_path: Path) -> None:
    package, folder = tmp_path / "invented.zip", tmp_path / "walking"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    ran = CliRunner().invoke(main, ["synthesize", str(folder), "--out", str(package)])
    assert ran.exit_code == 0, ran.output
    ran = CliRunner().invoke(main, ["validate", str(package)])
    assert ran.exit_code == 0, ran.output
    assert "10 subjects" in coverage(folder, package)
