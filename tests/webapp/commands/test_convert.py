"""``crfsmith convert``: a REDCap dictionary becomes a folder, and a folder becomes a
REDCap dictionary.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.dictionary.folder import read_dictionary
from tests.generator.redcap.dictionaries import FIELDS, dictionary
from tests.generator.workbook.sheets import cells_of, put, saved
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
    back = run(
        "convert", tmp_path / "d", "--to", "redcap", "--out", tmp_path / "back.csv"
    )
    assert back.exit_code == 0, back.output
    assert (tmp_path / "back.csv").read_bytes() == source.read_bytes()


def test_records_are_judged_and_imported_and_exported(
    source: Path, tmp_path: Path
) -> None:
    folder, records, url = (
        tmp_path / "d",
        tmp_path / "r.csv",
        f"sqlite:///{tmp_path / 'x.sqlite'}",
    )
    run("convert", source, "--from", "redcap", "--to", folder)
    records.write_text(
        "record_id,sex,race___1,race___2,race___oth,base_complete\n1,1,0,1,1,2\n"
    )
    assert run("validate", records, "--dictionary", folder).exit_code == 0
    assert run("import", records, "--dictionary", folder, "--db", url).exit_code == 0
    exported = run(
        "export", "--db", url, "--as", "redcap", "--out", tmp_path / "out.csv"
    )
    assert exported.exit_code == 0, exported.output
    first, row = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    cells = dict(zip(first.split(","), row.split(","), strict=True))
    assert {
        name: cells[name] for name in ("sex", "race___1", "race___2", "base_complete")
    } == {
        "sex": "1",
        "race___1": "0",
        "race___2": "1",
        "base_complete": "2",
    }


def test_records_of_an_unknown_event_are_said_and_the_rest_is_imported(
    source: Path, tmp_path: Path
) -> None:
    folder, records, url = (
        tmp_path / "d",
        tmp_path / "r.csv",
        f"sqlite:///{tmp_path / 'x.sqlite'}",
    )
    run("convert", source, "--from", "redcap", "--to", folder)
    records.write_text(
        "record_id,redcap_event_name,sex\n1,,1\n2,else_arm_1,2\n3,event_1_arm_1,2\n"
    )
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
    found = run(
        "convert", tmp_path / "x.csv", "--from", "redcap", "--to", tmp_path / "d"
    )
    assert found.exit_code == 1
    assert not (tmp_path / "d").exists()


def test_nothing_is_written_over(source: Path, tmp_path: Path) -> None:
    assert run("convert", source, "--from", "redcap", "--to", tmp_path).exit_code == 2
    assert run("convert", source, "--to", "redcap").exit_code == 2
    assert run("convert", source, "--to", tmp_path / "d").exit_code == 2
    assert run("validate", source).exit_code == 2


@pytest.fixture
def pain(tmp_path: Path) -> Path:
    """A study with one question, and its two subjects in a database."""
    (tmp_path / "pain.csv").write_bytes(
        dictionary({"name": "nrs", "validation": "integer"})
    )
    run("convert", tmp_path / "pain.csv", "--from", "redcap", "--to", tmp_path / "d")
    (tmp_path / "before.csv").write_text(
        "record_id,nrs,base_complete\n0001,3,2\n0002,5,2\n"
    )
    (tmp_path / "after.csv").write_text("record_id,nrs,base_complete\n1,4,2\n2,5,2\n")
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    assert (
        run(
            "import",
            tmp_path / "before.csv",
            "--db",
            url,
            "--dictionary",
            tmp_path / "d",
        ).exit_code
        == 0
    )
    return tmp_path


def subjects(folder: Path) -> list[str]:
    run(
        "export",
        "--db",
        f"sqlite:///{folder / 'x.sqlite'}",
        "--as",
        "redcap",
        "--out",
        folder / "o.csv",
    )
    lines = (folder / "o.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [",".join(line.split(",")[:2]) for line in lines]


def test_records_that_lost_their_zeros_stop_the_import(pain: Path) -> None:
    found = run("import", pain / "after.csv", "--db", f"sqlite:///{pain / 'x.sqlite'}")
    assert found.exit_code == 1
    assert "1 and 2 are not in this study, but 0001 and 0002 are" in found.output
    assert "Nothing was imported." in found.output
    assert subjects(pain) == ["0001,3", "0002,5"]


def test_the_cause_is_in_the_json_too(pain: Path) -> None:
    url = f"sqlite:///{pain / 'x.sqlite'}"
    found = json.loads(
        run(
            "import", pain / "after.csv", "--db", url, "--format", "json", "--dry-run"
        ).output
    )
    assert (found["imported"], found["stopped"]["code"]) == (False, "import-lost-zeros")


def test_new_subjects_come_in_where_they_are_asked_for(pain: Path) -> None:
    url = f"sqlite:///{pain / 'x.sqlite'}"
    assert (
        run("import", pain / "after.csv", "--db", url, "--new-subjects").exit_code == 0
    )
    assert subjects(pain) == ["0001,3", "0002,5", "1,4", "2,5"]


def test_ids_that_are_right_again_change_what_is_there(pain: Path) -> None:
    text = (
        (pain / "after.csv")
        .read_text()
        .replace("\n1,", "\n0001,")
        .replace("\n2,", "\n0002,")
    )
    (pain / "after.csv").write_text(text)
    assert (
        run(
            "import", pain / "after.csv", "--db", f"sqlite:///{pain / 'x.sqlite'}"
        ).exit_code
        == 0
    )
    assert subjects(pain) == ["0001,4", "0002,5"]


def into(folder: Path, name: str, *options: object) -> Result:
    return run(
        "convert", folder / "s.csv", "--from", "redcap", "--to", folder / name, *options
    )


def test_missing_data_codes_come_from_the_option_or_the_project(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(
        dictionary({"name": "n"}, {"name": "why", "branching": "[n] = 'ND'"})
    )
    (tmp_path / "p.json").write_text('{"missing_data_codes": "ND, Not done"}')
    (tmp_path / "bad.xml").write_text("<a/>")
    by_option = into(tmp_path, "a", "--missing", "ND, Not done")
    by_file = into(tmp_path, "b", "--project", tmp_path / "p.json")
    assert (by_option.exit_code, by_file.exit_code) == (0, 0)
    for folder in ("a", "b"):
        assert (
            "n is missing('ND')"
            in (tmp_path / folder / "forms" / "1_base.yaml").read_text()
        )
        assert (
            "missing: {ND: Not done}" in (tmp_path / folder / "study.yaml").read_text()
        )
    bad = into(tmp_path, "c", "--project", tmp_path / "bad.xml")
    assert bad.exit_code == 2
    assert "is not a REDCap project" in bad.output


def test_another_field_is_the_record_id_by_option(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(dictionary({"name": "household"}, {"name": "n"}))
    made = into(tmp_path, "a", "--record-id", "household")
    assert made.exit_code == 0
    form = (tmp_path / "a" / "forms" / "1_base.yaml").read_text()
    assert "household: {label: Household, type: calculated" in form
    none = into(tmp_path, "b", "--record-id", "")
    assert none.exit_code == 0
    assert "subjid" not in (tmp_path / "b" / "forms" / "1_base.yaml").read_text()


def test_a_file_that_a_program_saved_changes_only_what_was_changed(pain: Path) -> None:
    url = f"sqlite:///{pain / 'x.sqlite'}"
    (pain / "r.csv").write_text(
        '"record_id","nrs","base_complete"\n"0001",3.0,2.0\n"0002",6.0,2.0\n'
    )
    found = run("import", pain / "r.csv", "--db", url)
    assert found.exit_code == 1
    assert "This file was saved by" in found.output
    assert "2 forms: 1 changed, 1 same" in found.output
    assert subjects(pain) == ["0001,3", "0002,6"]


def test_a_workbook_and_back_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    folder, book = files("data_dictionary") / "cellkine", tmp_path / "study.xlsx"
    written = run("convert", folder, "--to", "xlsx", "--out", book)
    assert written.exit_code == 0, written.output
    assert "Nothing is lost." in written.output

    back = run("convert", book, "--from", "xlsx", "--to", tmp_path / "back")
    assert back.exit_code == 0, back.output
    assert "504 fields in 32 forms" in back.output
    assert read_dictionary(tmp_path / "back").files == (
        read_dictionary(Path(str(folder))).files
    )

    cells = cells_of(book.read_bytes())
    put(cells, "fields", ("vs", "taken", "vspos"), "type", "choise")
    book.write_bytes(saved(cells))
    wrong = run("convert", book, "--from", "xlsx", "--to", tmp_path / "wrong")
    assert wrong.exit_code == 1
    assert "study.xlsx: fields!E473: error There is no field type" in wrong.output
    assert not (tmp_path / "wrong").exists()
