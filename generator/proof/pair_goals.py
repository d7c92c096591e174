"""What is asked of two edit checks of one home that read the same cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.reads import targets
from generator.proof.encoder import Encoder
from generator.proof.goals import Confirm, Goal, Wanted
from generator.proof.logic import Bool, conj, neg
from generator.proof.rule_goals import RuleSpot
from generator.proof.solver import YES

MOST_SHARING = 60
"""Rules that read one cell and are compared with each other; more take too long."""


_ASKED_BESIDE = ("kept", "broken")
"""What is asked of a rule while the one beside it is not broken."""


@dataclass(frozen=True, slots=True)
class PairQuestion:
    """Whether a rule is kept, or broken, while the one beside it is not broken.

    A rule that is UNKNOWN finds nothing. So “is blank” and “is 0 or 1” do not exclude
    each other: a blank breaks neither.
    """

    kind: str
    item: RuleSpot
    beside: RuleSpot

    @property
    def name(self) -> str:
        return f"{self.kind} {self.item.rule.name} beside {self.beside.rule.name}"

    @property
    def alone(self) -> str:
        """The name of the question about the rule itself."""
        return f"{self.kind} {self.item.rule.name}"


def asked_together(questions: Sequence[PairQuestion], encoder: Encoder) -> Wanted:
    """Several questions about the same state of one rule, as one question.

    A record for all of them answers each.
    """
    first = questions[0]
    wanted, own = rule_state(first.item, encoder)
    blocks, conditions = [*wanted.blocks], [own[first.kind]]
    for question in questions:
        wanted, state = rule_state(question.beside, encoder)
        blocks += wanted.blocks
        conditions.append(state["not broken"])

    return Wanted(blocks=tuple(blocks), condition=conj(conditions))


@dataclass(frozen=True, slots=True)
class RulePair:
    """Two rules, in the order of the dictionary."""

    first: RuleSpot
    other: RuleSpot

    @property
    def names(self) -> tuple[str, str]:
        return self.first.rule.name, self.other.rule.name

    def goal(self, kind: str, *parts: tuple[RuleSpot, str]) -> Goal:
        """Whether each of the rules can be what its word says, all at once."""

        def build(encoder: Encoder) -> Wanted:
            blocks: list[Any] = []
            conditions: list[Bool] = []
            for item, word in parts:
                wanted, state = rule_state(item, encoder)
                blocks += wanted.blocks
                conditions.append(state[word])
            return Wanted(blocks=tuple(blocks), condition=conj(conditions))

        checks = [
            (item.confirmed(_PLAIN[word][0]), _PLAIN[word][1])
            for item, word in parts
            if word in _PLAIN
        ]
        names = " ".join(item.rule.name for item, _ in parts)
        return Goal(
            name=f"{kind} {names}",
            form=self.first.form,
            asks=f"{kind} {[(item.asked, word) for item, word in parts]}",
            build=build,
            reads=tuple(core for item, _ in parts for core in item.reads),
            spot=self.first.spot,
            confirm=_all_of(checks),
        )

    def questions(self) -> Iterator[PairQuestion]:
        """What is asked of every pair."""
        for kind in _ASKED_BESIDE:
            yield PairQuestion(kind, self.first, self.other)
            yield PairQuestion(kind, self.other, self.first)

    def more_goals(self) -> Iterator[Goal]:
        """What is asked where a rule is only kept while the other is broken."""
        first, other = self.first, self.other
        yield self.goal("kept with", (first, "kept"), (other, "borne"))
        yield self.goal("kept with", (other, "kept"), (first, "borne"))
        yield self.goal("together", (first, "applies"), (other, "applies"))
        yield self.goal("alone", (first, "applies"), (other, "rests"))
        yield self.goal("alone", (other, "applies"), (first, "rests"))

    def both_broken(self) -> Goal:
        first, other = self.first, self.other
        return self.goal("broken twice", (first, "broken"), (other, "broken"))


def _all_of(checks: Sequence[tuple[Confirm, bool]]) -> Confirm:
    def confirm(frames: Frames) -> bool:
        return all(check(frames) is wanted for check, wanted in checks)

    return confirm


_PLAIN: Mapping[str, tuple[str, bool]] = {
    "applies": ("applies", True),
    "rests": ("applies", False),
    "broken": ("broken", True),
    "not broken": ("broken", False),
    "kept": ("kept", True),
}
"""Each state of a rule by a question about the rule alone, and the answer to it."""


def rule_state(item: RuleSpot, encoder: Encoder) -> tuple[Wanted, Mapping[str, Bool]]:
    """Where a rule is in each of its states."""
    wanted, _, held = item.terms(encoder)
    applies = wanted.condition
    broken = conj((applies, held.no))
    return wanted, {
        "applies": applies,
        "rests": neg(applies),
        "broken": broken,
        "not broken": neg(broken),
        "kept": conj((applies, held.yes)),
        "borne": conj((applies, neg(held.no))),
    }


def rule_pairs(
    rules: Sequence[RuleSpot], answers: Mapping[str, str]
) -> Iterator[RulePair]:
    """Pairs of one home that share a cell, of rules that are sound by themselves."""
    sharing: dict[tuple[str | None, object], list[RuleSpot]] = {}
    for item in rules:
        name = item.rule.name
        if answers.get(f"broken {name}") != YES or answers.get(f"kept {name}") != YES:
            continue
        # Conditions of answers are no rules of the dictionary.
        if item.rule.is_of_codes:
            continue
        for read in dict.fromkeys(targets(item.assertion)):
            sharing.setdefault((item.spot.row_table, read), []).append(item)

    seen: set[tuple[str, str]] = set()
    for group in sharing.values():
        for first, other in combinations(group[:MOST_SHARING], 2):
            pair = RulePair(first, other)
            if pair.names not in seen:
                seen.add(pair.names)
                yield pair
