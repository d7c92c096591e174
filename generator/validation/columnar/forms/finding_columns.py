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
from generator.validation.columnar.forms.text_classes import BLANK, Outcome
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
class Columns:
    """One finding a line.

    ``key`` numbers subject and visit; a ``constraint`` of -1 asks the judge.
    """

    key: Array
    line: Array
    constraint: Array
    form: Array

    def where(self, mask: Array) -> Columns:
        return Columns(
            *(getattr(self, name)[mask] for name in self.__dataclass_fields__)
        )


@dataclass(kw_only=True)
class Found:
    """Findings of all relations.

    ``constraint`` is a place in ``constraints``, ``form`` one in ``forms``.
    """

    constraints: Numbered[Constraint] = field(default_factory=Numbered)
    forms: Numbered[str] = field(default_factory=Numbered)
    states: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    _parts: list[tuple[Array, ...]] = field(default_factory=list)

    def add(
        self, relation: Relation, where: Array, constraint: Constraint | None
    ) -> None:
        """A finding on some lines of a relation."""
        lines = np.flatnonzero(where)
        if not len(lines):
            return
        place = -1 if constraint is None else self.constraints.place(constraint)
        form = self.forms.place(relation.shape.form.name)
        numbers = (np.full(len(lines), item) for item in (place, form))
        self._parts.append((relation.key[lines], relation.line[lines], *numbers))

    def count(self, relation: Relation, item: Field, states: Array) -> None:
        """Every cell of a field, by its state."""
        counted = np.bincount(relation.visit * 256 + states)
        outcomes = relation.reader(item).outcomes
        for index in np.flatnonzero(counted).tolist():
            visit, state = divmod(index, 256)
            name = state_name(state, outcomes)
            self.states[relation.shape.name, item.name, visit, name] += int(
                counted[index]
            )

    def columns(self) -> Columns:
        """Everything that was found."""
        if not self._parts:
            return Columns(*(np.zeros(0, np.int64) for _ in range(4)))
        return Columns(
            *(
                np.concatenate([part[index] for part in self._parts])
                for index in range(4)
            )
        )

    def forget(self) -> None:
        """Findings and counts are done with; the numbers of constraints and forms stay."""
        self._parts.clear()
        self.states.clear()


def state_name(code: int, outcomes: list[Outcome]) -> str:
    """The state of missingness that a number stands for."""
    if code == HIDDEN_STATE:
        return HIDDEN
    if code == EXPECTED_STATE:
        return EXPECTED
    if code == BLANK:
        return OPTIONAL
    outcome = outcomes[code]
    if outcome.state is CellState.MISSING:
        return f"{MISSING}{outcome.missing}"
    return STATES[outcome.state]
