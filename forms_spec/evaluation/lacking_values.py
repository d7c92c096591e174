"""Why something cannot be told: the cells that are missing, too imprecise, or do not
decide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain, product
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
from forms_spec.evaluation.unknown_walk import UnknownWalk
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.environment import Frames, Instance
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
    subject: EvaluatedSubject,
    key: FormKey,
    expression: Expression,
    home: Home,
    *,
    row: int | None = None,
    type_: Type = Type.CONDITION,
) -> tuple[Lacking, ...]:
    """Why a condition or a formula of a form, or of a row, is UNKNOWN. Nothing where it
    is not.
    """
    node = resolve(expression, subject.study, home, type_).core
    evidence = Evidence(subject)
    frames = evidence.form(key).frames(row)
    walk = _LackingWalk(subject.study, evidence)
    if walk.value(node, frames) is not None:
        return ()

    # Two parts of a condition may lack the same cell.
    return tuple(dict.fromkeys(walk.why(node, frames)))


class _LackingWalk(UnknownWalk[tuple[Lacking, ...]]):
    """Gathers the cells that an UNKNOWN expression lacks."""

    nothing: tuple[Lacking, ...] = ()

    def __init__(self, study: Study, evidence: Evidence) -> None:
        super().__init__(study)
        self.evidence = evidence
        self.depth = 0

    def joined(self, reasons: Iterable[tuple[Lacking, ...]]) -> tuple[Lacking, ...]:
        return tuple(chain.from_iterable(reasons))

    def undecided(
        self, nodes: tuple[resolved.Core, ...], frames: Frames
    ) -> tuple[Lacking, ...]:
        """Cells that give no decision: what is unanswered or partial among them, else
        all of them.
        """
        leaves = self.joined(self.leaves(node, frames) for node in nodes)
        open_ = tuple(leaf for leaf in leaves if leaf.why is not Lack.UNDECIDED)
        if not open_:
            return leaves

        return open_

    def fold(self, node: resolved.Fold, frames: Frames) -> tuple[Lacking, ...]:
        has_rows = any(self.rows(node, frames))
        if not has_rows:
            return self._empty_tables(node)

        return super().fold(node, frames)

    def _empty_tables(self, node: resolved.Fold) -> tuple[Lacking, ...]:
        """The table in which rows were looked for."""
        tables = (node.source.table, node.source.form)
        return tuple(
            Lacking(source=source, why=Lack.UNANSWERED)
            for source in self.evidence.sources
            if source.field is None and source.table in tables
        )

    def leaves(self, node: resolved.Core, frames: Frames) -> tuple[Lacking, ...]:
        """Every cell below a node, and every table that has no rows."""
        if isinstance(node, resolved.Read | resolved.Remote):
            return self.cell(node, frames)
        if isinstance(node, resolved.Missing):
            return self.cell(node.cell, frames)
        if isinstance(node, resolved.Fold):
            return self._row_leaves(node, frames)
        # A constant, or what the server gives, is never lacking.
        if not isinstance(node, resolved.Apply):
            return self.nothing

        return self.joined(self.leaves(part, frames) for part in node.arguments)

    def _row_leaves(self, node: resolved.Fold, frames: Frames) -> tuple[Lacking, ...]:
        rows = list(self.rows(node, frames))
        if not rows:
            return self._empty_tables(node)

        parts = list(filter(None, (node.where, node.body)))
        return self.joined(
            self.leaves(part, inner) for inner, part in product(rows, parts)
        )

    def of_cell(
        self, form: Instance, table: str, row: int | None, field: Field
    ) -> tuple[Lacking, ...]:
        """The cell itself; of a calculated one what its formula lacks."""
        assert isinstance(form, ReadRecorder)
        source = self.source(form, table, row, field.name)
        is_blank = source.state is CellState.BLANK
        if field.value is not None and is_blank and self.depth < DEEPEST:
            return self.formula(form, table, row, field.value)

        why = Lack.PARTIAL if source.partial else _BY_STATE[source.state]
        return (Lacking(source=source, why=why),)

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
    ) -> tuple[Lacking, ...]:
        """What a formula lacks."""
        owner = self.study.tables[table]
        home = Home(form=owner.form, group=owner.group)
        node = resolve(formula, self.study, home).core
        frames = form.frames(row)

        self.depth += 1
        is_unknown = self.value(node, frames) is None
        lacking = self.why(node, frames) if is_unknown else self.nothing
        self.depth -= 1
        return lacking
