"""The demo lives today: no visit is overdue by years, and every subject keeps its
findings and its age.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files

import pytest

from forms_spec.model.captured_data import InMemoryCasebook
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import visit_states
from generator.package.example_subjects import read_subjects
from tests.webapp.pages import cellkine
from webapp.demo.dates import findings_of_forms, until_today
from webapp.demo.demo_study import read_texts

TODAY = date(2026, 11, 29)
BySubject = Mapping[str, list[CapturedForm]]


def by_subject(forms: list[CapturedForm]) -> BySubject:
    names = dict.fromkeys(form.subject for form in forms)
    return {name: [form for form in forms if form.subject == name] for name in names}


@pytest.fixture(scope="module")
def entered() -> tuple[list[CapturedForm], date]:
    examples = read_subjects(
        read_texts(files("data_dictionary") / "cellkine" / "subjects"), cellkine()
    )
    assert examples.data_cut is not None
    return list(examples.forms), examples.data_cut


@pytest.fixture(scope="module", params=[TODAY, date(2028, 2, 29)])
def moved(
    request: pytest.FixtureRequest, entered: tuple[list[CapturedForm], date]
) -> tuple[BySubject, date]:
    return by_subject(
        until_today(cellkine(), *entered[:1], request.param, entered[1])
    ), request.param


def test_every_subject_keeps_its_findings(
    entered: tuple[list[CapturedForm], date], moved: tuple[BySubject, date]
) -> None:
    originals, study = by_subject(entered[0]), cellkine()
    for name, forms in moved[0].items():
        before, after = (
            findings_of_forms(study, originals[name], entered[1]),
            findings_of_forms(study, forms, moved[1]),
        )
        assert before == after, name


def test_no_visit_is_overdue_by_years(moved: tuple[BySubject, date]) -> None:
    study, (subjects, today) = cellkine(), moved
    for name, forms in subjects.items():
        records = InMemoryCasebook({form.key: form.record for form in forms})
        states = visit_states(
            study, timeline(study, records, [form.key for form in forms]), today
        )
        assert max((state.days_overdue or 0) for state in states) <= 200, name


def test_a_subject_is_as_old_at_consent_as_before(
    entered: tuple[list[CapturedForm], date], moved: tuple[BySubject, date]
) -> None:
    def ages(forms: list[CapturedForm]) -> list[str]:
        return [
            form.record.texts.get("age", "") for form in forms if form.key.form == "dm"
        ]

    originals = by_subject(entered[0])
    assert {name: ages(forms) for name, forms in moved[0].items()} == {
        name: ages(forms) for name, forms in originals.items()
    }


def test_the_same_day_gives_the_same_demo_and_an_earlier_one_the_original(
    entered: tuple[list[CapturedForm], date],
) -> None:
    forms, day = entered
    study = cellkine()
    few = [form for form in forms if form.subject == "01-002"]
    moved_once = until_today(study, few, TODAY, day)
    assert moved_once == until_today(study, few, TODAY, day)
    assert until_today(study, few, date(2024, 1, 1), day) == few
    before, after = (consent(forms) for forms in (few, moved_once))
    assert (after - before) % timedelta(days=7) == timedelta(0)


def consent(forms: list[CapturedForm]) -> date:
    (signed,) = [
        form.record.texts["rficdat"] for form in forms if form.key.form == "icf"
    ]
    return date.fromisoformat(signed)
