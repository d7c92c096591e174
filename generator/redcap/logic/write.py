"""A rule of our language as REDCap's logic, as far as REDCap can say it with the same meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from forms_spec.model import Field
from forms_spec.rules import Expression, tree
from forms_spec.rules.functions import FUNCTIONS
from forms_spec.rules.types import Type, type_of
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic import write_calls, write_fields
from generator.redcap.logic.said import (
    ADD,
    ATOM,
    FALSE,
    MULTIPLY,
    TRUE,
    Asked,
    Said,
    compared,
    computed,
    constant,
    every,
    given,
    some,
    test,
)
from generator.redcap.logic.words import LogicFault
from generator.redcap.logic.write_context import WriteContext, quoted
from generator.redcap.logic.write_places import event_of


class Writer(WriteContext):
    """One expression of one form, or of one of its groups of rows."""

    def condition(self, expression: Expression) -> str:
        """True where ours is TRUE. Raises ``LogicFault`` where REDCap has no word for it."""
        return self.ask(expression.tree, True).written()

    def formula(self, expression: Expression) -> str:
        """Blank where ours is UNKNOWN. Raises ``LogicFault``. A date with time gives a date its day."""
        return write_calls.day_of(self, expression.tree).guarded()

    # Conditions

    def ask(self, node: tree.Node, wanted: bool) -> Asked:
        """What is true in REDCap where the condition is TRUE here, or where it is FALSE (``wanted``)."""
        maker = _ASKED.get(type(node))
        if maker is None:
            raise self.fault(node)
        return maker(self, node, wanted)

    def is_condition(self, node: tree.Node) -> bool:
        if isinstance(node, tree.Case):
            return self.is_condition(node.branches[0][1])
        if isinstance(node, tree.Call):
            if node.function == "coalesce":
                return self.is_condition(node.arguments[0])
            function = FUNCTIONS.get(node.function)
            return function is not None and function.gives is Type.CONDITION
        if isinstance(node, tree.Literal):
            return node.kind == "boolean"
        if isinstance(node, tree.Reference):
            inner = self.derived(node)
            if inner is not None:
                return self.is_condition(inner)
            return node.field not in _KEYS and self.say(node).type is Type.CONDITION
        if isinstance(node, tree.In) and self.unit_of(node) is not None:
            return False
        return isinstance(node, tree.Logic | tree.Not | tree.Compare | tree.Between | tree.In | tree.Is) or (
            isinstance(node, tree.Fold) and node.function in ("any", "every")
        )

    def logic(self, node: tree.Logic, wanted: bool) -> Asked:
        parts = [self.ask(one, wanted) for one in node.operands]
        return every(parts) if (node.operator == "and") == wanted else some(parts)

    def negation(self, node: tree.Not, wanted: bool) -> Asked:
        return self.ask(node.operand, not wanted)

    def truth(self, node: tree.Literal, wanted: bool) -> Asked:
        if node.kind != "boolean":
            raise self.fault(node)
        return TRUE if node.value == wanted else FALSE

    def ticked(self, node: tree.Reference, wanted: bool) -> Asked:
        """A tick field, which is true/false in REDCap, or a derivation that is a condition."""
        inner = self.derived(node)
        if inner is not None:
            return self.ask(inner, wanted)
        said = self.say(node)
        if said.type is not Type.CONDITION:
            raise self.fault(node)
        number = "1" if wanted else "0"
        return test(f"{said.text} = '{number}'", f"{said.text} <> '{number}'")

    def comparison(self, node: tree.Compare, wanted: bool) -> Asked:
        if node.operator in _SETS:
            return write_fields.sets(self, node, wanted)
        if self.is_condition(node.left) or self.is_condition(node.right):
            return self.alike(node, wanted)
        if node.operator == "<>":
            return self.equal(node.left, node.right, not wanted)
        if node.operator == "=":
            return self.equal(node.left, node.right, wanted)
        return self.ordered(node, wanted)

    def alike(self, node: tree.Compare, wanted: bool) -> Asked:
        """Two conditions that are equal, or not."""
        same = wanted == (node.operator == "=")
        pairs = ((True, same), (False, not same))
        return some(every([self.ask(node.left, one), self.ask(node.right, other)]) for one, other in pairs)

    def equal(self, left: tree.Node, right: tree.Node, wanted: bool) -> Asked:
        """Equal, or different, and both known: two blanks are equal in REDCap, and a blank is not 4."""
        one, other = self.sides(left, right)
        for said, beside in ((one, other), (other, one)):
            if said.literal == "" and said.type is Type.TEXT:
                if beside.field is None:
                    raise LogicFault("a text without letters is a blank in REDCap", left.start, right.end)
                return FALSE if wanted else beside.known
            if said.literal is not None and beside.field is not None and _is_missing_code(said, beside.field):
                return FALSE if wanted else beside.known
        found = compared(one, "=", other)
        if not wanted:
            return every([found.opposite(), one.known, other.known])
        if one.literal is not None or other.literal is not None:
            return every([found, *(side.needs for side in (one, other) if side.field is None)])
        if one.sure or other.sure:
            return every([found, one.needs, other.needs])
        return every([found, one.known, other.needs])

    def ordered(self, node: tree.Compare, wanted: bool) -> Asked:
        left, right = self.sides(node.left, node.right)
        if left.literal == "" or right.literal == "":
            raise LogicFault("a text without letters is a blank in REDCap", node.start, node.end)
        operator = node.operator if wanted else _OPPOSITE[node.operator]
        return every([compared(left, operator, right), left.needs, right.needs])

    def sides(self, left: tree.Node, right: tree.Node) -> tuple[Said, Said]:
        """Both sides of a comparison, as REDCap compares them like we do."""
        if _is_visit(left) or _is_visit(right):
            return self.visit(left), self.visit(right)
        one, other = self.say(left, moment=True), self.say(right, moment=True)
        if {one.type, other.type} == {Type.DATE, Type.DATETIME}:
            raise LogicFault("REDCap compares a date with a date, a time of the day with one", left.start)
        one, other = self.coded(one, other), self.coded(other, one)
        return (
            one if _codes_beside(one, other) else write_calls.counted(one),
            other if _codes_beside(other, one) else write_calls.counted(other),
        )

    def coded(self, said: Said, beside: Said) -> Said:
        """A constant beside a field with answers is the code that the answer has in REDCap."""
        if said.literal is None or beside.field is None or beside.field.codelist is None:
            return said
        return self.text(redcap_codes(self.study, beside.field).get(said.literal, said.literal))

    def visit(self, node: tree.Node) -> Said:
        """A visit beside ``visitid`` is its event."""
        if isinstance(node, tree.Literal) and node.kind == "text" and node.value in self.events:
            return self.text(self.events[str(node.value)])
        return self.say(node)

    def state(self, node: tree.Is, wanted: bool) -> Asked:
        """``is known``, ``is true``, ``is missing``: never UNKNOWN."""
        if node.state == "known":
            found = self.known(node.operand)
        elif node.state == "true":
            found = self.ask(node.operand, True)
        else:
            found = write_fields.missing(self, node)
        return found.opposite() if node.negated == wanted else found

    def known(self, node: tree.Node) -> Asked:
        plain = isinstance(node, tree.Reference) and self.derived(node) is None
        if not plain and self.is_condition(node):
            return some([self.ask(node, True), self.ask(node, False)])
        return self.say(node, partial=True).known

    def between(self, node: tree.Between, wanted: bool) -> Asked:
        ends = ((">=", node.low), ("<=", node.high))
        parts = [
            tree.Compare(operator=sign, left=node.operand, right=end, start=node.start, end=node.end)
            for sign, end in ends
        ]
        wanted = wanted != node.negated
        asked = [self.ordered(one, wanted) for one in parts]
        return every(asked) if wanted else some(asked)

    def membership(self, node: tree.In, wanted: bool) -> Asked:
        wanted = wanted != node.negated
        if isinstance(node.among, tree.Listing):
            parts = [self.equal(node.operand, one, wanted) for one in node.among.items]
            return some(parts) if wanted else every(parts)
        has = tree.Compare(
            operator="has", left=node.among, right=node.operand, start=node.start, end=node.end
        )
        return write_fields.sets(self, has, wanted)

    def either(self, node: tree.Case, wanted: bool) -> Asked:
        """A case whose branches are conditions: UNKNOWN from the first condition on that is."""
        before: list[Asked] = []
        found: list[Asked] = []
        for when, then in node.branches:
            found.append(every([*before, self.ask(when, True), self.ask(then, wanted)]))
            before.append(self.ask(when, False))
        if node.otherwise is not None:
            found.append(every([*before, self.ask(node.otherwise, wanted)]))
        return some(found)

    def called(self, node: tree.Call, wanted: bool) -> Asked:
        if node.function == "coalesce":
            return write_calls.first_known_condition(self, node, wanted)
        if node.function in write_calls.CONDITIONS:
            return write_calls.holds(self, node, wanted)
        raise LogicFault(f"REDCap has no function {node.function}", node.start, node.end)

    # Values

    def say(self, node: tree.Node, *, moment: bool = False, partial: bool = False) -> Said:
        """A value. ``moment``: a date may stand for its first minute, as it does beside a date with time.

        ``partial``: a date that may be partial will do, since nothing is worked out with it.
        """
        if isinstance(node, tree.Call) and node.function == "datetime_of" and moment:
            return write_calls.at_midnight(self, node)
        if isinstance(node, tree.Reference):
            return self.reference(node, partial=partial)
        maker = _SAID.get(type(node))
        if maker is None:
            raise self.fault(node)
        return maker(self, node)

    def unit_of(self, node: tree.In) -> tree.Call | None:
        """``weight in kg`` as the call that it is short for."""
        unit, of = node.among, node.operand
        if (
            not isinstance(unit, tree.Reference)
            or unit.table is not None
            or not isinstance(of, tree.Reference)
        ):
            return None
        field = self.say(of).field
        if field is None or field.unit is None:
            return None
        code = tree.Literal(kind="text", value=unit.field or "", start=unit.start, end=unit.end)
        return tree.Call(function="in_unit", arguments=(of, code), start=node.start, end=node.end)

    def in_unit(self, node: tree.In) -> Said:
        unit = self.unit_of(node)
        if unit is None:
            raise self.fault(node)
        return self.say(unit)

    def literal(self, node: tree.Literal) -> Said:
        if node.kind == "number":
            assert isinstance(node.value, Decimal)
            return constant(format(node.value, "f"), Type.NUMBER)
        if node.kind == "text":
            return self.text(str(node.value))
        if node.kind == "date" and len(str(node.value)) != len("2024-01-31"):
            raise LogicFault("REDCap has no partial dates", node.start, node.end)
        said = str(node.value).replace("T", " ")
        return constant(quoted(said), _LITERALS[node.kind], said)

    def parameter(self, node: tree.Parameter) -> Said:
        held = self.study.parameters[node.name]
        if held.kind in ("integer", "decimal"):
            return constant(held.value, Type.NUMBER)
        if held.kind == "date" and len(held.value) != len("2024-01-31"):
            raise LogicFault("REDCap has no partial dates", node.start, node.end)
        return self.text(held.value) if held.kind != "date" else constant(quoted(held.value), Type.DATE)

    def today(self, _node: tree.Today) -> Said:
        return constant("'today'", Type.DATE)

    def derived(self, node: tree.Reference) -> tree.Node | None:
        """The expression of a derivation that a bare name stands for."""
        if node.table is not None or node.selector is not None or self.own(node.field or "") is not None:
            return None
        held = self.study.derivations.get(node.field or "")
        return held.expression.tree if held is not None and not held.takes else None

    def own(self, name: str) -> tuple[str, Field] | None:
        """The table and the field of a bare name: of the row first, then of the form."""
        tables = [self.group.name] if self.group is not None else []
        for table in (*tables, self.form.name):
            field = self.study.field(table, name)
            if field is not None and (table, name) in self.names:
                return table, field
        return None

    def reference(self, node: tree.Reference, *, partial: bool = False) -> Said:
        if node.table is None and node.field in self.standing:
            return self.standing[node.field]
        inner = self.derived(node)
        if inner is not None:
            return self.say(inner, partial=partial)
        if node.table in (None, "this") and node.field in _KEYS:
            type_ = Type.NUMBER if node.field in _NUMBERS else Type.TEXT
            return Said(text=_KEYS[node.field or ""], type=type_, sure=True)
        here = (None, "this", self.form.name, self.group.name if self.group is not None else None)
        found = self.own(node.field or "") if node.table in here and node.selector is None else None
        if found is not None:
            return self.read(*found, event="", partial=partial)
        form = self.study.forms.get(node.table or "")
        field = form.by_name.get(node.field or "") if form else None
        if form is None or field is None:
            raise LogicFault(f"{node.table or node.field} is no form with fields of its own", node.start)
        return self.read(form.name, field, event=event_of(self, node, form), partial=partial)

    def read(self, table: str, field: Field, *, event: str, partial: bool) -> Said:
        """The value of a field."""
        if field.kind.name == "partial_date" and not partial:
            raise LogicFault("REDCap has no partial dates: the field is a text there")
        if field.comparators and not partial:
            raise LogicFault("REDCap has no comparators: the field is a text there")
        text, type_ = f"{event}[{self.names[table, field.name]}]", type_of(field)
        known = write_fields.known_of(self, text, field)
        words = type_ in (Type.TEXT, Type.CHOICE) and bool(field.missing)
        return Said(text=text, type=type_, known=known, needs=known if words else TRUE, field=field)

    def negative(self, node: tree.Negative) -> Said:
        said = self.say(node.operand)
        return computed(f"-{said.within(ATOM)}", [said], MULTIPLY)

    def sum(self, node: tree.Sum) -> Said:
        if any(isinstance(one, tree.Duration) for one in node.terms):
            raise self.fault(node)
        terms = [self.say(one) for one in node.terms]
        if terms[0].type is Type.DATE:
            return write_calls.days(self, [terms[1], terms[0]])
        text = terms[0].within(ADD)
        for sign, term in zip(node.signs[1:], terms[1:], strict=True):
            text += f" {sign} {term.within(MULTIPLY)}"
        return computed(text, terms, ADD)

    def product(self, node: tree.Product) -> Said:
        left, right = self.say(node.left), self.say(node.right)
        text = f"{left.within(MULTIPLY)} {node.operator} {right.within(ATOM)}"
        return computed(text, [left, right], MULTIPLY)

    def case(self, node: tree.Case) -> Said:
        """Blank where a condition is UNKNOWN, and so is everything after it."""
        values = [write_calls.counted(self.say(then)) for _, then in node.branches]
        rest, type_ = "''", values[0].type
        if node.otherwise is not None:
            rest = write_calls.counted(self.say(node.otherwise)).guarded()
        for (when, _), then in zip(reversed(node.branches), reversed(values), strict=True):
            asked, refused = self.ask(when, True), self.ask(when, False)
            if rest != "''" and refused != asked.opposite():
                rest = f"if({refused.written()}, {rest}, '')"
            rest = f"if({asked.written()}, {then.guarded()}, {rest})"
        return Said(text=rest, type=type_, known=given(rest))

    def call(self, node: tree.Call) -> Said:
        maker = write_calls.VALUES.get(node.function)
        if maker is None:
            raise LogicFault(f"REDCap has no function {node.function}", node.start, node.end)
        return maker(self, node)

    def fold(self, node: tree.Fold) -> Said:
        return write_calls.instance(self, node)


def _is_visit(node: tree.Node) -> bool:
    return isinstance(node, tree.Reference) and node.table is None and node.field == "visitid"


def _codes_beside(said: Said, beside: Said) -> bool:
    """Whether a code that is read as a number stands beside a constant, which REDCap takes as one too."""
    return said.field is not None and said.field.codelist is not None and beside.literal is not None


def _is_missing_code(said: Said, field: Field) -> bool:
    answers = field.codelist.by_code if field.codelist else {}
    return said.literal not in answers and any(one.in_redcap == said.literal for one in field.missing)


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
_ASKED: Mapping[type[tree.Node], Callable[..., Asked]] = MappingProxyType(
    {
        tree.Literal: Writer.truth,
        tree.Reference: Writer.ticked,
        tree.Not: Writer.negation,
        tree.Logic: Writer.logic,
        tree.Compare: Writer.comparison,
        tree.Between: Writer.between,
        tree.In: Writer.membership,
        tree.Is: Writer.state,
        tree.Case: Writer.either,
        tree.Call: Writer.called,
    }
)
_SAID: Mapping[type[tree.Node], Callable[..., Said]] = MappingProxyType(
    {
        tree.In: Writer.in_unit,
        tree.Literal: Writer.literal,
        tree.Parameter: Writer.parameter,
        tree.Today: Writer.today,
        tree.Negative: Writer.negative,
        tree.Sum: Writer.sum,
        tree.Product: Writer.product,
        tree.Case: Writer.case,
        tree.Call: Writer.call,
        tree.Fold: Writer.fold,
    }
)
