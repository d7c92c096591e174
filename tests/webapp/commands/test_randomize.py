"""``crfsmith randomize``: a list is drawn into a private file, and its seed is in nothing
that is written.
"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.forms_spec.dictionaries import dictionary
from tests.generator.randomization.test_draw import SEED, STUDY
from tests.webapp.randomized_site import app_over
from webapp.commands import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "drawn"
    for name, text in dictionary(STUDY).items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return where


def draw(folder: Path, out: Path, *more: str, typed: str = f"{SEED}\n") -> Result:
    options = ["--blocks", "3,6", "--size", "10", "--first", "R-001", "--out", str(out)]
    arguments = ["randomize", "list", str(folder), *options, *more]
    return CliRunner().invoke(main, arguments, input=typed)


def test_a_list_is_written_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    ran = draw(folder, out)

    assert ran.exit_code == 0, ran.output
    assert "01;F: 12 (A 8, P 4)" in ran.output
    assert "48 entries" in ran.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    lines = out.read_text().splitlines()
    assert lines[:2] == ["randno,siteid,sex,block,arm", "R-001,01,F,1,P"]
    assert SEED not in ran.output + out.read_text()

    again = draw(folder, out)
    assert (again.exit_code, "exists already" in again.output) == (2, True)


def test_a_list_is_loaded_once_and_counted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app_over(url)
    out = tmp_path / "list.csv"
    out.write_text("randno,siteid,sex,arm\nR-101,02,F,VERUM\nR-102,02,F,PLACEBO\n")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["randomize", *arguments, "--db", url])

    loaded = run("load", str(out))
    assert (loaded.exit_code, "List 2 with 2 entries" in loaded.output) == (0, True)
    again = run("load", str(out))
    assert (again.exit_code, "loaded before: R-101" in again.output) == (2, True)
    counted = run("status").output.splitlines()
    assert counted[-1] == "02;F: 0 of 2 used, 2 left"

    out.write_text("randno,siteid,sex,arm\nR-103,02,F,ACTIVE\n")
    wrong = run("load", str(out))
    assert wrong.exit_code == 1
    assert f"{out}:2:12" in wrong.output
    assert run("status").output.splitlines() == counted


def test_a_number_that_the_dictionary_rejects_ends_it(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "list.csv"
    ran = draw(folder, out, "--first", "K-001")

    assert ran.exit_code == 2
    assert "randomization-list-number" in ran.output
    assert not out.exists()
