"""Both engines find the same in a package of the Cellkine study, whatever has been done
to it.
"""

from __future__ import annotations

import random
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from tests.generator.validation.columnar.tables.test_agreement import both_agree
from tests.soak import some
from tests.webapp.pages import cellkine
from webapp.demo.demo_study import read_texts

DAMAGES = (
    b"",
    b'"',
    b",",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xe9",
    b"12x",
    b"2024-13-01",
    b"\n\n",
    b"Y",
    b"ND",
    b"99999",
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = cellkine()
    held = read_subjects(
        read_texts(files("data_dictionary") / "cellkine" / "subjects"), study
    ).forms
    forms = [form for form in held if form.subject in {"01-001", "01-007"}]
    root = tmp_path_factory.mktemp("cellkine") / "package"
    write_package(study, sorted(forms, key=package_order(study)), root)
    return root


@pytest.mark.parametrize("seed", some(range(4), 1))
def test_whatever_has_been_done_to_it(package: Path, tmp_path: Path, seed: int) -> None:
    root = tmp_path / "package"
    shutil.copytree(package, root)
    draw = random.Random(seed)
    tables = sorted(root.rglob("*.csv"))
    # Every kind of damage, each in a table of its own.
    places = draw.sample(tables, len(DAMAGES))
    for path, damage in zip(places, DAMAGES, strict=True):
        content = path.read_bytes()
        at, cut = draw.randrange(len(content)), draw.randrange(4)
        path.write_bytes(content[:at] + damage + content[at + cut :])
    draw.choice(tables).unlink()
    (root / "data" / "more.csv").write_bytes(b"a\r\n1\r\n")
    assert both_agree(root).counts.findings > 5
