"""One part of a table, read on a worker: its findings, its rows by subject, and the
values of its keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import polars as pl

from forms_spec.findings.catalogue import finding
from generator.package.csv_records import Record, Records
from generator.package.source import BrokenFile, Source
from generator.validation.audit_trail import Sums
from generator.validation.cluster.job import Job
from generator.validation.cluster.key_rows import KeyBatch, KeyRows
from generator.validation.cluster.parquet import parquet_records
from generator.validation.cluster.part_files import STEP, Part
from generator.validation.cluster.part_store import PartStore
from generator.validation.cluster.partial_counts import Counting, Tally, with_key
from generator.validation.columnar.tables.audit_trail import BlockTrail
from generator.validation.columnar.tables.block_reader import BlockReading
from generator.validation.columnar.tables.key_hashes import Lines
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
    tally: Tally
    sums: Sums


Item = KeyBatch | SubjectRow | PartRead


def read_part(job: Job, position: int, number: int, part: Part) -> Iterator[Item]:
    """Everything that a part says.

    Its rows are numbered so that those of all parts are in one order.
    """
    base = number * STEP
    keys = KeyRows(
        keys=job.keys_of(position),
        row_key=job.row_key(position),
        base=base,
        limit=job.limit,
    )
    collector = Counting(limit=job.limit)
    trail = BlockTrail(job.seeds)

    with PartStore() as store:
        reader = _Rows if part.parquet or part.constants else _Blocks
        reading = reader(job, position, part, store, collector, keys, trail)
        for item in job.lost:
            if item.at == position:
                store.add(item)
                store.settle(item.at, item.line, item.field)

        store.flush()
        yield from keys.written()

        for subject, line in store.by_subject():
            if subject is None:
                collector.add(
                    reported_doubt(job.plans[position], cast(SchemaFailure, line))
                )
            else:
                yield SubjectRow(subject, line._replace(line=base + line.line))

        names = reading.row_keys(
            sorted({entry.row for entry in collector.tally.kept if entry.row})
        )

    unordered = part.parquet or part.constants
    kept = [
        _placed(entry, base, names, keys.row_key)
        for entry in collector.tally.kept
        if not (unordered and entry.finding.code == "column-order")
    ]
    yield PartRead(
        position,
        reading.rows,
        Tally(kept=kept, counts=collector.tally.counts),
        trail.all(),
    )


def _placed(
    reported: Reported,
    base: int,
    names: dict[int, Sequence[str]],
    columns: Sequence[str],
) -> Reported:
    key = dict(zip(columns, names.get(reported.row or 0, ()), strict=False))
    row = None if reported.row is None else base + reported.row
    return replace(
        with_key(reported, {name: text for name, text in key.items() if text}), row=row
    )


class _PartStaging(Staging):
    """Reads one part as a package of one table; its keys are compared elsewhere."""

    keys: TableKeys = TableKeys()

    def _keys(self, plan: TablePlan, schema: Any) -> TableKeys:  # noqa: ARG002
        return self.keys


class _OnePart:
    """A package of one file."""

    findings = ()

    def __init__(self, path: str, part: Part) -> None:
        self._part = part
        self.sizes = {path: 1}

    def open(self, name: str) -> BinaryIO:  # noqa: ARG002
        return opened(self._part.path)

    def folder(self) -> nullcontext[Path]:
        return nullcontext(Path(self._part.path).parent)


def opened(path: str) -> BinaryIO:
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


class _Blocks:
    """A CSV part, read by the embedded engine."""

    def __init__(  # noqa: PLR0917
        self,
        job: Job,
        position: int,
        part: Part,
        store: PartStore,
        collector: Counting,
        keys: KeyRows,
        trail: BlockTrail,
    ) -> None:
        plan = job.plans[position]
        self._readings: list[_InBlocks] = []

        def reading(**words: Any) -> _InBlocks:
            in_blocks = _InBlocks(**{**words, "at": position})
            in_blocks.key_rows, keys.reading = keys, in_blocks
            self._readings.append(in_blocks)
            return in_blocks

        self._staging = _PartStaging(
            source=cast(Source, _OnePart(plan.path, part)),
            store=store,
            collector=collector,
            expected={plan.name: job.stated.get(plan.path, {})},
            dictionary=job.study is not None,
            ours=job.ours,
            reading=cast(Any, reading),
            trail=trail if job.study else None,
        )
        self._staging.keys = keys.checked
        self._columns = keys.row_key
        self._staging.read((plan,))
        self.rows = self._staging.rows[plan.name]

    def row_keys(self, wanted: Sequence[int]) -> dict[int, Sequence[str]]:
        """The row key of some lines."""
        texts: dict[int, Sequence[str]] = {}
        reading = self._readings[0] if self._readings else None
        if not wanted or reading is None or not reading.there.issuperset(self._columns):
            return texts

        def look(frame: pl.DataFrame, lines: Lines) -> bool:
            numbers = np.asarray(lines.of(np.arange(frame.height)))
            for place in np.flatnonzero(np.isin(numbers, wanted)).tolist():
                row = frame.row(place, named=True)
                texts[int(numbers[place])] = [row[name] for name in self._columns]

            return not frame.height or bool(numbers[-1] < wanted[-1])

        reading.again(look)

        return texts


class _ByRecord(TableReading):
    """The reference, which is handed every row."""

    key_rows: KeyRows

    def start_keys(self, parents: Sequence[Any]) -> None:
        """Keys are compared when those of all parts are known."""

    def compare(self, line: int, cells: list[str]) -> None:
        self.key_rows.take(line, cells)


class _Rows:
    """A part of Parquet, or one with columns in the name of its folder, read record by
    record.
    """

    def __init__(  # noqa: PLR0917
        self,
        job: Job,
        position: int,
        part: Part,
        store: PartStore,
        collector: Counting,
        keys: KeyRows,
        trail: BlockTrail,
    ) -> None:
        self._held, self._columns = part, keys.row_key
        self._plan = plan = job.plans[position]
        schema = frictionless_schema(plan)
        self._reading = reading = _ByRecord(
            at=position,
            plan=plan,
            schema=schema,
            readers=cell_readers(schema),
            ours=job.ours,
            checked=keys.checked,
            parents=(),
            store=store,
            collector=collector,
            reopen=cast(Any, nullcontext),
            progress=lambda: None,
            trail=trail if job.study else None,
        )
        reading.key_rows, keys.reading = keys, reading

        try:
            records = iter(self._records(self._note))
            if reading.header(next(records, None)):
                for record in records:
                    reading.take(record)
        except BrokenFile as error:
            result = finding(
                "broken-file",
                value=plan.path,
                table=plan.name,
                path=part.name,
                why=str(error),
            )
            collector.add(Reported(finding=result, file=part.name, table=plan.name))

        store.seal()
        self.rows = reading.rows

    def _note(self, code: str, line: int, **words: Any) -> None:
        self._reading.note(code, line, **words)

    def _records(self, note: Any) -> Iterable[Record]:
        names, texts = (
            [item for item, _ in self._held.constants],
            [item for _, item in self._held.constants],
        )
        if self._held.parquet:
            yield from _extended(parquet_records(self._held.path), names, texts)
            return

        with opened(self._held.path) as stream:
            yield from _extended(
                iter(Records(stream, note, delimiter=self._plan.delimiter)),
                names,
                texts,
            )

    def row_keys(self, wanted: Sequence[int]) -> dict[int, Sequence[str]]:
        """The row key of some rows."""
        if not wanted:
            return {}
        places = [self._plan.columns.index(name) for name in self._columns]
        value = frozenset(wanted)
        texts: dict[int, Sequence[str]] = {}
        records = iter(self._records(lambda *_, **__: None))
        next(records, None)

        for record in records:
            if record.line in value:
                cells = self._reading.aligned(record.cells)
                texts[record.line] = [cells[place] for place in places]

        return texts


def _extended(
    records: Iterator[Record], names: list[str], texts: list[str]
) -> Iterator[Record]:
    """The records, after the columns that the folder's name gives."""
    for index, record in enumerate(records):
        damaged = frozenset(place + len(names) for place in record.damaged)
        more = names if index == 0 else texts
        yield (
            record._replace(cells=[*more, *record.cells], damaged=damaged)
            if record.cells or not index
            else record
        )
