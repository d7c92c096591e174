"""A form that was put back to an older version of itself, with the stamps of that
version and hashes that fit: what the package still has of the newer ones.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.repair import repair_package
from generator.validation.report.report import Report
from generator.validation.validate import validate_package
from tests.returned_package import TRUE_FINDINGS, state, write_before

Line = dict[str, str]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_before(tmp_path_factory.mktemp("returned") / "p")


@pytest.fixture
def package(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "p"))


@pytest.fixture(params=["record by record", "in blocks"])
def read(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Report]:
    """Both engines, which have to say the same."""
    blocks = request.param == "in blocks"
    monkeypatch.setattr(open_package, "SMALL", 0 if blocks else 10**9)
    engine = Engine.EMBEDDED if blocks else Engine.REFERENCE
    return lambda path: validate_package(path, engine=engine)


def change(
    package: Path, name: str, change_line: Callable[[Line], Line | None]
) -> None:
    """Every line of a file as it comes out, None for one that goes; the hash fits."""
    path = package / name
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lines = [change_line(line) for line in reader]
        names = reader.fieldnames or ()
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(line for line in lines if line is not None)
    path.write_text(text.getvalue(), "utf-8", newline="")
    state(package, name)


def is_lab(line: Line) -> bool:
    """The laboratory form of the first subject, of which the lot was corrected."""
    return line["subjid"] == "0101" and line.get("form", "lab") == "lab"


def with_stamps_of_the_first_save(line: Line) -> Line:
    older = {"version": "1", "saved_at": "2024-04-01T08:00:00Z", "saved_by": "intern"}
    return {**line, **older} if is_lab(line) else line


def first_save_was_earlier(line: Line) -> Line:
    return with_stamps_of_the_first_save(line) if line["version"] == "1" else line


def told(report: Report) -> list[tuple[str, str | None, int | None, str | None]]:
    """What is found, but for what was wrong with the answers from the start."""
    true_codes = {code for code, _, _ in TRUE_FINDINGS}
    return [
        (one.finding.code, one.table, one.row, one.field)
        for one in report.findings
        if one.finding.code not in true_codes
    ]


def test_the_trail_has_a_later_version_of_the_form(
    package: Path, read: Callable[[Path], Report]
) -> None:
    change(package, "audit.csv", first_save_was_earlier)
    assert told(read(package)) == []
    change(package, "data/forms.csv", with_stamps_of_the_first_save)
    report = read(package)
    assert told(report) == [
        ("cell-differs", "forms", 2, "version"),
        ("cell-differs", "forms", 2, "saved_at"),
        ("cell-differs", "forms", 2, "saved_by"),
    ]
    version = next(one for one in report.findings if one.field == "version")
    assert version.finding.message == "The cell contains 1, but 2 was saved last."
    assert version.key["subjid"] == "0101"


def test_the_answers_were_put_back_as_well(
    package: Path, read: Callable[[Path], Report]
) -> None:
    change(package, "audit.csv", first_save_was_earlier)
    change(package, "data/forms.csv", with_stamps_of_the_first_save)
    change(
        package,
        "data/lab.csv",
        lambda line: {**line, "lot": "9"} if is_lab(line) else line,
    )
    assert ("cell-differs", "lab", 2, "lot") in told(read(package))
    assert ("cell-differs", "forms", 2, "version") in told(read(package))


def test_a_later_version_that_changed_no_answer_is_known_by_its_number(
    package: Path, read: Callable[[Path], Report]
) -> None:
    """The last save of the form took the lot back to what it was at first."""

    def second_and_third(line: Line) -> Line:
        if is_lab(line) and line["version"] == "2":
            return {**line, "new": "9", "old": "9"} | {"field": "", "table": ""}
        return line

    change(package, "audit.csv", second_and_third)
    change(
        package,
        "data/lab.csv",
        lambda line: {**line, "lot": "9"} if is_lab(line) else line,
    )
    assert told(read(package)) == []
    change(
        package,
        "data/forms.csv",
        lambda line: {**line, "version": "1"} if is_lab(line) else line,
    )
    assert told(read(package)) == [("cell-differs", "forms", 2, "version")]


def test_a_version_in_between_was_taken_out_of_the_trail(
    package: Path, read: Callable[[Path], Report]
) -> None:
    def as_third(line: Line) -> Line:
        return {**line, "version": "3"} if is_lab(line) else line

    change(
        package,
        "audit.csv",
        lambda line: as_third(line) if line["version"] == "2" else line,
    )
    change(package, "data/forms.csv", as_third)
    report = read(package)
    assert told(report) == [("save-missing", "audit", 15, "version")]
    [missing] = [one for one in report.findings if one.finding.code == "save-missing"]
    assert missing.finding.message == (
        "audit.csv has version 3 of lab, but not version 2."
    )
    assert missing.finding.severity.value == "query"


def test_all_forms_of_a_kind_were_taken_out(
    package: Path, read: Callable[[Path], Report]
) -> None:
    change(
        package, "data/forms.csv", lambda line: line if line["form"] == "lab" else None
    )
    change(package, "data/vs.csv", lambda line: None)  # noqa: ARG005
    report = read(package)
    assert [code for code, *_ in told(report)] == ["form-gone"] * 3 + ["row-gone"] * 3
    assert {one.key["subjid"] for one in report.findings if one.table == "forms"} == {
        "0101", "0102", "0203",
    }  # fmt: skip


def test_repair_puts_the_newest_stamps_back(package: Path, tmp_path: Path) -> None:
    change(package, "audit.csv", first_save_was_earlier)
    before = (package / "data/forms.csv").read_bytes()
    change(package, "data/forms.csv", with_stamps_of_the_first_save)
    repair_package(package, tmp_path / "new", from_audit=True)
    assert (tmp_path / "new/data/forms.csv").read_bytes() == before
    assert told(validate_package(tmp_path / "new")) == []


def test_what_was_put_back_everywhere_cannot_be_told_from_what_was_never_saved(
    package: Path, read: Callable[[Path], Report]
) -> None:
    """The limit that docs/package.md states: only the hashes of the export show it."""
    whole = (package / "datapackage.json").read_bytes()
    change(
        package,
        "audit.csv",
        lambda line: None if is_lab(line) and line["version"] == "2" else line,
    )
    change(
        package,
        "data/forms.csv",
        lambda line: {**line, "version": "1"} if is_lab(line) else line,
    )
    change(
        package,
        "data/lab.csv",
        lambda line: {**line, "lot": "9"} if is_lab(line) else line,
    )
    assert told(read(package)) == []
    (package / "datapackage.json").write_bytes(whole)
    changed = {one.table for one in read(package).findings
               if one.finding.code == "file-changed"}  # fmt: skip
    assert changed == {"audit", "forms", "lab"}
