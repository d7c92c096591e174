"""A laboratory form whose unit is chosen, with reference ranges in both units."""

from __future__ import annotations

from functools import cache

from forms_spec.model.study import Study
from tests.studies import study_of

LB = """
form: lb
title: Laboratory
fields:
  lab: {label: Laboratory}
  hgb:
    label: Haemoglobin
    type: decimal
    places: 1
    unit: {g/dL: {label: gram per dL}, g/L: {label: gram per litre, to: g/dL, as: value / 10}}
    lab_test: hgb
  lies: {label: Lies, type: calculated, gives: choice, codes: [LOW, NORMAL, HIGH], value: in_reference(hgb)}
"""
RANGES = """
reference_ranges:
  lab: lab
  columns: [lab, test, low, high, unit]
  rows:
    - [A, hgb, 12.0, 15.5, g/dL]
    - [B, hgb, 130, 175, g/L]
"""


@cache
def reference_study() -> Study:
    return study_of(
        {
            "study.yaml": "study: HB-1\ntitle: Haemoglobin\nsites: {'01': Ghent}\n"
            "subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}\n",
            "visits.yaml": (
                "visits: {SCR: {title: Screening}}\nschedule:\n  columns: SCR\n  lb: "
                "X\n"
            ),
            "lb.yaml": LB,
            "ranges.yaml": RANGES,
        }
    )
