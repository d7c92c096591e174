"""A small package with its audit trail, and what other programs do to its tables when
they save them.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from forms_spec import load_study
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import AuditEntry, CapturedForm
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package

SAVED = datetime(2024, 4, 20, 9, 30, 1, 922535, tzinfo=UTC)
STUDY = r"""
study: TRIP
title: Tables that came back
short: Trip
date_order: dmy
subject: {pattern: '\d{4}', example: '0101'}
sites: {'01': Ghent, '02': Leuven}
missing: {ND: Not done, NA: Not applicable}
"""
VISITS = """
visits:
  V1: {title: First visit}
schedule:
  columns: V1
  lab:     X
  vs:      X
"""
LAB = """
form: lab
title: Laboratory
fields:
  lot: {label: Lot number, length: 20}
  barcode: {label: Barcode, length: 30}
  clinic: {label: Clinic, type: choice, codes: {'01': North, '02': South}}
  side: {label: Side, type: choice, codes: {T: Top, F: Forearm}}
  band: {label: Band, type: choice, codes: {'1-2': One to two, '3-4': Three to four}}
  grade: {label: Grade, type: choice, codes: {'0': None, '1': Mild}}
  fasting: {label: Fasting confirmed, type: checkbox}
  drawn: {label: Drawn, type: datetime}
  onset: {label: Start, type: partial_date, missing: [ND, NA]}
  crp: {label: CRP, type: decimal, places: 5, missing: [ND, NA]}
  remark: {label: Remark, type: long_text}
"""
VS = """
form: vs
title: Vital signs
fields:
  vsdat: {label: Date, type: date, required: true}
  vstim: {label: Time, type: time}
  sysbp: {label: Systolic pressure, type: integer, range: [60, 260], expected: [90, 160], missing: [ND]}
  weight: {label: Weight, type: decimal, places: 1, range: [30, 300]}
  pregtest: {label: Pregnancy test, type: choice, codes: {NEG: Negative, POS: Positive}, missing: [ND, NA]}
"""
FILES = {
    "study.yaml": STUDY,
    "visits.yaml": VISITS,
    "forms/lab.yaml": LAB,
    "forms/vs.yaml": VS,
}
ANSWERS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("0101", "lab"): {
        **{
            "lot": "007",
            "barcode": "12345678901234567890",
            "clinic": "01",
            "side": "F",
            "band": "3-4",
        },
        **{
            "grade": "1",
            "fasting": "true",
            "drawn": "2024-04-15T09:30",
            "onset": "2024-04",
        },
        **{"crp": "0.00001", "remark": "first line\nsecond line"},
    },
    ("0101", "vs"): {
        **{
            "vsdat": "2024-04-15",
            "vstim": "09:30",
            "sysbp": "172",
            "weight": "70.0",
            "pregtest": "NEG",
        },
    },
    ("0102", "lab"): {
        **{
            "lot": "1E5",
            "barcode": "10000000000000000001",
            "clinic": "02",
            "side": "F",
            "band": "1-2",
        },
        **{
            "grade": "0",
            "drawn": "2024-04-16T10:00",
            "onset": "NA",
            "crp": "NA",
            "remark": "=1+1",
        },
    },
    ("0102", "vs"): {
        **{
            "vsdat": "2024-04-16",
            "vstim": "10:00",
            "sysbp": "120",
            "weight": "82.5",
            "pregtest": "NA",
        },
    },
    ("0203", "lab"): {
        **{
            "lot": "12",
            "barcode": "20000000000000000002",
            "clinic": "01",
            "side": "F",
            "band": "3-4",
        },
        **{
            "fasting": "true",
            "onset": "2024-04-02",
            "crp": "1.5",
            "remark": 'said "enough"',
        },
    },
    ("0203", "vs"): {
        "vsdat": "2024-04-18",
        "vstim": "08:05",
        "sysbp": "300",
        "weight": "100.0",
    },
}
TRUE_FINDINGS = {("above-expected", "sysbp", 2), ("above-range", "sysbp", 4)}
"""What is wrong with the package as it was exported: code, field and line."""

Spelling = Callable[[str], str]


@cache
def study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def write_before(target: Path) -> Path:
    """The package as it was exported. A first version of the lot was another one."""
    forms, changes = [], []
    for (subject, form), texts in ANSWERS.items():
        captured = CapturedForm(
            site="02" if subject == "0203" else "01",
            subject=subject,
            key=FormKey(form, "V1", 0),
            status=0 if texts.get("sysbp") == "300" else 2,
            version=2,
            record=Record(texts=dict(texts)),
            saved_by="nurse",
            saved_at=SAVED,
        )
        forms.append(captured)
        for name, text in texts.items():
            changes.append(
                _change(captured, name, "", "9" if name == "lot" else text, version=1)
            )
        last = "complete" if captured.status else "draft"
        first = "unverified" if "lot" not in texts else last
        changes.append(_change(captured, "formstat", "", first, version=1))
        if "lot" in texts:
            changes.append(_change(captured, "lot", "9", texts["lot"], version=2))
        else:
            changes.append(_change(captured, "formstat", first, last, version=2))
    write_package(
        study(), sorted(forms, key=package_order(study())), target, changes=changes
    )
    return target


def _change(
    form: CapturedForm, name: str, old: str, new: str, *, version: int
) -> AuditEntry:
    return AuditEntry(
        site=form.site,
        subject=form.subject,
        key=form.key,
        version=version,
        table=form.key.form,
        row=None,
        field=name,
        old=old,
        new=new,
        reason="",
        saved_by=form.saved_by,
        saved_at=form.saved_at,
        dictionary=study().hash,
    )


def rewrite(
    root: Path,
    spellings: Mapping[str, Spelling],
    *,
    end: str = "\n",
    delimiter: str = ",",
) -> Path:
    """Every table of ``data/`` as a program saves it; a column by its name, ``*`` for
    all of them.
    """
    for path in sorted(root.glob("data/*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator=end, delimiter=delimiter)
            writer.writerow(header)
            for row in rows:
                writer.writerow(_spelled(header, row, spellings))
    return root


def _spelled(
    header: list[str], row: list[str], spellings: Mapping[str, Spelling]
) -> list[str]:
    def same(text: str) -> str:
        return text

    every = spellings.get("*", same)
    return [
        spellings.get(name, every)(text) for name, text in zip(header, row, strict=True)
    ]


def edit(root: Path, name: str, old: str, new: str, *, with_hash: bool = True) -> Path:
    """Changes a text of one file and, if so, what the descriptor says of the file."""
    path = root / name
    content = path.read_bytes()
    assert content.count(old.encode()) == 1, (name, old)
    path.write_bytes(content.replace(old.encode(), new.encode()))
    if with_hash:
        state(root, name)
    return root


def state(root: Path, name: str) -> None:
    """The descriptor states the file as it is now."""
    described = root / "datapackage.json"
    descriptor = json.loads(described.read_text("utf-8"))
    content = (root / name).read_bytes()
    for one in descriptor["resources"]:
        if one["path"] == name:
            one["bytes"] = len(content)
            one["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    described.write_text(
        json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )


def as_number(text: str) -> str:
    """A text as a spreadsheet takes it: whole numbers without their zeros."""
    return str(int(text)) if text.isdigit() and len(text) < 16 else text
