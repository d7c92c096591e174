"""The plan of double entry: what is wrong with it is found where it stands."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, load, said

ROLES = "---\nroles:\n"
NURSE = "  nurse: {may: [see, enter, complete, query, sign]}\n"


@pytest.mark.parametrize(
    ("plan", "roles", "findings"),
    [
        ("{forms: [base]}", "", []),
        ("{forms: [base], own_adjudication: true}", "", []),
        ("{forms: [bose]}", "", ["1.yaml:8:24 double-entry-unknown"]),
        ("{forms: [base, base]}", "", ["1.yaml:8:30 listed-twice"]),
        ("{forms: []}", "", ["1.yaml:8:23 list-length"]),
        ("{}", "", ["1.yaml:8:1 missing-key"]),
        (
            "{forms: [base], own_adjudication: maybe}",
            "",
            ["1.yaml:8:49 not-true-or-false"],
        ),
        (
            "{forms: [base]}",
            f"{ROLES}{NURSE}",
            ["1.yaml:8:24 double-entry-nobody-decides"],
        ),
        (
            "{forms: [base]}",
            f"{ROLES}{NURSE}  judge: {{may: [see, adjudicate]}}\n",
            [],
        ),
        (
            "{forms: [base]}",
            f"{ROLES}{NURSE}  judge: {{may: [see, adjudicate], places: {{base.n: []}}}}\n",
            ["1.yaml:8:24 double-entry-nobody-decides"],
        ),
    ],
)
def test_a_plan_of_double_entry_is_checked(
    plan: str, roles: str, findings: list[str]
) -> None:
    text = f"{STUDY.rstrip()}\ndouble_entry: {plan}\n{roles}"
    assert said(text) == findings


def test_a_form_with_a_file_is_not_entered_twice() -> None:
    scan = "---\nform: scan\ntitle: Scan\nfields:\n  x: {label: X, type: file, accept: [png]}\n"
    text = f"{STUDY.rstrip()}\ndouble_entry: {{forms: [scan]}}\n{scan}"
    assert said(text) == ["1.yaml:8:24 double-entry-file"]


def test_a_study_without_a_plan_enters_nothing_twice() -> None:
    study = load(STUDY).study
    assert study is not None
    assert study.double_entry is None
