"""The table of known rewritings, the surest first."""

from __future__ import annotations

from functools import lru_cache

from generator.rewritings import clocks, numbers, texts
from generator.rewritings.rewriting import Rewriting

_NUMBERS = frozenset({"integer", "decimal"})
_DATES = frozenset({"date", "partial_date"})
_TIMES = frozenset({"time"})
_MOMENTS = frozenset({"datetime", "timestamp"})

REWRITINGS: tuple[Rewriting, ...] = (
    Rewriting(
        name="blank-became-na",
        says="blanks became NA",
        example=("", "NA"),
        turns=texts.became_nothing,
        originals=texts.blanks,
        untouched=texts.is_blank,
    ),
    Rewriting(
        name="code-erased",
        says="missing codes were erased",
        example=("NA", ""),
        turns=texts.code_erased,
        untouched=texts.is_nothing,
        keeps=False,
        by_list=False,
    ),
    Rewriting(
        name="zeros-gone",
        says="leading zeros are gone",
        example=("007", "7"),
        turns=numbers.zeros_gone,
        originals=numbers.zero_filled,
        kinds=frozenset({"key"}),
        untouched=numbers.has_zeros_in_front,
    ),
    Rewriting(
        name="exponent",
        says="numbers use another exponent notation",
        example=("100000", "1e+05"),
        turns=numbers.exponent,
        originals=numbers.plain_numbers,
        kinds=_NUMBERS | {"partial_date"},
    ),
    Rewriting(
        name="point-zero",
        says="whole numbers gained .0",
        example=("1", "1.0"),
        turns=numbers.point_zero,
        originals=numbers.plain_numbers,
        kinds=_NUMBERS | {"partial_date"},
    ),
    Rewriting(
        name="point-zero-gone",
        says="whole numbers lost .0",
        example=("88.0", "88"),
        turns=numbers.point_zero_gone,
        untouched=numbers.ends_with_point_zero,
    ),
    Rewriting(
        name="end-zeros-gone",
        says="trailing zeros of decimals are gone",
        example=("37.10", "37.1"),
        turns=numbers.end_zeros_gone,
    ),
    Rewriting(
        name="decimal-comma",
        says="decimals have a comma instead of a point",
        example=("37.5", "37,5"),
        turns=numbers.decimal_comma,
        originals=numbers.numbers_with_points,
        kinds=frozenset({"decimal"}),
    ),
    Rewriting(
        name="number-respelled",
        says="numbers are written differently",
        example=("+5", "5"),
        turns=numbers.number_respelled,
        originals=numbers.unfilled_numbers,
        kinds=_NUMBERS | {"partial_date"},
    ),
    Rewriting(
        name="binary-noise",
        says="decimals gained the digits of a binary fraction",
        example=("37.1", "37.100000000000001"),
        turns=numbers.binary_noise,
        originals=numbers.rounded_numbers,
        kinds=frozenset({"decimal"}),
    ),
    Rewriting(
        name="digits-lost",
        says="digits of long numbers changed",
        example=("12345678901234567890", "1.23456789012346E+19"),
        turns=numbers.digits_lost,
        keeps=False,
    ),
    Rewriting(
        name="truth-value",
        says="codes and checkboxes became TRUE and FALSE",
        example=("F", "FALSE"),
        turns=texts.truth,
        originals=texts.truths,
        kinds=_NUMBERS | {"boolean"},
    ),
    Rewriting(
        name="seconds-added",
        says="times gained seconds",
        example=("09:30", "09:30:00"),
        turns=clocks.seconds_added,
        originals=clocks.times_without_seconds,
        kinds=_TIMES,
        untouched=clocks.is_plain_time,
    ),
    Rewriting(
        name="time-respelled",
        says="times are written differently",
        example=("09:30", "9:30 AM"),
        turns=clocks.time_respelled,
        originals=clocks.times_without_seconds,
        kinds=_TIMES,
    ),
    Rewriting(
        name="hours-became-minutes",
        says="hours were read as minutes",
        example=("09:30", "0:09:30"),
        turns=clocks.hours_became_minutes,
        originals=clocks.times_of_minutes,
        kinds=_TIMES,
        keeps=False,
    ),
    Rewriting(
        name="date-respelled",
        says="dates have slashes or month names",
        example=("2024-04-15", "2024/04/15"),
        turns=clocks.date_separator,
        originals=clocks.separated_dates,
        kinds=_DATES,
        untouched=clocks.is_iso_date,
    ),
    Rewriting(
        name="date-day-first",
        says="dates begin with the day",
        example=("2024-04-15", "15/04/2024"),
        turns=clocks.date_day_first,
        originals=clocks.day_first_dates,
        kinds=_DATES | {"datetime"},
        untouched=clocks.is_no_day_first,
    ),
    Rewriting(
        name="date-month-first",
        says="dates begin with the month",
        example=("2024-04-15", "04/15/2024"),
        turns=clocks.date_month_first,
        originals=clocks.month_first_dates,
        kinds=_DATES | {"datetime"},
        untouched=clocks.is_no_month_first,
    ),
    Rewriting(
        name="midnight-added",
        says="dates gained a time of day",
        example=("2024-04-15", "2024-04-15 00:00:00"),
        turns=clocks.midnight_added,
        originals=clocks.dates_of_midnights,
        kinds=_DATES,
        untouched=clocks.is_iso_date,
    ),
    Rewriting(
        name="midnight-gone",
        says="the time 00:00 is gone",
        example=("2024-04-15T00:00", "2024-04-15"),
        turns=clocks.midnight_gone,
        keeps=False,
    ),
    Rewriting(
        name="day-invented",
        says="partial dates became exact: a day was invented",
        example=("2024-04", "2024/04/01"),
        turns=clocks.day_invented,
        keeps=False,
    ),
    Rewriting(
        name="month-named",
        says="months are written as names",
        example=("2024-04", "Apr-24"),
        turns=clocks.month_named,
        originals=clocks.months_named,
        kinds=frozenset({"partial_date"}),
    ),
    Rewriting(
        name="datetime-respelled",
        says="dates with times are written differently",
        example=("2024-04-15T09:30", "2024-04-15 09:30:00"),
        turns=clocks.moment_respelled,
        originals=clocks.moments_written,
        kinds=_MOMENTS,
    ),
    Rewriting(
        name="fraction-rounded",
        says="fractions of seconds are rounded",
        example=("2024-04-15T09:30:58.922535Z", "2024-04-15 09:30:58.923"),
        turns=clocks.fraction_rounded,
        keeps=False,
    ),
    Rewriting(
        name="text-became-date",
        says="texts such as 3-4 became dates",
        example=("3-4", "04-Mar"),
        turns=clocks.text_became_date,
        keeps=False,
    ),
    Rewriting(
        name="comma-dropped",
        says="a decimal comma is gone, which changes the number",
        example=("37,5", "375"),
        turns=numbers.comma_dropped,
        keeps=False,
    ),
    Rewriting(
        name="percent-read",
        says="percentages became plain numbers",
        example=("5%", "0.05"),
        turns=numbers.percent,
        keeps=False,
    ),
    Rewriting(
        name="quotes-doubled",
        says="quotation marks were doubled",
        example=('say "hi"', 'say ""hi""'),
        turns=texts.doubled,
    ),
    Rewriting(
        name="blanks-trimmed",
        says="spaces at the ends of texts are gone",
        example=("tired ", "tired"),
        turns=texts.trimmed,
    ),
    Rewriting(
        name="line-breaks",
        says="line breaks inside texts changed",
        example=("one\ntwo", "one two"),
        turns=texts.breaks,
    ),
    Rewriting(
        name="letters-garbled",
        says="accented letters were garbled",
        example=("fièvre", "fiÃ¨vre"),
        turns=texts.garbled,
        originals=texts.ungarbled,
    ),
    Rewriting(
        name="accents-composed",
        says="accents are separate characters",
        example=("é", "e\u0301"),
        turns=texts.composed,
    ),
    Rewriting(
        name="case-changed",
        says="upper and lower case changed",
        example=("neg", "NEG"),
        turns=texts.other_case,
        keeps=False,
    ),
    Rewriting(
        name="formula-evaluated",
        says="texts that look like a formula were calculated",
        example=("=1+1", "2"),
        turns=texts.formula,
        keeps=False,
        by_list=False,
    ),
    Rewriting(
        name="erased",
        says="values were erased",
        example=("ND", ""),
        turns=texts.erased,
        keeps=False,
        by_list=False,
    ),
)

BY_NAME = {rewriting.name: rewriting for rewriting in REWRITINGS}
if len(BY_NAME) != len(REWRITINGS):
    raise ImportError("two rewritings share a name")


@lru_cache(maxsize=1 << 14)
def explain(before: str, after: str) -> Rewriting | None:
    """The rewriting that makes one text of the other; None where it is none that is
    known.
    """
    # The surest come first in the table.
    for rewriting in REWRITINGS:
        if rewriting.explains(before, after):
            return rewriting

    return None
