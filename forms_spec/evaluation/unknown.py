"""Whether a form already says why something in it cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from forms_spec.evaluation.captured_form import CellResult, EvaluatedForm
from forms_spec.evaluation.form_plan import FieldPlan
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.lacking_values import operands, row_frames
from forms_spec.evaluation.read_trace import companions
from forms_spec.model.study_cache import StudyCache
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.bounds import leaves_open
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

DEEPEST = 20
"""So many formulas behind each other are followed; what lies deeper counts as said
nowhere.
"""

Closure = Callable[[Frames], "RuleValue | None"]
_CLOSURES: StudyCache[int, tuple[resolved.Core, Closure]] = StudyCache()
Cell = tuple[str, int | None, str]


class UnknownExplainer:
    """Follows UNKNOWN down to its sources, and asks of each whether a finding of its
    own stands on it.

    A source of this form says why by itself when it is no valid answer, is required and
    blank, holds a missing code for drafts only, or is asked about already (``asked``).
    One that is hidden is answered for by the condition that hides it. A source that may
    be blank, holds another missing code, is a partial date, or stands in another form
    says nothing here.
    """

    def __init__(self, captured: EvaluatedForm) -> None:
        self.captured = captured
        self.asked: set[Cell] = set()
        self._depth = 0
        self._followed: dict[Cell, bool] = {}
        self._closures = _CLOSURES.of(captured.world.study)

    def of(
        self, expression: Expression, home: Home, type_: Type, row: int | None
    ) -> bool:
        """Whether the expression is UNKNOWN for a reason that no finding of this form
        gives.
        """
        return self.of_meaning(
            resolve(expression, self.captured.world.study, home, type_).core, row
        )

    def of_meaning(self, node: resolved.Core, row: int | None) -> bool:
        """The same of an expression that is resolved already."""
        frames = self.captured.frames(row)
        self._followed.clear()
        return self._value(node, frames) is None and self._why(node, frames)

    def _value(self, node: resolved.Core, frames: Frames) -> RuleValue | None:
        """What a part of an expression gives.

        It is kept with its closure, so that its id stays its own.
        """
        kept = self._closures.get(id(node))
        if kept is None:
            kept = self._closures.setdefault(id(node), (node, compile_core(node)))
        return kept[1](frames)

    def _why(self, node: resolved.Core, frames: Frames) -> bool:
        """Whether a node, which is UNKNOWN, is so for a reason that nothing says."""
        if isinstance(node, resolved.Read | resolved.Remote):
            return self._cell(node, frames)
        if isinstance(node, resolved.Fold):
            return self._fold(node, frames)
        if not isinstance(node, resolved.Apply):
            return True
        if node.operator == "case":
            return self._case(node.arguments, frames)
        parts = operands(node)
        unknown = [part for part in parts if self._value(part, frames) is None]
        if unknown:
            return any(self._why(item, frames) for item in unknown)
        return self._undecided(parts, frames)

    def _case(self, arguments: tuple[resolved.Core, ...], frames: Frames) -> bool:
        """The condition that is UNKNOWN; or the value chosen; or, where none is, what
        was asked.
        """
        for condition, value in zip(arguments[:-1:2], arguments[1::2], strict=True):
            current = self._value(condition, frames)
            if current is None:
                return self._why(condition, frames)
            if current:
                return self._why(value, frames)

        if isinstance(arguments[-1], resolved.Constant):
            return self._undecided(arguments[:-1:2], frames)
        return self._why(arguments[-1], frames)

    def _fold(self, node: resolved.Fold, frames: Frames) -> bool:
        """The rows whose condition or value is UNKNOWN; without any, it is the number
        of rows.
        """
        results = []
        for inner in row_frames(node, frames):
            value = True if node.where is None else self._value(node.where, inner)
            if value is None and node.where is not None:
                results.append(self._why(node.where, inner))
            elif (
                value
                and node.body is not None
                and self._value(node.body, inner) is None
            ):
                results.append(self._why(node.body, inner))

        return any(results) if results else True

    def _undecided(self, nodes: tuple[resolved.Core, ...], frames: Frames) -> bool:
        """Every part has a value and the whole has none: sources that are open within
        them, or nothing.
        """
        result = [item for node in nodes for item in self._open(node, frames)]
        return any(result) if result else True

    def _open(self, node: resolved.Core, frames: Frames) -> Iterator[bool]:
        """Of every source below a node without an exact value: whether nothing says so."""
        if isinstance(node, resolved.Read | resolved.Remote):
            value = self._value(node, frames)
            if value is None or leaves_open(value):
                yield self._cell(node, frames)
        elif isinstance(node, resolved.Key) and self._value(node, frames) is None:
            yield True
        elif isinstance(node, resolved.Apply) and node.operator != "known":
            for operand in operands(node):
                yield from self._open(operand, frames)
        elif isinstance(node, resolved.Fold):
            for inner in row_frames(node, frames):
                for part in (node.where, node.body):
                    if part is not None:
                        yield from self._open(part, inner)

    def _cell(self, node: resolved.Read | resolved.Remote, frames: Frames) -> bool:
        """A cell that has no exact value."""
        here = frames[node.depth].instance
        if isinstance(node, resolved.Read):
            table, row = node.table, frames[node.depth].row if node.row else None
        else:
            there = here.world.at(node.form, node.visit, here.key, node.field.name)
            if there is None:
                return True
            here, table, row = there, node.form, None

        return here is not self.captured or not self.says(table, row, node.field.name)

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
        study, frames = self.captured.world.study, self.captured.frames(row)
        if plan.field.value is not None:
            cores = [resolve(plan.field.value, study, plan.home, plan.type).core]
        else:
            cores = [
                resolve(item, study, home, Type.CONDITION).core
                for item, home in plan.conditions()
            ]

        unknown = [item for item in cores if self._value(item, frames) is None]
        if not unknown and plan.value is None:
            return facts.shown is True and plan.has_to_be_answered(frames) is True
        return bool(unknown) and not any(self._why(item, frames) for item in unknown)
