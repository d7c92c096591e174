"""The eight example subjects show the findings that their first comments name, and no others."""

from __future__ import annotations

import pytest

from forms_spec.model import Study
from tests.data_dictionary.verdicts import example

EXPECTED = {
    "01-001": set(),
    "01-002": set(),
    "01-003": {"SCR vs.bmi above-expected", "SCR ie.excl01 C20_excl01", "D0 ex.exyn C24"},
    "01-005": set(),
    "01-006": {"SCR vs.temp_vsorres above-expected"},
    "01-007": {"SCR vs.temp_vsorres above-expected"},
    "01-008": {"SCR med.medtot above-expected", "SCR med.medtot calculated-differs", "SCR med.medelev C38"},
    "01-012": {
        "D0 ex.exviab below-expected",
        "M3 vs.sysbp_vsorres below-expected",
        "M3 vs.diabp_vsorres above-expected",
        "D0 ex.exviab C55",
        "D0 ex.exyn C53",
        "M3 sv.visdat C04",
        "M3 vs.diabp_vsorres C33",
        "M3 vs.temp_vsorres above-range",  # C34
        "M6 nrs.nrs_avg C60",
        "M6 peg.pegscore calculated-differs",  # C61
        "LOG ae[1].aeendat below-range",  # C63
        "LOG ae[2].aeser C64",
        "LOG ae[3].aeout C64_death",
        "LOG ae[2].aerepdat C65",
        "LOG ae[4].aestdat C66",
        "M24 eos.dsdecod C70",
    },
}
FAILS = {"01-003": ["EXCL01"], "01-005": ["EXCL05"], "01-006": ["EXCL19"]}

INCLUSION = [f"INCL{number:02d}" for number in range(8)]
EXCLUSION = [f"EXCL{number:02d}" for number in range(1, 27)]


@pytest.mark.parametrize("subject", EXPECTED)
def test_a_subject_has_the_findings_of_its_story_and_no_others(study: Study, subject: str) -> None:
    assert example(study, subject).findings() == EXPECTED[subject]


@pytest.mark.parametrize("subject", EXPECTED)
def test_a_subject_fails_the_criteria_of_its_story_and_no_others(study: Study, subject: str) -> None:
    case = example(study, subject)
    childbearing = case.derive("no_childbearing") is not True
    asked = [name for name in INCLUSION if childbearing or name != "INCL01"]
    failed = [name for name in asked if case.derive(name) is not True]
    barred = [name for name in EXCLUSION if childbearing or name != "EXCL02"]
    failed += [name for name in barred if case.derive(name) is not False]
    assert failed == FAILS.get(subject, [])
    assert case.derive("eligible") is (subject not in FAILS)


def test_a_body_mass_index_of_exactly_40_is_not_39_9(study: Study) -> None:
    assert example(study, "01-002").derive("bmi = 40 and bmi is known", "vs") is True


def test_no_subject_is_like_another_by_accident(study: Study) -> None:
    visits = {name: len({key.visit for key in example(study, name).forms}) for name in EXPECTED}
    assert visits == {
        "01-001": 11,
        "01-002": 6,
        "01-003": 6,
        "01-005": 2,
        "01-006": 2,
        "01-007": 6,
        "01-008": 2,
        "01-012": 11,
    }
