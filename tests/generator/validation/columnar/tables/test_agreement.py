"""However tables are read, the same is found: code, table, line, field, value, words,
rule and report.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.model.captured_forms import CapturedForm
from generator.validation import open_package
from generator.validation.columnar.tables import block_reader, doubtful_cells
from generator.validation.foreign import plan
from generator.validation.open_package import Engine
from generator.validation.report.report import Report
from generator.validation.validate import validate_package
from tests.package_cases import any_forms, clean_forms, write
from tests.soak import examples

Found = Counter[
    tuple[str, str | None, int | None, str | None, str | None, str, str | None]
]


def found(report: Report) -> Found:
    return Counter(
        (
            one.finding.code,
            one.table,
            one.row,
            one.field,
            one.finding.value,
            one.finding.message,
            one.finding.rule,
        )
        for one in report.findings
    )


def both_agree(source: Path, *, limit: int = 10_000) -> Report:
    """The report of the embedded engine, in blocks and as it reads small packages: that
    of the reference.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "foreign_plan", read_descriptors_once())
        reference = validate_package(source, engine=Engine.REFERENCE, limit=limit)
        for small, few in ((2**40, 0), (0, 0), (0, 64)):
            patch.setattr(open_package, "SMALL", small)
            patch.setattr(doubtful_cells, "FEW_MISFITS", few)
            report = validate_package(source, limit=limit)
            assert found(report) == found(reference)
            assert report.counts == reference.counts
            assert report.missingness == reference.missingness
    return report


def read_descriptors_once() -> Callable[..., plan.Foreign]:
    """How a descriptor is read does not depend on the engine, and takes longer than a
    small table: it is read for the first of them. Not where Frictionless itself is
    handed a table.
    """
    read = plan.foreign_plan
    plans: dict[tuple[Path, bool], plan.Foreign] = {}

    def foreign_plan(
        descriptor: Mapping[str, Any], root: Path, *, strict: bool = False
    ) -> plan.Foreign:
        if (root, strict) in plans:
            return plans[root, strict]

        foreign = read(descriptor, root, strict=strict)
        if not foreign.handed:
            plans[root, strict] = foreign
        return foreign

    return foreign_plan


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test are read in blocks, and cut into many of them."""
    monkeypatch.setattr(open_package, "SMALL", 0)
    monkeypatch.setattr(block_reader, "LARGEST_BLOCK", 400)
    monkeypatch.setattr(block_reader, "SMALLEST_BLOCK", 60)


SCHEMA: dict[str, Any] = {
    "fields": [
        {
            "name": "id",
            "type": "integer",
            "constraints": {"required": True, "unique": True},
        },
        {"name": "site", "type": "string", "constraints": {"pattern": r"S\d+"}},
        {"name": "day", "type": "date", "constraints": {"minimum": "2000-01-01"}},
        {
            "name": "dose",
            "type": "number",
            "constraints": {"minimum": 0, "maximum": 10},
        },
        {
            "name": "sex",
            "type": "string",
            "constraints": {"enum": ["M", "F"]},
            "missingValues": ["", "NA"],
        },
        {"name": "seen", "type": "datetime"},
        {
            "name": "lot",
            "type": "string",
            "constraints": {"pattern": "[A-C]{2}[0-9]{2}"},
        },
        {"name": "fit", "type": "boolean"},
        {"name": "clock", "type": "time", "format": "%H:%M"},
    ],
    "primaryKey": ["site", "day"],
    "foreignKeys": [
        {"fields": "site", "reference": {"resource": "sites", "fields": "site"}}
    ],
}
CELLS = {
    "id": ["1", "2", "3", "01", "+4", "1_0", "", "x", " 5", "12345678901234567890"],
    "site": ["S1", "S2", "S3", "", "T", "S٣", "S1\n"],
    "day": ["2024-01-05", "2024-1-5", "1999-12-31", "", "2024-02-30", "2024-01-06"],
    "dose": [
        "0",
        "1.50",
        "10",
        "10.000000000000000001",
        "-0.1",
        "1e1",
        "nan",
        "5.",
        "",
    ],
    "sex": ["M", "F", "NA", "", "X", "é"],
    "seen": [
        "2024-01-05T10:00:00Z",
        "2024-01-05T10:00:00+01:00",
        "2024-01-05",
        "",
        "2024-13-05T10:00:00",
    ],
    "lot": ["AB12", "AD12", "AB123", "", "AB1", "AB1٣", "CC00"],
    "fit": ["true", "0", "yes", ""],
    "clock": ["09:30", "9:3", "24:00", ""],
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from(held) for name, held in CELLS.items()}
    ),
    max_size=40,
)


def table_bytes(
    rows: list[dict[str, str]],
    *,
    newline: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
    delimiter: str = ",",
) -> bytes:
    text = io.StringIO()
    made = csv.DictWriter(
        text, list(CELLS), lineterminator=newline, quoting=quoting, delimiter=delimiter
    )  # type: ignore[arg-type]
    made.writeheader()
    made.writerows(rows)
    return text.getvalue().encode()


def package_of(folder: Path, content: bytes, schema: dict[str, Any] = SCHEMA) -> Path:
    folder.mkdir(exist_ok=True)
    dialect = {"delimiter": ","}
    resources = [
        {
            "name": "visits",
            "path": "visits.csv",
            "dialect": dialect,
            "encoding": "utf-8",
            "schema": schema,
        },
        {
            "name": "sites",
            "path": "sites.csv",
            "dialect": dialect,
            "encoding": "utf-8",
            "schema": {
                "fields": [{"name": "site", "type": "string"}],
                "primaryKey": "site",
            },
        },
    ]
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "p", "resources": resources})
    )
    (folder / "sites.csv").write_bytes(b"site\nS1\nS2\n")
    (folder / "visits.csv").write_bytes(content)
    return folder


@settings(max_examples=examples(12, 80))
@given(
    rows=ROWS,
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    damage=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 3),
            st.sampled_from(
                [
                    b"",
                    b'"',
                    b",",
                    b"\n",
                    b"\r\n",
                    b"\r",
                    b"\0",
                    b"\xe9",
                    b"\xc3\xa9",
                    b",,,,,,,,\n",
                    b'"a\nb"',
                    b"\n\n\n",
                ]
            ),
        ),
        max_size=3,
    ),
)
def test_any_table_with_any_damage(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, str]],
    newline: str,
    quoting: int,
    damage: list[tuple[float, int, bytes]],
) -> None:
    content = table_bytes(rows, newline=newline, quoting=quoting)
    for place, cut, text in damage:
        at = int(place * len(content))
        content = content[:at] + text + content[at + cut :]
    both_agree(package_of(tmp_path_factory.mktemp("any"), content))


def good(number: int) -> dict[str, str]:
    day = f"20{number % 90 + 10}-{number // 90 % 12 + 1:02}-05"
    cells = {
        "id": str(number),
        "site": f"S{number % 2 + 1}",
        "day": day,
        "dose": "1.5",
        "sex": "F",
    }
    return cells | {
        "seen": "2024-01-05T10:00:00Z",
        "lot": "AB12",
        "fit": "true",
        "clock": "09:30",
    }


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda content: content,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "no last line end": lambda content: content[:-1],
    "a byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "a byte order mark in the middle": lambda content: content.replace(
        b"\n40,", b"\n\xef\xbb\xbf40,"
    ),
    "blank lines": lambda content: content.replace(b"\n7,", b"\n\n\n7,").replace(
        b"\n70,", b"\n,,,,,,,,\n70,"
    ),
    "one short and one long row": lambda content: content.replace(
        b",09:30\n7,", b"\n7,"
    ).replace(b"09:30\n9,", b"09:30,,\n9,"),
    "a stray quotation mark": lambda content: content.replace(b"\n50,S1", b'\n50,S"1'),
    "an open quotation mark": lambda content: content.replace(b"\n50,S1", b'\n50,"S1'),
    "a cell of two lines": lambda content: content.replace(b"\n50,S1", b'\n50,"S\n1"'),
    "Latin-1": lambda content: content.replace(b"\n50,S1", b"\n50,S\xe9"),
    "a NUL": lambda content: content.replace(b"\n50,S1", b"\n50,S\0"),
    "a single carriage return": lambda content: content.replace(
        b"\n50,S1", b"\n50,S\r1"
    ),
    "a key twice": lambda content: content.replace(b"\n50,", b"\n49,").replace(
        b"\n80,", b"\n+49,"
    ),
    "a repeated row": lambda content: content + content[-80:].split(b"\n", 1)[1],
    "columns renamed": lambda content: content.replace(b"dose", b"doses", 1),
    "columns twice": lambda content: content.replace(b"dose", b"day", 1),
    "nothing at all": lambda content: b"",  # noqa: ARG005
    "only a header": lambda content: content.split(b"\n")[0],
    "a long cell": lambda content: content.replace(
        b"\n50,S1", b"\n50,S" + b"1" * 2_000_000
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_damage_in_a_longer_table(tmp_path: Path, edit: str) -> None:
    content = table_bytes([good(number) for number in range(120)])
    report = both_agree(package_of(tmp_path / "p", EDITS[edit](content)))
    assert (edit in {"nothing", "CRLF", "no last line end", "only a header"}) == (
        report.counts.by_code.keys() <= {"dictionary-missing"}
    )


ODD: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no column is known": ([{"name": "a"}], "b,c\n1,2\n,\n3,\n"),
    "the first column is not known": ([{"name": "a", "type": "integer"}], "b,a,c\nx,,\n,,\nx,1,\ny,z,\n"),
    "columns without a question stand between": (
        [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}, {"name": "c", "type": "date"},
         {"name": "d", "type": "string"}],
        "a,b,c,d\n1,x,2024-01-05,y\n,,,\n2,x,2024- 1-05,y\n3,x,,\n,x,,\n4,x,2024-01-05,y,z\n5,x\n"),
    "an end that is no date, and a key": (
        [{"name": "a", "type": "date", "constraints": {"unique": True, "maximum": "12:00"}}],
        "a\n2024-01-05\n2024-01-05\n"),
    "a NUL in a number": ([{"name": "a", "type": "integer"}, {"name": "b"}], "a,b\n1\0,x\n2,y\0\n"),
    "a line longer by what the next is shorter": (
        [{"name": "a", "type": "integer"}, {"name": "b"}, {"name": "c", "type": "integer"}],
        "a,b,c\n1,x,1\n2,x,2,\n3,x\n4,x,4\n"),
    "a blank is a value": (
        [{"name": "a", "type": "string", "missingValues": ["-"]}, {"name": "b", "missingValues": ["-"]}],
        "a,b\n,\n-,-\n\nx,y\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("copies", [1, 60])
def test_each_odd_table(tmp_path: Path, name: str, copies: int) -> None:
    fields, content = ODD[name]
    header, _, rows = content.partition("\n")
    both_agree(
        package_of(
            tmp_path / "p", f"{header}\n{rows * copies}".encode(), {"fields": fields}
        )
    )


def test_counts_are_complete_when_few_cases_are_listed(tmp_path: Path) -> None:
    rows = [{**good(number % 30), "sex": "X"} for number in range(200)]
    report = both_agree(package_of(tmp_path / "p", table_bytes(rows)), limit=200)
    short = both_agree(tmp_path / "p", limit=7)
    assert short.counts.by_code == report.counts.by_code
    assert {one.located for one in short.counts.causes if one.findings > 7} == {7}


def test_keys_on_disk_are_found_like_keys_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.validation.columnar.tables.key_hashes.MOST_HELD", 10)
    rows = [good(number) for number in (*range(100), 5, 17, 99)]
    report = both_agree(package_of(tmp_path / "p", table_bytes(rows)))
    assert (
        report.counts.by_code["repeated-value"],
        report.counts.by_code["repeated-key"],
    ) == (3, 3)


@settings(max_examples=examples(5, 30))
@given(forms=any_forms())
def test_any_forms_of_a_study(
    tmp_path_factory: pytest.TempPathFactory, forms: list[CapturedForm]
) -> None:
    both_agree(write(tmp_path_factory.mktemp("study") / "p.zip", forms))


@settings(max_examples=examples(6, 40))
@given(data=st.data())
def test_a_study_s_package_with_any_damage(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = write(tmp_path_factory.mktemp("damage") / "package", clean_forms())
    for path in data.draw(
        st.lists(st.sampled_from(sorted(root.rglob("*.csv"))), min_size=1, max_size=2)
    ):
        content = path.read_bytes()
        at, cut = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 20))
        text = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b'"', b"\r\n", b",", b"\xe9", b"\0", b"999"])
        )
        path.write_bytes(content[:at] + text + content[at + cut :])
    both_agree(root)
