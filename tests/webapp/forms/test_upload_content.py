"""A file is what its name says, or it is not taken."""

from __future__ import annotations

import pytest

from webapp.forms.upload_content import is_what_it_says

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
ZIP = b"PK\x03\x04" + bytes(60)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"%PDF-1.7 ..."),
        ("scan.PDF", b"some scanner\n%PDF-1.4 ..."),
        ("knee.png", PNG),
        ("knee.jpeg", b"\xff\xd8\xff\xe0 ..."),
        ("letter.docx", ZIP),
        ("data.csv", "ä,ö\n".encode("latin-1")),
        ("data.csv", "a,b\n".encode("utf-16")),
        ("notes.txt", b"BM is the initial of a nurse"),
        ("device.xyz", b"\x00\x01"),
        ("without_ending", b"\x00\x01"),
    ],
)
def test_a_file_that_may_be_what_it_says_is_taken(name: str, content: bytes) -> None:
    assert is_what_it_says(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"<html><body>a page</body></html>"),
        ("scan.pdf", PNG),
        ("knee.png", b"%PDF-1.7 ..."),
        ("knee.jpg", PNG),
        ("letter.docx", b"%PDF-1.7 ..."),
        ("notes.txt", PNG),
    ],
)
def test_a_file_under_another_name_is_not_taken(name: str, content: bytes) -> None:
    assert not is_what_it_says(name, content)
