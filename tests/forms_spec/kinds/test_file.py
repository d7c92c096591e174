"""A file is named by its content and by a name that is safe everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.kinds import Refusal
from forms_spec.kinds.file import clean_file_name, file_text, is_file_name, named_file
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


@pytest.mark.parametrize(
    "text", ["scan.pdf", f"{AT}/../a.pdf", f"{AT.upper()}/a.pdf", f"{AT}/a.pdf\n"]
)
def test_refuses_another_place(text: str) -> None:
    assert SCAN.kind.parse(text, SCAN) == Refusal(code="not-a-file")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".rc", "a/b", "a\\b", "a:b", "a\nb", " a", "a ", "a.", "a" * 201],
)
def test_refuses_names_that_some_file_system_cannot_hold(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("scan.pdf", "scan.pdf"),
        ("C:\\Users\\Noor\\Scan 1.PDF", "Scan 1.PDF"),
        ("/home/noor/../scan.pdf", "scan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("MRI: 12/4?.pdf", "4_.pdf"),
        (" scan.pdf. ", "scan.pdf"),
        (".pdf", "file.pdf"),
        ("", "file"),
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        ("scan\u202efdp.exe", "scan_fdp.exe"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_to_one_that_can_be_kept(given_name: str, kept: str) -> None:
    assert clean_file_name(given_name) == kept


@given(st.text(max_size=300) | st.text("./\\: a\x00\ud800é", max_size=300))
def test_any_name_becomes_one_that_every_file_system_holds(name: str) -> None:
    kept = clean_file_name(name)
    assert is_file_name(kept)
    assert len(kept.encode()) <= 200
    assert clean_file_name(kept) == kept
    assert named_file(file_text("0123456789abcdef" * 4, kept)) == (
        "0123456789abcdef",
        kept,
    )
