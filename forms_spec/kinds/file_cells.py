"""The cells of a form that name files."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.fields import Field, Form


def is_file(field: Field) -> bool:
    """True for a field whose answer is a file."""
    if not field.collected:
        return False

    return field.kind.name == "file"


def file_cells(form: Form, record: Record) -> Iterator[tuple[CellKey, str]]:
    """The cells of file fields that say something, with their texts."""
    for group, name in form.files:
        if group is None:
            text = record.texts.get(name)
            if text:
                yield CellKey(form.name, None, name), text

            continue

        for row in record.rows.get(group, ()):
            text = row.texts.get(name)
            if text:
                yield CellKey(group, row.number, name), text
