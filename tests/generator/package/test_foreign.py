"""Packages of others get Frictionless's verdict, and every finding its physical line."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import given, settings

from generator.package.reader import Engine
from generator.package.validate import validate_package
from tests.generator.engine.test_agreement import ROWS, package_of, table_bytes

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"


def verdicts() -> dict[str, bool]:
    """What Frictionless says of each package of the corpus whose files are all there."""
    if not (CORPUS / "PROVENANCE.tsv").is_file():
        return {}
    with (CORPUS / "PROVENANCE.tsv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if row["local_path"].endswith("datapackage.json")
        ]
    said = {
        row["local_path"]: re.search(r"frictionless 5\.21\.0: (valid|invalid)", row["note"]) for row in rows
    }
    return {path: found[1] == "valid" for path, found in said.items() if found and is_complete(CORPUS / path)}


def is_complete(path: Path) -> bool:
    resources = json.loads(path.read_text("utf-8"))["resources"]
    paths = [one["path"] for one in resources if isinstance(one.get("path"), str)]
    return all((path.parent / name).is_file() for name in paths)


@pytest.mark.skipif(not verdicts(), reason="the corpus of packages is not beside the project")
@pytest.mark.parametrize("name", verdicts())
@pytest.mark.parametrize("engine", Engine)
def test_packages_of_others_get_frictionless_s_verdict(name: str, engine: Engine) -> None:
    assert validate_package(CORPUS / name, engine=engine).valid == verdicts()[name]


@settings(max_examples=40)
@given(rows=ROWS)
def test_any_rows_get_frictionless_s_verdict(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    source = package_of(tmp_path_factory.mktemp("any"), table_bytes(rows))
    assert validate_package(source).valid == Package(str(source / "datapackage.json")).validate().valid


def resource(**more: Any) -> dict[str, Any]:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}
    return {"name": "t", "type": "table", "path": "t.csv", "schema": schema, **more}


def make(folder: Path, content: bytes, **more: Any) -> Path:
    (folder / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource(**more)]}))
    (folder / "t.csv").write_bytes(content)
    return folder


def found(source: Path, *, strict: bool = False) -> tuple[bool, list[str], tuple[str, ...]]:
    report = validate_package(source, strict=strict)
    places = [f"{one.finding.code} {one.table}:{one.row} {one.field}" for one in report.findings]
    return report.valid, places, report.notes


def test_a_table_with_semicolons_is_read_here(tmp_path: Path) -> None:
    assert found(make(tmp_path, b"a;b\n1;x\n\ny;z\n")) == (
        False,
        ["blank-line t:3 None", "cell-type t:4 a"],
        (),
    )


def test_a_schema_in_a_file_of_its_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(resource()["schema"]))
    assert found(make(tmp_path, b"a,b\nx,x\n", schema="s.json"))[1] == ["cell-type t:2 a"]


def test_what_the_engine_does_not_read_is_handed_over_and_the_report_says_so(tmp_path: Path) -> None:
    valid, places, notes = found(make(tmp_path, "a,b\nx,é\n".encode("latin-1"), encoding="iso-8859-1"))
    assert (valid, places) == (False, ["frictionless-error t:2 a"])
    assert notes == ("t was judged by Frictionless itself: its encoding is iso8859-1.",)


def test_a_row_of_nothing_but_missing_values_is_blank(tmp_path: Path) -> None:
    schema = {**resource()["schema"], "missingValues": ["-", "NA"]}
    content = b"a,b\n-,NA\n1,\n"
    assert found(make(tmp_path, content, schema=schema))[:2] == (False, ["blank-line t:2 None"])


def test_a_byte_order_mark_counts_only_when_asked(tmp_path: Path) -> None:
    source = make(tmp_path, b"\xef\xbb\xbfa,b\n1,x\n")
    assert found(source)[:2] == (True, ["byte-order-mark t:1 None"])
    assert not found(source, strict=True)[0]


def test_a_descriptor_that_is_none_is_frictionless_s_business(tmp_path: Path) -> None:
    bad = {"fields": [{"name": "a", "type": "unicorn"}]}
    assert found(make(tmp_path, b"a\n1\n", schema=bad))[1][0].startswith("frictionless-error")


def test_a_foreign_key_to_the_same_table(tmp_path: Path) -> None:
    schema = {
        "fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}],
        "primaryKey": "a",
        "foreignKeys": [{"fields": "b", "reference": {"resource": "", "fields": "a"}}],
    }
    assert found(make(tmp_path, b"a,b\n1,\n2,1\n3,7\n02,\n", schema=schema))[1] == [
        "unknown-reference t:4 b",
        "repeated-key t:5 a",
    ]


def test_a_zip_is_judged_like_its_folder(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    source = package_of(tmp_path / "p", b"id,site,day,dose,sex,seen,fit,clock\nx,S1,,,,,,\n")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for path in source.iterdir():
            archive.write(path, path.name)
    assert found(tmp_path / "p.zip") == found(source)
