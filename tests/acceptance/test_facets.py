"""Every range, requirement, condition and formula of Cellkine's fields, at its ends."""

from __future__ import annotations

import pytest

from tests.acceptance.facets import FacetCase, facet_cases, outcome
from tests.data_dictionary.conftest import cellkine


@pytest.mark.parametrize("case", facet_cases(), ids=str)
def test_a_change_makes_of_a_question_what_the_line_says(case: FacetCase) -> None:
    assert outcome(cellkine(), case) == case.outcome


def test_every_field_has_a_line() -> None:
    fields = {
        (table.name, field.name)
        for table in cellkine().tables.values()
        for field in table.fields
    }
    assert {(case.table, case.field) for case in facet_cases()} == fields
