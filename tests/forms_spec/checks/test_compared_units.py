"""Values are compared in one unit."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, findings, said

STUDY_WITH_LIMITS = (
    STUDY
    + """parameters:
  hgb_min: {value: 9, label: Least haemoglobin, unit: g/dL}
  fever: {value: 38, label: Highest temperature, unit: °C}
  fever_f: {value: 100.4, label: Highest temperature, unit: °F}
  cells: {value: 5, label: Cells, unit: million}
  plain: {value: 3, label: Plain}
"""
)
FORM = """form: lab
title: Laboratory
fields:
  hgb: {label: Haemoglobin, type: decimal, unit: g/L}
  old: {label: Before, type: decimal, unit: g/dL}
  bmi: {label: Body mass index, type: decimal, unit: kg/m²}
  bmi2: {label: Again, type: decimal, unit: kg/m2}
  wt: {label: Weight, type: decimal, unit: kg}
  n: {label: Number, type: integer}
  cells: {label: Cells, type: decimal, unit: 10^6}
  temp:
    {label: Temperature, type: decimal, unit: {C: {label: °C}, F: {to: C, as: (value - 32) * 5 / 9}}}
"""


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("hgb >= $hgb_min", "$hgb_min"),
        ("hgb between $hgb_min and 30", "$hgb_min"),
        ("hgb between 1 and $hgb_min", "$hgb_min"),
        ("hgb - old > 3", "old"),
        ("hgb in 'g/L' > old", "old"),
        ("temp in C > $fever_f", "$fever_f"),
        ("in_unit(temp, 'C') > $fever_f", "$fever_f"),
        ("n = 1 and any(lab where hgb < old)", "old"),
        ("lab[SCR].hgb < old", "old"),
        # One unit, or one of which nothing is known
        ("old >= $hgb_min", None),
        ("temp in C > $fever", None),
        ("bmi > bmi2", None),
        ("cells > $cells", None),
        ("hgb > $plain", None),
        ("hgb > 85", None),
        ("hgb > n", None),
        ("hgb / 10 > old", None),
        ("wt / hgb > old", None),
        ("hgb is known and old is known", None),
    ],
)
def test_two_units_in_one_comparison_are_a_warning(
    condition: str, words: str | None
) -> None:
    text = f'{FORM}  z:\n    label: Z\n    show_when: "{condition}"\n'
    place = f"2.yaml:15:{17 + condition.rfind(words)}" if words else ""
    expected = [f"{place} units-differ"] if words else []
    assert said(STUDY_WITH_LIMITS, text) == expected


def test_the_finding_names_both_units() -> None:
    text = f'{FORM}  z:\n    label: Z\n    show_when: "hgb >= $hgb_min"\n'
    (found,) = findings(STUDY_WITH_LIMITS, text)
    assert found.message == (
        "A value in g/dL is compared with, added to or subtracted from one in g/L."
    )
