"""Packages of others whose tables a program rewrote: it is named, and the verdict is
Frictionless's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.report.summary import look_first
from generator.validation.validate import validate_package

FIELDS = [
    {"name": "id", "type": "integer"},
    {"name": "site", "type": "string", "constraints": {"enum": ["01", "02"]}},
    {"name": "at", "type": "time", "format": "%H:%M"},
    {"name": "pain", "type": "integer", "constraints": {"maximum": 10}},
]


def write(folder: Path, lines: Sequence[str]) -> Path:
    resource = {"name": "visits", "path": "visits.csv", "schema": {"fields": FIELDS}}
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "other", "resources": [resource]})
    )
    (folder / "visits.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize("engine", Engine)
def test_the_program_is_named_before_its_cells(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_package, "SMALL", 0)
    package = write(
        tmp_path,
        ['"","id","site","at","pain"', '"1",1,1,"09:30",NA', '"2",2,2,"10:00",12'],
    )
    report = validate_package(package, engine=engine)
    (first,) = look_first(report)
    assert first.message == (
        "visits.csv came back from R (read.csv, write.csv): leading zeros are gone (2 "
        "cells: visits.site);"
        " blanks became NA (1 cell: visits.pain); a column of row numbers was added "
        "(1 table)."
        " They are validated as they are."
    )
    assert (
        first.follows
        == "3 findings result from it: 2 cell-constraint, 1 unknown-column"
    )
    assert not report.valid


def test_one_cell_of_many_is_no_program(tmp_path: Path) -> None:
    report = validate_package(
        write(tmp_path, ["id,site,at,pain", "1,1,09:30,3", "2,02,10:00,4"])
    )
    assert dict(report.counts.by_code) == {"cell-constraint": 1}


def test_a_package_that_is_right_has_no_cause(tmp_path: Path) -> None:
    assert validate_package(
        write(tmp_path, ["id,site,at,pain", "1,01,09:30,", "2,02,10:00,4"])
    ).valid
