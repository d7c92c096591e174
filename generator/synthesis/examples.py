"""Examples for somebody who looks at one subject: a whole casebook, one with a fault, or
one form among answers that are there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.model.captured_data import EmptyCasebook, FormKey, Record
from forms_spec.model.study import Study
from forms_spec.schedule.visit_status import VisitKey
from generator.synthesis.casebook import Evaluator, Records, State
from generator.synthesis.draw_form import OPTIONAL, FormDrawer, calculated_texts
from generator.synthesis.faults import SeededFault
from generator.synthesis.moves import FormMover
from generator.synthesis.search import Repair
from generator.synthesis.subject import SubjectBuilder
from generator.synthesis.subjects import Synthesis
from generator.synthesis.variation import varied
from generator.synthesis.visit_plan import VisitPlan

OF_A_FORM = 400
"""So many casebooks are evaluated to make one form valid."""
FORMS_DRAWN = 5
"""Of so many valid forms the one with the most answers is taken: a form that says that
nothing was done is valid too, and shows nothing.
"""


class Examples:
    """The subjects that ``crfsmith synthesize`` makes of a seed, one after the other.

    ``number`` is that of the last one, 0 before the first.
    """

    def __init__(self, study: Study, *, seed: int, today: date) -> None:
        self.study = study
        self.seed = seed
        self.today = today
        self.number = 0
        self._synthesis = Synthesis(study, seed=seed, data_cut=today)
        self._last: tuple[SubjectBuilder, State] | None = None

    def next(self) -> Records:
        """The next valid casebook. Raises NoSuchSubject."""
        if self._last is None:
            self._last = self._synthesis.founder()
        else:
            builder, state = self._last
            self._last = builder, varied(builder.mover, state, builder.random)

        self.number += 1
        return self._last[1].records

    def with_fault(self, fault: str) -> tuple[Records, SeededFault]:
        """A casebook with one fault and nothing else. Raises NoSuchSubject."""
        if self._last is None:
            self.next()

        assert self._last is not None
        builder, state = self._last
        subject = self.study.subject_example
        state, seeded = self._synthesis.seeded(builder, state, subject, fault)
        return state.records, seeded


@dataclass(frozen=True, kw_only=True, slots=True)
class FormExample:
    """One form filled in among the subject's other answers. ``days`` has the day of each
    visit.
    """

    study: Study
    today: date
    days: Mapping[VisitKey, date]
    seed: int
    optional: float = OPTIONAL
    """The share of the answers given that may stay blank."""

    def filled(
        self, records: Records, key: FormKey, record: Record
    ) -> tuple[Record, int]:
        """The form with what it has, if that may stay, and with all else that it asks;
        and how many findings stay on it, because of other forms.
        """
        best, findings = self._drawn(records, key, record, 0)
        if findings:
            return best, findings

        for attempt in range(1, FORMS_DRAWN):
            other, findings = self._drawn(records, key, record, attempt)
            if not findings and _answers(other) > _answers(best):
                best = other

        return best, 0

    def _drawn(
        self, records: Records, key: FormKey, record: Record, attempt: int
    ) -> tuple[Record, int]:
        random = Random(f"{self.seed} {key} {attempt}")
        plan = VisitPlan(self.study, random, self.today)
        plan.days.update(self.days)
        evaluator = Evaluator(
            study=self.study,
            subject=self.study.subject_example,
            today=self.today,
            only=key,
        )
        mover = FormMover(
            study=self.study,
            evaluator=evaluator,
            drawer=FormDrawer(self.study, random, optional=self.optional),
            day=plan.day,
            only=key,
        )
        drawn = mover.settled(records, key, record)
        state = Repair(mover).repaired(drawn, most=OF_A_FORM)
        return state.records[key], len(state.findings)


def form_alone(study: Study, key: FormKey, today: date) -> Record:
    """A form filled in of a subject of whom nothing else is known: every answer that it
    asks for, with the calculated ones.
    """
    example = FormExample(study=study, today=today, days={}, seed=1, optional=1)
    record, _ = example.filled({}, key, Record())
    subject = EvaluatedSubject(study, EmptyCasebook(), today, study.subject_example)
    return calculated_texts(subject.put(study.forms[key.form], record, key))


def _answers(record: Record) -> int:
    rows = (row for own in record.rows.values() for row in own)
    return len(record.texts) + sum(len(row.texts) for row in rows)
