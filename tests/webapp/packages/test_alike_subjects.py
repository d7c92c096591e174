"""Numbers of a file beside those of the subjects who are here: which would make two
people out of one.
"""

from __future__ import annotations

import pytest

from webapp.packages.alike_subjects import alike_among, unlike_known


@pytest.mark.parametrize(
    ("given", "known", "message"),
    [
        ("0001 2", "0001 0002", "2 is not in this study, but 0002 is: a program "
         "removed the leading zeros."),
        ("1.0", "1", "1.0 is not in this study, but 1 is: a program removed the "
         "leading zeros."),
        ("s-1 s-2", "s-01 S-02 s-03", "s-1 and s-2 are not in this study, but s-01 and "
         "S-02 are: the numbers differ only in zeros, letter case or separators."),
        ("1 s1", "0001 s-1", "1 and s1 are not in this study, but 0001 and s-1 are: "
         "the numbers differ only in zeros, letter case or separators."),
        ("1 2 3 4 5 6", "01 02 03 04 05 06", "1, 2, 3, 4, 5 and 1 more are not in this "
         "study, but 01, 02, 03, 04, 05 and 1 more are: a program removed the leading "
         "zeros."),
    ],
)  # fmt: skip
def test_numbers_that_are_other_spellings_stop_an_import(
    given: str, known: str, message: str
) -> None:
    result = unlike_known(given.split(), known.split())
    assert result is not None
    assert result.message == message


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("1", "1 0001"),
        ("3", "0001 0002"),
        ("01-001 01-003", "01-001 01-002"),
        ("", "0001"),
        ("1", ""),
    ],
)
def test_numbers_of_their_own_come_in(given: str, known: str) -> None:
    assert unlike_known(given.split(), known.split()) is None
    assert alike_among(given.split(), known.split()) is None


def test_two_new_numbers_that_look_like_each_other_are_named() -> None:
    result = alike_among(["s-01", "s-02", "s-1"], ["s-02"])
    assert result is not None
    assert result.message == (
        "These new subjects differ only in zeros, letter case or separators: s-01 and "
        "s-1."
    )


def test_those_who_are_here_already_are_no_news() -> None:
    assert alike_among(["s-01", "s-1"], ["s-01", "s-1"]) is None
