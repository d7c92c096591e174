"""Questions to the solver: many at once by their models, then one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.heavy_libraries import z3
from generator.proof.blocks import Constraints, cone
from generator.proof.goals import Wanted
from generator.proof.logic import term

YES, NO, UNDECIDED = "yes", "no", "undecided"
EFFORT = 3_000_000
"""What z3 may spend on one question, in its own count, which is the same on every
machine.
"""
WORTH_IT = 8
GLANCE = 400_000
"""The same for a question about many goals at once."""


@dataclass(slots=True)
class Clock:
    """How long may still be asked; None for ever."""

    until: float | None = None

    @classmethod
    def of(cls, seconds: float | None) -> Clock:
        return cls(None if seconds is None else time.process_time() + seconds)

    @property
    def is_over(self) -> bool:
        return self.until is not None and time.process_time() > self.until


@dataclass(slots=True)
class Questions:
    """Asks about the records that one home form sees."""

    clock: Clock
    asked: int = 0
    late: int = 0

    def answers(self, wanted: Mapping[str, Wanted]) -> dict[str, str]:
        """By name: whether there is such a record."""
        answers: dict[str, str] = {}
        if not wanted:
            return answers

        left = dict(wanted)
        # A condition that folded to a constant needs no solver, unless TRUE needs the
        # rest to be possible.
        for name, item in wanted.items():
            if item.condition is False:
                answers[name] = NO
                del left[name]

        for name in self._by_models(left):
            answers[name] = YES
            del left[name]

        for name, item in left.items():
            answers[name] = self.answer(item)

        return answers

    def _by_models(self, wanted: Mapping[str, Wanted]) -> Iterator[str]:
        """The goals that some records reach which fulfil all constraints at once."""
        left = {name: term(item.condition) for name, item in wanted.items()}
        blocks = cone(block for item in wanted.values() for block in item.blocks)
        solver = _solver(blocks, GLANCE)
        while left and not self.clock.is_over:
            self.asked += 1
            if solver.check(z3.Or(list(left.values()))) != z3.sat:
                return

            model = solver.model()
            reached = [name for name, goal in left.items() if holds(model, goal)]
            for name in reached:
                del left[name]
                yield name
            # Where a record answers few questions, they are better asked alone.
            if len(reached) < WORTH_IT:
                return

    def answer(self, wanted: Wanted) -> str:
        """Whether there is a record, from what the question reaches alone."""
        if wanted.condition is False:
            return NO
        if self.clock.is_over:
            self.late += 1
            return UNDECIDED

        self.asked += 1
        solver = _solver(cone(wanted.blocks), EFFORT)
        solver.add(term(wanted.condition))
        result = solver.check()
        if result == z3.sat:
            return YES

        return NO if result == z3.unsat else UNDECIDED


def holds(model: Any, condition: Any) -> bool:
    """Whether a condition holds in a model."""
    return bool(z3.is_true(model.eval(condition, model_completion=True)))


def _solver(blocks: Iterable[Constraints], effort: int) -> Any:
    solver = z3.SimpleSolver()
    solver.set("rlimit", effort)
    for block in blocks:
        whole = block.whole()
        if whole is not True:
            z3.Z3_solver_assert(solver.ctx.ref(), solver.solver, whole.as_ast())

    return solver


def smallest_model(wanted: Wanted, counted: Sequence[Any]) -> Any:
    """A model in which as few of the counted conditions hold as possible; None where
    none is found.
    """
    optimizer = z3.Optimize()
    optimizer.set("rlimit", EFFORT)
    for block in cone(wanted.blocks):
        if block.constraints:
            optimizer.add(block.constraints)

    optimizer.add(term(wanted.condition))
    for condition in counted:
        optimizer.add_soft(z3.Not(condition), 1)
    if optimizer.check() == z3.sat:
        return optimizer.model()

    solver = _solver(cone(wanted.blocks), EFFORT)
    solver.add(term(wanted.condition))
    return solver.model() if solver.check() == z3.sat else None


Asker = Callable[[Wanted], str]
