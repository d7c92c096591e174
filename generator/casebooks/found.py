"""What the queries found, as columns: a line for each finding, and counts of the cells' states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forms_spec.judge.judgement import CellState
from generator.casebooks.reads import Shape
from generator.casebooks.relations import Relations
from generator.casebooks.texts import BLANK, Outcome
from generator.casebooks.verdicts import EXPECTED_STATE, HIDDEN_STATE, Constraint, Query, VerdictQuery
from generator.package.missingness import BLANK as EXPECTED
from generator.package.missingness import HIDDEN, MISSING, OPTIONAL, STATES


@dataclass(kw_only=True)
class Found:
    """Findings of all relations. ``constraint`` is a place in ``constraints``; ``form`` in ``forms``."""

    constraints: list[Constraint] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    states: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    _parts: list[tuple[Any, ...]] = field(default_factory=list)

    def judge(self, shape: Shape, relations: Relations) -> None:
        """Runs a relation's query and takes what it finds."""
        query = VerdictQuery(shape=shape, relations=relations).query()
        if shape.form.name not in self.forms:
            self.forms.append(shape.form.name)
        sql = relations.store.sql
        for statement in query.before:
            sql.execute(statement)
        found = sql.execute(query.sql).fetchnumpy()
        for statement in query.after:
            sql.execute(statement)
        self._states(shape, relations, query, found)
        self._findings(self.forms.index(shape.form.name), query, found)

    def _states(self, shape: Shape, relations: Relations, query: Query, found: Mapping[str, Any]) -> None:
        visits = found["visit"].astype(np.int64)
        for one in shape.fields:
            codes = visits * 256 + found[query.states[one.name]]
            outcomes = relations.outcomes(shape, one)
            counted = np.bincount(codes)
            for at in np.flatnonzero(counted).tolist():
                visit, code = divmod(at, 256)
                self.states[shape.name, one.name, visit, state_name(code, outcomes)] += int(counted[at])

    def _findings(self, form: int, query: Query, found: Mapping[str, Any]) -> None:
        keys = [found[name] for name in ("subject", "visit", "unsno", "line")]
        for name, constraints in query.verdicts.items():
            verdicts = found[name]
            rows = np.flatnonzero(verdicts)
            if not len(rows):
                continue
            places = np.array(
                [0, *(self._place(one) for one in constraints)] + [-1] * (255 - len(constraints))
            )
            part = (*(key[rows] for key in keys), places[verdicts[rows]], np.full(len(rows), form))
            self._parts.append(part)

    def _place(self, constraint: Constraint) -> int:
        if constraint not in self.constraints:
            self.constraints.append(constraint)
        return self.constraints.index(constraint)

    def columns(self) -> Columns:
        """Everything that was found; a constraint of -1 asks the judge."""
        names = ("subject", "visit", "unsno", "line", "constraint", "form")
        if not self._parts:
            return Columns(*(np.zeros(0, np.int64) for _ in names))
        return Columns(
            *(np.concatenate([part[at] for part in self._parts]).astype(np.int64) for at in range(6))
        )


@dataclass
class Columns:
    """One finding a line."""

    subject: Any
    visit: Any
    unsno: Any
    line: Any
    constraint: Any
    form: Any

    def where(self, mask: Any) -> Columns:
        return Columns(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def state_name(code: int, outcomes: list[Outcome]) -> str:
    """The state of missingness that a query's number stands for."""
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
