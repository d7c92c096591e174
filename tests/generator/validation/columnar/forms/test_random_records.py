"""Random records of any study: the casebooks judged all at once give what the judge
gives one by one.

``python -m tests.generator.validation.columnar.forms.test_random_records SEED SUBJECTS
[FILE ...]`` compares so many subjects of Cellkine, or of REDCap dictionaries.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from forms_spec.loader import load_study
from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from generator.package.row_order import package_order
from generator.package.writer import write_package
from generator.redcap.convert import convert_redcap
from tests.generator.validation.columnar.forms.test_agreement import agree
from tests.package_cases import SAVED
from tests.webapp.pages import cellkine

KEPT = ("below-expected", "above-expected", "rule-broken")


def compare(study: Study, seed: int, subjects: int) -> int:
    """Compares so many random subjects; gives the number of findings."""
    draw = Random(seed)
    forms = [
        form
        for number in range(subjects)
        for form in subject(draw, study, f"01-{number:03}")
    ]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "package"
        write_package(study, sorted(forms, key=package_order(study)), target)
        return agree(target, limit=draw.choice([3, 10_000])).counts.findings


def subject(draw: Random, study: Study, name: str) -> Iterator[CapturedForm]:
    """Most forms of a subject, most of them sound for the most part."""
    start, sound = (
        date(2023, 1, 1) + timedelta(days=draw.randrange(400)),
        draw.choice([0.5, 0.9, 0.97]),
    )
    visits = [
        FormKey(form, visit, 0)
        for form, visit in study.expectations
        if not study.visits[visit].repeats
    ]
    logs = [FormKey(form.name, LOG, 0) for form in study.forms.values() if form.log]
    again = [
        FormKey(form, visit, number)
        for form, visit in study.expectations
        if study.visits[visit].repeats
        for number in (1, 2)
    ]
    for key in [*visits, *logs, *again]:
        if draw.random() < (0.2 if key.unsno else 0.85):
            yield CapturedForm(
                site=name[:2],
                subject=name,
                key=key,
                status=draw.choice([2, 2, 2, 1, 0]),
                version=1,
                record=record(draw, study, study.forms[key.form], start, sound),
                saved_by="nurse",
                saved_at=SAVED,
            )


def record(draw: Random, study: Study, form: Form, start: date, sound: float) -> Record:
    def cells(fields: tuple[Field, ...]) -> dict[str, str]:
        found = {
            one.name: text(draw, study, one, start, sound)
            for one in fields
            if one.collected
        }
        return {name: said for name, said in found.items() if said}

    rows = {
        group.name: tuple(
            Row(number=number, texts=cells(group.fields))
            for number in sorted(draw.sample(range(1, 9), draw.randrange(4)))
        )
        for group in form.row_groups
    }
    own = tuple(
        one for group in form.groups if group.rows is None for one in group.fields
    )
    kept = {
        (CellKey(form.name, None, one.name), draw.choice(KEPT)): "measured twice"
        for one in own
        if one.collected and draw.random() < 0.01
    }
    return Record(
        texts=cells(own),
        rows={name: held for name, held in rows.items() if held},
        kept=kept,
    )


def text(draw: Random, study: Study, one: Field, start: date, sound: float) -> str:
    """A text that may well be an answer."""
    chance = draw.random()
    if chance > sound:
        odd = [
            "",
            "x",
            "12x",
            "2024-13-01",
            *study.missing,
            *(sample.text for sample in one.type.rejects),
        ]
        return draw.choice(
            [said for said in odd if said.isprintable() and "\ufffe" not in said]
        )
    if chance < 0.05 and one.missing:
        return draw.choice(one.missing).code
    if one.codelist is not None:
        codes = [code.code for code in one.codelist.codes]
        if one.kind.name == "choices":
            return ";".join(
                sorted(draw.sample(codes, min(len(codes), 2)), key=codes.index)
            )
        return draw.choice(codes)
    day = start + timedelta(days=draw.randrange(-30, 200))
    return draw.choice(_LIKELY.get(one.kind.name, _LIKELY["text"])(draw, day))


_LIKELY = {
    "text": lambda draw, _day: [
        "Left knee",
        f"note {draw.randrange(99)}",
        "naïve",
        "a",
    ],
    "integer": lambda draw, _day: [
        str(draw.randrange(0, 12)),
        str(draw.randrange(20, 200)),
    ],
    "decimal": lambda draw, _day: [
        str(draw.randrange(0, 99)),
        f"{draw.randrange(300, 1200) / 10}",
    ],
    "boolean": lambda _draw, _day: ["true", "false"],
    "date": lambda _draw, day: [day.isoformat()],
    "partial_date": lambda _draw, day: [
        day.isoformat(),
        day.isoformat()[:7],
        day.isoformat()[:4],
    ],
    "time": lambda draw, _day: [f"{draw.randrange(24):02}:{draw.randrange(60):02}"],
    "datetime": lambda draw, day: [f"{day.isoformat()}T{draw.randrange(24):02}:30"],
}


def test_random_subjects_of_cellkine() -> None:
    assert compare(cellkine(), 20240415, 1) > 300


def main(seed: int, subjects: int, paths: list[str]) -> None:
    if not paths:
        print(compare(cellkine(), seed, subjects), "findings, the same")
    for path in paths:
        study = load_study(
            convert_redcap(Path(path).name, Path(path).read_bytes()).files
        ).study
        assert study is not None
        print(
            Path(path).stem[:60],
            compare(study, seed, subjects),
            "findings, the same",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
