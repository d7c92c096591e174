"""A record as the JSON documents of one version, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_spec.model.captured_data import CellKey, Record, Row


def rows_document(record: Record) -> dict[str, list[list[Any]]]:
    """``{group: [[number, {field: text}], ...]}``, rows in the order of the page.

    A blank is not kept, in rows as in the form: a package that brings the version has
    none, and a signature over it has to fit there too.
    """
    return {
        group: [[row.number, _answered(row.texts)] for row in rows]
        for group, rows in record.rows.items()
        if rows
    }


def kept_document(record: Record) -> list[list[Any]]:
    """``[[table, row, field, code, reason], ...]``, sorted so that equal records are
    equal text.
    """
    kept = [[*cell, code, reason] for (cell, code), reason in record.kept.items()]
    return sorted(kept, key=lambda item: (item[0], item[1] or 0, item[2], item[3]))


def texts_document(record: Record) -> dict[str, str]:
    """What was typed in the form's own fields.

    A blank is not kept: absent means blank.
    """
    return _answered(record.texts)


def _answered(texts: Mapping[str, str]) -> dict[str, str]:
    return {field: text for field, text in texts.items() if text != ""}


def record_of(
    texts: Mapping[str, str], rows: Mapping[str, list[list[Any]]], kept: list[list[Any]]
) -> Record:
    """The record that the three documents hold."""
    return Record(
        texts=texts,
        rows={
            group: tuple(Row(number=number, texts=cells) for number, cells in listed)
            for group, listed in rows.items()
        },
        kept={
            (CellKey(table, row, field), code): reason
            for table, row, field, code, reason in kept
        },
    )
