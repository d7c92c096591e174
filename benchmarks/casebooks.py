"""The Cellkine package with all rules, scaled up: the embedded engine against the
reference.

The eight subjects of the study, again and again under other numbers and on other days,
so that dates are as many as in a study of some years. The reference judges the first
subjects only. ``python -m benchmarks.casebooks SUBJECTS`` takes another number of
subjects.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import sys
import tempfile
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from benchmarks.engine import Measured, measured
from forms_spec import load_study
from generator.package.example_subjects import read_subjects
from generator.package.row_order import package_order
from generator.package.writer import write_package
from webapp.demo.demo_study import read_texts

SUBJECTS, SLICE, DAYS = 100_000, 400, 1_000
_DATE = re.compile(r"\b[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\b")
_RUN = """
from pathlib import Path
import frictionless, polars
from generator import Engine, validate_package
start, busy = time.perf_counter(), time.process_time()
report = validate_package(Path(source), engine=Engine.{engine})
"""


def main(subjects: int = SUBJECTS) -> None:
    """Subjects a second of both engines, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        prototype = Path(folder) / "prototype"
        _write_prototype(prototype)
        whole, part = Path(folder) / "whole", Path(folder) / "part"
        rows = multiply(prototype, whole, subjects)
        multiply(prototype, part, SLICE)
        print(f"{subjects:,} subjects, {rows:,} rows")
        embedded = measured(_RUN.format(engine="EMBEDDED"), whole)
        reference = measured(_RUN.format(engine="REFERENCE"), part)
    _show("embedded", subjects, embedded)
    _show("reference", SLICE, reference)
    faster = (subjects / embedded.wall) / (SLICE / reference.wall)
    busier = (subjects / embedded.busy) / (SLICE / reference.busy)
    print(
        f"embedded: {faster:.0f} x the reference's subjects by time, {busier:.0f} "
        "x by CPU time"
    )


def _show(name: str, subjects: int, taken: Measured) -> None:
    print(f"{name:<20} {subjects / taken.wall:>9,.0f} subjects/s {subjects / taken.busy:>9,.0f} /CPU s"
          f" {taken.wall:>8,.1f} s {taken.peak:>7,.0f} MB")  # fmt: skip


def _write_prototype(target: Path) -> None:
    folder = files("data_dictionary") / "cellkine"
    texts = {
        name: text
        for name, text in read_texts(folder).items()
        if not name.startswith("subjects/")
    }
    study = load_study(texts).study
    assert study is not None
    forms = read_subjects(read_texts(folder / "subjects"), study).forms
    numbers = {
        name: at for at, name in enumerate(sorted({form.subject for form in forms}))
    }
    renamed = [
        dataclasses.replace(one, subject=_prototype(numbers[one.subject]))
        for one in forms
    ]
    write_package(study, sorted(renamed, key=package_order(study)), target)


def _prototype(number: int) -> str:
    return f"01-9{number:02}"


def multiply(prototype: Path, target: Path, subjects: int) -> int:
    """Writes the subjects of a package again and again; gives the rows of all tables."""
    written = 0
    for path in (one for one in prototype.rglob("*") if one.is_file()):
        copy = target / path.relative_to(prototype)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == "data":
            written += _multiply_table(path, copy, subjects)
        elif path.name == "datapackage.json":
            described = json.loads(path.read_text())
            for resource in described["resources"]:
                resource.pop("hash", None)
                resource.pop("bytes", None)
            copy.write_text(json.dumps(described))
        else:
            copy.write_bytes(path.read_bytes())
    return written


def _multiply_table(path: Path, target: Path, subjects: int) -> int:
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    place = header.index("subjid")
    kinds = sorted({_prototype(number) for number in range(8)})
    held = {name: [row for row in rows if row[place] == name] for name in kinds}
    texts = {name: _text(own) for name, own in held.items()}
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(_text([header]))
        for number in range(subjects):
            name = kinds[number % len(kinds)]
            file.write(
                _moved(texts[name], number // len(kinds) % DAYS).replace(
                    name, f"01-{number:06}"
                )
            )
    return sum(len(held[kinds[number % len(kinds)]]) for number in range(subjects))


def _moved(text: str, days: int) -> str:
    """The same on earlier days."""
    return _DATE.sub(lambda found: _earlier(found[0], days), text)


@lru_cache(maxsize=1 << 20)
def _earlier(day: str, days: int) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - days).isoformat()


def _text(rows: list[list[str]]) -> str:
    held = io.StringIO()
    csv.writer(held, lineterminator="\n").writerows(rows)
    return held.getvalue()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
