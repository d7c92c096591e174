"""The audit trail compared with the tables, block by block."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

import polars as pl

from generator.tables import layout
from generator.validation.audit_trail import (
    CELL_KEY,
    CHANGE,
    NO_KEY,
    ROW_KEY,
    SAVE,
    SITES,
    STATUS,
    STATUS_KEY,
    STATUS_WORDS,
    VERSION,
    VERSION_KEY,
    Column,
    Sums,
    compared,
    is_change_apart,
)
from generator.validation.table_plan import TablePlan

_WAITING = 10_000
_HALF = 32
_BETWEEN = "\x1f"


class BlockTrail:
    """Takes frames; rows that were read one by one wait until there are enough of them."""

    def __init__(self, columns: Collection[Column], seeds: Sequence[int] = ()) -> None:
        """``columns`` are those of the tables that the package may have.

        Rows that are read in several places take the same ``seeds``, so that their sums
        can be added.
        """
        self.sums = Sums()
        self._columns = columns
        self._seeds = seeds or new_seeds()
        self._waiting: dict[str, tuple[TablePlan, list[tuple[str, ...]]]] = {}

    def row(self, plan: TablePlan, cells: Sequence[str]) -> None:
        is_compared = (
            plan.name in (layout.AUDIT, layout.FORMS) or plan.table is not None
        )
        if not is_compared:
            return

        _, rows = self._waiting.setdefault(plan.name, (plan, []))
        rows.append(tuple(cells))
        if len(rows) >= _WAITING:
            self._flush(plan.name)

    def _flush(self, name: str) -> None:
        plan, rows = self._waiting.pop(name)
        schema = pl.Schema(dict.fromkeys(plan.columns, pl.String))
        self.frame(plan, pl.DataFrame(rows, schema, orient="row"))

    def frame(self, plan: TablePlan, frame: pl.DataFrame) -> None:
        """Rows as texts, by the names of the schema; columns that the file lacks are
        left out.
        """
        if plan.name == layout.AUDIT:
            self._changes(frame)
        elif plan.name == layout.FORMS:
            self._statuses(frame)
        elif plan.table:
            self._cells(plan, frame)

    def _changes(self, frame: pl.DataFrame) -> None:
        self.sums.changes += frame.height
        if not set(CHANGE) <= set(frame.columns):
            return

        idle = (pl.col("field") != "") & (pl.col("old") == pl.col("new"))
        self.sums.idle += frame.filter(idle).height
        key = self._key([pl.col(name) for name in ROW_KEY])
        halves = frame.lazy().select(
            "table",
            "field",
            *self._halves("new", key, "put"),
            *self._halves("old", key, "took"),
        )
        sums = halves.group_by("table", "field").sum().collect()

        for table, field, low, high, took_low, took_high in sums.iter_rows():
            put, took = _whole(low, high), _whole(took_low, took_high)
            self.sums.trail[table, field] += put - took

        columns = zip(sums["table"], sums["field"], strict=True)
        apart = [item for item in columns if is_change_apart(item, self._columns)]
        if apart and layout.FORM in frame.columns:
            self._changes_apart(frame, apart)

        saves = self._saves(frame)
        self.sums.saves.frombytes(self._hashes(saves, SAVE))
        self.sums.versions.frombytes(self._versions(saves, 0))
        self.sums.earlier.frombytes(self._versions(saves, -1))
        first = frame.filter((pl.col("field") == STATUS) & (pl.col("old") == ""))
        self.sums.trail[SITES] += self._sites(first, "table")

    def _changes_apart(self, frame: pl.DataFrame, columns: Sequence[Column]) -> None:
        """Changes of ``columns``, which no table has."""
        wanted = pl.DataFrame(
            columns, pl.Schema({"table": pl.String, "field": pl.String}), orient="row"
        )
        changes = frame.join(wanted, on=["table", "field"], how="semi")
        is_start = pl.col("old") == ""
        sums = self.sums
        sums.starts.frombytes(
            self._hashes(changes.filter(is_start), (*CELL_KEY, "old"))
        )
        sums.taken.frombytes(
            self._hashes(changes.filter(~is_start), (*CELL_KEY, "old"))
        )
        sums.put.frombytes(self._hashes(changes, (*CELL_KEY, "new")))

    def _statuses(self, frame: pl.DataFrame) -> None:
        """The status of a form is a cell of ``forms.csv``, and a field of the form in
        the trail.
        """
        if not set(STATUS_KEY) <= set(frame.columns):
            return
        if layout.SITE in frame.columns:
            self.sums.read.add(SITES)
            self.sums.tables[SITES] += self._sites(frame, layout.FORM)

        saves = self._saves(frame)
        self.sums.newest.frombytes(self._hashes(saves, SAVE))
        self.sums.later.frombytes(self._versions(saves, +1))
        key = self._row_key(STATUS_KEY)
        words = frame.lazy().with_columns(pl.col(STATUS).replace(STATUS_WORDS))
        halves = words.select(layout.FORM, *self._halves(STATUS, key, STATUS))

        for form, low, high in halves.group_by(layout.FORM).sum().collect().iter_rows():
            self.sums.read.add((form, STATUS))
            self.sums.tables[form, STATUS] += _whole(low, high)

    def _saves(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What tells the saves apart that rows are of, each once; nothing where a column
        is lacking.
        """
        if not set(SAVE) <= set(frame.columns):
            return pl.DataFrame(schema=dict.fromkeys(SAVE, pl.String))

        save = self._key([pl.col(name) for name in SAVE])

        return frame.lazy().select(SAVE).filter(save.is_first_distinct()).collect()

    def _versions(self, saves: pl.DataFrame, step: int) -> bytes:
        """The hashes of the versions so many saves after these, where there are any."""
        version = pl.col(VERSION).cast(pl.Int64, strict=False) + step
        if step < 0:
            saves = saves.filter(version > 0)

        text = version.cast(pl.String).fill_null("")

        return self._hashes(saves.with_columns(text), (*VERSION_KEY, VERSION))

    def _hashes(self, frame: pl.DataFrame, names: Sequence[str]) -> bytes:
        """The hashes of rows, eight bytes each."""
        hashes = self._key([pl.col(name) for name in names]).reinterpret(signed=True)
        return frame.select(hashes).to_series().to_numpy().tobytes()

    def _sites(self, frame: pl.DataFrame, form: str) -> int:
        """The sum over the sites of forms, one a row; ``form`` is the column of the
        form's name.
        """
        key = self._key([pl.col(name) for name in (*ROW_KEY[:-1], form)])
        halves = frame.lazy().select(self._halves(layout.SITE, key, "site"))
        low, high = halves.sum().collect().row(0)

        return _whole(int(low), int(high))

    def _cells(self, plan: TablePlan, frame: pl.DataFrame) -> None:
        assert plan.table is not None
        there = set(frame.columns)
        fields = [name for name in compared(plan) if name in there]
        self.sums.read.update((plan.name, name) for name in compared(plan))
        if not fields:
            return

        # The key of each row is hashed once, whatever the number of columns.
        key = self._row_key(there.intersection(layout.key_columns(plan.table)))
        keyed = frame.lazy().with_columns(key.alias(_BETWEEN))
        halves: list[pl.Expr] = []
        for name in fields:
            halves += self._halves(name, pl.col(_BETWEEN), name)

        sums = keyed.select(halves).sum().collect()

        for name in fields:
            low = sums.item(0, f"{name}{_BETWEEN}0")
            high = sums.item(0, f"{name}{_BETWEEN}1")
            self.sums.tables[plan.name, name] += _whole(low, high)

    def _row_key(self, columns: Collection[str]) -> pl.Expr:
        """The hash of a row's key; ``columns`` are the parts of it that the rows have."""
        parts: list[pl.Expr] = []
        for name in ROW_KEY:
            if name in columns:
                parts.append(pl.col(name))
            else:
                parts.append(pl.lit(NO_KEY.get(name, "")))

        return self._key(parts)

    def _key(self, parts: list[pl.Expr]) -> pl.Expr:
        return pl.concat_str(parts, separator=_BETWEEN).hash(self._seeds[0])

    def _halves(self, name: str, key: pl.Expr, alias: str) -> list[pl.Expr]:
        """The hash of a cell with its row, 0 for a blank; in two halves, so that no sum
        overflows.
        """
        mixed = (pl.col(name).hash(self._seeds[1]) ^ key).hash(self._seeds[2])
        hashed = pl.when(pl.col(name) == "").then(pl.lit(0, pl.UInt64)).otherwise(mixed)

        return [
            (hashed & 0xFFFFFFFF).alias(f"{alias}{_BETWEEN}0"),
            (hashed // (1 << _HALF)).alias(f"{alias}{_BETWEEN}1"),
        ]

    def all(self) -> Sums:
        """The sums of every row so far."""
        for name in list(self._waiting):
            self._flush(name)

        return self.sums

    def differing(self, columns: Collection[Column]) -> frozenset[Column] | None:
        return self.all().differing(columns)


def _whole(low: int, high: int) -> int:
    """A sum from the sums of its halves."""
    return low + (high << _HALF)


def new_seeds() -> tuple[int, ...]:
    """Keys that nobody can know beforehand."""
    return tuple(secrets.randbits(63) for _ in range(3))
