"""Every case of every check and criterion."""

from __future__ import annotations

import pytest

from forms_spec.model.study import Study
from tests.acceptance.cases import Written, derived, findings_under, subjects, written
from tests.data_dictionary.conftest import cellkine


@pytest.fixture(scope="module")
def study() -> Study:
    return cellkine()


@pytest.mark.parametrize("case", written(), ids=lambda case: case.name)
def test_a_case(study: Study, case: Written) -> None:
    subject = subjects()[case.subject]
    if case.gives == "nothing":
        assert findings_under(study, subject, case.of) == case.finds
    else:
        assert derived(subject, case.of) is case.gives
