"""What cannot be told, of many subjects at once: asked about where the judge asks, and
nowhere else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

from forms_spec.model.captured_data import FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package
from tests.forms_spec.evaluation.unknown_cases import CASES, STUDY, record_of, texts
from tests.generator.validation.columnar.forms.test_agreement import agree
from tests.package_cases import SAVED
from tests.parity.test_told_browser import PEOPLE, POOL
from tests.studies import study_of

SEED, SUBJECTS = 20240415, 150


def form(subject: str, name: str, record: Record, status: int = 2) -> CapturedForm:
    return CapturedForm(
        site="01",
        subject=subject,
        key=FormKey(name, "V1", 0),
        status=status,
        version=1,
        record=record,
        saved_by="nurse",
        saved_at=SAVED,
    )


def subject(
    number: int, person: str, record: Record, status: int = 2
) -> list[CapturedForm]:
    name = f"01-{number:03}"
    held = [form(name, "dm", Record(texts=texts(person)))] if person else []
    return [*held, form(name, "lab", record, status)]


def random_record(draw: Random, study: Study) -> Record:
    def cells(names: list[str]) -> dict[str, str]:
        return {name: text for name in names if (text := draw.choice(POOL[name]))}

    lab = study.forms["lab"]
    rows = {
        group.name: tuple(
            Row(number=number, texts=cells([one.name for one in group.fields]))
            for number in range(1, draw.randint(0, 3) + 1)
        )
        for group in lab.row_groups
    }
    return Record(texts=cells([one.name for one in lab.fields]), rows=rows)


def compare(seed: int, subjects: int) -> int:
    """Compares so many random subjects after the cases; gives the number of findings."""
    study, draw = study_of(STUDY), Random(seed)
    forms = [
        one
        for at, case in enumerate(CASES.values())
        for one in subject(at, case[0], record_of(*case[1:3]))
    ]
    for number in range(len(CASES), len(CASES) + subjects):
        record = random_record(draw, study)
        forms += subject(number, draw.choice(PEOPLE), record, draw.choice([2, 2, 2, 0]))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "package"
        write_package(study, sorted(forms, key=package_order(study)), target)
        return agree(target).counts.findings


def test_the_cases_and_random_subjects() -> None:
    assert compare(SEED, SUBJECTS) > SUBJECTS


if __name__ == "__main__":
    print(compare(int(sys.argv[1]), int(sys.argv[2])), "findings, the same")
