"""A cluster finds what one machine finds: code, table, key, field, value, words and
rule of every finding.

One master, a worker with two Python processes, part files: what the embedded engine
says about one file is compared with what the cluster says about the same rows in many.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from generator.package.csv_records import Records
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.tables import layout
from generator.validation.cluster.session import session
from generator.validation.cluster.validate import validate_on_cluster
from generator.validation.report.report import Report, Reported
from generator.validation.validate import validate_package
from tests.generator.validation.cluster.cluster import cluster
from tests.generator.validation.columnar.tables.test_agreement import (
    CELLS,
    EDITS,
    SCHEMA,
    good,
    table_bytes,
)
from tests.package_cases import (
    GOOD_VS,
    captured,
    clean_forms,
    write,
    write_with_threads,
)
from tests.webapp.pages import cellkine
from webapp.commands import main
from webapp.demo.demo_study import read_texts

pytestmark = pytest.mark.timeout(600)
MANY = 100_000


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster that has a session."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder) as address, session(address):
        yield address


NO_KEY = "row"
"""Names a row of Parquet that has no key: its number."""
Found = Counter[tuple[Any, ...]]


def found(
    report: Report, keys: dict[tuple[str, int], dict[str, Any]] | None = None
) -> Found:
    """Every finding by its key; ``keys`` gives those of lines."""
    return Counter(_said(one, keys or {}) for one in report.findings)


def _said(
    one: Reported, keys: dict[tuple[str, int], dict[str, Any]]
) -> tuple[Any, ...]:
    key = one.key or keys.get((one.table or "", one.row or 0), {})
    named = tuple(
        sorted((name, str(part)) for name, part in key.items() if name != NO_KEY)
    )
    said = one.finding
    words = "" if said.code.startswith("repeated") else said.message
    return (
        said.code,
        said.severity,
        one.table,
        named,
        one.field,
        said.value,
        words,
        said.rule,
    )


def same_counts(one: Report, other: Report) -> None:
    """Everything that is counted is counted alike."""
    first, second = ({**vars_of(report), "causes": None} for report in (one, other))
    assert first == second


def vars_of(report: Report) -> dict[str, Any]:
    counts = replace(report.counts, located=0)
    return {name: getattr(counts, name) for name in counts.__dataclass_fields__}


def line_keys(
    file: Path, table: str, key: list[str]
) -> dict[tuple[str, int], dict[str, Any]]:
    """The key of every line of a file."""
    with file.open("rb") as stream:
        records = Records(stream, lambda *_, **__: None)
        header = records.next()
        assert header is not None
        rows = {
            (table, one.line): dict(zip(header.cells, one.cells, strict=False))
            for one in records
        }
    return {
        place: {name: row[name] for name in key if row.get(name)}
        for place, row in rows.items()
    }


def nasty_rows(random: Random, count: int) -> list[dict[str, str]]:
    return [
        {name: random.choice(held) for name, held in CELLS.items()}
        for _ in range(count)
    ]


def write_csv(file: Path, rows: list[dict[str, str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        made = csv.DictWriter(opened, list(CELLS))
        made.writeheader()
        made.writerows(rows)


def describe(folder: Path, visits: str) -> Path:
    """A package of others whose visits stand at this path."""
    dialect = {"delimiter": ","}
    sites = {"fields": [{"name": "site", "type": "string"}], "primaryKey": "site"}
    resources = [
        {
            "name": "visits",
            "path": visits,
            "dialect": dialect,
            "encoding": "utf-8",
            "schema": SCHEMA,
        },
        {
            "name": "sites",
            "path": "sites.csv",
            "dialect": dialect,
            "encoding": "utf-8",
            "schema": sites,
        },
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "p", "resources": resources})
    )
    (folder / "sites.csv").write_text("site\nS1\nS2\n")
    return folder


@pytest.fixture(scope="module")
def nasty(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[dict[str, str]], Report, Found]:
    """Rows of nasty values, and what the embedded engine finds in one file of them."""
    rows = nasty_rows(Random(20241122), 150)
    single = describe(tmp_path_factory.mktemp("single"), "visits.csv")
    write_csv(single / "visits.csv", rows)
    report = validate_package(single, limit=MANY)
    keys = line_keys(single / "visits.csv", "visits", ["site", "day"])
    return rows, report, found(report, keys)


def test_nasty_values_in_part_files(
    tmp_path: Path, master: str, nasty: tuple[list[dict[str, str]], Report, Found]
) -> None:
    rows, single, wanted = nasty
    package = describe(tmp_path, "visits.csv")
    for number, first in enumerate(range(0, 150, 40)):
        write_csv(
            tmp_path / "visits.csv" / f"part-{number:05}.csv", rows[first : first + 40]
        )
    (tmp_path / "visits.csv" / "_SUCCESS").touch()
    report = validate_on_cluster(package, master=master, limit=MANY)
    assert found(report) == wanted
    same_counts(report, single)
    repeated = next(
        one for one in report.findings if one.finding.code == "repeated-value"
    )
    assert repeated.file is not None
    assert repeated.file.startswith("visits.csv/part-")
    assert (
        " of visits.csv/part-00000.csv, but id must be unique"
        in repeated.finding.message
    )


def test_tables_with_every_kind_of_damage(tmp_path: Path, master: str) -> None:
    content = table_bytes([good(number) for number in range(120)])
    tables = {f"t{at}": edit(content) for at, edit in enumerate(EDITS.values())}
    for name, damaged_content in tables.items():
        (tmp_path / f"{name}.csv").write_bytes(damaged_content)
    lone = {key: said for key, said in SCHEMA.items() if key != "foreignKeys"}
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "dialect": {"delimiter": ","},
            "encoding": "utf-8",
            "schema": lone,
        }
        for name in tables
    ]
    (tmp_path / "datapackage.json").write_text(
        json.dumps({"name": "p", "resources": resources})
    )
    single, report = (
        validate_package(tmp_path, limit=MANY),
        validate_on_cluster(tmp_path, master=master, limit=MANY),
    )
    places = [
        [(one.file, one.row, one.field, one.finding) for one in each.findings]
        for each in (single, report)
    ]
    assert sorted(places[0], key=str) == sorted(places[1], key=str)
    same_counts(report, single)
    assert len(report.counts.by_code) > 12


def test_the_same_values_in_parquet(
    tmp_path: Path, master: str, nasty: tuple[list[dict[str, str]], Report, Found]
) -> None:
    rows, single, wanted = nasty
    package = describe(tmp_path, "visits.parquet")
    for number, first in enumerate(range(0, 150, 80)):
        (tmp_path / "visits.parquet").mkdir(exist_ok=True)
        frame = pl.DataFrame(rows[first : first + 80])
        frame.write_parquet(tmp_path / "visits.parquet" / f"part-{number}.parquet")
    report = validate_on_cluster(package, master=master, limit=MANY)
    assert found(report) == wanted
    same_counts(report, single)
    assert {one.row for one in report.findings} == {None}
    assert all(one.key for one in report.findings)


def test_a_column_in_the_names_of_folders(tmp_path: Path, master: str) -> None:
    package = describe(tmp_path, "visits.csv")
    for site in ("S1", "S2", "S9"):
        folder = tmp_path / "visits.csv" / f"site={site}"
        folder.mkdir(parents=True)
        (folder / "part-0.csv").write_text(f"id,day\n{int(site[1])},2024-01-05\n")
    report = validate_on_cluster(package, master=master)
    assert [
        (one.finding.code, one.key["site"]) for one in report.findings if one.key
    ] == [("unknown-reference", "S9")]


def test_few_cases_are_listed_and_all_are_counted(
    tmp_path: Path, master: str, nasty: tuple[list[dict[str, str]], Report, Found]
) -> None:
    rows, single, _ = nasty
    package = describe(tmp_path, "visits.csv")
    for number in range(3):
        write_csv(
            tmp_path / "visits.csv" / f"{number}.csv",
            rows[number * 50 : number * 50 + 50],
        )
    report = validate_on_cluster(package, master=master, limit=4)
    same_counts(report, single)
    assert {one.located for one in report.counts.causes if one.findings > 4} == {4}
    lines = [
        (one.file, one.row)
        for one in report.findings
        if one.finding.code == "repeated-value"
    ]
    assert lines == sorted(lines)


KEY_COLUMNS = [layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW]
NASTY = [
    "",
    " ",
    "x",
    "12x",
    "-0",
    "1e3",
    "99999",
    "2024-13-01",
    "2024-02-30",
    "ND",
    "UNK",
    "Y",
    "A;A",
    "é\0",
    "=1+1",
]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two subjects of the Cellkine study: cells overwritten, rows twice and rows gone."""
    study = cellkine()
    held = read_subjects(
        read_texts(files("data_dictionary") / "cellkine" / "subjects"), study
    ).forms
    forms = [form for form in held if form.subject in {"01-001", "01-007"}]
    root = tmp_path_factory.mktemp("cellkine") / "package"
    write_package(study, sorted(forms, key=package_order(study)), root)
    random = Random(7)
    for file in sorted((root / "data").glob("*.csv")):
        header, *rows = read_rows(file)
        for _ in range(len(rows) // 3):
            row = random.choice(rows)
            row[random.randrange(len(row))] = random.choice(NASTY)
        rows += [list(row) for row in rows[:1]]
        del rows[-2:-1]
        write_rows(file, [header, *rows])
    return root


def read_rows(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


def write_rows(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)


def all_line_keys(root: Path) -> dict[tuple[str, int], dict[str, Any]]:
    keys = {}
    for file in [*root.glob("*.csv"), *(root / "data").glob("*.csv")]:
        keys |= line_keys(file, file.stem, KEY_COLUMNS)
    return keys


def test_a_study_in_files_as_they_were_exported(damaged: Path, master: str) -> None:
    single = validate_package(damaged, limit=MANY)
    report = validate_on_cluster(damaged, master=master, limit=MANY)
    keys = all_line_keys(damaged)
    assert found(report) == found(single, keys)
    assert Counter(
        (one.file, one.row, one.finding) for one in report.findings
    ) == Counter((one.file, one.row, one.finding) for one in single.findings)
    same_counts(report, single)
    assert report.missingness == single.missingness
    assert len(single.counts.by_rule) > 5


def test_a_study_in_part_files(damaged: Path, master: str, tmp_path: Path) -> None:
    """Half of the tables are folders of CSV, the others of Parquet."""
    package = tmp_path / "package"
    shutil.copytree(damaged, package)
    descriptor = json.loads((package / "datapackage.json").read_text())
    for at, resource in enumerate(descriptor["resources"]):
        resource.pop("hash", None)
        file = package / resource["path"]
        rows = read_rows(file)
        file.unlink()
        if at % 2:
            resource["path"] = resource["path"].replace(".csv", "")
        divide(package / resource["path"], rows, parquet=bool(at % 2))
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    single = validate_package(damaged, limit=MANY)
    report = validate_on_cluster(package, master=master, limit=MANY)
    wanted = found(single, all_line_keys(damaged))
    changed = [one for one in wanted if one[0] == "file-changed"]
    assert found(report) == Counter(
        {one: count for one, count in wanted.items() if one not in changed}
    )
    assert report.missingness == single.missingness
    assert report.counts.rows == single.counts.rows


def divide(folder: Path, rows: list[list[str]], *, parquet: bool) -> None:
    """A table as a folder of three parts."""
    folder.mkdir()
    header, *others = rows
    size = len(others) // 3 + 1
    for number in range(3):
        held = others[number * size : (number + 1) * size]
        if parquet:
            frame = pl.DataFrame(
                held, pl.Schema(dict.fromkeys(header, pl.String)), orient="row"
            )
            frame.write_parquet(folder / f"part-{number}.parquet")
        else:
            write_rows(folder / f"part-{number}.csv", [header, *held])


def test_subjects_that_each_worker_judges_at_once(tmp_path: Path, master: str) -> None:
    sick = {**GOOD_VS, "sysbp": "172", "vsdat": "2999-01-01", "refer": "NONE;ARM"}
    ill, blank = (
        captured("vs SCR", sick, subject="02-002"),
        captured("vs SCR", {}, subject="02-003"),
    )
    forms = [*clean_forms(), ill, blank]
    package = write(tmp_path / "package", forms)
    file = package / "data" / "reading.csv"
    file.write_text(
        file.read_text()
        + "01,01-001,SCR,0,2,SITTING,7x\n01,01-009,SCR,0,1,SITTING,70\n"
    )
    single = validate_package(package, limit=MANY)
    report = validate_on_cluster(package, master=master, limit=MANY, large=0)
    assert found(report) == found(single, all_line_keys(package))
    same_counts(report, single)
    assert report.missingness == single.missingness
    assert {"repeated-row", "row-without-form", "above-expected"} <= set(
        report.counts.by_code
    )


def test_threads_of_queries_in_part_files(tmp_path: Path, master: str) -> None:
    package = write_with_threads(tmp_path / "package")
    file = package / "query-entries.csv"
    file.write_text(file.read_text().replace("answered", "reopened"))
    single = validate_package(package, limit=MANY)
    assert single.counts.by_code["query-step-impossible"] == 1

    header, *rows = file.read_text().splitlines()
    whole = [*rows[:1], f"{rows[1]}\n{rows[2]}", *rows[3:]]
    file.unlink()
    file.mkdir()
    for number, row in enumerate(reversed(whole)):
        part = file / f"part-{number:05}.csv"
        part.write_text(f"{header}\r\n{row}\r\n", newline="")

    report = validate_on_cluster(package, master=master, limit=MANY)
    told = [
        (item.finding.code, item.finding.message, item.file, item.row)
        for item in report.findings
    ]
    (expected,) = [
        item.finding.message
        for item in single.findings
        if item.finding.code == "query-step-impossible"
    ]
    where = ("query-entries.csv/part-00003.csv", 2)
    assert told == [("query-step-impossible", expected, *where)]


def test_uploaded_files_are_looked_at_together(tmp_path: Path, master: str) -> None:
    named = f"files/{'0' * 16}/a.pdf"
    forms = [
        captured("vs SCR", {**GOOD_VS, "scan": named}, subject=one)
        for one in ("01-001", "02-001")
    ]
    package = write(tmp_path / "package", forms)
    (package / "files" / ("1" * 16)).mkdir(parents=True)
    single, report = (
        validate_package(package),
        validate_on_cluster(package, master=master),
    )
    assert found(report) == found(single, all_line_keys(package))


def test_the_command_says_what_a_page_says(tmp_path: Path, master: str) -> None:
    package = write(tmp_path / "package", clean_forms())
    words = [
        "validate",
        str(package),
        "--engine",
        "spark",
        "--master",
        master,
        "--format",
        "json",
    ]
    ran = CliRunner().invoke(main, words)
    assert (ran.exit_code, json.loads(ran.stdout)["valid"]) == (0, True)
    file = package / "data" / "vs.csv"
    file.write_text(file.read_text().replace("120", "12O", 1))
    ran = CliRunner().invoke(main, words)
    said = [
        one["message"] for one in json.loads(ran.stdout)["findings"] if one["field"]
    ]
    assert (ran.exit_code, said) == (1, ['"12O" is not a whole number'])
