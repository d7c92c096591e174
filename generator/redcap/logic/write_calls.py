"""The functions of our language in REDCap's logic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.function_calls import code_numbers
from forms_spec.rules.semantics.types import Type, type_of
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    MULTIPLY,
    TRUE,
    RedcapCondition,
    RedcapValue,
    computed,
    every,
    not_blank,
    some,
)
from generator.redcap.logic.write_context import WriteContext
from generator.redcap.logic.write_fields import in_unit

ValueMaker = Callable[[WriteContext, syntax_tree.Call], RedcapValue]


def _argument_values(writer: WriteContext, node: syntax_tree.Call) -> list[RedcapValue]:
    return [writer.value(argument) for argument in node.arguments]


def _called(name: str, arguments: Iterable[RedcapValue]) -> str:
    return f"{name}({', '.join(argument.text for argument in arguments)})"


# Conditions

CONDITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "contains": ("contains({})", "not_contain({})"),
        "starts_with": ("starts_with({})", "starts_with({}) = 0"),
        "ends_with": ("ends_with({})", "ends_with({}) = 0"),
    }
)
"""What is true where the function is, and its opposite."""


def text_test(
    writer: WriteContext, node: syntax_tree.Call, wanted: bool
) -> RedcapCondition:
    """``contains`` and its kin: a blank text contains nothing, every text contains a
    blank.
    """
    hay, needle = _argument_values(writer, node)
    both = f"{hay.text}, {needle.text}"
    true, false = CONDITIONS[node.function]
    test = RedcapCondition(text=true.format(both), other=false.format(both))

    needle_known = [] if needle.sure else [needle.known]
    if not wanted:
        return every([test.opposite(), hay.known, *needle_known])
    # What holds a constant is not blank, so that nothing more has to be asked.
    if needle.literal:
        return every([test, hay.needs, *needle_known])

    return every([test, hay.known, *needle_known])


def first_known_condition(
    writer: WriteContext, node: syntax_tree.Call, wanted: bool
) -> RedcapCondition:
    """``coalesce`` of conditions."""
    all_before_unknown: list[RedcapCondition] = []
    ways: list[RedcapCondition] = []
    for argument in node.arguments:
        true = writer.condition(argument, True)
        false = writer.condition(argument, False)
        ways.append(every([*all_before_unknown, true if wanted else false]))
        all_before_unknown += [true.opposite(), false.opposite()]

    return some(ways)


# Numbers


def _of_numbers(name: str) -> ValueMaker:
    """A function of numbers that is blank where one of them is."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = _argument_values(writer, node)
        return computed(_called(name, parts), parts)

    return make


def _power(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    base, exponent = _argument_values(writer, node)
    text = f"({base.text})^({exponent.text})"
    return computed(text, [base, exponent], power=MULTIPLY)


def _absolute(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """The sign of a difference of dates is REDCap's own switch."""
    (value,) = _argument_values(writer, node)
    if value.text.startswith("datediff(") and value.text.endswith(", true)"):
        return computed(f"{value.text.removesuffix(', true)')})", [value])

    return computed(f"abs({value.text})", [value])


def _extreme(name: str) -> ValueMaker:
    """``min(a, b)``, which skips a blank in REDCap and is UNKNOWN beside one here."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = _argument_values(writer, node)
        if any(part.type is not Type.NUMBER for part in parts):
            why = f"in REDCap, {name} takes numbers only"
            raise LogicFault(why, node.start, node.end)

        known = every(part.known for part in parts)
        return RedcapValue(
            text=_called(name, parts),
            type=Type.NUMBER,
            known=known,
            needs=known,
        )

    return make


def _of_known(name: str) -> ValueMaker:
    """A function of those of its numbers that are known."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [part.guarded() for part in _argument_values(writer, node)]
        text = f"{name}({', '.join(parts)})"
        return RedcapValue(
            text=text,
            type=Type.NUMBER,
            known=not_blank(text),
        )

    return make


def _count_known(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """How many of some values are known; REDCap counts them one by one."""
    ones: list[str] = []
    for argument in node.arguments:
        is_known = syntax_tree.Is(
            operand=argument,
            state="known",
            code=None,
            negated=False,
            start=argument.start,
            end=argument.end,
        )
        ones.append(f"if({writer.condition(is_known, True).written()}, 1, 0)")

    return RedcapValue(text=f"sum({', '.join(ones)})", type=Type.NUMBER, sure=True)


def _number_of(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """A text, or a code, as a number; codes that stand for another number are asked
    for one by one.
    """
    (value,) = _argument_values(writer, node)
    field = value.field
    if field is None:
        return computed(f"{value.text} * 1", [value], power=MULTIPLY)

    if value.type is Type.CHOICE and field.codelist is not None:
        codes = field.codelist.codes
        are_renumbered = any(code.number is not None for code in codes)
        if are_renumbered:
            return _by_code(writer, value, code_numbers(field.codelist))

    is_number = f"isnumber({value.text})"
    return RedcapValue(
        text=value.text,
        type=Type.NUMBER,
        known=RedcapCondition(text=is_number, other=f"{is_number} = 0"),
        field=field,
        numbers=True,
    )


def _by_code(
    writer: WriteContext, value: RedcapValue, numbers: Mapping[str, int]
) -> RedcapValue:
    assert value.field is not None
    codes = redcap_codes(writer.study, value.field)
    text = "''"

    for code, number in reversed(list(numbers.items())):
        amount = f"{number / SCALE:.9f}".rstrip("0").rstrip(".")
        in_redcap = writer.text_constant(codes[code]).text
        text = f"if({value.text} = {in_redcap}, {amount}, {text})"

    return RedcapValue(
        text=text,
        type=Type.NUMBER,
        known=not_blank(text),
    )


def as_number(value: RedcapValue) -> RedcapValue:
    """A text or a code that is read as a number, where REDCap would take it as it is."""
    if not value.numbers:
        return value

    return computed(f"{value.text} * 1", [value], power=MULTIPLY)


# Texts


def _of_text(name: str) -> ValueMaker:
    """``left(text, n)`` and its kin, which are blank where their text is, or where
    nothing is left of it.
    """

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = _argument_values(writer, node)
        hay, *numbers = parts
        text = _called(name, parts)
        needs = every([hay.needs, *(number.known for number in numbers)])
        known = every([needs, not_blank(text)])

        if _leaves_something(numbers):
            known = hay.known

        return RedcapValue(
            text=text,
            type=Type.TEXT,
            known=known,
            needs=needs,
        )

    return make


def _leaves_something(numbers: Sequence[RedcapValue]) -> bool:
    """Whether a part of a text is never empty: the whole, or its first characters."""
    if len(numbers) > 1:
        return False

    # A number that is no constant may be 0.
    counts = [Decimal(number.literal or "0") for number in numbers]
    return all(count >= 1 for count in counts)


def _counting(name: str) -> ValueMaker:
    """``length`` and ``find``, which are 0 where REDCap sees a blank."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = _argument_values(writer, node)
        known = every(part.known for part in parts)
        return RedcapValue(
            text=_called(name, parts),
            type=Type.NUMBER,
            known=known,
            needs=known,
            sure=True,
        )

    return make


def _replace(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    parts = _argument_values(writer, node)
    hay, *others = parts
    text = _called("replace_text", parts)
    needs = every([hay.needs, *(other.known for other in others)])
    known = every([needs, not_blank(text)])

    return RedcapValue(
        text=text,
        type=Type.TEXT,
        known=known,
        needs=needs,
    )


def _concat(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """Blank here where one of its parts is."""
    parts = _argument_values(writer, node)
    if len(parts) == 1:
        return parts[0]

    known = every(part.known for part in parts)
    return RedcapValue(
        text=_called("concat", parts),
        type=Type.TEXT,
        known=known,
        needs=known,
    )


def _texts_of_known(name: str, first: int) -> ValueMaker:
    """``concat_known`` and ``join_known``, whose ``first`` arguments stand between the
    texts.
    """

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = _argument_values(writer, node)
        if not all(part.sure for part in parts[:first]):
            why = "the separator is not a constant"
            raise LogicFault(why, node.start, node.end)

        text = f"{name}({', '.join(part.guarded() for part in parts)})"
        known = some(part.known for part in parts[first:])
        needs = TRUE if first else known

        return RedcapValue(
            text=text,
            type=Type.TEXT,
            known=known,
            needs=needs,
        )

    return make


def _text_of(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    (value,) = _argument_values(writer, node)
    if value.type is Type.DATETIME:
        why = "REDCap writes a blank between date and time, but here it is a T"
        raise LogicFault(why, node.start, node.end)

    # A code of missing data would be a text in REDCap.
    needs = value.needs
    if value.field is not None and value.field.missing:
        needs = value.known

    return replace(
        value,
        type=Type.TEXT,
        needs=needs,
        numbers=False,
    )


# Values of any type


def _itself(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    return writer.value(node.arguments[0])


def _first_known(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    parts = [as_number(part) for part in _argument_values(writer, node)]
    text = parts[-1].guarded()
    for part in reversed(parts[:-1]):
        text = f"if({part.known.written()}, {part.text}, {text})"

    return RedcapValue(
        text=text,
        type=parts[0].type,
        known=some(part.known for part in parts),
        sure=any(_is_never_blank(part) for part in parts),
    )


def _is_never_blank(value: RedcapValue) -> bool:
    if not value.sure or value.known != TRUE:
        return False

    return value.literal != ""


# Dates and times


def day_of(writer: WriteContext, node: syntax_tree.Node) -> RedcapValue:
    """A date, for what takes the day of a date with time."""
    # REDCap's functions of dates take the day by themselves.
    if isinstance(node, syntax_tree.Call) and node.function == "date_of":
        return writer.value(node.arguments[0])

    return writer.value(node)


def _of_date(name: str) -> ValueMaker:
    """A part of a date; that of a date with time is its day's."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        day = day_of(writer, node.arguments[0])
        return computed(f"{name}({day.text})", [day])

    return make


def days(first: RedcapValue, second: RedcapValue) -> RedcapValue:
    """The days from one date to another."""
    text = f"datediff({first.text}, {second.text}, 'd', true)"
    return computed(text, [first, second])


def _days_between(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    first, second = _argument_values(writer, node)
    return days(first, second)


def _time_between(unit: str) -> ValueMaker:
    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        start, end = (writer.value(part, moment=True) for part in node.arguments)
        text = f"datediff({start.text}, {end.text}, '{unit}', true)"
        return computed(text, [start, end])

    return make


def _age(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    born, on = (day_of(writer, argument) for argument in node.arguments)
    return computed(f"age_at_date({born.text}, {on.text})", [born, on])


def at_midnight(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """``datetime_of(day, 00:00)``: REDCap takes a date for its first minute beside a
    date with time.
    """
    day, time = node.arguments
    if not isinstance(time, syntax_tree.Literal) or time.value != "00:00":
        raise LogicFault("REDCap cannot join a date and a time", node.start, node.end)

    value = writer.value(day)
    return RedcapValue(
        text=value.text,
        type=Type.DATETIME,
        known=value.known,
        needs=value.needs,
        sure=value.sure,
        field=value.field,
    )


# Rows


def instance(writer: WriteContext, node: syntax_tree.Aggregate) -> RedcapValue:
    """``max(lab.v where rowno = 2)`` is REDCap's ``[v][2]``, and ``first(lab.v)`` its
    ``[v][first-instance]``; it has no words for other rows.
    """
    cell = node.over
    if node.function not in _ROW_FUNCTIONS or not isinstance(
        cell, syntax_tree.Reference
    ):
        raise writer.fault(node)

    place = cell.table or "", cell.field or ""
    name = writer.names.get(place)
    instance_name = _named_instance(writer, node, cell)
    if name is None or instance_name is None:
        raise writer.fault(node)

    # Without an event, REDCap reads the row of the event that is open.
    event = ""
    if cell.selector is not None and cell.selector in writer.events:
        event = f"[{writer.events[cell.selector]}]"

    text = f"{event}[{name}][{instance_name}]"

    type_ = Type.NUMBER
    field = writer.study.field(*place)
    if field is not None:
        type_ = _TYPES.get(field.kind.name, Type.NUMBER)
        # Texts and codes of other rows would be compared as they are.
        is_plain = field.kind.name in _TYPES or type_of(field) is Type.NUMBER
        if not is_plain:
            raise writer.fault(node)

    return RedcapValue(
        text=text,
        type=type_,
        known=not_blank(text),
    )


def _named_instance(
    writer: WriteContext, node: syntax_tree.Aggregate, cell: syntax_tree.Reference
) -> str | None:
    """What REDCap calls the row that is meant; None where it has no name for it."""
    number = _row_number(node.where)
    if number is not None:
        return _instance_name(writer, number)

    # Of another form, or of all visits, the first row is not that of the event.
    table = writer.study.tables.get(cell.table or "")
    is_own = table is not None and table.group is not None and table.form is writer.form
    is_here = is_own and cell.selector in (None, "this")
    if node.where is not None or not is_here:
        return None

    return _ROW_FUNCTIONS[node.function]


def _row_number(where: syntax_tree.Node | None) -> syntax_tree.Node | None:
    """The number that a condition asks of a row; None where it asks anything else."""
    # The rows of a visit that repeats are found by the visit first, then by number.
    if isinstance(where, syntax_tree.Logic):
        is_pair = len(where.operands) == 2
        if where.operator != "and" or not is_pair:
            return None

        where = where.operands[1]

    if not isinstance(where, syntax_tree.Compare) or where.operator != "=":
        return None

    column = where.left
    if not isinstance(column, syntax_tree.Reference):
        return None

    if column.field not in ("rowno", "unsno"):
        return None

    return where.right


def _instance_name(writer: WriteContext, node: syntax_tree.Node) -> str:
    """What REDCap calls the row of a number."""
    name: str | None = None
    if isinstance(node, syntax_tree.Literal):
        name = str(node.value) if node.kind == "number" else None
    elif isinstance(node, syntax_tree.Aggregate):
        name = _ENDS.get(node.function)
    elif isinstance(node, syntax_tree.Reference):
        name = "current-instance" if node.table == "this" else None
    elif isinstance(node, syntax_tree.Sum):
        name = _neighbour(node)

    if name is None:
        raise writer.fault(node)

    return name


def _neighbour(node: syntax_tree.Sum) -> str | None:
    """The row before or after this one: ``this.rowno - 1``."""
    if not _is_next_to_this(node):
        return None

    is_before = node.signs[1] == "-"
    return "previous-instance" if is_before else "next-instance"


def _is_next_to_this(node: syntax_tree.Sum) -> bool:
    """``this.rowno - 1``"""
    if len(node.terms) != 2:
        return False

    return isinstance(node.terms[0], syntax_tree.Reference)


_ROW_FUNCTIONS: Mapping[str, str | None] = MappingProxyType(
    {"max": None, "first": "first-instance", "last": "last-instance"}
)
_ENDS = {"min": "first-instance", "max": "last-instance"}
_TYPES = {"date": Type.DATE, "datetime": Type.DATETIME, "time": Type.TIME}
VALUES: Mapping[str, ValueMaker] = MappingProxyType(
    {
        "round": _of_numbers("round"),
        "round_up": _of_numbers("roundup"),
        "round_down": _of_numbers("rounddown"),
        "sqrt": _of_numbers("sqrt"),
        "exp": _of_numbers("exponential"),
        "ln": _of_numbers("log"),
        "log": _of_numbers("log"),
        "mod": _of_numbers("mod"),
        "power": _power,
        "abs": _absolute,
        "min": _extreme("min"),
        "max": _extreme("max"),
        "count_known": _count_known,
        "sum_known": _of_known("sum"),
        "mean_known": _of_known("mean"),
        "median_known": _of_known("median"),
        "stdev_known": _of_known("stdev"),
        "min_known": _of_known("min"),
        "max_known": _of_known("max"),
        "concat": _concat,
        "concat_known": _texts_of_known("concat", 0),
        "join_known": _texts_of_known("concat_ws", 1),
        "upper": _of_text("upper"),
        "lower": _of_text("lower"),
        "trim": _of_text("trim"),
        "left": _of_text("left"),
        "right": _of_text("right"),
        "mid": _of_text("mid"),
        "length": _counting("length"),
        "find": _counting("find"),
        "replace": _replace,
        "number_of": _number_of,
        "in_unit": in_unit,
        "text_of": _text_of,
        "entered": _itself,
        "coalesce": _first_known,
        "days_between": _days_between,
        "seconds_between": _time_between("s"),
        "minutes_between": _time_between("m"),
        "age_years": _age,
        "year": _of_date("year"),
        "month": _of_date("month"),
        "day": _of_date("day"),
        "day_of_week": _of_date("dayoftheweek"),
    }
)
"""Functions that REDCap has, or that its functions can say.

``date_of`` stands only where a day is taken.
"""
