"""Repairs a casebook until nothing stands in it, within a bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from forms_spec.findings.finding import Finding
from generator.synthesis.aims import Aim
from generator.synthesis.casebook import Records, State
from generator.synthesis.moves import Mover

MOST_EVALUATIONS = 2500
"""So many casebooks are evaluated in the search for one that is valid."""
MOST_MOVES = 60
"""So many changes are tried for one finding, before another one has its turn."""
FEW_MOVES = 12
"""So many changes are tried that may hide the question in which it is."""
OF_A_CHAIN, DEEPEST = 60, 1
"""So many evaluations follow a change that first makes things worse, and how deep."""
EASY = 3
"""Every so many tries of a finding, a change may first make things worse."""
NEAREST = 3
"""Of the changes that take a finding away, so many of those that do least harm."""
STALE = 600
"""So many casebooks without a better one among them end the search."""
PATIENCE = 12
"""So often the same finding is tried. The search ends when all were."""
SIDEWAYS = 0.6
"""How often a change is taken that makes nothing better and nothing worse."""


@dataclass(slots=True)
class Repair:
    """One search, and how many casebooks it has evaluated.

    ``left`` are the names of findings and aims that are none of its business.
    """

    mover: Mover
    evaluations: int = 0
    depth: int = 0
    left: frozenset[Hashable] = frozenset()
    _tried: Counter[Hashable] = field(default_factory=Counter)

    def repaired(
        self,
        records: Records,
        earlier: State | None = None,
        *,
        most: int = MOST_EVALUATIONS,
    ) -> State:
        """The casebook with as few faults as could be reached in ``most`` evaluations."""
        best = state = self.mover.evaluator.state(records, earlier)
        last = self.evaluations + most
        improved = self.evaluations

        while self.evaluations < min(last, improved + STALE):
            trouble = self._next(state)
            if trouble is None or self._tried[_name(trouble)] > PATIENCE:
                break

            state = self._better(state, trouble)
            if state.faults < best.faults:
                best = state
                improved = self.evaluations

        return best

    def _next(self, state: State) -> Finding | Aim | None:
        """What was tried least often, so that no hard one keeps the easy ones waiting."""
        troubles = [item for item in _troubles(state) if _name(item) not in self.left]
        if not troubles:
            return None

        self.mover.drawer.random.shuffle(troubles)
        trouble = min(troubles, key=lambda item: self._tried[_name(item)])
        self._tried[_name(trouble)] += 1
        return trouble

    def _better(self, state: State, trouble: Finding | Aim) -> State:
        """A casebook with less in it, or one that is as good, or the same."""
        evaluator, random = self.mover.evaluator, self.mover.drawer.random
        name = _name(trouble)
        alike: list[State] = []
        without: list[State] = []
        # A finding without a source is counted too, or the search would not end.
        self.evaluations += 1

        for records in self._moves(state, trouble):
            other = evaluator.state(records, state)
            self.evaluations += 1
            if other.faults < state.faults:
                return other
            if other.faults == state.faults:
                alike.append(other)
            elif name not in map(_name, _troubles(other)):
                without.append(other)

        is_hard = self._tried[name] % EASY == 0
        if without and is_hard and self.depth < DEEPEST:
            near = sorted(without, key=_faults)[:NEAREST]
            other = self._through(state, random.choice(near))
            if other.faults < state.faults:
                return other

        if alike and random.random() < SIDEWAYS:
            return random.choice(alike)

        return state

    def _moves(self, state: State, trouble: Finding | Aim) -> Iterator[Records]:
        """Casebooks that may be without a finding."""
        evaluator = self.mover.evaluator
        sources = evaluator.sources(state, trouble)
        hiding = self.mover.moves(state, evaluator.why_asked(state, trouble))
        return chain(
            islice(self.mover.moves(state, sources), MOST_MOVES),
            self.mover.without_optional(state.records, _rule(trouble)),
            islice(hiding, FEW_MOVES),
        )

    def _through(self, before: State, state: State) -> State:
        """What a change leads to that first makes other things worse: what is new in it
        is repaired.
        """
        left = frozenset(map(_name, _troubles(before)))
        deeper = Repair(self.mover, depth=self.depth + 1, left=self.left | left)
        other = deeper.repaired(state.records, state, most=OF_A_CHAIN)
        self.evaluations += deeper.evaluations
        return other


def _faults(state: State) -> float:
    return state.faults


def _troubles(state: State) -> list[Finding | Aim]:
    return [*state.findings, *state.missed]


def _rule(trouble: Finding | Aim) -> str:
    return "" if isinstance(trouble, Aim) else trouble.rule or ""


def _name(trouble: Finding | Aim) -> Hashable:
    if isinstance(trouble, Aim):
        return trouble.name

    return (trouble.code, trouble.rule, trouble.data)
