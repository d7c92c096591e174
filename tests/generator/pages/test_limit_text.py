"""The few words beside a box say what it takes."""

from __future__ import annotations

import pytest

from generator.pages.question_builder import page_of
from tests.studies import FILES, study_of


@pytest.mark.parametrize(
    ("field", "words", "width"),
    [
        ("{type: integer, range: [30, 300]}", "30 to 300", "w6"),
        ("{type: decimal, range: '(0, 1000]'}", "more than 0, up to 1000", "w6"),
        ("{type: decimal, range: '[0, 1000)'}", "0 or more, less than 1000", "w6"),
        ("{type: integer, range: [0, null]}", "0 or more", "w6"),
        ("{type: integer, range: [null, 99999999]}", "up to 99999999", "w10"),
        ("{type: date, range: [null, today]}", "up to today", "w10"),
        ("{type: date, range: '(vsdat, null]'}", "after Date", "w10"),
        (
            "{type: date, range: '[2024-01-01, vsdat)'}",
            "01-Jan-2024 or later, before Date",
            "w10",
        ),
    ],
)
def test_limits_are_said_as_people_say_them(field: str, words: str, width: str) -> None:
    form = f"""
form: lim
title: Limits
fields:
  vsdat: {{label: Date, type: date}}
  one: {field.replace("{", "{label: One, ", 1)}
"""
    study = study_of({**FILES, "lim.yaml": form})
    (section,) = page_of(study, study.forms["lim"]).groups
    question = next(one for one in section.asked if one.name == "one")
    assert [limit.text for limit in question.limits] == [words]
    assert question.width == width
