"""Casebooks judged all at once give what the judge gives one by one: findings, counts,
states, files.
"""

from __future__ import annotations

import csv
import random
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings

from forms_spec.model.captured_forms import CapturedForm
from generator import Engine, validate_package
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.validation.columnar.forms import evaluate_all, spooling_store
from generator.validation.report.report import Report
from tests.forms_spec.evaluation.unknown_cases import STUDY
from tests.generator.validation.columnar.tables.test_agreement import found
from tests.generator.validation.columnar.tables.test_cellkine import DAMAGES
from tests.package_cases import GOOD_VS, any_forms, captured, clean_forms, write
from tests.soak import examples, some
from tests.studies import study_of
from tests.webapp.pages import cellkine
from webapp.demo.demo_study import read_texts


def agree(source: Path, *, limit: int = 10_000, notes: tuple[str, ...] = ()) -> Report:
    """The report on a package that counts as a large one, in one lot or many: the
    reference's.
    """
    reference = validate_package(source, engine=Engine.REFERENCE, limit=limit)
    with pytest.MonkeyPatch.context() as patch:
        a_third = sum(reference.counts.rows.values()) // 3
        for rows, part in ((evaluate_all.ROWS, spooling_store.PART), (a_third, 7)):
            patch.setattr(evaluate_all, "ROWS", rows)
            patch.setattr(spooling_store, "PART", part)
            report = validate_package(source, large=0, limit=limit)
            assert found(report) == found(reference)
            assert report.counts == reference.counts
            assert report.missingness == reference.missingness
            assert report.notes == notes
    return report


@given(any_forms())
@settings(max_examples=examples(4, 12))
def test_any_forms(forms: list[CapturedForm]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agree(write(Path(folder) / "package", forms))


def test_two_subjects_with_nothing_wrong(tmp_path: Path) -> None:
    assert agree(write(tmp_path / "p.zip", clean_forms())).counts.by_code == {}


def test_findings_are_counted_whole_and_the_first_are_listed(tmp_path: Path) -> None:
    forms = [
        captured("vs SCR", {**GOOD_VS, "sysbp": "12x"}, subject=f"01-{number:03}")
        for number in range(1, 8)
    ]
    report = agree(write(tmp_path / "p.zip", forms), limit=2)
    [cause] = [one for one in report.counts.causes if one.field == "sysbp"]
    assert (cause.findings, cause.located) == (7, 2)
    assert [one.key["subjid"] for one in report.findings if one.field == "sysbp"] == [
        "01-001",
        "01-002",
    ]


def test_a_row_twice_and_a_row_without_its_form(tmp_path: Path) -> None:
    root = write(tmp_path / "package", clean_forms())
    table = root / "data" / "reading.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    strange = lines[-1].replace("SCR", "UNS", 1)
    table.write_text("\n".join([*lines, lines[-1], strange]) + "\n", encoding="utf-8")
    assert {"repeated-row", "row-without-form"} <= agree(root).counts.by_code.keys()


@pytest.fixture(scope="module")
def subjects() -> list[str]:
    """Of the subjects of Cellkine two in the suite, and all of them at leisure."""
    study = cellkine()
    texts = read_texts(files("data_dictionary") / "cellkine" / "subjects")
    names = {form.subject for form in read_subjects(texts, study).forms}
    return some(sorted(names), 2)


@pytest.fixture(scope="module")
def captured_cellkine(
    tmp_path_factory: pytest.TempPathFactory, subjects: list[str]
) -> Path:
    """The package of those subjects; no test changes it."""
    study = cellkine()
    texts = read_texts(files("data_dictionary") / "cellkine" / "subjects")
    forms = [
        form for form in read_subjects(texts, study).forms if form.subject in subjects
    ]
    root = tmp_path_factory.mktemp("cellkine") / "package"
    write_package(study, sorted(forms, key=package_order(study)), root)
    return root


def test_the_subjects_of_cellkine(captured_cellkine: Path, subjects: list[str]) -> None:
    assert agree(captured_cellkine).counts.subjects == len(subjects)


def test_rows_in_no_order(
    captured_cellkine: Path, subjects: list[str], tmp_path: Path
) -> None:
    root, draw = tmp_path / "package", random.Random(5)
    shutil.copytree(captured_cellkine, root)
    for path in (root / "data").glob("*.csv"):
        header, *rows = csv.reader(
            path.read_text(encoding="utf-8").splitlines(keepends=True)
        )
        draw.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    assert agree(root).counts.subjects == len(subjects)


@pytest.mark.parametrize("seed", [41])
def test_cellkine_whatever_has_been_done_to_it(
    captured_cellkine: Path, tmp_path: Path, seed: int
) -> None:
    root = tmp_path / "package"
    shutil.copytree(captured_cellkine, root)
    draw = random.Random(seed)
    for path in draw.sample(sorted(root.rglob("*.csv")), 20):
        content = path.read_bytes()
        at, cut = draw.randrange(len(content)), draw.randrange(4)
        path.write_bytes(content[:at] + draw.choice(DAMAGES) + content[at + cut :])
    assert agree(root).counts.findings > 100


def test_a_form_of_nothing_but_notes(tmp_path: Path) -> None:
    study = study_of(
        {
            **STUDY,
            "lab.yaml": (
                "form: lab\ntitle: Laboratory\nfields:\n  read: {label: Read this., "
                "type: note}\n"
            ),
            "rules.yaml": "rules: {}\n",
        }
    )
    forms = [
        captured("lab V1", {}, subject="01-001"),
        captured("dm V1", {"sex": "X"}, subject="01-001"),
    ]
    write_package(study, sorted(forms, key=package_order(study)), tmp_path / "package")
    assert agree(tmp_path / "package").counts.by_code == {"unknown-choice": 1}


TOTALS = {
    "study.yaml": STUDY["study.yaml"],
    "visits.yaml": (
        "visits: {V1: {title: One}, V2: {title: Two}}\nschedule:\n  columns: V1 V2\n  "
        "lab: X X\n"
    ),
    "lab.yaml": """
form: lab
title: Doses
fields:
  mg: {label: Milligrams, type: integer}
  total: {label: So far, type: calculated, value: 'coalesce(lab[previous].total, 0) + mg', range: [0, 99]}
""",
}


def test_a_running_total_is_judged_subject_by_subject_and_the_report_says_so(
    tmp_path: Path,
) -> None:
    study = study_of(TOTALS)
    forms = [
        captured(f"lab {visit}", {"mg": mg}, subject=f"01-00{number}")
        for number in (1, 2)
        for visit, mg in (("V1", "60"), ("V2", f"{number}0"))
    ]
    write_package(study, sorted(forms, key=package_order(study)), tmp_path / "package")
    note = (
        "Subjects were validated one at a time, because some cells depend on "
        "themselves."
    )
    report = agree(tmp_path / "package", notes=(note,))
    assert report.counts.by_code == {}
