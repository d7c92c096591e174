"""Cells that name uploaded files, of subjects that the judge does not go through as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import is_file
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Field
from generator.package.row_order import form_order
from generator.tables import layout
from generator.validation.columnar.forms.casebooks import Books
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.row_keys import visit_numbers
from generator.validation.report.report import Reported
from generator.validation.uploads import Uploads


class NamedFiles:
    """Files by subject, in the order in which the judge would come to them."""

    def __init__(self, books: Books, sites: Sequence[str]) -> None:
        self._names, self._sites = books.keys.names, sites
        self._visits, self._order = (
            [*visit_numbers(books.study)],
            form_order(books.study),
        )
        shapes = [
            cell
            for shape in books.shapes
            for index, field in enumerate(shape.fields)
            if is_file(field) and shape.has_file
            for cell in self._cells(books.relation(shape), field, index)
        ]
        self._left = sorted(shapes, key=lambda cell: cell[0])

    def _cells(
        self, relation: Relation, field: Field, position: int
    ) -> Iterator[tuple[Any, str, dict[str, Any]]]:
        """Where each cell stands in the order, its text, and what a report says of it."""
        codes, texts = relation.text(field)
        name = relation.shape.name
        for line in np.flatnonzero(relation.has_text(field)).tolist():
            text = texts[int(codes[line])]
            if not named_file(text):
                continue
            subject, visit, unsno = relation.keys.parts(int(relation.key[line]))
            row = None if relation.rowno is None else int(relation.rowno[line])
            form = FormKey(relation.shape.form.name, self._visits[visit], unsno)
            place = (subject, self._order(form), name, row or 0, position)
            key = self._key(subject, form) | ({} if row is None else {layout.ROW: row})
            written = {
                "file": layout.table_path(name),
                "table": name,
                "field": field.name,
                "key": key,
            }
            yield place, text, written | {"row": int(relation.line[line])}

    def _key(self, subject: int, form: FormKey) -> dict[str, str | int]:
        who = {layout.SITE: self._sites[subject], layout.SUBJECT: self._names[subject]}
        return {**who, layout.VISIT: form.visit, layout.UNSNO: form.unsno}

    def faults(self, uploads: Uploads, until: str | None = None) -> Iterator[Reported]:
        """What is wrong with the files of the subjects up to this one that have not
        been told of.
        """
        end = next(
            (
                index
                for index, item in enumerate(self._left)
                if until is not None and self._names[item[0][0]] > until
            ),
            len(self._left),
        )
        now, self._left = self._left[:end], self._left[end:]
        for _, text, written in now:
            if fault := uploads.fault(text):
                yield Reported(finding=fault, **written)
