"""The smallest subject that still shows what a large one showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from forms_spec.model.captured_data import FormKey, Record

Forms = dict[FormKey, Record]


def shrunk(forms: Forms, still: Callable[[Forms], bool]) -> Forms:
    """Takes away forms, rows and answers as long as ``still`` holds of what is left."""
    smaller = next((one for one in _smaller(forms) if still(one)), None)
    return forms if smaller is None else shrunk(smaller, still)


def _smaller(forms: Forms) -> Iterator[Forms]:
    for key, record in forms.items():
        yield {other: held for other, held in forms.items() if other != key}
        for less in _less(record):
            yield {**forms, key: less}


def _less(record: Record) -> Iterator[Record]:
    for name in record.texts:
        yield replace(
            record,
            texts={
                other: text for other, text in record.texts.items() if other != name
            },
        )
    for table, rows in record.rows.items():
        for row in rows:
            yield replace(
                record,
                rows={
                    **record.rows,
                    table: tuple(one for one in rows if one is not row),
                },
            )
            for name in row.texts:
                left = replace(
                    row, texts={n: text for n, text in row.texts.items() if n != name}
                )
                held = tuple(left if one is row else one for one in rows)
                yield replace(record, rows={**record.rows, table: held})
