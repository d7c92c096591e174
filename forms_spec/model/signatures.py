"""What a signature over captured data can mean."""

from __future__ import annotations

from typing import Final

USUAL_MEANINGS: Final = (
    "I have reviewed these data. They are complete and correct.",
    "I am responsible for these data.",
    "I approve these data.",
    "I entered these data.",
)
"""Review, responsibility, approval and authorship: the meanings in a study whose
dictionary names none.
"""
LONGEST_MEANING: Final = 200
