"""The cells of one captured form."""

from __future__ import annotations

from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study


def texts_by_cell(form: str, record: Record) -> dict[CellKey, str]:
    """Every text that is not blank."""
    texts = {
        CellKey(form, None, name): text for name, text in record.texts.items() if text
    }

    for group, rows in record.rows.items():
        for row in rows:
            for name, text in row.texts.items():
                if text:
                    texts[CellKey(group, row.number, name)] = text

    return texts


def row_numbers(record: Record) -> set[tuple[str, int]]:
    """Every row, as its group and number."""
    return {(group, row.number) for group, rows in record.rows.items() for row in rows}


def without_documents(study: Study, form: CapturedForm) -> Record:
    """An export has the names of files, not the files: they are taken as not handed in."""
    spec = study.forms[form.key.form]
    record = form.record
    texts = dict(record.texts)

    for field in spec.fields:
        if field.kind.name == "file":
            texts.pop(field.name, None)

    rows = dict(record.rows)
    for group in spec.row_groups:
        files = {field.name for field in group.fields if field.kind.name == "file"}
        if files and group.name in rows:
            rows[group.name] = tuple(_without(row, files) for row in rows[group.name])

    return Record(texts=texts, rows=rows)


def _without(row: Row, fields: set[str]) -> Row:
    texts = {name: text for name, text in row.texts.items() if name not in fields}
    return Row(number=row.number, texts=texts)
