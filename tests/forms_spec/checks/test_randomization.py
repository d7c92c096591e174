"""An arm and a randomization number go together, the stratum is the one at that time, and
nobody types any of them.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.model.captured_data import Context, Record
from tests.forms_spec.dictionaries import load
from tests.generator.randomization.test_draw import STUDY

RESULT = {"randno": "R-001", "arm": "A", "randstr": "01;F"}


@pytest.mark.parametrize(
    ("texts", "rules"),
    [
        ({}, []),
        ({"randno": "R-001", "arm": "A"}, []),
        ({"randno": "R-001"}, ["randomized_rand"]),
        ({"arm": "A"}, ["randomized_rand"]),
        ({**RESULT, "sex": "F"}, []),
        ({**RESULT, "sex": "M"}, ["stratum_changed_rand"]),
        (RESULT, ["stratum_changed_rand"]),
    ],
)
def test_a_result_is_whole_and_of_the_stratum_now(
    texts: dict[str, str], rules: list[str]
) -> None:
    study = load(STUDY).study
    assert study is not None
    context = Context(today=date(2024, 4, 18), subject="01-001", visit="SCR")
    judgement = judge(study, study.forms["rand"], Record(texts=texts), context)
    assert [item.rule for item in judgement.findings] == rules


def test_the_result_is_read_only_on_the_page() -> None:
    study = load(STUDY).study
    assert study is not None
    entries = {item.name: item.entry for item in study.forms["rand"].fields}
    assert entries == {"sex": "typed", **dict.fromkeys(RESULT, "read_only")}
