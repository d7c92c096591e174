"""The lines of ``facets.txt``: what a change of a form makes of one of its fields.

    vs.sysbp_vsorres: 59 refused | 60 warned | 90 fine
    ae.aesdth: aeser=Y required | aeser=N hidden | aeser= unclear
    vs.bmi: height_vsorres=170; weight_vsorres=115.8 gives 40.1
    vs.temp_vsorres with temp_vsorresu=F: 109.4 warned | 109.5 refused
    W2 vs.confus: hidden

A text alone stands in the field itself; nobody types a calculated value. A visit before
the field is where; else the first at which the form is scheduled. Changes are made to
the subject of ``facets.yaml``, in the first row of a group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forms_spec.evaluation import CellState, EvaluatedCell, judge
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.model.captured_data import LOG, CellKey, Context, FormKey, Record, Row
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.package.example_subjects import read_subjects
from tests.data_dictionary.conftest import cellkine, subject_texts
from tests.data_dictionary.verdicts import Case

LINES = Path(__file__).parent / "facets.txt"
BASE = Path(__file__).parent / "facets.yaml"
SUBJECT = "01-100"
LIMITS = {
    "below-range": "refused",
    "above-range": "refused",
    "below-expected": "warned",
    "above-expected": "warned",
}
"""What a finding makes of a text; without one it is fine."""


@dataclass(frozen=True, kw_only=True)
class FacetCase:
    """One change, and what it is to make of the field: a word, or ``gives`` and the
    calculated text.
    """

    table: str
    field: str
    visit: str
    changes: tuple[tuple[str, str], ...]
    outcome: str

    def __str__(self) -> str:
        changes = "; ".join(f"{name}={text}" for name, text in self.changes)
        return " ".join(
            filter(
                None,
                (f"{self.visit} {self.table}.{self.field}:", changes, self.outcome),
            )
        )


@cache
def facet_cases() -> tuple[FacetCase, ...]:
    """Every case, in the order of the lines."""
    lines = LINES.read_text(encoding="utf-8").splitlines()
    return tuple(
        case
        for line in lines
        if line and not line.startswith("#")
        for case in _of(line)
    )


def _of(line: str) -> Iterator[FacetCase]:
    head, _, items = line.partition(": ")
    head, _, given = head.partition(" with ")
    *visit, place = head.split()
    table, _, field = place.partition(".")
    asked = cellkine().field(table, field)
    assert asked is not None, line
    typed = () if asked.value is None else ((field, ""),)
    for item in items.split(" | "):
        own, outcome = _item(item.strip(), field)
        changes = (*typed, *_changes(given, field), *own)
        yield FacetCase(
            table=table,
            field=field,
            visit=visit[0]
            if visit
            else first_visit(cellkine(), cellkine().tables[table].form),
            changes=changes,
            outcome=outcome,
        )


def _item(item: str, field: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """``aeser=Y required``, ``59 refused``, ``weight=80 gives 26.1``, ``hidden``"""
    said, gives, text = item.partition("gives ")
    changed, _, word = (
        (said.strip(), "", f"gives {text}") if gives else item.rpartition(" ")
    )
    return _changes(changed, field), word


def _changes(said: str, field: str) -> tuple[tuple[str, str], ...]:
    """``name=text`` each; a text alone is the field's own."""
    parts = (part.strip().partition("=") for part in said.split(";") if part.strip())
    return tuple(
        (name, text) if equals else (field, name) for name, equals, text in parts
    )


def first_visit(study: Study, form: Form) -> str:
    return (
        LOG
        if form.log
        else next(one.visit for one in study.schedule if one.form == form.name)
    )


@cache
def base() -> Case:
    """The subject that is changed."""
    study = cellkine()
    files = {
        "template.yaml": subject_texts()["template.yaml"],
        "base.yaml": BASE.read_text("utf-8"),
    }
    read = read_subjects(files, study)
    assert not read.findings, [f"{one.text}: {one.message}" for one in read.findings]
    assert read.data_cut is not None
    forms = {form.key: form for form in read.forms if form.subject == SUBJECT}
    return Case(study=study, name=SUBJECT, today=read.data_cut, forms=forms)


def outcome(study: Study, case: FacetCase) -> str:
    """What a study says of a case, in the case's words."""
    form = study.tables[case.table].form
    key = FormKey(form.name, case.visit, 0)
    held = base().forms.get(key)
    record = changed(held.record if held else Record(), case, form)
    context = Context(
        today=base().today,
        subject=SUBJECT,
        visit=case.visit,
        casebook=base().casebook(),
    )
    judged = judge(study, form, record, context)
    row = None if study.tables[case.table].group is None else 1
    place = CellKey(case.table, row, case.field)
    if case.outcome.startswith("gives"):
        return f"gives {judged.cells[place].text or 'unknown'}"
    if case.outcome in ("fine", "warned", "refused"):
        codes = [
            one.code
            for one in judged.findings
            if one.data
            and (one.data.table, one.data.row, one.data.field) == place
            and one.code in CATALOGUE
        ]
        return next((LIMITS.get(code, code) for code in codes), "fine")
    return asked(judged.cells[place])


def asked(cell: EvaluatedCell) -> str:
    """Whether a question is asked and has to be answered."""
    if cell.state is CellState.HIDDEN:
        return "hidden"
    if cell.shown is None or cell.required is None:
        return "unclear"
    return "required" if cell.required else "optional"


def changed(record: Record, case: FacetCase, form: Form) -> Record:
    """The record with the changes: of the case's table where it has the field, else of
    the form.

    ``op.opdose=10`` names the table.
    """
    own = {field.name for field in cellkine().tables[case.table].fields}
    texts, by_row = (
        dict(record.texts),
        {group.name: dict[str, str]() for group in form.row_groups},
    )
    for name, text in case.changes:
        table, _, field = name.rpartition(".")
        there = table or (case.table if name in own else form.name)
        by_row.get(there, texts)[field] = text
    rows = dict(record.rows)
    for table, held in by_row.items():
        if held or table == case.table:
            first, *others = rows.get(table, ()) or (Row(number=1, texts={}),)
            rows[table] = (Row(number=1, texts={**first.texts, **held}), *others)
    return Record(texts=texts, rows=rows)
