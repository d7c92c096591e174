"""A whole subject: the days of the visits, then form by form, then the repair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from forms_spec.model.captured_data import LOG, FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Scheduled
from forms_spec.schedule.visit_status import VisitKey
from generator.synthesis.aims import aims_of, visit_aims
from generator.synthesis.casebook import Evaluator, Records, State
from generator.synthesis.draw_form import FormDrawer
from generator.synthesis.expected_forms import ExpectedForms
from generator.synthesis.moves import Mover
from generator.synthesis.search import Repair
from generator.synthesis.visit_plan import VisitPlan

ROUNDS = 2
"""How often the conditional forms are looked at again after a repair."""
OF_A_VISIT = 800
"""So many casebooks are evaluated before the next visit is drawn."""
OPTIONAL_FORMS = 0.5


@dataclass(kw_only=True)
class SubjectBuilder:
    """Builds one subject after another with the same day of evaluation."""

    study: Study
    subject: str
    today: date
    random: Random
    most: int | None = None
    """So many evaluated casebooks with findings end the search; None: it goes on."""
    evaluations: int = 0

    def __post_init__(self) -> None:
        self.plan = VisitPlan(self.study, self.random, self.today)
        self.evaluator = Evaluator(
            study=self.study,
            subject=self.subject,
            today=self.today,
            aims=aims_of(self.study, self.plan.times),
        )
        self.drawer = FormDrawer(self.study, self.random)
        self.expected = ExpectedForms(self.study)
        self.mover = Mover(
            study=self.study,
            evaluator=self.evaluator,
            drawer=self.drawer,
            day=self.plan.day,
            expected=self.expected,
        )

    def built(self) -> State:
        """A casebook over all visits, with as few findings as could be reached; over
        fewer visits where the search ends before.
        """
        repair = Repair(self.mover)
        state = self.drawn(repair)
        self.evaluations = repair.evaluations
        if self._is_stuck(repair, state):
            return state

        for _ in range(ROUNDS):
            records = self.mover.as_expected(state.records, self.plan.days)
            if records.keys() == state.records.keys() and not state.findings:
                break

            # Valid comes first: from here on nobody has to be eligible.
            state = self._valid(records)

        return state

    def _is_stuck(self, repair: Repair, state: State) -> bool:
        is_spent = self.most is not None and repair.evaluations >= self.most
        return is_spent and bool(state.findings)

    def _valid(self, records: Records) -> State:
        evaluator = replace(
            self.evaluator, aims=visit_aims(self.study, self.plan.times)
        )
        repair = Repair(replace(self.mover, evaluator=evaluator))
        return self.evaluator.state(repair.repaired(records).records)

    def drawn(self, repair: Repair) -> State:
        """Visit by visit, each repaired before the next one follows."""
        records: Records = {}
        for form in self.study.forms.values():
            if form.log:
                records = self._with(records, FormKey(form.name, LOG, 0))

        state = self.evaluator.state(records)
        for time in self.plan.times:
            if not self.plan.follow(time, state.records):
                continue

            self.mover.reached.append(time)
            records = self._with_visit(state.records, time)
            records = self._aimed(records)
            state = repair.repaired(records, state, most=OF_A_VISIT)
            if self._is_stuck(repair, state):
                return state

        return repair.repaired(state.records, state, most=OF_A_VISIT)

    def _aimed(self, records: Records) -> Records:
        """The casebook of somebody who takes part, whatever else is wrong in it."""
        evaluator = replace(self.evaluator, findings_count=False)
        repair = Repair(replace(self.mover, evaluator=evaluator))
        return repair.repaired(records, most=OF_A_VISIT).records

    def _with_visit(self, records: Records, time: VisitKey) -> Records:
        """The casebook with the forms that a visit asks for, as they come."""
        visit, number = time
        for scheduled in self._schedule(visit):
            key = FormKey(scheduled.form, visit, number)
            if key not in records and self._is_drawn(records, scheduled, key):
                records = self._with(records, key)

        return records

    def _is_drawn(self, records: Records, scheduled: Scheduled, key: FormKey) -> bool:
        subject = self.evaluator.evaluated(records)
        if not self.expected.holds(subject, key):
            return False

        is_optional = scheduled.expectation is Expectation.OPTIONAL
        return not is_optional or self.random.random() < OPTIONAL_FORMS

    def _with(self, records: Records, key: FormKey) -> Records:
        """The casebook with one more form."""
        return self.mover.settled(records, key, Record())

    def _schedule(self, visit: str) -> list[Scheduled]:
        """The forms of a visit, in the order of the dictionary."""
        expectations = self.study.expectations
        pairs = [(form, visit) for form in self.study.forms]
        return [expectations[pair] for pair in pairs if pair in expectations]
