"""The agreement law for what cannot be told: the page says so where the server does,
and nowhere else.
"""

from __future__ import annotations

from random import Random

import pytest

from forms_spec.model.captured_data import Record, Row
from forms_spec.model.study import Study
from tests.forms_spec.evaluation.unknown_cases import (
    CASES,
    STUDY,
    context_of,
    record_of,
)
from tests.parity.browser import Browser
from tests.parity.test_judge_browser import said_by_page, said_by_server
from tests.studies import study_of

SEED, RECORDS = 20240415, 400
POOL = {
    "taken": ["Y", "Y", "N", ""],
    "day": ["2024-03-01", "2024", "1980", "2024-02-30", "ND", ""],
    "fasting": ["Y", "N", "", "ND", "PND", "perhaps"],
    "hours": ["8", "", "ND"],
    "glucose": ["90", "0", "130", "ND", ""],
    "low": ["70", "95", "", "UNK"],
    "high": ["99", "", "9x", "PND"],
    "excess": [""],
    "why": ["flu", "", "UNK"],
    "since": ["2024", ""],
    "test": ["Y", "N", "", "ND"],
    "result": ["POS", "NEG", "", "PND"],
    "note": ["x", ""],
    "weight": ["80", "400", "", "ND"],
    "weightu": ["kg", "lb", ""],
    "heavy": ["x", ""],
    "first_blue": ["x", ""],
    "left": ["Y", "N", ""],
    "right": ["Y", "N", "", "ND"],
    "kind": ["RED", "BLUE", ""],
    "broken": ["Y", "N", "", "ND", "maybe"],
    "how": ["fell", ""],
    "side": ["LEFT", "RIGHT", ""],
}
PEOPLE = [
    "",
    "sex M; born 1990",
    "sex F; born 2024",
    "born 1979",
    "sex F",
    "sex ; born ",
]


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("judge.js")


@pytest.fixture(scope="module")
def study() -> Study:
    return study_of(STUDY)


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_judged_alike(browser: Browser, study: Study, case: str) -> None:
    person, typed, tubes, _ = CASES[case]
    form, record, context = (
        study.forms["lab"],
        record_of(typed, tubes),
        context_of(person),
    )
    expected = said_by_server(study, form, record, context, completing=True)
    assert (
        said_by_page(browser, study, form, record, context, completing=True) == expected
    )


def test_random_forms_are_judged_alike_and_every_untold_finding_is_met(
    browser: Browser, study: Study
) -> None:
    random, form, met = Random(SEED), study.forms["lab"], set()
    for _ in range(RECORDS):
        record, context = _record(random, study), context_of(random.choice(PEOPLE))
        expected = said_by_server(study, form, record, context, completing=True)
        assert (
            said_by_page(browser, study, form, record, context, completing=True)
            == expected
        )
        met |= {one[0] for one in expected["findings"]}
    assert met >= {
        *(
            "required-unknown",
            "rows-unknown",
            "below-range-unknown",
            "above-range-unknown",
        ),
        *(
            "below-expected-unknown",
            "required-blank",
            "row-missing",
            "too-few-rows",
            "shown-unknown",
        ),
    }


def _record(random: Random, study: Study) -> Record:
    form = study.forms["lab"]
    rows = {
        group.name: tuple(
            Row(
                number=number,
                texts={
                    field.name: random.choice(POOL[field.name])
                    for field in group.fields
                },
            )
            for number in range(1, random.randint(0, 3) + 1)
        )
        for group in form.row_groups
    }
    return Record(
        texts={field.name: random.choice(POOL[field.name]) for field in form.fields},
        rows=rows,
    )
