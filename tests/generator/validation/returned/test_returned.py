"""Tables that came back from another program: the cause first, the rest as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.report.report import Report
from generator.validation.report.summary import look_first
from generator.validation.validate import validate_package
from tests.returned_package import (
    TRUE_FINDINGS,
    Spelling,
    as_number,
    edit,
    rewrite,
    state,
    write_before,
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_before(tmp_path_factory.mktemp("before") / "package")


@pytest.fixture
def package(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "package"))


def answers(report: Report) -> set[tuple[str, str | None, int | None]]:
    """What is wrong with the answers, by code, field and line."""
    codes = {"above-expected", "above-range"}
    return {
        (one.finding.code, one.field, one.row)
        for one in report.findings
        if one.finding.code in codes
    }


def codes(report: Report) -> dict[str, int]:
    return dict(report.counts.by_code)


def cause(report: Report) -> str:
    return look_first(report)[0].message


def lost(report: Report) -> dict[tuple[str | None, int | None], str | None]:
    """Cells that cannot be restored with certainty, with what is there now."""
    return {
        (one.field, one.row): one.finding.value
        for one in report.findings
        if one.finding.code == "cell-lost"
    }


def as_r(**more: Spelling) -> dict[str, Spelling]:
    digits = {
        "12345678901234567890": "12345678901234567168",
        "10000000000000000001": "1e+19",
    }
    return {
        "siteid": as_number,
        "subjid": as_number,
        "lot": lambda text: "1e+05" if text == "1E5" else as_number(text),
        "barcode": lambda text: digits.get(text, "2e+19"),
        "clinic": as_number,
        "side": lambda text: {"F": "FALSE", "T": "TRUE"}[text],
        "grade": lambda text: text or "NA",
        "crp": lambda text: {"0.00001": "1e-05", "": "NA"}.get(text, text),
        "weight": lambda text: text.removesuffix(".0"),
        **more,
    }


def test_the_package_as_it_was_exported(exported: Path) -> None:
    report = validate_package(exported)
    assert answers(report) == TRUE_FINDINGS
    assert set(codes(report)) == {"above-expected", "above-range"}


def test_r_took_the_zeros_of_sites_and_subjects(package: Path) -> None:
    report = validate_package(rewrite(package, as_r()))
    assert cause(report).startswith("4 files came back from R (read.csv, write.csv): ")
    assert (
        "leading zeros are gone (34 cells: siteid, subjid, lab.lot, lab.clinic)"
        in cause(report)
    )
    assert "codes and checkboxes became TRUE and FALSE (3 cells: lab.side)" in cause(
        report
    )
    assert "blanks became NA (1 cell: lab.grade)" in cause(report)
    assert cause(report).endswith("3 cannot be restored with certainty.")
    assert lost(report) == {
        ("barcode", 2): "12345678901234567168",
        ("barcode", 4): "1e+19",
        ("barcode", 5): "2e+19",
    }
    assert answers(report) == TRUE_FINDINGS
    assert set(codes(report)) == {
        *(
            "saved-by-program",
            "column-rewritten",
            "cell-lost",
            "above-expected",
            "above-range",
        ),
    }


def test_a_key_is_said_once_for_all_tables(package: Path) -> None:
    report = validate_package(rewrite(package, {"siteid": as_number}))
    columns = [one for one in report.findings if one.finding.code == "column-rewritten"]
    assert [(one.field, one.table) for one in columns] == [("siteid", None)]
    assert columns[0].finding.message == (
        "15 cells in 4 tables: leading zeros are gone (01 became 1). They are "
        "validated as exported."
    )


def test_a_spreadsheet_worked_out_a_formula(package: Path) -> None:
    spellings = {
        "siteid": as_number,
        "subjid": as_number,
        "lot": lambda text: "100000" if text == "1E5" else as_number(text),
        "barcode": lambda text: f"{text[0]}E+019",
        "remark": lambda text: "2" if text == "=1+1" else text,
    }
    report = validate_package(rewrite(package, spellings, end="\r\n"))
    assert cause(report).startswith("4 files came back from a spreadsheet: ")
    assert lost(report)["remark", 4] == "2"
    assert "numbers use another exponent notation (1 cell: lab.lot)" in cause(report)
    assert answers(report) == TRUE_FINDINGS


def test_codes_that_were_erased_are_named_also_where_a_blank_is_allowed(
    package: Path,
) -> None:
    report = validate_package(
        rewrite(package, {"*": lambda text: "" if text == "NA" else text})
    )
    assert cause(report) == (
        "2 files came back from pandas with every column read as text: missing codes "
        "were erased"
        " (3 cells: lab.onset, lab.crp, vs.pregtest). They cannot be restored with "
        "certainty."
    )
    assert lost(report) == {("onset", 4): "", ("crp", 4): "", ("pregtest", 3): ""}
    assert [one.message for one in look_first(report)][1] == (
        "2 files were saved again, but every cell is the same as in the export"
        " (data/subjects.csv, data/forms.csv)."
    )
    assert answers(report) == TRUE_FINDINGS


def test_a_day_that_was_invented_is_lost_precision(package: Path) -> None:
    spellings: dict[str, Spelling] = {
        "siteid": as_number,
        "vsdat": lambda text: text.replace("-", "/"),
        "onset": lambda text: {"2024-04": "2024/04/01", "2024-04-02": "2024/04/02"}.get(
            text, text
        ),
        "vstim": lambda text: f"{text}:00",
        "saved_at": lambda _: "2024/04/20 09:30:01.923",
    }
    report = validate_package(rewrite(package, spellings))
    assert cause(report).startswith("4 files came back from Gnumeric: ")
    assert (
        "partial dates became exact: a day was invented (1 cell: lab.onset)"
        in cause(report)
    )
    assert lost(report) == {("onset", 2): "2024/04/01"}
    assert answers(report) == TRUE_FINDINGS


def test_columns_that_duckdb_rewrote_are_one_line_each(package: Path) -> None:
    spellings: dict[str, Spelling] = {
        "vstim": lambda text: f"{text}:00",
        "drawn": lambda text: f"{text.replace('T', ' ')}:00" if text else "",
        "side": lambda text: {"F": "false"}[text],
        "saved_at": lambda _: "2024-04-20 09:30:01.922535+00",
    }
    report = validate_package(rewrite(package, spellings))
    assert cause(report).startswith("3 files came back from DuckDB: ")
    assert codes(report)["column-rewritten"] == 4
    assert "cell-lost" not in codes(report)
    assert answers(report) == TRUE_FINDINGS


def test_a_cell_that_was_edited_together_with_its_hash(package: Path) -> None:
    report = validate_package(edit(package, "data/vs.csv", "10:00,120,", "10:00,130,"))
    (found,) = [one for one in report.findings if one.finding.code == "cell-differs"]
    assert (found.file, found.row, found.field) == ("data/vs.csv", 3, "sysbp")
    assert found.finding.message == "The cell contains 130, but 120 was saved last."
    assert dict(found.key) == {
        "siteid": "01",
        "subjid": "0102",
        "visitid": "V1",
        "unsno": "0",
    }
    assert look_first(report)[0].message == found.finding.message


@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
def test_a_status_that_was_edited_together_with_its_hash(
    package: Path, engine: Engine
) -> None:
    report = validate_package(
        edit(package, "data/forms.csv", "0102,V1,0,vs,2,", "0102,V1,0,vs,0,"),
        engine=engine,
    )
    (found,) = [one for one in report.findings if one.finding.code == "cell-differs"]
    assert (found.file, found.field) == ("data/forms.csv", "formstat")
    assert found.finding.message == "The cell contains 0, but 2 was saved last."
    assert found.key["subjid"] == "0102"
    assert answers(report) == TRUE_FINDINGS


def test_a_status_that_was_edited_behind_semicolons(package: Path) -> None:
    edit(package, "data/forms.csv", "0102,V1,0,vs,2,", "0102,V1,0,vs,1,")
    report = validate_package(rewrite(package, {}, delimiter=";"))
    assert codes(report)["cell-differs"] == 1


def test_one_cell_that_was_respelled_is_no_program(package: Path) -> None:
    """All other times are as they were: somebody typed the seconds."""
    report = validate_package(
        edit(package, "data/vs.csv", "10:00,120,", "10:00:00,120,")
    )
    assert codes(report)["cell-differs"] == 1
    assert "saved-by-program" not in codes(report)


@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
def test_a_subject_that_was_moved_to_another_site_in_every_table(
    package: Path, engine: Engine
) -> None:
    for name in ("subjects", "forms", "lab", "vs"):
        path = package / f"data/{name}.csv"
        path.write_bytes(path.read_bytes().replace(b"02,0203", b"01,0203"))
        state(package, f"data/{name}.csv")
    report = validate_package(package, engine=engine)
    (found,) = [one for one in report.findings if one.finding.code == "other-site"]
    assert (found.file, found.field) == ("audit.csv", "siteid")
    assert (
        found.finding.message
        == "0203 is at site 02 in this row, but at site 01 in data/subjects.csv."
    )


@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
def test_codes_that_were_erased_in_the_trail_as_well(
    package: Path, engine: Engine
) -> None:
    """As pandas does, even where it reads every column as text."""
    rewrite(package, {"*": lambda text: "" if text == "NA" else text})
    audit = package / "audit.csv"
    audit.write_text(
        audit.read_text("utf-8").replace(",,NA,", ",,,"), "utf-8", newline=""
    )
    state(package, "audit.csv")
    report = validate_package(package, engine=engine)
    found = [one for one in report.findings if one.finding.code == "change-erased"]
    assert len(found) == 3
    assert {(one.file, one.key["subjid"]) for one in found} == {("audit.csv", "0102")}
    assert "This change of crp has no effect" in " ".join(
        one.finding.message for one in found
    )
    assert not report.valid


def test_a_row_that_was_taken_out(package: Path) -> None:
    line = "01,0102,V1,0,2024-04-16,10:00,120,82.5,NA\r\n"
    report = validate_package(edit(package, "data/vs.csv", line, ""))
    (found,) = [one for one in report.findings if one.finding.code == "row-gone"]
    assert (found.table, found.key["subjid"]) == ("vs", "0102")
    assert found.finding.message.startswith("A row of 0102 with 5 answers was saved")


def test_a_form_that_nobody_saved(package: Path) -> None:
    edit(
        package,
        "data/subjects.csv",
        "TRIP,02,0203\r\n",
        "TRIP,02,0203\r\nTRIP,02,0204\r\n",
    )
    edit(
        package,
        "data/vs.csv",
        "02,0203,V1,0,",
        "02,0204,V1,0,2024-04-18,,120,,\r\n02,0203,V1,0,",
    )
    forms = (package / "data/forms.csv").read_text("utf-8").splitlines(keepends=True)
    added = next(line for line in forms if ",0203," in line and ",vs," in line).replace(
        ",0203,", ",0204,"
    )
    (package / "data/forms.csv").write_text(
        "".join([*forms, added]), "utf-8", newline=""
    )
    state(package, "data/forms.csv")
    report = validate_package(package)
    found = [one for one in report.findings if one.finding.code == "form-without-trail"]
    assert [(one.row, one.key["subjid"]) for one in found] == [(8, "0204")]
    assert "cell-differs" not in codes(report)


def test_files_that_were_only_written_again(package: Path) -> None:
    report = validate_package(rewrite(package, {}))
    assert look_first(report)[0].message == (
        "4 files were saved again, but every cell is the same as in the export"
        " (data/subjects.csv, data/forms.csv, data/lab.csv, data/vs.csv)."
    )
    assert set(codes(report)) == {
        "files-written-again",
        "above-expected",
        "above-range",
    }


def test_a_column_of_row_numbers(package: Path) -> None:
    for path in package.glob("data/*.csv"):
        if path.name == "lab.csv":
            continue
        header, *rows = path.read_text("utf-8").splitlines()
        lines = [f",{header}", *(f"{number},{row}" for number, row in enumerate(rows))]
        path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    report = validate_package(package)
    assert codes(report)["row-numbers-added"] == 3
    assert "unknown-column" not in codes(report)
    assert "a column of row numbers was added (3 tables)" in cause(report)
    assert answers(report) == TRUE_FINDINGS


def test_blanks_that_became_a_code_that_the_field_knows(package: Path) -> None:
    """readr writes NA for every blank, also where NA is an answer of the study."""
    report = validate_package(rewrite(package, {"*": lambda text: text or "NA"}))
    assert "blanks became NA" in cause(report)
    assert "cell-lost" not in codes(report)
    assert answers(report) == TRUE_FINDINGS
    (blank,) = [
        one
        for one in report.missingness
        if (one.table, one.field) == ("vs", "pregtest")
    ]
    assert dict(blank.states) == {"answered": 1, "missing: NA": 1, "left blank": 1}


def test_without_a_trail_the_lists_and_the_grammars_speak(package: Path) -> None:
    audit = package / "audit.csv"
    audit.write_text(
        audit.read_text("utf-8").splitlines()[0] + "\r\n", "utf-8", newline=""
    )
    state(package, "audit.csv")
    spellings = as_r(grade=lambda text: text or "NA", vstim=lambda text: f"{text}:00")
    report = validate_package(rewrite(package, spellings))
    assert "leading zeros are gone (33 cells: siteid, subjid, lab.clinic)" in cause(
        report
    )
    assert "codes and checkboxes became TRUE and FALSE (3 cells: lab.side)" in cause(
        report
    )
    assert "times gained seconds (3 cells: vs.vstim)" in " ".join(
        one.message for one in look_first(report)
    )
    assert answers(report) == TRUE_FINDINGS


@pytest.mark.parametrize("large", [0, 10**9], ids=["at once", "form by form"])
def test_every_way_to_read_says_the_same(
    package: Path, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_package, "SMALL", 0)
    rewrite(package, as_r(vstim=lambda text: f"{text}:00"))
    edit(package, "data/vs.csv", ",120,", ",130,", with_hash=False)
    reference = validate_package(package, engine=Engine.REFERENCE)
    embedded = validate_package(package, engine=Engine.EMBEDDED, large=large)
    assert sorted(map(str, embedded.findings)) == sorted(map(str, reference.findings))
    assert embedded.origins == reference.origins
    assert codes(reference)["cell-differs"] == 1


def test_semicolons_and_decimal_commas(package: Path) -> None:
    """As a spreadsheet saves where the comma is the decimal sign, or R's write.csv2."""
    spellings = {
        "weight": lambda text: text.replace(".", ","),
        "crp": lambda text: text.replace(".", ","),
    }
    report = validate_package(rewrite(package, spellings, delimiter=";"))
    assert cause(report) == (
        "4 files came back from R (read.csv, write.csv) or a spreadsheet: cells are "
        "separated by semicolons"
        " (4 tables); decimals have a comma instead of a point (5 cells: lab.crp, "
        "vs.weight)."
        " They are validated as exported."
    )
    assert {"other-delimiter", "bad-quoting"}.isdisjoint(codes(report))
    assert answers(report) == TRUE_FINDINGS


def test_a_cell_that_was_edited_behind_semicolons(package: Path) -> None:
    edit(package, "data/vs.csv", ",120,", ",130,")
    report = validate_package(rewrite(package, {}, delimiter=";"))
    assert codes(report)["cell-differs"] == 1
