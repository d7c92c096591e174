"""One answer of a codelist, in its exact spelling."""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.entry import understand
from forms_spec.findings.catalogue import finding
from forms_spec.kinds import Refusal
from tests.parity.fields import field_of


def test_reads_a_code_and_nothing_like_it() -> None:
    side = field_of("choice", {"codes": {"L": "Left", "R": "Right"}})
    assert side.kind.parse("L", side) == "L"
    for text in ("l", "Left", "L ", ""):
        assert side.kind.parse(text, side) == Refusal(
            code="unknown-choice", details=(("choice", text), ("codes", "L, R"))
        )


def test_names_no_more_than_the_first_eight_codes() -> None:
    many = field_of("choice", {"codes": list("ABCDEFGHIJ")})
    refusal = many.kind.parse("X", many)
    assert isinstance(refusal, Refusal)
    assert dict(refusal.details)["codes"] == "A, B, C, D, E, F, G, H, ..."


def test_names_only_codes_that_can_be_chosen() -> None:
    sides = {"codes": list("LRBX"), "retired": ["B", "X"], "default": "X"}
    side = field_of("choice", sides)
    refusal = side.kind.parse("C", side)
    assert isinstance(refusal, Refusal)
    # The default stays an answer: new forms begin with it.
    assert dict(refusal.details)["codes"] == "L, R, X"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Other", '"Other" is the label of X1 and of X2'),
        (" other", '" other" is the label of X1 and of X2'),
        ("c5", '"c5" may be the code C5 or the label of X3'),
    ],
)
def test_a_word_that_two_answers_bear_is_told(typed: str, said: str) -> None:
    codes = {"C5": "Drug 5", "X1": "Other", "X2": "Other", "X3": "C5"}
    field = field_of("choice", {"codes": codes})
    typed_ = understand(typed, field, today=date(2024, 5, 31), date_order=None)
    refused = field.kind.parse(typed, field)
    assert isinstance(refused, Refusal)
    assert typed_ == typed.strip()
    assert finding(refused.code, value=typed, **dict(refused.details)).message == said  # type: ignore[arg-type]
    assert field.kind.parse("X2", field) == "X2"
