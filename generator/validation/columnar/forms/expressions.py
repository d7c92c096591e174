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
from generator.validation.columnar.forms.aggregates import FOLDS, Rows
from generator.validation.columnar.forms.by_distinct import by_distinct
from generator.validation.columnar.forms.dependencies import nodes
from generator.validation.columnar.forms.interfaces import Books, Frame, Lines
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
    constant,
    joined,
    made,
    take,
    take_or_unknown,
    truth,
)

MOST_ROWS = 4_000_000
"""So many rows are looked at by an aggregate at a time."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """``lines`` lines, seen through ``frames``."""

    books: Books
    frames: Sequence[Frame]
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
        entered = (
            relation.entered(node.field) if node.entered else relation.value(node.field)
        )
        return take(entered, places)

    def _where(self, node: resolved.Read) -> tuple[Lines, Array | None]:
        frame = self.frames[node.depth]
        relation, places = (
            (frame.rows, frame.row_at) if node.row else (frame.form, frame.at)
        )
        assert relation is not None
        return relation, places

    def remote(self, node: resolved.Remote) -> Column:
        relation = self.books.form(node.form)
        entered = (
            relation.entered(node.field) if node.entered else relation.value(node.field)
        )
        return take_or_unknown(entered, self._there(node))

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
            append = relation.missing(cell.field, node.code)
            return _of_mask(at_places(append, places))

        relation, places = self.books.form(cell.form), self._there(cell)
        append = np.append(relation.missing(cell.field, node.code), False)

        return _of_mask(append[places])

    def key(self, node: resolved.Key) -> Column:
        return _KEYS[node.name](self, self.frames[node.depth])

    def row_number(self, frame: Frame) -> Column:
        if frame.rows is None:
            return constant(None, self.lines)
        assert frame.rows.rowno is not None
        numbers, codes = np.unique(frame.rows.rowno, return_inverse=True)
        column = made(codes, [number * SCALE for number in numbers.tolist()])
        return take(column, frame.row_at)

    def visit_number(self, frame: Frame) -> Column:
        assert frame.form is not None
        return Whole(
            at_places(frame.form.unsno, frame.at) * SCALE, np.ones(self.lines, bool)
        )

    def visit(self, frame: Frame) -> Column:
        assert frame.form is not None
        names = Values(visit_numbers(self.books.study))
        return Coded(
            at_places(frame.form.visit, frame.at).astype(code_type(len(names))), names
        )

    def subject(self, frame: Frame) -> Column:
        names = Values(self.books.keys.names)
        return Coded(frame.subject.astype(code_type(len(names))), names)

    def site(self, frame: Frame) -> Column:
        return by_distinct(
            lambda name: name.split("-")[0], [self.subject(frame)], self.lines
        )

    def apply(self, node: resolved.Apply) -> Column:
        if node.operator == "today":
            return constant((self.books.today, self.books.today), self.lines)
        if node.operator == "lookup":
            return self._lookup(node)
        return applied(
            node.operator,
            [self.column(argument) for argument in node.arguments],
            self.lines,
        )

    def _lookup(self, node: resolved.Apply) -> Column:
        of, table = node.arguments
        assert isinstance(table, resolved.Constant)
        assert isinstance(table.value, Mapping)
        numbers: Mapping[str, int] = table.value

        return by_distinct(
            lambda code: numbers.get(code) if isinstance(code, str) else None,
            [self.column(of)],
            self.lines,
        )

    # Aggregates

    def fold(self, node: resolved.Fold) -> Column:
        """Worked out once for each subject or form where no line has anything of its
        own in it.
        """
        scene, of = self._coarser(node)
        result = joined(
            [scene._folded(node, *some) for some in scene._parts(node.source)]
        )
        return take(result, of)

    def _coarser(self, node: resolved.Fold) -> tuple[Scene, Array | None]:
        """A scene with fewer lines that says the same, and the line in it of each line
        here.
        """
        if node.depth != 1:
            return self, None
        [frame] = self.frames
        level = _level(node)
        if level == "subject":
            whole = Frame(subjects=np.arange(len(self.books.keys.names)))
            return Scene(
                books=self.books, frames=[whole], lines=len(self.books.keys.names)
            ), frame.subject

        if (
            level == "form"
            and frame.rows is not None
            and frame.form is not None
            and frame.at is not None
        ):
            form = Frame(form=frame.form)
            return Scene(
                books=self.books, frames=[form], lines=len(frame.form)
            ), frame.at

        return self, None

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
            until = max(
                int(np.searchsorted(total, before + MOST_ROWS, "right")), done + 1
            )
            yield done, until, first[done:until], count[done:until]
            done = until

        if not self.lines:
            yield 0, 0, first, count

    def _folded(
        self, node: resolved.Fold, start: int, end: int, first: Array, count: Array
    ) -> Column:
        of = np.repeat(np.arange(end - start), count)
        place = (
            np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
        )
        inner = self.books.frame(node.source, place)
        frames = [frame.take(of + start) for frame in self.frames[: node.depth]]
        scene = Scene(books=self.books, frames=[*frames, inner], lines=len(of))
        ones = (
            np.ones(len(of), np.int8) if node.where is None else scene.truth(node.where)
        )
        body = None if node.body is None else scene.column(node.body)

        return FOLDS[node.operator](
            Rows(of=of, lines=end - start, held=ones, body=body)
        )


def _of_mask(array: Array) -> Truth:
    return Truth(np.where(array, np.int8(TRUE), np.int8(FALSE)))


def _level(node: resolved.Fold) -> str:
    """What a fold of frame 0 hangs on: the ``subject``, its ``form``, or its ``row``."""
    level = "form" if node.source.visit in ("this", "previous") else "subject"
    for part in (node.where, node.body):
        for item in nodes(part) if part is not None else ():
            if isinstance(item, resolved.Read) and item.depth == 0:
                if item.row:
                    return "row"
                level = "form"
            elif isinstance(item, resolved.Remote) and item.depth == 0:
                level = "form"
            elif (
                isinstance(item, resolved.Key)
                and item.depth == 0
                and item.name not in ("subjid", "siteid")
            ):
                if item.name == "rowno":
                    return "row"
                level = "form"
            elif (
                isinstance(item, resolved.Fold)
                and item.source.depth == 0
                and item.source.visit in ("this", "previous")
            ):
                level = "form"

    return level


_KEYS: Mapping[str, Callable[[Scene, Frame], Column]] = MappingProxyType(
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
