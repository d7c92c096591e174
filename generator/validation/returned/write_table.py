"""A table written as it was, line by line as it stands."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from forms_spec.findings.catalogue import finding
from generator.package.csv_records import CsvRecord
from generator.rewritings.known import BY_NAME
from generator.tables import layout
from generator.validation.report.report import Collector, Reported
from generator.validation.returned.witness import TrailDifference, Witness
from generator.validation.returned_table import TableReturn

_LONGEST = 60


def write_table(
    table: TableReturn,
    witness: Witness,
    collector: Collector,
    folder: Path,
    stated: str,
) -> None:
    """Writes ``table.sure`` and ``table.full``.

    Cells that are not restored are findings.
    """
    name = table.plan.name
    table.sure, table.full = folder / f"{name}.sure.csv", folder / f"{name}.full.csv"
    table.lost = folder / f"{name}.lost.tsv"
    differences = _ByLine(witness.differences(name))

    with (
        table.sure.open("wb") as sure_file,
        table.full.open("wb") as full_file,
        table.lost.open("w", encoding="utf-8") as lost_file,
    ):
        writing = _Writing(table, collector, lost_file)
        sure, full = _Writer(sure_file), _Writer(full_file)
        with table.records() as records:
            header = records.next()
            assert header is not None
            sure.write(writing.shown(header.cells))
            full.write(writing.shown(header.cells))

            for record in records:
                value = differences.of(record.line)
                sure.write(writing.sure(record, value))
                full.write(writing.full(record, value))
                writing.report(record, value)

        table.sure_is_stated = sure.digest() == stated
        table.full_is_stated = full.digest() == stated


class _Writing:
    """The rows of one table."""

    def __init__(self, table: TableReturn, collector: Collector, lost: TextIO) -> None:
        self._table = table
        self._lost = lost
        self._collector = collector
        self._places = {name: index for index, name in enumerate(table.header)}
        self._habits = [(name, self._places[name]) for name in table.habits]
        self._from = 1 if table.row_numbers is not None else 0

    def shown(self, cells: Sequence[str]) -> Sequence[str]:
        """A row without the number that a program put before it."""
        return cells[self._from :]

    def sure(
        self, record: CsvRecord, differences: Sequence[TrailDifference]
    ) -> Sequence[str]:
        """The row with what is beyond doubt."""
        restored = [item for item in differences if self.is_restored(item)]

        return self._row(record, restored)

    def full(
        self, record: CsvRecord, differences: Sequence[TrailDifference]
    ) -> Sequence[str]:
        """The row with everything that the trail knows."""
        return self._row(record, differences)

    def is_restored(self, difference: TrailDifference) -> bool:
        spared = self._table.spared.get(difference.field, ())

        return difference.sure and difference.habit not in spared

    def _row(
        self, record: CsvRecord, differences: Sequence[TrailDifference]
    ) -> Sequence[str]:
        if not any(record.cells):
            return ()

        cells = list(record.cells)
        for name, index in self._habits:
            cells[index] = self._table.restored(name, cells[index])

        for difference in differences:
            cells[self._places[difference.field]] = difference.before

        return self.shown(cells)

    def report(self, record: CsvRecord, differences: Sequence[TrailDifference]) -> None:
        """The cells that are not what was saved, and are not restored."""
        for difference in differences:
            if not self.is_restored(difference):
                self._report(record, difference)

    def _report(self, record: CsvRecord, difference: TrailDifference) -> None:
        plan, now = self._table.plan, record.cells[self._places[difference.field]]
        explained = difference.habit and difference.habit not in self._table.spared.get(
            difference.field, ()
        )
        code = "cell-lost" if explained else "cell-differs"
        if explained:
            self._lost.write(f"{record.line}\t{difference.field}\n")

        says = BY_NAME[difference.habit].says if explained else ""
        result = finding(
            code,
            value=now,
            now=in_words(now),
            before=in_words(difference.before),
            says=says,
        )
        keys = self._table.restored_keys(record.cells)
        key: dict[str, str | int] = {
            name: keys[name]
            for name in (*layout.FORM_KEY[:-1], layout.ROW)
            if keys.get(name)
        }
        self._collector.add(
            Reported(
                finding=result,
                file=plan.path,
                table=plan.name,
                row=record.line,
                field=difference.field,
                key=key,
            )
        )


def in_words(text: str) -> str:
    """A text as a sentence says it."""
    if not text:
        return "a blank"
    if len(text) > _LONGEST:
        return f"{text[:_LONGEST]}…"

    return text


class _ByLine:
    """The differences of a table, taken line by line."""

    def __init__(self, differences: Iterator[TrailDifference]) -> None:
        self._left = differences
        self._next = next(self._left, None)

    def of(self, line: int) -> list[TrailDifference]:
        differences: list[TrailDifference] = []
        while self._next is not None and self._next.line <= line:
            if self._next.line == line:
                differences.append(self._next)
            self._next = next(self._left, None)

        return differences


class _Writer:
    """CSV as an export writes it, and its hash."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._text = io.StringIO(newline="")
        self._csv: Any = csv.writer(self._text, lineterminator="\r\n")

    def write(self, cells: Sequence[str]) -> None:
        """One row; a row without cells is an empty line."""
        self._csv.writerow(cells)
        if self._text.tell() >= _PIECE:
            self._flush()

    def _flush(self) -> None:
        content = self._text.getvalue().encode("utf-8", "surrogateescape")
        self._hash.update(content)
        self._file.write(content)
        self._text.seek(0)
        self._text.truncate()

    def digest(self) -> str:
        """The hash of everything that was written."""
        self._flush()
        return self._hash.hexdigest()


_PIECE = 1 << 16
