"""Every case of every check and criterion."""

from __future__ import annotations

from collections import defaultdict

import pytest

from forms_spec.model.study import Study
from tests.acceptance.cases import Written, derived, findings_under, subjects, written
from tests.data_dictionary.conftest import cellkine


@pytest.fixture(scope="module")
def study() -> Study:
    return cellkine()


CASES: dict[str, list[Written]] = defaultdict(list)
for one_case in written():
    CASES[one_case.of].append(one_case)


def differs(study: Study, case: Written) -> bool:
    """Whether a case gives, or is found to have, something else than its file says."""
    subject = subjects()[case.subject]
    if case.gives == "nothing":
        return findings_under(study, subject, case.of) != case.finds
    return derived(subject, case.of) is not case.gives


@pytest.mark.parametrize("of", CASES)
def test_all_cases_of(study: Study, of: str) -> None:
    assert [case for case in CASES[of] if differs(study, case)] == []
