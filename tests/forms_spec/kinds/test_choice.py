"""One answer of a codelist, in its exact spelling."""

from __future__ import annotations

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
