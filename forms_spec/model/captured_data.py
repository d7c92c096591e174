"""What was captured, as typed, and the surroundings in which it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol


class CellKey(NamedTuple):
    """A cell of one form: ``table`` is the form's or the repeating group's name."""

    table: str
    row: int | None
    field: str


class FormKey(NamedTuple):
    """One form of one subject.

    A log form has visit ``LOG``; ``unsno`` is 0 unless the visit repeats.
    """

    form: str
    visit: str
    unsno: int


LOG = "LOG"
REDACTED = "[redacted]"
"""What stands for a text that was taken out of stored answers and their history."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a repeating group. ``number`` is given once and never used again."""

    number: int
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One form as typed: raw texts by field, rows by repeating group, reasons of kept
    warnings.

    A field that is absent is blank. ``kept`` maps (cell, finding code) to the reason
    why a warning was kept.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    kept: Mapping[tuple[CellKey, str], str] = field(default_factory=dict)


def text_at(record: Record, cell: CellKey) -> str:
    """The text of a cell; empty where there is none."""
    return texts_at(record, cell.table, cell.row).get(cell.field, "")


def texts_at(record: Record, table: str, number: int | None) -> Mapping[str, str]:
    """The texts of a form's own fields, or of one row; empty where it is not there."""
    if number is None:
        return record.texts

    row = row_at(record, table, number)
    if row:
        return row.texts

    return {}


def all_texts(record: Record) -> Iterator[Mapping[str, str]]:
    """The texts of the form's own fields, then those of each row."""
    yield record.texts
    for rows in record.rows.values():
        for row in rows:
            yield row.texts


def all_cells(form: str, record: Record) -> Iterator[tuple[CellKey, str]]:
    """Every cell of a form by its name, with its text: its own, then row by row."""
    for name, text in record.texts.items():
        yield CellKey(form, None, name), text

    for group, rows in record.rows.items():
        for row in rows:
            for name, text in row.texts.items():
                yield CellKey(group, row.number, name), text


def row_at(record: Record, table: str, number: int) -> Row | None:
    """The row of a repeating group that has a number."""
    for row in record.rows.get(table, ()):
        if row.number == number:
            return row

    return None


class Casebook(Protocol):
    """All forms of one subject, for rules that look beyond their own form."""

    def record(self, key: FormKey) -> Record | None:
        """The form, or None where nothing was captured."""

    def keys(self, form: str) -> Iterable[FormKey]:
        """Every captured instance of a form, in visit order."""


class EmptyCasebook:
    """A subject of whom nothing else is known."""

    def record(self, key: FormKey) -> Record | None:  # noqa: ARG002
        return None

    def keys(self, form: str) -> Iterable[FormKey]:  # noqa: ARG002
        return ()


class InMemoryCasebook:
    """A subject's forms that are at hand, as a casebook."""

    def __init__(self, records: Mapping[FormKey, Record]) -> None:
        """``records`` in visit order."""
        self._records = records

    def record(self, key: FormKey) -> Record | None:
        return self._records.get(key)

    def keys(self, form: str) -> Iterable[FormKey]:
        return (key for key in self._records if key.form == form)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Where and when a form is judged.

    ``today`` is the day of entry or the data cut.
    """

    today: date
    subject: str | None = None
    visit: str | None = None
    unsno: int = 0
    casebook: Casebook = field(default_factory=EmptyCasebook)
