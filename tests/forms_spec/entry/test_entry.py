"""What people type is understood, or left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.entry import understand
from forms_spec.kinds import Refusal
from forms_spec.model.characters import strip_blanks
from tests.parity.fields import accepted, by_type, distinct_fields, field_of, samples
from tests.parity.typed import TODAY, Typed, typed_cases

ORDERS = st.sampled_from(["dmy", "mdy", None])
PIECES = st.sampled_from(
    [
        "t",
        "15",
        "4",
        "04",
        "apr",
        "un",
        "2024",
        "930",
        "9:30",
        "pm",
        "-",
        "/",
        ".",
        ",",
        " ",
        "+",
        "0",
        "5",
        "y",
    ]
)
TYPED = st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join))


@pytest.mark.parametrize("cases", by_type(typed_cases(), lambda one: one.field.type))
def test_keeps_what_was_meant(cases: list[Typed]) -> None:
    for case in cases:
        kept = understand(case.text, case.field, today=TODAY, date_order=case.order)
        assert kept == case.kept, str(case)
        missing = kept in {reason.code for reason in case.field.missing}
        if kept and not missing:
            parsed = case.field.kind.parse(kept, case.field)
            assert isinstance(parsed, Refusal) == case.refused, str(case)


@pytest.mark.parametrize("cases", samples(accepted()))
def test_leaves_canonical_text_alone(cases) -> None:
    for type_, sample in cases:
        field = field_of(type_.name, sample.keys)
        kept = understand(sample.text, field, today=TODAY, date_order="dmy")
        assert kept == sample.text or type_.name == "multiple_choice"
        meant = field.kind.parse(sample.text, field)
        assert field.kind.parse(kept, field) == meant, sample


@given(st.sampled_from(distinct_fields()), TYPED, ORDERS)
def test_either_understands_or_only_trims(field, text: str, order: str | None) -> None:
    kept = understand(text, field, today=TODAY, date_order=order)
    refused = isinstance(field.kind.parse(kept, field), Refusal)
    assert not refused or kept == strip_blanks(text)
    assert understand(kept, field, today=TODAY, date_order=order) == kept


@given(st.sampled_from(distinct_fields()), TYPED)
def test_what_is_accepted_keeps_its_value(field, text: str) -> None:
    value = field.kind.parse(text, field)
    if not isinstance(value, Refusal):
        kept = understand(text, field, today=TODAY, date_order=None)
        assert field.kind.parse(kept, field) == value


def test_days_beyond_the_calendar_stay_as_typed() -> None:
    field = field_of("date")
    assert understand("t+9", field, today=date(9999, 12, 30), date_order=None) == "t+9"
    assert understand("t-9", field, today=date(1000, 1, 1), date_order=None) == "t-9"
