"""Mistakes of designers: the first finding is the right one, and sound studies have
none.
"""

from __future__ import annotations

import pytest

from benchmarks.mistakes.__main__ import first_code
from benchmarks.mistakes.logical import LOGICAL
from benchmarks.mistakes.other_tools import LINT, SOUND
from benchmarks.mistakes.small_study import Mistake
from tests.soak import some

MISTAKES = (*LOGICAL, *LINT)


@pytest.mark.parametrize("mistake", some(MISTAKES, 8), ids=lambda item: item.what)
def test_the_first_finding_names_the_mistake(mistake: Mistake) -> None:
    assert first_code(mistake) in mistake.codes


@pytest.mark.parametrize("sound", some((None, *SOUND), 3))
def test_a_sound_study_has_no_finding(sound: Mistake | None) -> None:
    assert first_code(sound) == ""
