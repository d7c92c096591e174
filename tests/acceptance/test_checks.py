"""All checks of the protocol are found by their id, each where the table says and as
grave as it says.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Severity
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.study import Study
from tests.data_dictionary.conftest import cellkine

TABLE = Path(__file__).parent / "checks.txt"


def table() -> dict[str, list[str]]:
    """Severities and places of each check."""
    lines = [
        line.partition("#")[0].split()
        for line in TABLE.read_text(encoding="utf-8").splitlines()
    ]
    return {line[0]: line[1:] for line in lines if line}


def held(study: Study) -> dict[str, set[str]]:
    """``rule:query`` and ``facet:error`` by check."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in study.rules.values():
        found[rule.check].add(f"rule:{rule.severity.value}")
        if rule.unknown is not None:
            found[rule.unknown].add(f"rule:{Severity.QUERY.value}")
    for form in study.forms.values():
        for group in form.groups:
            for checks in (group.checks, *(field.checks for field in group.fields)):
                for code, check in checks.items():
                    found[check.name].add(f"facet:{_severity(code, check).value}")
    return found


def _severity(code: str, check: ProtocolCheck) -> Severity:
    return check.severity or CATALOGUE[code].severity


@pytest.fixture(scope="module")
def by_check() -> dict[str, set[str]]:
    return held(cellkine())


def test_there_are_68_checks() -> None:
    assert len(table()) == 68


@pytest.mark.parametrize(("check", "places"), table().items())
def test_a_check_is_where_the_table_says(
    by_check: dict[str, set[str]], check: str, places: list[str]
) -> None:
    assert by_check.get(check, set()) == {
        place for place in places if place != "system"
    }


def test_every_other_rule_has_a_name_that_says_what_it_is(
    by_check: dict[str, set[str]],
) -> None:
    others = {name for name in by_check if name not in table()} - {"rule-untold"}
    assert others == {
        "spread_below_knee",
        "pthcg_agrees",
        "fuji_agrees",
        "injection_time",
        "instab_agrees",
        "significance_told",
        "fracture_told",
    }
