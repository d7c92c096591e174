"""Whether a form already says why something in it cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from forms_spec.evaluation.captured_form import CellResult, EvaluatedForm
from forms_spec.evaluation.form_plan import FieldPlan
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.read_trace import DEEPEST, companions
from forms_spec.evaluation.unknown_walk import UnknownWalk, operands
from forms_spec.model.fields import Field
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.environment import Frames, Instance
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.bounds import leaves_open
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

Cell = tuple[str, int | None, str]


class UnknownExplainer(UnknownWalk[bool]):
    """Follows UNKNOWN down to its sources, and asks of each whether a finding of its
    own stands on it.

    A source of this form says why by itself when it is no valid answer, is required and
    blank, holds a missing code for drafts only, or is asked about already (``asked``).
    One that is hidden is answered for by the condition that hides it. A source that may
    be blank, holds another missing code, is a partial date, or stands in another form
    says nothing here.

    The walk brings back whether some source is left unexplained.
    """

    nothing = True

    def __init__(self, captured: EvaluatedForm) -> None:
        super().__init__(captured.world.study)
        self.captured = captured
        self.asked: set[Cell] = set()
        self._depth = 0
        self._followed: dict[Cell, bool] = {}

    def of(
        self, expression: Expression, home: Home, type_: Type, row: int | None
    ) -> bool:
        """Whether the expression is UNKNOWN for a reason that no finding of this form
        gives.
        """
        return self.of_meaning(resolve(expression, self.study, home, type_).core, row)

    def of_meaning(self, node: resolved.Core, row: int | None) -> bool:
        """The same of an expression that is resolved already."""
        frames = self.captured.frames(row)
        self._followed.clear()
        if self.value(node, frames) is not None:
            return False

        return self.why(node, frames)

    def joined(self, reasons: Iterable[bool]) -> bool:
        return any(reasons)

    def undecided(self, nodes: tuple[resolved.Core, ...], frames: Frames) -> bool:
        """Every part has a value and the whole has none: sources that are open within
        them, or nothing.
        """
        results: list[bool] = []
        for node in nodes:
            results.extend(self._open(node, frames))

        if not results:
            return self.nothing

        return any(results)

    def _open(self, node: resolved.Core, frames: Frames) -> Iterator[bool]:
        """Of every source below a node without an exact value: whether nothing says so."""
        if isinstance(node, resolved.Read | resolved.Remote):
            value = self.value(node, frames)
            if value is None or leaves_open(value):
                yield self.cell(node, frames)

        elif isinstance(node, resolved.Key):
            if self.value(node, frames) is None:
                yield True

        elif isinstance(node, resolved.Apply):
            # ``x is known`` has a value whatever x is.
            inside = () if node.operator == "known" else operands(node)
            for operand in inside:
                yield from self._open(operand, frames)

        elif isinstance(node, resolved.Fold):
            parts = tuple(filter(None, (node.where, node.body)))
            for inner, part in product(self.rows(node, frames), parts):
                yield from self._open(part, inner)

    def of_cell(
        self, form: Instance, table: str, row: int | None, field: Field
    ) -> bool:
        """Another form's cell says nothing here."""
        if form is not self.captured:
            return True

        return not self.says(table, row, field.name)

    def says(self, table: str, row: int | None, field: str) -> bool:
        """Whether a cell of this form that has no exact value says why."""
        number = companions(self.captured).get((table, field))
        if number is not None:
            facts = self.captured.facts(table, row, number)
            return facts.state is CellState.ANSWERED or self.says(table, row, number)

        plan, facts = (
            self.captured.plan.fields[table, field],
            self.captured.facts(table, row, field),
        )
        if facts.state is CellState.BLANK:
            return self._blank_says(plan, row, facts)
        if facts.state is CellState.MISSING:
            return plan.missing[facts.text]

        return facts.state is not CellState.ANSWERED

    def _blank_says(self, plan: FieldPlan, row: int | None, facts: CellResult) -> bool:
        """A blank cell that has to be answered; else what it hangs on says why it is
        blank.
        """
        cell = (plan.table, row, plan.field.name)
        if cell in self.asked:
            return True

        if cell not in self._followed:
            self._followed[cell] = False
            self._depth += 1
            self._followed[cell] = self._depth <= DEEPEST and self._sources_say(
                plan, row, facts
            )
            self._depth -= 1

        return self._followed[cell]

    def _sources_say(self, plan: FieldPlan, row: int | None, facts: CellResult) -> bool:
        """Whether each formula or condition of a cell that is UNKNOWN is so for a
        reason that is told.
        """
        frames = self.captured.frames(row)
        unknown = [
            core for core in self._cores(plan) if self.value(core, frames) is None
        ]
        if unknown:
            return not any(self.why(core, frames) for core in unknown)

        # A formula without a value and without an UNKNOWN part says nothing.
        if plan.value is not None or facts.shown is not True:
            return False

        return plan.has_to_be_answered(frames) is True

    def _cores(self, plan: FieldPlan) -> Iterator[resolved.Core]:
        """The formula of a field, or else what decides whether it is answered."""
        formula = plan.field.value
        if formula is not None:
            yield resolve(formula, self.study, plan.home, plan.type).core
            return

        for condition, home in plan.conditions():
            yield resolve(condition, self.study, home, Type.CONDITION).core
