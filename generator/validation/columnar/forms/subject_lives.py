"""Which of many subjects have left the study, as ``life_of`` says it of one subject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forms_spec.evaluation.life_cycle import (
    DECISION,
    says_an_end,
    status_by_reason,
)
from forms_spec.model.life_cycle import LifeStatus, StatusCondition
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type
from forms_spec.schedule.cdash_names import field_named
from generator.validation.columnar.forms.day_columns import NEVER
from generator.validation.columnar.forms.dependencies import resolved
from generator.validation.columnar.forms.subject_days import SubjectDays
from generator.validation.columnar.forms.value_columns import TRUE, Array

_ORDER = {status: index for index, status in enumerate(LifeStatus)}
_IN_THE_STUDY = -1


@dataclass(kw_only=True)
class SubjectLives:
    """How the subjects of a book have left the study."""

    days: SubjectDays

    @cached_property
    def over(self) -> Array:
        """Whether each subject has left the study."""
        return self._ends != _IN_THE_STUDY

    def not_asked(self, visit: str) -> Array:
        """Whether a visit that was not held is expected no more, of every subject."""
        still_due = [
            _ORDER[item.status]
            for item in self.days.study.statuses
            if visit in item.still_due
        ]
        return self.over & ~np.isin(self._ends, still_due)

    @cached_property
    def _ends(self) -> Array:
        """The place of the latest status that ends the study, of every subject."""
        ends = np.full(self.days.subjects, _IN_THE_STUDY)
        for condition in self.days.study.statuses:
            if condition.status.is_over:
                self._reach(ends, condition.status, self._subjects_where(condition))

        # What the dictionary says goes before what most studies mean.
        if not says_an_end(self.days.study):
            self._end_as_usual(ends)

        return ends

    def _reach(self, ends: Array, status: LifeStatus, subjects: Array) -> None:
        np.maximum.at(ends, subjects, _ORDER[status])

    def _subjects_where(self, condition: StatusCondition) -> Array:
        """The subjects in one of whose forms a condition is true."""
        books, study = self.days.books, self.days.study
        form = books.form(condition.form)
        home = Home(form=study.forms[condition.form])
        node = resolved(condition.when, study, home, Type.CONDITION)

        return form.subject[books.scene(form).truth(node) == TRUE]

    def _end_as_usual(self, ends: Array) -> None:
        """A reason why a subject left says how; its last day says that it left."""
        reason = field_named(self.days.study, DECISION)
        if reason is not None:

            def place(text: str) -> int:
                return _ORDER[status_by_reason(text)] if text else _IN_THE_STUDY

            form = self.days.books.form(reason.form)
            np.maximum.at(ends, form.subject, self.days.columns.told(reason, place))

        has_no_reason = ends == _IN_THE_STUDY
        has_last_day = self.days.ended != NEVER
        left = np.flatnonzero(has_no_reason & has_last_day)
        self._reach(ends, LifeStatus.WITHDRAWN, left)
