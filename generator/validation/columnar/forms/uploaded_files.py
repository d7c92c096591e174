"""Cells that name uploaded files, of subjects that the judge does not go through as a
whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import is_file
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Field
from generator.package.row_order import form_order
from generator.tables import layout
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.row_keys import visit_numbers
from generator.validation.report.report import Reported
from generator.validation.uploads import UploadFaults

_Cell = tuple[tuple[Any, ...], str, dict[str, Any]]
"""Where a cell stands in the order, its text, and what a report says of it."""


class NamedFiles:
    """Files by subject, in the order in which the judge would come to them."""

    def __init__(self, books: Casebooks, sites: Sequence[str]) -> None:
        self._names, self._sites = books.keys.names, sites
        self._visits = list(visit_numbers(books.study))
        self._order = form_order(books.study)
        self._left = sorted(self._all_cells(books), key=itemgetter(0))

    def _all_cells(self, books: Casebooks) -> Iterator[_Cell]:
        for shape in books.shapes:
            if not shape.has_file:
                continue

            relation = books.relation(shape)
            for index, field in enumerate(shape.fields):
                if is_file(field):
                    yield from self._cells(relation, field, index)

    def _cells(
        self, relation: Relation, field: Field, position: int
    ) -> Iterator[_Cell]:
        """The cells of a field that name a file."""
        codes, texts = relation.text(field)
        name = relation.shape.name

        for line in np.flatnonzero(relation.has_text(field)).tolist():
            text = texts[int(codes[line])]
            if not named_file(text):
                continue

            subject, visit, unsno = relation.keys.parts(int(relation.key[line]))
            form = FormKey(relation.shape.form.name, self._visits[visit], unsno)
            key = self._key(subject, form)
            row = 0
            if relation.rowno is not None:
                row = key[layout.ROW] = int(relation.rowno[line])

            place = (subject, self._order(form), name, row, position)
            written = {
                "file": layout.table_path(name),
                "table": name,
                "field": field.name,
                "key": key,
                "row": int(relation.line[line]),
            }
            yield place, text, written

    def _key(self, subject: int, form: FormKey) -> dict[str, str | int]:
        who = {layout.SITE: self._sites[subject], layout.SUBJECT: self._names[subject]}
        return {**who, layout.VISIT: form.visit, layout.UNSNO: form.unsno}

    def faults(
        self, uploads: UploadFaults, until: str | None = None
    ) -> Iterator[Reported]:
        """What is wrong with the files of the subjects up to this one that have not
        been told of.
        """
        end = len(self._left)
        if until is not None:
            end = bisect_right(self._left, until, key=self._subject)

        now, self._left = self._left[:end], self._left[end:]

        for _, text, written in now:
            fault = uploads.fault(text)
            if fault:
                yield Reported(finding=fault, **written)

    def _subject(self, cell: _Cell) -> str:
        (subject, *_), *_ = cell
        return self._names[subject]
