"""Months have no fixed number of days, and so their durations are known within limits."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.kinds.duration import days_of_months, duration_words


@pytest.mark.parametrize("months", [*range(40), 48, 97, 599, 1200, 4799, 4800, 4801])
def test_months_have_the_days_that_some_run_of_them_has(months: int) -> None:
    starts = [date(1600 + index // 12, index % 12 + 1, 1) for index in range(4800 * 2)]
    days = {
        (starts[first + months] - starts[first]).days
        for first in range(4800)
        if first + months < len(starts)
    }
    assert days_of_months(months) == (min(days), max(days))


def test_months_beyond_the_calendar_are_counted_too() -> None:
    assert days_of_months(4800 * 1000 + 1) == (146_097_028, 146_097_031)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P3DT4H", "3 days 4 hours"),
        ("PT1M", "1 minute"),
        ("P1Y1M", "1 year 1 month"),
        ("P0D", "0 seconds"),
    ],
)
def test_people_read_a_duration_in_words(text: str, words: str) -> None:
    assert duration_words(text) == words
