"""The rows of a large package: Parquet files on scratch disk for SQL, and single subjects for the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from forms_spec.record import LOG
from generator.casebooks.names import LINE
from generator.package.plan import TablePlan
from generator.package.reading import NUMBER
from generator.package.store import DataLine, FormLine, Line, Store, SubjectLine
from generator.sql.functions import register_functions
from generator.sql.macros import create_macros
from generator.sql.names import quoted, text_literal
from generator.tables import layout

MEMORY = "2GB"
"""What SQL may take before it spills to the scratch disk."""
WAITING_ROWS = 20_000
_NUMBERS = (layout.UNSNO, layout.ROW)


class SpoolingStore(Store):
    """A store that takes whole frames. Rows of subjects come into its tables when they are asked for."""

    takes_frames = True

    def __init__(self) -> None:
        super().__init__()
        self._files = 0
        self._slow: dict[str, list[dict[str, Any]]] = {}
        self._heights: dict[str, int] = {}
        self.sql = duckdb.connect(str(self.folder / "casebooks.duckdb"))
        self.sql.execute(f"set memory_limit = '{MEMORY}'")
        self.sql.execute("set enable_progress_bar = false")
        self.sql.execute("set preserve_insertion_order = false")
        self.sql.execute(create_macros())
        register_functions(self.sql)

    def close(self) -> None:
        self.sql.close()
        super().close()

    def add(self, line: Line) -> None:
        """Rows that were read one by one wait for a frame; everything else stays as it is."""
        if isinstance(line, DataLine):
            plan = self.plans[line.at]
            assert plan.table is not None
            own = zip((one.name for one in plan.table.fields), json.loads(line.cells), strict=True)
            row = {
                LINE: line.line,
                layout.SITE: line.site,
                layout.SUBJECT: line.subject,
                layout.VISIT: line.visit,
                layout.UNSNO: line.unsno,
                layout.ROW: line.rowno,
            }
            self._wait(plan.name, row | dict(own))
        elif isinstance(line, FormLine | SubjectLine):
            name = layout.FORMS if isinstance(line, FormLine) else layout.SUBJECTS
            self._wait(name, line._asdict())
        else:
            super().add(line)

    def _wait(self, name: str, row: dict[str, Any]) -> None:
        waiting = self._slow.setdefault(name, [])
        waiting.append(row)
        if len(waiting) >= WAITING_ROWS:
            self._flush_slow(name)

    def _flush_slow(self, name: str) -> None:
        if rows := self._slow.pop(name, None):
            self._write(name, pl.DataFrame(rows, schema_overrides=_types(rows[0]), infer_schema_length=None))

    def add_frame(
        self, plan: TablePlan, frame: pl.DataFrame, lines: Any, refused: Mapping[int, set[str]]
    ) -> None:
        """The rows of a table that can be placed. ``refused`` has the refused columns of a row."""
        held = frame.with_columns(pl.Series(LINE, lines, pl.Int64))
        needed = _needed(plan)
        bad = [at for at, names in refused.items() if not names.isdisjoint(needed)]
        if bad:
            keep = pl.Series([True] * held.height).scatter(bad, False)
            held = held.filter(keep)
        required = [pl.col(name) != "" for name in needed if plan.table or name != layout.ROW]
        held = held.filter(pl.all_horizontal(required)) if required else held
        self._write(plan.name, _shaped(plan, held))

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        if not frame.height:
            return
        folder = self.folder / "tables" / name
        folder.mkdir(parents=True, exist_ok=True)
        self._files += 1
        self._heights[name] = self._heights.get(name, 0) + frame.height
        frame.write_parquet(folder / f"{self._files}.parquet", compression="lz4", statistics=False)

    def seal(self) -> None:
        for name in list(self._slow):
            self._flush_slow(name)
        super().seal()
        for plan in self.plans:
            if plan.name in (layout.AUDIT, layout.QUERIES):
                continue
            if plan.name in self._heights:
                files = str(self.folder / "tables" / plan.name / "*.parquet")
                source = f"SELECT * FROM read_parquet({text_literal(files)})"
            else:
                columns = ", ".join(
                    f"NULL::{type_} AS {quoted(name)}" for name, type_ in _columns(plan).items()
                )
                source = f"SELECT {columns} WHERE FALSE"
            self.sql.execute(f"CREATE VIEW {quoted(text_view(plan.name))} AS {source}")

    def table(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """A small table of the connection."""
        path = self.folder / "table.parquet"
        types = {one: pl.Int64 if one in ("number", "unsno") else pl.String for one in columns}
        pl.DataFrame(columns, types).write_parquet(path)
        source = f"read_parquet({text_literal(str(path))})"
        self.sql.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM {source}")

    def kept_forms(self) -> tuple[list[str], list[str], list[int], list[str]]:
        """Subject, visit, number and form of every warning that was kept."""
        rows = self._db.execute("select distinct subject, visit, unsno, form from kept").fetchall()
        return tuple([row[at] for row in rows] for at in range(4))  # type: ignore[return-value]

    def damaged_lines(self) -> Mapping[int, list[int]]:
        """By table, the lines with cells that the reader has told of."""
        found: dict[int, list[int]] = {}
        for at, line in self._db.execute("select distinct at, line from damage"):
            found.setdefault(at, []).append(line)
        return found

    def doubted(self) -> Mapping[tuple[int, str], set[int]]:
        """The lines on which Frictionless refuses a cell, by table and field."""
        found: dict[tuple[int, str], set[int]] = {}
        for at, line, name in self._db.execute("select at, line, field from doubt"):
            found.setdefault((at, name), set()).add(line)
        return found

    def load(self, subjects: Iterable[str]) -> None:
        """Brings the rows of these subjects, and no others, where ``names`` and ``data`` look."""
        for name in ("subject", "form", "data"):
            self._db.execute(f"delete from {name}")
        self.table("wanted", {"subject": list(subjects)})
        for at, plan in enumerate(self.plans):
            if plan.table is not None:
                self._load_rows(at, plan)
        for name, made in ((layout.FORMS, FormLine), (layout.SUBJECTS, SubjectLine)):
            fields = ", ".join(quoted(one) for one in made._fields)
            found = self.sql.execute(
                f"SELECT {fields} FROM {quoted(text_view(name))} "
                "WHERE subject IN (SELECT subject FROM wanted) ORDER BY line"
            )
            for row in found.fetchall():
                super().add(made(*row))
        self.flush()

    def _load_rows(self, at: int, plan: TablePlan) -> None:
        assert plan.table is not None
        key = ", ".join(quoted(one) for one in (LINE, layout.SITE, layout.SUBJECT, layout.VISIT, *_NUMBERS))
        own = "".join(f", {quoted(one.name)}" for one in plan.table.fields)
        found = self.sql.execute(
            f"SELECT {key}{own} FROM {quoted(text_view(plan.name))} "
            f"WHERE {layout.SUBJECT} IN (SELECT subject FROM wanted) ORDER BY {quoted(LINE)}"
        )
        for line, site, subject, visit, unsno, rowno, *cells in found.fetchall():
            cells_text = json.dumps(cells, ensure_ascii=False)
            super().add(DataLine(at, line, site, subject, visit, unsno, rowno, cells_text))

    def all_names(self) -> list[str]:
        """Every subject that any row speaks of, sorted."""
        places = [
            f"SELECT subject FROM {quoted(text_view(layout.SUBJECTS))}",
            f"SELECT subject FROM {quoted(text_view(layout.FORMS))}",
        ]
        places += [
            f"SELECT {layout.SUBJECT} FROM {quoted(text_view(plan.name))}"
            for plan in self.plans
            if plan.table is not None
        ]
        found = self.sql.execute(f"SELECT * FROM ({' UNION '.join(places)}) ORDER BY 1").fetchall()
        return [name for (name,) in found]

    def saves(self) -> list[str]:
        return [text for text in self._one(layout.FORMS, "max(saved_at)") if text]

    def counted(self) -> tuple[int, int]:
        forms = self._one(layout.FORMS, "count(*)")
        subjects = self._one(layout.SUBJECTS, "count(DISTINCT subject)")
        return sum(forms), sum(subjects)

    def _one(self, name: str, wanted: str) -> list[Any]:
        """A value of a table, if the package has it."""
        if all(plan.name != name for plan in self.plans):
            return []
        found = self.sql.execute(f"SELECT {wanted} FROM {quoted(text_view(name))}").fetchall()
        return [value for (value,) in found]


def text_view(table: str) -> str:
    """The view of a table's rows as they were written."""
    return f"{table} texts"


def _needed(plan: TablePlan) -> tuple[str, ...]:
    """The columns without which a row cannot be placed."""
    if plan.table is not None:
        return layout.key_columns(plan.table)
    return layout.FORM_KEY if plan.name == layout.FORMS else (layout.SITE, layout.SUBJECT)


def _columns(plan: TablePlan) -> dict[str, str]:
    """The view's columns and their types in SQL."""
    if plan.table is not None:
        names = dict.fromkeys((one.name for one in plan.table.fields), "VARCHAR")
        return {
            LINE: "BIGINT",
            layout.SITE: "VARCHAR",
            layout.SUBJECT: "VARCHAR",
            layout.VISIT: "VARCHAR",
            layout.UNSNO: "BIGINT",
            layout.ROW: "BIGINT",
        } | names
    fields = FormLine._fields if plan.name == layout.FORMS else SubjectLine._fields
    numbers = ("line", "unsno", "status", "version")
    return {name: "BIGINT" if name in numbers else "VARCHAR" for name in fields}


def _shaped(plan: TablePlan, frame: pl.DataFrame) -> pl.DataFrame:
    if plan.table is not None:
        keys = layout.key_columns(plan.table)
        return frame.select(
            pl.col(LINE),
            pl.col(layout.SITE),
            pl.col(layout.SUBJECT),
            pl.col(layout.VISIT) if layout.VISIT in keys else pl.lit(LOG).alias(layout.VISIT),
            _number(layout.UNSNO) if layout.UNSNO in keys else pl.lit(0, pl.Int64).alias(layout.UNSNO),
            _number(layout.ROW) if layout.ROW in keys else pl.lit(None, pl.Int64).alias(layout.ROW),
            *(pl.col(one.name) for one in plan.table.fields),
        )
    key = (
        pl.col(LINE).alias("line"),
        pl.col(layout.SITE).alias("site"),
        pl.col(layout.SUBJECT).alias("subject"),
    )
    if plan.name == layout.SUBJECTS:
        return frame.select(key)
    return frame.select(
        *key,
        pl.col(layout.VISIT).alias("visit"),
        _number(layout.UNSNO),
        pl.col("form"),
        _number_or_zero("formstat").alias("status"),
        _number_or_zero("version"),
        pl.col("saved_at"),
        pl.col("saved_by"),
    )


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64)


def _number_or_zero(name: str) -> pl.Expr:
    whole = pl.col(name).str.contains(rf"\A(?:{NUMBER.pattern})\z")
    return pl.when(whole).then(pl.col(name)).otherwise(pl.lit("0")).cast(pl.Int64).alias(name)


def _types(row: Mapping[str, Any]) -> dict[str, Any]:
    numbers = (LINE, layout.UNSNO, layout.ROW, "line", "status", "version")
    return {name: pl.Int64 if name in numbers else pl.String for name in row}
