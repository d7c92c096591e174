"""Tables in CSV: what is wrong with them, line by line, and what rules read of them."""

from __future__ import annotations

import pytest

from forms_spec.loader import LoadResult, load_study
from forms_spec.rules import to_english
from forms_spec.rules.semantics.home import Home
from tests.forms_spec.dictionaries import dictionary
from tests.forms_spec.rules.test_resolver import expression

STUDY = r"""
study: T1
title: A study with a table
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
day_zero: base.d
tables:
  grades:
    title: Grades of toxicity
    keys:
      test: {}
      value: {type: number, from: low, below: high}
    columns: {grade: text, since: date}
"""
TABLE = "test,low,high,grade,since\nANC,1.5,,0,\nANC,1,1.5,2,2024-01-31\n"
RULE = """
rules:
  R1: {message: Low., assert: "lookup(grades.grade, 'ANC', base.n) = '0'", severity: query, on: [base.n]}
"""


def load(table: str | None = TABLE, study: str = STUDY, rule: str = RULE) -> LoadResult:
    files = dictionary(study, rule)
    if table is not None:
        files["tables/grades.csv"] = table
    return load_study(files)


def said(*args: str | None, **kwargs: str) -> list[str]:
    return [f"{item.text} {item.code}" for item in load(*args, **kwargs).findings]


def test_a_table_is_read_and_belongs_to_the_dictionary() -> None:
    study, other = load().study, load(TABLE + "ANC,,1,3,\n").study
    assert study is not None
    assert other is not None
    assert [dict(row) for row in study.lookup_tables["grades"].rows] == [
        {"test": "ANC", "low": "1.5", "grade": "0"},
        {"test": "ANC", "low": "1", "high": "1.5", "grade": "2", "since": "2024-01-31"},
    ]
    assert study.files["tables/grades.csv"] == TABLE
    assert study.hash != other.hash


def test_quotes_line_ends_and_other_columns_are_read_as_other_programs_write_them() -> (
    None
):
    written = '\ufeffsource,test,low,high,grade,since\r\n"a ""b"", c","ANC",1.5,,"0\r\n1",\r\n,,,,,\r\n'
    study = load(written).study
    assert study is not None
    assert [dict(row) for row in study.lookup_tables["grades"].rows] == [
        {"test": "ANC", "low": "1.5", "grade": "0\r\n1"}
    ]


@pytest.mark.parametrize(
    ("table", "finding"),
    [
        (None, "1.yaml:7:3 table-file-missing"),
        ("test;low;high;grade;since\n", "tables/grades.csv:1:1 table-column"),
        ("test,low,high,grade,\n", "tables/grades.csv:1:21 table-header"),
        ("test,low,low,grade,since\n", "tables/grades.csv:1:10 table-header"),
        (TABLE + "ANC,0,5,1,3,\n", "tables/grades.csv:4:1 table-row"),
        (TABLE + 'ANC,"0,5",1,3,\n', "tables/grades.csv:4:5 table-cell"),
        (TABLE + "ANC,0.5,1,3,31.01.2024\n", "tables/grades.csv:4:13 table-cell"),
        (TABLE + "ANC,1,0.5,3,\n", "tables/grades.csv:4:1 table-reversed"),
        (TABLE + 'ANC,0,1,a "b",\n', "tables/grades.csv:4:11 table-not-csv"),
        (TABLE + 'ANC,0,1,"a,\n', "tables/grades.csv:4:9 table-not-csv"),
        (TABLE + "ANC,1,1.5,3,\n", "tables/grades.csv:4:1 table-row-twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_column(
    table: str | None, finding: str
) -> None:
    assert finding in said(table)


def test_a_table_that_nobody_declares_is_named() -> None:
    files = dictionary()
    files["tables/more.csv"] = "a,b\n"
    (found,) = load_study(files).findings
    assert (str(found.text), found.code) == ("tables/more.csv:1:1", "table-unused")


def test_a_key_needs_ends_that_fit() -> None:
    twice = STUDY.replace("from: low", "from: low, above: high")
    assert "table-key" in " ".join(said(TABLE, study=twice))
    text = STUDY.replace("type: number, ", "")
    assert "table-key" in " ".join(said(TABLE, study=text))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("lookup(grade.grade, 'ANC', base.n) = '0'", "rule-no-lookup-table"),
        ("lookup(grades.low, 'ANC', base.n) = '0'", "rule-no-lookup-column"),
        ("lookup(grades.grade, 'ANC') = '0'", "rule-argument-count"),
        ("lookup(grades.grade, base.n, 'ANC') = '0'", "rule-wrong-type"),
        ("lookup(grades.since, 'ANC', base.n) = '0'", "rule-compare-types"),
    ],
)
def test_a_wrong_look_up_is_refused(call: str, code: str) -> None:
    rule = RULE.replace("lookup(grades.grade, 'ANC', base.n) = '0'", call)
    assert code in " ".join(said(TABLE, rule=rule))


def test_a_look_up_reads_in_english() -> None:
    study = load().study
    assert study is not None
    rule = expression("lookup(grades.grade, 'ANC', n) = '0'")
    words = to_english(rule, study, Home(form=study.forms["base"]))
    assert words == (
        "“grade” in the table “Grades of toxicity” for “ANC” and “Number” is “0”"
    )
