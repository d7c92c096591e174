"""Random studies and records go out to REDCap and come back: whole, or listed.

``python -m tests.generator.redcap.test_round_trip STUDIES SEED`` does so for many studies.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import pytest

from forms_spec.entry import understand
from forms_spec.judge import judge
from forms_spec.model import Field, Form, Study
from forms_spec.record import LOG, CellKey, Context, FormKey, Record, Records, Row
from generator.package.captured import CapturedForm
from generator.redcap.convert import convert_redcap
from generator.redcap.events import EventFiles
from generator.redcap.export_records import LeftOut, export_records
from generator.redcap.record_columns import columns_of
from generator.redcap.records import read_records
from generator.redcap.write_back import write_redcap
from generator.redcap.write_events import event_names, log_visit
from generator.redcap.write_records import Shape, write_records
from tests.generator.casebooks.test_random_records import text
from tests.generator.redcap.random_studies import RandomStudy
from tests.package_cases import SAVED
from tests.studies import study_of

TODAY = date(2024, 5, 31)
HARMLESS = {"history", "subject", "empty-draft", "empty-row", "file", "decimals", "reason"}
LOST = {"row", "box", "no-value"}
"""What may be lost of an answer: rows of visits that repeat, texts that are no answers."""


def subjects(random: Random, study: Study, count: int = 3) -> list[CapturedForm]:
    """Forms that a page could have saved: begun or complete, right and wrong."""
    found: list[CapturedForm] = []
    for number in range(1, count + 1):
        site = random.choice(list(study.sites)) if study.sites else random.choice(("", "north"))
        for key in _keys(random, study):
            if random.random() < 0.8:
                found.append(
                    CapturedForm(
                        site=site,
                        subject=f"{number:03}",
                        key=key,
                        status=random.choice((0, 1, 2, 2)),
                        version=1,
                        record=_record(random, study, study.forms[key.form]),
                        saved_by="nurse",
                        saved_at=SAVED,
                    )
                )
    by_subject: dict[str, str] = {}
    return [replace(one, site=by_subject.setdefault(one.subject, one.site)) for one in found]


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
                if typed in study.missing and typed not in {code.code for code in one.missing}:
                    continue  # a code of the study that the field does not allow is a plain text in REDCap
                found[one.name] = understand(typed, one, today=TODAY, date_order=study.date_order)
        return {name: said for name, said in found.items() if said}

    rows = {
        group.name: tuple(
            Row(number=number, texts=cells(group.fields))
            for number in sorted(random.sample(range(1, 9), random.randrange(4)))
        )
        for group in form.row_groups
    }
    return Record(texts=cells(form.fields), rows={name: held for name, held in rows.items() if held})


@dataclass(kw_only=True)
class Checked:
    """What one study gave: its forms, what was listed, and every fault."""

    forms: int
    listed: Counter[str]
    faults: list[str]


def check(files: Mapping[str, str], study: Study, forms: list[CapturedForm]) -> Checked:
    """The laws of the way out and back for one study and its forms."""
    found = Checked(forms=len(forms), listed=Counter(), faults=[])
    for shape in Shape:
        out = export_records(study, forms, TODAY, shape=shape)
        found.listed.update(one.kind for one in out.left_out)
        found.faults += [f"{shape.value}: {one}" for one in out.left_out if not _allowed(study, one)]
        again = read_records("r.csv", out.text.encode(), study)
        if not LOST & {one.kind for one in out.left_out}:
            found.faults += [f"{shape.value}: {one.code} {one.message}" for one in again.findings]
        if len(again.forms) != out.forms:
            found.faults.append(f"{out.forms} forms announced, {len(again.forms)} in the file")
        second = write_records(study, again.forms, TODAY, shape=shape)
        left = {one.kind for one in out.left_out}
        if second != out.text and not left & {*LOST, "empty-draft", "empty-row"}:
            found.faults.append(f"{shape.value}: a second export is another")
    found.faults += _dictionary(files, study, forms)
    return found


def _allowed(study: Study, one: LeftOut) -> bool:
    """Whether something may be listed at all: no valid answer of a row that REDCap has is ever lost."""
    if one.kind in HARMLESS:
        return one.harmless
    if one.kind == "row":
        return one.key is not None and one.key.visit != LOG and study.visits[one.key.visit].repeats
    return one.kind in LOST


def _dictionary(files: Mapping[str, str], study: Study, forms: list[CapturedForm]) -> Iterator[str]:
    """The dictionary there and back shows the same fields and gives the same values for the same records."""
    out = write_redcap(files, {})
    assert out.content is not None
    lists = {name: (name, content) for name, content in out.lists.items()}
    missing = " | ".join(f"{one.in_redcap}, {one.label}" for one in study.missing.values())
    back = study_of(dict(convert_redcap("d.csv", out.content, EventFiles(**lists), missing=missing).files))
    lost = {one.field for one in out.losses if one.column and not one.harmless}
    text_ = write_records(study, forms, TODAY)
    kept = read_records("r.csv", text_.encode(), study).forms
    read = read_records("r.csv", text_.encode(), back)
    yield from (
        f"back: {one.code} {one.message} {one.value}"
        for one in read.findings
        if one.code != "redcap-rewritten"
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
        casebook = Records({key: one.record for key, one in held.items()})
        for key, form in held.items():
            context = Context(
                today=TODAY, subject=subject, visit=key.visit, unsno=key.unsno, casebook=casebook
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
    study: Study, names: Mapping[tuple[str, str], str], subject: str, key: FormKey, cell: CellKey
) -> Spot | None:
    visit = log_visit(study) if key.visit == LOG else key.visit
    name = names.get((cell.table, cell.field))
    return (subject, event_names(study)[visit], cell.row or key.unsno, name) if name else None


@pytest.mark.parametrize("seed", range(12))
def test_a_random_study_comes_back_or_says_what_does_not(seed: int) -> None:
    random = Random(seed)
    files, study = RandomStudy(random).study()
    assert check(files, study, subjects(random, study)).faults == []


def main(studies: int, seed: int) -> None:
    listed: Counter[str] = Counter()
    forms = wrong = 0
    for number in range(studies):
        random = Random(f"{seed}-{number}")
        files, study = RandomStudy(random).study()
        found = check(files, study, subjects(random, study))
        listed += found.listed
        forms += found.forms
        wrong += bool(found.faults)
        for fault in found.faults[:3]:
            print(f"study {number}: {fault[:400]}")
    print(f"{studies} studies, {forms:,} forms in each of two shapes: {wrong} studies with a fault")
    print("listed:", ", ".join(f"{kind} {count:,}" for kind, count in listed.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
