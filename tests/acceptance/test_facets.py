"""Every range, requirement, condition and formula of Cellkine's fields, at its ends."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.acceptance.facets import FacetCase, facet_cases, outcome
from tests.data_dictionary.conftest import cellkine

TABLES: dict[str, list[FacetCase]] = defaultdict(list)
for facet_case in facet_cases():
    TABLES[facet_case.table].append(facet_case)


@pytest.mark.parametrize("table", TABLES)
def test_a_change_makes_of_a_question_what_the_line_says(table: str) -> None:
    study = cellkine()
    found = {str(case): outcome(study, case) for case in TABLES[table]}
    assert found == {str(case): case.outcome for case in TABLES[table]}


def test_every_field_has_a_line() -> None:
    fields = {
        (table.name, field.name)
        for table in cellkine().tables.values()
        for field in table.fields
    }
    assert {(case.table, case.field) for case in facet_cases()} == fields
