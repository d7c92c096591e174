"""The checker: from a syntax tree to its meaning in a study, with every fault found on
the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from forms_spec.rule_syntax.syntax_tree import NODE_NAMES
from forms_spec.rule_syntax.tokenizer import KEYWORDS
from forms_spec.rules.semantics import comparisons, function_calls
from forms_spec.rules.semantics.calendar import (
    date_interval,
    datetime_seconds,
    time_seconds,
)
from forms_spec.rules.semantics.expected_rows import unless_expected
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.name_lookup import NameFault
from forms_spec.rules.semantics.resolve_context import WRONG, ResolveContext
from forms_spec.rules.semantics.resolved import (
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
    group = home.group.name if home.group else None
    key = (
        id(expression),
        home.form.name,
        group,
        expects,
        codes.name if codes else None,
    )
    kept = MEANINGS.of(study)
    setdefault = kept.get(key)
    if setdefault is None:
        setdefault = kept.setdefault(
            key, (expression, Checker(study, home, expression).whole(expects, codes))
        )

    return setdefault[1]


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
            if self.nodes > MOST_NODES:
                if self.nodes > MOST_NODES + 1:
                    return WRONG
                return self.fault("rule-too-large", node, most=str(MOST_NODES))

            return _BUILDERS[type(node)](self, node)
        except NameFault as fault:
            return self.fault(fault.code, node, **fault.words)
        finally:
            self.depth -= 1

    def heed_unit(self, node: syntax_tree.Reference, core: Core | None) -> None:
        """A warning where a number is used as if it had one unit, and its unit is
        chosen beside it.
        """
        field = core.field if isinstance(core, Read | Remote) else None
        if (
            field is None
            or field.unit is None
            or not field.unit.choices
            or self.units_apart
        ):
            return

        codes = [choice.code for choice in field.unit.choices]
        root = field.unit.base.code if field.unit.base is not None else codes[0]
        name = self.said(node)
        plain = _UNIT_NAME.fullmatch(root) and root.lower() not in KEYWORDS
        unit = root if plain else "'" + root.replace("'", "''") + "'"
        finding = self.finding(
            "rule-bare-unit", node, name=name, units=" or ".join(codes), unit=unit
        )
        (self.inherited if self.expanding else self.warnings).append(finding)

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

    def duration(self, node: syntax_tree.Duration) -> Core:
        """Compared with a field that holds a duration, and nowhere else a value."""
        count = self.core(node.count)
        if not isinstance(count, Constant) or count.type is not Type.NUMBER:
            return self.fault("rule-stray-duration", node, name=self.said(node))
        assert isinstance(count.value, int)
        whole, rest = divmod(count.value * node.times, SCALE)
        if rest or whole < 0:
            return self.fault("rule-stray-duration", node, name=self.said(node))
        if node.unit == "month":
            return Constant(type=Type.DURATION, value=Duration(whole, 0))
        seconds = whole * 86_400 if node.unit == "day" else whole
        return Constant(type=Type.DURATION, value=Duration(0, seconds))

    def reference(self, node: syntax_tree.Reference) -> Core:
        if node.table is not None:
            if node.field is None:
                raise NameFault("rule-table-is-no-value", name=node.table)
            core: Core | None = self.names.qualified(
                node.table, node.selector, node.field
            )
        else:
            core = self.bare(node)

        assert core is not None
        self.heed_unit(node, core)
        if not self.expanding:
            self.notes[node.start, node.end] = core
        return core

    def bare(self, node: syntax_tree.Reference) -> Core:
        name = node.field or ""
        if name in self.arguments:
            return self.arguments[name]
        result = self.names.bare(name)
        if result is not None:
            return result
        if name in self.study.derivations:
            return self.derivation(name, node, ())
        raise self.names.unknown(name, iter([*self.study.derivations, *self.arguments]))

    def derivation(
        self, name: str, node: syntax_tree.Node, given: tuple[Core, ...]
    ) -> Core:
        """A named derivation, read where it is used."""
        value = self.study.derivations[name]
        if name in self.expanding:
            circle = " -> ".join((*self.expanding, name))
            return self.fault("rule-circular-derivation", node, name=circle)

        if len(given) != len(value.takes):
            says = f"{name}({', '.join(value.takes)})" if value.takes else name
            return self.fault("rule-argument-count", node, name=name, says=says)

        arguments = dict(zip(value.takes, given, strict=True))
        with self.standing_in(value.expression, arguments, name):
            return self.core(value.expression.tree)

    def parameter(self, node: syntax_tree.ParameterReference) -> Core:
        value = self.study.parameters.get(node.name)
        if value is None:
            near = did_you_mean(node.name, self.study.parameters)
            return self.fault("rule-unknown-parameter", node, name=node.name, near=near)

        self.parameters[node.name] = None
        return function_calls.parameter(value)

    def today(self, _node: syntax_tree.Today) -> Core:
        return self.apply(Type.DATE, "today")

    def negation(self, node: syntax_tree.Not) -> Core:
        return self.apply(Type.CONDITION, "not", self.condition(node.operand))

    def logic(self, node: syntax_tree.Logic) -> Core:
        return self.apply(
            Type.CONDITION,
            node.operator,
            *(self.condition(operand) for operand in node.operands),
        )

    def state(self, node: syntax_tree.Is) -> Core:
        certain = self.certain(node) if node.state == "true" else self.cell_state(node)
        return self.apply(Type.CONDITION, "not", certain) if node.negated else certain

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
        if not isinstance(operand, Read | Remote):
            if operand.type is Type.ANY:
                return WRONG
            return self.fault(
                "rule-not-a-field", node.operand, name=self.said(node.operand)
            )

        code = str(node.code.value) if node.code else None
        if node.code is not None and code not in self.study.missing:
            near = did_you_mean(code or "", self.study.missing)
            return self.fault(
                "rule-unknown-missing", node.code, name=code or "", near=near
            )

        return Missing(type=Type.CONDITION, cell=operand, code=code)

    def negative(self, node: syntax_tree.Negative) -> Core:
        operand = self.want(
            self.core(node.operand), node.operand, Type.NUMBER, Type.SPREAD
        )
        if operand.type is Type.SPREAD:
            return self.apply(Type.SPREAD, "span_neg", operand)
        if isinstance(operand, Constant) and isinstance(operand.value, int):
            return Constant(type=Type.NUMBER, value=-operand.value)
        return self.apply(Type.NUMBER, "neg", operand)

    def product(self, node: syntax_tree.Product) -> Core:
        left = self.want(self.core(node.left), node.left, Type.NUMBER)
        right = self.want(self.core(node.right), node.right, Type.NUMBER)
        return self.apply(
            Type.NUMBER, {"*": "mul", "/": "div"}[node.operator], left, right
        )

    def case(self, node: syntax_tree.Case) -> Core:
        conditions = [self.condition(when) for when, _ in node.branches]
        nodes = [then for _, then in node.branches]
        if node.otherwise is not None:
            nodes.append(node.otherwise)
        values = comparisons.alike(self, nodes)
        flat: list[Core] = []
        for condition, value in zip(conditions, values, strict=False):
            flat += (condition, value)
        last = (
            values[-1]
            if node.otherwise is not None
            else Constant(type=values[0].type, value=None)
        )

        return Apply(
            type=values[0].type,
            codelist=comparisons.shared(values),
            operator="case",
            arguments=(*flat, last),
        )

    def membership(self, node: syntax_tree.In) -> Core:
        """``x in (..)``, ``code in multiple_choice``, and ``weight in kg``, which is a
        conversion.
        """
        cell = self.unit_asked(node)
        if cell is None:
            return comparisons.membership(self, node)
        assert isinstance(node.among, syntax_tree.Reference)
        unit = node.among
        literal = syntax_tree.Literal(
            kind="text", value=unit.field or "", start=unit.start, end=unit.end
        )

        return converted(self, node, cell, literal)

    def unit_asked(self, node: syntax_tree.In) -> Read | Remote | None:
        """The cell that is converted, None where the node asks for something else."""
        among, of = node.among, node.operand
        if (
            not isinstance(among, syntax_tree.Reference)
            or among.table is not None
            or node.negated
        ):
            return None

        if not isinstance(of, syntax_tree.Reference):
            return None

        try:
            cell = (
                self.names.qualified(of.table, of.selector, of.field)
                if of.table and of.field
                else None
            )
            cell = cell or self.names.bare(of.field or "")
        except NameFault:
            return None

        if not isinstance(cell, Read | Remote) or cell.field.unit is None:
            return None
        if not self.expanding:
            self.notes[of.start, of.end] = cell
        return cell

    def call(self, node: syntax_tree.Call) -> Core:
        if node.function in self.study.derivations:
            given = tuple(self.core(argument) for argument in node.arguments)
            return self.derivation(node.function, node, given)

        return function_calls.call(self, node)

    def fold(self, node: syntax_tree.Aggregate) -> Core:
        result = self.names.source(node.over)
        if result is None:
            return self.fault(
                "rule-no-rows",
                node.over,
                name=self.said(node.over),
                function=node.function,
            )

        source, frame, only = result
        depth = len(self.names.frames)

        with self.within_frame(frame):
            where = self.condition(node.where) if node.where is not None else None
            body = None if only else self.core(node.over)

        return self.folded(
            node,
            Fold(
                type=Type.ANY,
                operator="",
                source=source,
                depth=depth,
                where=where,
                body=body,
            ),
        )

    def folded(self, node: syntax_tree.Aggregate, raw: Fold) -> Core:
        """The aggregate with its exact operator and type."""
        if (raw.body is None) != (node.function in ("any", "every", "count")) or (
            node.distinct and (raw.body is None or node.function != "count")
        ):
            return self.counted(node, raw)

        if node.function in ("any", "every", "count"):
            type_ = Type.SPREAD if node.function == "count" else Type.CONDITION
            return _with(raw, node.function, type_, None)

        assert raw.body is not None
        if node.function == "sum":
            total = _with(
                raw, "sum", Type.NUMBER, self.want(raw.body, node.over, Type.NUMBER)
            )
            return unless_expected(self, total)

        body = self.want(
            raw.body, node.over, Type.NUMBER, Type.DATE, Type.TIME, Type.DATETIME
        )
        operator = f"span_{node.function}" if body.type is Type.DATE else node.function

        return _with(raw, operator, body.type, body)

    def counted(self, node: syntax_tree.Aggregate, raw: Fold) -> Core:
        """``count(distinct x)``, and ``any(x > 1)`` or ``every(x > 1)`` with the
        condition as their value.
        """
        if node.function == "count" and node.distinct and raw.body is not None:
            body = self.want(raw.body, node.over, *_COUNTABLE)
            return _with(raw, "count_distinct", Type.SPREAD, body)

        if (
            node.function in ("any", "every")
            and raw.body is not None
            and not node.distinct
        ):
            body = self.want(raw.body, node.over, Type.CONDITION)
            return self.conditional(node.function, raw, body)

        return self.fault(
            "rule-wrong-aggregate",
            node,
            name=self.said(node.over),
            function=node.function,
        )

    def conditional(self, function: str, raw: Fold, body: Core) -> Core:
        if raw.where is None:
            return Fold(
                type=Type.CONDITION,
                operator=function,
                source=raw.source,
                depth=raw.depth,
                where=body,
                body=None,
            )

        given = (
            raw.where
            if function == "any"
            else self.apply(Type.CONDITION, "not", raw.where)
        )
        joined = self.apply(
            Type.CONDITION, "and" if function == "any" else "or", given, body
        )

        return Fold(
            type=Type.CONDITION,
            operator=function,
            source=raw.source,
            depth=raw.depth,
            where=joined,
            body=None,
        )


def _with(raw: Fold, operator: str, type_: Type, body: Core | None) -> Fold:
    return Fold(
        type=type_,
        operator=operator,
        source=raw.source,
        depth=raw.depth,
        where=raw.where,
        body=body,
    )


_COUNTABLE = (Type.NUMBER, Type.TEXT, Type.CHOICE, Type.TIME, Type.DATETIME, Type.DATE)
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
        syntax_tree.Duration: Checker.duration,
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
