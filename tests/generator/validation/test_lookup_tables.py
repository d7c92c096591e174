"""A package carries the tables of its dictionary, and is validated with them alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.package_cases import clean_forms
from tests.studies import FILES, STUDY, study_of

TABLE = """
tables:
  limits:
    keys:
      site: {}
      value: {type: number, from: low, below: high}
    columns: {grade: number}
"""
RULES = """
rules:
  HIGH:
    message: No pressure has grade 3.
    assert: lookup(limits.grade, siteid, sysbp) < 3
    severity: query
    on: [vs.sysbp]
"""
LIMITS = "site,low,high,grade\n01,,110,0\n01,110,,3\n,,,1\n"


@pytest.mark.parametrize("engine", list(Engine))
def test_a_package_is_validated_with_its_tables(tmp_path: Path, engine: Engine) -> None:
    files = {**FILES, "study.yaml": STUDY + TABLE, "high.yaml": RULES}
    study = study_of({**files, "tables/limits.csv": LIMITS})
    forms = [replace(form, status=2) for form in clean_forms()]
    target = tmp_path / "package.zip"
    write_package(study, sorted(forms, key=package_order(study)), target)

    report = validate_package(target, engine=engine)
    places = [item.finding.data for item in report.findings]
    # At the other site, 120 has grade 1. A value that is not done has none.
    assert [item.finding.code for item in report.findings] == ["HIGH"]
    assert places[0] is not None
    assert (places[0].table, places[0].field) == ("vs", "sysbp")
