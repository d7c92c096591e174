"""Who may take part, by the sources: the eight example subjects, and what is said when
it cannot be told.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation.casebook import findings_of, judge_casebook
from forms_spec.evaluation.eligibility import (
    Assessment,
    CriterionResult,
    Verdict,
    assess,
    in_words,
)
from forms_spec.evaluation.lacking_values import Lack
from forms_spec.model.captured_data import EmptyCasebook
from forms_spec.model.study import Study
from tests.data_dictionary.verdicts import Case, eligible, example
from tests.forms_spec.dictionaries import load
from tests.webapp.pages import cellkine

FAILS = {"01-003": ["EXCL01"], "01-005": ["EXCL05"], "01-006": ["EXCL19"]}
EXAMPLES = [
    "01-001",
    "01-002",
    "01-003",
    "01-005",
    "01-006",
    "01-007",
    "01-008",
    "01-012",
]


@pytest.fixture(scope="session")
def study() -> Study:
    return cellkine()


def assessed(case: Case) -> Assessment:
    judged = judge_casebook(case.study, case.casebook(), case.today, subject=case.name)
    findings = findings_of(judged.values())
    found = assess(case.study, case.casebook(), case.today, case.name, findings)
    assert found is not None
    return found


def criterion(study: Study, name: str, screening: str) -> CriterionResult:
    """One criterion of the template's subject with some answers of screening changed."""
    found = assessed(example(study, "01-100", f"visits: {{SCR: {{{screening}}}}}"))
    return next(one for one in found.criteria if one.name == name)


def lacks(result: CriterionResult) -> list[str]:
    return [
        f"{one.source.table}.{one.source.field}: {one.why.value}"
        for one in result.lacking
    ]


@pytest.mark.parametrize("subject", EXAMPLES)
def test_a_subject_fails_the_criteria_of_its_story_and_no_others(
    study: Study, subject: str
) -> None:
    found = assessed(example(study, subject))
    assert [one.name for one in found.failed] == FAILS.get(subject, [])
    assert found.undetermined == ()
    assert eligible(found) is (subject not in FAILS)


@pytest.mark.parametrize("subject", EXAMPLES)
def test_the_page_and_the_rules_say_the_same(study: Study, subject: str) -> None:
    """The agreement rules (C20) and the derivation that C24 uses."""
    case = example(study, subject)
    found = assessed(case)
    for one in found.criteria:
        rule = case.derive(
            study.rules[f"C20_{one.criterion.field.name}"].assertion.text
        )
        agrees = {
            Verdict.AGREES: True,
            Verdict.DISCREPANCY: False,
            Verdict.UNKNOWN: None,
        }
        assert agrees[one.verdict] is rule, one.name
    assert eligible(found) is case.derive("eligible")


def test_only_the_answer_on_obesity_differs_from_its_sources(study: Study) -> None:
    found = assessed(example(study, "01-003"))
    assert [one.name for one in found.criteria if not one.settled] == ["EXCL01"]
    (obese,) = found.failed
    assert (obese.answer, obese.derived, obese.verdict) == (
        "N",
        "Y",
        Verdict.DISCREPANCY,
    )
    values = [
        f"{one.key.visit} {one.table}.{one.field} {one.text}" for one in obese.sources
    ]
    assert values == [
        "SCR vs.bmi 40.1",
        "SCR vs.weight_vsorres 102.7",
        "SCR vs.height_vsorres 160.0",
    ]


def test_a_query_on_a_source_leaves_a_subject_pending(study: Study) -> None:
    found = assessed(example(study, "01-008"))
    assert [
        (one.name, [query.code for query in one.findings]) for one in found.pending
    ] == [("EXCL14", ["C38"])]


def test_a_man_needs_no_pregnancy_test(study: Study) -> None:
    found = assessed(example(study, "01-001"))
    by_name = {one.name: one for one in found.criteria}
    assert by_name["INCL01"].derived == "NA"
    assert [one.field for one in by_name["EXCL02"].sources] == ["sex"]


@pytest.mark.parametrize(
    ("name", "screening", "said"),
    [
        ("INCL00", "dm: {brthdat: 1984}", ["dm.brthdat: too imprecise"]),
        ("INCL05", "mbb: [{mbblev: L4L5, mbbpre: 0, mbbpost: 0}]", None),
        ("EXCL01", "vs: {height_vsorres: null}", ["vs.height_vsorres: not answered"]),
        ("EXCL18", "lbs: {hiv: ND}", ["lbs.hiv: missing with a reason"]),
        ("EXCL18", "lbs: {igra: POS}", ["lbs.igra: does not decide it"]),
        ("EXCL19", "vs: {temp_vsorres: 38.1}", ["vs.feverexp: not answered"]),
        (
            "EXCL06",
            "pr: [{prtype: FACIA, prlev: L4L5, prstdat: 2024-01}]",
            ["pr.prstdat: too imprecise"],
        ),
    ],
)
def test_what_cannot_be_told_says_why(
    study: Study, name: str, screening: str, said: list[str] | None
) -> None:
    found = criterion(study, name, screening)
    assert found.passes is None
    assert found.verdict is Verdict.UNKNOWN
    if said is not None:
        assert set(said) <= set(lacks(found))
    assert found.lacking


def test_nothing_is_told_of_somebody_of_whom_nothing_is_known(study: Study) -> None:
    found = assess(study, EmptyCasebook(), date(2024, 4, 18), "01-020")
    assert found is not None
    assert eligible(found) is None
    assert len(found.undetermined) == 34
    assert {one.verdict for one in found.criteria} == {Verdict.UNANSWERED}
    assert all(one.lacking for one in found.criteria)
    assert {one.why for result in found.criteria for one in result.lacking} == {
        Lack.UNANSWERED
    }
    assert not any(one.captured for result in found.criteria for one in result.sources)


def test_a_study_without_criteria_has_no_eligibility() -> None:
    study = load().study
    assert study is not None
    assert assess(study, EmptyCasebook(), date(2024, 4, 18)) is None


def test_a_criterion_is_said_in_words(study: Study) -> None:
    assert study.eligibility is not None
    obesity = next(
        one for one in study.eligibility.criteria if one.field.name == "excl01"
    )
    assert in_words(obesity.met, study).startswith("“Body mass index” (Vital signs")
