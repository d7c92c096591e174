"""Expressions over all lines of a relation at once.

A frame of an expression is a relation and, for each line, the place in it; the frames
of an aggregate have a line for each row that it looks at. Everything is worked out
where it is asked for, and never line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics import resolved
from generator.validation.columnar.forms.aggregates import FOLDS, AggregatedRows, nth
from generator.validation.columnar.forms.by_distinct import by_distinct
from generator.validation.columnar.forms.dependencies import nodes
from generator.validation.columnar.forms.interfaces import (
    CasebookLookup,
    RelationFrame,
    RelationLines,
)
from generator.validation.columnar.forms.operators import applied
from generator.validation.columnar.forms.row_keys import visit_numbers
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    TRUE,
    Array,
    Coded,
    Column,
    Truth,
    Values,
    Whole,
    at_places,
    code_type,
    column_of,
    constant,
    joined,
    take,
    take_or_unknown,
    truth,
)

MOST_ROWS = 4_000_000
"""So many rows are looked at by an aggregate at a time."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """``lines`` lines, seen through ``frames``."""

    books: CasebookLookup
    frames: Sequence[RelationFrame]
    lines: int

    def column(self, node: resolved.Core) -> Column:
        """The value of an expression in each line."""
        return _OF[type(node)](self, node)

    def truth(self, node: resolved.Core) -> Array:
        """The truth values of a condition."""
        return truth(self.column(node))

    def constant(self, node: resolved.Constant) -> Column:
        assert not isinstance(node.value, Mapping)
        return constant(node.value, self.lines)

    def read(self, node: resolved.Read) -> Column:
        relation, places = self._where(node)
        return take(_cells(relation, node), places)

    def _where(self, node: resolved.Read) -> tuple[RelationLines, Array | None]:
        frame = self.frames[node.depth]
        if node.row:
            relation, places = frame.rows, frame.row_at
        else:
            relation, places = frame.form, frame.at

        assert relation is not None

        return relation, places

    def remote(self, node: resolved.Remote) -> Column:
        cells = _cells(self.books.form(node.form), node)
        return take_or_unknown(cells, self._there(node))

    def _there(self, node: resolved.Remote) -> Array:
        """The line of the other form that a remote cell stands on; NOWHERE where there
        is none.
        """
        frame = self.frames[node.depth]
        if node.visit != "previous" or self.books.study.forms[node.form].log:
            return self.books.at(node.form, node.visit, frame)

        return self.books.latest_known(node.form, node.field, frame)

    def missing(self, node: resolved.Missing) -> Column:
        cell = node.cell
        if isinstance(cell, resolved.Read):
            relation, places = self._where(cell)
            missing = relation.missing(cell.field, node.code)
            return _of_mask(at_places(missing, places))

        # NOWHERE is the place of the False behind the last line.
        missing = self.books.form(cell.form).missing(cell.field, node.code)

        return _of_mask(np.append(missing, False)[self._there(cell)])

    def key(self, node: resolved.Key) -> Column:
        return _KEYS[node.name](self, self.frames[node.depth])

    def row_number(self, frame: RelationFrame) -> Column:
        if frame.rows is None:
            return constant(None, self.lines)

        assert frame.rows.rowno is not None
        numbers, codes = np.unique(frame.rows.rowno, return_inverse=True)
        column = column_of(codes, [number * SCALE for number in numbers.tolist()])

        return take(column, frame.row_at)

    def visit_number(self, frame: RelationFrame) -> Column:
        assert frame.form is not None
        numbers = at_places(frame.form.unsno, frame.at) * SCALE
        return Whole(numbers, np.ones(self.lines, bool))

    def visit(self, frame: RelationFrame) -> Column:
        assert frame.form is not None
        names = Values(visit_numbers(self.books.study))
        codes = at_places(frame.form.visit, frame.at)

        return Coded(codes.astype(code_type(len(names))), names)

    def subject(self, frame: RelationFrame) -> Column:
        names = Values(self.books.keys.names)
        return Coded(frame.subject.astype(code_type(len(names))), names)

    def site(self, frame: RelationFrame) -> Column:
        # A subject's name begins with its site.
        names = [self.subject(frame)]
        return by_distinct(lambda name: name.split("-")[0], names, self.lines)

    def apply(self, node: resolved.Apply) -> Column:
        if node.operator == "today":
            return constant((self.books.today, self.books.today), self.lines)
        if node.operator == "lookup":
            return self._lookup(node)

        arguments = [self.column(argument) for argument in node.arguments]

        return applied(node.operator, arguments, self.lines)

    def _lookup(self, node: resolved.Apply) -> Column:
        of, table = node.arguments
        assert isinstance(table, resolved.Constant)
        assert isinstance(table.value, Mapping)
        numbers: Mapping[str, int] = table.value

        def number_of(code: object) -> int | None:
            return numbers.get(code) if isinstance(code, str) else None

        return by_distinct(number_of, [self.column(of)], self.lines)

    # Aggregates

    def fold(self, node: resolved.Fold) -> Column:
        """Worked out once for each subject or form where no line has anything of its
        own in it.
        """
        scene, of = self._coarser(node)
        parts = [scene._folded(node, *part) for part in scene._parts(node.source)]

        return take(joined(parts), of)

    def _coarser(self, node: resolved.Fold) -> tuple[Scene, Array | None]:
        """A scene with fewer lines that says the same, and the line in it of each line
        here.
        """
        if node.depth != 1:
            return self, None

        [frame] = self.frames
        level = _level(node)
        if level == "subject":
            subjects = len(self.books.keys.names)
            whole = RelationFrame(subjects=np.arange(subjects))
            scene = Scene(books=self.books, frames=[whole], lines=subjects)
            return scene, frame.subject

        # Only the rows of a group share their form.
        form = frame.form
        if level != "form" or frame.rows is None or form is None or frame.at is None:
            return self, None

        whole = RelationFrame(form=form)
        scene = Scene(books=self.books, frames=[whole], lines=len(form))

        return scene, frame.at

    def _parts(
        self, source: resolved.RowSource
    ) -> Iterator[tuple[int, int, Array, Array]]:
        """Some lines at a time, with the first place and the number of their rows in
        the source.
        """
        first, count = self.books.rows_of(source, self.frames[source.depth])
        done, total = 0, np.cumsum(count)

        while done < self.lines:
            before = total[done - 1] if done else 0
            fitting = np.searchsorted(total, before + MOST_ROWS, "right")
            # A line with more rows than that is looked at alone.
            until = max(int(fitting), done + 1)
            yield done, until, first[done:until], count[done:until]
            done = until

        if not self.lines:
            yield 0, 0, first, count

    def _folded(
        self, node: resolved.Fold, start: int, end: int, first: Array, count: Array
    ) -> Column:
        """The aggregate of the lines from ``start`` to ``end``, each with ``count``
        rows of the source from ``first``.
        """
        of = np.repeat(np.arange(end - start), count)
        within = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
        inner = self.books.frame(node.source, within + first[of])
        frames = [frame.take(of + start) for frame in self.frames[: node.depth]]
        scene = Scene(books=self.books, frames=[*frames, inner], lines=len(of))
        counts = np.ones(len(of), np.int8)
        if node.where is not None:
            counts = scene.truth(node.where)

        body = None if node.body is None else scene.column(node.body)
        rows = AggregatedRows(of=of, lines=end - start, held=counts, body=body)

        if node.operator == resolved.NTH:
            return nth(rows, node.place)

        return FOLDS[node.operator](rows)


def _cells(relation: RelationLines, node: resolved.Read | resolved.Remote) -> Column:
    """What an expression reads of a field: its value, or what was entered."""
    if node.entered:
        return relation.entered(node.field)

    return relation.value(node.field)


def _of_mask(array: Array) -> Truth:
    return Truth(np.where(array, np.int8(TRUE), np.int8(FALSE)))


def _level(node: resolved.Fold) -> str:
    """What a fold of frame 0 hangs on: the ``subject``, its ``form``, or its ``row``."""
    parts = filter(None, (node.where, node.body))
    levels = {_level_of(below) for part in parts for below in nodes(part)}
    if _is_of_form(node.source):
        levels.add("form")

    # The nearest of them decides.
    for level in ("row", "form"):
        if level in levels:
            return level

    return "subject"


def _level_of(node: resolved.Core) -> str:
    """What a part of a fold looks at in frame 0."""
    match node:
        case resolved.Read(depth=0, row=True) | resolved.Key(depth=0, name="rowno"):
            return "row"
        case resolved.Key(depth=0, name="subjid" | "siteid"):
            return "subject"
        case resolved.Read(depth=0) | resolved.Remote(depth=0) | resolved.Key(depth=0):
            return "form"
        case resolved.Fold(source=source) if source.depth == 0 and _is_of_form(source):
            return "form"
        case _:
            return "subject"


def _is_of_form(source: resolved.RowSource) -> bool:
    """True for rows that are looked for from the visit of the form."""
    return source.visit in ("this", "previous")


_KEYS: Mapping[str, Callable[[Scene, RelationFrame], Column]] = MappingProxyType(
    {
        "visitid": Scene.visit,
        "unsno": Scene.visit_number,
        "subjid": Scene.subject,
        "siteid": Scene.site,
        "rowno": Scene.row_number,
    }
)
_OF: Mapping[type[resolved.Core], Callable[..., Column]] = MappingProxyType(
    {
        resolved.Constant: Scene.constant,
        resolved.Read: Scene.read,
        resolved.Remote: Scene.remote,
        resolved.Key: Scene.key,
        resolved.Missing: Scene.missing,
        resolved.Apply: Scene.apply,
        resolved.Fold: Scene.fold,
    }
)
