"""All questions about a study, asked and answered; what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from generator.proof.encoder import Encoder
from generator.proof.field_goals import (
    field_goals,
    field_spots,
    formula_goals,
    group_goals,
)
from generator.proof.goals import Goal
from generator.proof.rule_goals import rule_goals, rule_spots
from generator.proof.solver import NO, UNDECIDED, YES, Clock, Questions
from generator.proof.study_goals import (
    due_name,
    eligibility_goals,
    schedule_goals,
    status_goals,
    waiting_goals,
    waiting_pairs,
)


@dataclass(kw_only=True, slots=True)
class StudyProof:
    """What was found, and how much was asked.

    ``answers`` says of each question whether there is a record for it.
    """

    findings: list[Finding] = field(default_factory=list)
    questions: int = 0
    undecided: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


def prove(study: Study, *, seconds: float | None = None) -> StudyProof:
    """Everything that can be proved of a study.

    ``seconds`` of processor time are spent at most; what is left then is undecided.
    """
    return _Prover(study, Clock.of(seconds)).proof()


def goals_of(study: Study) -> Iterator[Goal]:
    """Every question about a study, causes first."""
    for form in study.forms.values():
        for group in form.groups:
            yield from group_goals(study, form, group)

    fields = list(field_spots(study))
    yield from chain.from_iterable(map(field_goals, fields))
    yield from chain.from_iterable(map(formula_goals, fields))
    yield from chain.from_iterable(map(rule_goals, rule_spots(study)))
    yield from schedule_goals(study)
    yield from status_goals(study)
    yield from eligibility_goals(study)
    yield from waiting_goals(study)


class _Prover:
    def __init__(self, study: Study, clock: Clock) -> None:
        self.study = study
        self.clock = clock
        self.result = StudyProof()
        self.answers = self.result.answers

    def proof(self) -> StudyProof:
        goals = list(goals_of(self.study))
        by_form: dict[str, list[Goal]] = {}
        for goal in goals:
            by_form.setdefault(goal.form, []).append(goal)

        for form, own in by_form.items():
            self._ask(form, own)

        self.result.findings += self._findings(goals)
        self.result.findings += self._visits()
        self.result.findings += self._waiting()
        return self.result

    def _ask(self, form: str, goals: Iterable[Goal]) -> None:
        encoder, questions = Encoder(self.study, form), Questions(self.clock)
        wanted = {goal.name: goal.build(encoder) for goal in goals}
        answers = questions.answers(wanted)
        self.answers.update(answers)
        self.result.questions += len(wanted)
        self.result.undecided += [
            name for name, answer in answers.items() if answer == UNDECIDED
        ]

    def _findings(self, goals: Iterable[Goal]) -> Iterator[Finding]:
        for goal in goals:
            if not goal.code or not self._is_fault(goal):
                continue

            yield finding(
                goal.code, text=goal.place, value=goal.value, **dict(goal.words)
            )

    def _is_fault(self, goal: Goal) -> bool:
        """A fault of its own: not one that follows from what a cause says already."""
        wrong = YES if goal.fear else NO
        if self.answers[goal.name] != wrong:
            return False

        return all(self.answers.get(cause, YES) == YES for cause in goal.after)

    def _visits(self) -> Iterator[Finding]:
        """Visits of which no form can ever be due."""
        for visit in self.study.visits.values():
            items = [item for item in self.study.schedule if item.visit == visit.name]
            if items and all(
                item.when is not None and self.answers.get(due_name(item)) == NO
                for item in items
            ):
                yield finding("visit-cannot-be-due", text=visit.place, name=visit.name)

    def _waiting(self) -> Iterator[Finding]:
        """Forms of which each needs the other first."""
        for first, other in waiting_pairs(self.study):
            names = (
                f"first {first.form} {other.form} {first.visit}",
                f"first {other.form} {first.form} {first.visit}",
            )
            due = (due_name(first), due_name(other))
            # A form that is never due at all is a finding of its own.
            if all(self.answers.get(name) == NO for name in names) and all(
                self.answers.get(name) == YES for name in due
            ):
                assert first.when is not None
                yield finding(
                    "forms-wait",
                    text=first.when.place,
                    value=first.when.text,
                    name=first.form,
                    other=other.form,
                    visit=first.visit,
                )
