"""The page says of Cellkine's acceptance cases what the server says, reference ranges
too.
"""

from __future__ import annotations

import pytest

from forms_spec.model.captured_data import Context
from tests.acceptance.cases import Written, forms_of, subjects, written
from tests.data_dictionary.conftest import cellkine
from tests.parity.browser import Browser
from tests.parity.test_judge_browser import said_by_page, said_by_server

EVERY = 29
"""A prime: the sample has cases of every file."""


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("judge.js")


@pytest.mark.parametrize("case", written()[::EVERY], ids=lambda case: case.name)
def test_a_case_is_judged_alike(browser: Browser, case: Written) -> None:
    study, subject = cellkine(), subjects()[case.subject]
    casebook = subject.casebook()
    for name in forms_of(case.of) or ("ie",):
        for key in casebook.keys(name):
            record = casebook.record(key)
            assert record is not None
            context = Context(
                today=subject.today,
                subject=case.subject,
                visit=key.visit,
                unsno=key.unsno,
                casebook=casebook,
            )
            form = study.forms[name]
            expected = said_by_server(study, form, record, context, completing=True)
            expected["findings"] = [
                one for one in expected["findings"] if one[0] != "C21"
            ]
            assert (
                said_by_page(browser, study, form, record, context, completing=True)
                == expected
            )
