"""The calendar of ``forms_spec.rules.semantics.calendar`` over arrays of day numbers."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date

import numpy as np

from generator.validation.columnar.forms.value_columns import Array

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = ((year - 1970) * 12 for year in (MINYEAR, MAXYEAR + 1))
NO_DAY = 0
"""Stands for a day that leaves the calendar."""


def parts(day: Array) -> tuple[Array, Array]:
    """Months since January 1970, and the day of the month from 0."""
    days = (np.maximum(day, 1) - _EPOCH).astype("datetime64[D]")
    months = days.astype("datetime64[M]")

    return months.astype(np.int64), (days - months.astype("datetime64[D]")).astype(
        np.int64
    )


def add_months(day: Array, months: Array) -> Array:
    """The same day of the month, or the month's last one when it is shorter; NO_DAY
    outside the calendar.
    """
    start, of_month = parts(day)
    month = start + np.clip(months, -_LAST * 2, _LAST * 2)
    inside = (month >= _FIRST) & (month < _LAST)
    month = np.where(inside, month, 0)
    first, following = (_day_of(item) for item in (month, month + 1))

    return np.where(inside, np.minimum(first + of_month, following - 1), NO_DAY)


def _day_of(month: Array) -> Array:
    """The first day of a month."""
    return (
        month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + _EPOCH
    )


def months_between(first: Array, second: Array) -> Array:
    """Completed calendar months; negative when the second day is the earlier one."""
    early, late = np.minimum(first, second), np.maximum(first, second)
    months = parts(late)[0] - parts(early)[0]
    months -= add_months(early, months) > late

    return np.where(second < first, -months, months)


def age_years(birth: Array, on: Array) -> Array:
    """Completed years; a birthday on 29 February counts on 1 March in common years."""
    (born, born_day), (month, day) = parts(birth), parts(on)
    years = month // 12 - born // 12

    return years - (month % 12 * 100 + day < born % 12 * 100 + born_day)
