"""The cells of one captured form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field
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
    texts = _without(record.texts, _files(spec.fields))

    rows = dict(record.rows)
    for group in spec.row_groups:
        files = _files(group.fields)
        if not files or group.name not in rows:
            continue

        rows[group.name] = tuple(
            Row(number=row.number, texts=_without(row.texts, files))
            for row in rows[group.name]
        )

    return Record(texts=texts, rows=rows)


def _files(fields: Iterable[Field]) -> set[str]:
    """The names of the fields that take a file."""
    return {field.name for field in fields if field.kind.name == "file"}


def _without(texts: Mapping[str, str], fields: set[str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name not in fields}
