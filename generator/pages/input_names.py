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
        return CellKey(form.name, None, field) if field in form.by_name else None

    parts = name.split("-")
    if len(parts) != 4 or parts[0] != "r" or not parts[2].isdecimal():
        return None
    group = next((g for g in form.row_groups if g.name == parts[1]), None)
    if group is None or all(f.name != parts[3] for f in group.fields):
        return None
    return CellKey(group.name, int(parts[2]), parts[3])
