"""The forms that a subject's answers ask for: those of the schedule that have a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Scheduled
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import references
from forms_spec.rules.semantics.types import Type
from forms_spec.schedule.visit_status import VisitKey


@dataclass(frozen=True, kw_only=True, slots=True)
class _Conditional:
    scheduled: Scheduled
    condition: Closure

    @property
    def is_optional(self) -> bool:
        return self.scheduled.expectation is Expectation.OPTIONAL


class ExpectedForms:
    """The forms with a condition, compiled. ``deciding`` are the forms that the
    conditions read.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._by_visit: dict[str, dict[str, _Conditional]] = {}
        deciding: set[str] = set()

        for scheduled in study.schedule:
            if scheduled.when is None:
                continue

            home = Home(form=study.forms[scheduled.form])
            condition = compile_expression(scheduled.when, study, home, Type.CONDITION)
            self._by_visit.setdefault(scheduled.visit, {})[scheduled.form] = (
                _Conditional(scheduled=scheduled, condition=condition)
            )
            for read in references(scheduled.when, study, home):
                if read.table is not None:
                    deciding.add(study.tables[read.table].form.name)

        self.deciding: frozenset[str] = frozenset(deciding)

    def holds(self, subject: EvaluatedSubject, key: FormKey) -> bool:
        """Whether the condition of a form, if it has one, is surely met."""
        item = self._by_visit.get(key.visit, {}).get(key.form)
        if item is None:
            return True

        # The condition looks at other forms from the place of this one, begun or not.
        form = subject.form(key)
        if form is None:
            plan = plan_of(self.study, self.study.forms[key.form])
            form = EvaluatedForm(plan, Record(), key, subject)

        return item.condition(form.frames(None)) is True

    def misplaced(
        self,
        subject: EvaluatedSubject,
        records: Mapping[FormKey, Record],
        times: Iterable[VisitKey],
    ) -> Iterator[FormKey]:
        """The forms of these visits that are there without being expected, and those
        that are expected and not there.
        """
        for visit, number in times:
            for form, item in self._by_visit.get(visit, {}).items():
                key = FormKey(form, visit, number)
                holds = self.holds(subject, key)
                is_lacking = holds and key not in records and not item.is_optional
                if is_lacking or (not holds and key in records):
                    yield key
