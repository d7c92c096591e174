"""The lines of the audit trail, in the order of the form whatever order the answers
were kept in.
"""

from __future__ import annotations

from collections.abc import Iterable

from forms_spec.model.study import Study
from generator.package.writer import AuditCell
from webapp.storage import Change, ChangeKind, StoredForm

_KINDS = {
    ChangeKind.VALUE: 0,
    ChangeKind.ROW: 0,
    ChangeKind.KEPT: 1,
    ChangeKind.STATUS: 2,
}


class AuditOrder:
    """The tables and fields of one form as today's dictionary lists them; what it lacks
    comes last.
    """

    def __init__(self, study: Study, form: str) -> None:
        known = study.forms.get(form)
        tables = (
            [form, *(group.name for group in known.row_groups)] if known else [form]
        )
        self._form = form
        self._fields: dict[str, tuple[str, ...]] = {}
        places: list[tuple[str, str]] = [(table, "") for table in tables]

        for table in tables:
            owner = study.tables.get(table)
            self._fields[table] = (
                tuple(field.name for field in owner.fields) if owner else ()
            )
            places += [
                (table, "rowno"),
                *((table, name) for name in self._fields[table]),
            ]

        self._places = {place: index for index, place in enumerate(places)}
        self._known = {table: frozenset(names) for table, names in self._fields.items()}

    def first(self, form: StoredForm) -> list[AuditCell]:
        """What the first save of a form changed: all of it.

        Nothing where its fields are not all known.
        """
        record = form.record
        if record.kept or not record.texts.keys() <= self._known[self._form]:
            return []
        text, own = record.texts.get, self._form
        cells: list[AuditCell] = [
            (own, None, name, "", written)
            for name in self._fields[own]
            if (written := text(name))
        ]
        if record.rows:
            if not record.rows.keys() <= self._known.keys():
                return []
            for group in self._fields:
                names = self._fields[group]
                for row in sorted(
                    record.rows.get(group, ()), key=lambda item: item.number
                ):
                    if not row.texts.keys() <= self._known[group]:
                        return []
                    cells.append((group, row.number, "rowno", "", str(row.number)))
                    text = row.texts.get
                    cells += [
                        (group, row.number, name, "", written)
                        for name in names
                        if (written := text(name))
                    ]

        cells.append((self._form, None, "formstat", "", form.status.value))

        return cells

    def cells(self, changes: Iterable[Change]) -> list[AuditCell]:
        """Some changes of one save."""
        return [_cell(change) for change in sorted(changes, key=self._order)]

    def _order(self, change: Change) -> tuple[int, int, int, int, str, str]:
        cell, last = change.cell, len(self._places)
        row = -1 if cell.row is None else cell.row
        table = self._places.get((cell.table, ""), last)
        field = self._places.get((cell.table, cell.field), last)

        return (
            _KINDS[change.about],
            table,
            row,
            field,
            cell.table,
            cell.field + change.code,
        )


def _cell(change: Change) -> AuditCell:
    """The reason of a kept warning stands under ``field#finding``; no field's name has
    a ``#``.
    """
    cell = change.cell
    name = (
        f"{cell.field}#{change.code}" if change.about is ChangeKind.KEPT else cell.field
    )
    return (cell.table, cell.row, name, change.old, change.new)
