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


def test_a_number_that_the_dictionary_rejects_ends_it(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "list.csv"
    ran = draw(folder, out, "--first", "K-001")

    assert ran.exit_code == 2
    assert "randomization-list-number" in ran.output
    assert not out.exists()
