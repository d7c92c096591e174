"""Findings bear the protocol's check: of a rule as their code, of a field's range or
formula beside it.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import Context, Record, Row
from forms_spec.model.study import Study
from tests.forms_spec.dictionaries import findings
from tests.studies import study_of

STUDY = """
study: T1
title: Example
subject: {pattern: '\\d{2}-\\d{3}', example: 01-007}
checks: {required: C74, today: C02}
"""
VISITS = "visits: {SCR: {title: Screening}}\nschedule:\n  columns: SCR\n  vs: X\n"
VS = """
form: vs
title: Vital signs
fields:
  day: {label: Day, type: date, required: true, range: [2024-01-01, today]}
  until: {label: Until, type: date, range: [day, today], checks: {range: [C63, C03]}}
  high: {label: High, type: integer, range: [60, 260], expected: [90, 160], checks: {range: C34}}
  low: {label: Low, type: integer, required: high > 0, checks: {required: {check: C35, severity: query}}}
  mean:
    label: Mean
    type: calculated
    value: (high + low) / 2
    checks: {value: {check: C36, severity: query}}
groups:
  rows:
    title: Rows
    rows: {min: 2, max: 3}
    checks: {rows: {check: C48, severity: query}}
    fields:
      pulse: {label: Pulse, type: integer}
"""
RULES = """
rules:
  C33_low:
    {check: C33, message: Low, assert: low < high, severity: error, on: [vs.low], unknown: {check: C21}}
  C33_high:
    {check: C33, message: High, assert: low < high, severity: query, on: [vs.high], unknown: true}
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(
        {"study.yaml": STUDY, "visits.yaml": VISITS, "vs.yaml": VS, "rules.yaml": RULES}
    )


def said(study: Study, *, rows: int = 2, **texts: str) -> set[str]:
    """``high above-range C34 error``"""
    record = Record(
        texts={"day": "2024-02-01", **texts},
        rows={
            "rows": tuple(Row(number=number + 1, texts={}) for number in range(rows))
        },
    )
    context = Context(today=date(2024, 5, 31), visit="SCR")
    judged = judge(study, study.forms["vs"], record, context, completing=True)
    return {_words(one) for one in judged.findings}


def _words(found: Finding) -> str:
    assert found.data is not None
    return (
        f"{found.data.field or found.data.table} {found.code} {found.rule} "
        f"{found.severity.value}"
    )


def test_both_parts_of_a_check_have_its_code_and_their_own_name_and_weight(
    study: Study,
) -> None:
    assert said(study, high="100", low="120") == {
        "low C33 C33_low error",
        "high C33 C33_high query",
    }


def test_unknown_is_the_check_that_the_rule_names_or_an_untold_rule(
    study: Study,
) -> None:
    assert said(study, high="ND", low="90") >= {
        "low C21 C33_low query",
        "high rule-untold C33_high query",
    }


def test_a_range_names_its_check_and_keeps_its_code(study: Study) -> None:
    assert said(study, high="300", low="90") == {"high above-range C34 error"}
    assert said(study, high="80", low="70") == {"high below-expected None warning"}


def test_each_end_of_a_range_may_be_another_check(study: Study) -> None:
    assert "until below-range C63 error" in said(
        study, high="100", low="90", until="2024-01-31"
    )
    assert "until above-range C03 error" in said(
        study, high="100", low="90", until="2024-06-01"
    )


def test_the_study_names_a_check_for_every_field_that_names_none(study: Study) -> None:
    assert "day required-blank C74 error" in said(study, high="100", low="90", day="")
    assert "day above-range C02 error" in said(
        study, high="100", low="90", day="2024-06-01"
    )
    assert "day below-range None error" in said(
        study, high="100", low="90", day="2023-06-01"
    )


def test_a_check_may_weigh_less_than_its_facet(study: Study) -> None:
    assert "low required-blank C35 query" in said(study, high="100", low="")
    assert "mean calculated-differs C36 query" in said(
        study, high="100", low="90", mean="94"
    )
    assert "rows too-few-rows C48 query" in said(study, high="100", low="90", rows=1)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("checks: {range: C34}", "check-without-facet"),
        ("checks: {label: C34}", "check-without-facet"),
        ("required: true, checks: {required: [C1, C2]}", "check-ends"),
        ("range: [1, 2], checks: {range: [C1]}", "check-ends"),
        ("required: true, checks: {required: C 1}", "bad-name"),
        (
            "required: true, checks: {required: {check: C1, severity: grave}}",
            "not-one-of",
        ),
        ("required: true, checks: C1", "not-a-mapping"),
    ],
)
def test_a_check_that_stands_on_nothing_is_refused(keys: str, code: str) -> None:
    text = f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: integer, {keys}}}\n"
    assert code in {one.code for one in findings(text)}


def test_a_check_without_rows_to_count_is_refused() -> None:
    text = (
        "form: x\ntitle: X\ngroups:\n  g: {checks: {rows: C48}, fields: {a: {label: "
        "A}}}\n"
    )
    assert "check-without-facet" in {one.code for one in findings(text)}
