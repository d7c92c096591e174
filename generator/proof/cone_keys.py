"""What a question depends on, as one key: while the key is the same, so is the answer."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TypeAlias

from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.reads import targets
from forms_spec.rules.semantics.resolved import Core
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type
from generator.proof.core_text import core_text
from generator.proof.goals import Goal
from generator.proof.program_version import program_version

Part: TypeAlias = tuple[str, str]
"""A table and one of its fields; the rows of the table where the field is ``ROWS``."""
ROWS = "*"


class ConeKeys:
    """The keys of the questions about one study."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._parts: dict[Part, tuple[str, tuple[Part, ...]]] = {}
        self._reads: dict[int, tuple[Part, ...]] = {}
        self._cones: dict[Part, frozenset[Part]] = {}
        self._frame = sha256(
            f"{program_version()} {list(self._frame_text())}".encode()
        ).hexdigest()

    def _frame_text(self) -> Iterator[object]:
        """What every question depends on: visits, schedule, sites, reasons."""
        study = self.study
        for visit in study.visits.values():
            yield visit.name, visit.repeats
        for item in study.schedule:
            yield item.form, item.visit
        yield sorted(study.sites), sorted(study.missing)
        yield [(form.name, form.log) for form in study.forms.values()]

    def key(self, goal: Goal) -> str:
        """The key of a question."""
        roots = list(goal.cells)
        for core in goal.reads:
            roots += self._read_parts(core)
        group = goal.spot.row_table if goal.spot is not None else None
        if group is not None:
            roots.append((group, ROWS))

        cone: set[Part] = set()
        for part in dict.fromkeys(roots):
            cone |= self._cone(part)
        texts = [self._part(part)[0] for part in sorted(cone)]
        whole = f"{self._frame} {goal.form} {goal.asks} {texts}"
        return sha256(whole.encode()).hexdigest()

    def _read_parts(self, core: Core) -> tuple[Part, ...]:
        """What an expression reads; its meaning lives as long as the study."""
        parts = self._reads.get(id(core))
        if parts is None:
            reads = [read for read in targets(core) if read.table is not None]
            named = ((read.table or "", read.field or ROWS) for read in reads)
            parts = self._reads[id(core)] = tuple(dict.fromkeys(named))

        return parts

    def _cone(self, start: Part) -> frozenset[Part]:
        """Everything that a part hangs on, itself too."""
        cone = self._cones.get(start)
        if cone is None:
            reached: dict[Part, None] = {}
            waiting = [start]
            while waiting:
                part = waiting.pop()
                if part not in reached:
                    reached[part] = None
                    waiting.extend(self._part(part)[1])
            cone = self._cones[start] = frozenset(reached)

        return cone

    def _part(self, part: Part) -> tuple[str, tuple[Part, ...]]:
        if part not in self._parts:
            self._parts[part] = self._described(*part)

        return self._parts[part]

    def _described(self, table: str, name: str) -> tuple[str, tuple[Part, ...]]:
        owner = self.study.tables[table]
        if name == ROWS:
            return _rows_text(owner.group), ()

        plan = plan_of(self.study, owner.form).fields.get((table, name))
        if plan is None:
            return f"{table}.{name}", ()

        cores = list(self._cores(plan))
        reads = [read for core in cores for read in self._read_parts(core)]
        if owner.group is not None:
            reads.append((table, ROWS))
        if plan.field.unit_field is not None:
            reads.append((table, plan.field.unit_field))
        text = f"{table}.{name} {_facets(plan.field)} {[core_text(c) for c in cores]}"
        return text, tuple(dict.fromkeys(reads))

    def _cores(self, plan: FieldPlan) -> Iterator[Core]:
        """The meanings of all expressions that limit or make the value of a field."""

        def meaning(expression: Expression, home: Any, type_: Type) -> Core:
            return resolve(expression, self.study, home, type_).core

        for expression, home in plan.shown_by:
            yield meaning(expression, home, Type.CONDITION)
        if plan.field.value is not None:
            yield meaning(plan.field.value, plan.home, plan.type)
        for limits in plan.field.ranges.values():
            for end in (limits.low, limits.high):
                if end is not None:
                    yield meaning(end, plan.home, plan.type)


def _rows_text(group: Group | None) -> str:
    if group is None or group.rows is None:
        return "no rows"

    rows = group.rows
    return f"{group.name} {rows.minimum} {rows.maximum} {rows.fixed}"


def _facets(field: Field) -> str:
    codes = field.codelist.codes if field.codelist else ()
    pattern = field.pattern.expression if field.pattern else None
    facets = (
        field.kind.name,
        field.type.name,
        field.places,
        field.comparators,
        (field.min_length, field.max_length, pattern),
        (field.seconds, field.max_choices, field.part_of),
        [(code.code, code.exclusive) for code in codes],
        [code.code for code in field.missing],
        [choice.code for choice in field.unit_choices],
        [_range_shape(unit, limits) for unit, limits in field.ranges.items()],
        sorted((code, str(check.severity)) for code, check in field.checks.items()),
        field.value is not None,
    )
    return repr(facets)


def _range_shape(unit: str | None, limits: Range) -> tuple[object, ...]:
    ends = (limits.low is not None, limits.high is not None)
    return unit, ends, limits.low_open, limits.high_open
