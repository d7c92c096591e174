"""Parameters are values of their kind."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, load


@pytest.mark.parametrize(
    ("parameter", "kind"),
    [
        ("40", "integer"),
        ("38.0", "decimal"),
        ("-3", "integer"),
        ("three", "text"),
        ("{value: 2024-05-31, kind: date}", "date"),
        ("{value: 40, kind: decimal}", "decimal"),
        ("{value: '40', kind: text}", "text"),
    ],
)
def test_a_parameter_has_the_kind_it_says_or_looks_like(
    parameter: str, kind: str
) -> None:
    study = load(STUDY + f"parameters:\n  p: {parameter}\n").study
    assert study is not None
    assert study.parameters["p"].kind == kind


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        ("{value: 2024-02-30, kind: date}", "parameter-value"),
        ("{value: 1.5, kind: integer}", "parameter-value"),
        ("007", "parameter-value"),
        ("{value: 1, kind: number}", "not-one-of"),
        ("[1]", "not-text"),
        ("{label: A}", "missing-key"),
    ],
)
def test_a_parameter_that_is_no_value_is_refused(parameter: str, code: str) -> None:
    found = [
        one.code for one in load(STUDY + f"parameters:\n  p: {parameter}\n").findings
    ]
    assert code in found
    assert set(found) <= {code, "unused-parameter"}
