"""A result below the limit of detection is stored as it is reported, and judged as what
it may be.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.entry import understand
from forms_spec.evaluation import Judgement, judge
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey, Context, Record
from forms_spec.model.study import Study
from forms_spec.rules.semantics.bounds import interval, parted
from tests.forms_spec.dictionaries import load, said
from tests.soak import examples

LAB = """
form: lb
title: Chemistry
fields:
  crp:
    {label: CRP, type: decimal, unit: mg/L, comparator: [<, <=, >, >=], range: [0, 600], expected: [0.5, 50]}
  cells: {label: Cells, type: integer, comparator: ['<']}
  high:
    label: High
    type: calculated
    gives: choice
    codes: [Y, N]
    value: case when crp > 5 then 'Y' else 'N' end
"""


def study() -> Study:
    loaded = load(LAB)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def judged(**texts: str) -> Judgement:
    held = study()
    return judge(
        held,
        held.forms["lb"],
        Record(texts=texts),
        Context(today=date(2024, 5, 31), visit="SCR"),
    )


def codes(found: Judgement) -> list[str]:
    return [one.code for one in found.findings]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<0.3", "<0.3"),
        ("< 0,3", "<0.3"),
        ("\u22640.3", "<=0.3"),
        ("=>500", ">=500"),
        ("0.3", "0.3"),
        ("<0.30", "<0.30"),
        ("<.3", "<0.3"),
        ("<x", "<x"),
        ("<0,300", "<0,300"),
    ],
)
def test_what_a_laboratory_writes_is_understood(typed: str, stored: str) -> None:
    field = study().field("lb", "crp")
    assert field is not None
    assert understand(typed, field, today=date(2024, 5, 31), date_order=None) == stored


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("0.7", []),
        ("<0.5", ["below-expected"]),
        ("<=0.5", []),
        ("<0.3", ["below-expected"]),
        ("<1", []),
        (">49", []),
        (">50", ["above-expected"]),
        (">=50", []),
        (">600", ["above-range"]),
        (">=600", ["above-expected"]),
        ("<0", ["below-range"]),
        ("<=0", ["below-expected"]),
    ],
)
def test_limits_refuse_what_surely_lies_outside(text: str, finds: list[str]) -> None:
    assert codes(judged(crp=text)) == finds


@pytest.mark.parametrize(
    ("text", "high"), [("<5", "N"), (">5", "Y"), (">=5", ""), ("<6", ""), ("5.1", "Y")]
)
def test_a_rule_is_sure_or_unknown(text: str, high: str) -> None:
    assert judged(crp=text).cells[CellKey("lb", None, "high")].text == high


def test_its_number_and_its_comparator_stand_beside_it() -> None:
    cells = judged(crp="<0.7", cells="12").cells
    parts = {
        name: cells[CellKey("lb", None, name)].text
        for name in ("crp_num", "crp_cmp", "cells_num", "cells_cmp")
    }
    assert parts == {
        "crp_num": "0.7",
        "crp_cmp": "<",
        "cells_num": "12",
        "cells_cmp": "=",
    }


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("cells", ">5", "comparator-not-taken"),
        ("cells", "<0.5", "too-many-places"),
        ("crp", "< 0.3", "not-a-number"),
        ("crp", "<0.123456789", "too-many-places"),
        ("crp", "<<1", "not-a-number"),
    ],
)
def test_what_is_no_limit_is_refused(field: str, text: str, code: str) -> None:
    assert codes(judged(**{field: text})) == [code]


def test_a_message_says_the_limit_as_it_was_typed() -> None:
    found: list[Finding] = list(judged(crp="<0.3").findings)
    assert found[0].message == "“CRP” is <0.3 mg/L. Expected: at least 0.5 mg/L."


def test_a_field_says_which_comparators_it_takes() -> None:
    fields = "form: x\ntitle: X\nfields:\n  a: {label: A, type: %s}\n"
    assert said(fields % "decimal, comparator: [=]") == ["1.yaml:4:44 not-one-of"]
    assert said(fields % "date, comparator: ['<']") == ["1.yaml:4:29 facet-not-allowed"]
    assert said(fields % "decimal, comparator: '< <= > >='") == []
    assert (
        said(
            fields % "decimal, comparator: [<, <=, >, >=], range: [0, 9], default: '<3'"
        )
        == []
    )


@settings(max_examples=examples(50, 200), deadline=None)
@given(
    st.sampled_from(["=", "<", "<=", ">", ">="]),
    st.decimals(-(10**14), 10**14, places=8, allow_nan=False),
)
def test_an_interval_gives_back_the_text_that_it_comes_from(
    comparator: str, number: Decimal
) -> None:
    scaled = int(number.scaleb(9))
    assert parted(interval(comparator, scaled)) == (comparator, scaled)
