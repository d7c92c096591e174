"""A package is large by its size alone; without a usable dictionary it is judged like a
small one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.validation import open_package
from generator.validation.open_package import Engine
from generator.validation.validate import validate_package
from tests.generator.validation.columnar.tables.test_agreement import (
    good,
    package_of,
    table_bytes,
)
from tests.package_cases import clean_forms, write


@pytest.fixture(autouse=True)
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_package, "SMALL", 0)


def test_a_package_of_others(tmp_path: Path) -> None:
    root = package_of(
        tmp_path / "p", table_bytes([good(number) for number in range(50)])
    )
    report = validate_package(root, large=0)
    assert (report.valid, report.counts.rows) == (True, {"visits": 50, "sites": 2})


@pytest.mark.parametrize("broken", ["study.yaml", "visits.yaml", None])
def test_a_package_without_a_usable_dictionary(
    tmp_path: Path, broken: str | None
) -> None:
    root = write(tmp_path / "package", clean_forms())
    for path in (root / "dictionary").rglob("*.yaml"):
        if broken in (path.name, None):
            path.unlink()
    (root / "data" / "forms.csv").unlink()
    large = validate_package(root, large=0)
    assert large.counts == validate_package(root, engine=Engine.REFERENCE).counts
