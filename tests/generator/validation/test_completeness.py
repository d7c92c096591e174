"""Why a cell has no answer is told apart for every field and visit, and the same in
every format.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import frictionless

from generator import Engine, findings_frame, missingness_frame, validate_package
from generator.validation.completeness import Missingness, share_answered, visits
from generator.validation.report.report import Report
from generator.validation.report.write_csv import findings_csv, missingness_csv
from generator.validation.report.write_frictionless import report_frictionless
from generator.validation.report.write_html import report_html
from generator.validation.report.write_json import report_json
from tests.package_cases import GOOD_VS, captured, write


def report_on(folder: Path) -> Report:
    forms = [
        captured("vs SCR", {**GOOD_VS, "sysbp": "ND"}),
        captured("vs SCR", {"vsperf": "N"}, subject="01-002"),
        captured("vs SCR", {}, subject="01-003"),
        captured("vs SCR", {**GOOD_VS, "sysbp": "12x"}, subject="01-004", status=0),
        captured(
            "lb SCR", {"lbcode": "AB12", "hb": "=1+1"}, subject="01-004", status=0
        ),
    ]
    return validate_package(write(folder / "p.zip", forms))


def states(report: Report, field: str) -> dict[str, int]:
    [line] = [
        one
        for one in report.missingness
        if (one.table, one.field, one.visit) == ("vs", field, "SCR")
    ]
    return dict(line.states)


def test_a_reason_a_hidden_field_a_blank_and_a_wrong_text_are_four_things(
    tmp_path: Path,
) -> None:
    report = report_on(tmp_path)
    assert states(report, "vsperf") == {"answered": 3, "blank though expected": 1}
    assert {"missing: ND", "invalid"} <= states(report, "sysbp").keys()
    assert sum(states(report, "sysbp").values()) == 4


def test_both_engines_count_the_same(tmp_path: Path) -> None:
    report_on(tmp_path)
    reports = [validate_package(tmp_path / "p.zip", engine=engine) for engine in Engine]
    assert reports[0].missingness == reports[1].missingness != ()


def test_hidden_and_coming_cells_do_not_lower_the_share_of_answers() -> None:
    assert (
        share_answered(
            {"answered": 3, "missing: ND": 1, "not applicable": 9, "not yet due": 9}
        )
        == 0.75
    )
    assert share_answered({"not yet due": 9}) is None


def test_every_format_has_the_table(tmp_path: Path) -> None:
    report = report_on(tmp_path)
    line = {"table": "vs", "field": "vsperf", "visit": "SCR"}
    read = json.loads(report_json(report))["missingness"]
    assert {**line, "states": {"answered": 3, "blank though expected": 1}} in read
    rows = list(csv.DictReader(io.StringIO(missingness_csv(report))))
    assert {**line, "state": "answered", "cells": "3"} in rows
    page = report_html(report)
    assert "Completeness by form and visit" in page
    assert (
        "<strong>75 %</strong> <small>3 answered, 1 blank though expected</small>"
        in page
    )


def test_findings_as_csv_start_no_formula(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(report_on(tmp_path)))))
    [row] = [row for row in rows if row["field"] == "hb"]
    assert (row["value"], row["subjid"], row["line"], row["code"]) == (
        "'=1+1",
        "01-004",
        "2",
        "not-a-number",
    )


def test_tables_for_people_say_error_where_json_has_the_key_of_the_dictionary(
    tmp_path: Path,
) -> None:
    report = report_on(tmp_path)
    rows = csv.DictReader(io.StringIO(findings_csv(report)))
    assert {row["severity"] for row in rows} <= {"error", "query", "warning"}
    frame = findings_frame(report, library="polars")
    assert frame.filter(field="hb").get_column("severity").to_list() == ["error"]
    read = json.loads(report_json(report))["findings"]
    assert [item["severity"] for item in read if item["field"] == "hb"] == ["error"]


def test_frictionless_reads_the_report_in_its_own_shape(tmp_path: Path) -> None:
    report = report_on(tmp_path)
    read = frictionless.Report.from_descriptor(json.loads(report_frictionless(report)))
    assert read.valid is report.valid is False
    places = {tuple(row) for row in read.flatten(["rowNumber", "fieldName", "cell"])}
    assert (2, "hb", "=1+1") in places
    assert sum(task.stats["errors"] for task in read.tasks) == report.counts.located


def test_a_report_is_two_frames(tmp_path: Path) -> None:
    report = report_on(tmp_path)
    findings = findings_frame(report, library="polars")
    assert findings.height == len(report.findings)
    assert findings.filter(field="hb").select("line", "value").row(0) == (2, "=1+1")
    answers = missingness_frame(report, library="polars")
    assert answers.filter(field="vsperf", state="answered").get_column(
        "cells"
    ).to_list() == [3]


def test_visits_stand_in_the_studys_order_whichever_form_comes_first() -> None:
    lines = [
        Missingness(table=table, field="a", visit=visit, states={})
        for table, held in (
            ("ae", "LOG"),
            ("ex", "D0"),
            ("lb", "SCR M3"),
            ("vs", "SCR D0 M1 M3"),
        )
        for visit in held.split()
    ]
    assert visits(lines) == ("LOG", "SCR", "D0", "M1", "M3")
