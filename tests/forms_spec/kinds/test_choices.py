"""Several answers of a codelist, each once, in the codelist's order."""

from __future__ import annotations

import pytest

from forms_spec.kinds import Refusal
from tests.parity.fields import field_of

REFERRAL = field_of(
    "multiple_choice",
    {
        "codes": {
            "NONE": {"label": "None", "exclusive": True},
            "THIGH": "Thigh",
            "GROIN": "Groin",
        }
    },
)
UNKNOWN = Refusal(
    code="unknown-choice", details=(("choice", "KNEE"), ("codes", "NONE, THIGH, GROIN"))
)


def test_reads_any_order_and_writes_the_order_of_the_list() -> None:
    value = REFERRAL.kind.parse("GROIN;THIGH", REFERRAL)
    assert value == ("THIGH", "GROIN")
    assert REFERRAL.kind.write(value, REFERRAL) == "THIGH;GROIN"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("THIGH;KNEE", UNKNOWN),
        ("THIGH;", Refusal(code="empty-choice")),
        ("THIGH;GROIN;THIGH", Refusal(code="repeated-choice", details=(("choice", "THIGH"),))),
        ("THIGH;NONE", Refusal(code="exclusive-choice", details=(("choice", "NONE"), ("label", "None")))),
    ],
)  # fmt: skip
def test_refuses(text: str, refusal: Refusal) -> None:
    assert REFERRAL.kind.parse(text, REFERRAL) == refusal


def test_takes_an_exclusive_code_by_itself() -> None:
    assert REFERRAL.kind.parse("NONE", REFERRAL) == ("NONE",)
