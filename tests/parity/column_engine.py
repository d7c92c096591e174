"""Rules over all subjects at once, as the casebooks of a large package are judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from forms_spec.judge.world import CapturedForm
from forms_spec.model import Study, Table
from forms_spec.record import FormKey
from generator.casebooks.book import Books, Readers
from generator.casebooks.column import values_of
from generator.casebooks.columns import Needs
from generator.casebooks.keys import Keys, structure
from generator.casebooks.names import LINE
from generator.casebooks.reads import shapes
from generator.tables import layout
from tests.parity.rule_engines import HOME, TODAY, Rule


class ColumnEngine:
    """The casebooks of some subjects, each given by a form of its own; nothing may be wrong with them."""

    def __init__(
        self, study: Study, subjects: list[CapturedForm], home: FormKey = HOME, today: date = TODAY
    ) -> None:
        self.home = home
        forms = [form for here in subjects for form in _forms(study, here)]
        names = sorted({str(here.world.subject) for here in subjects})
        held = structure(Keys(study=study, names=names), _frames(study, forms).__getitem__, [])
        assert not held.faulty.any()
        places = {shape.place(one) for shape in shapes(study) for one in shape.fields}
        needs = Needs(values=places, missing=places, entered=places)
        self.books = Books(held, needs, Readers(study=study, today=today))

    def values(self, rule: Rule) -> list[Any]:
        """The rule's value for each subject, in the order of their numbers, in Python's shapes."""
        relation = self.books.form(self.home.form)
        found = values_of(self.books.scene(relation).column(rule.resolved.core))
        visits = [*self.books.study.visits]
        return [
            value
            for value, visit, unsno in zip(found, relation.visit, relation.unsno, strict=True)
            if (visits[visit], unsno) == (self.home.visit, self.home.unsno)
        ]


def _forms(study: Study, here: CapturedForm) -> Iterator[CapturedForm]:
    for key in [key for form in study.forms for key in here.world.keys(form)]:
        form = here.world.form(key)
        assert form is not None
        yield form


def _frames(study: Study, forms: list[CapturedForm]) -> dict[str, pl.DataFrame]:
    subjects = dict.fromkeys(str(form.world.subject) for form in forms)
    heads = [
        {"line": at, **_whose(form, "subject", "site"), "visit": form.key.visit, "unsno": form.key.unsno,
         "form": form.key.form, "status": 2}
        for at, form in enumerate(forms)
    ]  # fmt: skip
    found = {
        layout.SUBJECTS: pl.DataFrame([{"line": 1, "site": "01", "subject": name} for name in subjects]),
        layout.FORMS: pl.DataFrame(heads, infer_schema_length=None),
    }
    for table in study.tables.values():
        rows = [row for form in forms if form.key.form == table.form.name for row in _rows(table, form)]
        numbers = (LINE, layout.UNSNO, layout.ROW)
        names = [LINE, layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW]
        names += [one.name for one in table.fields]
        types = {name: pl.Int64 if name in numbers else pl.String for name in names}
        found[table.name] = pl.DataFrame(rows, types)
    return found


def _whose(form: CapturedForm, subject: str, site: str) -> dict[str, str]:
    return {site: "01", subject: str(form.world.subject)}


def _rows(table: Table, form: CapturedForm) -> Iterator[dict[str, Any]]:
    for number in (None,) if table.group is None else form.rows(table.name):
        yield {
            LINE: 1,
            **_whose(form, layout.SUBJECT, layout.SITE),
            layout.VISIT: form.key.visit,
            layout.UNSNO: form.key.unsno,
            layout.ROW: number,
            **{one.name: form.text(table.name, number, one.name) for one in table.fields},
        }
