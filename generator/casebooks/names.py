"""The columns of the relations of values that are no field's own, and what they are called."""

from __future__ import annotations

FORMS = "sound forms"
"""The forms of the subjects whose rows fit together, with the numbers of subject and visit."""
FAULTY = "faulty subjects"
SUBJECTS, VISITS = "numbered subjects", "numbered visits"
COMPLETE, SUBJECT_NUMBER, VISIT_NUMBER = "is complete", "subject number", "visit number"
LINE = "line number"
"""The physical line; no field's name has a blank."""
ROW_ID = "row id"


def class_column(name: str) -> str:
    return f"{name} class"


def shown_column(name: str) -> str:
    return f"{name} shown"


def given_column(name: str) -> str:
    """What stands beside a calculated field: NULL where nothing does, or no value."""
    return f"{name} given"


def beside_column(name: str) -> str:
    """Whether anything stands in a calculated field's cell."""
    return f"{name} is given"
