"""A form made ready for judging: every condition, formula and limit compiled, once for
each study.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rule_syntax.expression import Expression, parse_expression
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import Dependency, references
from forms_spec.rules.semantics.resolved import Apply, Constant, RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type, type_of

Closure = Callable[[Frames], "RuleValue | None"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CompiledRange:
    """A range with its ends compiled. ``certain``: neither end is ever UNKNOWN."""

    low: Closure | None
    high: Closure | None
    low_open: bool
    high_open: bool
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlan:
    """A field with its rules compiled. ``shown`` holds the group's condition and its
    own; ``shown_by`` the same as expressions, each with its home. ``offered`` are the
    codes that are offered under a condition.
    """

    field: Field
    table: str
    home: Home
    type: Type
    shown: tuple[Closure, ...]
    required: bool | Closure
    value: Closure | None
    ranges: Mapping[str | None, CompiledRange]
    expected: Mapping[str | None, CompiledRange]
    alert: Mapping[str | None, CompiledRange]
    missing: Mapping[str, bool]
    shown_by: tuple[tuple[Expression, Home], ...]
    reference: tuple[Closure, Closure] | None
    offered: tuple[tuple[str, Closure], ...]
    meanings: dict[str, tuple[Any, Any]] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )
    """What texts of the field mean, for those that were read lately."""

    def conditions(self) -> tuple[tuple[Expression, Home], ...]:
        """The conditions of whether it is asked, then of whether it has to be answered."""
        required = self.field.required
        return (
            *self.shown_by,
            *(() if isinstance(required, bool) else ((required, self.home),)),
        )

    @property
    def limits(self) -> tuple[tuple[str, Mapping[str | None, CompiledRange]], ...]:
        """What a value is held against, in the order of ``Field.limits``."""
        return (
            ("range", self.ranges),
            ("alert", self.alert),
            ("expected", self.expected),
        )

    def has_to_be_answered(self, frames: Frames) -> bool | None:
        """What ``required`` says, whether it is asked or not."""
        if isinstance(self.required, bool):
            return self.required

        # A condition that is UNKNOWN stays so.
        required = self.required(frames)
        assert required is None or isinstance(required, bool)
        return required


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupPlan:
    """``lacking`` gives the number of the first row that is to be carried here and is
    not, UNKNOWN where there is none.
    """

    group: Group
    shown: Closure | None
    lacking: Closure | None
    fields: tuple[FieldPlan, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePlan:
    """An edit check that belongs to a form, or to each row of ``table``.

    ``asks`` is what ``holds`` reads, ``applies_asks`` what ``applies`` does, where
    UNKNOWN is a finding.
    """

    rule: EditCheck
    table: str
    applies: Closure | None
    holds: Closure
    asks: tuple[Dependency, ...]
    applies_asks: tuple[Dependency, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPlan:
    """``fields`` finds a field by table and name; ``order`` has calculated fields after
    what they read, and ``reads`` says which cells of the form decide a field's value
    and whether it is shown. ``deep`` are the fields at the end of a long chain of such
    readings.
    """

    form: Form
    groups: tuple[GroupPlan, ...]
    fields: Mapping[tuple[str, str], FieldPlan]
    row_tables: frozenset[str]
    order: tuple[tuple[str, str], ...]
    reads: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
    deep: frozenset[tuple[str, str]]
    rules: tuple[RulePlan, ...]


def reference_ends(field: Field) -> tuple[Expression, Expression]:
    """The two expressions that give the ends of a field's reference range."""
    low, high = (
        parse_expression(f"{end}({field.name})", field.place)
        for end in ("reference_low", "reference_high")
    )
    assert isinstance(low, Expression)
    assert isinstance(high, Expression)

    return low, high


def lacking_row(group: Group, study: Study) -> Expression | None:
    """The number of the first row that the group is to have from another form and has
    not; None for a group that has its rows from nowhere.
    """
    carried = group.carried
    if carried is None:
        return None

    # A name that no table has tells the two rows apart.
    there = "there"
    while there in study.tables:
        there += "_"

    text = (
        f"min({carried.rows}.rowno as {there} where "
        f"not any({group.name} where rowno = {there}.rowno))"
    )
    parsed = parse_expression(text, group.place)
    assert isinstance(parsed, Expression)

    return parsed


PLANS: StudyCache[str, FormPlan] = StudyCache()
_RULES: StudyCache[tuple[()], Mapping[str, Sequence[tuple[EditCheck, Home]]]] = (
    StudyCache()
)


def plan_of(study: Study, form: Form) -> FormPlan:
    """The form's plan, made at its first use and kept with the study."""
    return PLANS.get(study, form.name, lambda: _Planner(study, form).plan())


def rules_of(study: Study, form: Form) -> Iterator[tuple[EditCheck, Home]]:
    """The edit checks that belong to a form, each with its home."""
    yield from _RULES.get(study, (), lambda: _rules_by_form(study)).get(form.name, ())


def _rules_by_form(study: Study) -> Mapping[str, Sequence[tuple[EditCheck, Home]]]:
    by_form: dict[str, list[tuple[EditCheck, Home]]] = {}
    for rule in study.rules.values():
        table = study.tables[rule.on[0][0]]
        home = Home(form=table.form, group=table.group)
        by_form.setdefault(table.form.name, []).append((rule, home))

    return by_form


class _Planner:
    def __init__(self, study: Study, form: Form) -> None:
        self.study = study
        self.form = form
        self.reads: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def plan(self) -> FormPlan:
        groups = tuple(map(self.group, self.form.groups))
        fields: dict[tuple[str, str], FieldPlan] = {}

        for group in groups:
            fields.update(
                {(plan.table, plan.field.name): plan for plan in group.fields}
            )

        # Each field after all that it reads, and each reading once.
        order = tuple(_by_finish(fields, self.reads))
        reads = {
            index: tuple(
                dict.fromkeys(read for read in self.reads[index] if read in fields)
            )
            for index in order
        }
        rules = rules_of(self.study, self.form)

        return FormPlan(
            form=self.form,
            groups=groups,
            fields=MappingProxyType(fields),
            row_tables=frozenset(group.name for group in self.form.row_groups),
            order=order,
            reads=MappingProxyType(reads),
            deep=frozenset(_deep(order, reads)),
            rules=tuple(self.rule(rule, home) for rule, home in rules),
        )

    def rule(self, rule: EditCheck, home: Home) -> RulePlan:
        return RulePlan(
            rule=rule,
            table=rule.on[0][0],
            applies=self.optional(rule.when, home, Type.CONDITION),
            holds=self.closure(rule.assertion, home, Type.CONDITION),
            asks=self.asks(rule, rule.assertion, home),
            applies_asks=self.asks(rule, rule.when, home),
        )

    def asks(
        self, rule: EditCheck, expression: Expression | None, home: Home
    ) -> tuple[Dependency, ...]:
        """What a part of a rule reads, where anybody wants to know."""
        if expression is None or rule.unknown is None:
            return ()

        return references(expression, self.study, home)

    def group(self, group: Group) -> GroupPlan:
        # The condition of a group is evaluated once, not for each of its rows.
        shown = self.optional(group.show_when, Home(form=self.form), Type.CONDITION)
        home = Home.in_group(self.form, group)
        fields = tuple(
            self.field(field, group.table, home, group, shown)
            for field in group.fields
            if field.collected
        )

        lacking = self.optional(
            lacking_row(group, self.study), Home(form=self.form), Type.NUMBER
        )
        return GroupPlan(group=group, shown=shown, lacking=lacking, fields=fields)

    def field(
        self,
        field: Field,
        table: str,
        home: Home,
        group: Group,
        group_shown: Closure | None,
    ) -> FieldPlan:
        type_ = type_of(field)
        shown = [group_shown] if group_shown is not None else []
        if field.show_when is not None:
            shown.append(self.closure(field.show_when, home, Type.CONDITION))

        required: bool | Closure = (
            field.required
            if isinstance(field.required, bool)
            else self.closure(field.required, home, Type.CONDITION)
        )
        value = (
            self.closure(field.value, home, type_) if field.value is not None else None
        )
        self.reads[table, field.name] = self.read_by(field, group, home)

        return FieldPlan(
            field=field,
            table=table,
            home=home,
            type=type_,
            shown=tuple(shown),
            required=required,
            value=value,
            ranges=self.limits(field.ranges, home, type_),
            expected=self.limits(field.expected, home, type_),
            alert=self.limits(field.alert, home, type_),
            missing=MappingProxyType(
                {item.code: item.draft_only for item in field.missing}
            ),
            shown_by=self.shown_by(field, group, home),
            reference=self.reference(field, home),
            offered=tuple(
                (code, self.closure(condition, home, Type.CONDITION))
                for code, condition in field.offered_when.items()
            ),
        )

    def shown_by(
        self, field: Field, group: Group, home: Home
    ) -> tuple[tuple[Expression, Home], ...]:
        """What decides whether a field is asked: the group's condition, then its own."""
        conditions: list[tuple[Expression, Home]] = []
        if group.show_when is not None:
            conditions.append((group.show_when, Home(form=self.form)))

        if field.show_when is not None:
            conditions.append((field.show_when, home))

        return tuple(conditions)

    def reference(self, field: Field, home: Home) -> tuple[Closure, Closure] | None:
        """Both ends of the reference range that applies."""
        if field.lab_test is None:
            return None

        low, high = (
            self.closure(end, home, Type.NUMBER) for end in reference_ends(field)
        )
        return low, high

    def closure(self, expression: Expression, home: Home, expects: Type) -> Closure:
        return compile_expression(expression, self.study, home, expects)

    def optional(
        self, expression: Expression | None, home: Home, expects: Type
    ) -> Closure | None:
        """The closure of an expression that need not be there."""
        if expression is None:
            return None

        return self.closure(expression, home, expects)

    def certain(self, expression: Expression, home: Home, type_: Type) -> bool:
        """Whether an expression is a number, a day, a parameter or today."""
        node = resolve(expression, self.study, home, type_).core
        # A number where a range is expected is wrapped.
        if isinstance(node, Apply) and node.operator == "point":
            node = node.arguments[0]

        if isinstance(node, Apply):
            return node.operator == "today"

        return isinstance(node, Constant)

    def limits(
        self, ranges: Mapping[str | None, Range], home: Home, type_: Type
    ) -> Mapping[str | None, CompiledRange]:
        compiled = {
            unit: self.compiled_range(limits, home, type_)
            for unit, limits in ranges.items()
        }
        return MappingProxyType(compiled)

    def compiled_range(self, limits: Range, home: Home, type_: Type) -> CompiledRange:
        ends = filter(None, (limits.low, limits.high))
        return CompiledRange(
            low=self.optional(limits.low, home, type_),
            high=self.optional(limits.high, home, type_),
            low_open=limits.low_open,
            high_open=limits.high_open,
            certain=all(self.certain(end, home, type_) for end in ends),
        )

    def read_by(self, field: Field, group: Group, home: Home) -> list[tuple[str, str]]:
        """The cells of this form that decide the field's value."""
        deciding = list(reversed(self.shown_by(field, group, home)))
        if field.value is not None:
            deciding.insert(0, (field.value, home))

        cells: list[tuple[str, str]] = []
        for expression, where in deciding:
            for read in references(expression, self.study, where):
                # What was typed is there without any evaluation.
                is_evaluated = read.visit is None and not read.entered
                if is_evaluated:
                    cells.append((read.table or "", read.field or ""))

        return cells


def _by_finish(
    fields: Mapping[tuple[str, str], FieldPlan],
    reads: Mapping[tuple[str, str], list[tuple[str, str]]],
) -> list[tuple[str, str]]:
    """Depth first, each field when everything it reads is done; no recursion, since
    chains may be long.
    """
    finished: dict[tuple[str, str], None] = {}
    begun: set[tuple[str, str]] = set()

    for start in fields:
        stack = [start]
        while stack:
            cell = stack[-1]
            # Seen for the second time: all that it reads is finished by now.
            if cell in begun:
                stack.pop()
                finished[cell] = None
                continue

            begun.add(cell)
            for read in reads[cell]:
                if read in fields and read not in begun:
                    stack.append(read)

    return list(finished)


LONG_CHAIN = 20


def _deep(
    order: tuple[tuple[str, str], ...],
    reads: Mapping[tuple[str, str], tuple[tuple[str, str], ...]],
) -> Iterator[tuple[str, str]]:
    """The fields that more than LONG_CHAIN others lead to, one after the other."""
    depth: dict[tuple[str, str], int] = {}
    for index in order:
        below = [depth.get(read, 0) for read in reads[index]]
        depth[index] = 1 + max(below, default=0)
        if depth[index] > LONG_CHAIN:
            yield index
