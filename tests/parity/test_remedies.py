"""Who does what a remedy says is not told the same thing again: on the page and in a
file.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_spec.entry import understand
from forms_spec.findings.catalogue import finding
from forms_spec.kinds import Refusal
from forms_spec.model.fields import Field
from generator.validation.report.file_remedies import for_files
from tests.parity.fields import accepted, distinct_fields, field_of, rejected, samples
from tests.parity.test_kinds_browser import TEXTS
from tests.parity.typed import TODAY
from tests.soak import examples

FIELDS = [
    *distinct_fields(),
    *(field_of(name, {"seconds": True}) for name in ("time", "datetime")),
    field_of("decimal", {"places": 0}),
]
NO_EXAMPLE = frozenset(
    {"pattern-mismatch", "file-ending", "too-short", "too-long", "control-character"}
)
"""Remedies that say what is wanted in words."""


def written_out(remedy: str) -> list[str]:
    """The texts that a remedy writes out for a person to follow."""
    _, mark, written = remedy.partition("for example ")
    if not mark:
        _, _, written = remedy.partition(": ")
    return re.split(r", | or ", written.partition(";")[0]) if written else []


def refusal(text: str, field: Field, *, typed: bool) -> Refusal | None:
    if typed:
        text = understand(text, field, today=TODAY, date_order=None)
    found = field.kind.parse(text, field) if text else None
    return found if isinstance(found, Refusal) else None


def follow(text: str, field: Field, *, typed: bool) -> None:
    refused = refusal(text, field, typed=typed)
    if refused is None or refused.code in NO_EXAMPLE:
        return
    said = finding(refused.code, value=text, **dict(refused.details))  # type: ignore[arg-type]
    said = said if typed else for_files(said)
    for one in written_out(said.remedy):
        again = refusal(one, field, typed=typed)
        assert again is None or again.code != refused.code, (
            text,
            said.message,
            said.remedy,
            one,
        )


@settings(max_examples=examples(100, 600), deadline=None)
@given(TEXTS, st.sampled_from(FIELDS), st.booleans())
def test_what_a_remedy_writes_is_not_refused_for_the_same_reason(
    text: str, field: Field, typed: bool
) -> None:
    follow(text, field, typed=typed)


@pytest.mark.parametrize("cases", samples([*accepted(), *rejected()]))
def test_of_every_sample(cases) -> None:  # type: ignore[no-untyped-def]
    for _, sample in cases:
        for field in FIELDS:
            for typed in (True, False):
                follow(sample.text, field, typed=typed)


@pytest.mark.parametrize(
    ("type_", "keys", "text", "message", "remedy"),
    [
        ("time", {"seconds": True}, "9:30", "has no seconds", "09:30:15"),
        ("time", {"seconds": True}, "0930", "has no seconds", "09:30:15"),
        (
            "time",
            {"seconds": True},
            "24:00:00",
            "is not a time",
            "hours, minutes and seconds, for example 09:30:15",
        ),
        ("time", {}, "25:00", "is not a time", "hours and minutes, for example 09:30"),
        (
            "datetime",
            {"seconds": True},
            "2024-04-15T09:30",
            "has no seconds",
            "15-Apr-2024 09:30:15",
        ),
        (
            "datetime",
            {"seconds": True},
            "soon",
            "is not a date",
            "15-Apr-2024 09:30:15",
        ),
        ("decimal", {}, "0,025", "the comma could separate", "0.025"),
        ("decimal", {}, "1,000", "the comma could separate", "1.000 or 1000"),
        ("decimal", {}, "1,234,567.5", "the comma could separate", "1234567.5"),
        ("integer", {}, "1,000", "the comma could separate", "1000"),
        ("decimal", {}, "<0.3", "accepts exact numbers only", "0.3"),
        ("integer", {}, ">500", "accepts exact numbers only", "500"),
        ("decimal", {"comparator": ["<"]}, ">0.3", "begins with >", "after <"),
        (
            "decimal",
            {"comparator": ["<"]},
            "below 0.3",
            "is not a number",
            "<0.3 if you know only a limit",
        ),
    ],
)
def test_a_refusal_says_what_the_trouble_is(
    type_: str, keys: dict[str, object], text: str, message: str, remedy: str
) -> None:
    refused = refusal(text, field_of(type_, keys), typed=True)
    assert refused is not None
    said = finding(refused.code, value=text, **dict(refused.details))  # type: ignore[arg-type]
    assert message in said.message
    assert remedy in said.remedy
