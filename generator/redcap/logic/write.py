"""A rule of our language as REDCap's logic, as far as REDCap can say it with the same
meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules import Expression
from forms_spec.rules.semantics.functions import FUNCTIONS
from forms_spec.rules.semantics.types import Type, type_of
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic import write_calls, write_fields
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    ADD,
    ATOM,
    FALSE,
    MULTIPLY,
    TRUE,
    RedcapCondition,
    RedcapValue,
    compared,
    computed,
    constant,
    every,
    given,
    some,
    test,
)
from generator.redcap.logic.write_context import WriteContext, quoted
from generator.redcap.logic.write_places import event_of


class Writer(WriteContext):
    """One expression of one form, or of one of its groups of rows."""

    def condition_text(self, expression: Expression) -> str:
        """True where ours is TRUE.

        Raises ``LogicFault`` where REDCap has no word for it.
        """
        return self.condition(expression.tree, True).written()

    def formula_text(self, expression: Expression) -> str:
        """Blank where ours is UNKNOWN.

        Raises ``LogicFault``. A date with time gives a date its day.
        """
        return write_calls.day_of(self, expression.tree).guarded()

    # Conditions

    def condition(self, node: syntax_tree.Node, wanted: bool) -> RedcapCondition:
        """What is true in REDCap where the condition is TRUE here, or where it is FALSE
        (``wanted``).
        """
        maker = _ASKED.get(type(node))
        if maker is None:
            raise self.fault(node)
        return maker(self, node, wanted)

    def is_condition(self, node: syntax_tree.Node) -> bool:
        if isinstance(node, syntax_tree.Case):
            return self.is_condition(node.branches[0][1])
        if isinstance(node, syntax_tree.Call):
            if node.function == "coalesce":
                return self.is_condition(node.arguments[0])
            function = FUNCTIONS.get(node.function)
            return function is not None and function.gives is Type.CONDITION

        if isinstance(node, syntax_tree.Literal):
            return node.kind == "boolean"
        if isinstance(node, syntax_tree.Reference):
            inner = self.derived(node)
            if inner is not None:
                return self.is_condition(inner)
            return node.field not in _KEYS and self.value(node).type is Type.CONDITION

        if isinstance(node, syntax_tree.In) and self.unit_of(node) is not None:
            return False
        return isinstance(
            node,
            syntax_tree.Logic
            | syntax_tree.Not
            | syntax_tree.Compare
            | syntax_tree.Between
            | syntax_tree.In
            | syntax_tree.Is,
        ) or (
            isinstance(node, syntax_tree.Aggregate)
            and node.function in ("any", "every")
        )

    def logic(self, node: syntax_tree.Logic, wanted: bool) -> RedcapCondition:
        parts = [self.condition(operand, wanted) for operand in node.operands]
        return every(parts) if (node.operator == "and") == wanted else some(parts)

    def negation(self, node: syntax_tree.Not, wanted: bool) -> RedcapCondition:
        return self.condition(node.operand, not wanted)

    def truth(self, node: syntax_tree.Literal, wanted: bool) -> RedcapCondition:
        if node.kind != "boolean":
            raise self.fault(node)
        return TRUE if node.value == wanted else FALSE

    def ticked(self, node: syntax_tree.Reference, wanted: bool) -> RedcapCondition:
        """A tick field, which is true/false in REDCap, or a derivation that is a
        condition.
        """
        inner = self.derived(node)
        if inner is not None:
            return self.condition(inner, wanted)
        entry = self.value(node)
        if entry.type is not Type.CONDITION:
            raise self.fault(node)
        number = "1" if wanted else "0"

        return test(f"{entry.text} = '{number}'", f"{entry.text} <> '{number}'")

    def comparison(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        if node.operator in _SETS:
            return write_fields.sets(self, node, wanted)
        if self.is_condition(node.left) or self.is_condition(node.right):
            return self.alike(node, wanted)
        if node.operator == "<>":
            return self.equal(node.left, node.right, not wanted)
        if node.operator == "=":
            return self.equal(node.left, node.right, wanted)
        return self.ordered(node, wanted)

    def alike(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        """Two conditions that are equal, or not."""
        same = wanted == (node.operator == "=")
        pairs = ((True, same), (False, not same))
        return some(
            every([self.condition(node.left, first), self.condition(node.right, other)])
            for first, other in pairs
        )

    def equal(
        self, left: syntax_tree.Node, right: syntax_tree.Node, wanted: bool
    ) -> RedcapCondition:
        """Equal, or different, and both known: two blanks are equal in REDCap, and a
        blank is not 4.
        """
        first, other = self.sides(left, right)
        for entry, beside in ((first, other), (other, first)):
            if entry.literal == "" and entry.type is Type.TEXT:
                if beside.field is None:
                    raise LogicFault(
                        "a text without letters is a blank in REDCap",
                        left.start,
                        right.end,
                    )

                return FALSE if wanted else beside.known

            if (
                entry.literal is not None
                and beside.field is not None
                and _is_missing_code(entry, beside.field)
            ):
                return FALSE if wanted else beside.known

        result = compared(first, "=", other)
        if not wanted:
            return every([result.opposite(), first.known, other.known])
        if first.literal is not None or other.literal is not None:
            return every(
                [result, *(side.needs for side in (first, other) if side.field is None)]
            )

        if first.sure or other.sure:
            return every([result, first.needs, other.needs])
        return every([result, first.known, other.needs])

    def ordered(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        left, right = self.sides(node.left, node.right)
        if left.literal == "" or right.literal == "":
            raise LogicFault(
                "a text without letters is a blank in REDCap", node.start, node.end
            )

        operator = node.operator if wanted else _OPPOSITE[node.operator]

        return every([compared(left, operator, right), left.needs, right.needs])

    def sides(
        self, left: syntax_tree.Node, right: syntax_tree.Node
    ) -> tuple[RedcapValue, RedcapValue]:
        """Both sides of a comparison, as REDCap compares them like we do."""
        if _is_visit(left) or _is_visit(right):
            return self.visit(left), self.visit(right)
        first, other = self.value(left, moment=True), self.value(right, moment=True)
        if {first.type, other.type} == {Type.DATE, Type.DATETIME}:
            raise LogicFault(
                "REDCap compares a date with a date, a time of the day with one",
                left.start,
            )

        first, other = self.coded(first, other), self.coded(other, first)

        return (
            first if _codes_beside(first, other) else write_calls.counted(first),
            other if _codes_beside(other, first) else write_calls.counted(other),
        )

    def coded(self, structure: RedcapValue, beside: RedcapValue) -> RedcapValue:
        """A constant beside a field with answers is the code that the answer has in
        REDCap.
        """
        if (
            structure.literal is None
            or beside.field is None
            or beside.field.codelist is None
        ):
            return structure

        return self.text(
            redcap_codes(self.study, beside.field).get(
                structure.literal, structure.literal
            )
        )

    def visit(self, node: syntax_tree.Node) -> RedcapValue:
        """A visit beside ``visitid`` is its event."""
        if (
            isinstance(node, syntax_tree.Literal)
            and node.kind == "text"
            and node.value in self.events
        ):
            return self.text(self.events[str(node.value)])

        return self.value(node)

    def state(self, node: syntax_tree.Is, wanted: bool) -> RedcapCondition:
        """``is known``, ``is true``, ``is missing``: never UNKNOWN."""
        if node.state == "known":
            known = self.known(node.operand)
        elif node.state == "true":
            known = self.condition(node.operand, True)
        else:
            known = write_fields.missing(self, node)

        return known.opposite() if node.negated == wanted else known

    def known(self, node: syntax_tree.Node) -> RedcapCondition:
        plain = isinstance(node, syntax_tree.Reference) and self.derived(node) is None
        if not plain and self.is_condition(node):
            return some([self.condition(node, True), self.condition(node, False)])
        return self.value(node, partial=True).known

    def between(self, node: syntax_tree.Between, wanted: bool) -> RedcapCondition:
        ends = ((">=", node.low), ("<=", node.high))
        parts = [
            syntax_tree.Compare(
                operator=sign,
                left=node.operand,
                right=end,
                start=node.start,
                end=node.end,
            )
            for sign, end in ends
        ]
        wanted = wanted != node.negated
        asked = [self.ordered(part, wanted) for part in parts]

        return every(asked) if wanted else some(asked)

    def membership(self, node: syntax_tree.In, wanted: bool) -> RedcapCondition:
        wanted = wanted != node.negated
        if isinstance(node.among, syntax_tree.Listing):
            parts = [
                self.equal(node.operand, item, wanted) for item in node.among.items
            ]
            return some(parts) if wanted else every(parts)

        has = syntax_tree.Compare(
            operator="has",
            left=node.among,
            right=node.operand,
            start=node.start,
            end=node.end,
        )

        return write_fields.sets(self, has, wanted)

    def either(self, node: syntax_tree.Case, wanted: bool) -> RedcapCondition:
        """A case whose branches are conditions: UNKNOWN from the first condition on
        that is.
        """
        before: list[RedcapCondition] = []
        results: list[RedcapCondition] = []
        for when, then in node.branches:
            results.append(
                every(
                    [*before, self.condition(when, True), self.condition(then, wanted)]
                )
            )
            before.append(self.condition(when, False))

        if node.otherwise is not None:
            results.append(every([*before, self.condition(node.otherwise, wanted)]))
        return some(results)

    def called(self, node: syntax_tree.Call, wanted: bool) -> RedcapCondition:
        if node.function == "coalesce":
            return write_calls.first_known_condition(self, node, wanted)
        if node.function in write_calls.CONDITIONS:
            return write_calls.holds(self, node, wanted)
        raise LogicFault(
            f"REDCap has no function {node.function}", node.start, node.end
        )

    # Values

    def value(
        self, node: syntax_tree.Node, *, moment: bool = False, partial: bool = False
    ) -> RedcapValue:
        """A value. ``moment``: a date may stand for its first minute, as it does beside
        a date with time.

        ``partial``: a date that may be partial will do, since nothing is worked out
        with it.
        """
        if (
            isinstance(node, syntax_tree.Call)
            and node.function == "datetime_of"
            and moment
        ):
            return write_calls.at_midnight(self, node)

        if isinstance(node, syntax_tree.Reference):
            return self.reference(node, partial=partial)
        maker = _SAID.get(type(node))
        if maker is None:
            raise self.fault(node)
        return maker(self, node)

    def unit_of(self, node: syntax_tree.In) -> syntax_tree.Call | None:
        """``weight in kg`` as the call that it is short for."""
        unit, of = node.among, node.operand
        if (
            not isinstance(unit, syntax_tree.Reference)
            or unit.table is not None
            or not isinstance(of, syntax_tree.Reference)
        ):
            return None

        field = self.value(of).field
        if field is None or field.unit is None:
            return None
        code = syntax_tree.Literal(
            kind="text", value=unit.field or "", start=unit.start, end=unit.end
        )

        return syntax_tree.Call(
            function="in_unit", arguments=(of, code), start=node.start, end=node.end
        )

    def in_unit(self, node: syntax_tree.In) -> RedcapValue:
        unit = self.unit_of(node)
        if unit is None:
            raise self.fault(node)
        return self.value(unit)

    def literal(self, node: syntax_tree.Literal) -> RedcapValue:
        if node.kind == "number":
            assert isinstance(node.value, Decimal)
            return constant(format(node.value, "f"), Type.NUMBER)

        if node.kind == "text":
            return self.text(str(node.value))
        if node.kind == "date" and len(str(node.value)) != len("2024-01-31"):
            raise LogicFault("REDCap has no partial dates", node.start, node.end)
        text = str(node.value).replace("T", " ")

        return constant(quoted(text), _LITERALS[node.kind], text)

    def parameter(self, node: syntax_tree.ParameterReference) -> RedcapValue:
        value = self.study.parameters[node.name]
        if value.kind in ("integer", "decimal"):
            return constant(value.value, Type.NUMBER)
        if value.kind == "date" and len(value.value) != len("2024-01-31"):
            raise LogicFault("REDCap has no partial dates", node.start, node.end)
        return (
            self.text(value.value)
            if value.kind != "date"
            else constant(quoted(value.value), Type.DATE)
        )

    def today(self, _node: syntax_tree.Today) -> RedcapValue:
        return constant("'today'", Type.DATE)

    def derived(self, node: syntax_tree.Reference) -> syntax_tree.Node | None:
        """The expression of a derivation that a bare name stands for."""
        if (
            node.table is not None
            or node.selector is not None
            or self.own(node.field or "") is not None
        ):
            return None

        derivation = self.study.derivations.get(node.field or "")

        return (
            derivation.expression.tree
            if derivation is not None and not derivation.takes
            else None
        )

    def own(self, name: str) -> tuple[str, Field] | None:
        """The table and the field of a bare name: of the row first, then of the form."""
        tables = [self.group.name] if self.group is not None else []
        for table in (*tables, self.form.name):
            field = self.study.field(table, name)
            if field is not None and (table, name) in self.names:
                return table, field

        return None

    def reference(
        self, node: syntax_tree.Reference, *, partial: bool = False
    ) -> RedcapValue:
        if node.table is None and node.field in self.standing:
            return self.standing[node.field]
        inner = self.derived(node)
        if inner is not None:
            return self.value(inner, partial=partial)
        if node.table in (None, "this") and node.field in _KEYS:
            type_ = Type.NUMBER if node.field in _NUMBERS else Type.TEXT
            return RedcapValue(text=_KEYS[node.field or ""], type=type_, sure=True)

        here = (
            None,
            "this",
            self.form.name,
            self.group.name if self.group is not None else None,
        )
        own = (
            self.own(node.field or "")
            if node.table in here and node.selector is None
            else None
        )
        if own is not None:
            return self.read(*own, event="", partial=partial)
        form = self.study.forms.get(node.table or "")
        field = form.by_name.get(node.field or "") if form else None
        if form is None or field is None:
            raise LogicFault(
                f"{node.table or node.field} is no form with fields of its own",
                node.start,
            )

        return self.read(
            form.name, field, event=event_of(self, node, form), partial=partial
        )

    def read(
        self, table: str, field: Field, *, event: str, partial: bool
    ) -> RedcapValue:
        """The value of a field."""
        if field.kind.name == "partial_date" and not partial:
            raise LogicFault("REDCap has no partial dates: the field is a text there")
        if field.comparators and not partial:
            raise LogicFault("REDCap has no comparators: the field is a text there")
        text, type_ = f"{event}[{self.names[table, field.name]}]", type_of(field)
        known = write_fields.known_of(self, text, field)
        words = type_ in (Type.TEXT, Type.CHOICE) and bool(field.missing)

        return RedcapValue(
            text=text,
            type=type_,
            known=known,
            needs=known if words else TRUE,
            field=field,
        )

    def negative(self, node: syntax_tree.Negative) -> RedcapValue:
        entry = self.value(node.operand)
        return computed(f"-{entry.within(ATOM)}", [entry], MULTIPLY)

    def sum(self, node: syntax_tree.Sum) -> RedcapValue:
        if any(isinstance(item, syntax_tree.Duration) for item in node.terms):
            raise self.fault(node)
        terms = [self.value(item) for item in node.terms]
        if terms[0].type is Type.DATE:
            return write_calls.days(self, [terms[1], terms[0]])
        text = terms[0].within(ADD)
        for sign, term in zip(node.signs[1:], terms[1:], strict=True):
            text += f" {sign} {term.within(MULTIPLY)}"
        return computed(text, terms, ADD)

    def product(self, node: syntax_tree.Product) -> RedcapValue:
        left, right = self.value(node.left), self.value(node.right)
        text = f"{left.within(MULTIPLY)} {node.operator} {right.within(ATOM)}"
        return computed(text, [left, right], MULTIPLY)

    def case(self, node: syntax_tree.Case) -> RedcapValue:
        """Blank where a condition is UNKNOWN, and so is everything after it."""
        values = [write_calls.counted(self.value(then)) for _, then in node.branches]
        rest, type_ = "''", values[0].type
        if node.otherwise is not None:
            rest = write_calls.counted(self.value(node.otherwise)).guarded()

        for (when, _), then in zip(
            reversed(node.branches), reversed(values), strict=True
        ):
            asked, refused = self.condition(when, True), self.condition(when, False)
            if rest != "''" and refused != asked.opposite():
                rest = f"if({refused.written()}, {rest}, '')"
            rest = f"if({asked.written()}, {then.guarded()}, {rest})"

        return RedcapValue(text=rest, type=type_, known=given(rest))

    def call(self, node: syntax_tree.Call) -> RedcapValue:
        maker = write_calls.VALUES.get(node.function)
        if maker is None:
            raise LogicFault(
                f"REDCap has no function {node.function}", node.start, node.end
            )

        return maker(self, node)

    def fold(self, node: syntax_tree.Aggregate) -> RedcapValue:
        return write_calls.instance(self, node)


def _is_visit(node: syntax_tree.Node) -> bool:
    return (
        isinstance(node, syntax_tree.Reference)
        and node.table is None
        and node.field == "visitid"
    )


def _codes_beside(structure: RedcapValue, beside: RedcapValue) -> bool:
    """Whether a code that is read as a number stands beside a constant, which REDCap
    takes as one too.
    """
    return (
        structure.field is not None
        and structure.field.codelist is not None
        and beside.literal is not None
    )


def _is_missing_code(structure: RedcapValue, field: Field) -> bool:
    answers = field.codelist.by_code if field.codelist else {}
    return structure.literal not in answers and any(
        item.in_redcap == structure.literal for item in field.missing
    )


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SETS = frozenset(("has", "has any", "has all", "within", "overlaps"))
_KEYS: Mapping[str | None, str] = {
    "visitid": "[event-name]",
    "subjid": "[record-name]",
    "siteid": "[record-dag-name]",
    "rowno": "[current-instance]",
    "unsno": "[current-instance]",
}
_NUMBERS = frozenset({"rowno", "unsno"})
_LITERALS = {"date": Type.DATE, "time": Type.TIME, "datetime": Type.DATETIME}
_ASKED: Mapping[type[syntax_tree.Node], Callable[..., RedcapCondition]] = (
    MappingProxyType(
        {
            syntax_tree.Literal: Writer.truth,
            syntax_tree.Reference: Writer.ticked,
            syntax_tree.Not: Writer.negation,
            syntax_tree.Logic: Writer.logic,
            syntax_tree.Compare: Writer.comparison,
            syntax_tree.Between: Writer.between,
            syntax_tree.In: Writer.membership,
            syntax_tree.Is: Writer.state,
            syntax_tree.Case: Writer.either,
            syntax_tree.Call: Writer.called,
        }
    )
)
_SAID: Mapping[type[syntax_tree.Node], Callable[..., RedcapValue]] = MappingProxyType(
    {
        syntax_tree.In: Writer.in_unit,
        syntax_tree.Literal: Writer.literal,
        syntax_tree.ParameterReference: Writer.parameter,
        syntax_tree.Today: Writer.today,
        syntax_tree.Negative: Writer.negative,
        syntax_tree.Sum: Writer.sum,
        syntax_tree.Product: Writer.product,
        syntax_tree.Case: Writer.case,
        syntax_tree.Call: Writer.call,
        syntax_tree.Aggregate: Writer.fold,
    }
)
