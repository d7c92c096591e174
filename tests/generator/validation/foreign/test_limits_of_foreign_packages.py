"""A package of others cannot hold up whoever judges it: patterns, lines and columns
have limits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.package import csv_records
from generator.validation import limited_patterns
from generator.validation.foreign import plan
from generator.validation.limited_patterns import LimitedPattern, is_harmless
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.generator.validation.foreign.test_foreign import frictionless_says, make


def patterned(pattern: str, **more: Any) -> dict[str, Any]:
    return {
        "schema": {
            "fields": [
                {"name": "a", "type": "string", "constraints": {"pattern": pattern}}
            ]
        },
        **more,
    }


@pytest.mark.parametrize("pattern", [r"\d{3}", "^[a-z]+$", r"(a|b)c?", "[A-Z]{2}"])
def test_a_plain_pattern_is_harmless(pattern: str) -> None:
    assert is_harmless(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a?){30}", r"(?!0)\d+", r"(a)\1"])
def test_a_pattern_that_may_take_long_or_that_we_cannot_read_is_not(
    pattern: str,
) -> None:
    assert not is_harmless(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("(a+)+", "aaa", True),
        ("(a+)+", "aaab", False),
        ("(a+)+|b+", "ab", True),  # Frictionless anchors each of them at one end
        ("(a+)+", "aa\n", True),
        (r"(\w+)+", "\u00e9t\u00e9", True),
        (r"(?!000)\d{3}", "123", True),
        (r"(?!000)\d{3}", "000", False),
        (r"(.)\1", "aa", True),
        (r"(.)\1", "ab", False),
    ],
)
def test_a_limited_pattern_matches_as_frictionless_does(
    pattern: str, text: str, fits: bool
) -> None:
    limited = LimitedPattern(pattern)
    assert limited.fits(text) is fits
    limited.close()


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("pattern", ["(a+)+", r"(?!aab)a[ab]+"])
def test_the_verdict_stays_frictionless_s(
    tmp_path: Path, pattern: str, engine: Engine
) -> None:
    for content in (b"a\naa\naaa\n", b"a\naab\n"):
        package = make(tmp_path, content, **patterned(pattern))
        report = validate_package(package, engine=engine)
        assert report.valid == frictionless_says(package / "datapackage.json")


@pytest.mark.parametrize("engine", Engine)
def test_a_pattern_that_takes_too_long_is_given_up_with_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setattr(limited_patterns, "_CHILD", "import time\ntime.sleep(60)\n")
    monkeypatch.setattr(LimitedPattern.__init__, "__kwdefaults__", {"seconds": 0.01})
    report = validate_package(
        make(tmp_path, b"a\naab\nb\n", **patterned(r"(?!b)a+")), engine=engine
    )
    assert [
        (one.finding.code, one.finding.message.split(" ")[0]) for one in report.findings
    ] == [("pattern-too-slow", "resources[0].schema.fields[0].constraints.pattern")]
    assert report.counts.rows == {"t": 2}


def test_a_table_that_frictionless_judges_is_judged_without_such_a_pattern(
    tmp_path: Path,
) -> None:
    other = {"dialect": {"quoteChar": "'"}}
    report = validate_package(make(tmp_path, b"a\nb\n", **patterned("(a+)+", **other)))
    assert [one.finding.code for one in report.findings] == ["pattern-too-slow"]


@pytest.mark.parametrize("engine", Engine)
def test_a_header_of_too_many_columns_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setattr(csv_records, "MOST_COLUMNS", 4)
    report = validate_package(make(tmp_path, b"a,b,c,d,e\n1,2,3,4,5\n"), engine=engine)
    assert [(one.finding.code, one.row) for one in report.findings] == [
        ("too-many-columns", 1)
    ]
    assert not report.valid


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("more", [{}, {"dialect": {"quoteChar": "'"}}])
def test_a_line_that_is_too_long_is_found_before_anyone_holds_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: Engine,
    more: dict[str, Any],
) -> None:
    monkeypatch.setattr(csv_records, "LONGEST_LINE", 64)
    monkeypatch.setattr(csv_records, "_PIECE", 16)
    monkeypatch.setattr(plan, "SAMPLE", 1 if more else 200)
    content = b"a,b\n1,x\n2," + b"y" * 100 + b"\n3,z\n"
    report = validate_package(make(tmp_path, content, **more), engine=engine)
    assert [(one.finding.code, one.row) for one in report.findings] == [
        ("line-too-long", 3)
    ]
