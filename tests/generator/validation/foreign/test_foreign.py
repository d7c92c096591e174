"""Packages of others get Frictionless's verdict, and every finding its physical line."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from hypothesis import HealthCheck, given, settings

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.generator.validation.columnar.tables.test_agreement import (
    ROWS,
    package_of,
    table_bytes,
)
from tests.package_cases import clean_forms, write
from tests.soak import examples


@pytest.fixture(autouse=True)
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are read in blocks, too."""
    monkeypatch.setattr(open_package, "SMALL", 0)


CORPUS = Path(__file__).parents[4].parent / "shared" / "corpus"


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
        row["local_path"]: re.search(
            r"frictionless 5\.21\.0: (valid|invalid)", row["note"]
        )
        for row in rows
    }
    return {
        path: found[1] == "valid"
        for path, found in said.items()
        if found and is_complete(CORPUS / path)
    }


def is_complete(path: Path) -> bool:
    resources = json.loads(path.read_text("utf-8"))["resources"]
    paths = [one["path"] for one in resources if isinstance(one.get("path"), str)]
    return all((path.parent / name).is_file() for name in paths)


@pytest.mark.skipif(
    not verdicts(), reason="the corpus of packages is not beside the project"
)
@pytest.mark.parametrize("name", verdicts())
@pytest.mark.parametrize("engine", Engine)
def test_packages_of_others_get_frictionless_s_verdict(
    name: str, engine: Engine
) -> None:
    assert validate_package(CORPUS / name, engine=engine).valid == verdicts()[name]


@settings(
    max_examples=examples(15, 40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_any_rows_get_frictionless_s_verdict(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    source = package_of(tmp_path_factory.mktemp("any"), table_bytes(rows))
    assert (
        validate_package(source).valid
        == Package(str(source / "datapackage.json")).validate().valid
    )


V2 = "https://datapackage.org/profiles/2.0/datapackage.json"


def resource(**more: Any) -> dict[str, Any]:
    schema = {
        "fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]
    }
    return {"name": "t", "type": "table", "path": "t.csv", "schema": schema, **more}


def make(folder: Path, content: bytes, **more: Any) -> Path:
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "p", "resources": [resource(**more)]})
    )
    (folder / "t.csv").write_bytes(content)
    return folder


def found(
    source: Path, *, strict: bool = False
) -> tuple[bool, list[str], tuple[str, ...]]:
    report = validate_package(source, strict=strict)
    places = [
        f"{one.finding.code} {one.table}:{one.row} {one.field}"
        for one in report.findings
    ]
    return report.valid, places, report.notes


def test_a_table_with_semicolons_is_read_here(tmp_path: Path) -> None:
    assert found(make(tmp_path, b"a;b\n1;x\n\ny;z\n")) == (
        False,
        ["blank-line t:3 None", "cell-type t:4 a"],
        (),
    )


def test_a_schema_in_a_file_of_its_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(resource()["schema"]))
    assert found(make(tmp_path, b"a,b\nx,x\n", schema="s.json"))[1] == [
        "cell-type t:2 a"
    ]


def test_what_the_engine_does_not_read_is_handed_over_and_the_report_says_so(
    tmp_path: Path,
) -> None:
    valid, places, notes = found(
        make(tmp_path, "a,b\nx,é\n".encode("latin-1"), encoding="iso-8859-1")
    )
    assert (valid, places) == (False, ["frictionless-error t:2 a"])
    assert notes == (
        "t was validated by Frictionless itself: its encoding is iso8859-1.",
    )


SCHEMA = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}
PLAIN = b"a,b\n1,x\n"
PACKAGES: dict[str, tuple[dict[str, Any], bytes]] = {
    "data in the descriptor": ({"path": None, "data": [["a", "b"], ["1", "x"]]}, b""),
    "wrong data in the descriptor": ({"path": None, "data": [["a", "b"], ["y", "x"]]}, b""),
    "a table in two files": ({"path": ["t.csv", "u.csv"]}, PLAIN),
    "a path in a list": ({"path": ["t.csv"]}, PLAIN),
    "a zipped table": ({"path": "t.csv.gz"}, gzip.compress(PLAIN)),
    "a wrong zipped table": ({"path": "t.csv.gz"}, gzip.compress(b"a,b\ny,x\n")),
    "lines that end with a carriage return": ({}, b"a,b\r1,x\r"),
    "a carriage return in a row": ({}, b"a,b\n1,x\r2\n"),
    "a carriage return between two rows": ({}, b"a,b\n1,x\r2,y\n"),
    "a carriage return in quotation marks": ({}, b'a,b\n1,"x\ry"\n'),
    "two carriage returns at a line's end": ({}, b"a,b\r\r\n1,x\r\r\n"),
    "a carriage return at the end": ({}, b"a,b\n1,x\r"),
    "blanks around the names": ({}, b" a , b\n1,x\n"),
    "names in capitals": ({}, b"A,b\n1,x\n"),
    "names in capitals, which do not count": ({"dialect": {"caseSensitiveHeader": False}}, b"A,b\n1,x\n"),
    "names that are all others": ({}, b"c,d\n1,x\n"),
    "no header": ({"dialect": {"header": False}}, b"1,x\n2,y\n"),
    "a header of two lines": ({"dialect": {"headerRows": [2]}}, b"study 7\na,b\n1,x\n"),
    "notes above the header": ({}, b"study 7\na,b\n1,x\n2,y\n3,z\n"),
    "comments": ({"dialect": {"commentChar": "#"}}, b"a,b\n# 1,x\n1,x\n"),
    "blanks after the separator": ({"dialect": {"skipInitialSpace": True}}, b"a,b\n1, x\n"),
    "blanks and quotation marks": ({}, b'a, b\n1, "x"\n2, "y"\n'),
    "a separator of two characters": ({"dialect": {"delimiter": ";;"}}, b"a;;b\n1;;x\n"),
    "a separator beyond ASCII": ({"dialect": {"delimiter": "\u00a7"}}, "a§b\n1§x\n".encode()),
    "other quotation marks": ({"dialect": {"quoteChar": "'"}}, b"a,b\n1,'x,y'\n"),
    "an escape": ({"dialect": {"escapeChar": "\\", "doubleQuote": False}}, b'a,b\n1,"x\\",y"\n'),
    "a word for nothing": ({"dialect": {"nullSequence": "NIL"}}, b"a,b\nNIL,x\n"),
    "tabs": ({"path": "t.tsv", "format": "tsv"}, b"a\tb\n1\tx\n"),
    "a separator that is guessed": ({}, b"a;b\n1;x\n2;y\n"),
    "another separator than the one it names": ({"dialect": {"delimiter": ","}}, b"a;b\n1;x\n2;y\n"),
    "a name with a semicolon": ({"schema": {"fields": [{"name": "a;b"}]}}, b"a;b\n1\n2\n"),
    "a line end of its own": ({"dialect": {"lineTerminator": ";"}}, PLAIN),
    "UTF-16": ({"encoding": "utf-16"}, "a,b\n1,é\n".encode("utf-16")),
    "Windows-1252 that nobody names": ({}, "a,b\n1,é\n".encode("cp1252")),
    "its MD5": ({"hash": hashlib.md5(PLAIN).hexdigest()}, PLAIN),
    "the MD5 of another": ({"hash": hashlib.md5(b"a").hexdigest()}, PLAIN),
    "its SHA-256": ({"hash": f"sha256:{hashlib.sha256(PLAIN).hexdigest()}"}, PLAIN),
    "the SHA-256 of another": ({"hash": f"sha256:{hashlib.sha256(b'a').hexdigest()}"}, PLAIN),
    "its size": ({"bytes": len(PLAIN)}, PLAIN),
    "the size of another": ({"bytes": 5}, PLAIN),
    "the number of rows of another": ({"stats": {"rows": 7}}, PLAIN),
    "JSON": ({"path": "t.json", "format": "json"}, b'[{"a": 1, "b": "x"}]'),
    "wrong JSON": ({"path": "t.json", "format": "json"}, b'[{"a": "y", "b": "x"}]'),
    "a file that is no table": ({"path": "t.pdf", "schema": None}, b"%PDF"),
    "no schema": ({"schema": None}, PLAIN),
    "any columns": ({"schema": {**SCHEMA, "fieldsMatch": "subset"}}, b"b\nx\n"),
    "one missing value": ({"schema": {**SCHEMA, "missingValues": ["-"]}}, b"a,b\n-,x\n"),
    "no missing value": ({"schema": {**SCHEMA, "missingValues": []}}, b"a,b\n,x\n"),
    "missing values with labels": (
        {"schema": {**SCHEMA, "missingValues": [{"value": "-", "label": "not done"}]}}, b"a,b\n-,x\n"),
    "missing values that are none": ({"schema": {**SCHEMA, "missingValues": "NA"}}, PLAIN),
    "a key that is no field": ({"schema": {**SCHEMA, "primaryKey": "c"}}, PLAIN),
    "a foreign key to nowhere": (
        {"schema": {**SCHEMA, "foreignKeys": [
            {"fields": "a", "reference": {"resource": "u", "fields": "a"}}]}}, PLAIN),
    "no such encoding": ({"encoding": "latin-99"}, PLAIN),
    "no such profile": ({"profile": "no-such.json"}, PLAIN),
    "a name with a blank": ({"name": "A B"}, PLAIN),
    "no name": ({"name": None}, PLAIN),
    "no path": ({"path": None}, PLAIN),
    "no such file": ({"path": "v.csv"}, PLAIN),
    "no such schema": ({"schema": "s.json"}, PLAIN),
    "an empty file": ({}, b""),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("version", [1, 2])
def test_every_way_to_describe_a_table_gets_frictionless_s_verdict(
    tmp_path: Path, name: str, version: int
) -> None:
    more, content = PACKAGES[name]
    described = {
        key: value for key, value in resource(**more).items() if value is not None
    }
    profile = (
        {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
        if version == 2
        else {}
    )
    (tmp_path / "datapackage.json").write_text(
        json.dumps({"name": "p", **profile, "resources": [described]})
    )
    (tmp_path / "u.csv").write_bytes(b"2,z\n")
    paths = described.get("path", "t.csv")
    for path in [paths] if isinstance(paths, str) else paths[:1]:
        (tmp_path / ("t.csv" if path == "v.csv" else path)).write_bytes(content)
    assert validate_package(tmp_path).valid == frictionless_says(
        tmp_path / "datapackage.json"
    )


def frictionless_says(path: Path) -> bool:
    """Its verdict; False where it stops with an error of its own."""
    try:
        return Package(str(path)).validate().valid
    except Exception:
        return False


@pytest.mark.parametrize(
    "described",
    [
        {"resources": []},
        {"resources": [None, 5, "r.json", []]},
        {"resources": [{"name": 5, "path": 5}]},
        {"resources": [{"name": "t", "path": "t.csv", "encoding": 5}]},
        {"resources": [{"name": "t", "path": "t.csv", "hash": 5}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": 5}}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [None]}}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": [], "dialect": 7}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": {
            "fields": [{"name": "a"}], "primaryKey": {}}}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [
            {"name": "a", "constraints": {"pattern": "("}}]}}]},
        {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [
            {"name": "a", "type": "array", "constraints": {"unique": True}}]}}]},
        {"name": 5, "licenses": 5, "resources": [{"name": "t", "path": "t.csv"}]},
    ],
    ids=json.dumps,
)  # fmt: skip
@pytest.mark.parametrize("engine", Engine)
def test_a_broken_descriptor_is_a_finding_and_never_an_error(
    tmp_path: Path, described: dict[str, Any], engine: Engine
) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    (tmp_path / "t.csv").write_bytes(PLAIN)
    report = validate_package(tmp_path, engine=engine)
    assert all(one.finding.message for one in report.findings)
    assert report.valid == (described["resources"] == [] or not report.findings)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"path": "https://example.org/t.csv"}, "https://example.org/t.csv"),
        ({"path": ["t.csv", "ftp://example.org/t.csv"]}, "ftp://example.org/t.csv"),
        ({"schema": "https://example.org/s.json"}, "https://example.org/s.json"),
        ({"path": "../t.csv"}, "../t.csv"),
        ({"dialect": "/etc/d.json"}, "/etc/d.json"),
    ],
)
def test_nothing_is_fetched_from_elsewhere(
    tmp_path: Path, more: dict[str, Any], path: str
) -> None:
    report = validate_package(make(tmp_path, PLAIN, **more))
    assert [
        (one.finding.code, one.table, one.finding.value) for one in report.findings
    ] == [("unsafe-path", "t", path)]


def test_a_profile_that_would_have_to_be_fetched_is_named(tmp_path: Path) -> None:
    valid, places, notes = found(
        make(tmp_path, PLAIN, profile="https://example.org/profile.json")
    )
    assert (valid, places) == (True, [])
    assert notes == (
        (
            "The profile https://example.org/profile.json was not fetched, and not "
            "validated against."
        ),
    )


def test_a_row_of_nothing_but_missing_values_is_blank(tmp_path: Path) -> None:
    schema = {**resource()["schema"], "missingValues": ["-", "NA"]}
    content = b"a,b\n-,NA\n1,\n"
    assert found(make(tmp_path, content, schema=schema))[:2] == (
        False,
        ["missing-row t:2 None"],
    )


def test_a_byte_order_mark_counts_only_when_asked(tmp_path: Path) -> None:
    source = make(tmp_path, b"\xef\xbb\xbfa,b\n1,x\n")
    assert found(source)[:2] == (True, ["byte-order-mark t:1 None"])
    assert not found(source, strict=True)[0]


def test_carriage_returns_count_when_asked(tmp_path: Path) -> None:
    source = make(tmp_path, b"a,b\n1,x\r2,y\n")
    assert found(source) == (
        True, [], (("t was validated by Frictionless itself: it has carriage returns without line feeds."),)
    )  # fmt: skip
    assert found(source, strict=True)[1] == [
        "bare-carriage-return t:2 None",
        "too-many-cells t:2 None",
    ]


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
    source = package_of(
        tmp_path / "p", b"id,site,day,dose,sex,seen,fit,clock\nx,S1,,,,,,\n"
    )
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        for path in source.iterdir():
            archive.write(path, path.name)
    assert found(tmp_path / "p.zip") == found(source)


def test_only_what_the_descriptor_names_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    package = make(tmp_path / "p", PLAIN)
    (tmp_path / "elsewhere").mkdir()
    (package / ".venv").symlink_to(tmp_path / "elsewhere")
    (package / "latest.csv").symlink_to(tmp_path / "elsewhere" / "x.csv")
    (package / "notes").mkdir()
    (package / "notes" / "python").symlink_to("/usr/bin/python3")
    report = validate_package(package)
    assert (report.valid, report.findings) == (True, ())


def test_a_named_file_that_is_a_link_out_of_the_folder_stays_closed(
    tmp_path: Path,
) -> None:
    (tmp_path / "p").mkdir()
    package = make(tmp_path / "p", PLAIN)
    (package / "t.csv").rename(tmp_path / "secret.csv")
    (package / "t.csv").symlink_to(tmp_path / "secret.csv")
    codes = {one.finding.code for one in validate_package(package).findings}
    assert codes == {"unsafe-path", "missing-file"}


def test_a_hidden_folder_beside_a_package_of_a_study_is_no_part_of_it(
    tmp_path: Path,
) -> None:
    package = write(tmp_path / "p", clean_forms())
    (package / ".venv").mkdir()
    (package / ".venv" / "python").symlink_to("/usr/bin/python3")
    (package / ".venv" / "table.csv").write_text("a\n")
    (package / ".git").symlink_to(tmp_path)
    assert validate_package(package).findings == ()


def schema_of(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"fields": list(fields), **more}


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'a,b\n1,ache\n2,"12" wide\n', "bad-quoting"),
        (b"a,b\n1,a\0b\n2,w\n", "nul-character"),
        (b"\xef\xbb\xbfa,b\n1,x\n", "byte-order-mark"),
    ],
)
def test_what_is_tolerated_warns_and_with_strict_refuses(
    tmp_path: Path, content: bytes, code: str, strict: bool, engine: Engine
) -> None:
    report = validate_package(make(tmp_path, content), engine=engine, strict=strict)
    assert report.counts.by_severity == {
        "error": int(strict),
        "query": 0,
        "warning": int(not strict),
    }
    assert [one.finding.code for one in report.findings] == [code]
    assert report.valid is not strict


@pytest.mark.parametrize("engine", Engine)
def test_a_file_that_was_changed_refuses_as_the_verdict_does(
    tmp_path: Path, engine: Engine
) -> None:
    report = validate_package(make(tmp_path, PLAIN, bytes=1), engine=engine)
    assert (report.valid, report.counts.by_severity["error"]) == (False, 1)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    ("schema", "content", "message"),
    [
        (
            schema_of(
                {"name": "a", "type": "integer"},
                {"name": "b"},
                missingValues=["", "ND"],
            ),
            b"a,b\n1,x\nND,ND\n2,y\n",
            "The row has no value: every cell is missing (ND, ND).",
        ),
        (
            schema_of({"name": "a"}, {"name": "b"}, missingValues=["", "ND"]),
            b"a,b\n1,x\nND,\n2,y\n",
            "The row has no value: every cell is missing (ND, blank).",
        ),
        (
            schema_of(
                {"name": "a", "missingValues": [{"value": "-99", "label": "refused"}]}
            ),
            b"a\n5\n-99\n",
            "The row has no value: it says -99 (refused).",
        ),
    ],
)
def test_a_row_of_missing_codes_is_not_called_blank(
    tmp_path: Path, schema: dict[str, Any], content: bytes, message: str, engine: Engine
) -> None:
    described = {"$schema": V2, "name": "p", "resources": [resource(schema=schema)]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    (tmp_path / "t.csv").write_bytes(content)
    [one] = validate_package(tmp_path, engine=engine).findings
    assert (one.finding.code, one.finding.message, one.row) == (
        "missing-row",
        message,
        3,
    )
    assert "Remove" not in one.finding.remedy
