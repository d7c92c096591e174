"""Missing is never silently fine: what cannot be told on a form to be completed has a
finding somewhere.
"""

from __future__ import annotations

import pytest

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from tests.forms_spec.evaluation.unknown_cases import (
    A_MAN,
    CASES,
    STUDY,
    context_of,
    record_of,
)
from tests.studies import study_of


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(STUDY)


def said(found: Finding) -> str:
    """``tubes[2].how required-unknown``, ``high not-a-number``, ``tubes rows-unknown``"""
    place = found.data
    assert place is not None
    row = "" if place.row is None else f"{place.table}[{place.row}]."
    code = "rule-untold" if found.rule and found.code == "rule-untold" else found.code
    return f"{row}{place.field or place.table} {code}"


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_told_is_said_once(study: Study, case: str) -> None:
    person, typed, tubes, findings = CASES[case]
    form = study.forms["lab"]
    judged = judge(
        study, form, record_of(typed, tubes), context_of(person), completing=True
    )
    assert {said(one) for one in judged.findings} == findings


@pytest.mark.parametrize("case", CASES)
def test_a_draft_leaves_open_what_cannot_be_told(study: Study, case: str) -> None:
    person, typed, tubes, _ = CASES[case]
    judged = judge(
        study, study.forms["lab"], record_of(typed, tubes), context_of(person)
    )
    assert [
        one.code
        for one in judged.findings
        if one.code.endswith(("-unknown", "-untold"))
    ] == []


@pytest.mark.parametrize(
    ("person", "typed", "why"),
    [
        (A_MAN, "glucose ", "missing: “Glucose”"),
        (A_MAN, "fasting ND; hours ; glucose 130; high 140", "missing: “Fasting?”"),
        (A_MAN, "fasting ND; hours ; glucose ND", "missing: “Fasting?”, “Glucose”"),
    ],
)
def test_a_rule_names_the_sources_that_it_lacks(
    study: Study, person: str, typed: str, why: str
) -> None:
    form = study.forms["lab"]
    judged = judge(
        study, form, record_of(typed, ()), context_of(person), completing=True
    )
    (found,) = [one for one in judged.findings if one.code == "rule-untold"]
    assert (
        found.message == f"Fasting glucose is below 126. Cannot determine this: {why}."
    )
