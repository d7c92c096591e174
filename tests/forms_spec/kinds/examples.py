"""What each field type reads, refuses and writes: one line of a table for each text.

A field type that is added gets its lines here; ``test_kinds.py`` runs the laws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms_spec.model.values import Bounded, Duration, PartialDate, Value

Keys = Mapping[str, Any]
REFERRAL: Keys = {
    "codes": {
        "NONE": {"label": "None", "exclusive": True},
        "THIGH": "Thigh",
        "GROIN": "Groin",
    }
}
SIDES: Keys = {"codes": {"L": "Left", "R": "Right"}}
SECONDS: Keys = {"seconds": True}
BELOW: Keys = {"comparator": ["<", "<="]}


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text of a field; ``keys`` are the field's."""

    type: str
    text: str
    keys: Keys = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type}-{self.text!a:.40}"


@dataclass(frozen=True, kw_only=True)
class Read(Example):
    """``written`` is the canonical text of the value, where it is not ``text``."""

    value: Value
    written: str | None = None


@dataclass(frozen=True, kw_only=True)
class Refused(Example):
    """``code`` is that of the finding."""

    code: str


def _read(
    type_: str, *cases: tuple[str, Value] | tuple[str, Value, str], **keys: Any
) -> list[Read]:
    return [
        Read(
            type=type_,
            text=case[0],
            value=case[1],
            written=case[2] if len(case) == 3 else None,
            keys=keys,
        )
        for case in cases
    ]


def _refused(type_: str, code: str, *texts: str, **keys: Any) -> list[Refused]:
    return [Refused(type=type_, text=text, code=code, keys=keys) for text in texts]


READ: list[Read] = [
    *_read("text", ("Left knee", "Left knee"), (" a ", " a ")),
    *_read("text", ("😀😀😀", "😀😀😀"), length=[2, 3]),
    *_read("text", ("ab", "ab"), pattern="a|ab"),
    *_read("text", ("a" * 10_000, "a" * 10_000), pattern="[a-z]+"),
    *_read("long_text", ("a\n\tb", "a\n\tb")),
    *_read("email", ("jane@example.org", "jane@example.org")),
    *_read("phone", ("+49 30 901820", "+49 30 901820")),
    *_read(
        "integer",
        ("0", Decimal(0)),
        ("-12", Decimal(-12)),
        ("999999999999999", Decimal(999999999999999)),
    ),
    *_read("integer", ("<12", Bounded("<", Decimal(12))), **BELOW),
    *_read(
        "decimal",
        ("38.1", Decimal("38.1")),
        ("38.10", Decimal("38.1"), "38.1"),
        ("-0.5", Decimal("-0.5")),
        ("999999999999999.999999999", Decimal("999999999999999.999999999")),
    ),
    *_read("decimal", ("38.1", Decimal("38.1")), places=1),
    *_read(
        "decimal",
        ("<0.30", Bounded("<", Decimal("0.3")), "<0.3"),
        ("0.3", Bounded("=", Decimal("0.3"))),
        **BELOW,
    ),
    *_read("yes_no", ("Y", "Y"), ("N", "N")),
    *_read("checkbox", ("true", True), ("false", False)),
    *_read("choice", ("L", "L"), **SIDES),
    *_read(
        "multiple_choice",
        ("NONE", ("NONE",)),
        ("GROIN;THIGH", ("THIGH", "GROIN"), "THIGH;GROIN"),
        **REFERRAL,
    ),
    *_read(
        "date",
        ("2024-02-29", date(2024, 2, 29)),
        ("1000-01-01", date(1000, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ),
    *_read(
        "partial_date",
        ("2024", PartialDate(date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-02", PartialDate(date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-04-15", PartialDate(date(2024, 4, 15), date(2024, 4, 15))),
        ("9999-12", PartialDate(date(9999, 12, 1), date(9999, 12, 31))),
    ),
    *_read("time", ("09:30", time(9, 30)), ("00:00", time(0)), ("23:59", time(23, 59))),
    *_read("time", ("09:30:15", time(9, 30, 15)), **SECONDS),
    *_read("datetime", ("2024-04-15T09:30", datetime(2024, 4, 15, 9, 30))),
    *_read("datetime", ("2024-04-15T09:30:15", datetime(2024, 4, 15, 9, 30, 15)), **SECONDS),
    *_read(
        "duration",
        ("P3DT4H", Duration(0, 273_600)),
        ("PT90M", Duration(0, 5400), "PT1H30M"),
        ("P1Y6M", Duration(18, 0)),
        ("P14M", Duration(14, 0), "P1Y2M"),
        ("P1Y2M10DT2H30M5S", Duration(14, 873_005)),
        ("P0D", Duration(0, 0), "PT0S"),
    ),
    *_read("scale", ("7", Decimal(7))),
    *_read("vas", ("6.5", Decimal("6.5"))),
    *_read("calculated", ("26.8", Decimal("26.8"))),
    *_read("calculated", ("2024-04-15", date(2024, 4, 15)), gives="date"),
    *_read(
        "file",
        ("files/0123456789abcdef/a.pdf", "files/0123456789abcdef/a.pdf"),
        ("files/0123456789abcdef/scan 2.PNG", "files/0123456789abcdef/scan 2.PNG"),
        accept=["pdf", "PNG"],
    ),
]  # fmt: skip

REFUSED: list[Refused] = [
    *_refused("text", "only-blanks", " ", "\u200b\u3000"),
    *_refused("text", "broken-character", "a\ud800"),
    *_refused("text", "line-break", "a\nb", "a\u2028b"),
    *_refused("text", "control-character", "a\tb", "a\x00b", "a\x07"),
    *_refused("text", "too-short", "😀", length=[2, 3]),
    *_refused("text", "too-long", "abcd", length=[2, 3]),
    *_refused("text", "too-long", "a" * 10_001, pattern="[a-z]+"),
    *_refused("text", "pattern-mismatch", "abc", pattern="a|ab"),
    *_refused("long_text", "control-character", "a\r\nb"),
    *_refused("email", "pattern-mismatch", "jane", "jane@example", "jané@example.org"),
    *_refused("phone", "pattern-mismatch", "call me", "12345", "٦١٥٣٢٢٢٢٢٢"),
    *_refused("integer", "not-an-integer", "-0", "007", "1_000", "٣", "1e3", "12\n", "12.0"),
    *_refused("integer", "number-too-large", "1000000000000000"),
    *_refused("integer", "too-many-places", "<1.5", **BELOW),
    *_refused("decimal", "not-a-number", "-0.0", "12,5", "NaN", ".5"),
    *_refused("decimal", "number-too-large", "1000000000000000.5"),
    *_refused("decimal", "too-many-places", "0.1234567891"),
    *_refused("decimal", "too-many-places", "38.12", places=1),
    *_refused("decimal", "comparator-not-taken", ">0.3", **BELOW),
    *_refused("yes_no", "unknown-choice", "y", "Yes", "true"),
    *_refused("checkbox", "not-a-boolean", "True", "on", "1", " "),
    *_refused("choice", "unknown-choice", "l", "Left", "L ", "", **SIDES),
    *_refused("choice", "unknown-choice", "C", codes=list("LRB"), retired=["B", "R"], default="R"),
    *_refused("choice", "unknown-choice", "C", codes=["L", "R"], retired=["L", "R"]),
    *_refused("multiple_choice", "unknown-choice", "THIGH;KNEE", **REFERRAL),
    *_refused("multiple_choice", "empty-choice", "THIGH;", **REFERRAL),
    *_refused("multiple_choice", "repeated-choice", "THIGH;GROIN;THIGH", **REFERRAL),
    *_refused("multiple_choice", "exclusive-choice", "THIGH;NONE", **REFERRAL),
    *_refused("date", "no-such-day", "2024-02-30", "2023-02-29", "0999-12-31"),
    *_refused("date", "two-digit-year", "15apr24", "15/04/24"),
    *_refused("date", "ambiguous-date", "03/04/2024"),
    *_refused("date", "not-a-date", "04/04/2024", "15/04/2024", "20240415", "٢٠٢٤-٠٤-١٥"),
    *_refused("partial_date", "not-a-partial-date", "2024-13", "0999", "2024-UN-UN"),
    *_refused("partial_date", "no-such-day", "2024-02-30"),
    *_refused("partial_date", "ambiguous-date", "03/04/2024"),
    *_refused("time", "not-a-time", "9:30", "24:00", "09:60", "09:30Z"),
    *_refused("time", "time-has-seconds", "09:30:00"),
    *_refused("time", "time-lacks-seconds", "09:30", **SECONDS),
    *_refused("datetime", "not-a-datetime", "2024-04-15", "2024-04-15 09:30", "2024-4-15T09:30"),
    *_refused("datetime", "not-a-datetime", "2024-04-15T09:30Z"),
    *_refused("datetime", "no-such-day", "2024-02-30T09:30"),
    *_refused("datetime", "time-has-seconds", "2024-04-15T09:30:00"),
    *_refused("datetime", "time-lacks-seconds", "2024-04-15T09:30", **SECONDS),
    *_refused("duration", "not-a-duration", "P", "PT", "P1W", "P1.5D", "-P1D", "P03D", "3 d", "P3D\n"),
    *_refused("scale", "not-an-integer", "7.5", "7/10"),
    *_refused("vas", "not-a-number", "6,5", "6.5 cm"),
    *_refused("calculated", "not-a-number", "26,8"),
    *_refused("file", "not-a-file", "scan.pdf", "files/0123456789abcdef/../a.pdf"),
    *_refused("file", "not-a-file", "files/0123456789abcdef/a.pdf\n"),
    *_refused("file", "file-ending", "files/0123456789abcdef/scan.exe", accept=["pdf", "PNG"]),
]  # fmt: skip

WRITTEN: list[tuple[str, Value, str, Keys]] = [
    ("integer", Decimal("1E+3"), "1000", {}),
    ("integer", Decimal("-0"), "0", {}),
    ("decimal", Decimal("1E-9"), "0.000000001", {}),
    ("decimal", Decimal("2E+3"), "2000", {}),
    ("decimal", Decimal("-0.00"), "0", {}),
    ("decimal", Decimal("100"), "100", {}),
    ("date", date(2024, 4, 5), "2024-04-05", {}),
    ("partial_date", PartialDate(date(2024, 2, 3), date(2024, 2, 3)), "2024-02-03", {}),
    ("time", time(9, 5), "09:05", {}),
    ("time", time(9, 30), "09:30:00", SECONDS),
    ("datetime", datetime(2024, 4, 5, 9, 5), "2024-04-05T09:05", {}),
    ("datetime", datetime(2024, 4, 15, 9, 30), "2024-04-15T09:30:00", SECONDS),
    ("duration", Duration(13, 90_061), "P1Y1M1DT1H1M1S", {}),
]
"""Values that no text above means."""
