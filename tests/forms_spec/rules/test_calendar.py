"""The rule language reads a date as the field type ``partial_date`` does."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.kinds.partial_date import PartialDateKind
from forms_spec.model.kind import Refusal
from forms_spec.model.values import PartialDate
from forms_spec.rules import Type, check_expression
from forms_spec.rules.semantics.calendar import date_interval, datetime_seconds
from tests.forms_spec.rules.test_resolver import expression, home
from tests.parity.rule_study import rule_study
from tests.studies import small_study

TEXTS = [
    "2024", "2024-03", "2024-03-15", "2024-02-29", "1000-01-01", "9999-12-31",
    "2024-00", "2024-00-00", "2024-03-00", "2024-00-15", "2024-13", "2024-02-30",
    "0000", "0999-12-31", "0001-01-01", "2024-3", "2024-3-1", "24-03-01", "2024-",
    "", "2024-03-15T09:30", " 2024", "２０２４",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_date_in_a_rule_is_what_an_answer_can_be(text: str) -> None:
    field = small_study().forms["vs"].fields[0]
    answer = PartialDateKind().parse(text, field)
    interval = date_interval(text)
    if isinstance(answer, Refusal):
        assert interval is None
        return

    assert isinstance(answer, PartialDate)
    assert interval == (answer.earliest.toordinal(), answer.latest.toordinal())


def test_a_month_that_is_not_known_is_left_out() -> None:
    assert date_interval("2024") == (
        date(2024, 1, 1).toordinal(),
        date(2024, 12, 31).toordinal(),
    )
    assert date_interval("2024-00") is None
    assert datetime_seconds("2024-03-00T09:30") is None


@pytest.mark.parametrize("text", ["2024-00-00", "2024-00", "2024-03-00"])
def test_zeros_in_the_date_of_a_rule_are_found(text: str) -> None:
    study = rule_study()
    [result] = check_expression(
        expression(f"today > date '{text}'"), study, home(study), Type.CONDITION
    )
    assert (result.code, result.message) == (
        "rule-bad-moment",
        f'"{text}" does not exist in the calendar.',
    )
