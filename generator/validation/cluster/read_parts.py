"""One part of a table, read on a worker: its findings, its rows by subject, and the
values of its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import polars as pl

from forms_spec.findings.catalogue import finding
from generator.package.csv_records import CsvRecord, Note, Records
from generator.package.source import BrokenFile, PackageSource
from generator.validation.audit_trail import Sums, compared_columns
from generator.validation.cluster.job import Job
from generator.validation.cluster.key_rows import KeyBatch, KeyRows
from generator.validation.cluster.parquet import parquet_records
from generator.validation.cluster.part_files import STEP, Part
from generator.validation.cluster.part_store import PartStore
from generator.validation.cluster.partial_counts import (
    WorkerCollector,
    WorkerFindings,
    with_key,
)
from generator.validation.columnar.tables.audit_trail import BlockTrail
from generator.validation.columnar.tables.block_reader import BlockReading
from generator.validation.columnar.tables.key_hashes import LineNumbers
from generator.validation.opened_package import reported_doubt
from generator.validation.read_tables import Staging
from generator.validation.report.report import Reported
from generator.validation.row_keys import TableKeys
from generator.validation.row_reader import TableReading
from generator.validation.row_store import Line, SchemaFailure
from generator.validation.table_plan import TablePlan, cell_readers, frictionless_schema


class SubjectRow(NamedTuple):
    """What a subject's forms are put together from."""

    subject: str
    line: Line


class PartRead(NamedTuple):
    """A part was read to its end: how many rows it has, what is wrong with it, and the
    sums of its cells.
    """

    at: int
    rows: int
    findings: WorkerFindings
    sums: Sums


Item = KeyBatch | SubjectRow | PartRead


@dataclass(frozen=True, kw_only=True)
class _PartTask:
    """One part to be read, and what takes the things that it says."""

    job: Job
    position: int
    part: Part
    store: PartStore
    collector: WorkerCollector
    keys: KeyRows
    trail: BlockTrail

    @property
    def plan(self) -> TablePlan:
        return self.job.plans[self.position]

    @property
    def compared_trail(self) -> BlockTrail | None:
        """Packages of others have no audit trail to be compared with."""
        return self.trail if self.job.study else None


def read_part(job: Job, position: int, number: int, part: Part) -> Iterator[Item]:
    """Everything that a part says.

    ``position`` is the table's in the package, ``number`` the part's in its table. Rows
    are numbered so that those of all parts are in one order.
    """
    base = number * STEP
    keys = KeyRows(
        keys=job.keys_of(position),
        row_key=job.row_key(position),
        base=base,
        limit=job.limit,
    )
    collector = WorkerCollector(limit=job.limit)
    trail = BlockTrail(frozenset(compared_columns(job.plans)), job.seeds)
    by_record = part.parquet or bool(part.constants)

    with PartStore() as store:
        task = _PartTask(
            job=job,
            position=position,
            part=part,
            store=store,
            collector=collector,
            keys=keys,
            trail=trail,
        )
        reading = _RecordReading(task) if by_record else _BlockwiseReading(task)
        _settle_lost(task)
        yield from keys.written()
        yield from _subject_rows(task, base)
        lines = {reported.row for reported in collector.findings.kept if reported.row}
        row_keys = reading.row_keys(sorted(lines))

    kept = [
        _with_place(reported, base, row_keys, keys.row_key)
        for reported in collector.findings.kept
        # Parquet and the names of folders give columns in an order of their own.
        if not (by_record and reported.finding.code == "column-order")
    ]
    findings = WorkerFindings(kept=kept, counts=collector.findings.counts)
    yield PartRead(position, reading.rows, findings, trail.all())


def _settle_lost(task: _PartTask) -> None:
    """Cells of which the comparison with the audit trail says enough are not judged."""
    for cell in task.job.lost:
        if cell.at == task.position:
            task.store.add(cell)
            task.store.settle(cell.at, cell.line, cell.field)

    task.store.flush()


def _subject_rows(task: _PartTask, base: int) -> Iterator[SubjectRow]:
    """The rows of subjects; what belongs to none is reported here."""
    for subject, line in task.store.by_subject():
        if subject is None:
            failure = cast(SchemaFailure, line)
            task.collector.add(reported_doubt(task.plan, failure))
        else:
            yield SubjectRow(subject, line._replace(line=base + line.line))


def _with_place(
    reported: Reported,
    base: int,
    row_keys: Mapping[int, Sequence[str]],
    columns: Sequence[str],
) -> Reported:
    """The finding with its row's key, and its row counted over all parts."""
    if reported.row is None:
        return reported

    cells = row_keys.get(reported.row, ())
    key: dict[str, str | int] = {}
    for name, text in zip(columns, cells, strict=False):
        if text:
            key[name] = text

    return replace(with_key(reported, key), row=base + reported.row)


class _PartStaging(Staging):
    """Reads one part as a package of one table; its keys are compared elsewhere."""

    keys: TableKeys = TableKeys()

    def _keys(self, plan: TablePlan, schema: Any) -> TableKeys:  # noqa: ARG002
        return self.keys


class _SinglePart:
    """A package of one file."""

    findings = ()

    def __init__(self, path: str, part: Part) -> None:
        self._part = part
        self.sizes = {path: 1}

    def open(self, name: str) -> BinaryIO:  # noqa: ARG002
        return open_part(self._part.path)

    def folder(self) -> nullcontext[Path]:
        return nullcontext(Path(self._part.path).parent)


def open_part(path: str) -> BinaryIO:
    """A file that this worker should see. Raises ``BrokenFile``."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        why = f"a worker of the cluster cannot read {path}: {error.strerror or error}"
        raise BrokenFile(why) from error


class _InBlocks(BlockReading):
    """The embedded engine."""

    key_rows: KeyRows

    def start_keys(self, parents: Sequence[Any]) -> None:  # noqa: ARG002
        if self.checked.columns:
            self.hashes = cast(Any, self.key_rows)


class _BlockwiseReading:
    """A CSV part, read by the embedded engine."""

    def __init__(self, task: _PartTask) -> None:
        job, plan, keys = task.job, task.plan, task.keys
        self._columns = keys.row_key
        self._readings: list[_InBlocks] = []

        def start_reading(**words: Any) -> _InBlocks:
            # The staging knows only this table, which it takes for the first.
            reading = _InBlocks(**{**words, "at": task.position})
            reading.key_rows, keys.reading = keys, reading
            self._readings.append(reading)

            return reading

        staging = _PartStaging(
            source=cast(PackageSource, _SinglePart(plan.path, task.part)),
            store=task.store,
            collector=task.collector,
            expected={plan.name: job.stated.get(plan.path, {})},
            dictionary=job.study is not None,
            ours=job.ours,
            reading=cast(Any, start_reading),
            trail=task.compared_trail,
        )
        staging.keys = keys.checked
        staging.read((plan,))
        self.rows = staging.rows[plan.name]

    def row_keys(self, wanted: Sequence[int]) -> dict[int, Sequence[str]]:
        """The row keys of some lines, which are sorted."""
        row_keys: dict[int, Sequence[str]] = {}
        # There is no reading of a file that could not be opened.
        if not wanted or not self._readings:
            return row_keys

        (reading,) = self._readings
        if not reading.there.issuperset(self._columns):
            return row_keys

        def visit(frame: pl.DataFrame, lines: LineNumbers) -> bool:
            numbers = np.asarray(lines.of(np.arange(frame.height)))
            for place in np.flatnonzero(np.isin(numbers, wanted)).tolist():
                row = frame.row(place, named=True)
                row_keys[int(numbers[place])] = [row[name] for name in self._columns]

            return not frame.height or bool(numbers[-1] < wanted[-1])

        reading.again(visit)

        return row_keys


class _ByRecord(TableReading):
    """The reference, which is handed every row."""

    key_rows: KeyRows

    def start_keys(self, parents: Sequence[Any]) -> None:
        """Keys are compared when those of all parts are known."""

    def compare(self, line: int, cells: list[str]) -> None:
        self.key_rows.take(line, cells)


class _RecordReading:
    """A part of Parquet, or one with columns in the name of its folder, read record by
    record.
    """

    def __init__(self, task: _PartTask) -> None:
        self._part, self._plan = task.part, task.plan
        self._columns = task.keys.row_key
        self._reading = self._start_reading(task)

        try:
            self._read_all()
        except BrokenFile as error:
            task.collector.add(self._broken(error))

        task.store.seal()
        self.rows = self._reading.rows

    def _start_reading(self, task: _PartTask) -> _ByRecord:
        schema = frictionless_schema(self._plan)
        reading = _ByRecord(
            at=task.position,
            plan=self._plan,
            schema=schema,
            readers=cell_readers(schema),
            ours=task.job.ours,
            checked=task.keys.checked,
            parents=(),
            store=task.store,
            collector=task.collector,
            reopen=cast(Any, nullcontext),
            progress=lambda: None,
            trail=task.compared_trail,
        )
        reading.key_rows, task.keys.reading = task.keys, reading

        return reading

    def _read_all(self) -> None:
        records = self._records(self._note)
        if self._reading.header(next(records, None)):
            for record in records:
                self._reading.take(record)

    def _broken(self, error: BrokenFile) -> Reported:
        part, table = self._part.name, self._plan.name
        broken = finding(
            "broken-file",
            value=self._plan.path,
            table=table,
            path=part,
            why=str(error),
        )

        return Reported(finding=broken, file=part, table=table)

    def _note(self, code: str, line: int, **words: Any) -> None:
        self._reading.note(code, line, **words)

    def _records(self, note: Note) -> Iterator[CsvRecord]:
        yield from part_records(self._part, self._plan.delimiter, note)

    def row_keys(self, wanted: Sequence[int]) -> dict[int, Sequence[str]]:
        """The row keys of some lines."""
        if not wanted:
            return {}

        places = [self._plan.columns.index(name) for name in self._columns]
        lines = frozenset(wanted)
        row_keys: dict[int, Sequence[str]] = {}
        # Damage was reported when the part was read for the first time.
        records = self._records(lambda *_, **__: None)
        next(records, None)

        for record in records:
            if record.line in lines:
                cells = self._reading.aligned(record.cells)
                row_keys[record.line] = [cells[place] for place in places]

        return row_keys


def part_records(part: Part, delimiter: str, note: Note) -> Iterator[CsvRecord]:
    """The header and the records of a part. Raises ``BrokenFile``."""
    if part.parquet:
        yield from _extended(parquet_records(part.path), part)
        return

    with open_part(part.path) as stream:
        records = Records(stream, note, delimiter=delimiter)
        yield from _extended(iter(records), part)


def _extended(records: Iterator[CsvRecord], part: Part) -> Iterator[CsvRecord]:
    """The records, after the columns that the folder's name gives."""
    names = [name for name, _ in part.constants]
    texts = [text for _, text in part.constants]
    header = next(records, None)
    if header is None:
        return

    yield _with_cells(header, names)

    for record in records:
        # A blank line stays one.
        yield _with_cells(record, texts) if record.cells else record


def _with_cells(record: CsvRecord, before: Sequence[str]) -> CsvRecord:
    damaged = frozenset(place + len(before) for place in record.damaged)
    return record._replace(cells=[*before, *record.cells], damaged=damaged)
