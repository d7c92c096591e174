"""Rules over all subjects at once, as the casebooks of a large package are judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from forms_spec.evaluation.captured_form import EvaluatedForm
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from forms_spec.rules.semantics.resolved import Core, RuleValue
from generator.tables import layout
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.column_names import LINE
from generator.validation.columnar.forms.dependencies import shapes
from generator.validation.columnar.forms.field_readers import Readers
from generator.validation.columnar.forms.needed_columns import Needs
from generator.validation.columnar.forms.row_keys import Keys, structure, visit_numbers
from generator.validation.columnar.forms.value_columns import Column, coded
from tests.parity.rule_engines import HOME, TODAY, Rule


def values_of(column: Column) -> list[RuleValue | None]:
    """The values, row by row."""
    by_code = coded(column)
    return [by_code.values[code] for code in by_code.codes.tolist()]


class Line(NamedTuple):
    """One instance of a form, or one row of a group in it."""

    subject: str
    visit: str
    unsno: int
    row: int | None


class ColumnEngine:
    """The casebooks of some subjects, each given by a form of its own; nothing may be
    wrong with them.
    """

    def __init__(
        self,
        study: Study,
        subjects: list[EvaluatedForm],
        home: FormKey = HOME,
        today: date = TODAY,
    ) -> None:
        self.home = home
        self.subjects = sorted({str(here.world.subject) for here in subjects})
        forms = [form for here in subjects for form in _forms(study, here)]
        held = structure(
            Keys(study=study, names=self.subjects),
            _frames(study, forms).__getitem__,
            [],
        )
        assert not held.faulty.any()
        places = {shape.place(one) for shape in shapes(study) for one in shape.fields}
        needs = Needs(values=places, missing=places, entered=places)
        self.books = Casebooks(held, needs, Readers(study=study, today=today))

    def values(self, rule: Rule) -> list[Any]:
        """The rule's value for each subject, in the order of their numbers, in Python's
        shapes.
        """
        by_line = self.values_by_line(rule.resolved.core, self.home.form)
        here = (self.home.visit, self.home.unsno)
        return [
            value for line, value in by_line.items() if (line.visit, line.unsno) == here
        ]

    def values_by_line(
        self, core: Core, form: str, group: str | None = None
    ) -> dict[Line, RuleValue | None]:
        """The value of an expression in every instance of a form, or in every row of
        its group.
        """
        relation = self.books.form(form) if group is None else self.books.rows(group)
        values = values_of(self.books.scene(relation).column(core))
        visits = {
            number: name for name, number in visit_numbers(self.books.study).items()
        }
        rows = (
            [None] * len(relation)
            if relation.rowno is None
            else relation.rowno.tolist()
        )
        lines = [
            Line(self.subjects[subject], visits[visit], unsno, row)
            for subject, visit, unsno, row in zip(
                relation.subject.tolist(),
                relation.visit.tolist(),
                relation.unsno.tolist(),
                rows,
                strict=True,
            )
        ]
        return dict(zip(lines, values, strict=True))


def _forms(study: Study, here: EvaluatedForm) -> Iterator[EvaluatedForm]:
    for key in [key for form in study.forms for key in here.world.keys(form)]:
        form = here.world.form(key)
        assert form is not None
        yield form


def _frames(study: Study, forms: list[EvaluatedForm]) -> dict[str, pl.DataFrame]:
    subjects = dict.fromkeys(str(form.world.subject) for form in forms)
    heads = [
        {"line": at, **_whose(form, "subject", "site"), "visit": form.key.visit, "unsno": form.key.unsno,
         "form": form.key.form, "status": 2}
        for at, form in enumerate(forms)
    ]  # fmt: skip
    found = {
        layout.SUBJECTS: pl.DataFrame(
            [{"line": 1, "site": "01", "subject": name} for name in subjects]
        ),
        layout.FORMS: pl.DataFrame(heads, infer_schema_length=None),
    }
    for table in study.tables.values():
        rows = [
            row
            for form in forms
            if form.key.form == table.form.name
            for row in _rows(table, form)
        ]
        numbers = (LINE, layout.UNSNO, layout.ROW)
        names = [
            LINE,
            layout.SITE,
            layout.SUBJECT,
            layout.VISIT,
            layout.UNSNO,
            layout.ROW,
        ]
        names += [one.name for one in table.fields]
        types = {name: pl.Int64 if name in numbers else pl.String for name in names}
        found[table.name] = pl.DataFrame(rows, types)
    return found


def _whose(form: EvaluatedForm, subject: str, site: str) -> dict[str, str]:
    return {site: "01", subject: str(form.world.subject)}


def _rows(table: Table, form: EvaluatedForm) -> Iterator[dict[str, Any]]:
    for number in (None,) if table.group is None else form.rows(table.name):
        yield {
            LINE: 1,
            **_whose(form, layout.SUBJECT, layout.SITE),
            layout.VISIT: form.key.visit,
            layout.UNSNO: form.key.unsno,
            layout.ROW: number,
            **{
                one.name: form.text(table.name, number, one.name)
                for one in table.fields
            },
        }
