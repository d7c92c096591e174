"""Records that differ from a record in one cell, one text or one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from generator.synthesis.draw_form import numbered_rows


def rows_instead(
    rows: tuple[Row, ...], crossed: tuple[Row, ...], most: int
) -> Iterable[tuple[Row, ...]]:
    """Other rows than these: one more, one less, all, or none."""
    number = max((row.number for row in rows), default=0) + 1
    if len(rows) < most:
        yield (*rows, Row(number=number, texts={}))

    for row in rows:
        yield tuple(other for other in rows if other is not row)

    if crossed:
        yield crossed
        for key in crossed[0].texts:
            by_code: dict[str, list[Mapping[str, str]]] = {}
            for row in crossed:
                by_code.setdefault(row.texts[key], []).append(row.texts)
            yield from map(numbered_rows, by_code.values())

    if rows:
        yield ()


def with_text(record: Record, key: FormKey, cell: CellKey, text: str) -> Record:
    """The record with another text in a cell; without it where it is blank."""
    if cell.row is None and cell.table == key.form:
        return replace(record, texts=_with(record.texts, cell.field, text))

    rows = tuple(
        Row(number=row.number, texts=_with(row.texts, cell.field, text))
        if row.number == cell.row
        else row
        for row in record.rows.get(cell.table, ())
    )
    return replace(record, rows={**record.rows, cell.table: rows})


def with_other_text(record: Record, before: str, after: str) -> Record:
    """The record with one text in the place of another one, wherever that stands."""

    def changed(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: after if text == before else text for name, text in texts.items()}

    rows = {
        group: tuple(replace(row, texts=changed(row.texts)) for row in given)
        for group, given in record.rows.items()
    }
    return replace(record, texts=changed(record.texts), rows=rows)


def _with(texts: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    changed = {**texts, name: text}
    if not text:
        del changed[name]

    return changed
