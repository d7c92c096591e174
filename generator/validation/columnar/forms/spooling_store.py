"""The rows of a large package: Parquet files on scratch disk, and single subjects for
the judge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from forms_spec.model.captured_data import LOG
from generator.tables import layout
from generator.validation.columnar.forms.column_names import LINE
from generator.validation.columnar.forms.row_keys import FormOf
from generator.validation.row_reader import NUMBER
from generator.validation.row_store import DataLine, FormLine, Line, Store, SubjectLine
from generator.validation.table_plan import TablePlan

WAITING_ROWS = 20_000
COUNT = "number of rows"
"""How many rows are alike; no field's name has a blank."""
PART = 1 << 14
"""So many rows are read at least."""


class FilePart(NamedTuple):
    """Some rows of a file from ``start``, and the first and the last subject that they
    are of.
    """

    path: Path
    start: int
    rows: int
    first: str
    last: str


class SpoolingStore(Store):
    """A store that takes whole frames.

    Rows of subjects come into its tables when they are asked for.
    """

    takes_frames = True

    def __init__(self) -> None:
        super().__init__()
        self._files = 0
        self._slow: dict[str, list[dict[str, Any]]] = {}
        self._parts: dict[str, list[FilePart]] = {}
        self._heights: dict[str, int] = {}
        self._last_save = ""

    def add(self, line: Line) -> None:
        """Rows that were read one by one wait for a frame; everything else stays as it
        is.
        """
        if isinstance(line, DataLine):
            plan = self.plans[line.at]
            assert plan.table is not None
            own = zip(
                (field.name for field in plan.table.fields),
                json.loads(line.cells),
                strict=True,
            )
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
            plan = next(plan for plan in self.plans if plan.name == name)
            self._write(name, pl.DataFrame(rows, _columns(plan)))

    def add_frame(
        self,
        plan: TablePlan,
        frame: pl.DataFrame,
        lines: Any,
        refused: Mapping[int, set[str]],
    ) -> None:
        """The rows of a table that can be placed.

        ``refused`` has the refused columns of a row.
        """
        entry = frame.with_columns(pl.Series(LINE, lines, pl.Int64))
        needed = _needed(plan)
        bad: list[int] = []
        for index, names in refused.items():
            if not names.isdisjoint(needed):
                bad.append(index)

        if bad:
            keep = pl.Series([True] * entry.height).scatter(bad, False)
            entry = entry.filter(keep)

        required = [
            pl.col(name) != "" for name in needed if name not in plan.blank_keys
        ]
        if required:
            entry = entry.filter(pl.all_horizontal(required))

        self._write(plan.name, _shaped(plan, entry))

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        if not frame.height:
            return

        folder = self.folder / "tables" / name
        folder.mkdir(parents=True, exist_ok=True)
        self._files += 1
        self._heights[name] = self._heights.get(name, 0) + frame.height
        if name == layout.FORMS:
            self._last_save = max(self._last_save, str(frame["saved_at"].max()))

        path, subjects = folder / f"{self._files}.parquet", frame[_subject(name)]
        frame.write_parquet(
            path, compression="lz4", statistics=False, row_group_size=PART
        )
        parts = self._parts.setdefault(name, [])

        # Whose rows a part has is remembered, so that few parts are read for a lot.
        for start in range(0, frame.height, PART):
            mine = subjects[start : start + PART]
            parts.append(
                FilePart(path, start, len(mine), str(mine.min()), str(mine.max()))
            )

    def seal(self) -> None:
        for name in list(self._slow):
            self._flush_slow(name)

        super().seal()

    # Rows of some subjects

    def frame(self, plan: TablePlan, first: str, last: str) -> pl.DataFrame:
        """The rows of a table that are of the subjects from the first to the last, in
        no certain order.
        """
        frames: list[pl.DataFrame] = []
        every = self._parts.get(plan.name, ())

        # The parts of a file follow each other, so each file is opened once.
        for path, parts in groupby(every, lambda part: part.path):
            wanted = [
                part for part in parts if part.first <= last and part.last >= first
            ]
            if wanted:
                frames.append(_read(path, wanted, plan.name, first, last))

        if not frames:
            return pl.DataFrame(schema=_columns(plan))

        return pl.concat(frames)

    def scan(self, plan: TablePlan) -> pl.LazyFrame:
        """All rows of a table."""
        parts = self._paths(plan.name)
        if not parts:
            return pl.LazyFrame(schema=_columns(plan))

        return pl.scan_parquet(parts)

    def table(
        self, position: int, *, repeated: Sequence[str] = ()
    ) -> Iterator[DataLine]:
        """The rows of a table of which another one has the same texts in some columns;
        all rows without such columns.
        """
        rows = self.scan(self.plans[position])
        if repeated:
            rows = rows.filter(*(pl.col(name) != "" for name in repeated))
            counts = rows.group_by(repeated).agg(pl.len().alias(COUNT))
            often = counts.filter(pl.col(COUNT) > 1).select(repeated)
            rows = rows.join(often, on=repeated, how="semi")

        # As ``_columns`` has them: the line and the key, then the cells.
        for (
            line,
            site,
            subject,
            visit,
            unsno,
            rowno,
            *cells,
        ) in rows.collect().iter_rows():
            texts = json.dumps(cells, ensure_ascii=False)
            yield DataLine(position, line, site, subject, visit, unsno, rowno, texts)

    def reading(self, first: str, last: str) -> Callable[[str], pl.DataFrame]:
        """Reads a table's rows of the subjects from the first to the last."""
        plans = {plan.name: plan for plan in self.plans}
        return lambda name: self.frame(plans[name], first, last)

    def _paths(self, name: str) -> list[Path]:
        return list(dict.fromkeys(item.path for item in self._parts.get(name, ())))

    def kept_forms(self) -> list[FormOf]:
        """The form of every warning that was kept."""
        return self._db.execute(
            "select distinct subject, visit, unsno, form from kept"
        ).fetchall()

    def damaged_lines(self) -> Mapping[int, list[int]]:
        """By table, the lines with cells that the reader has told of."""
        numbers: dict[int, list[int]] = {}
        for index, line in self._db.execute("select distinct at, line from damage"):
            numbers.setdefault(index, []).append(line)

        return numbers

    def doubted(self) -> Mapping[tuple[int, str], set[int]]:
        """The lines on which Frictionless refuses a cell, by table and field."""
        numbers: dict[tuple[int, str], set[int]] = {}
        for index, line, name in self._db.execute("select at, line, field from doubt"):
            numbers.setdefault((index, name), set()).add(line)

        return numbers

    def load(self, subjects: Sequence[str]) -> None:
        """Brings the rows of these subjects, and no others, where ``names`` and
        ``data`` look.
        """
        for name in ("subject", "form", "data"):
            self._db.execute(f"delete from {name}")

        for index, plan in enumerate(self.plans):
            if plan.table is not None:
                self._load_rows(index, plan, subjects)
            elif plan.name == layout.FORMS:
                self._load_lines(plan, FormLine, subjects)
            elif plan.name == layout.SUBJECTS:
                self._load_lines(plan, SubjectLine, subjects)

        self.flush()

    def _load_lines(self, plan: TablePlan, line: Any, subjects: Sequence[str]) -> None:
        frame = self._of_subjects(plan, subjects).sort("line")
        for row in frame.select(line._fields).iter_rows():
            super().add(line(*row))

    def _load_rows(
        self, position: int, plan: TablePlan, subjects: Sequence[str]
    ) -> None:
        result = self._of_subjects(plan, subjects).sort(LINE)
        for line, site, subject, visit, unsno, rowno, *cells in result.iter_rows():
            cells_text = json.dumps(cells, ensure_ascii=False)
            super().add(
                DataLine(position, line, site, subject, visit, unsno, rowno, cells_text)
            )

    def _of_subjects(self, plan: TablePlan, subjects: Sequence[str]) -> pl.DataFrame:
        frame = self.frame(plan, min(subjects), max(subjects))
        return frame.filter(pl.col(_subject(plan.name)).is_in(subjects))

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(self._heights.values())

    def all_names(self) -> list[str]:
        """Every subject that any row speaks of, sorted."""
        results = [pl.Series("subject", [], pl.String)]
        for name in self._parts:
            column = _subject(name)
            value = (
                pl.scan_parquet(self._paths(name))
                .select(pl.col(column).unique())
                .collect()
            )
            results.append(value[column].alias("subject"))

        return pl.concat(results).unique().sort().to_list()

    def saves(self) -> list[str]:
        return [self._last_save] if self._last_save else []

    def counted(self) -> tuple[int, int]:
        parts = self._paths(layout.SUBJECTS)
        subjects = (
            pl.scan_parquet(parts).select(pl.col("subject").n_unique()).collect().item()
            if parts
            else 0
        )

        return self._heights.get(layout.FORMS, 0), subjects


def _subject(table: str) -> str:
    """The column that says whose a row is."""
    return "subject" if table in (layout.FORMS, layout.SUBJECTS) else layout.SUBJECT


def _read(
    path: Path, parts: Sequence[FilePart], table: str, first: str, last: str
) -> pl.DataFrame:
    """The rows of these subjects, which are all in some parts of a file."""
    start = parts[0].start
    rows = parts[-1].start + parts[-1].rows - start
    entry = pl.scan_parquet(path).slice(start, rows).collect()

    # Other subjects may be in these parts, or in parts between them.
    is_whole = all(part.first >= first and part.last <= last for part in parts)
    if is_whole and sum(part.rows for part in parts) == rows:
        return entry

    is_wanted = pl.col(_subject(table)).is_between(pl.lit(first), pl.lit(last))

    return entry.filter(is_wanted)


def _needed(plan: TablePlan) -> tuple[str, ...]:
    """The columns without which a row cannot be placed."""
    if plan.table is not None:
        return layout.key_columns(plan.table)
    if plan.name == layout.FORMS:
        return layout.FORM_KEY

    return (layout.SITE, layout.SUBJECT)


def _columns(plan: TablePlan) -> dict[str, Any]:
    """The columns of a table's rows, and their types; a field may be called like a
    column of ours.
    """
    if plan.table is not None:
        key = (
            LINE,
            layout.SITE,
            layout.SUBJECT,
            layout.VISIT,
            layout.UNSNO,
            layout.ROW,
        )
        return _types(key) | dict.fromkeys(
            (field.name for field in plan.table.fields), pl.String
        )

    return _types(
        FormLine._fields if plan.name == layout.FORMS else SubjectLine._fields
    )


def _shaped(plan: TablePlan, frame: pl.DataFrame) -> pl.DataFrame:
    if plan.table is not None:
        keys = layout.key_columns(plan.table)
        return frame.select(
            pl.col(LINE),
            pl.col(layout.SITE),
            pl.col(layout.SUBJECT),
            pl.col(layout.VISIT)
            if layout.VISIT in keys
            else pl.lit(LOG).alias(layout.VISIT),
            _number(layout.UNSNO)
            if layout.UNSNO in keys
            else pl.lit(0, pl.Int64).alias(layout.UNSNO),
            _number(layout.ROW)
            if layout.ROW in keys
            else pl.lit(None, pl.Int64).alias(layout.ROW),
            *(pl.col(field.name) for field in plan.table.fields),
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

    return (
        pl.when(whole)
        .then(pl.col(name))
        .otherwise(pl.lit("0"))
        .cast(pl.Int64)
        .alias(name)
    )


def _types(names: Iterable[str]) -> dict[str, Any]:
    numbers = (LINE, layout.UNSNO, layout.ROW, "line", "status", "version")
    return {name: pl.Int64 if name in numbers else pl.String for name in names}
