"""Why something cannot be told: the cells that are missing, too imprecise, or do not
decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.read_trace import (
    DEEPEST,
    AnswerSource,
    Evidence,
    ReadRecorder,
    companions,
)
from forms_spec.model.captured_data import FormKey
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core, places
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type


class Lack(Enum):
    """What is wrong with a source."""

    UNANSWERED = "not answered"
    MISSING = "missing with a reason"
    INVALID = "not a valid answer"
    HIDDEN = "not asked"
    PARTIAL = "too imprecise"
    UNDECIDED = "does not decide it"


_BY_STATE: Mapping[CellState, Lack] = MappingProxyType(
    {
        CellState.ANSWERED: Lack.UNDECIDED,
        CellState.BLANK: Lack.UNANSWERED,
        CellState.MISSING: Lack.MISSING,
        CellState.INVALID: Lack.INVALID,
        CellState.HIDDEN: Lack.HIDDEN,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    source: AnswerSource
    why: Lack


def lacking_in(
    subject: EvaluatedSubject, key: FormKey, condition: Expression, home: Home
) -> tuple[Lacking, ...]:
    """Why a condition of a form is UNKNOWN. Nothing where it is not."""
    node = resolve(condition, subject.study, home, Type.CONDITION).core
    evidence = Evidence(subject)
    frames = evidence.form(key).frames(None)
    asked = _Asked(subject.study, evidence)
    why = asked.why(node, frames) if asked.value(node, frames) is None else ()
    return tuple(dict.fromkeys(why))


class _Asked:
    """Follows UNKNOWN from an expression down to the cells where it comes from."""

    def __init__(self, study: Study, evidence: Evidence) -> None:
        self.study = study
        self.evidence = evidence
        self.depth = 0
        self._compiled: dict[int, Callable[[Frames], resolved.RuleValue | None]] = {}

    def value(self, node: resolved.Core, frames: Frames) -> resolved.RuleValue | None:
        if id(node) not in self._compiled:
            self._compiled[id(node)] = compile_core(node)
        return self._compiled[id(node)](frames)

    def why(self, node: resolved.Core, frames: Frames) -> Iterator[Lacking]:
        """The sources that make a node UNKNOWN, which it is."""
        if isinstance(node, resolved.Read | resolved.Remote):
            yield from self.cell(node, frames)
        elif isinstance(node, resolved.Fold):
            yield from self.fold(node, frames)
        elif isinstance(node, resolved.Apply) and node.operator == "case":
            yield from self.case(node.arguments, frames)
        elif isinstance(node, resolved.Apply):
            parts = operands(node)
            unknown = [part for part in parts if self.value(part, frames) is None]
            for item in unknown:
                yield from self.why(item, frames)
            if not unknown:
                yield from self.undecided(parts, frames)

    def case(
        self, arguments: tuple[resolved.Core, ...], frames: Frames
    ) -> Iterator[Lacking]:
        """The condition that is UNKNOWN; or the value chosen; or, where none is, what
        was asked.
        """
        conditions, values = arguments[:-1:2], (*arguments[1::2], arguments[-1])
        for index, condition in enumerate(conditions):
            value = self.value(condition, frames)
            if value is None:
                yield from self.why(condition, frames)
                return

            if value:
                yield from self.why(values[index], frames)
                return

        if isinstance(values[-1], resolved.Constant):
            yield from self.undecided(conditions, frames)
        else:
            yield from self.why(values[-1], frames)

    def fold(self, node: resolved.Fold, frames: Frames) -> Iterator[Lacking]:
        some = False
        for inner in row_frames(node, frames):
            some = True
            value = True if node.where is None else self.value(node.where, inner)
            if value is None and node.where is not None:
                yield from self.why(node.where, inner)
            elif (
                value and node.body is not None and self.value(node.body, inner) is None
            ):
                yield from self.why(node.body, inner)

        if not some:
            yield from self.leaves(node, frames)

    def undecided(
        self, nodes: tuple[resolved.Core, ...], frames: Frames
    ) -> Iterator[Lacking]:
        """Cells that give no decision: what is unanswered or partial among them, else
        all of them.
        """
        result = [reason for node in nodes for reason in self.leaves(node, frames)]
        open_ = [item for item in result if item.why is not Lack.UNDECIDED]
        yield from open_ or result

    def leaves(self, node: resolved.Core, frames: Frames) -> Iterator[Lacking]:
        """Every cell below a node, and every table that has no rows."""
        if isinstance(node, resolved.Read | resolved.Remote):
            yield from self.cell(node, frames)
        elif isinstance(node, resolved.Missing):
            yield from self.cell(node.cell, frames)
        elif isinstance(node, resolved.Apply):
            for argument in node.arguments:
                yield from self.leaves(argument, frames)
        elif isinstance(node, resolved.Fold):
            yield from self.rows(node, frames)

    def rows(self, node: resolved.Fold, frames: Frames) -> Iterator[Lacking]:
        rows = list(row_frames(node, frames))
        tables = (node.source.table, node.source.form)
        if not rows:
            empty = [
                source
                for source in self.evidence.sources
                if source.field is None and source.table in tables
            ]
            yield from (Lacking(source=entry, why=Lack.UNANSWERED) for entry in empty)

        for inner in rows:
            for item in (node.where, node.body):
                if item is not None:
                    yield from self.leaves(item, inner)

    def cell(
        self, node: resolved.Read | resolved.Remote, frames: Frames
    ) -> Iterator[Lacking]:
        """The cell itself; of a calculated one what its formula lacks."""
        here = frames[node.depth].instance
        assert isinstance(here, ReadRecorder)
        if isinstance(node, resolved.Read):
            form, table, row = (
                here,
                node.table,
                frames[node.depth].row if node.row else None,
            )
        else:
            there = self.evidence.at(node.form, node.visit, here.key, node.field.name)
            if there is None:
                return
            form, table, row = there, node.form, None

        source = self.source(form, table, row, node.field.name)
        formula = node.field.value
        if (
            formula is not None
            and source.state is CellState.BLANK
            and self.depth < DEEPEST
        ):
            yield from self.formula(form, table, row, formula)
        elif source.partial:
            yield Lacking(source=source, why=Lack.PARTIAL)
        else:
            yield Lacking(source=source, why=_BY_STATE[source.state])

    def source(
        self, form: ReadRecorder, table: str, row: int | None, field: str
    ) -> AnswerSource:
        """The cell; its number for a unit that was not chosen because there is no
        number.
        """
        number = companions(form.captured).get((table, field))
        if number is not None:
            source = self.evidence.source(form.captured, table, row, number)
            if source.state is not CellState.ANSWERED:
                return source

        return self.evidence.source(form.captured, table, row, field)

    def formula(
        self, form: ReadRecorder, table: str, row: int | None, formula: Expression
    ) -> Iterator[Lacking]:
        owner = self.study.tables[table]
        node = resolve(
            formula, self.study, Home(form=owner.form, group=owner.group)
        ).core
        frames = form.frames(row)
        self.depth += 1
        if self.value(node, frames) is None:
            yield from self.why(node, frames)
        self.depth -= 1


def operands(node: resolved.Apply) -> tuple[resolved.Core, ...]:
    """What an operator works on; the numbers that codes stand for are no value by
    themselves.
    """
    return tuple(
        argument
        for argument in node.arguments
        if not (
            isinstance(argument, resolved.Constant)
            and isinstance(argument.value, Mapping)
        )
    )


def row_frames(node: resolved.Fold, frames: Frames) -> Iterator[Frames]:
    """The frames in which an aggregate looks at its rows."""
    outer = frames[: node.depth]
    for place in places(node.source, outer):
        yield [*outer, place]
