"""Every known rewriting, by its own example, and pairs that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rewritings import REWRITINGS, Rewriting, explain


@pytest.mark.parametrize("one", REWRITINGS, ids=lambda one: one.name)
def test_a_rewriting_is_recognised_by_its_own_example(one: Rewriting) -> None:
    assert explain(*one.example) is one


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("01", "1", "zeros-gone"),
        ("01", "1.0", "zeros-gone"),
        ("0001", "1", "zeros-gone"),
        ("1E5", "100000", "exponent"),
        ("0.00001", "1E-05", "exponent"),
        ("100000", "1e+05", "exponent"),
        ("70.00", "70.0", "end-zeros-gone"),
        ("70.0", "70", "point-zero-gone"),
        ("88", "88.0", "point-zero"),
        ("1,234", "1234", "number-respelled"),
        ("0x1F", "31", "number-respelled"),
        ("12345678901234567890", "12345678901234567168", "digits-lost"),
        ("12345678901234567890", "1.23456789012346E+019", "digits-lost"),
        ("12345678901234567890", "12345678901234567e3", "digits-lost"),
        ("12345678901234567", "1.2345678901234568e+16", "digits-lost"),
        ("10000000000000000001", "1e+19", "digits-lost"),
        ("99999999999999999999", "100000000000000000000", "digits-lost"),
        ("30000000000000000003", "30000000000000000004", "digits-lost"),
        ("F", "false", "truth-value"),
        ("true", "TRUE", "truth-value"),
        ("N", "False", "truth-value"),
        ("0", "False", "truth-value"),
        ("09:30", "09:30:00.000000000", "seconds-added"),
        ("09:30", "09:30:00 AM", "seconds-added"),
        ("2024-04-15", "15-Apr-2024", "date-respelled"),
        ("2024-04-15T09:30", "2024-04-15T09:30:00Z", "datetime-respelled"),
        (
            "2024-04-15T09:30:58.922535Z",
            "2024-04-15 09:30:58.922535+00",
            "datetime-respelled",
        ),
        ("2024-04", "2024-04-01", "day-invented"),
        ("2024", "2024/01/01", "day-invented"),
        ("3-4", "2001-03-04", "text-became-date"),
        ("3-4", "3-Apr", "text-became-date"),
        ("NONE", "", "code-erased"),
        ("null", "", "code-erased"),
        ("ND", "", "erased"),
        ("+5", "5", "number-respelled"),
        ("one\r\ntwo", "one\ntwo", "line-breaks"),
    ],
)
def test_what_programs_were_seen_to_do(before: str, after: str, name: str) -> None:
    rewriting = explain(before, after)
    assert rewriting is not None
    assert rewriting.name == name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("120", "130"),
        ("37.1", "37.2"),
        ("01", "2"),
        ("2024-04-15", "2024-04-16"),
        ("09:30", "09:31:00"),
        ("2024-04", "2024/05/01"),
        ("F", "TRUE"),
        ("", "12"),
        ("NEG", "POS"),
        ("12345678901234567890", "12345678901234999999"),
    ],
)
def test_another_value_is_no_rewriting(before: str, after: str) -> None:
    assert explain(before, after) is None


@given(st.text(max_size=20))
def test_a_text_that_is_the_same_was_not_rewritten(text: str) -> None:
    assert explain(text, text) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_are_looked_at_without_an_error(before: str, after: str) -> None:
    explain(before, after)


@given(
    st.sampled_from("0123456789eE+-.,:/T Z%"),
    st.text("0123456789eE+-.,:/T Zam%x", max_size=24),
)
def test_texts_like_numbers_and_dates_are_looked_at_without_an_error(
    first: str, rest: str
) -> None:
    explain(first + rest, rest + first)


@pytest.mark.parametrize(
    ("after", "habit"),
    [("15/4/2024 9:30", "date-day-first"), ("4/15/2024 9:30", "date-month-first")],
)
def test_dates_before_a_time_of_day_are_told_by_their_order(
    after: str, habit: str
) -> None:
    found = explain("2024-04-15T09:30", after)
    assert found is not None
    assert found.name == habit
