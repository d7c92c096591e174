"""The functions of our language in REDCap's logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.function_calls import code_numbers
from forms_spec.rules.semantics.types import Type
from generator.redcap.box_codes import redcap_codes
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import (
    MULTIPLY,
    TRUE,
    RedcapCondition,
    RedcapValue,
    computed,
    every,
    given,
    some,
    test,
)
from generator.redcap.logic.write_context import WriteContext
from generator.redcap.logic.write_fields import in_unit

# Conditions

CONDITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "contains": ("contains({})", "not_contain({})"),
        "starts_with": ("starts_with({})", "starts_with({}) = 0"),
        "ends_with": ("ends_with({})", "ends_with({}) = 0"),
    }
)
"""What is true where the function is, and its opposite."""


def holds(
    writer: WriteContext, node: syntax_tree.Call, wanted: bool
) -> RedcapCondition:
    """``contains`` and its kin: a blank text contains nothing, every text contains a
    blank.
    """
    hay, needle = (writer.value(argument) for argument in node.arguments)
    given_ = f"{hay.text}, {needle.text}"
    result = test(*(words.format(given_) for words in CONDITIONS[node.function]))
    known = [] if needle.sure else [needle.known]
    if wanted and needle.literal:
        return every([result, hay.needs, *known])
    return every([result if wanted else result.opposite(), hay.known, *known])


def first_known_condition(
    writer: WriteContext, node: syntax_tree.Call, wanted: bool
) -> RedcapCondition:
    unknown: list[RedcapCondition] = []
    results: list[RedcapCondition] = []
    for argument in node.arguments:
        true, false = (
            writer.condition(argument, True),
            writer.condition(argument, False),
        )
        results.append(every([*unknown, true if wanted else false]))
        unknown += [true.opposite(), false.opposite()]

    return some(results)


# Values


def _same(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """A function of numbers that is blank where one of them is."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [writer.value(argument) for argument in node.arguments]
        return computed(f"{name}({', '.join(part.text for part in parts)})", parts)

    return make


def _of_date(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """A part of a date; that of a date with time is its day's."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        day = day_of(writer, node.arguments[0])
        return computed(f"{name}({day.text})", [day])

    return make


def day_of(writer: WriteContext, node: syntax_tree.Node) -> RedcapValue:
    """A date, for what takes the day of a date with time."""
    if isinstance(node, syntax_tree.Call) and node.function == "date_of":
        return writer.value(node.arguments[0])
    return writer.value(node)


def _of_text(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """``left(text, n)`` and its kin, which are blank where their text is, or where
    nothing is left of it.
    """

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [writer.value(argument) for argument in node.arguments]
        text = f"{name}({', '.join(part.text for part in parts)})"
        needs = every([parts[0].needs, *(part.known for part in parts[1:])])
        whole = len(parts) == 1 or (
            len(parts) == 2 and Decimal(parts[1].literal or "0") >= 1
        )
        known = parts[0].known if whole else every([needs, given(text)])

        return RedcapValue(text=text, type=Type.TEXT, known=known, needs=needs)

    return make


def _counting(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """``length`` and ``find``, which are 0 where REDCap sees a blank."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [writer.value(argument) for argument in node.arguments]
        known = every(part.known for part in parts)
        text = f"{name}({', '.join(part.text for part in parts)})"
        return RedcapValue(
            text=text, type=Type.NUMBER, known=known, needs=known, sure=True
        )

    return make


def _replace(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    hay, *rest = (writer.value(argument) for argument in node.arguments)
    text = f"replace_text({', '.join(item.text for item in (hay, *rest))})"
    needs = every([hay.needs, *(item.known for item in rest)])
    return RedcapValue(
        text=text, type=Type.TEXT, known=every([needs, given(text)]), needs=needs
    )


def _concat(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """Blank here where one of its parts is."""
    parts = [writer.value(argument) for argument in node.arguments]
    if len(parts) == 1:
        return parts[0]
    known = every(part.known for part in parts)

    return RedcapValue(
        text=f"concat({', '.join(part.text for part in parts)})",
        type=Type.TEXT,
        known=known,
        needs=known,
    )


def _of_known(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """A function of those of its numbers that are known."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        text = f"{name}({', '.join(writer.value(argument).guarded() for argument in node.arguments)})"
        return RedcapValue(text=text, type=Type.NUMBER, known=given(text))

    return make


def _texts_of_known(
    name: str, first: int
) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """``concat_known`` and ``join_known``, whose ``first`` arguments stand between the
    texts.
    """

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [writer.value(argument) for argument in node.arguments]
        if not all(part.sure for part in parts[:first]):
            raise LogicFault("the text between is not a constant", node.start, node.end)
        text = f"{name}({', '.join(part.guarded() for part in parts)})"
        known = some(part.known for part in parts[first:])

        return RedcapValue(
            text=text, type=Type.TEXT, known=known, needs=TRUE if first else known
        )

    return make


def _number_of(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """A text, or a code, as a number; codes that stand for another number are told one
    by one.
    """
    entry = writer.value(node.arguments[0])
    if (
        entry.type is Type.CHOICE
        and entry.field is not None
        and entry.field.codelist is not None
    ):
        codelist = entry.field.codelist
        if any(code.number is not None for code in codelist.codes):
            return _by_code(writer, entry, code_numbers(codelist))

    if entry.field is None:
        return computed(f"{entry.text} * 1", [entry], power=MULTIPLY)
    known = test(f"isnumber({entry.text})", f"isnumber({entry.text}) = 0")

    return RedcapValue(
        text=entry.text, type=Type.NUMBER, known=known, field=entry.field, numbers=True
    )


def _by_code(
    writer: WriteContext, structure: RedcapValue, numbers: Mapping[str, int]
) -> RedcapValue:
    assert structure.field is not None
    codes = redcap_codes(writer.study, structure.field)
    text = "''"

    for code, number in reversed(list(numbers.items())):
        amount = f"{number / SCALE:.9f}".rstrip("0").rstrip(".")
        text = (
            f"if({structure.text} = {writer.text(codes[code]).text}, {amount}, {text})"
        )

    return RedcapValue(text=text, type=Type.NUMBER, known=given(text))


def counted(structure: RedcapValue) -> RedcapValue:
    """A text or a code that is read as a number, where REDCap would take it as it is."""
    return (
        computed(f"{structure.text} * 1", [structure], power=MULTIPLY)
        if structure.numbers
        else structure
    )


def _text_of(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    entry = writer.value(node.arguments[0])
    if entry.type is Type.DATETIME:
        raise LogicFault(
            "REDCap writes a date with time with a blank, here it is a T",
            node.start,
            node.end,
        )

    needs = (
        entry.known if entry.field is not None and entry.field.missing else entry.needs
    )

    return RedcapValue(
        text=entry.text, type=Type.TEXT, power=entry.power, known=entry.known, needs=needs, sure=entry.sure,
        field=entry.field, literal=entry.literal,
    )  # fmt: skip


def _itself(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    return writer.value(node.arguments[0])


def _absolute(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """The sign of a difference of dates is REDCap's own switch."""
    entry = writer.value(node.arguments[0])
    if entry.text.startswith("datediff(") and entry.text.endswith(", true)"):
        return computed(f"{entry.text.removesuffix(', true)')})", [entry])
    return computed(f"abs({entry.text})", [entry])


def days(_writer: WriteContext, dates: Sequence[RedcapValue]) -> RedcapValue:
    """The days from one date to another."""
    return computed(f"datediff({dates[0].text}, {dates[1].text}, 'd', true)", dates)


def _between(unit: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        ends = [writer.value(argument, moment=True) for argument in node.arguments]
        return computed(
            f"datediff({ends[0].text}, {ends[1].text}, '{unit}', true)", ends
        )

    return make


def _age(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    dates = [day_of(writer, argument) for argument in node.arguments]
    return computed(f"age_at_date({dates[0].text}, {dates[1].text})", dates)


def _power(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    parts = [writer.value(argument) for argument in node.arguments]
    return computed(f"({parts[0].text})^({parts[1].text})", parts, power=MULTIPLY)


def _extreme(name: str) -> Callable[[WriteContext, syntax_tree.Call], RedcapValue]:
    """``min(a, b)``, which skips a blank in REDCap and is UNKNOWN beside one here."""

    def make(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
        parts = [writer.value(argument) for argument in node.arguments]
        if any(part.type is not Type.NUMBER for part in parts):
            raise LogicFault(
                f"REDCap knows {name} of numbers only", node.start, node.end
            )

        known = every(part.known for part in parts)
        text = f"{name}({', '.join(part.text for part in parts)})"

        return RedcapValue(text=text, type=Type.NUMBER, known=known, needs=known)

    return make


def _first_known(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    parts = [counted(writer.value(argument)) for argument in node.arguments]
    text = parts[-1].guarded()
    for part in reversed(parts[:-1]):
        text = f"if({part.known.written()}, {part.text}, {text})"
    sure = any(
        item.sure and item.known == TRUE and item.literal != "" for item in parts
    )

    return RedcapValue(
        text=text,
        type=parts[0].type,
        known=some(item.known for item in parts),
        sure=sure,
    )


def at_midnight(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    """``datetime_of(day, 00:00)``: REDCap takes a date for its first minute beside a
    date with time.
    """
    day, time = node.arguments
    if not isinstance(time, syntax_tree.Literal) or time.value != "00:00":
        raise LogicFault("REDCap joins no date with a time", node.start, node.end)
    entry = writer.value(day)

    return RedcapValue(
        text=entry.text,
        type=Type.DATETIME,
        known=entry.known,
        needs=entry.needs,
        sure=entry.sure,
        field=entry.field,
    )


def instance(writer: WriteContext, node: syntax_tree.Aggregate) -> RedcapValue:
    """``max(lab.v where rowno = 2)`` is REDCap's ``[v][2]``; it has no words for other
    rows.
    """
    cell, where = node.over, node.where
    if (
        node.function != "max"
        or not isinstance(cell, syntax_tree.Reference)
        or where is None
    ):
        raise writer.fault(node)

    if (
        isinstance(where, syntax_tree.Logic)
        and where.operator == "and"
        and len(where.operands) == 2
    ):
        where = where.operands[1]

    name = writer.names.get((cell.table or "", cell.field or ""))
    number = (
        where.left
        if isinstance(where, syntax_tree.Compare) and where.operator == "="
        else None
    )
    if (
        name is None
        or not isinstance(number, syntax_tree.Reference)
        or number.field not in ("rowno", "unsno")
    ):
        raise writer.fault(node)

    assert isinstance(where, syntax_tree.Compare)
    field = writer.study.field(cell.table or "", cell.field or "")
    event = (
        f"[{writer.events[cell.selector]}]"
        if cell.selector and cell.selector in writer.events
        else ""
    )
    text = f"{event}[{name}][{_row(writer, where.right)}]"
    type_ = Type.NUMBER if field is None else _TYPES.get(field.kind.name, Type.NUMBER)

    return RedcapValue(text=text, type=type_, known=given(text))


def _row(writer: WriteContext, node: syntax_tree.Node) -> str:
    if isinstance(node, syntax_tree.Literal) and node.kind == "number":
        return str(node.value)
    if isinstance(node, syntax_tree.Aggregate) and node.function in ("min", "max"):
        return "first-instance" if node.function == "min" else "last-instance"
    if isinstance(node, syntax_tree.Reference) and node.table == "this":
        return "current-instance"
    if (
        isinstance(node, syntax_tree.Sum)
        and len(node.terms) == 2
        and isinstance(node.terms[0], syntax_tree.Reference)
    ):
        return "previous-instance" if node.signs[1] == "-" else "next-instance"

    raise writer.fault(node)


def _days_between(writer: WriteContext, node: syntax_tree.Call) -> RedcapValue:
    return days(writer, [writer.value(argument) for argument in node.arguments])


_TYPES = {"date": Type.DATE, "datetime": Type.DATETIME, "time": Type.TIME}
VALUES: Mapping[str, Callable[[WriteContext, syntax_tree.Call], RedcapValue]] = (
    MappingProxyType(
        {
            "round": _same("round"),
            "round_up": _same("roundup"),
            "round_down": _same("rounddown"),
            "sqrt": _same("sqrt"),
            "exp": _same("exponential"),
            "ln": _same("log"),
            "log": _same("log"),
            "mod": _same("mod"),
            "power": _power,
            "abs": _absolute,
            "min": _extreme("min"),
            "max": _extreme("max"),
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
            "seconds_between": _between("s"),
            "minutes_between": _between("m"),
            "age_years": _age,
            "year": _of_date("year"),
            "month": _of_date("month"),
            "day": _of_date("day"),
            "day_of_week": _of_date("dayoftheweek"),
        }
    )
)
"""Functions that REDCap has, or that its functions can say.

``date_of`` stands only where a day is taken.
"""
