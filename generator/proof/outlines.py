"""What is known of a question before it is made: enough to know its answer.

Making all questions of a study takes longer than looking up their answers. So the
outlines of an earlier run serve as long as nothing changed that their questions come
from, and a question itself is made where it has to be asked or told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256

from forms_spec.model.study import Study
from generator.proof.answers import EarlierAnswers
from generator.proof.cone_keys import ConeKeys
from generator.proof.goal_sources import GoalSource
from generator.proof.goals import Goal
from generator.proof.program_version import program_version
from generator.proof.rule_texts import RuleTexts
from generator.proof.solver import NO, YES


@dataclass(frozen=True, slots=True)
class GoalOutline:
    """A question without what it means.

    ``fault`` is the answer that is a fault, blank where none is. Of questions with the
    same ``twin`` only the first is asked.
    """

    name: str
    form: str
    key: str
    fault: str
    twin: str


class GoalMaker:
    """The questions of a study, made when they are needed."""

    def __init__(self, study: Study, keys: ConeKeys, earlier: EarlierAnswers) -> None:
        self.keys = keys
        self.earlier = earlier
        self._texts = RuleTexts(study)
        self._frame = sha256(f"{program_version()} {self._texts.rest}".encode())
        self._sources: dict[str, GoalSource] = {}
        self._goals: dict[str, Mapping[str, Goal]] = {}

    def outlines(self, sources: Iterable[GoalSource]) -> Iterator[GoalOutline]:
        """Of every question that is asked, in the order of the sources."""
        twins: set[str] = set()
        for source in sources:
            for outline in self._of_source(source):
                if outline.twin and outline.twin in twins:
                    continue
                twins.add(outline.twin)
                self._sources[outline.name] = source
                yield outline

    def goal(self, name: str) -> Goal:
        """The question of this name."""
        return self._made(self._sources[name])[name]

    def shown_by(self, goal: Goal) -> Goal | None:
        """The question whose record shows a fault; None where no record does."""
        if goal.fear:
            return goal

        return self._made(self._sources[goal.name]).get(goal.shows)

    def _of_source(self, source: GoalSource) -> Sequence[GoalOutline]:
        key = self._key(source)
        rows = self.earlier.outline(key)
        if rows is not None:
            return [GoalOutline(*row) for row in rows]

        outlines = [
            self._outline(goal)
            for goal in self._made(source).values()
            if not goal.shown_only
        ]
        self.earlier.keep_outline(key, [astuple(item) for item in outlines])
        return outlines

    def _outline(self, goal: Goal) -> GoalOutline:
        fault = ""
        if goal.code:
            fault = YES if goal.fear else NO

        return GoalOutline(goal.name, goal.form, self.keys.key(goal), fault, goal.twin)

    def _key(self, source: GoalSource) -> str:
        """Changes with everything that the questions of a source come from."""
        digest = self._frame.copy()
        digest.update(source.name.encode())
        if source.rule is not None:
            digest.update(self._texts.of_rule(source.rule.rule).encode())

        return digest.hexdigest()[:32]

    def _made(self, source: GoalSource) -> Mapping[str, Goal]:
        if source.name not in self._goals:
            self._goals[source.name] = {goal.name: goal for goal in source.make()}

        return self._goals[source.name]
