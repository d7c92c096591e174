"""What the solver is told, in blocks: a question takes those along that it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from generator.proof.logic import Bool, conj


class Constraints:
    """Some constraints, and the blocks whose terms stand in them."""

    __slots__ = ("_whole", "constraints", "reads")

    def __init__(self) -> None:
        self._whole: tuple[int, Any] = (0, True)
        self.constraints: list[Any] = []
        self.reads: dict[Constraints, None] = {}

    def whole(self) -> Bool:
        """All constraints as one condition."""
        count, condition = self._whole
        # A range is added to a cell that was read before.
        if count != len(self.constraints):
            condition = conj(self.constraints)
            self._whole = (len(self.constraints), condition)

        return condition


class Blocks:
    """The blocks that are being written, the innermost last."""

    def __init__(self) -> None:
        self._open: list[Constraints] = []

    @contextmanager
    def writing(self, block: Constraints) -> Iterator[Constraints]:
        """Everything that is asserted and read meanwhile belongs to the block."""
        self._open.append(block)
        try:
            yield block
        finally:
            self._open.pop()

    def demand(self, condition: Bool) -> None:
        """Adds a constraint to the block that is being written."""
        if condition is True:
            return
        # FALSE would make everything provable: no caller knows so much.
        assert condition is not False
        self._open[-1].constraints.append(condition)

    def touch(self, block: Constraints) -> None:
        """Notes that the block that is being written stands on another."""
        if self._open and self._open[-1] is not block:
            self._open[-1].reads[block] = None


def cone(blocks: Iterable[Constraints]) -> list[Constraints]:
    """The blocks, and all that they stand on, each once."""
    reached: dict[Constraints, None] = {}
    waiting = list(blocks)
    while waiting:
        block = waiting.pop()
        if block not in reached:
            reached[block] = None
            waiting.extend(block.reads)

    return list(reached)
