"""Which subject numbers people take for each other."""

from __future__ import annotations

import pytest

from generator.rewritings.subject_numbers import SubjectNumbers, are_zeros_gone

ALIKE = """
s-01      s-1
s-01      S-01
s-01      s01
s-01      s_01
s-01      s/001
S01       s-1
01-001    01001
01-001    1-1
01-001    1001
0001      1
0001      001
100000    1E5
1-10      110
AB12      ab-12
"""
DIFFERENT = """
s-01      s-10
s-01      s-02
s-01      t-01
01-001    01-010
01-001    02-001
1-10      11-0
1         10
S1A       S1B
é-1       è-1
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [
        (first, second) for first, second in map(str.split, text.strip().split("\n"))
    ]


@pytest.mark.parametrize(("known", "given"), pairs(ALIKE))
def test_numbers_that_differ_in_zeros_case_or_separators(
    known: str, given: str
) -> None:
    assert SubjectNumbers([known, "zz-9"]).alike(given) == (known,)
    assert SubjectNumbers([given, "zz-9"]).alike(known) == (given,)


@pytest.mark.parametrize(("known", "given"), pairs(DIFFERENT))
def test_numbers_of_two_people(known: str, given: str) -> None:
    assert SubjectNumbers([known]).alike(given) == ()
    assert SubjectNumbers([given]).alike(known) == ()


def test_a_subject_who_is_here_is_no_question() -> None:
    numbers = SubjectNumbers(["s-01", "s-1"])
    assert numbers.alike("s-01") == ()
    assert numbers.alike("S-01") == ("s-01", "s-1")


def test_every_number_of_a_series_is_its_own() -> None:
    numbers = SubjectNumbers(f"{site:02}-{count:03}" for site in range(1, 12)
                             for count in range(1, 120))  # fmt: skip
    assert numbers.alike("12-001") == ()
    assert numbers.alike("11-120") == ()
    assert numbers.alike("1-119") == ("01-119",)


def test_lost_zeros_are_told_from_other_spellings() -> None:
    assert are_zeros_gone("1", "0001")
    assert not are_zeros_gone("s1", "s01")
