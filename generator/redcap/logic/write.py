"""A rule of our language as REDCap's logic, as far as REDCap can say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from forms_spec.model import Field, Form, Study
from forms_spec.rules import Expression, tree
from generator.redcap.logic.words import LogicFault
from generator.redcap.write_events import event_names

OR, AND, COMPARE, ADD, MULTIPLY, ATOM = range(1, 7)
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A text of REDCap and how tightly it is bound. ``field`` is the field that it reads."""

    text: str
    power: int = ATOM
    field: Field | None = None

    def within(self, power: int) -> str:
        return self.text if self.power >= power else f"({self.text})"


def write_logic(
    expression: Expression, study: Study, form: Form, names: Mapping[tuple[str, str], str]
) -> str:
    """The logic of an expression. Raises ``LogicFault`` where REDCap has no word for it.

    ``names`` gives the name that a field has in REDCap, by its table and its name here.
    """
    return Writer(study, form, names).say(expression.tree).text


class Writer:
    """One expression of one form."""

    def __init__(self, study: Study, form: Form, names: Mapping[tuple[str, str], str]) -> None:
        self.study = study
        self.form = form
        self.names = names
        self.events = event_names(study)

    def say(self, node: tree.Node) -> Said:
        maker = _WRITERS.get(type(node))
        if maker is None:
            raise self.fault(node)
        return maker(self, node)

    def fault(self, node: tree.Node) -> LogicFault:
        return LogicFault(f"REDCap has no words for a {type(node).__name__.lower()}", node.start, node.end)

    def literal(self, node: tree.Literal) -> Said:
        if node.kind == "number":
            assert isinstance(node.value, Decimal)
            return Said(text=format(node.value, "f"))
        if node.kind == "boolean":
            return Said(text="1 = 1" if node.value else "1 = 0", power=COMPARE)
        return Said(
            text=_quoted(str(node.value).replace("T", " ") if node.kind != "text" else str(node.value))
        )

    def reference(self, node: tree.Reference) -> Said:
        if node.table is None and node.field in _KEYS:
            return Said(text=_KEYS[node.field])
        if node.table is None:
            return self.own(node)
        form = self.form if node.table == "this" else self.study.forms.get(node.table)
        field = form.by_name.get(node.field or "") if form else None
        if form is None or field is None:
            raise LogicFault(f"{node.table} is no form with fields of its own", node.start, node.end)
        name = f"[{self.names[form.name, field.name]}]"
        if node.selector == "previous":
            return Said(text=f"[previous-event-name]{name}", field=field)
        event = f"[{self.events.get(node.selector, node.selector)}]" if node.selector else ""
        return Said(text=f"{event}{name}", field=field)

    def own(self, node: tree.Reference) -> Said:
        for table in (self.form.name, *(group.name for group in self.form.row_groups)):
            field = self.study.field(table, node.field or "")
            if field is not None:
                return Said(text=f"[{self.names[table, field.name]}]", field=field)
        raise LogicFault(f"{node.field} is a derivation", node.start, node.end)

    def parameter(self, node: tree.Parameter) -> Said:
        held = self.study.parameters[node.name]
        return Said(text=held.value if held.kind in ("integer", "decimal") else _quoted(held.value))

    def today(self, _node: tree.Today) -> Said:
        return Said(text="'today'")

    def logic(self, node: tree.Logic) -> Said:
        power = {"or": OR, "and": AND}[node.operator]
        parts = [self.say(one).within(power) for one in node.operands]
        return Said(text=f" {node.operator} ".join(parts), power=power)

    def compare(self, node: tree.Compare) -> Said:
        """``<>`` of ours is not true beside a blank, REDCap's is."""
        if node.operator == "has":
            return self.ticked(node, node.right, "1")
        if node.operator in ("has any", "overlaps"):
            return self.any_ticked(node)
        if node.operator not in _OPPOSITE:
            raise self.fault(node)
        left, right = self.sides(node)
        text = f"{left.within(ADD)} {node.operator} {right.within(ADD)}"
        if node.operator == "<>" and left.field is not None:
            return Said(text=f"{text} and {left.text} <> ''", power=AND)
        return Said(text=text, power=COMPARE)

    def sides(self, node: tree.Compare) -> tuple[Said, Said]:
        """Both sides; a visit beside ``visitid`` is its event."""
        if _is_visit(node.left) or _is_visit(node.right):
            return self.visit(node.left), self.visit(node.right)
        return self.say(node.left), self.say(node.right)

    def visit(self, node: tree.Node) -> Said:
        if isinstance(node, tree.Literal) and node.kind == "text" and node.value in self.events:
            return Said(text=_quoted(self.events[str(node.value)]))
        return self.say(node)

    def ticked(self, node: tree.Compare, code: tree.Node, wanted: str) -> Said:
        left = self.say(node.left)
        if not isinstance(code, tree.Literal) or left.field is None:
            raise self.fault(node)
        return Said(text=f"{left.text[:-1]}({code.value})] = '{wanted}'", power=COMPARE)

    def any_ticked(self, node: tree.Compare) -> Said:
        if not isinstance(node.right, tree.Listing):
            raise self.fault(node)
        parts = [self.ticked(node, code, "1").text for code in node.right.items]
        return Said(text=" or ".join(parts), power=OR if len(parts) > 1 else COMPARE)

    def negation(self, node: tree.Not) -> Said:
        return self.opposite(node.operand)

    def opposite(self, node: tree.Node) -> Said:
        """What is not so: REDCap has no word for it, so every comparison is turned round."""
        if isinstance(node, tree.Logic):
            other = {"and": "or", "or": "and"}[node.operator]
            power = {"or": OR, "and": AND}[other]
            parts = [self.opposite(one).within(power) for one in node.operands]
            return Said(text=f" {other} ".join(parts), power=power)
        if isinstance(node, tree.Not):
            return self.say(node.operand)
        if isinstance(node, tree.Is):
            return self.state(replace(node, negated=not node.negated))
        if isinstance(node, tree.Compare) and node.operator == "has":
            return self.ticked(node, node.right, "0")
        if isinstance(node, tree.Compare) and node.operator in _OPPOSITE:
            return self.compare(replace(node, operator=_OPPOSITE[node.operator]))
        if isinstance(node, tree.In):
            return self.membership(replace(node, negated=not node.negated))
        raise self.fault(node)

    def state(self, node: tree.Is) -> Said:
        if node.state == "known":
            return Said(
                text=f"{self.say(node.operand).within(ADD)} {'=' if node.negated else '<>'} ''", power=COMPARE
            )
        if node.state != "true":
            raise LogicFault("REDCap's codes of missing data belong to the project", node.start, node.end)
        return self.not_certain(node.operand) if node.negated else self.say(node.operand)

    def not_certain(self, node: tree.Node) -> Said:
        """``x is not 'A'``: true beside a blank, as REDCap's ``<>`` is; for the rest blanks are named."""
        if isinstance(node, tree.Compare) and node.operator == "=":
            left, right = self.sides(node)
            return Said(text=f"{left.within(ADD)} <> {right.within(ADD)}", power=COMPARE)
        if isinstance(node, tree.Compare) and node.operator == "has":
            return self.ticked(node, node.right, "0")
        if isinstance(node, tree.In) and isinstance(node.among, tree.Listing) and not node.negated:
            asked = self.say(node.operand).within(ADD)
            parts = [f"{asked} <> {self.say(one).within(ADD)}" for one in node.among.items]
            return Said(text=" and ".join(parts), power=AND if len(parts) > 1 else COMPARE)
        if isinstance(node, tree.Compare) and node.operator in _OPPOSITE:
            left, right = self.say(node.left), self.say(node.right)
            turned = f"{left.within(ADD)} {_OPPOSITE[node.operator]} {right.within(ADD)}"
            blanks = [f"{one.text} = ''" for one in (left, right) if one.field is not None]
            return Said(text=" or ".join([turned, *blanks]), power=OR if blanks else COMPARE)
        if isinstance(node, tree.Logic):
            other = {"and": "or", "or": "and"}[node.operator]
            power = {"or": OR, "and": AND}[other]
            parts = [self.not_certain(one).within(power) for one in node.operands]
            return Said(text=f" {other} ".join(parts), power=power)
        return self.opposite(node)

    def between(self, node: tree.Between) -> Said:
        value, low, high = (self.say(one).within(ADD) for one in (node.operand, node.low, node.high))
        if node.negated:
            return Said(text=f"{value} < {low} or {value} > {high}", power=OR)
        return Said(text=f"{value} >= {low} and {value} <= {high}", power=AND)

    def membership(self, node: tree.In) -> Said:
        if not isinstance(node.among, tree.Listing):
            raise self.fault(node)
        operand = self.say(node.operand)
        say = self.visit if _is_visit(node.operand) else self.say
        sign, word, power = ("<>", "and", AND) if node.negated else ("=", "or", OR)
        parts = [f"{operand.within(ADD)} {sign} {say(one).within(ADD)}" for one in node.among.items]
        if node.negated and operand.field is not None:
            parts.append(f"{operand.text} <> ''")
        return Said(text=f" {word} ".join(parts), power=power if len(parts) > 1 else COMPARE)

    def negative(self, node: tree.Negative) -> Said:
        return Said(text=f"-{self.say(node.operand).within(ATOM)}", power=MULTIPLY)

    def sum(self, node: tree.Sum) -> Said:
        if any(isinstance(one, tree.Duration) for one in node.terms):
            raise self.fault(node)
        text = self.say(node.terms[0]).within(ADD)
        for sign, term in zip(node.signs[1:], node.terms[1:], strict=True):
            text += f" {sign} {self.say(term).within(MULTIPLY)}"
        return Said(text=text, power=ADD)

    def product(self, node: tree.Product) -> Said:
        left, right = self.say(node.left).within(MULTIPLY), self.say(node.right).within(ATOM)
        return Said(text=f"{left} {node.operator} {right}", power=MULTIPLY)

    def case(self, node: tree.Case) -> Said:
        rest = self.say(node.otherwise).text if node.otherwise is not None else "''"
        for when, then in reversed(node.branches):
            rest = f"if({self.say(when).text}, {self.say(then).text}, {rest})"
        return Said(text=rest)

    def call(self, node: tree.Call) -> Said:
        if node.function in _SAME:
            given = ", ".join(self.say(one).text for one in node.arguments)
            return Said(text=f"{_SAME[node.function]}({given})")
        maker = _CALLS.get(node.function)
        if maker is None:
            raise LogicFault(f"REDCap has no function {node.function}", node.start, node.end)
        return maker(self, [self.say(one) for one in node.arguments])

    def fold(self, node: tree.Fold) -> Said:
        """``max(lab.v where rowno = 2)`` is REDCap's ``[v][2]``; it has no words for other rows."""
        cell, where = node.over, node.where
        if node.function != "max" or not isinstance(cell, tree.Reference) or where is None:
            raise self.fault(node)
        if isinstance(where, tree.Logic) and where.operator == "and" and len(where.operands) == 2:
            where = where.operands[1]
        name = self.names.get((cell.table or "", cell.field or ""))
        number = where.left if isinstance(where, tree.Compare) and where.operator == "=" else None
        if name is None or not isinstance(number, tree.Reference) or number.field not in _NUMBERS:
            raise self.fault(node)
        assert isinstance(where, tree.Compare)
        event = f"[{self.events[cell.selector]}]" if cell.selector and cell.selector in self.events else ""
        return Said(text=f"{event}[{name}][{self.instance(where.right)}]")

    def instance(self, node: tree.Node) -> str:
        if isinstance(node, tree.Literal) and node.kind == "number":
            return str(node.value)
        if isinstance(node, tree.Fold) and node.function in ("min", "max"):
            return "first-instance" if node.function == "min" else "last-instance"
        if isinstance(node, tree.Reference) and node.table == "this":
            return "current-instance"
        if isinstance(node, tree.Sum) and len(node.terms) == 2 and isinstance(node.terms[0], tree.Reference):
            return "previous-instance" if node.signs[1] == "-" else "next-instance"
        raise self.fault(node)

    # Functions that look different in REDCap

    def itself(self, given: list[Said]) -> Said:
        if len(given) != 1:
            return Said(text=f"concat({', '.join(one.text for one in given)})")
        return given[0]

    def absolute(self, given: list[Said]) -> Said:
        """The sign of a difference of dates is REDCap's own switch."""
        text = given[0].text
        if text.startswith("datediff(") and text.endswith(", true)") and given[0].power == ATOM:
            return Said(text=f"{text.removesuffix(', true)')})")
        return Said(text=f"abs({text})")

    def days(self, given: list[Said]) -> Said:
        return Said(text=f"datediff({given[0].text}, {given[1].text}, 'd', true)")

    def seconds(self, given: list[Said]) -> Said:
        return Said(text=f"datediff({given[0].text}, {given[1].text}, 's', true)")

    def minutes(self, given: list[Said]) -> Said:
        return Said(text=f"datediff({given[0].text}, {given[1].text}, 'm', true)")

    def age(self, given: list[Said]) -> Said:
        return Said(text=f"age_at_date({given[0].text}, {given[1].text})")

    def power(self, given: list[Said]) -> Said:
        return Said(text=f"({given[0].text})^({given[1].text})", power=MULTIPLY)

    def day(self, given: list[Said]) -> Said:
        return given[0]

    def first_known(self, given: list[Said]) -> Said:
        rest = given[-1].text
        for one in reversed(given[:-1]):
            rest = f"if({one.within(ADD)} <> '', {one.text}, {rest})"
        return Said(text=rest)


def _is_visit(node: tree.Node) -> bool:
    return isinstance(node, tree.Reference) and node.table is None and node.field == "visitid"


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


_KEYS: Mapping[str | None, str] = {
    "visitid": "[event-name]",
    "subjid": "[record-name]",
    "rowno": "[current-instance]",
    "unsno": "[current-instance]",
}
_NUMBERS = frozenset({"rowno", "unsno"})
_SAME = {
    "round": "round",
    "round_up": "roundup",
    "round_down": "rounddown",
    "sqrt": "sqrt",
    "exp": "exponential",
    "ln": "log",
    "log": "log",
    "mod": "mod",
    "sum_known": "sum",
    "mean_known": "mean",
    "median_known": "median",
    "stdev_known": "stdev",
    "min_known": "min",
    "max_known": "max",
    "concat_known": "concat",
    "join_known": "concat_ws",
    "upper": "upper",
    "lower": "lower",
    "trim": "trim",
    "left": "left",
    "right": "right",
    "mid": "mid",
    "length": "length",
    "find": "find",
    "replace": "replace_text",
    "contains": "contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "year": "year",
    "month": "month",
    "day": "day",
    "day_of_week": "dayoftheweek",
}
_CALLS: Mapping[str, Callable[[Writer, list[Said]], Said]] = MappingProxyType(
    {
        "number_of": Writer.itself,
        "text_of": Writer.itself,
        "concat": Writer.itself,
        "entered": Writer.itself,
        "abs": Writer.absolute,
        "days_between": Writer.days,
        "seconds_between": Writer.seconds,
        "minutes_between": Writer.minutes,
        "age_years": Writer.age,
        "power": Writer.power,
        "date_of": Writer.day,
        "datetime_of": Writer.day,
        "coalesce": Writer.first_known,
    }
)
_WRITERS: Mapping[type[tree.Node], Callable[..., Said]] = MappingProxyType(
    {
        tree.Literal: Writer.literal,
        tree.Reference: Writer.reference,
        tree.Parameter: Writer.parameter,
        tree.Today: Writer.today,
        tree.Not: Writer.negation,
        tree.Logic: Writer.logic,
        tree.Compare: Writer.compare,
        tree.Between: Writer.between,
        tree.In: Writer.membership,
        tree.Is: Writer.state,
        tree.Negative: Writer.negative,
        tree.Sum: Writer.sum,
        tree.Product: Writer.product,
        tree.Case: Writer.case,
        tree.Call: Writer.call,
        tree.Fold: Writer.fold,
    }
)
