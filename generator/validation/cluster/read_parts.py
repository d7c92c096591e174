"""One part of a table, read on a worker: its findings, its rows by subject, and the values of its keys."""

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
from generator.validation.row_store import Doubt, Line
from generator.validation.table_plan import TablePlan, cell_readers, frictionless_schema


class SubjectRow(NamedTuple):
    """What a subject's forms are put together from."""

    subject: str
    line: Line


class PartRead(NamedTuple):
    """A part was read to its end: how many rows it has, what is wrong with it, and the sums of its cells."""

    at: int
    rows: int
    tally: Tally
    sums: Sums


Item = KeyBatch | SubjectRow | PartRead


def read_part(job: Job, at: int, number: int, held: Part) -> Iterator[Item]:
    """Everything that a part says. Its rows are numbered so that those of all parts are in one order."""
    base = number * STEP
    keys = KeyRows(keys=job.keys_of(at), row_key=job.row_key(at), base=base, limit=job.limit)
    collector = Counting(limit=job.limit)
    trail = BlockTrail(job.seeds)
    with PartStore() as store:
        reader = _Rows if held.parquet or held.constants else _Blocks
        reading = reader(job, at, held, store, collector, keys, trail)
        for one in job.lost:
            if one.at == at:
                store.add(one)
                store.settle(one.at, one.line, one.field)
        store.flush()
        yield from keys.written()
        for subject, line in store.by_subject():
            if subject is None:
                collector.add(reported_doubt(job.plans[at], cast(Doubt, line)))
            else:
                yield SubjectRow(subject, line._replace(line=base + line.line))
        names = reading.row_keys(sorted({one.row for one in collector.tally.kept if one.row}))
    unordered = held.parquet or held.constants
    kept = [
        _placed(one, base, names, keys.row_key)
        for one in collector.tally.kept
        if not (unordered and one.finding.code == "column-order")
    ]
    yield PartRead(at, reading.rows, Tally(kept=kept, counts=collector.tally.counts), trail.all())


def _placed(one: Reported, base: int, names: dict[int, Sequence[str]], columns: Sequence[str]) -> Reported:
    key = dict(zip(columns, names.get(one.row or 0, ()), strict=False))
    row = None if one.row is None else base + one.row
    return replace(with_key(one, {name: text for name, text in key.items() if text}), row=row)


class _PartStaging(Staging):
    """Reads one part as a package of one table; its keys are compared elsewhere."""

    keys: TableKeys = TableKeys()

    def _keys(self, plan: TablePlan, schema: Any) -> TableKeys:  # noqa: ARG002
        return self.keys


class _OnePart:
    """A package of one file."""

    findings = ()

    def __init__(self, path: str, held: Part) -> None:
        self._part = held
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
        at: int,
        held: Part,
        store: PartStore,
        collector: Counting,
        keys: KeyRows,
        trail: BlockTrail,
    ) -> None:
        plan = job.plans[at]
        self._readings: list[_InBlocks] = []

        def reading(**words: Any) -> _InBlocks:
            made = _InBlocks(**{**words, "at": at})
            made.key_rows, keys.reading = keys, made
            self._readings.append(made)
            return made

        self._staging = _PartStaging(
            source=cast(Source, _OnePart(plan.path, held)),
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
        found: dict[int, Sequence[str]] = {}
        reading = self._readings[0] if self._readings else None
        if not wanted or reading is None or not reading.there.issuperset(self._columns):
            return found

        def look(frame: pl.DataFrame, lines: Lines) -> bool:
            numbers = np.asarray(lines.of(np.arange(frame.height)))
            for place in np.flatnonzero(np.isin(numbers, wanted)).tolist():
                row = frame.row(place, named=True)
                found[int(numbers[place])] = [row[name] for name in self._columns]
            return not frame.height or bool(numbers[-1] < wanted[-1])

        reading.again(look)
        return found


class _ByRecord(TableReading):
    """The reference, which is handed every row."""

    key_rows: KeyRows

    def start_keys(self, parents: Sequence[Any]) -> None:
        """Keys are compared when those of all parts are known."""

    def compare(self, line: int, cells: list[str]) -> None:
        self.key_rows.take(line, cells)


class _Rows:
    """A part of Parquet, or one with columns in the name of its folder, read record by record."""

    def __init__(  # noqa: PLR0917
        self,
        job: Job,
        at: int,
        held: Part,
        store: PartStore,
        collector: Counting,
        keys: KeyRows,
        trail: BlockTrail,
    ) -> None:
        self._held, self._columns = held, keys.row_key
        self._plan = plan = job.plans[at]
        schema = frictionless_schema(plan)
        self._reading = reading = _ByRecord(
            at=at,
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
            found = finding("broken-file", value=plan.path, table=plan.name, path=held.name, why=str(error))
            collector.add(Reported(finding=found, file=held.name, table=plan.name))
        store.seal()
        self.rows = reading.rows

    def _note(self, code: str, line: int, **words: Any) -> None:
        self._reading.note(code, line, **words)

    def _records(self, note: Any) -> Iterable[Record]:
        names, texts = [one for one, _ in self._held.constants], [one for _, one in self._held.constants]
        if self._held.parquet:
            yield from _extended(parquet_records(self._held.path), names, texts)
            return
        with opened(self._held.path) as stream:
            yield from _extended(iter(Records(stream, note, delimiter=self._plan.delimiter)), names, texts)

    def row_keys(self, wanted: Sequence[int]) -> dict[int, Sequence[str]]:
        """The row key of some rows."""
        if not wanted:
            return {}
        places = [self._plan.columns.index(name) for name in self._columns]
        held = frozenset(wanted)
        found: dict[int, Sequence[str]] = {}
        records = iter(self._records(lambda *_, **__: None))
        next(records, None)
        for record in records:
            if record.line in held:
                cells = self._reading.aligned(record.cells)
                found[record.line] = [cells[place] for place in places]
        return found


def _extended(records: Iterator[Record], names: list[str], texts: list[str]) -> Iterator[Record]:
    """The records, after the columns that the folder's name gives."""
    for at, one in enumerate(records):
        damaged = frozenset(place + len(names) for place in one.damaged)
        more = names if at == 0 else texts
        yield one._replace(cells=[*more, *one.cells], damaged=damaged) if one.cells or not at else one
