"""What was found of some subjects, as columns: a line for each finding, and counts of
the cells' states.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from forms_spec.evaluation.form_result import CellState
from forms_spec.findings.finding import Severity
from forms_spec.model.fields import Field
from generator.validation.columnar.forms.text_classes import BLANK, TextClass
from generator.validation.columnar.forms.value_columns import Array
from generator.validation.completeness import BLANK as EXPECTED
from generator.validation.completeness import HIDDEN, MISSING, OPTIONAL
from generator.validation.count_completeness import STATES

if TYPE_CHECKING:
    from generator.validation.columnar.forms.form_table import Relation

One = TypeVar("One")
ASK = None
"""Stands for a constraint where the judge is asked what to say."""
HIDDEN_STATE, EXPECTED_STATE = 254, 253
"""States of a cell beside the classes of its field: hidden, and blank though required.
"""
_FIXED_STATES = {HIDDEN_STATE: HIDDEN, EXPECTED_STATE: EXPECTED, BLANK: OPTIONAL}


class Constraint(NamedTuple):
    """A finding that a facet or a rule may give: what is counted of it."""

    code: str
    severity: Severity
    rule: str | None
    table: str
    field: str | None


class Numbered(dict[One, int]):
    """Things, each with the place at which it was first met."""

    def place(self, item: One) -> int:
        return self.setdefault(item, len(self))


@dataclass
class FindingColumns:
    """One finding a line.

    ``key`` numbers subject and visit; a ``constraint`` of -1 asks the judge.
    """

    key: Array
    line: Array
    constraint: Array
    form: Array

    def where(self, mask: Array) -> FindingColumns:
        """The lines that are true in a mask."""
        return FindingColumns(
            key=self.key[mask],
            line=self.line[mask],
            constraint=self.constraint[mask],
            form=self.form[mask],
        )


@dataclass(kw_only=True)
class LotFindings:
    """Findings of all relations.

    ``constraint`` is a place in ``constraints``, ``form`` one in ``forms``.
    """

    constraints: Numbered[Constraint] = field(default_factory=Numbered)
    forms: Numbered[str] = field(default_factory=Numbered)
    states: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    _parts: list[FindingColumns] = field(default_factory=list)

    def add(
        self, relation: Relation, where: Array, constraint: Constraint | None
    ) -> None:
        """A finding on some lines of a relation."""
        lines = np.flatnonzero(where)
        if not len(lines):
            return

        place = -1 if constraint is None else self.constraints.place(constraint)
        form = self.forms.place(relation.shape.form.name)
        part = FindingColumns(
            key=relation.key[lines],
            line=relation.line[lines],
            constraint=np.full(len(lines), place),
            form=np.full(len(lines), form),
        )
        self._parts.append(part)

    def count(self, relation: Relation, item: Field, states: Array) -> None:
        """Every cell of a field, by its state."""
        # A state is a number of one byte.
        counts = np.bincount(relation.visit * 256 + states)
        outcomes, table = relation.reader(item).outcomes, relation.shape.name

        for index in np.flatnonzero(counts).tolist():
            visit, state = divmod(index, 256)
            name = state_name(state, outcomes)
            self.states[table, item.name, visit, name] += int(counts[index])

    def columns(self) -> FindingColumns:
        """Everything that was found."""
        none = np.zeros(0, np.int64)
        # Nothing can be joined from no parts at all.
        parts = self._parts or [FindingColumns(none, none, none, none)]

        return FindingColumns(
            key=np.concatenate([part.key for part in parts]),
            line=np.concatenate([part.line for part in parts]),
            constraint=np.concatenate([part.constraint for part in parts]),
            form=np.concatenate([part.form for part in parts]),
        )

    def forget(self) -> None:
        """Findings and counts are done with; the numbers of constraints and forms stay."""
        self._parts.clear()
        self.states.clear()


def state_name(code: int, outcomes: list[TextClass]) -> str:
    """The state of missingness that a number stands for."""
    fixed = _FIXED_STATES.get(code)
    if fixed is not None:
        return fixed

    outcome = outcomes[code]
    if outcome.state is CellState.MISSING:
        return f"{MISSING}{outcome.missing}"

    return STATES[outcome.state]
