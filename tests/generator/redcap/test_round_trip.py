"""Random studies and records go out to REDCap and come back: whole, or listed.

``python -m tests.generator.redcap.test_round_trip STUDIES SEED [FILE ...]`` does so for
many studies, or for dictionaries of REDCap.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

from forms_spec.entry import understand
from forms_spec.evaluation import judge
from forms_spec.model.captured_data import (
    LOG,
    CellKey,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
    Row,
)
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from generator.redcap.convert import convert_redcap
from generator.redcap.event_names import event_names, log_visit
from generator.redcap.reading.events import EventFiles
from generator.redcap.records.columns import columns_of
from generator.redcap.records.export_records import LeftOut, export_records
from generator.redcap.records.read_records import read_records
from generator.redcap.records.write_records import RecordFormat, write_records
from generator.redcap.write_dictionary import write_redcap
from tests.docs.fences import blocks
from tests.generator.redcap.random_studies import RandomStudy
from tests.generator.redcap.test_corpus import DICTIONARIES
from tests.generator.validation.columnar.forms.test_random_records import text
from tests.package_cases import SAVED
from tests.studies import study_of
from webapp.demo.demo_study import read_texts

TODAY = date(2024, 5, 31)
TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial.md"
HARMLESS = {
    "history",
    "subject",
    "empty-draft",
    "empty-row",
    "file",
    "decimals",
    "reason",
}
LOST = {"row", "box", "no-value"}
"""What may be lost of an answer: rows of visits that repeat, texts that are no answers.
"""

MEANING = {"rule", "other-form", "previous-event", "record-id"}
"""What a list of Losses says of a rule that is lost in REDCap, or means another thing
there.
"""


def subjects(random: Random, study: Study, count: int = 3) -> list[CapturedForm]:
    """Forms that a page could have saved: begun or complete, right and wrong."""
    found: list[CapturedForm] = []
    for number in range(1, count + 1):
        site = (
            random.choice(list(study.sites))
            if study.sites
            else random.choice(("", "north"))
        )
        for key in _keys(random, study):
            if random.random() < 0.8:
                found.append(
                    CapturedForm(
                        site=site,
                        subject=f"{site}-{number:03}"
                        if study.sites
                        else f"01-{number:03}",
                        key=key,
                        status=random.choice((0, 1, 2, 2)),
                        version=1,
                        record=_record(random, study, study.forms[key.form]),
                        saved_by="nurse",
                        saved_at=SAVED,
                    )
                )
    by_subject: dict[str, str] = {}
    return [
        replace(one, site=by_subject.setdefault(one.subject, one.site)) for one in found
    ]


def _keys(random: Random, study: Study) -> Iterator[FormKey]:
    for form in study.forms.values():
        if form.log:
            yield FormKey(form.name, LOG, 0)
    for name, visit in study.expectations:
        if not study.visits[visit].repeats:
            yield FormKey(name, visit, 0)
            continue
        for number in range(1, random.randint(1, 3)):
            yield FormKey(name, visit, number)


def _record(random: Random, study: Study, form: Form) -> Record:
    sound = random.choice((0.8, 1.0))

    def cells(fields: tuple[Field, ...]) -> dict[str, str]:
        found = {}
        for one in fields:
            if one.collected and one.value is None and random.random() < 0.7:
                typed = text(random, study, one, date(2024, 3, 1), sound)
                if typed in study.missing and typed not in {
                    code.code for code in one.missing
                }:
                    continue  # a code of the study that the field does not allow is a plain text in REDCap
                found[one.name] = understand(
                    typed, one, today=TODAY, date_order=study.date_order
                )
        return {name: said for name, said in found.items() if said}

    rows = {
        group.name: tuple(
            Row(number=number, texts=cells(group.fields))
            for number in sorted(random.sample(range(1, 9), random.randrange(4)))
        )
        for group in form.row_groups
    }
    return Record(
        texts=cells(form.fields),
        rows={name: held for name, held in rows.items() if held},
    )


@dataclass(kw_only=True)
class Checked:
    """What one study gave: its forms, what was listed, and every fault."""

    forms: int
    listed: Counter[str]
    faults: list[str]


def check(texts: Mapping[str, str], study: Study, forms: list[CapturedForm]) -> Checked:
    """The laws of the way out and back for one study and its forms."""
    found = Checked(forms=len(forms), listed=Counter(), faults=[])
    for shape in RecordFormat:
        out = export_records(study, forms, TODAY, shape=shape)
        found.listed.update(one.kind for one in out.left_out)
        found.faults += [
            f"{shape.value}: {one}" for one in out.left_out if not _allowed(study, one)
        ]
        again = read_records("r.csv", out.text.encode(), study)
        if not LOST & {one.kind for one in out.left_out}:
            found.faults += [
                f"{shape.value}: {one.code} {one.message}" for one in again.findings
            ]
        if len(again.forms) != out.forms:
            found.faults.append(
                f"{out.forms} forms announced, {len(again.forms)} in the file"
            )
        second = write_records(study, again.forms, TODAY, shape=shape)
        left = {one.kind for one in out.left_out}
        if second != out.text and not left & {*LOST, "empty-draft", "empty-row"}:
            found.faults.append(f"{shape.value}: a second export is another")
    found.faults += _dictionary(texts, study, forms)
    return found


def _allowed(study: Study, one: LeftOut) -> bool:
    """Whether something may be listed at all: no valid answer of a row that REDCap has
    is ever lost.
    """
    if one.kind in HARMLESS:
        return one.harmless
    if one.kind == "row":
        return (
            one.key is not None
            and one.key.visit != LOG
            and study.visits[one.key.visit].repeats
        )
    return one.kind in LOST


def _dictionary(
    texts: Mapping[str, str], study: Study, forms: list[CapturedForm]
) -> Iterator[str]:
    """The dictionary there and back shows the same fields and gives the same values for
    the same records.
    """
    out = write_redcap(texts, {})
    assert out.content is not None
    lists = {name: (name, content) for name, content in out.lists.items()}
    missing = " | ".join(
        f"{one.in_redcap}, {one.label}" for one in study.missing.values()
    )
    back = study_of(
        dict(
            convert_redcap(
                "d.csv", out.content, EventFiles(**lists), missing=missing
            ).files
        )
    )
    lost = {one.field for one in out.losses if one.kind in MEANING}
    text_ = write_records(study, forms, TODAY)
    kept = read_records("r.csv", text_.encode(), study).forms
    read = read_records("r.csv", text_.encode(), back)
    yield from (
        f"back: {one.code} {one.message} {one.value}"
        for one in read.findings
        if one.code
        not in ("redcap-rewritten", "redcap-values-changed", "redcap-values-lost")
    )
    here, there = _verdicts(study, kept), _verdicts(back, read.forms)
    for spot, said in here.items():
        other = there.get(spot)
        if other is not None and spot[-1] not in lost and said != other:
            yield f"{spot}: {said} here, {other} there"


Spot = tuple[str, str, int, str]
"""Subject, event, instance and the name of the field in REDCap."""


def _verdicts(study: Study, forms: list[CapturedForm]) -> dict[Spot, tuple[bool, str]]:
    """Whether each field is shown, and what a formula gives, by its place in REDCap."""
    columns = columns_of(study)
    found: dict[Spot, tuple[bool, str]] = {}
    by_subject: dict[str, dict[FormKey, CapturedForm]] = {}
    for form in forms:
        by_subject.setdefault(form.subject, {})[form.key] = form
    for subject, held in by_subject.items():
        casebook = InMemoryCasebook({key: one.record for key, one in held.items()})
        for key, form in held.items():
            context = Context(
                today=TODAY,
                subject=subject,
                visit=key.visit,
                unsno=key.unsno,
                casebook=casebook,
            )
            judged = judge(study, study.forms[key.form], form.record, context)
            for cell, state in judged.cells.items():
                spot = _spot(study, columns.names, subject, key, cell)
                field = study.field(cell.table, cell.field)
                if field is not None and spot is not None:
                    value = state.text if field.value is not None else ""
                    found[spot] = (state.shown is True, value)
    return found


def _spot(
    study: Study,
    names: Mapping[tuple[str, str], str],
    subject: str,
    key: FormKey,
    cell: CellKey,
) -> Spot | None:
    visit = log_visit(study) if key.visit == LOG else key.visit
    name = names.get((cell.table, cell.field))
    return (
        (subject, event_names(study)[visit], cell.row or key.unsno, name)
        if name
        else None
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_random_study_comes_back_or_says_what_does_not(seed: int) -> None:
    random = Random(seed)
    texts, study = RandomStudy(random).study()
    assert check(texts, study, subjects(random, study)).faults == []


def test_the_subjects_of_the_demo_come_back_and_are_asked_the_same() -> None:
    folder = files("data_dictionary") / "cellkine"
    texts = {
        name: said
        for name, said in read_texts(folder).items()
        if not name.startswith("subjects/")
    }
    study = study_of(texts)
    forms = list(read_subjects(read_texts(folder / "subjects"), study).forms)
    some = sorted({one.subject for one in forms})[:1]
    found = check(texts, study, [one for one in forms if one.subject in some])
    assert found.faults == []
    assert set(found.listed) == {"history"}


def test_the_study_of_the_tutorial_comes_back() -> None:
    written = [
        block.text
        for block in blocks(TUTORIAL)
        if re.match(r"# walking/\S+\.yaml\n", block.text)
    ]
    names = [re.match(r"# walking/(\S+)", said) for said in written]
    texts = {name[1]: said for name, said in zip(names, written, strict=True) if name}
    study = study_of(texts)
    assert check(texts, study, subjects(Random(1), study)).faults == []


SMALL_FILE = 12_000
"""The larger ones are for the command."""


@pytest.mark.skipif(
    not DICTIONARIES, reason="the corpus is not at hand in ../shared/corpus"
)
def test_records_of_real_dictionaries_come_back() -> None:
    small = [path for path in DICTIONARIES if path.stat().st_size < SMALL_FILE][::3]
    assert [fault for path in small for fault in _real(path).faults] == []


def _real(path: Path) -> Checked:
    """Random records of a dictionary of REDCap."""
    made = convert_redcap(path.name, path.read_bytes())
    study = study_of(dict(made.files))
    return check(made.files, study, subjects(Random(path.name), study, 2))


def _studies(count: int, seed: int) -> Iterator[tuple[str, Checked]]:
    for number in range(count):
        random = Random(f"{seed}-{number}")
        texts, study = RandomStudy(random).study()
        yield f"study {number}", check(texts, study, subjects(random, study))


def main(studies: int, seed: int, paths: list[str]) -> None:
    listed: Counter[str] = Counter()
    forms = wrong = count = 0
    real = ((Path(path).stem[:60], _real(Path(path))) for path in paths)
    for name, found in real if paths else _studies(studies, seed):
        count += 1
        listed += found.listed
        forms += found.forms
        wrong += bool(found.faults)
        for fault in found.faults[:3]:
            print(f"{name}: {fault[:400]}")
    print(
        f"{count} studies, {forms:,} forms in each of two shapes: {wrong} studies "
        "with a fault"
    )
    print(
        "listed:",
        ", ".join(f"{kind} {number:,}" for kind, number in listed.most_common()),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
