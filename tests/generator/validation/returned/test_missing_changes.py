"""The changes of a cell in ``audit.csv`` form a chain: each begins with the text that
the change before it left there, and the first with a blank. What is found when somebody
takes a line out of the middle, whatever hash the descriptor gives.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.repair import repair_package
from generator.validation.report.report import Report
from generator.validation.validate import validate_package
from tests.returned_package import TRUE_FINDINGS, as_number, state, write_before

# One laboratory form with a field, a row and a reason that the dictionary does not have
# any more: the history keeps them.
HISTORY = """
version table    row field                 old       new
1       lab      -   lot                   -         9
1       lab      -   tube                  -         red
1       lab_meds 1   rowno                 -         1
1       lab_meds 1   dose                  -         5
1       lab      -   crp#above-expected:   -         haemolysed
1       lab      -   formstat              -         draft
2       lab      -   lot                   9         8
2       lab      -   tube                  red       blue
2       lab_meds 1   dose                  5         -
2       lab_meds 1   rowno                 1         -
2       lab      -   crp#above-expected:   haemolysed seen
3       lab      -   lot                   8         -
3       lab      -   tube                  blue      -
3       lab_meds 1   rowno                 -         1
3       lab_meds 1   dose                  -         6
3       lab      -   crp#above-expected:   seen      -
4       lab      -   lot                   -         007
4       lab      -   tube                  -         green
4       lab      -   crp#above-expected:   -         again
4       lab      -   formstat              draft     complete
"""
BLANK = "-"
Line = dict[str, str]


def history(text: str) -> list[list[str]]:
    """The lines of a table as above: version, table, row, field, old, new."""
    lines = [line.split() for line in text.strip().splitlines()[1:]]
    return [[("" if cell == BLANK else cell) for cell in line] for line in lines]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The history of the first subject's laboratory form is the one above."""
    root = write_before(tmp_path / "p")
    put_history(root, history(HISTORY))
    change_form(root, version="4")
    return root


@pytest.fixture(params=["record by record", "in blocks"])
def read(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Report]:
    """Both engines, which have to say the same."""
    blocks = request.param == "in blocks"
    monkeypatch.setattr(open_package, "SMALL", 0 if blocks else 10**9)
    engine = Engine.EMBEDDED if blocks else Engine.REFERENCE
    return lambda path: validate_package(path, engine=engine)


def lines_of(path: Path) -> tuple[list[str], list[Line]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        lines = list(reader)
    return list(reader.fieldnames or ()), lines


def put_lines(root: Path, name: str, names: list[str], lines: list[Line]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    (root / name).write_text(text.getvalue(), "utf-8", newline="")
    state(root, name)


def put_history(root: Path, changes: Sequence[Sequence[str]]) -> None:
    """These changes in place of those of the form's other fields than its last ones."""
    names, lines = lines_of(root / "audit.csv")
    own = [line for line in lines if line["subjid"] == "0101" and line["form"] == "lab"]
    others = [line for line in lines if line not in own]
    kept = [line for line in own if line["field"] not in ("lot", "formstat")]
    parts = ("version", "table", "rowno", "field", "old", "new")
    new = [{**kept[0], **dict(zip(parts, change, strict=True))} for change in changes]
    first = [line for line in new if line["version"] == "1"]
    put_lines(root, "audit.csv", names, [*first, *kept, *new[len(first) :], *others])


def change_form(root: Path, *, version: str) -> None:
    names, lines = lines_of(root / "data/forms.csv")
    for line in lines:
        if line["subjid"] == "0101" and line["form"] == "lab":
            line["version"] = version
    put_lines(root, "data/forms.csv", names, lines)


def without(root: Path, *, version: str, field: str) -> None:
    """Takes one line of the form's history out."""
    names, lines = lines_of(root / "audit.csv")
    left = [
        line
        for line in lines
        if (line["subjid"], line["form"], line["version"], line["field"])
        != ("0101", "lab", version, field)
    ]
    assert len(left) == len(lines) - 1
    put_lines(root, "audit.csv", names, left)


def messages(report: Report) -> list[str]:
    """What is said, but for what was wrong with the answers from the start."""
    true_codes = {code for code, _, _ in TRUE_FINDINGS}
    return [
        item.finding.message
        for item in report.findings
        if item.finding.code not in true_codes
    ]


def test_a_whole_history_is_no_finding(
    package: Path, read: Callable[[Path], Report]
) -> None:
    assert messages(read(package)) == []


@pytest.mark.parametrize(
    ("version", "field", "message"),
    [
        ("1", "lot", "Version 2 of lab changes lot from 9, but the change before it in "
         "audit.csv left a blank there."),
        ("2", "lot", "Version 3 of lab changes lot from 8, but the change before it in "
         "audit.csv left 9 there."),
        ("3", "lot", "Version 4 of lab changes lot from a blank, but the change before "
         "it in audit.csv left 8 there."),
        ("1", "tube", "Version 2 of lab changes tube from red, but the change before it "
         "in audit.csv left a blank there."),
        ("2", "tube", "Version 3 of lab changes tube from blue, but the change before "
         "it in audit.csv left red there."),
        ("3", "tube", "Version 4 of lab changes tube from a blank, but the change "
         "before it in audit.csv left blue there."),
        ("2", "dose", "Version 3 of lab changes dose from a blank, but the change "
         "before it in audit.csv left 5 there."),
        ("2", "rowno", "Version 3 of lab changes rowno from a blank, but the change "
         "before it in audit.csv left 1 there."),
        ("2", "crp#above-expected:", "Version 3 of lab changes crp#above-expected: "
         "from seen, but the change before it in audit.csv left haemolysed there."),
        ("3", "crp#above-expected:", "Version 4 of lab changes crp#above-expected: "
         "from a blank, but the change before it in audit.csv left seen there."),
    ],
)  # fmt: skip
def test_a_line_is_missing(
    package: Path,
    read: Callable[[Path], Report],
    version: str,
    field: str,
    message: str,
) -> None:
    without(package, version=version, field=field)
    assert messages(read(package)) == [message]


def test_the_finding_names_the_line_the_cell_and_what_to_do(
    package: Path, read: Callable[[Path], Report]
) -> None:
    without(package, version="2", field="dose")
    text = (package / "audit.csv").read_text("utf-8").splitlines()
    [line] = [
        number for number, line in enumerate(text, start=1) if ",1,dose,,6," in line
    ]
    [item] = [
        item for item in read(package).findings if item.finding.code == "change-missing"
    ]
    assert (item.file, item.row, item.field) == ("audit.csv", line, "old")
    assert (item.key["subjid"], item.key["visitid"], item.key["rowno"]) == (
        "0101", "V1", "1",
    )  # fmt: skip
    assert item.finding.severity.value == "query"
    assert item.finding.remedy == (
        "Find out who changed audit.csv. Export the package again if you can."
    )


def test_the_order_of_the_lines_does_not_matter(
    package: Path, read: Callable[[Path], Report]
) -> None:
    names, lines = lines_of(package / "audit.csv")
    lines.sort(key=lambda line: (line["field"], line["new"], line["version"]))
    put_lines(package, "audit.csv", names, lines)
    assert messages(read(package)) == []


def test_a_program_that_spells_blanks_otherwise_took_no_line(
    package: Path, read: Callable[[Path], Report]
) -> None:
    """R writes ``NA`` for a blank, and spreadsheets drop zeros."""
    names, lines = lines_of(package / "audit.csv")
    whole = (package / "datapackage.json").read_bytes()
    for line in lines:
        for column in ("old", "new"):
            line[column] = as_number(line[column]) or "NA"
    put_lines(package, "audit.csv", names, lines)
    (package / "datapackage.json").write_bytes(whole)
    codes = {item.finding.code for item in read(package).findings}
    assert "change-missing" not in codes


def test_repair_says_that_it_cannot_put_the_line_back(
    package: Path, tmp_path: Path
) -> None:
    without(package, version="2", field="lot")
    repaired = repair_package(package, tmp_path / "new", from_audit=True)
    assert repaired.report.counts.by_code["change-missing"] == 1
    assert "change-missing" in {
        item.finding.code for item in validate_package(tmp_path / "new").findings
    }
