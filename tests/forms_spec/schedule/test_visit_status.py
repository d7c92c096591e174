"""When visits are due, and what their status is today."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.findings.places import TextPlace
from forms_spec.model.study import Study
from forms_spec.model.visits import (
    Expectation,
    Offset,
    Scheduled,
    Visit,
    VisitType,
    Window,
)
from forms_spec.schedule.visit_status import (
    CapturedVisit,
    Due,
    FormExpectation,
    Timeline,
    VisitStatus,
    add_months,
    due_dates,
    expectation,
    next_visit,
    visit_state,
    visit_states,
)

HERE = TextPlace(file="visits.yaml", line=1, column=1)


def scheduled(
    name: str, count: int, unit: str = "day", window: Window | None = None
) -> Visit:
    return Visit(
        name=name,
        title=name,
        type=VisitType.SCHEDULED,
        target=Offset(count=count, unit=unit),
        window=window,
        repeats=False,
        place=HERE,
    )


def special(name: str, kind: VisitType, *, repeats: bool = False) -> Visit:
    return Visit(
        name=name,
        title=name,
        type=kind,
        target=None,
        window=None,
        repeats=repeats,
        place=HERE,
    )


def around(days: int) -> Window:
    return Window(first=-days, last=days, around=True)


SCR = scheduled("SCR", -14, window=Window(first=-60, last=-1, around=False))
D0 = scheduled("D0", 0, window=around(0))
D35 = scheduled("D35", 4, window=Window(first=3, last=5, around=False))
W2 = scheduled("W2", 14, window=around(3))
M3 = scheduled("M3", 3, "month", around(14))
M24 = scheduled("M24", 24, "month", around(30))
UNS = special("UNS", VisitType.UNSCHEDULED, repeats=True)
ET = special("ET", VisitType.TERMINATION)
INJECTED = date(2024, 4, 15)


def due(visit: Visit) -> Due:
    found = due_dates(visit, INJECTED)
    assert found is not None
    return found


def day(text: str) -> date:
    return date.fromisoformat(text)


class TestWindows:
    @pytest.mark.parametrize(
        ("visit", "first", "target", "last"),
        [
            (SCR, "2024-02-15", "2024-04-01", "2024-04-14"),
            (D0, "2024-04-15", "2024-04-15", "2024-04-15"),
            (D35, "2024-04-18", "2024-04-19", "2024-04-20"),
            (W2, "2024-04-26", "2024-04-29", "2024-05-02"),
            (M3, "2024-07-01", "2024-07-15", "2024-07-29"),
            (M24, "2026-03-16", "2026-04-15", "2026-05-15"),
        ],
    )
    def test_target_and_window_count_from_the_injection(
        self, visit: Visit, first: str, target: str, last: str
    ) -> None:
        assert due(visit) == Due(target=day(target), first=day(first), last=day(last))

    @pytest.mark.parametrize(
        ("visit", "on", "outside"),
        [
            (W2, "2024-04-25", -1),  # day 10
            (W2, "2024-04-26", 0),  # day 11
            (W2, "2024-05-02", 0),  # day 17
            (W2, "2024-05-03", 1),  # day 18
            (D35, "2024-04-17", -1),  # day 2
            (D35, "2024-04-21", 1),  # day 6
            (M3, "2024-06-30", -1),
            (M3, "2024-07-01", 0),
            (M3, "2024-07-29", 0),
            (M3, "2024-07-30", 1),
            (M3, "2024-08-05", 7),
        ],
    )
    def test_a_date_is_inside_or_so_many_days_outside(
        self, visit: Visit, on: str, outside: int
    ) -> None:
        assert due(visit).days_outside(day(on)) == outside

    def test_nothing_is_due_before_day_zero_is_known(self) -> None:
        assert due_dates(M3, None) is None

    @pytest.mark.parametrize("mistyped", ["9999-12-31", "0001-01-01"])
    def test_a_mistyped_day_zero_at_the_calendar_s_end_has_no_due_dates(
        self, mistyped: str
    ) -> None:
        assert due_dates(M24 if mistyped > "1" else SCR, day(mistyped)) is None


class TestMonths:
    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            ("2024-05-31", -3, "2024-02-29"),
            ("2023-11-30", 3, "2024-02-29"),
            ("2024-08-31", 6, "2025-02-28"),
            ("2024-12-15", 1, "2025-01-15"),
            ("2024-01-15", -1, "2023-12-15"),
            ("2024-02-29", 12, "2025-02-28"),
        ],
    )
    def test_are_calendar_months_clamped_to_the_months_end(
        self, start: str, months: int, end: str
    ) -> None:
        assert add_months(day(start), months) == day(end)

    @given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(-1200, 1200))
    def test_there_and_back_never_gains_a_day(self, start: date, months: int) -> None:
        back = add_months(add_months(start, months), -months)
        assert (back.year, back.month) == (start.year, start.month)
        assert start.day - 3 <= back.day <= start.day


class TestStatus:
    @pytest.mark.parametrize(
        ("today", "status", "overdue"),
        [
            ("2024-06-30", VisitStatus.NOT_DUE, 0),
            ("2024-07-01", VisitStatus.DUE, 0),
            ("2024-07-29", VisitStatus.DUE, 0),
            ("2024-07-30", VisitStatus.OVERDUE, 1),
            ("2024-08-04", VisitStatus.OVERDUE, 6),
        ],
    )
    def test_follows_the_window(
        self, today: str, status: VisitStatus, overdue: int
    ) -> None:
        state = visit_state(M3, Timeline(day_zero=INJECTED), day(today))
        assert (state.status, state.days_overdue) == (status, overdue)

    def test_a_visit_that_took_place_is_done_wherever_its_date_falls(self) -> None:
        held = {("M3", 0): CapturedVisit(date=day("2024-08-05"))}
        state = visit_state(
            M3, Timeline(day_zero=INJECTED, captured=held), day("2026-05-31")
        )
        assert (state.status, state.days_outside, state.days_overdue) == (
            VisitStatus.DONE,
            7,
            0,
        )

    def test_a_missed_visit_is_not_overdue(self) -> None:
        missed = Timeline(
            day_zero=INJECTED, captured={("M3", 0): CapturedVisit(missed=True)}
        )
        assert visit_state(M3, missed, day("2026-05-31")).status is VisitStatus.MISSED

    def test_before_day_zero_is_known_screening_is_due_and_the_rest_not_yet(
        self,
    ) -> None:
        found = [
            visit_state(visit, Timeline(), day("2024-03-04")).status
            for visit in (SCR, D0, M3)
        ]
        assert found == [VisitStatus.DUE, VisitStatus.NOT_DUE, VisitStatus.NOT_DUE]

    def test_after_the_last_day_nothing_more_is_expected(self) -> None:
        left = Timeline(day_zero=INJECTED, ended=day("2024-06-01"))
        found = [
            visit_state(visit, left, day("2026-05-31")).status
            for visit in (W2, M3, M24)
        ]
        assert found == [
            VisitStatus.OVERDUE,
            VisitStatus.NOT_EXPECTED,
            VisitStatus.NOT_EXPECTED,
        ]

    def test_a_screening_failure_is_expected_at_no_later_visit(self) -> None:
        failed = Timeline(
            ended=day("2024-04-08"),
            captured={("SCR", 0): CapturedVisit(date=day("2024-03-04"))},
        )
        found = [
            visit_state(visit, failed, day("2026-05-31")).status
            for visit in (SCR, D0, M3)
        ]
        assert found == [
            VisitStatus.DONE,
            VisitStatus.NOT_EXPECTED,
            VisitStatus.NOT_EXPECTED,
        ]

    def test_the_last_visit_is_still_expected_on_the_last_day(self) -> None:
        planned = Timeline(day_zero=INJECTED, ended=day("2026-04-15"))
        state = visit_state(M24, planned, day("2026-05-31"))
        assert (state.status, state.days_overdue) == (VisitStatus.OVERDUE, 16)

    @pytest.mark.parametrize("visit", [UNS, ET])
    def test_a_visit_outside_the_schedule_is_expected_only_once_it_took_place(
        self, visit: Visit
    ) -> None:
        held = {(visit.name, 0): CapturedVisit(date=day("2024-05-20"))}
        today = day("2024-06-01")
        assert (
            visit_state(visit, Timeline(day_zero=INJECTED), today).status
            is VisitStatus.NOT_EXPECTED
        )
        done = visit_state(visit, Timeline(day_zero=INJECTED, captured=held), today)
        assert done.status is VisitStatus.DONE


def study(*visits: Visit, schedule: tuple[Scheduled, ...] = ()) -> Study:
    return Study(
        name="SMALL", title="Small", short="Small", hash="0" * 64, files={}, subject_pattern="",
        subject_example="", sites={}, date_order=None, day_zero=(), missing={}, parameters={},
        codelists={}, visits={visit.name: visit for visit in visits}, schedule=schedule, forms={}, place=HERE,
    )  # fmt: skip


class TestWholeSchedule:
    def test_a_repeating_visit_stands_once_for_each_time(self) -> None:
        held = {
            ("UNS", 2): CapturedVisit(date=day("2024-06-01")),
            ("UNS", 1): CapturedVisit(date=day("2024-05-20")),
        }
        states = visit_states(
            study(W2, UNS),
            Timeline(day_zero=INJECTED, captured=held),
            day("2024-06-10"),
        )
        assert [(state.visit.name, state.unsno) for state in states] == [
            ("W2", 0),
            ("UNS", 1),
            ("UNS", 2),
        ]

    def test_the_next_visit_is_the_first_that_still_has_to_take_place(self) -> None:
        held = {
            ("SCR", 0): CapturedVisit(date=day("2024-03-04")),
            ("D0", 0): CapturedVisit(date=INJECTED),
        }
        now = Timeline(day_zero=INJECTED, captured=held)
        found = next_visit(visit_states(study(SCR, D0, W2, M3), now, day("2024-04-20")))
        assert found is not None
        assert (found.visit.name, found.status) == ("W2", VisitStatus.NOT_DUE)

    def test_nothing_is_next_when_all_took_place(self) -> None:
        held = {("D0", 0): CapturedVisit(date=INJECTED)}
        assert (
            next_visit(visit_states(study(D0), Timeline(captured=held), INJECTED))
            is None
        )


class TestExpectation:
    @pytest.mark.parametrize(
        ("wanted", "holds", "expected"),
        [
            (Expectation.REQUIRED, None, FormExpectation.REQUIRED),
            (Expectation.OPTIONAL, None, FormExpectation.OPTIONAL),
            (Expectation.CONDITIONAL, True, FormExpectation.REQUIRED),
            (Expectation.CONDITIONAL, False, FormExpectation.NOT_EXPECTED),
            (Expectation.CONDITIONAL, None, FormExpectation.UNKNOWN),
        ],
    )
    def test_is_what_the_schedule_says(
        self, wanted: Expectation, holds: bool | None, expected: FormExpectation
    ) -> None:
        when = "a condition" if wanted is Expectation.CONDITIONAL else None
        line = Scheduled(
            form="pt", visit="M3", expectation=wanted, when=when, place=HERE
        )  # type: ignore[arg-type]
        assert (
            expectation(study(M3, schedule=(line,)), "pt", "M3", lambda _: holds)
            is expected
        )

    def test_a_form_that_is_not_in_the_schedule_is_not_expected(self) -> None:
        assert (
            expectation(study(M3), "pt", "M3", lambda _: True)
            is FormExpectation.NOT_EXPECTED
        )
