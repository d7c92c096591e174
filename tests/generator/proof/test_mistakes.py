"""Mistakes of designers: the first finding is the right one, and sound studies have
none.
"""

from __future__ import annotations

import pytest

from benchmarks.mistakes.__main__ import first_code, first_shown
from benchmarks.mistakes.logical import LOGICAL
from benchmarks.mistakes.mechanical import MECHANICAL
from benchmarks.mistakes.other_tools import LINT, SOUND
from benchmarks.mistakes.small_study import Mistake
from tests.soak import some

MISTAKES = (*LOGICAL, *LINT)


@pytest.mark.parametrize("mistake", some(MISTAKES, 8), ids=lambda item: item.what)
def test_the_first_finding_names_the_mistake(mistake: Mistake) -> None:
    assert first_code(mistake) in mistake.codes


@pytest.mark.parametrize("mistake", some(MECHANICAL, 20), ids=lambda item: item.what)
def test_the_first_finding_of_a_slip_is_its_cause_at_its_line(mistake: Mistake) -> None:
    expected = (*mistake.codes, mistake.where) if mistake.codes else ("", "")
    assert first_shown(mistake) == expected


@pytest.mark.parametrize("sound", some((None, *SOUND), 3))
def test_a_sound_study_has_no_finding(sound: Mistake | None) -> None:
    assert first_code(sound) == ""
