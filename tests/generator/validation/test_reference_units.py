"""A package says of a result in each unit what the page says, in both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forms_spec.evaluation.calculated import with_calculated
from forms_spec.model.captured_forms import CapturedForm
from generator.package.writer import write_package
from generator.validation.open_package import Engine
from generator.validation.validate import LARGE, validate_package
from tests.generator.validation.columnar.forms.test_agreement import agree
from tests.package_cases import captured
from tests.reference_study import reference_study

RESULTS = [
    ("A", "8.5", "g/dL", "LOW"),
    ("A", "85", "g/L", "LOW"),
    ("B", "8.5", "g/dL", "LOW"),
    ("B", "85", "g/L", "LOW"),
    ("A", "13.2", "g/dL", "NORMAL"),
    ("A", "132", "g/L", "NORMAL"),
    ("B", "18", "g/dL", "HIGH"),
    ("B", "180", "g/L", "HIGH"),
]


def forms(**typed: str) -> list[CapturedForm]:
    return [
        captured(
            "lb SCR",
            {"lab": lab, "hgb": hgb, "hgbu": unit, **typed},
            subject=f"01-{number:03}",
        )
        for number, (lab, hgb, unit, _) in enumerate(RESULTS, 1)
    ]


def test_columns_agree_with_the_reference(tmp_path: Path) -> None:
    write_package(reference_study(), forms(lies="HIGH"), tmp_path / "export")
    assert not agree(tmp_path / "export").valid


def test_the_exported_flag_is_the_same_for_both_units() -> None:
    found = [
        with_calculated(reference_study(), [form], date(2024, 4, 2))[0]
        for form in forms()
    ]
    assert [one.record.texts["lies"] for one in found] == [word for *_, word in RESULTS]


@pytest.mark.parametrize("large", [LARGE, 0])
@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
def test_a_flag_that_forgets_the_unit_is_found(
    tmp_path: Path, engine: Engine, large: int
) -> None:
    write_package(reference_study(), forms(lies="HIGH"), tmp_path / "export")
    found = validate_package(tmp_path / "export", engine=engine, large=large).findings
    differing = [one for one in found if one.finding.code == "calculated-differs"]
    assert len(differing) == sum(word != "HIGH" for *_, word in RESULTS)
