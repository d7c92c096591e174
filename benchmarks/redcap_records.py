"""Records of REDCap: CPU seconds of ``crfsmith validate`` on an export of the eight
acceptance subjects, repeated under other numbers.

``python -m benchmarks.redcap_records CHECKOUT`` compares with another checkout of the
repository, in turn. Each checkout reads the same records with its own Cellkine
dictionary. Without one the benchmark prints what this checkout takes.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from datetime import date
from importlib.resources import files
from pathlib import Path

from benchmarks.startup import compare
from forms_spec import load_study
from generator.package.example_subjects import read_subjects
from generator.redcap.records.write_records import write_records
from webapp.demo.demo_study import read_texts

COPIES = 25
DICTIONARY = "data_dictionary/cellkine"
"""A path within each checkout, since the text of dictionaries changes over time."""


def main(other: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "records.csv"
        write(records)
        compare(["validate", str(records), "--dictionary", DICTIONARY], other)


def write(target: Path, copies: int = COPIES) -> None:
    """The eight subjects of the Cellkine study, ``copies`` times, as one flat export."""
    folder = files("data_dictionary") / "cellkine"
    dictionary = {
        name: text
        for name, text in read_texts(folder).items()
        if not name.startswith("subjects/")
    }
    study = load_study(dictionary).study
    assert study is not None
    forms = read_subjects(read_texts(folder / "subjects"), study).forms
    numbers = {
        subject: number
        for number, subject in enumerate(sorted({form.subject for form in forms}))
    }

    copied = [
        dataclasses.replace(
            form, subject=f"01-{copy * len(numbers) + numbers[form.subject]:03}"
        )
        for copy in range(copies)
        for form in sorted(forms, key=lambda form: form.subject)
    ]
    text = write_records(study, copied, date(2026, 1, 1))
    target.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
