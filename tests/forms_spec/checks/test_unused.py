"""What is written and never used."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, load, said


def test_a_codelist_that_no_field_names_is_a_warning() -> None:
    text = "codelists:\n  LEVEL: {L3: L3-L4}\n"
    assert said(text) == ["1.yaml:2:3 unused-codelist"]
    assert load(text).study is not None
    used = (
        "form: x\ntitle: X\nfields:\n  a: {label: A, type: multiple_choice, codes: "
        "LEVEL}\n"
    )
    assert said(text, used) == []


def test_a_parameter_that_no_rule_reads_is_a_warning() -> None:
    study = STUDY + "parameters:\n  limit: 5\n"
    assert said(study) == ["1.yaml:9:3 unused-parameter"]
    for use in (
        "range: [0, $limit]",
        "required: base.n > $limit",
        "show_when: base.n > 2 * $limit",
    ):
        assert (
            said(
                study,
                (
                    f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: integer, "
                    f"{use}}}\n"
                ),
            )
            == []
        )


def test_a_parameter_with_a_label_is_a_fact_of_the_study() -> None:
    assert said(STUDY + "parameters:\n  limit: {value: 5, label: The limit}\n") == []


def test_a_parameter_that_a_derivation_reads_is_used() -> None:
    rules = "derivations:\n  over: {label: Over, value: base.n > $limit}\n"
    assert said(STUDY + "parameters:\n  limit: 5\n", rules) == []


USED = """rules:
  C1: {message: In time, assert: not late, severity: query, on: [base.n]}
"""


@pytest.mark.parametrize(
    ("derivations", "more", "places"),
    [
        ("late: base.n > 5", "", ["1.yaml:2:3"]),
        ("late: base.n > 5", USED, []),
        ("late: {label: Too late, value: base.n > 5}", "", []),
        ("late: very\n  very: base.n > 5", USED, []),
        ("late: base.n > 5\n  very: base.n > 9", USED, ["1.yaml:3:3"]),
        ("late(n): n > 5", USED.replace("late", "late(base.n)"), []),
    ],
)
def test_a_derivation_that_nothing_names_is_a_warning(
    derivations: str, more: str, places: list[str]
) -> None:
    found = said(f"derivations:\n  {derivations}\n", *([more] if more else []))
    assert found == [f"{place} unused-derivation" for place in places]
