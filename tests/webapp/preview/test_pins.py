"""A finding of the checker is pinned to the field that its line belongs to, broken text
or not.
"""

from __future__ import annotations

import pytest

from forms_spec.findings.places import TextPlace
from webapp.preview.field_markers import FormPart, about

VITALS = """\
form: vs
title: Vital signs
fields:
  vsperf: {label: Were vital signs taken?, type: yes_no}
  pulse:
    label: Pulse
    # a comment: with a colon
    range: [30,
      220]
groups:
  pressure:
    title: Blood pressure
    defaults: {type: integer}
    fields:
      sysbp: {label: Systolic, range: [60, 260]}
      diabp: {label: Diastolic
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (2, FormPart(form="vs")),
        (4, FormPart(form="vs", field="vsperf")),
        (6, FormPart(form="vs", field="pulse")),
        (9, FormPart(form="vs", field="pulse")),
        (12, FormPart(form="vs", group="pressure")),
        (13, FormPart(form="vs", group="pressure")),
        (15, FormPart(form="vs", group="pressure", field="sysbp")),
        (16, FormPart(form="vs", group="pressure", field="diabp")),
    ],
)
def test_a_line_belongs_to_the_field_that_encloses_it(
    line: int, expected: FormPart
) -> None:
    assert (
        about(TextPlace(file="vs.yaml", line=line, column=9), {"vs.yaml": VITALS})
        == expected
    )


def test_fields_on_one_line_are_told_apart_by_the_column() -> None:
    text = (
        "form: vs\nfields: {pulse: {label: Pulse}, resp: {label: Respiration, rang: "
        "[5, 60]}}\n"
    )
    column = text.splitlines()[1].index("rang") + 1
    assert (
        about(TextPlace(file="vs.yaml", line=2, column=column), {"vs.yaml": text}).field
        == "resp"
    )


def test_a_line_of_another_file_is_about_no_form() -> None:
    place = TextPlace(file="study.yaml", line=1, column=1)
    assert about(place, {"study.yaml": "study: S1\n", "vs.yaml": VITALS}) == FormPart()


def test_a_finding_without_a_place_is_about_nothing() -> None:
    assert about(None, {"vs.yaml": VITALS}) == FormPart()
