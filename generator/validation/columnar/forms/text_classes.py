"""Every different text of a column, understood once by the field's own kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import polars as pl

from forms_spec.evaluation.captured_form import (
    CapturedForm,
    CellResult,
    Subject,
    computed,
)
from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.range_checks import outside
from forms_spec.kinds import Refusal
from forms_spec.model.captured_data import EmptyCasebook, FormKey, Record
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rules.runtime.value_conversion import to_rule
from forms_spec.rules.semantics.resolved import RuleValue
from generator.validation.columnar.forms.dependencies import (
    Shape,
    companion_of,
    is_certain,
    limits,
)
from generator.validation.columnar.forms.needed_columns import NotVectorizable

BLANK, ANSWERED = 0, 1
"""The classes that every field has; the others are numbered as they turn up."""
MOST_CLASSES = 250
MOST_KEPT = 10_000
"""So many texts of a field are remembered from one lot of subjects to the next."""
FREE_TEXT = r"\A[!-~]([ -~]*[!-~])?\z"
"""Texts of which nothing has to be asked but how long they are."""


class Outcome(NamedTuple):
    """What a text, or a computed value, is in its field.

    ``code`` is the finding that it gives, if any.
    """

    state: CellState
    code: str | None = None
    missing: str | None = None
    draft_only: bool = False


class Meaning(NamedTuple):
    """``outcome`` is the class of a text, ``value`` what rules see."""

    outcome: int
    value: RuleValue | None


class Reader:
    """Understands the texts of one field. ``outcomes`` grows with what is met."""

    def __init__(self, shape: Shape, plan: FieldPlan, today: date) -> None:
        self.plan = plan
        key = FormKey(shape.form.name, "", 0)
        nobody = Subject(shape.study, EmptyCasebook(), today, None)
        self.blank = CapturedForm(
            plan_of(shape.study, shape.form), Record(), key, nobody
        )
        self.outcomes = [Outcome(CellState.BLANK), Outcome(CellState.ANSWERED)]
        ends = [
            end for *_, low, high in limits(shape, plan.field) for end in (low, high)
        ]
        self.fixed = companion_of(plan.field) is None and all(
            is_certain(end) for end in ends
        )
        """Whether the ranges are the same for every subject, so that a text alone
        tells.
        """
        self._known: dict[str, Meaning] = {}

    def text(self, text: str) -> Meaning:
        """A text as it was entered."""
        meaning = self._known.get(text)
        if meaning is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            meaning = self._known[text] = self._meaning(
                self.blank.given(self.plan, text, True)
            )

        return meaning

    def results(self, values: Iterable[RuleValue | None]) -> list[Meaning]:
        """Results of the field's formula, rounded as the field is."""
        return [self._meaning(computed(self.plan, value, True)) for value in values]

    def beside(self, text: str) -> RuleValue | None:
        """What stands in the cell of a calculated field, to be compared."""
        value = self.plan.field.kind.parse(text, self.plan.field)
        return None if isinstance(value, Refusal) else to_rule(value)

    def _meaning(self, facts: CellResult) -> Meaning:
        return Meaning(self._number(self._outcome(facts)), facts.seen)

    def _outcome(self, facts: CellResult) -> Outcome:
        if facts.state is CellState.INVALID:
            assert facts.refusal is not None
            return Outcome(facts.state, facts.refusal.code)

        if facts.state is CellState.MISSING:
            draft_only = self.plan.missing[facts.text]
            return Outcome(
                facts.state,
                "missing-draft-only" if draft_only else None,
                facts.text,
                draft_only,
            )

        if facts.state is CellState.ANSWERED and self.fixed:
            return Outcome(facts.state, self._outside(facts))
        return Outcome(facts.state)

    def _outside(self, facts: CellResult) -> str | None:
        frames = self.blank.frames(None)
        for word, data in self.plan.limits:
            value = data.get(None)
            result = (
                outside(facts, value, self.plan, frames) if value is not None else None
            )
            if result is not None:
                return f"{result[0]}-{word}"

        return None

    def _number(self, outcome: Outcome) -> int:
        if outcome not in self.outcomes:
            if len(self.outcomes) == MOST_CLASSES:
                raise NotVectorizable(
                    f"a field has more than {MOST_CLASSES} kinds of texts"
                )

            self.outcomes.append(outcome)

        return self.outcomes.index(outcome)


def surely_answers(field: Field, study: Study, texts: pl.Series) -> pl.Series | None:
    """Which texts of a free text are surely answers and need not be understood; None
    where one cannot tell.

    It is for a field whose value nothing reads.
    """
    free = (
        field.kind.name == "text"
        and field.pattern is None
        and not any(value for _, value in field.limits)
    )
    if not free or field.value is not None:
        return None
    result = texts.str.contains(FREE_TEXT) & ~texts.is_in(list(study.missing))
    if field.min_length is not None:
        result &= texts.str.len_chars() >= field.min_length
    if field.max_length is not None:
        result &= texts.str.len_chars() <= field.max_length
    return result
