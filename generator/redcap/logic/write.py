"""A rule of our language as REDCap's logic, as far as REDCap can say it with the same
meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TypeGuard

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
    not_blank,
    some,
)
from generator.redcap.logic.write_context import WriteContext, quoted
from generator.redcap.logic.write_places import event_of


class LogicWriter(WriteContext):
    """One expression of one form, or of one of its groups of rows.

    Conditions and values of our language have a method for each kind of node, in the
    tables at the end. All of them raise ``LogicFault`` where REDCap has no word for it.
    """

    def condition_text(self, expression: Expression) -> str:
        """Logic that is true where the condition is TRUE.

        Raises ``LogicFault`` where REDCap has no word for it.
        """
        return self.condition(expression.tree, True).written()

    def formula_text(self, expression: Expression) -> str:
        """An equation that is blank where ours is UNKNOWN.

        Raises ``LogicFault``. A date with time gives a date its day.
        """
        return write_calls.day_of(self, expression.tree).guarded()

    # Conditions

    def condition(self, node: syntax_tree.Node, wanted: bool) -> RedcapCondition:
        make = _CONDITIONS.get(type(node))
        if make is None:
            raise self.fault(node)

        return make(self, node, wanted)

    def is_condition(self, node: syntax_tree.Node) -> bool:
        """Whether a node gives TRUE or FALSE rather than a value."""
        if isinstance(node, syntax_tree.Case):
            _, first_then = node.branches[0]
            return self.is_condition(first_then)
        if isinstance(node, syntax_tree.Call):
            return self.is_condition_call(node)
        if isinstance(node, syntax_tree.Reference):
            return self.is_condition_name(node)
        if isinstance(node, syntax_tree.Literal):
            return node.kind == "boolean"
        if isinstance(node, syntax_tree.Aggregate):
            return node.function in ("any", "every")
        # `weight in kg` looks like a membership and is a value.
        if isinstance(node, syntax_tree.In) and self.unit_of(node) is not None:
            return False

        return isinstance(node, _CONDITION_NODES)

    def is_condition_call(self, node: syntax_tree.Call) -> bool:
        if node.function == "coalesce":
            return self.is_condition(node.arguments[0])
        function = FUNCTIONS.get(node.function)
        return function is not None and function.gives is Type.CONDITION

    def is_condition_name(self, node: syntax_tree.Reference) -> bool:
        derivation = self.derived(node)
        if derivation is not None:
            return self.is_condition(derivation)
        if node.field in _KEYS:
            return False
        return self.value(node).type is Type.CONDITION

    def logic(self, node: syntax_tree.Logic, wanted: bool) -> RedcapCondition:
        parts = [self.condition(operand, wanted) for operand in node.operands]
        # An `and` is FALSE where one of its parts is: De Morgan.
        if (node.operator == "and") == wanted:
            return every(parts)
        return some(parts)

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
        derivation = self.derived(node)
        if derivation is not None:
            return self.condition(derivation, wanted)

        value = self.value(node)
        if value.type is not Type.CONDITION:
            raise self.fault(node)
        number = "1" if wanted else "0"
        return RedcapCondition(
            text=f"{value.text} = '{number}'", other=f"{value.text} <> '{number}'"
        )

    # Comparisons

    def comparison(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        if node.operator in _SETS:
            return write_fields.compare_sets(self, node, wanted)
        if self.is_condition(node.left) or self.is_condition(node.right):
            return self.same_truth(node, wanted)

        if node.operator == "=":
            return self.equal(node.left, node.right, wanted)
        if node.operator == "<>":
            return self.equal(node.left, node.right, not wanted)
        return self.ordered(node, wanted)

    def same_truth(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        """Two conditions that are equal, or not."""
        same = wanted == (node.operator == "=")
        ways = []
        for left_true in (True, False):
            left = self.condition(node.left, left_true)
            right = self.condition(node.right, left_true if same else not left_true)
            ways.append(every([left, right]))

        return some(ways)

    def equal(
        self, left: syntax_tree.Node, right: syntax_tree.Node, wanted: bool
    ) -> RedcapCondition:
        """Equal, or different, and both known: two blanks are equal in REDCap, and a
        blank is not 4.
        """
        first, second = self.sides(left, right)
        for constant_side, beside in ((first, second), (second, first)):
            if self.is_never_equal(constant_side, beside, left, right):
                return FALSE if wanted else beside.known

        same = compared(first, "=", second)
        if not wanted:
            return every([same.opposite(), first.known, second.known])

        # What equals a constant is not blank, and neither is what equals a value that
        # never is. Of two others one has to be asked, since both may be blank.
        sides = (first, second)
        if first.literal is not None or second.literal is not None:
            return every([same, *(side.needs for side in sides if side.field is None)])
        if first.sure or second.sure:
            return every([same, first.needs, second.needs])
        return every([same, first.known, second.needs])

    def is_never_equal(
        self,
        constant_side: RedcapValue,
        beside: RedcapValue,
        left: syntax_tree.Node,
        right: syntax_tree.Node,
    ) -> bool:
        """Whether one side is a constant that the field on the other never has here:
        the empty text, or a code of missing data.
        """
        if constant_side.literal is None:
            return False

        if constant_side.literal == "" and constant_side.type is Type.TEXT:
            if beside.field is None:
                raise LogicFault(_NO_LETTERS, left.start, right.end)

            return True

        if beside.field is None:
            return False
        return _is_missing_code(constant_side.literal, beside.field)

    def ordered(self, node: syntax_tree.Compare, wanted: bool) -> RedcapCondition:
        left, right = self.sides(node.left, node.right)
        if "" in (left.literal, right.literal):
            raise LogicFault(_NO_LETTERS, node.start, node.end)

        operator = node.operator if wanted else _OPPOSITE[node.operator]
        return every([compared(left, operator, right), left.needs, right.needs])

    def sides(
        self, left: syntax_tree.Node, right: syntax_tree.Node
    ) -> tuple[RedcapValue, RedcapValue]:
        """Both sides of a comparison, as REDCap compares them like we do."""
        if _is_visit(left) or _is_visit(right):
            return self.visit(left), self.visit(right)

        first = self.value(left, moment=True)
        second = self.value(right, moment=True)
        if {first.type, second.type} == {Type.DATE, Type.DATETIME}:
            why = "REDCap compares dates with dates only, and dates with time likewise"
            raise LogicFault(why, left.start)

        first, second = self.coded(first, second), self.coded(second, first)
        return _beside(first, second), _beside(second, first)

    def coded(self, value: RedcapValue, beside: RedcapValue) -> RedcapValue:
        """A constant beside a field with answers is the code that the answer has in
        REDCap.
        """
        if value.literal is None or beside.field is None:
            return value
        if beside.field.codelist is None:
            return value

        codes = redcap_codes(self.study, beside.field)
        return self.text_constant(codes.get(value.literal, value.literal))

    def visit(self, node: syntax_tree.Node) -> RedcapValue:
        """A visit beside ``visitid`` is its event."""
        if isinstance(node, syntax_tree.Literal) and node.kind == "text":
            visit = str(node.value)
            if visit in self.events:
                return self.text_constant(self.events[visit])

        return self.value(node)

    def between(self, node: syntax_tree.Between, wanted: bool) -> RedcapCondition:
        """``x between a and b`` as two comparisons."""
        wanted = wanted != node.negated
        parts = []
        for sign, end in ((">=", node.low), ("<=", node.high)):
            comparison = syntax_tree.Compare(
                operator=sign,
                left=node.operand,
                right=end,
                start=node.start,
                end=node.end,
            )
            parts.append(self.ordered(comparison, wanted))

        return every(parts) if wanted else some(parts)

    def membership(self, node: syntax_tree.In, wanted: bool) -> RedcapCondition:
        """``x in (1, 2)``, or ``'A' in field`` for a multiple choice."""
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
        return write_fields.compare_sets(self, has, wanted)

    # What is never UNKNOWN

    def state(self, node: syntax_tree.Is, wanted: bool) -> RedcapCondition:
        """``is known``, ``is true``, ``is missing``: never UNKNOWN."""
        if node.state == "known":
            holds = self.known(node.operand)
        elif node.state == "true":
            holds = self.condition(node.operand, True)
        else:
            holds = write_fields.missing(self, node)

        if node.negated == wanted:
            return holds.opposite()
        return holds

    def known(self, node: syntax_tree.Node) -> RedcapCondition:
        # A tick field is a condition too, but simply blank where it is not known.
        is_field = (
            isinstance(node, syntax_tree.Reference) and self.derived(node) is None
        )
        if not is_field and self.is_condition(node):
            return some([self.condition(node, True), self.condition(node, False)])
        return self.value(node, partial=True).known

    # Conditions of several parts

    def condition_case(self, node: syntax_tree.Case, wanted: bool) -> RedcapCondition:
        """A case whose branches are conditions: UNKNOWN from the first condition on
        that is.
        """
        all_before_false: list[RedcapCondition] = []
        ways: list[RedcapCondition] = []
        for when, then in node.branches:
            taken = [*all_before_false, self.condition(when, True)]
            ways.append(every([*taken, self.condition(then, wanted)]))
            all_before_false.append(self.condition(when, False))

        if node.otherwise is not None:
            otherwise = self.condition(node.otherwise, wanted)
            ways.append(every([*all_before_false, otherwise]))
        return some(ways)

    def condition_call(self, node: syntax_tree.Call, wanted: bool) -> RedcapCondition:
        if node.function == "coalesce":
            return write_calls.first_known_condition(self, node, wanted)
        if node.function in write_calls.CONDITIONS:
            return write_calls.text_test(self, node, wanted)
        raise _no_function(node)

    # Values

    def value(
        self, node: syntax_tree.Node, *, moment: bool = False, partial: bool = False
    ) -> RedcapValue:
        if isinstance(node, syntax_tree.Reference):
            return self.reference(node, partial=partial)
        if moment and _is_datetime_of(node):
            return write_calls.at_midnight(self, node)

        make = _VALUES.get(type(node))
        if make is None:
            raise self.fault(node)

        return make(self, node)

    def unit_of(self, node: syntax_tree.In) -> syntax_tree.Call | None:
        """``weight in kg`` as the call that it is short for."""
        cell, unit = node.operand, node.among
        if not isinstance(unit, syntax_tree.Reference) or unit.table is not None:
            return None
        if not isinstance(cell, syntax_tree.Reference):
            return None

        field = self.value(cell).field
        if field is None or field.unit is None:
            return None
        code = syntax_tree.Literal(
            kind="text",
            value=unit.field or "",
            start=unit.start,
            end=unit.end,
        )
        return syntax_tree.Call(
            function="in_unit",
            arguments=(cell, code),
            start=node.start,
            end=node.end,
        )

    def in_unit(self, node: syntax_tree.In) -> RedcapValue:
        call = self.unit_of(node)
        if call is None:
            raise self.fault(node)

        return self.value(call)

    # Constants

    def literal(self, node: syntax_tree.Literal) -> RedcapValue:
        if node.kind == "number":
            assert isinstance(node.value, Decimal)
            return constant(format(node.value, "f"), Type.NUMBER)
        if node.kind == "text":
            return self.text_constant(str(node.value))

        text = str(node.value)
        if node.kind == "date" and not _is_whole_date(text):
            raise _no_partial_dates(node)

        text = text.replace("T", " ")
        return constant(quoted(text), _LITERALS[node.kind], text)

    def parameter(self, node: syntax_tree.ParameterReference) -> RedcapValue:
        parameter = self.study.parameters[node.name]
        if parameter.kind in ("integer", "decimal"):
            return constant(parameter.value, Type.NUMBER)
        if parameter.kind != "date":
            return self.text_constant(parameter.value)

        if not _is_whole_date(parameter.value):
            raise _no_partial_dates(node)

        return constant(quoted(parameter.value), Type.DATE)

    def today(self, _node: syntax_tree.Today) -> RedcapValue:
        return constant("'today'", Type.DATE)

    # Names

    def derived(self, node: syntax_tree.Reference) -> syntax_tree.Node | None:
        """The expression of a derivation that a bare name stands for."""
        if node.table is not None or node.selector is not None:
            return None
        name = node.field or ""
        # A field goes before a derivation of the same name.
        if self.own_field(name) is not None:
            return None

        derivation = self.study.derivations.get(name)
        if derivation is None or derivation.takes:
            return None
        return derivation.expression.tree

    def own_field(self, name: str) -> tuple[str, Field] | None:
        """The table and the field of a bare name: of the row first, then of the form."""
        tables = [self.form.name]
        if self.group is not None:
            tables.insert(0, self.group.name)

        for table in tables:
            field = self.study.field(table, name)
            if field is not None and (table, name) in self.names:
                return table, field

        return None

    def reference(
        self, node: syntax_tree.Reference, *, partial: bool = False
    ) -> RedcapValue:
        name = node.field or ""
        if node.table is None and name in self.bound:
            return self.bound[name]
        derivation = self.derived(node)
        if derivation is not None:
            return self.value(derivation, partial=partial)

        if node.table in (None, "this") and name in _KEYS:
            type_ = Type.NUMBER if name in _NUMBERS else Type.TEXT
            return RedcapValue(
                text=_KEYS[name],
                type=type_,
                sure=True,
            )

        if node.selector is None and self.is_own_table(node.table):
            own = self.own_field(name)
            if own is not None:
                table, field = own
                return self.read(table, field, event="", partial=partial)

        form = self.study.forms.get(node.table or "")
        if form is None or name not in form.by_name:
            why = f"{node.table or node.field} is not a form with fields of its own"
            raise LogicFault(why, node.start)

        event = event_of(self, node, form)
        return self.read(form.name, form.by_name[name], event=event, partial=partial)

    def is_own_table(self, table: str | None) -> bool:
        """Whether a reference with this table may be to a field of the form or row."""
        if table in (None, "this", self.form.name):
            return True
        return self.group is not None and table == self.group.name

    def read(
        self, table: str, field: Field, *, event: str, partial: bool
    ) -> RedcapValue:
        """The value of a field."""
        spelling = field.type.redcap
        if spelling.loss and not spelling.validations and not partial:
            raise LogicFault(f"{spelling.loss}, so the field is a text there")
        if field.comparators and not partial:
            raise LogicFault("REDCap has no comparators, so the field is a text there")

        text, type_ = f"{event}[{self.names[table, field.name]}]", type_of(field)
        known = write_fields.field_known(self, text, field)
        # A code of missing data would go on as a text or an answer.
        codes_are_texts = type_ in (Type.TEXT, Type.CHOICE) and bool(field.missing)
        return RedcapValue(
            text=text,
            type=type_,
            known=known,
            needs=known if codes_are_texts else TRUE,
            field=field,
        )

    # Arithmetic

    def negative(self, node: syntax_tree.Negative) -> RedcapValue:
        value = self.value(node.operand)
        return computed(f"-{value.within(ATOM)}", [value], MULTIPLY)

    def sum(self, node: syntax_tree.Sum) -> RedcapValue:
        if any(isinstance(term, syntax_tree.Duration) for term in node.terms):
            raise self.fault(node)

        terms = [self.value(term) for term in node.terms]
        # The only sum of a date that rules allow besides is the difference of two.
        if terms[0].type is Type.DATE:
            return write_calls.days(terms[1], terms[0])

        text = terms[0].within(ADD)
        for sign, term in zip(node.signs[1:], terms[1:], strict=True):
            text += f" {sign} {term.within(MULTIPLY)}"
        return computed(text, terms, ADD)

    def product(self, node: syntax_tree.Product) -> RedcapValue:
        left, right = self.value(node.left), self.value(node.right)
        text = f"{left.within(MULTIPLY)} {node.operator} {right.within(ATOM)}"
        return computed(text, [left, right], MULTIPLY)

    # Values of several parts

    def case(self, node: syntax_tree.Case) -> RedcapValue:
        """Blank where a condition is UNKNOWN, and so is everything after it."""
        values = [write_calls.as_number(self.value(then)) for _, then in node.branches]
        text = "''"
        if node.otherwise is not None:
            text = write_calls.as_number(self.value(node.otherwise)).guarded()

        # From the last branch to the first: each becomes the `else` of the one before.
        for (when, _), then in zip(
            reversed(node.branches), reversed(values), strict=True
        ):
            true, false = self.condition(when, True), self.condition(when, False)
            may_be_unknown = false != true.opposite()
            if text != "''" and may_be_unknown:
                text = f"if({false.written()}, {text}, '')"
            text = f"if({true.written()}, {then.guarded()}, {text})"

        return RedcapValue(
            text=text,
            type=values[0].type,
            known=not_blank(text),
        )

    def call(self, node: syntax_tree.Call) -> RedcapValue:
        make = write_calls.VALUES.get(node.function)
        if make is None:
            raise _no_function(node)

        return make(self, node)

    def fold(self, node: syntax_tree.Aggregate) -> RedcapValue:
        return write_calls.instance(self, node)


def _no_function(node: syntax_tree.Call) -> LogicFault:
    why = f"REDCap has no function {node.function}"
    return LogicFault(why, node.start, node.end)


def _no_partial_dates(node: syntax_tree.Node) -> LogicFault:
    return LogicFault("REDCap has no partial dates", node.start, node.end)


def _is_whole_date(text: str) -> bool:
    return len(text) == len("2024-01-31")


def _is_datetime_of(node: syntax_tree.Node) -> TypeGuard[syntax_tree.Call]:
    return isinstance(node, syntax_tree.Call) and node.function == "datetime_of"


def _is_visit(node: syntax_tree.Node) -> bool:
    if not isinstance(node, syntax_tree.Reference):
        return False
    return node.table is None and node.field == "visitid"


def _beside(value: RedcapValue, other: RedcapValue) -> RedcapValue:
    """A value as it is compared: a code beside a constant stays as it is, which REDCap
    takes as a number too.
    """
    is_code = value.field is not None and value.field.codelist is not None
    if is_code and other.literal is not None:
        return value
    return write_calls.as_number(value)


def _is_missing_code(literal: str, field: Field) -> bool:
    """Whether a text is a code of missing data of a field, and none of its answers."""
    if field.codelist is not None and literal in field.codelist.by_code:
        return False
    return any(code.in_redcap == literal for code in field.missing)


_NO_LETTERS = "an empty text is a blank in REDCap"
_CONDITION_NODES = (
    syntax_tree.Logic,
    syntax_tree.Not,
    syntax_tree.Compare,
    syntax_tree.Between,
    syntax_tree.In,
    syntax_tree.Is,
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
_CONDITIONS: Mapping[type[syntax_tree.Node], Callable[..., RedcapCondition]] = (
    MappingProxyType(
        {
            syntax_tree.Literal: LogicWriter.truth,
            syntax_tree.Reference: LogicWriter.ticked,
            syntax_tree.Not: LogicWriter.negation,
            syntax_tree.Logic: LogicWriter.logic,
            syntax_tree.Compare: LogicWriter.comparison,
            syntax_tree.Between: LogicWriter.between,
            syntax_tree.In: LogicWriter.membership,
            syntax_tree.Is: LogicWriter.state,
            syntax_tree.Case: LogicWriter.condition_case,
            syntax_tree.Call: LogicWriter.condition_call,
        }
    )
)
_VALUES: Mapping[type[syntax_tree.Node], Callable[..., RedcapValue]] = MappingProxyType(
    {
        syntax_tree.In: LogicWriter.in_unit,
        syntax_tree.Literal: LogicWriter.literal,
        syntax_tree.ParameterReference: LogicWriter.parameter,
        syntax_tree.Today: LogicWriter.today,
        syntax_tree.Negative: LogicWriter.negative,
        syntax_tree.Sum: LogicWriter.sum,
        syntax_tree.Product: LogicWriter.product,
        syntax_tree.Case: LogicWriter.case,
        syntax_tree.Call: LogicWriter.call,
        syntax_tree.Aggregate: LogicWriter.fold,
    }
)
