"""Questions to the solver: those about the same part of a record by one solver."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
GLANCE = 300_000
"""The same for a question among others, which is asked again alone where that is too
little.
"""
LIGHTEST, HEAVIER = 20, 3
"""A question joins another if that one stands on all its constraints, and on not more
than so many times as many; a few more never matter.
"""


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


@dataclass(kw_only=True, slots=True)
class QuestionGroup:
    """Questions that one solver answers: they stand on no more than its ``blocks``."""

    names: list[str]
    blocks: dict[Constraints, None]
    weight: int

    def takes(self, blocks: Mapping[Constraints, None], weight: int) -> bool:
        """Whether another question is asked here without much more effort."""
        is_light = self.weight <= HEAVIER * weight + LIGHTEST
        return is_light and blocks.keys() <= self.blocks.keys()


def _groups(wanted: Mapping[str, Wanted]) -> list[QuestionGroup]:
    """Questions with those whose constraints are among theirs, the heaviest first."""
    cones = {
        name: dict.fromkeys(block for block in cone(item.blocks) if block.constraints)
        for name, item in wanted.items()
    }
    weights = {
        name: sum(len(block.constraints) for block in blocks)
        for name, blocks in cones.items()
    }
    groups: list[QuestionGroup] = []
    for name in sorted(wanted, key=lambda name: -weights[name]):
        blocks, weight = cones[name], weights[name]
        group = next((item for item in groups if item.takes(blocks, weight)), None)
        if group is None:
            groups.append(QuestionGroup(names=[name], blocks=blocks, weight=weight))
        else:
            group.names.append(name)

    return groups


@dataclass(slots=True)
class Questions:
    """Asks about the records that one home form sees."""

    clock: Clock

    def answers(
        self, wanted: Mapping[str, Wanted], *, is_glance: bool = False
    ) -> dict[str, str]:
        """By name: whether there is such a record. A glance spends little on it."""
        # A condition that folded to a constant needs no solver, unless TRUE needs the
        # rest to be possible.
        answers = {name: NO for name, item in wanted.items() if item.condition is False}
        left = {name: item for name, item in wanted.items() if name not in answers}
        for group in _groups(left):
            answers |= dict.fromkeys(self._possible(group, left), YES)

        # z3 has called possible things impossible after other questions, so that only
        # a solver that was asked nothing else may say so.
        for name in [name for name in left if name not in answers]:
            answers[name] = UNDECIDED if is_glance else self.answer(left[name])
        return answers

    def _possible(
        self, group: QuestionGroup, wanted: Mapping[str, Wanted]
    ) -> Iterator[str]:
        """Which of some questions have a record, as far as one solver sees at a glance."""
        left = {name: term(wanted[name].condition) for name in group.names}
        chosen = {name: z3.Bool(f"asked {name}") for name in left}
        solver = _solver(group.blocks, GLANCE)
        for name, condition in left.items():
            solver.add(z3.Implies(chosen[name], condition))

        for name in group.names:
            if name not in left or self.clock.is_over:
                continue

            del left[name]
            if solver.check(chosen[name]) == z3.sat:
                yield name
                model = solver.model()
                for other in [key for key in left if holds(model, left[key])]:
                    del left[other]
                    yield other

    def answer(self, wanted: Wanted) -> str:
        """Whether there is a record, from what the question reaches alone."""
        if wanted.condition is False:
            return NO
        if self.clock.is_over:
            return UNDECIDED

        solver = _solver(cone(wanted.blocks), EFFORT)
        solver.add(term(wanted.condition))
        return _word(solver.check())


def _word(result: Any) -> str:
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
