"""A number with a comparator leaves as three columns, and every reader of them agrees."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import frictionless
import pytest

from forms_spec.evaluation.calculated import with_calculated
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.writer import write_package
from generator.tables.losses import losses
from generator.validation.open_package import Engine
from generator.validation.validate import LARGE, validate_package
from tests.package_cases import SAVED
from tests.studies import study_of

STUDY = {
    "study.yaml": """
study: CRP-1
title: Limits
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': A}
missing: {ND: Not done}
""",
    "visits.yaml": "visits: {SCR: {title: Screening}}\nschedule:\n  columns: SCR\n  lb:      X\n",
    "lb.yaml": """
form: lb
title: Chemistry
fields:
  crp:
    label: CRP
    type: decimal
    places: 1
    comparator: ['<', '>']
    range: [0, 500]
    expected: [0.5, 50]
    missing: [ND]
  low:
    label: Low
    type: calculated
    gives: choice
    codes: [Y, N]
    value: case when crp < 0.5 then 'Y' else 'N' end
""",
}
VALUES = ["<0.5", "0.7", ">50", ">500", "", "<0", "600", "<=3", "0.05", "< 3"]
FOUND = {
    "<0.5": "below-expected",
    ">50": "above-expected",
    ">500": "above-range",
    "<0": "below-range",
    "600": "above-range",
    "<=3": "comparator-not-taken",
    "0.05": "too-many-places",
    "< 3": "not-a-number",
}


DAY = date(2024, 4, 2)


def forms(study: Study, texts: list[str]) -> Iterator[CapturedForm]:
    """One subject for each text, with everything calculated as an export has it."""
    for number, text in enumerate(texts, 1):
        form = CapturedForm(
            site="01",
            subject=f"01-{number:03}",
            key=FormKey("lb", "SCR", 0),
            status=0,
            version=1,
            record=Record(texts={"crp": text}),
            saved_by="nurse",
            saved_at=SAVED,
        )
        yield from with_calculated(study, [form], DAY)


def package(target: Path, texts: list[str]) -> Path:
    study = study_of(STUDY)
    write_package(study, forms(study, texts), target)
    return target


def cells(source: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(source) as opened:
        return list(csv.DictReader(io.StringIO(opened.read("data/lb.csv").decode())))


@pytest.mark.parametrize("large", [LARGE, 0])
@pytest.mark.parametrize("engine", [Engine.REFERENCE, Engine.EMBEDDED])
def test_both_engines_say_what_the_page_says(
    tmp_path: Path, engine: Engine, large: int
) -> None:
    source = package(tmp_path / "export.zip", VALUES)
    found = validate_package(source, engine=engine, large=large).findings
    said = [
        (one.finding.value, one.finding.code) for one in found if one.field == "crp"
    ]
    assert sorted(said) == sorted(
        (text, FOUND[text]) for text in VALUES if text in FOUND
    )


def test_a_table_has_the_text_the_number_and_the_comparator(tmp_path: Path) -> None:
    rows = cells(package(tmp_path / "export.zip", ["<0.5", "0.7", "", "ND"]))
    parts = [(one["crp"], one["crp_num"], one["crp_cmp"], one["low"]) for one in rows]
    assert parts == [
        ("<0.5", "0.5", "<", "Y"),
        ("0.7", "0.7", "=", "N"),
        ("", "", "", ""),
        ("ND", "", "", ""),
    ]


def test_frictionless_reads_it_and_refuses_what_is_no_limit(tmp_path: Path) -> None:
    package(tmp_path / "good", ["<0.5", "0.7", ">500", ""])
    assert (
        frictionless.Package(str(tmp_path / "good" / "datapackage.json"))
        .validate()
        .valid
    )
    package(tmp_path / "bad", ["<=3", "0.05", "< 3"])
    report = frictionless.Package(str(tmp_path / "bad" / "datapackage.json")).validate()
    assert [
        one[1] for one in report.flatten(["fieldName", "rowNumber"]) if one[0] == "crp"
    ] == [2, 3, 4]


def test_a_package_from_before_the_comparators_is_still_right(tmp_path: Path) -> None:
    old = {
        **STUDY,
        "lb.yaml": STUDY["lb.yaml"].replace("    comparator: ['<', '>']\n", ""),
    }
    study = study_of(old)
    write_package(study, forms(study, ["0.7", "12"]), tmp_path / "old.zip")
    for engine in (Engine.REFERENCE, Engine.EMBEDDED):
        found = validate_package(
            tmp_path / "old.zip", engine=engine, dictionary=STUDY
        ).findings
        assert {one.finding.code for one in found} <= {
            "dictionary-differs",
            "schema-differs",
        }


def test_a_part_that_was_edited_by_itself_differs(tmp_path: Path) -> None:
    folder = package(tmp_path / "export", ["<0.5"])
    table = folder / "data" / "lb.csv"
    table.write_bytes(table.read_bytes().replace(b"<0.5,0.5,<", b"<0.5,0.4,<"))
    for engine in (Engine.REFERENCE, Engine.EMBEDDED):
        codes = {
            one.finding.code for one in validate_package(folder, engine=engine).findings
        }
        assert "calculated-differs" in codes


def test_what_the_schema_cannot_say_is_listed() -> None:
    found = {
        loss.facet: loss.why
        for loss in losses(study_of(STUDY))
        if loss.field == "lb.crp"
    }
    assert "number in crp_num" in found["comparator"]
    assert "comparator in crp_cmp" in found["comparator"]
    assert "range" in found
