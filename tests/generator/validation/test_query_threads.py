"""The threads of queries in a package: what is wrong with them is found in every engine,
with the line, the column and the words.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from generator.validation.open_package import Engine, open_package
from generator.validation.query_threads import PackagedThreads
from generator.validation.report.report import Report
from generator.validation.validate import validate_package
from tests.package_cases import clean_threads, write_with_threads

FILE = "query-entries.csv"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_with_threads(tmp_path_factory.mktemp("threads") / "package")


@pytest.fixture
def package(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "package"))


def rows(package: Path) -> list[dict[str, str]]:
    with (package / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(package: Path, changed: list[dict[str, str]]) -> None:
    with (package / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(changed[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(changed)


def found(report: Report) -> list[tuple[str, str | None, int | None, str | None]]:
    """The findings, but for the one that the file is not as it was exported."""
    return [
        (item.finding.code, item.file, item.row, item.field)
        for item in report.findings
        if item.finding.code != "file-changed"
    ]


def test_threads_are_as_they_were_given_to_the_writer(package: Path) -> None:
    assert validate_package(package).counts.findings == 0
    with open_package(package) as opened:
        threads = PackagedThreads(opened)
        expected = sorted(clean_threads(), key=lambda thread: thread.query)
        assert list(threads.threads()) == expected
        assert threads.people() == ["monitor", "nurse"]


def test_the_order_of_the_rows_does_not_matter(package: Path) -> None:
    write(package, rows(package)[::-1])
    assert found(validate_package(package)) == []


def test_a_package_without_queries_has_no_table_for_them(package: Path) -> None:
    (package / FILE).unlink()
    path = package / "datapackage.json"
    descriptor = json.loads(path.read_text())
    kept = [item for item in descriptor["resources"] if item["path"] != FILE]
    path.write_text(json.dumps({**descriptor, "resources": kept}))
    assert found(validate_package(package)) == []


class Damage(NamedTuple):
    """A cell of the threads that is changed, and what has to be found."""

    line: int
    column: str
    text: str
    code: str
    words: str = ""


DAMAGES = {
    "field": Damage(2, "field", "sysbq", "query-place-unknown", "about vs.sysbq"),
    "row": Damage(6, "rowno", "", "query-place-unknown", "about reading.pulse"),
    "form": Damage(6, "form", "lb", "query-place-unknown"),
    "subject": Damage(7, "subjid", "02-009", "unknown-subject", "02-009 is not in"),
    "site": Damage(7, "siteid", "01", "other-site", "site 02 in data/subjects.csv"),
    "step": Damage(
        3,
        "action",
        "reopened",
        "query-step-impossible",
        "cannot be “reopened”: the query is open, and a person wrote the entry",
    ),
    "check": Damage(6, "action", "answered", "query-step-impossible", "a check wrote"),
    "time": Damage(
        3, "acted_at", "2024-04-03T08:59:59Z", "query-time-order", "earlier than"
    ),
    "no author": Damage(6, "rule", "", "query-author-unclear"),
    "two authors": Damage(6, "acted_by", "nurse", "query-author-unclear"),
    "no text": Damage(7, "text", " ", "query-entry-blank", "“commented”"),
    "number": Damage(5, "entry", "4", "query-entry-missing", "no entry 3 before"),
    "torn": Damage(5, "code", "x", "query-thread-torn", "“x” as code"),
}


def changed_at(package: Path, damage: Damage) -> None:
    lines = rows(package)
    # One text has a line end, so the rows after it stand a line lower.
    place = {2: 0, 3: 1, 5: 2, 6: 3, 7: 4}[damage.line]
    lines[place][damage.column] = damage.text
    write(package, lines)


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_wrong_with_a_thread_is_said_where_it_stands(
    package: Path, name: str
) -> None:
    damage = DAMAGES[name]
    changed_at(package, damage)
    report = validate_package(package, engine=Engine.REFERENCE)
    told = {
        item.finding.code: (item.file, item.row, item.finding.message)
        for item in report.findings
    }
    assert damage.code in told
    file, row, message = told[damage.code]
    assert (file, row) == (FILE, damage.line)
    assert damage.words in message

    # Whatever reads the tables, the same is found.
    for large in (0, 10**9):
        other = validate_package(package, engine=Engine.EMBEDDED, large=large)
        assert found(other) == found(report)


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("action", "shouted", "cell-constraint"),
        ("form", "vt", "cell-constraint"),
        ("visitid", "V9", "cell-constraint"),
        ("acted_at", "yesterday", "cell-type"),
        ("query", "01", "bad-key-number"),
    ],
)
def test_a_cell_that_its_schema_does_not_allow_is_found(
    package: Path, column: str, text: str, code: str
) -> None:
    changed_at(package, Damage(7, column, text, code))
    assert (code, FILE, 7, column) in found(validate_package(package))
