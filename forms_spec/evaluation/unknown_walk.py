"""From an expression that is UNKNOWN down to the cells where that comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import filterfalse
from typing import Generic, TypeVar

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules.runtime.compiler import compile_core, places
from forms_spec.rules.runtime.environment import Frames, Instance
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.resolved import RuleValue

Closure = Callable[[Frames], "RuleValue | None"]
Reasons = TypeVar("Reasons")
_CLOSURES: StudyCache[int, tuple[resolved.Core, Closure]] = StudyCache()


class UnknownWalk(ABC, Generic[Reasons]):
    """Follows UNKNOWN from an expression down to the cells where it comes from.

    ``Reasons`` is what a walk brings back. ``nothing`` is what it brings back from
    where no cell is to blame.
    """

    nothing: Reasons

    def __init__(self, study: Study) -> None:
        self.study = study
        self._closures = _CLOSURES.of(study)

    @abstractmethod
    def joined(self, reasons: Iterable[Reasons]) -> Reasons:
        """The reasons of several parts together."""

    @abstractmethod
    def of_cell(
        self, form: Instance, table: str, row: int | None, field: Field
    ) -> Reasons:
        """A cell that has no exact value."""

    @abstractmethod
    def undecided(self, nodes: tuple[resolved.Core, ...], frames: Frames) -> Reasons:
        """Every part has a value and the whole has none."""

    def value(self, node: resolved.Core, frames: Frames) -> RuleValue | None:
        """What a part of an expression gives."""
        closure = self._closures.get(id(node))
        if closure is None:
            # Kept with its closure, the node lives on, and its id stays its own.
            closure = self._closures.setdefault(id(node), (node, compile_core(node)))

        return closure[1](frames)

    def why(self, node: resolved.Core, frames: Frames) -> Reasons:
        """What makes a node UNKNOWN, which it is."""
        if isinstance(node, resolved.Read | resolved.Remote):
            return self.cell(node, frames)
        if isinstance(node, resolved.Fold):
            return self.fold(node, frames)
        if not isinstance(node, resolved.Apply):
            return self.nothing
        if node.operator == "case":
            return self._case(node.arguments, frames)

        parts = operands(node)
        unknown = [part for part in parts if self.value(part, frames) is None]
        # Every part may have a value, and the operator none, as a quotient by 0 has.
        if not unknown:
            return self.undecided(parts, frames)

        return self.joined(self.why(part, frames) for part in unknown)

    def cell(self, node: resolved.Read | resolved.Remote, frames: Frames) -> Reasons:
        """The cell that a node reads, in its own form or in another one."""
        here = frames[node.depth].instance
        if isinstance(node, resolved.Read):
            row = frames[node.depth].row if node.row else None
            return self.of_cell(here, node.table, row, node.field)

        there = here.world.at(node.form, node.visit, here.key, node.field.name)
        if there is None:
            return self.nothing

        return self.of_cell(there, node.form, None, node.field)

    def _case(self, arguments: tuple[resolved.Core, ...], frames: Frames) -> Reasons:
        """The condition that is UNKNOWN; or the value chosen; or, where none is, what
        was asked.
        """
        conditions, values = arguments[:-1:2], arguments[1::2]
        for condition, value in zip(conditions, values, strict=True):
            current = self.value(condition, frames)
            if current is None:
                return self.why(condition, frames)
            if current:
                return self.why(value, frames)

        otherwise = arguments[-1]
        if isinstance(otherwise, resolved.Constant):
            return self.undecided(conditions, frames)

        return self.why(otherwise, frames)

    def fold(self, node: resolved.Fold, frames: Frames) -> Reasons:
        """The rows whose condition or value is UNKNOWN; without any, it is the number
        of rows.
        """
        reasons = []
        for inner in self.rows(node, frames):
            part = self._unknown_part(node, inner)
            if part is not None:
                reasons.append(self.why(part, inner))

        if not reasons:
            return self.nothing

        return self.joined(reasons)

    def rows(self, node: resolved.Fold, frames: Frames) -> Iterator[Frames]:
        """The frames in which an aggregate looks at the rows that make its value.

        Of a look-up it is one row: the one that is meant, or the first that may count.
        """
        if node.operator != resolved.NTH:
            yield from row_frames(node, frames)
            return

        inner = list(row_frames(node, frames))
        left = abs(node.place)
        for row in inner if node.place > 0 else reversed(inner):
            counts = True if node.where is None else self.value(node.where, row)
            left -= counts is True
            if counts is None or (counts and not left):
                yield row
                return

    def _unknown_part(
        self, node: resolved.Fold, frames: Frames
    ) -> resolved.Core | None:
        """The condition of a row, or the value of one that counts, if UNKNOWN."""
        if node.where is not None:
            counts = self.value(node.where, frames)
            if counts is None:
                return node.where
            # A row that does not count may lack its value.
            if not counts:
                return None

        if node.body is None or self.value(node.body, frames) is not None:
            return None

        return node.body


def operands(node: resolved.Apply) -> tuple[resolved.Core, ...]:
    """What an operator works on; the numbers that codes stand for are no value by
    themselves.
    """
    return tuple(filterfalse(_is_code_table, node.arguments))


def _is_code_table(core: resolved.Core) -> bool:
    if not isinstance(core, resolved.Constant):
        return False

    return isinstance(core.value, Mapping)


def row_frames(node: resolved.Fold, frames: Frames) -> Iterator[Frames]:
    """The frames in which an aggregate looks at its rows."""
    outer = frames[: node.depth]
    for place in places(node.source, outer):
        yield [*outer, place]
