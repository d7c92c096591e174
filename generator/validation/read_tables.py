"""Reads every table of a package once: damage is reported, sound rows go to the store."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from forms_spec.findings.catalogue import finding
from generator.package.csv_records import Records
from generator.package.source import BrokenFile, PackageSource
from generator.tables import layout
from generator.validation.audit_trail import Trail
from generator.validation.report.report import Collector, Reported
from generator.validation.row_keys import ForeignKey, Key, TableKeys, part, table_keys
from generator.validation.row_reader import TableReading, labels, other_delimiter
from generator.validation.row_store import Store
from generator.validation.schema_fast_path import plain_readers, sparing_readers
from generator.validation.table_plan import TablePlan, cell_readers, frictionless_schema

Progress = Callable[[str, int, int], None]
"""``on_progress(what, done, total)``: bytes while ``reading``, forms while ``judging``.
"""


_FIRST_LINE = 1 << 16


@dataclass(kw_only=True)
class Staging:
    """One package being read. ``rows`` counts the rows of each table that was there.

    ``plainly``: Frictionless is only asked about cells that are not right beyond doubt.
    ``trail`` is shown every row.
    """

    source: PackageSource
    store: Store
    collector: Collector
    expected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    on_progress: Progress | None = None
    dictionary: bool = True
    ours: bool = True
    plainly: bool = False
    reading: type[TableReading] = TableReading
    parent_keys: Callable[[Staging, TablePlan, Sequence[str]], Any] = field(
        default_factory=lambda: parent_keys
    )
    trail: Trail | None = None
    plans: tuple[TablePlan, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    _known: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict)

    def read(self, plans: tuple[TablePlan, ...]) -> None:
        """Every planned file, in the plan's order."""
        self.plans = plans
        self.total = sum(self.source.sizes.get(plan.path, 0) for plan in plans)

        for index, plan in enumerate(plans):
            if plan.path not in self.source.sizes:
                self._report(plan, "missing-file", value=plan.path)
                continue

            self.rows[plan.name] = 0
            try:
                self._table(index, plan)
            except BrokenFile as error:
                self._report(plan, "broken-file", value=plan.path, why=str(error))

        self.store.seal()

    def _table(self, position: int, plan: TablePlan) -> None:
        try:
            if self.plainly and self._is_ours(plan):
                schema, readers, keys = None, plain_readers(plan), TableKeys()
            else:
                schema = frictionless_schema(plan)
                keys = self._keys(plan, schema)
                readers = cell_readers(schema)
                if self.plainly:
                    readers = sparing_readers(plan, readers, keys.columns)

            parents = [self._parents(item) for item in keys.foreign]
        except ValueError as error:
            self._report(plan, "broken-schema", value=plan.name, why=str(error))
            return

        with self._opened(plan) as measured:
            reading = self.reading(
                at=position,
                plan=plan,
                schema=schema,
                readers=readers,
                ours=self.ours,
                checked=keys,
                parents=parents,
                store=self.store,
                collector=self.collector,
                reopen=lambda: self.records(plan),
                progress=lambda: self.progress(measured.size),
                trail=self.trail,
            )
            try:
                if self._is_parted_otherwise(plan, reading):
                    return

                reading.run(
                    Records(
                        buffered(measured), self._noter(plan), delimiter=plan.delimiter
                    )
                )
            finally:
                self.rows[plan.name] = reading.rows

            while measured.read(1 << 20):
                pass

            self.done += measured.size
            self.progress(0)

        self._compare(plan, measured)

    def _is_parted_otherwise(self, plan: TablePlan, reading: TableReading) -> bool:
        """True, and said, where another sign parts the cells: then nothing else is said
        of the file.

        Its quotation marks are right as well, only not for this reader.
        """
        with self.source.open(plan.path) as raw:
            first = raw.readline(_FIRST_LINE)

        if plan.delimiter.encode() in first or b'"' not in first:
            return False

        with self.records(plan) as records:
            header = records.next()

        if header is None or not other_delimiter(header.cells, plan):
            return False

        return not reading.header(header)

    @contextmanager
    def records(self, plan: TablePlan) -> Iterator[Records]:
        """A table's records once more; its damage is told elsewhere."""
        with self.source.open(plan.path) as raw:
            yield Records(raw, _silent, delimiter=plan.delimiter)

    @contextmanager
    def _opened(self, plan: TablePlan) -> Iterator[Measured]:
        with self.source.open(plan.path) as raw:
            yield Measured(
                raw, _algorithm(self.expected.get(plan.name, {}).get("hash"))
            )

    def _keys(self, plan: TablePlan, schema: Any) -> TableKeys:
        if self._is_ours(plan):
            return TableKeys()

        return table_keys(schema, plan.name)

    def _is_ours(self, plan: TablePlan) -> bool:
        """Keys of a table of the dictionary are compared form by form, when the rows
        are put together.
        """
        if plan.table is not None:
            return True

        return self.dictionary and plan.name in layout.SYSTEM_COLUMNS

    def _parents(self, key: ForeignKey) -> Any:
        """The keys that a foreign key may name; read once, before the table that names
        them.
        """
        known = (key.resource, key.reference)
        if known not in self._known:
            plan = self._plan_of(key.resource)
            self._known[known] = self.parent_keys(self, plan, key.reference)

        return self._known[known]

    def _plan_of(self, resource: str) -> TablePlan:
        for plan in self.plans:
            if plan.name == resource:
                return plan

        raise ValueError(
            f'a foreign key names the resource "{resource}", which is not there'
        )

    def _compare(self, plan: TablePlan, measured: Measured) -> None:
        """What the descriptor says of the whole file."""
        data = self.expected.get(plan.name, {})
        stated = data.get("hash")
        # The name of the algorithm may stand before it, and MD5 stands alone.
        given = str(stated).partition(":")[2] or stated
        is_other = measured.digest is not None and given != measured.digest.hexdigest()

        # Only tables of others are compared by size: ours have a hash.
        is_resized = False
        if plan.read is not None:
            is_resized = data.get("bytes", measured.size) != measured.size

        if is_other or is_resized:
            self._report(plan, "file-changed", value=plan.path)

    def _noter(self, plan: TablePlan) -> Callable[..., None]:
        def note(code: str, line: int, **words: Any) -> None:
            self._report(plan, code, row=line, **words)

        return note

    def _report(self, plan: TablePlan, code: str, *, row: int | None = None, name: str | None = None,
                value: str | None = None, **words: Any) -> None:  # fmt: skip
        result = finding(
            code, value=value, table=plan.name, field=name, path=plan.path, **words
        )
        self.collector.add(
            Reported(
                finding=result, file=plan.path, table=plan.name, row=row, field=name
            )
        )

    def progress(self, here: int) -> None:
        if self.on_progress:
            self.on_progress("reading", min(self.done + here, self.total), self.total)


def _algorithm(stated: Any) -> str | None:
    """The algorithm of a hash in a descriptor: ``sha256:...``, and MD5 where none is
    named.
    """
    if not isinstance(stated, str):
        return None

    name, colon, _ = stated.partition(":")
    if not colon:
        name = "md5"

    # Other algorithms are left alone.
    return name if name in ("md5", "sha256") else None


class Measured(io.RawIOBase):
    """A stream that counts and hashes what is read from it."""

    def __init__(self, raw: BinaryIO, algorithm: str | None = "sha256") -> None:
        self._raw = raw
        self.size = 0
        self.digest = (
            hashlib.new(algorithm, usedforsecurity=False) if algorithm else None
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = self._raw.readinto(view)  # type: ignore[attr-defined]
        self.size += count
        if self.digest is not None:
            self.digest.update(view[:count])

        return int(count)


def sha256_of(content: BinaryIO) -> str:
    """The hash of a stream's bytes, in hex."""
    measured = Measured(content)
    while measured.read(1 << 20):
        pass

    assert measured.digest is not None

    return measured.digest.hexdigest()


def buffered(raw: io.RawIOBase) -> BinaryIO:
    """The stream with a buffer, so that lines are found fast."""
    return io.BufferedReader(raw, 1 << 18)


def parent_keys(staging: Staging, plan: TablePlan, names: Sequence[str]) -> set[Key]:
    """The keys of a table, blank ones left out; its damage is told when the table
    itself is read.
    """
    keys: set[Key] = set()
    if plan.path not in staging.source.sizes:
        return keys

    schema = frictionless_schema(plan)
    readers = dict(zip(plan.columns, cell_readers(schema), strict=True))
    kinds = {item.name: item.type for item in schema.fields}

    with staging.records(plan) as records:
        header = records.next()
        given = labels(header, ours=staging.ours) if header else []
        if not set(names) <= set(given):
            return keys

        places = [given.index(name) for name in names]

        for record in records:
            cells = record.cells
            texts = [cells[place] if place < len(cells) else "" for place in places]
            key = tuple(
                part(readers[name](text)[0], kinds[name])
                for name, text in zip(names, texts, strict=True)
            )
            # A blank key is nobody's parent.
            if any(item is not None for item in key):
                keys.add(key)

    return keys


def _silent(code: str, line: int, **words: Any) -> None:
    """Nobody is told."""
