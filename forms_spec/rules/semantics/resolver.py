"""The checker: from a syntax tree to its meaning in a study, with every fault found on
the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.codes import Codelist
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.values import Duration
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.limits import DEEPEST, MOST_NODES, SCALE
from forms_spec.rule_syntax.syntax_tree import NODE_NAMES, ROW_LOOKUPS
from forms_spec.rule_syntax.tokenizer import KEYWORDS
from forms_spec.rules.semantics import comparisons, function_calls
from forms_spec.rules.semantics.calendar import (
    date_interval,
    datetime_seconds,
    time_seconds,
)
from forms_spec.rules.semantics.expected_rows import unless_expected, unless_to_begin
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import NameFault
from forms_spec.rules.semantics.resolve_context import WRONG, ResolveContext
from forms_spec.rules.semantics.resolved import (
    NTH,
    Apply,
    Constant,
    Core,
    Fold,
    Key,
    Missing,
    Read,
    Remote,
)
from forms_spec.rules.semantics.types import KIND_TYPES, Type
from forms_spec.rules.semantics.unit_conversion import converted

_UNIT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """What an expression means. ``notes`` says what each reference and call in the text
    stands for.

    ``core`` is of use only when there are no findings. ``warnings`` are about what can
    be computed, and is probably not what was meant; those of ``inherited`` stand in a
    derivation that is used here, at its place.
    """

    core: Core
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    inherited: tuple[Finding, ...]
    notes: Mapping[tuple[int, int], Core]
    parameters: tuple[str, ...]


MeaningKey = tuple[int, str, str | None, Type | None, str | None]
MEANINGS: StudyCache[MeaningKey, tuple[Expression, Resolved]] = StudyCache()
"""By the identity of an expression, its home and what is expected of it. The expression
is kept beside its meaning, so that no other expression gets its identity.
"""


def resolve(
    expression: Expression,
    study: Study,
    home: Home,
    expects: Type | None = None,
    codes: Codelist | None = None,
) -> Resolved:
    """The meaning of an expression, of the type that is expected where one is."""
    key = (
        id(expression),
        home.form.name,
        home.group.name if home.group else None,
        expects,
        codes.name if codes else None,
    )
    meanings = MEANINGS.of(study)
    meaning = meanings.get(key)

    if meaning is None:
        checker = Checker(study, home, expression)
        resolved = checker.whole(expects, codes)
        meaning = meanings.setdefault(key, (expression, resolved))

    return meaning[1]


class Checker(ResolveContext):
    """One walk over one expression.

    A fault gives a finding and a value of type ANY, which fits anywhere.
    """

    def whole(self, expects: Type | None, codes: Codelist | None) -> Resolved:
        core = self.core(self.expression.tree)
        if expects is not None:
            core = self.expected(core, expects, codes)

        return Resolved(
            core=core,
            findings=tuple(self.findings),
            warnings=tuple(self.warnings),
            inherited=tuple(self.inherited),
            notes=MappingProxyType(self.notes),
            parameters=tuple(self.parameters),
        )

    def expected(self, core: Core, expects: Type, codes: Codelist | None) -> Core:
        node = self.expression.tree
        if expects is Type.CHOICE and codes is not None:
            for constant in comparisons.constants(core):
                comparisons.check_code(self, constant, codes, node)

        return self.want(core, node, expects)

    def core(self, node: syntax_tree.Node) -> Core:
        """The meaning of a node. Depth and size count derivations written out."""
        self.nodes += 1
        self.depth += 1

        try:
            if self.depth > 2 * DEEPEST:
                return self.fault("rule-too-deep", node, most=str(DEEPEST))
            # One finding for all nodes that are too many.
            if self.nodes > MOST_NODES + 1:
                return WRONG
            if self.nodes > MOST_NODES:
                return self.fault("rule-too-large", node, most=str(MOST_NODES))

            return _BUILDERS[type(node)](self, node)
        except NameFault as fault:
            return self.fault(fault.code, node, **fault.words)
        finally:
            self.depth -= 1

    def condition_at(self, home: Home, condition: Expression) -> Core | None:
        meaning = resolve(condition, self.study, home, Type.CONDITION)
        return None if meaning.findings else meaning.core

    def heed_unit(self, node: syntax_tree.Reference, core: Core | None) -> None:
        """A warning where a number is used as if it had one unit, and its unit is
        chosen beside it.
        """
        if self.units_apart or not isinstance(core, Read | Remote):
            return

        unit = core.field.unit
        if unit is None or not unit.choices:
            return

        codes = [choice.code for choice in unit.choices]
        base = unit.base.code if unit.base is not None else codes[0]
        warning = self.finding(
            "rule-bare-unit",
            node,
            name=self.source_text(node),
            units=" or ".join(codes),
            unit=_as_written(base),
        )
        warnings = self.inherited if self.expanding else self.warnings
        warnings.append(warning)

    # One method for each node class; the table below names them all.

    def literal(self, node: syntax_tree.Literal) -> Core:
        if node.kind == "number":
            assert not isinstance(node.value, str)
            return Constant(type=Type.NUMBER, value=int(node.value * SCALE))

        if node.kind == "boolean":
            return Constant(type=Type.CONDITION, value=bool(node.value))

        text = str(node.value)
        if node.kind == "text":
            return Constant(type=Type.TEXT, value=text)

        type_, read = _MOMENTS[node.kind]
        value = read(text)
        if value is None:
            return self.fault("rule-bad-moment", node, name=text)

        return Constant(type=type_, value=value)

    def duration(self, node: syntax_tree.DurationTerm) -> Core:
        """Compared with a field that holds a duration, and nowhere else a value."""
        count = self.core(node.count)
        if not isinstance(count, Constant) or count.type is not Type.NUMBER:
            return self.stray_duration(node)

        assert isinstance(count.value, int)
        whole, rest = divmod(count.value * node.times, SCALE)
        if rest or whole < 0:
            return self.stray_duration(node)

        if node.unit == "month":
            return Constant(type=Type.DURATION, value=Duration(whole, 0))

        seconds = whole * 86_400 if node.unit == "day" else whole
        return Constant(type=Type.DURATION, value=Duration(0, seconds))

    def stray_duration(self, node: syntax_tree.DurationTerm) -> Core:
        return self.fault("rule-stray-duration", node, name=self.source_text(node))

    def reference(self, node: syntax_tree.Reference) -> Core:
        if node.table is None:
            core = self.bare(node)
        elif node.field is None:
            raise NameFault("rule-table-is-no-value", name=node.table)
        else:
            core = self.names.qualified(node.table, node.selector, node.field)

        self.heed_unit(node, core)
        # What a derivation reads has its places in another text.
        if not self.expanding:
            self.notes[node.start, node.end] = core

        return core

    def bare(self, node: syntax_tree.Reference) -> Core:
        name = node.field or ""
        if name in self.arguments:
            return self.arguments[name]

        core = self.names.bare(name)
        if core is not None:
            return core
        if name in self.study.derivations:
            return self.derivation(name, node, ())

        raise self.names.unknown(name, iter([*self.study.derivations, *self.arguments]))

    def derivation(
        self, name: str, node: syntax_tree.Node, given: tuple[Core, ...]
    ) -> Core:
        """A named derivation, read where it is used."""
        derivation = self.study.derivations[name]
        if name in self.expanding:
            circle = " -> ".join((*self.expanding, name))
            return self.fault("rule-circular-derivation", node, name=circle)

        takes = derivation.takes
        if len(given) != len(takes):
            says = f"{name}({', '.join(takes)})" if takes else name
            return self.fault("rule-argument-count", node, name=name, says=says)

        arguments = dict(zip(takes, given, strict=True))
        with self.standing_in(derivation.expression, arguments, name):
            return self.core(derivation.expression.tree)

    def parameter(self, node: syntax_tree.ParameterReference) -> Core:
        parameter = self.study.parameters.get(node.name)
        if parameter is None:
            near = did_you_mean(node.name, self.study.parameters)
            return self.fault("rule-unknown-parameter", node, name=node.name, near=near)

        self.parameters[node.name] = None
        core = function_calls.parameter(self, parameter)
        # What differs from site to site is no constant that the text says.
        if parameter.sites and not self.expanding:
            self.notes[node.start, node.end] = core

        return core

    def today(self, _node: syntax_tree.Today) -> Core:
        return self.apply(Type.DATE, "today")

    def negation(self, node: syntax_tree.Not) -> Core:
        return self.negated(self.condition(node.operand))

    def logic(self, node: syntax_tree.Logic) -> Core:
        conditions = list(map(self.condition, node.operands))
        return self.apply(Type.CONDITION, node.operator, *conditions)

    def state(self, node: syntax_tree.Is) -> Core:
        state = self.certain(node) if node.state == "true" else self.cell_state(node)
        if node.negated:
            return self.negated(state)

        return state

    def certain(self, node: syntax_tree.Is) -> Core:
        """TRUE where the condition is TRUE, else FALSE: UNKNOWN is not true."""
        no = Constant(type=Type.CONDITION, value=False)
        return self.apply(Type.CONDITION, "coalesce", self.condition(node.operand), no)

    def cell_state(self, node: syntax_tree.Is) -> Core:
        with self.in_any_unit():
            operand = self.core(node.operand)

        if node.state == "known":
            return self.apply(Type.CONDITION, "known", operand)

        return self.missing(node, operand)

    def missing(self, node: syntax_tree.Is, operand: Core) -> Core:
        if operand.type is Type.ANY:
            return WRONG

        # Only a cell can hold a missing code.
        if not isinstance(operand, Read | Remote):
            name = self.source_text(node.operand)
            return self.fault("rule-not-a-field", node.operand, name=name)

        if node.code is None:
            return Missing(type=Type.CONDITION, cell=operand, code=None)

        code = str(node.code.value)
        if code not in self.study.missing:
            near = did_you_mean(code, self.study.missing)
            return self.fault("rule-unknown-missing", node.code, name=code, near=near)

        return Missing(type=Type.CONDITION, cell=operand, code=code)

    def negative(self, node: syntax_tree.Negative) -> Core:
        core = self.core(node.operand)
        operand = self.want(core, node.operand, Type.NUMBER, Type.SPREAD)
        if operand.type is Type.SPREAD:
            return self.apply(Type.SPREAD, "span_neg", operand)
        # ``-3`` is a number, where a constant is wanted too.
        if isinstance(operand, Constant) and isinstance(operand.value, int):
            return Constant(type=Type.NUMBER, value=-operand.value)

        return self.apply(Type.NUMBER, "neg", operand)

    def product(self, node: syntax_tree.Product) -> Core:
        left = self.want(self.core(node.left), node.left, Type.NUMBER)
        right = self.want(self.core(node.right), node.right, Type.NUMBER)
        operator = {"*": "mul", "/": "div"}[node.operator]
        return self.apply(Type.NUMBER, operator, left, right)

    def case(self, node: syntax_tree.Case) -> Core:
        conditions = [self.condition(when) for when, _ in node.branches]
        nodes = [then for _, then in node.branches]
        if node.otherwise is not None:
            nodes.append(node.otherwise)

        values = comparisons.alike(self, nodes)
        type_ = values[0].type
        branches: list[Core] = []
        # There is one value more than conditions, where there is an else.
        for condition, value in zip(conditions, values, strict=False):
            branches += (condition, value)

        otherwise = values[-1] if node.otherwise else Constant(type=type_, value=None)

        return Apply(
            type=type_,
            codelist=comparisons.shared(values),
            operator="case",
            arguments=(*branches, otherwise),
        )

    def membership(self, node: syntax_tree.In) -> Core:
        """``x in (..)``, ``code in multiple_choice``, and ``weight in kg``, which is a
        conversion.
        """
        unit, operand = node.among, node.operand
        if node.negated or not isinstance(unit, syntax_tree.Reference):
            return comparisons.membership(self, node)
        if unit.table is not None or not isinstance(operand, syntax_tree.Reference):
            return comparisons.membership(self, node)

        cell = self.cell_with_unit(operand)
        if cell is None:
            return comparisons.membership(self, node)

        literal = syntax_tree.Literal(
            kind="text",
            value=unit.field or "",
            start=unit.start,
            end=unit.end,
        )
        return converted(self, node, cell, literal)

    def cell_with_unit(self, node: syntax_tree.Reference) -> Read | Remote | None:
        """The cell that is converted; None for a field without a unit, or no field."""
        try:
            if node.table and node.field:
                cell: Core | None = self.names.qualified(
                    node.table, node.selector, node.field
                )
            else:
                cell = self.names.bare(node.field or "")
        except NameFault:
            return None

        if not isinstance(cell, Read | Remote) or cell.field.unit is None:
            return None

        if not self.expanding:
            self.notes[node.start, node.end] = cell

        return cell

    def call(self, node: syntax_tree.Call) -> Core:
        if node.function in self.study.derivations:
            given = tuple(map(self.core, node.arguments))
            return self.derivation(node.function, node, given)

        return function_calls.call(self, node)

    def fold(self, node: syntax_tree.Aggregate) -> Core:
        # The look-ups of rows are no words of the language.
        if node.function in self.study.derivations and node.where is None:
            parts = filter(None, (node.over, node.place))
            given = tuple(map(self.core, parts))
            return self.derivation(node.function, node, given)

        rows = self.names.source(node.over)
        if rows is None:
            return self.fault(
                "rule-no-rows",
                node.over,
                name=self.source_text(node.over),
                function=node.function,
            )

        source, frame, is_whole_table = rows
        frame = replace(frame, alias=self.alias(node))
        depth = len(self.names.frames)
        with self.within_frame(frame):
            where = self.condition(node.where) if node.where is not None else None
            body = None if is_whole_table else self.core(node.over)

        raw = Fold(
            type=Type.ANY,
            operator="",
            source=source,
            depth=depth,
            where=where,
            body=body,
        )
        return self.folded(node, raw)

    def alias(self, node: syntax_tree.Aggregate) -> str | None:
        """The name that an aggregate gives to its rows, which nothing else may have."""
        name = node.alias
        if name is None:
            return None

        is_taken = name in self.study.tables or self.names.aliased(name) is not None
        if is_taken:
            self.fault("rule-alias-taken", node, name=name)

        return name

    def folded(self, node: syntax_tree.Aggregate, raw: Fold) -> Core:
        """The aggregate with its exact operator and type."""
        function, over, body = node.function, node.over, raw.body
        if body is None:
            return self.of_rows(node, raw)
        if node.distinct:
            return self.distinct(node, raw, body)
        if function in ROW_LOOKUPS:
            return self.row_lookup(node, raw, body)

        if function in ("any", "every"):
            condition = self.want(body, over, Type.CONDITION)
            return self.of_condition(function, raw, condition)

        if function == "sum":
            number = self.want(body, over, Type.NUMBER)
            total = replace(raw, operator="sum", type=Type.NUMBER, body=number)
            return unless_expected(self, total)

        if function in ("min", "max"):
            value = self.want(body, over, *_ORDERED)
            operator = f"span_{function}" if value.type is Type.DATE else function
            return replace(raw, operator=operator, type=value.type, body=value)

        return self.wrong_aggregate(node)

    def of_rows(self, node: syntax_tree.Aggregate, raw: Fold) -> Core:
        """``count(pt)``, ``any(pt where ...)``: of rows, not of a value in them."""
        if node.distinct or node.function not in ("any", "every", "count"):
            return self.wrong_aggregate(node)

        type_ = Type.SPREAD if node.function == "count" else Type.CONDITION
        rows = replace(raw, operator=node.function, type=type_)
        return unless_to_begin(self, rows)

    def distinct(self, node: syntax_tree.Aggregate, raw: Fold, body: Core) -> Core:
        """``count(distinct x)``"""
        if node.function != "count":
            return self.wrong_aggregate(node)

        value = self.want(body, node.over, *_COUNTABLE)
        rows = replace(raw, operator="count_distinct", type=Type.SPREAD, body=value)
        return unless_to_begin(self, rows)

    def row_lookup(self, node: syntax_tree.Aggregate, raw: Fold, body: Core) -> Core:
        """``first(x)``, ``last(x)``, ``nth(x, 2)``: a value of any type."""
        if body.type is Type.ANY:
            return WRONG

        place = self.place(node)
        if place is None:
            return WRONG

        lookup = replace(
            raw,
            operator=NTH,
            type=body.type,
            codelist=body.codelist,
            body=body,
            place=place,
        )
        if not self.expanding:
            self.notes[node.start, node.end] = lookup

        return lookup

    def place(self, node: syntax_tree.Aggregate) -> int | None:
        """The place of the row that is looked up; None after a finding."""
        if node.place is None:
            return {"first": 1, "last": -1}[node.function]

        core = self.core(node.place)
        number = core.value if isinstance(core, Constant) else None
        if core.type is Type.NUMBER and isinstance(number, int):
            whole, rest = divmod(number, SCALE)
            if whole and not rest:
                return whole

        self.fault("rule-row-place", node.place, name=self.source_text(node.place))
        return None

    def of_condition(self, function: str, raw: Fold, condition: Core) -> Core:
        """``any(x > 1)`` and ``every(x > 1)``: the rows where the condition holds."""
        holds = condition
        if raw.where is not None and function == "any":
            holds = self.apply(Type.CONDITION, "and", raw.where, condition)
        elif raw.where is not None:
            # Rows that are left out must not make ``every`` FALSE.
            left_out = self.negated(raw.where)
            holds = self.apply(Type.CONDITION, "or", left_out, condition)

        rows = replace(
            raw,
            operator=function,
            type=Type.CONDITION,
            where=holds,
            body=None,
        )
        return unless_to_begin(self, rows)

    def wrong_aggregate(self, node: syntax_tree.Aggregate) -> Core:
        return self.fault(
            "rule-wrong-aggregate",
            node,
            name=self.source_text(node.over),
            function=node.function,
        )


def _as_written(unit: str) -> str:
    """A unit behind ``in``: as it is where the rule language has such names."""
    if _UNIT_NAME.fullmatch(unit) and unit.lower() not in KEYWORDS:
        return unit

    doubled = unit.replace("'", "''")
    return f"'{doubled}'"


_COUNTABLE = (Type.NUMBER, Type.TEXT, Type.CHOICE, Type.TIME, Type.DATETIME, Type.DATE)
_ORDERED = (Type.NUMBER, Type.DATE, Type.TIME, Type.DATETIME)
_MOMENTS: Mapping[str, tuple[Type, Callable[[str], int | tuple[int, int] | None]]] = (
    MappingProxyType(
        {
            "date": (Type.DATE, date_interval),
            "time": (Type.TIME, time_seconds),
            "datetime": (Type.DATETIME, datetime_seconds),
        }
    )
)
_BUILDERS: Mapping[type[syntax_tree.Node], Callable[..., Core]] = MappingProxyType(
    {
        syntax_tree.Literal: Checker.literal,
        syntax_tree.DurationTerm: Checker.duration,
        syntax_tree.Reference: Checker.reference,
        syntax_tree.ParameterReference: Checker.parameter,
        syntax_tree.Today: Checker.today,
        syntax_tree.Not: Checker.negation,
        syntax_tree.Logic: Checker.logic,
        syntax_tree.Is: Checker.state,
        syntax_tree.Negative: Checker.negative,
        syntax_tree.Product: Checker.product,
        syntax_tree.Case: Checker.case,
        syntax_tree.Call: Checker.call,
        syntax_tree.Aggregate: Checker.fold,
        syntax_tree.Compare: comparisons.comparison,
        syntax_tree.Between: comparisons.between,
        syntax_tree.In: Checker.membership,
        syntax_tree.Sum: comparisons.total,
        syntax_tree.Listing: comparisons.listing,
    }
)
_HOLES = NODE_NAMES - {builder.__name__ for builder in _BUILDERS}
if _HOLES or set(KIND_TYPES.values()) - set(Type):
    raise TypeError(f"the checker has no meaning for {_HOLES}")

__all__ = ["Checker", "Key", "Resolved", "resolve"]
