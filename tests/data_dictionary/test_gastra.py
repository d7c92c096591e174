"""A trial with two arms, cycles and lesions that are followed: its subjects show what
their stories say, on every way.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forms_spec import load_study
from forms_spec.evaluation.eligibility import assess
from forms_spec.model.captured_data import InMemoryCasebook
from forms_spec.model.study import Study
from generator.package.example_subjects import ExampleSubjects, read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.validation.report.report import Report
from tests.acceptance.expectations import said
from tests.data_dictionary.conftest import GASTRA, texts
from tests.generator.validation.columnar.forms.test_agreement import agree

TABLE = Path(__file__).parent / "gastra_subjects.txt"
CUT = date(2024, 12, 31)


@cache
def gastra() -> Study:
    """The study, loaded once; nothing is found in it."""
    files = {
        str(file.relative_to(GASTRA)): file.read_text(encoding="utf-8")
        for file in sorted(GASTRA.rglob("*.*"))
        if "subjects" not in file.parts
    }
    loaded = load_study(files)
    assert loaded.findings == ()
    assert loaded.study is not None
    return loaded.study


@cache
def subjects() -> ExampleSubjects:
    read = read_subjects(texts(GASTRA / "subjects"), gastra())
    assert read.findings == ()
    assert read.data_cut == CUT
    return read


def expectations() -> dict[str, set[str]]:
    """The findings of each subject of the table."""
    expected: dict[str, set[str]] = {}
    for block in TABLE.read_text(encoding="utf-8").split("\n\n")[1:]:
        subject, *lines = block.splitlines()
        expected[subject] = {" ".join(line.split()) for line in lines}

    return expected


def test_nothing_is_found_in_the_dictionary_and_it_has_twelve_visits() -> None:
    assert len(gastra().visits) == 12


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What ``crfsmith validate`` says of all subjects, row by row and by columns."""
    study, target = gastra(), tmp_path_factory.mktemp("gastra") / "package"
    write_package(study, sorted(subjects().forms, key=package_order(study)), target)

    return agree(target)


@pytest.mark.parametrize("subject", expectations())
def test_a_subject_shows_the_findings_of_its_story(
    report: Report, subject: str
) -> None:
    shown = {
        said(item.finding)
        for item in report.findings
        if item.key is not None and item.key["subjid"] == subject
    }
    assert shown == expectations()[subject]


def test_visits_of_the_other_arm_and_after_treatment_are_not_awaited(
    report: Report,
) -> None:
    overdue = {
        line.visit: line.states["overdue"]
        for line in report.missingness
        if line.table == "sv" and line.field == "svdone" and "overdue" in line.states
    }
    # 405-001 goes on: its next infusion and scan. 403-001 was randomised, and never came.
    assert overdue == {"CA": 1, "TA": 2}


def test_a_subject_of_whom_nothing_is_known_fails_no_criterion() -> None:
    assessment = assess(gastra(), InMemoryCasebook({}), CUT, "401-009")
    assert assessment is not None
    assert assessment.failed == ()
