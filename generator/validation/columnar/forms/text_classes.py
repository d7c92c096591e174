"""Every different text of a column, understood once by the field's own kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import polars as pl

from forms_spec.evaluation.captured_form import (
    CellResult,
    EvaluatedForm,
    EvaluatedSubject,
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
    TableShape,
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


class TextClass(NamedTuple):
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

    def __init__(self, shape: TableShape, plan: FieldPlan, today: date) -> None:
        self.plan = plan
        key = FormKey(shape.form.name, "", 0)
        nobody = EvaluatedSubject(shape.study, EmptyCasebook(), today, None)
        self.blank = EvaluatedForm(
            plan_of(shape.study, shape.form), Record(), key, nobody
        )
        self.outcomes = [TextClass(CellState.BLANK), TextClass(CellState.ANSWERED)]
        self.fixed = _has_fixed_ranges(shape, plan.field)
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

            cell = self.blank.given(self.plan, text, True)
            meaning = self._known[text] = self._meaning(cell)

        return meaning

    def results(self, values: Iterable[RuleValue | None]) -> list[Meaning]:
        """Results of the field's formula, rounded as the field is."""
        return [self._meaning(computed(self.plan, value, True)) for value in values]

    def beside(self, text: str) -> RuleValue | None:
        """What stands in the cell of a calculated field, to be compared."""
        value = self.plan.field.kind.parse(text, self.plan.field)
        if isinstance(value, Refusal):
            return None

        return to_rule(value)

    def _meaning(self, cell: CellResult) -> Meaning:
        return Meaning(self._number(self._outcome(cell)), cell.seen)

    def _outcome(self, cell: CellResult) -> TextClass:
        state = cell.state
        if state is CellState.INVALID:
            assert cell.refusal is not None
            return TextClass(state, cell.refusal.code)

        if state is CellState.MISSING:
            draft_only = self.plan.missing[cell.text]
            code = "missing-draft-only" if draft_only else None
            return TextClass(state, code, cell.text, draft_only)

        if state is CellState.ANSWERED and self.fixed:
            return TextClass(state, self._outside(cell))

        return TextClass(state)

    def _outside(self, cell: CellResult) -> str | None:
        """The code of the first limit that the value passes."""
        frames = self.blank.frames(None)
        for word, by_unit in self.plan.limits:
            # A field without a unit has its limits under none.
            bounds = by_unit.get(None)
            if bounds is None:
                continue

            passed = outside(cell, bounds, self.plan, frames)
            if passed is not None:
                return f"{passed[0]}-{word}"

        return None

    def _number(self, outcome: TextClass) -> int:
        if outcome not in self.outcomes:
            # A class is a number of one byte, and some are taken for other states.
            if len(self.outcomes) == MOST_CLASSES:
                raise NotVectorizable(
                    f"a field has more than {MOST_CLASSES} kinds of texts"
                )

            self.outcomes.append(outcome)

        return self.outcomes.index(outcome)


def _has_fixed_ranges(shape: TableShape, field: Field) -> bool:
    if companion_of(field) is not None:
        return False

    ranges = limits(shape, field)

    return all(is_certain(low) and is_certain(high) for *_, low, high in ranges)


def surely_answers(field: Field, study: Study, texts: pl.Series) -> pl.Series | None:
    """Which texts of a free text are surely answers and need not be understood; None
    where one cannot tell.

    It is for a field whose value nothing reads.
    """
    # What a rule, a range or a pattern may say of a text has to be understood.
    if field.kind.name != "text" or field.pattern is not None:
        return None
    if field.value is not None:
        return None
    if any(bounds for _, bounds in field.limits):
        return None

    sure = texts.str.contains(FREE_TEXT) & ~texts.is_in(list(study.missing))
    if field.min_length is not None:
        sure &= texts.str.len_chars() >= field.min_length
    if field.max_length is not None:
        sure &= texts.str.len_chars() <= field.max_length

    return sure
