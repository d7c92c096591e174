"""Packages: rows per second of export and of validation, and Frictionless alone on the
same files.

Frictionless reads types, constraints and keys. ``validate`` does that and judges every
form and every rule besides, so a ratio of 1 means that the judge comes for nothing.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from benchmarks.timing import show
from forms_spec import load_study
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.validation.validate import validate_package
from webapp.demo.demo_study import read_texts

SUBJECTS = 40


def main() -> None:
    """A package of forty subjects that completed the Cellkine study, 9,000 cells each."""
    study, forms = _cellkine(SUBJECTS)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "package"
        start = time.perf_counter()
        rows = sum(write_package(study, forms, target).rows.values())
        write = time.perf_counter() - start
        alone = _frictionless(target)
        start = time.perf_counter()
        report = validate_package(target)
        ours = time.perf_counter() - start
    print(f"{len(forms):,} forms, {report.sentence()}")
    show(f"export, {rows / write:,.0f} rows a second", write)
    show(f"frictionless alone, {rows / alone:,.0f} rows a second", alone)
    show(
        f"validate, {rows / ours:,.0f} rows a second",
        ours,
        against=("frictionless alone", alone),
    )


def _frictionless(package: Path) -> float:
    from frictionless import Package

    start = time.perf_counter()
    report = Package(str(package / "datapackage.json")).validate()
    taken = time.perf_counter() - start
    assert report.valid, report.flatten(["type", "note"])[:3]
    return taken


def _cellkine(subjects: int) -> tuple[Study, list[CapturedForm]]:
    """The subject who completed the study, again and again under other numbers."""
    folder = files("data_dictionary") / "cellkine"
    study = load_study(
        {
            name: text
            for name, text in read_texts(folder).items()
            if not name.startswith("subjects/")
        }
    ).study
    assert study is not None
    example = [
        form
        for form in read_subjects(read_texts(folder / "subjects"), study).forms
        if form.subject == "01-001"
    ]
    forms = [
        dataclasses.replace(form, subject=f"01-{number:03}")
        for number in range(1, subjects + 1)
        for form in example
    ]
    return study, sorted(forms, key=package_order(study))
