"""Visits that count from another visit or from a named date, not from day 0."""

from __future__ import annotations

from datetime import date

from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record
from forms_spec.model.study import Study
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import Due, VisitStatus, visit_states
from tests.oncology_study import CYCLES, ENDING, FILES
from tests.studies import study_of

TODAY = date(2024, 4, 18)
REPEATING = """
visits:
  C1D1: {title: First, target: day 0}
  CYC: {title: Later cycle, repeats: true}
  CYC8: {title: Day 8 of a later cycle, target: CYC + 7 days, window: 1 day, repeats: true}
  SAF: {title: Safety, target: CYC + 2 weeks}
schedule:
  columns: C1D1 CYC CYC8 SAF
  sv:      X    X   X    X
  rand:    X    .   .    .
  eot:     .    .   .    X
"""


def states(
    forms: dict[str, str], visits: str = FILES["visits.yaml"]
) -> dict[str, tuple[VisitStatus, Due | None]]:
    """By visit (``CYC2`` is its second time): its status and days. ``forms`` has one
    date for each ``form.field visit``.
    """
    study = study_of({**FILES, "visits.yaml": visits})
    records: dict[FormKey, dict[str, str]] = {}
    for name, text in forms.items():
        field, visit, *number = name.split()
        form, _, item = field.partition(".")
        key = FormKey(form, visit, int(number[0]) if number else 0)
        records.setdefault(key, {})[item] = text

    return _states(study, records)


def _states(
    study: Study, texts: dict[FormKey, dict[str, str]]
) -> dict[str, tuple[VisitStatus, Due | None]]:
    casebook = InMemoryCasebook(
        {key: Record(texts=item) for key, item in texts.items()}
    )
    visits = timeline(study, casebook, texts)
    return {
        f"{state.visit.name}{state.unsno or ''}": (state.status, state.due)
        for state in visit_states(study, visits, TODAY)
    }


def due(first: str, target: str, last: str) -> Due:
    return Due(
        target=date.fromisoformat(target),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
    )


def test_a_visit_counts_from_the_day_on_which_the_other_took_place() -> None:
    found = states({"sv.visdat C1D1": "2024-03-01", "sv.visdat C1D8": "2024-03-11"})
    assert found["C1D8"][1] == due("2024-03-07", "2024-03-08", "2024-03-09")
    # Day 8 came three days late, and so does the next cycle.
    assert found["C2D1"] == (
        VisitStatus.OVERDUE,
        due("2024-03-22", "2024-03-25", "2024-03-28"),
    )


def test_a_visit_has_no_day_before_its_anchor_has_one() -> None:
    found = states({"sv.visdat C1D1": "2024-03-01", "rand.randdat C1D1": "2024-02"})
    for visit in ("C2D1", "W6", "FU"):
        assert found[visit] == (VisitStatus.NOT_DUE, None)


def test_a_named_anchor_is_the_first_of_its_dates_that_is_known() -> None:
    forms = {
        "rand.randdat C1D1": "2024-03-05",
        "eot.plandat EOT": "2024-03-20",
    }
    found = states(forms)
    assert found["W6"] == (
        VisitStatus.DUE,
        due("2024-04-09", "2024-04-16", "2024-04-23"),
    )
    assert found["FU"][1] == due("2024-04-19", "2024-04-19", "2024-04-26")
    found = states({**forms, "eot.lastdat EOT": "2024-03-18"})
    assert found["FU"][1] == due("2024-04-17", "2024-04-17", "2024-04-24")


def test_an_instance_counts_from_its_own_and_any_other_visit_from_the_latest() -> None:
    forms = {
        "sv.visdat CYC 1": "2024-03-01",
        "sv.visdat CYC 2": "2024-04-01",
        "sv.visdat CYC8 2": "2024-04-09",
        "sv.visdat CYC8 3": "2024-04-12",
    }
    found = states(forms, REPEATING)
    assert found["CYC82"][1] == due("2024-04-07", "2024-04-08", "2024-04-09")
    assert found["CYC83"][1] is None
    assert found["SAF"][1] == due("2024-04-15", "2024-04-15", "2024-04-15")


def test_numbered_cycles_have_a_day_each_and_an_end() -> None:
    cycles = CYCLES["visits.yaml"]
    forms = {"sv.visdat C1D1": "2024-03-01"}
    found = states(forms, cycles)
    assert found["CYC1"] == (
        VisitStatus.OVERDUE,
        due("2024-03-20", "2024-03-22", "2024-03-24"),
    )

    found = states({**forms, "sv.visdat CYC 1": "2024-03-29"}, cycles)
    assert found["CYC1"][0] is VisitStatus.DONE
    # The second counts from the first cycle, however late the one before it was.
    assert found["CYC2"] == (
        VisitStatus.OVERDUE,
        due("2024-04-10", "2024-04-12", "2024-04-14"),
    )
    assert "CYC3" not in found

    done = {f"sv.visdat CYC {number}": f"2024-04-0{number}" for number in (1, 2, 3)}
    assert "CYC4" not in states({**forms, **done}, cycles)


def test_cycles_end_with_the_visit_that_ends_them() -> None:
    visits = ENDING["visits.yaml"]
    forms = {"sv.visdat C1D1": "2024-03-01"}
    assert states(forms, visits)["CYC1"][0] is VisitStatus.OVERDUE

    # Cycle 1 was due on the day of the end, and cycle 2 after it.
    ended = {**forms, "sv.visdat EOT": "2024-03-22"}
    found = states(ended, visits)
    assert found["CYC1"][0] is VisitStatus.OVERDUE
    assert found["FU"] == (
        VisitStatus.OVERDUE,
        due("2024-03-29", "2024-03-29", "2024-03-29"),
    )
    found = states({**ended, "sv.visdat CYC 1": "2024-03-22"}, visits)
    assert "CYC2" not in found
