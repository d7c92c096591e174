"""Refuses patterns on which a backtracking engine may work for minutes.

Python, JavaScript and Java try one way after the other. An expression through which a
text can run in very many ways takes that long to be refused by it. The ways are counted
on the expression's position automaton (Glushkov 1961; Weber and Seidl 1991 for the two
conditions on ambiguity).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations, product

from forms_spec.kinds.pattern_tree import (
    Alternatives,
    Characters,
    Node,
    Repeat,
    Sequence,
    Span,
    may_be_empty,
    most_repeats,
    positive,
)

_MOST_STEPS = 400_000
_MANY_TURNS = 20  # nested counts from here on behave like loops
_FEW_EMPTY = 4  # so often a part that may be empty can be counted
_COPIES = 16  # turns of a count tell whether its ways multiply
_MOST_RUNS = 4000
_LONGEST_TRIED = 64
_MOST_LETTERS = 12
_LONG_RUN = 200
_EXPONENTIAL = (
    "a repetition contains a part that can match in several ways, which may take "
    "forever"
)
_CUBIC = (
    "three unlimited repetitions can match the same characters, which takes too long "
    "on a long text"
)
_TOO_LARGE = "it is too complex to check. Make it shorter"


class _TooLarge(Exception):
    """The automaton is larger than the checks are allowed to look at."""


@dataclass(slots=True)
class _Fragment:
    """What a part of the expression adds: can it be empty, where does it begin and end."""

    empty: bool
    first: frozenset[int]
    last: frozenset[int]


_NOTHING = _Fragment(empty=True, first=frozenset(), last=frozenset())


@dataclass(slots=True)
class _Automaton:
    """Positions (one for each character of the expression) and which may follow which."""

    is_loop: Callable[[Repeat], bool]
    nested: bool = False
    """Counts are followed turn by turn, as an engine does; else a few copies tell of
    their ambiguity.
    """
    spans: list[tuple[Span, ...]] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    twice: bool = False  # a step that can be explained in two ways
    steps: int = 0

    def count(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise _TooLarge

    def build(self, node: Node) -> _Fragment:
        match node:
            case Characters():
                return self.position(node)
            case Sequence(parts):
                return self.chain(map(self.build, parts))
            case Alternatives(branches):
                return _any_of(list(map(self.build, branches)))
            case Repeat():
                if self.is_loop(node):
                    return self.loop(node)

                return self.copies(node)

    def position(self, characters: Characters) -> _Fragment:
        self.count()
        here = frozenset({len(self.spans)})
        self.spans.append(positive(characters))
        self.follow.append(set())
        return _Fragment(empty=False, first=here, last=here)

    def chain(self, parts: Iterable[_Fragment]) -> _Fragment:
        whole = _NOTHING
        for part in parts:
            self.link(whole.last, part.first)

            # A part that may be empty lets its neighbour begin or end the chain.
            first, last = whole.first, part.last
            if whole.empty:
                first |= part.first

            if part.empty:
                last |= whole.last

            is_empty = whole.empty and part.empty
            whole = _Fragment(empty=is_empty, first=first, last=last)

        return whole

    def link(self, sources: frozenset[int], targets: frozenset[int]) -> None:
        for source in sources:
            for target in targets:
                self.count()
                self.twice |= target in self.follow[source]
                self.follow[source].add(target)

    def loop(self, node: Repeat) -> _Fragment:
        part = self.build(node.part)
        self.link(part.last, part.first)
        return _Fragment(
            empty=part.empty or node.least == 0, first=part.first, last=part.last
        )

    def copies(self, node: Repeat) -> _Fragment:
        """Three needed and two optional copies tell the same about ambiguity as a
        hundred.
        """
        most = node.least if node.most is None else node.most
        spare = most - node.least
        if self.nested:
            return self.turns(node, min(node.least, _COPIES), min(spare, _COPIES))

        needed = [self.build(node.part) for _ in range(min(node.least, 3))]
        optional: list[_Fragment] = []
        for _ in range(min(spare, 2)):
            part = self.build(node.part)
            optional.append(_Fragment(empty=True, first=part.first, last=part.last))

        return self.chain([*needed, *optional])

    def turns(self, node: Repeat, needed: int, spare: int) -> _Fragment:
        """A turn, and only after it the next one: ``a(a(a)?)?``."""
        rest = _NOTHING
        for turn in range(needed + spare):
            whole = self.chain([self.build(node.part), rest])
            rest = (
                whole
                if turn >= spare
                else _Fragment(empty=True, first=whole.first, last=whole.last)
            )

        return rest

    def step(self, runs: Mapping[int, int], readers: frozenset[int]) -> dict[int, int]:
        """How many runs end in each state after one more character, which these
        positions read.
        """
        after: dict[int, int] = {}
        for state, count in runs.items():
            for target in self.follow[state]:
                if target in readers:
                    after[target] = after.get(target, 0) + count

        return after

    def shared(self, states: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Where several runs can go by reading the same character."""
        everything: tuple[Span, ...] = ((0, 0x10FFFF),)
        reached: list[tuple[tuple[int, ...], tuple[Span, ...]]] = [((), everything)]

        for state in states:
            grown = []
            for so_far, spans in reached:
                for target in self.follow[state]:
                    self.count()
                    common = _common(spans, self.spans[target])
                    if common:
                        grown.append(((*so_far, target), common))

            reached = grown

        return [states for states, _ in reached]

    def reach(
        self, start: tuple[int, ...]
    ) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
        """The joint runs from a start: each reached tuple with the tuples after it."""
        after: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        waiting = [start]

        while waiting:
            states = waiting.pop()
            if states not in after:
                after[states] = self.shared(states)
                waiting.extend(after[states])

        return after


def _any_of(branches: list[_Fragment]) -> _Fragment:
    """The fragment that is one of the others."""
    firsts = [branch.first for branch in branches]
    lasts = [branch.last for branch in branches]
    # One branch that may be empty is enough.
    is_empty = any(branch.empty for branch in branches)

    return _Fragment(
        empty=is_empty,
        first=frozenset().union(*firsts),
        last=frozenset().union(*lasts),
    )


def _common(spans: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """The characters that lie in both."""
    shared: list[Span] = []
    for (low, high), (other_low, other_high) in product(spans, other):
        start, end = max(low, other_low), min(high, other_high)
        if start <= end:
            shared.append((start, end))

    return tuple(shared)


def costly(tree: Node) -> str | None:
    """Why matching may take too long, or None."""
    # From the cheapest to the dearest question.
    questions: tuple[tuple[Callable[[Node], bool], str], ...] = (
        (_counts_the_empty, _EXPONENTIAL),
        (_exponential, _EXPONENTIAL),
        (_many_runs, _EXPONENTIAL),
        (_cubic, _CUBIC),
    )
    try:
        for is_costly, why in questions:
            if is_costly(tree):
                return why
    except _TooLarge:
        return _TOO_LARGE

    return None


def _counts_the_empty(node: Node, turns: int = 1) -> bool:
    """True where a part that may be empty is counted: which of its turns are empty has
    very many answers.
    """
    match node:
        case Characters():
            return False
        case Sequence(parts) | Alternatives(parts):
            return any(_counts_the_empty(part, turns) for part in parts)
        case Repeat(part, _, most):
            # Without an end, one more than the few that are harmless.
            within = _FEW_EMPTY + 1 if most is None else turns * most
            is_often = within > _FEW_EMPTY
            if is_often and _may_vanish(part):
                return True

            return _counts_the_empty(part, max(within, turns))


def _may_vanish(node: Node) -> bool:
    """True for a part that matches the empty text and a character as well."""
    if _is_empty(node):
        return False

    return may_be_empty(node)


def _is_empty(node: Node) -> bool:
    match node:
        case Characters():
            return False
        case Sequence(parts) | Alternatives(parts):
            return all(map(_is_empty, parts))
        case Repeat(part, _, most):
            return most == 0 or _is_empty(part)


def _many_runs(tree: Node) -> bool:
    """True when some text can be run through in thousands of ways, by optional parts
    that follow each other.

    Texts are tried that take, character by character, what keeps the most runs alive.
    """
    automaton = _Automaton(is_loop=lambda repeat: repeat.most is None, nested=True)
    start = automaton.build(tree)
    letters = _letters(automaton)
    # Characters that the same positions read lead to the same runs, so each sort is
    # followed once. All letters count as steps nevertheless: how much is looked at
    # decides which expressions are too large.
    taken: dict[frozenset[int], int] = {}

    for first in letters:
        if first in taken:
            automaton.count(taken[first])
            continue

        before = automaton.steps
        if _runs_multiply(
            automaton, {state: 1 for state in start.first if state in first}, letters
        ):
            return True

        taken[first] = automaton.steps - before

    return False


def _runs_multiply(
    automaton: _Automaton, runs: dict[int, int], letters: list[frozenset[int]]
) -> bool:
    """True where these runs become thousands by some text of letters."""
    sorts = dict.fromkeys(letters)
    for _ in range(_LONGEST_TRIED):
        if sum(runs.values()) > _MOST_RUNS:
            return True

        steps = sum(len(automaton.follow[state]) for state in runs)
        automaton.count(len(letters) * steps)

        # Whoever means harm types the letter after which most runs are left.
        outcomes = [automaton.step(runs, readers) for readers in sorts]
        runs = max(outcomes, key=lambda outcome: sum(outcome.values()))
        if not runs:
            break

    return False


def _letters(automaton: _Automaton) -> list[frozenset[int]]:
    """One character of each sort that the expression tells from others, as far as a few
    dozen do.

    Each is given by the positions that read it.
    """
    # Between two starts of spans nothing changes, so one character there is enough.
    starts = sorted({low for spans in automaton.spans for low, _ in spans})
    return [_readers(automaton, character) for character in starts[:_MOST_LETTERS]]


def _readers(automaton: _Automaton, character: int) -> frozenset[int]:
    """The positions that read a character."""
    return frozenset(
        index for index, spans in enumerate(automaton.spans) if _holds(spans, character)
    )


def _holds(spans: tuple[Span, ...], character: int) -> bool:
    return any(low <= character <= high for low, high in spans)


def _exponential(tree: Node) -> bool:
    """True when a loop can be run through in two ways by the same characters."""

    def is_loop(repeat: Repeat) -> bool:
        return repeat.most is None or most_repeats(repeat) > _MANY_TURNS

    automaton = _Automaton(is_loop=is_loop)
    automaton.build(tree)
    if automaton.twice:
        return True

    return any(_two_ways(automaton, state) for state in _looping(automaton))


def _two_ways(automaton: _Automaton, state: int) -> bool:
    start: tuple[int, ...] = (state, state)
    before = _backwards(automaton.reach(start))

    # Backwards from the start: the pairs from which two runs meet there again.
    seen, waiting = {start}, [start]
    while waiting:
        pair = waiting.pop()
        new = before.get(pair, set()) - seen
        seen |= new
        waiting.extend(new)

    return any(first != other for first, other in seen)


def _backwards(
    after: Mapping[tuple[int, ...], Iterable[tuple[int, ...]]],
) -> dict[tuple[int, ...], set[tuple[int, ...]]]:
    """The states that lead to each state."""
    before: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for source, targets in after.items():
        for target in targets:
            before.setdefault(target, set()).add(source)

    return before


def _cubic(tree: Node) -> bool:
    """True when three loops one after the other can hand the same characters to each
    other.
    """

    def is_loop(repeat: Repeat) -> bool:
        if repeat.most is None:
            return True

        varies = repeat.most != repeat.least
        return varies and most_repeats(repeat) > _LONG_RUN

    automaton = _Automaton(is_loop=is_loop)
    automaton.build(tree)

    # Pairs of loops of which the first can hand its characters to the second.
    hands: set[tuple[int, int]] = set()
    for first, second in permutations(_looping(automaton), 2):
        if (first, second, second) in automaton.reach((first, first, second)):
            hands.add((first, second))

    givers = {first for first, _ in hands}
    takers = {second for _, second in hands}
    return not givers.isdisjoint(takers)


def _looping(automaton: _Automaton) -> list[int]:
    """One position of each loop."""
    states = range(len(automaton.spans))
    reachable = [_reachable(automaton, state) for state in states]
    chosen: list[int] = []

    for state, reached in enumerate(reachable):
        is_in_loop = state in reached
        if not is_in_loop:
            continue

        # Positions that reach each other lie in one loop.
        is_known = any(
            state in reachable[other] and other in reached for other in chosen
        )
        if not is_known:
            chosen.append(state)

    return chosen


def _reachable(automaton: _Automaton, start: int) -> set[int]:
    reached: set[int] = set()
    waiting = [start]

    while waiting:
        for target in automaton.follow[waiting.pop()]:
            automaton.count()
            if target not in reached:
                reached.add(target)
                waiting.append(target)

    return reached
