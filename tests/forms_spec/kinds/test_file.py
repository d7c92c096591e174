"""A file is named by its content and by a name that is safe everywhere."""

from __future__ import annotations

import pytest

from forms_spec.kinds import Refusal
from forms_spec.kinds.file import is_file_name
from tests.parity.fields import field_of

SCAN = field_of("file", {"accept": ["pdf", "PNG"]})
AT = "files/0123456789abcdef"


@pytest.mark.parametrize("name", ["scan.pdf", "Scan.PDF", "scan 2.png"])
def test_takes_the_endings_of_the_field_in_any_case(name: str) -> None:
    assert SCAN.kind.parse(f"{AT}/{name}", SCAN) == f"{AT}/{name}"


def test_names_the_endings_that_it_takes() -> None:
    assert SCAN.kind.parse(f"{AT}/scan.exe", SCAN) == Refusal(
        code="file-ending", details=(("endings", "pdf, PNG"),)
    )


@pytest.mark.parametrize("text", ["scan.pdf", f"{AT}/../a.pdf", f"{AT.upper()}/a.pdf", f"{AT}/a.pdf\n"])
def test_refuses_another_place(text: str) -> None:
    assert SCAN.kind.parse(text, SCAN) == Refusal(code="not-a-file")


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".rc", "a/b", "a\\b", "a:b", "a\nb", " a", "a ", "a.", "a" * 201]
)
def test_refuses_names_that_some_file_system_cannot_hold(name: str) -> None:
    assert not is_file_name(name)
