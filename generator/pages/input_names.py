"""What a cell is called in HTML: one name for the input, its id and its messages.

A field's own name may be a word that WTForms uses (``data``, ``errors``), so every name
carries a prefix: ``f-sysbp`` for a form's own field, ``r-mbb-3-mbbdat`` for row 3 of
the group ``mbb``.
"""

from __future__ import annotations

from forms_spec.model.captured_data import CellKey
from forms_spec.model.fields import Form

FORM_PREFIX = "f-"
MISSING_PREFIX = "m:"
KEPT_PREFIX = "k:"
UPLOAD_PREFIX = "u:"
REMOVE_PREFIX = "x:"
REASON_PREFIX = "y:"
START_PREFIX = "p:"
ROWS_PREFIX = "rows:"
DROP = "drop"
SHOWN = "on"
NEW_ROW = "NEWROW"
"""Stands for the number of a row in the row that the page makes new ones from."""


def row_prefix(group: str, row: int | str) -> str:
    """What the names of one row's inputs begin with."""
    return f"r-{group}-{row}-"


def cell_name(cell: CellKey) -> str:
    """The HTML name and id of a cell's input."""
    if cell.row is None:
        return FORM_PREFIX + cell.field
    return row_prefix(cell.table, cell.row) + cell.field


def cell_of(name: str, form: Form) -> CellKey | None:
    """The cell that an HTML name means in this form, or None."""
    if name.startswith(FORM_PREFIX):
        field = name.removeprefix(FORM_PREFIX)
        if field not in form.by_name:
            return None

        return CellKey(form.name, None, field)

    # Names of groups and fields hold no hyphen, so the parts cannot run together.
    parts = name.split("-")
    if len(parts) != 4:
        return None

    prefix, group_name, number, field = parts
    if prefix != "r" or not number.isdecimal():
        return None

    for group in form.row_groups:
        if group.name != group_name:
            continue

        names = {item.name for item in group.fields}
        if field not in names:
            return None

        return CellKey(group_name, int(number), field)

    return None
