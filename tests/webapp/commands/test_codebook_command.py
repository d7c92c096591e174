"""``crfsmith codebook``: a page for a good dictionary, findings for a broken one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.commands import main

STUDY = (
    "study: S1\ntitle: A study\nsubject: {pattern: '\\d{2}-\\d{3}', example: 01-001}\n"
)
FORM = (
    "form: con\ntitle: Consent\nlog: true\nfields: {condat: {label: Date of consent, "
    "type: TYPE}}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dictionary"
    made.mkdir()
    (made / "study.yaml").write_text(STUDY)
    (made / "con.yaml").write_text(FORM.replace("TYPE", "date"))
    return made


def run(folder: Path, target: Path) -> Result:
    return CliRunner().invoke(main, ["codebook", str(folder), "--out", str(target)])


def test_a_good_dictionary_gives_the_same_page_each_time(
    folder: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "1.html", tmp_path / "2.html"
    assert run(folder, first).exit_code == run(folder, second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert "Date of consent" in first.read_text()


def test_a_broken_dictionary_gives_its_findings_and_no_page(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "con.yaml").write_text(FORM.replace("TYPE", "dat"))
    ran = run(folder, tmp_path / "out.html")
    assert ran.exit_code == 1
    assert "con.yaml:4:" in ran.output
    assert not (tmp_path / "out.html").exists()


def test_no_dictionary_and_no_place_to_write_end_with_2(
    folder: Path, tmp_path: Path
) -> None:
    assert run(tmp_path / "nothing", tmp_path / "out.html").exit_code == 2
    unwritable = run(folder, tmp_path / "no" / "such" / "folder.html")
    assert unwritable.exit_code == 2
    assert "cannot be written" in unwritable.output


def test_a_table_comes_with_the_list_of_what_it_does_not_have(
    folder: Path, tmp_path: Path
) -> None:
    table = tmp_path / "codebook.csv"
    arguments = ["codebook", str(folder), "--format", "csv", "--out", str(table)]
    ran = CliRunner().invoke(main, arguments)
    assert ran.exit_code == 0, ran.output
    assert "condat,Date of consent" in table.read_text("utf-8-sig")
    assert "things are not in it. See codebook-LOSSES.md." in ran.output
    losses = (tmp_path / "codebook-LOSSES.md").read_text()
    assert "| * | titles |" in losses
    assert "control" not in losses


def test_a_page_says_everything(folder: Path, tmp_path: Path) -> None:
    assert run(folder, tmp_path / "out.html").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dictionary",
        "out.html",
    ]
