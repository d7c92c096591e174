"""A whole subject: the days of the visits, then form by form, then the repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from forms_spec.evaluation.casebook import expected
from forms_spec.model.captured_data import (
    LOG,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
)
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Scheduled, VisitType
from forms_spec.schedule.visit_status import due_dates
from generator.synthesis.aims import aims_of
from generator.synthesis.casebook import Evaluator, Records, State
from generator.synthesis.draw_form import FormDrawer
from generator.synthesis.moves import Mover
from generator.synthesis.search import Repair

BETWEEN_VISITS = 14
"""Days between two visits that have no target."""
ROUNDS = 2
"""How often the conditional forms are looked at again after a repair."""
OF_A_VISIT = 800
"""So many casebooks are evaluated before the next visit is drawn."""
OPTIONAL_FORMS = 0.5
LEEWAY = 2
"""Days by which a visit may lie beside its target, where its window is so wide."""


def visit_days(study: Study, random: Random, today: date) -> Mapping[str, date]:
    """A day for every scheduled visit, in its window, with the last one before today."""
    scheduled = [
        visit for visit in study.visits.values() if visit.type is VisitType.SCHEDULED
    ]
    start = date(2000, 1, 1)
    lengths = [due.last for visit in scheduled if (due := due_dates(visit, start))]
    longest = max(lengths, default=start) - start
    spare = timedelta(days=BETWEEN_VISITS * len(scheduled) + random.randint(1, 300))
    day_zero = today - longest - spare

    days: dict[str, date] = {}
    latest = day_zero - timedelta(days=1)
    for visit in scheduled:
        # A visit may count from another one; all others count from day 0.
        due = due_dates(visit, days.get(visit.anchor or "", day_zero))
        if due is None:
            day = latest + timedelta(days=BETWEEN_VISITS)
        else:
            first = max(due.first, due.target - timedelta(days=LEEWAY))
            last = min(due.last, due.target + timedelta(days=LEEWAY))
            day = first + timedelta(days=random.randint(0, (last - first).days))

        days[visit.name] = latest = day

    return days


@dataclass(kw_only=True)
class SubjectBuilder:
    """Builds one subject after another with the same day of evaluation."""

    study: Study
    subject: str
    today: date
    random: Random
    evaluations: int = 0
    days: Mapping[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = visit_days(self.study, self.random, self.today)
        self.evaluator = Evaluator(
            study=self.study,
            subject=self.subject,
            today=self.today,
            aims=aims_of(self.study),
        )
        self.drawer = FormDrawer(self.study, self.random)
        self.mover = Mover(
            study=self.study,
            evaluator=self.evaluator,
            drawer=self.drawer,
            day=self.day,
        )

    def day(self, key: FormKey) -> date:
        """The day of a form's visit; of a log form that of the last visit."""
        if key.visit in self.days:
            return self.days[key.visit]

        return max(self.days.values(), default=self.today)

    def built(self) -> State:
        """A casebook over all visits, with as few findings as could be reached."""
        repair = Repair(self.mover)
        state = self.drawn(repair)

        for _ in range(ROUNDS):
            records = self.as_expected(state.records)
            if records.keys() == state.records.keys() and not state.findings:
                break

            # Valid comes first: from here on nobody has to be eligible.
            state = self._valid(records)

        self.evaluations = repair.evaluations
        return state

    def _valid(self, records: Records) -> State:
        evaluator = replace(self.evaluator, aims=())
        repair = Repair(replace(self.mover, evaluator=evaluator))
        return self.evaluator.state(repair.repaired(records).records)

    def drawn(self, repair: Repair) -> State:
        """Visit by visit, each repaired before the next one follows."""
        records: Records = {}
        for form in self.study.forms.values():
            if form.log:
                records = self._with(records, FormKey(form.name, LOG, 0))

        state = self.evaluator.state(records)
        for visit in self.days:
            records = self._with_visit(state.records, visit)
            records = self._aimed(records)
            state = repair.repaired(records, state, most=OF_A_VISIT)

        return repair.repaired(state.records, state, most=OF_A_VISIT)

    def _aimed(self, records: Records) -> Records:
        """The casebook of somebody who takes part, whatever else is wrong in it."""
        evaluator = replace(self.evaluator, findings_count=False)
        repair = Repair(replace(self.mover, evaluator=evaluator))
        return repair.repaired(records, most=OF_A_VISIT).records

    def _with_visit(self, records: Records, visit: str) -> Records:
        """The casebook with the forms that a visit asks for, as they come."""
        for scheduled in self._schedule():
            if scheduled.visit == visit and self._is_drawn(records, scheduled):
                records = self._with(records, self._key(scheduled))

        return records

    def _is_drawn(self, records: Records, scheduled: Scheduled) -> bool:
        match scheduled.expectation:
            case Expectation.REQUIRED:
                return scheduled.when is None or self.is_expected(records, scheduled)
            case Expectation.OPTIONAL:
                is_there = scheduled.when is None or self.is_expected(
                    records, scheduled
                )
                return is_there and self.random.random() < OPTIONAL_FORMS
            case Expectation.CONDITIONAL:
                return self.is_expected(records, scheduled)

    def _with(self, records: Records, key: FormKey) -> Records:
        """The casebook with one more form."""
        return self.mover.settled(records, key, Record())

    def _key(self, scheduled: Scheduled) -> FormKey:
        """The form at its visit, or at the first of a visit that repeats."""
        number = int(self.study.visits[scheduled.visit].repeats)
        return FormKey(scheduled.form, scheduled.visit, number)

    def _schedule(self) -> list[Scheduled]:
        """The forms of the scheduled visits, visit by visit."""
        visits = list(self.days)
        forms = list(self.study.forms)
        own = [item for item in self.study.schedule if item.visit in self.days]
        own.sort(key=lambda item: (visits.index(item.visit), forms.index(item.form)))

        return own

    def is_expected(self, records: Records, scheduled: Scheduled) -> bool:
        """Whether the condition of a conditional form is surely met."""
        context = Context(
            today=self.today,
            subject=self.subject,
            visit=scheduled.visit,
            casebook=InMemoryCasebook(records),
        )
        return expected(self.study, scheduled, context) is True

    def as_expected(self, records: Records) -> Records:
        """The casebook with the conditional forms that it asks for, and no others."""
        changed = dict(records)
        for scheduled in self._schedule():
            if scheduled.expectation is not Expectation.CONDITIONAL:
                continue

            key = self._key(scheduled)
            is_expected = self.is_expected(changed, scheduled)
            if is_expected and key not in changed:
                changed = dict(self._with(changed, key))
            elif not is_expected:
                changed.pop(key, None)

        return changed
