"""``crfsmith convert``: a REDCap dictionary becomes a folder, and a folder becomes a REDCap dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.generator.redcap.dictionaries import FIELDS, dictionary
from webapp.commands import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "study.csv"
    path.write_bytes(dictionary(*FIELDS, {"name": "x", "branching": "[nowhere] = '1'"}))
    return path


def test_there_and_back(source: Path, tmp_path: Path) -> None:
    made = run("convert", source, "--from", "redcap", "--to", tmp_path / "d")
    assert made.exit_code == 0, made.output
    assert "[redcap-logic]" in made.output
    assert "[nowhere]" in (tmp_path / "d" / "LOSSES.md").read_text(encoding="utf-8")
    assert run("check", tmp_path / "d").exit_code == 0
    back = run("convert", tmp_path / "d", "--to", "redcap", "--out", tmp_path / "back.csv")
    assert back.exit_code == 0, back.output
    assert (tmp_path / "back.csv").read_bytes() == source.read_bytes()


def test_records_are_judged_and_imported_and_exported(source: Path, tmp_path: Path) -> None:
    folder, records, url = tmp_path / "d", tmp_path / "r.csv", f"sqlite:///{tmp_path / 'x.sqlite'}"
    run("convert", source, "--from", "redcap", "--to", folder)
    records.write_text("record_id,sex,race___1,race___2,race___oth,base_complete\n1,1,0,1,1,2\n")
    assert run("validate", records, "--dictionary", folder).exit_code == 0
    assert run("import", records, "--dictionary", folder, "--db", url).exit_code == 0
    exported = run("export", "--db", url, "--as", "redcap", "--out", tmp_path / "out.csv")
    assert exported.exit_code == 0, exported.output
    first, row = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    cells = dict(zip(first.split(","), row.split(","), strict=True))
    assert {name: cells[name] for name in ("sex", "race___1", "race___2", "base_complete")} == {
        "sex": "1",
        "race___1": "0",
        "race___2": "1",
        "base_complete": "2",
    }


def test_records_of_an_unknown_event_are_said_and_the_rest_is_imported(source: Path, tmp_path: Path) -> None:
    folder, records, url = tmp_path / "d", tmp_path / "r.csv", f"sqlite:///{tmp_path / 'x.sqlite'}"
    run("convert", source, "--from", "redcap", "--to", folder)
    records.write_text("record_id,redcap_event_name,sex\n1,,1\n2,else_arm_1,2\n3,event_1_arm_1,2\n")
    made = run("import", records, "--dictionary", folder, "--db", url)
    assert made.exit_code == 1
    assert "r.csv" in made.output
    assert 'The dictionary has no event "else_arm_1"' in made.output
    run("export", "--db", url, "--as", "redcap", "--out", tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["1", "3"]


@pytest.mark.parametrize("content", [b"", b"not a dictionary"])
def test_what_is_no_dictionary_ends_with_1(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    found = run("convert", tmp_path / "x.csv", "--from", "redcap", "--to", tmp_path / "d")
    assert found.exit_code == 1
    assert not (tmp_path / "d").exists()


def test_nothing_is_written_over(source: Path, tmp_path: Path) -> None:
    assert run("convert", source, "--from", "redcap", "--to", tmp_path).exit_code == 2
    assert run("convert", source, "--to", "redcap").exit_code == 2
    assert run("convert", source, "--to", tmp_path / "d").exit_code == 2
    assert run("validate", source).exit_code == 2
