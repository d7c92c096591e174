"""A finding about a date in a file says how files write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.validation.validate import validate_package
from tests.package_cases import GOOD_VS, captured, write


@pytest.mark.parametrize(
    ("field", "typed", "example"),
    [
        ("vsdat", "15/04/2024", "2024-04-15"),
        ("vsdat", "04/03/2024", "2024-04-03"),
        ("vsdat", "15-Apr-24", "2024-04-15"),
        ("onset", "April", "2024-04"),
    ],
)
def test_what_a_remedy_writes_is_right_in_a_file(
    tmp_path: Path, field: str, typed: str, example: str
) -> None:
    """A page understands 15-Apr-2024; a table does not, and is not told to hold it."""
    wrong = validate_package(
        write(tmp_path / "wrong", [captured("vs SCR", {**GOOD_VS, field: typed})])
    )
    (found,) = [one.finding for one in wrong.findings if one.field == field]
    assert example in found.remedy
    right = validate_package(
        write(tmp_path / "right", [captured("vs SCR", {**GOOD_VS, field: example})])
    )
    assert not [one for one in right.findings if one.finding.code == found.code]
