"""Of every cell of a relation its state, of every facet and rule where it is at fault."""

from __future__ import annotations

from math import prod
from operator import eq
from typing import TYPE_CHECKING

import numpy as np

from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.protocol_checks import under_check
from forms_spec.findings.catalogue import entry
from forms_spec.findings.finding import Finding
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Group
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.types import Type, type_of
from generator.validation.columnar.forms.by_distinct import by_distinct
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.dependencies import (
    companion_of,
    is_certain,
    lacking,
    limits,
    required_condition,
    resolved,
)
from generator.validation.columnar.forms.explained_unknowns import (
    ExplainedLines,
    asked_by,
)
from generator.validation.columnar.forms.finding_columns import (
    ASK,
    EXPECTED_STATE,
    HIDDEN_STATE,
    Constraint,
    LotFindings,
)
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.operators import applied
from generator.validation.columnar.forms.text_classes import ANSWERED, BLANK
from generator.validation.columnar.forms.value_columns import (
    FALSE,
    TRUE,
    UNKNOWN,
    Array,
    Column,
    coded,
    constant,
    known,
    truth,
)

if TYPE_CHECKING:
    from forms_spec.findings.finding import Severity

Asked = Array | bool
"""A truth value for each line, or one for all."""
_End = tuple[str, core.Core | None]
"""The side on which a range ends, and its end there."""


class RelationChecks:
    """Judges the lines of one relation, and says in ``found`` what it finds."""

    def __init__(
        self, books: Casebooks, relation: Relation, result: LotFindings
    ) -> None:
        self.books = books
        self.relation = relation
        self.shape = relation.shape
        self.found = result
        self.scene = books.scene(relation)
        self.told = ExplainedLines(books, relation)
        self.complete = relation.complete
        self.nowhere = np.zeros(len(relation), bool)
        # A number without its unit is a finding at the number: one cause, told once.
        self.companions = {companion_of(field) for field in relation.shape.fields}

    def judge(self) -> None:
        for field in self.shape.fields:
            self._field(field)

        for rule in self.shape.rules:
            self._rule(rule)

        if self.shape.group is None:
            for group in self.shape.form.row_groups:
                self._rows(group)

    def _say(self, where: Array, constraint: Constraint | None) -> None:
        """A finding on some lines; None asks the judge about their forms."""
        self.found.add(self.relation, where, constraint)

    def _facet(self, where: Array, code: str, field: Field) -> None:
        """A facet's finding, under the check that it implements."""
        if where.any():
            plain = Finding(
                code=code, severity=entry(code).severity, message="", remedy=""
            )
            text = under_check(plain, field.checks)
            self._say(
                where,
                Constraint(
                    text.code, text.severity, text.rule, self.shape.name, field.name
                ),
            )

    # Cells

    def _field(self, field: Field) -> None:
        classes, shown = self.relation.classes(field), self.relation.shown(field)
        hidden = self.nowhere if shown is None else shown == FALSE
        blank = ~hidden & (classes == BLANK)
        required = self._required(field)
        expected = (
            blank
            if required is True
            else self.nowhere
            if required is False
            else blank & (required == TRUE)
        )
        # Nobody is expected to answer what is hidden.
        states = np.where(
            hidden,
            np.uint8(HIDDEN_STATE),
            np.where(expected, np.uint8(EXPECTED_STATE), classes),
        )
        self.found.count(self.relation, field, states)
        if field.value is None:
            self._facet(hidden & (classes != BLANK), "hidden-with-value", field)
            self._blank(field, blank, shown, required)

        self._outcomes(field, classes, hidden)
        if not self.relation.reader(field).fixed:
            self._ranges(field, ~hidden & (classes == ANSWERED))

        if field.value is not None:
            self._differing(field)
        elif shown is not None:
            self._facet((shown == UNKNOWN) & (classes != BLANK), "shown-unknown", field)

    def _required(self, field: Field) -> Asked:
        if field.value is not None:
            return False
        if isinstance(field.required, bool):
            return field.required

        [node] = required_condition(self.shape, field)

        return self.scene.truth(node)

    def _blank(
        self, field: Field, blank: Array, shown: Array | None, required: Asked
    ) -> None:
        """Asked at completion; where it cannot be told whether it is asked, the judge
        knows what to say.
        """
        if required is False or field.name in self.companions:
            return

        asked = blank & self.complete
        surely = asked
        if shown is not None:
            surely = asked & (shown == TRUE)
        if required is not True:
            asked, surely = asked & (required != FALSE), surely & (required == TRUE)

        self._facet(surely, "required-blank", field)

        unclear = asked & ~surely
        if unclear.any():
            self._say(unclear & ~self.told.of(asked_by(self.shape, field)), ASK)

    def _outcomes(self, field: Field, classes: Array, hidden: Array) -> None:
        there = np.bincount(classes, minlength=1)
        outcomes = self.relation.reader(field).outcomes[: len(there)]

        for index, outcome in enumerate(outcomes):
            if not there[index]:
                continue

            is_bad_result = (
                outcome.state is CellState.INVALID and field.value is not None
            )
            if outcome.code is None and not is_bad_result:
                continue

            here = ~hidden & (classes == index)
            # A formula gives no text that could be quoted: the judge has the words.
            if is_bad_result:
                self._say(here, ASK)
                continue

            assert outcome.code is not None
            # A code for drafts is right until the form is complete.
            if outcome.draft_only:
                here &= self.complete

            self._facet(here, outcome.code, field)

    def _ranges(self, field: Field, left: Array) -> None:
        """What passes its limits, the first alone; of ends that are UNKNOWN the judge
        is asked.
        """
        unit: Column | None = None
        companion = companion_of(field)
        if companion is not None:
            unit = self.relation.value(self.shape.named(companion))
            left = self._first(left, ~known(unit), field, "unit-missing")

        ranges: list[tuple[str, Array, Range, list[_End]]] = []
        for word, of, current, low, high in limits(self.shape, field):
            ends: list[_End] = [("below", low), ("above", high)]
            ranges.append((word, _of(unit, of, self.nowhere), current, ends))

        for _, here, _, ends in ranges:
            for _, end in ends:
                if end is not None and not is_certain(end):
                    unclear = (
                        left & self.complete & here & ~known(self.scene.column(end))
                    )
                    self._say(unclear, ASK)
                    left = left & ~unclear

        for word, here, current, ends in ranges:
            for side, end in ends:
                if end is None or not (left & here).any():
                    continue

                beyond = here & self._beyond(field, side, current, end)
                left = self._first(left, beyond, field, f"{side}-{word}")

    def _first(self, left: Array, where: Array, field: Field, code: str) -> Array:
        """Says what is found, and gives the lines that are left."""
        self._facet(left & where, code, field)
        return left & ~where

    def _beyond(self, field: Field, side: str, current: Range, end: core.Core) -> Array:
        """Where the value surely lies before the low end, or after the high one."""
        limit, value = self.scene.column(end), self.relation.value(field)
        if side == "below":
            is_open, earlier, later = current.low_open, limit, value
        else:
            is_open, earlier, later = current.high_open, value, limit

        type_ = type_of(field)
        if type_ is Type.DURATION:
            # Months and days have no order, but their difference has a sign.
            rows = len(self.relation)
            earlier = applied("duration_minus", [earlier, later], rows)
            later = constant((0, 0), rows)

        # An interval lies beyond a limit where no day of it can be inside.
        if type_ in (Type.DATE, Type.SPREAD, Type.DURATION):
            inside = "span_lt" if is_open else "span_le"
            return self._applied(inside, earlier, later) == FALSE

        outside = "le" if is_open else "lt"

        return self._applied(outside, later, earlier) == TRUE

    def _applied(self, operator: str, *columns: Column) -> Array:
        return truth(applied(operator, columns, len(self.relation)))

    def _differing(self, field: Field) -> None:
        """What stands in the cell of a calculated field and is not what the formula
        gives.
        """
        beside = self.relation.has_text(field)
        if not beside.any():
            return

        value, given = self.relation.value(field), self.relation.given(field)
        there, same = (
            known(value),
            truth(by_distinct(eq, [value, given], len(self.relation))) == TRUE,
        )
        self._facet(beside & ~there, "calculated-unknown", field)
        self._facet(beside & there & ~same, "calculated-differs", field)

    # Rules and rows

    def _rule(self, rule: EditCheck) -> None:
        study, home = self.shape.study, self.shape.home
        holds = self.scene.truth(resolved(rule.assertion, study, home, Type.CONDITION))
        node = (
            None
            if rule.when is None
            else resolved(rule.when, study, home, Type.CONDITION)
        )
        applies = (
            np.full(len(holds), np.int8(TRUE))
            if node is None
            else self.scene.truth(node)
        )
        self._say(
            (applies == TRUE) & (holds == FALSE),
            self._under(rule, rule.check, rule.severity),
        )
        if rule.unknown is None:
            return

        untold = self._under(rule, rule.unknown, entry("rule-untold").severity)
        self._say((applies == TRUE) & (holds == UNKNOWN) & self.complete, untold)
        if node is not None:
            open_ = (applies == UNKNOWN) & (holds != TRUE) & self.complete
            if open_.any():
                self._say(open_ & ~self.told.of((node,)), ASK)

    def _under(self, rule: EditCheck, code: str, severity: Severity) -> Constraint:
        return Constraint(code, severity, rule.name, *rule.on[0])

    def _rows(self, group: Group) -> None:
        """Asks the judge about forms that may have too few rows of a group, too many,
        or a row twice.
        """
        assert group.rows is not None
        rows = self.books.rows(group.name)
        counted = np.bincount(rows.parents, minlength=len(self.relation))
        few, asked = counted < group.rows.minimum, counted > group.rows.maximum
        if group.rows.fixed:
            reported, different = self._combinations(group, rows)
            few, asked = (
                different != _combinations(group),
                asked | (different != reported),
            )

        if group.carried is not None:
            few = few | known(self.scene.column(lacking(self.shape, group)))

        asked |= self.complete & few & (self._shown_group(group) != FALSE)
        self._say(asked, ASK)

    def _combinations(self, group: Group, rows: Relation) -> tuple[Array, Array]:
        """How many rows of each form have all the codes that fix them, and how many
        different ones.
        """
        assert group.rows is not None
        forms = len(self.relation)
        fields = [rows.shape.named(name) for name in group.rows.fixed]
        columns = [coded(rows.value(field)) for field in fields]
        has = np.logical_and.reduce([known(column) for column in columns])

        # One number for each form and combination of codes.
        numbers = np.asarray(rows.parents, np.int64)
        for column in columns:
            numbers = numbers * len(column.values) + column.codes

        size = prod(len(column.values) for column in columns)
        different = np.unique(numbers[has]) // size

        return (
            np.bincount(rows.parents[has], minlength=forms),
            np.bincount(different, minlength=forms),
        )

    def _shown_group(self, group: Group) -> Array:
        if group.show_when is None:
            return np.full(len(self.relation), np.int8(TRUE))

        return self.scene.truth(
            resolved(group.show_when, self.shape.study, self.shape.home, Type.CONDITION)
        )


def _of(unit: Column | None, of: str | None, nowhere: Array) -> Array:
    """Where a range is meant: everywhere, or with the unit that was chosen."""
    if unit is None:
        return nowhere if of is not None else ~nowhere
    if of is None:
        return nowhere

    value = coded(unit)
    is_meant = np.array([code == of for code in value.values], bool)

    return is_meant[value.codes]


def _combinations(group: Group) -> int:
    assert group.rows is not None
    lists = {
        field.name: field.codelist
        for field in group.fields
        if field.codelist is not None
    }

    return prod(len(lists[name].codes) for name in group.rows.fixed)
