"""The functions of REDCap: what each becomes in our rule language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from generator.redcap.logic import tree
from generator.redcap.logic.coerce import (
    as_moment,
    as_number,
    as_text,
    is_missing,
    with_time,
)
from generator.redcap.logic.compare import compared, known, negated_known
from generator.redcap.logic.conditions import (
    FALSE,
    TRUE,
    Atom,
    Condition,
    joined,
    negated,
)
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.values import ATOM, BLANK, MULTIPLY, Value, ValueType


class Translating(Protocol):
    """A walk over the logic's tree, as far as functions ask it about their arguments."""

    scope: LogicScope

    def value(self, node: tree.LogicNode, wanted: ValueType | None = None) -> Value: ...

    def number(self, node: tree.LogicNode) -> Value: ...


ValueMaker = Callable[[Translating, tree.CallNode], Value]
ConditionMaker = Callable[[Translating, tree.CallNode], Condition]

MOST_ARGUMENTS = 99
MOST_PLACES = 9

_DAYS = {
    "d": "",
    "y": " / 365.2425",
    "M": " / 30.44",
    "h": " * 24",
    "m": " * 1440",
    "s": " * 86400",
}
"""The units of datediff, as what days are multiplied with."""

_SECONDS = {
    "s": "",
    "m": " / 60",
    "h": " / 3600",
    "d": " / 86400",
    "M": " / 2630016",
    "y": " / 31556952",
}
"""The units of datediff, as what seconds are divided by."""

_ORDERS = ("ymd", "mdy", "dmy")


# Arguments


def _arguments(
    node: tree.CallNode, least: int, most: int = MOST_ARGUMENTS
) -> tuple[tree.LogicNode, ...]:
    """The arguments of a call. Raises ``LogicFault`` where there are fewer or more."""
    count = len(node.arguments)
    if not least <= count <= most:
        why = f"{node.function} takes {_counts(least, most)}, not {count}"
        raise LogicFault(why, node.start, node.end)

    return node.arguments


def _counts(least: int, most: int) -> str:
    """``2 values``, ``1 to 3 values`` or ``at least 1 value``."""
    if least < most < MOST_ARGUMENTS:
        return f"{least} to {most} values"

    values = "value" if least == 1 else "values"
    if most == MOST_ARGUMENTS:
        return f"at least {least} {values}"

    return f"{least} {values}"


def _only(translator: Translating, node: tree.CallNode) -> Value:
    """The value of the only argument."""
    (argument,) = _arguments(node, 1, 1)
    return translator.value(argument)


def _string(translator: Translating, node: tree.LogicNode) -> Value:
    """A text; the empty one is BLANK."""
    value = translator.value(node, ValueType.TEXT)
    if value.missing:
        translator.scope.note(
            "missing-as-text",
            f"a missing code of {value.text} is text in REDCap, but blank here",
        )

    if value.type is ValueType.BLANK:
        return value

    return _text(as_text(value))


def _strings(translator: Translating, nodes: Iterable[tree.LogicNode]) -> list[Value]:
    return [_string(translator, node) for node in nodes]


def _constant(translator: Translating, node: tree.LogicNode) -> str:
    """The text of a constant. Raises ``LogicFault`` for what is none."""
    literal = translator.value(node).literal
    if literal is None:
        raise LogicFault("a text in quotes is needed here", node.start, node.end)

    return literal


def _not_blank(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value.type is not ValueType.BLANK]


def _or_empty(text: Value) -> str:
    """A text, the blank one in quotes."""
    if text.type is ValueType.BLANK:
        return "''"

    return text.text


def _number(text: str) -> Value:
    return Value(text=text, type=ValueType.NUMBER)


def _text(text: str) -> Value:
    return Value(text=text, type=ValueType.TEXT)


# Numbers


def _rounded(name: str) -> ValueMaker:
    def make(translator: Translating, node: tree.CallNode) -> Value:
        number = translator.number(_arguments(node, 1, 2)[0])
        return _number(f"{name}({number.text}, {_places(translator, node)})")

    return make


def _places(translator: Translating, node: tree.CallNode) -> str:
    """The second argument of round and its kin: a number from 0 to 9."""
    if len(node.arguments) < 2:
        return "0"

    places = translator.value(node.arguments[1]).literal
    if places is None or places not in map(str, range(MOST_PLACES + 1)):
        why = f"{node.function} takes 0 to {MOST_PLACES} places, as a plain number"
        raise LogicFault(why, node.start, node.end)

    return places


def _of_numbers(name: str, least: int, most: int) -> ValueMaker:
    """A function of numbers that is blank when one of them is."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        numbers = [
            translator.number(argument).text
            for argument in _arguments(node, least, most)
        ]

        return _number(f"{name}({', '.join(numbers)})")

    return make


_NATURAL_LOG = _of_numbers("ln", 1, 1)
_LOG_OF_BASE = _of_numbers("log", 1, 2)


def _log(translator: Translating, node: tree.CallNode) -> Value:
    # Without a base, REDCap's logarithm is the natural one.
    has_base = len(node.arguments) != 1
    if has_base:
        return _LOG_OF_BASE(translator, node)

    return _NATURAL_LOG(translator, node)


def _of_known(name: str) -> ValueMaker:
    """A function of those of its numbers that are not blank."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        values = [
            translator.value(argument, ValueType.NUMBER)
            for argument in _arguments(node, 1)
        ]

        numbers = [as_number(value).text for value in _not_blank(values)]
        if not numbers:
            return BLANK

        return _number(f"{name}({', '.join(numbers)})")

    return make


# Texts


def _of_text(name: str, count: int) -> ValueMaker:
    """``left(text, n)`` and its kin: a text and numbers; of a blank they are blank."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        first, *rest = _arguments(node, count, count)
        text = _string(translator, first)
        if text.type is ValueType.BLANK:
            return BLANK

        numbers = [translator.number(argument).text for argument in rest]
        return _text(f"{name}({', '.join([text.text, *numbers])})")

    return make


def _length(translator: Translating, node: tree.CallNode) -> Value:
    (argument,) = _arguments(node, 1, 1)
    text = _string(translator, argument)
    if text.type is ValueType.BLANK:
        return _ZERO

    return _never_blank(f"coalesce(length({text.text}), 0)")


def _find(translator: Translating, node: tree.CallNode) -> Value:
    needle, hay = _strings(translator, _arguments(node, 2, 2))
    if ValueType.BLANK in (needle.type, hay.type):
        return _ZERO

    return _never_blank(f"coalesce(find({needle.text}, {hay.text}), 0)")


_ZERO = Value(
    text="0",
    type=ValueType.NUMBER,
    never_blank=True,
    literal="0",
)


def _never_blank(text: str) -> Value:
    return Value(
        text=text,
        type=ValueType.NUMBER,
        never_blank=True,
    )


def _replace(translator: Translating, node: tree.CallNode) -> Value:
    texts = _strings(translator, _arguments(node, 3, 3))
    hay = texts[0]
    if hay.type is ValueType.BLANK:
        return BLANK

    return _text(f"replace({', '.join(_or_empty(text) for text in texts)})")


def _concat(translator: Translating, node: tree.CallNode) -> Value:
    texts = _not_blank(_strings(translator, _arguments(node, 1)))
    if not texts:
        return BLANK

    return _text(f"concat_known({', '.join(text.text for text in texts)})")


def _concat_with(translator: Translating, node: tree.CallNode) -> Value:
    between, *rest = _strings(translator, _arguments(node, 2))
    texts = [text.text for text in _not_blank(rest)]
    if not texts:
        return BLANK

    return _text(f"join_known({', '.join([_or_empty(between), *texts])})")


# Dates


def _day(translator: Translating, node: tree.LogicNode) -> str:
    """A date; that of a date with time is its day."""
    moment = as_moment(translator.value(node), translator.scope)
    if moment.type is ValueType.DATETIME:
        return f"date_of({moment.text})"

    return moment.text


def _date_part(name: str) -> ValueMaker:
    def make(translator: Translating, node: tree.CallNode) -> Value:
        (argument,) = _arguments(node, 1, 1)
        return _number(f"{name}({_day(translator, argument)})")

    return make


def _age(translator: Translating, node: tree.CallNode) -> Value:
    """``age_at_date(birth, on)``; today where the second date is left out.

    A third argument is ignored.
    """
    birth, *rest = _arguments(node, 1, 3)
    born = _day(translator, birth)
    on = "today"
    if rest:
        on = _day(translator, rest[0])

    return _number(f"age_years({born}, {on})")


def _difference(translator: Translating, node: tree.CallNode) -> Value:
    """``datediff(d1, d2, unit [, format] [, signed])``"""
    first, second, unit_node, *rest = _arguments(node, 3, 5)
    # Either option may be left out, so both are looked for by what they say.
    options = [_constant(translator, argument).lower() for argument in rest]

    unit = _constant(translator, unit_node)
    if unit not in _DAYS:
        why = f"datediff has no unit {unit!r}"
        raise LogicFault(why, unit_node.start, unit_node.end)

    # From or to a blank there is no time at all.
    ends = [translator.value(first), translator.value(second)]
    if len(_not_blank(ends)) < 2:
        return BLANK

    orders = [option for option in options if option in _ORDERS]
    order = orders[0] if orders else "ymd"
    start, end = (as_moment(value, translator.scope, order) for value in ends)
    between, scale = _between(start, end, unit)

    if "true" not in options and "1" not in options:
        between = f"abs({between})"

    power = MULTIPLY if scale else ATOM
    return Value(
        text=f"{between}{scale}",
        type=ValueType.NUMBER,
        power=power,
    )


def _between(start: Value, end: Value, unit: str) -> tuple[str, str]:
    """The time from one moment to another, and what makes the unit of it."""
    types = {start.type, end.type}
    if types == {ValueType.DATE}:
        return f"days_between({start.text}, {end.text})", _DAYS[unit]
    if types == {ValueType.TIME}:
        return f"seconds_between({start.text}, {end.text})", _SECONDS[unit]

    between = f"seconds_between({with_time(start)}, {with_time(end)})"
    return between, _SECONDS[unit]


# Conditions


def _is_number(translator: Translating, node: tree.CallNode) -> Condition:
    value = _only(translator, node)
    if value.type is ValueType.BLANK:
        return FALSE

    return Atom(text=f"{as_number(value).within(MULTIPLY)} is known", sure=True)


def _is_integer(translator: Translating, node: tree.CallNode) -> Condition:
    value = _only(translator, node)
    if value.type is ValueType.BLANK:
        return FALSE

    number = as_number(value).text
    return Atom(text=f"round({number}, 0) = {number}", sure=False)


def _is_blank(translator: Translating, node: tree.CallNode) -> Condition:
    """Neither a value nor a code of missing data, also where the project has not named
    its codes.
    """
    value = _only(translator, node)
    condition = compared(translator.scope, "=", value, BLANK)
    if _has_unnamed_codes(translator, value):
        return joined("and", [condition, negated(is_missing(value))])

    return condition


def _has_unnamed_codes(translator: Translating, value: Value) -> bool:
    """Whether a field may hold codes of missing data that nobody has named."""
    has_named = value.missing or translator.scope.project.missing
    if has_named:
        return False

    # What was entered is a text, in which a code is nothing special.
    if value.text.startswith("entered("):
        return False

    return value.read and value.type is not ValueType.TICK


def _is_unknown(translator: Translating, node: tree.CallNode) -> Condition:
    """A blank, or a code of missing data."""
    value = _only(translator, node)
    if value.type is ValueType.BLANK:
        return TRUE

    return negated_known(known(value))


def _is_missing(translator: Translating, node: tree.CallNode) -> Condition:
    value = _only(translator, node)
    if _has_unnamed_codes(translator, value):
        return is_missing(value)

    return _holds_code(value, node)


def _has_missing(translator: Translating, node: tree.CallNode) -> Condition:
    """``hasmissingcode([x], 'ND,UNK')``, also with the codes one by one."""
    field, *listed = _arguments(node, 1)
    if not listed:
        return _is_missing(translator, node)

    value = translator.value(field)
    text = ",".join(_constant(translator, argument) for argument in listed)
    # A comma at the end names no code.
    codes = list(filter(None, map(str.strip, text.split(","))))

    named = translator.scope.project.missing
    unnamed = [code for code in codes if code not in named]
    if unnamed:
        why = (
            f"the study has no missing codes {', '.join(unnamed)}; name them with "
            "--missing"
        )
        raise LogicFault(why, node.start, node.end)

    return joined("or", [_holds_code(value, node, code) for code in codes])


def _holds_code(value: Value, node: tree.CallNode, code: str = "") -> Condition:
    """Whether a field holds a code of missing data of REDCap, or any."""
    if value.type is ValueType.BLANK:
        return FALSE
    if not value.read:
        raise LogicFault("only a field can hold a missing code", node.start, node.end)

    if not code:
        if value.missing:
            return is_missing(value)

        return FALSE

    name = value.missing_code(code)
    if name is None:
        return FALSE

    return is_missing(value, name)


def _text_test(name: str, *, wanted: bool = True) -> ConditionMaker:
    """``contains``, ``starts_with`` and ``ends_with``: capitals and small letters are
    alike.
    """

    def make(translator: Translating, node: tree.CallNode) -> Condition:
        hay, needle = _strings(translator, _arguments(node, 2, 2))
        # Every text contains the blank, and a blank contains nothing else.
        condition: Condition = Atom(
            text=f"{name}({hay.text}, {needle.text})", sure=False
        )

        if needle.type is ValueType.BLANK:
            condition = TRUE
        elif hay.type is ValueType.BLANK:
            condition = FALSE

        if wanted:
            return condition

        return negated(condition)

    return make


VALUES: Mapping[str, ValueMaker] = MappingProxyType(
    {
        "round": _rounded("round"),
        "roundup": _rounded("round_up"),
        "rounddown": _rounded("round_down"),
        "abs": _of_numbers("abs", 1, 1),
        "sqrt": _of_numbers("sqrt", 1, 1),
        "exponential": _of_numbers("exp", 1, 1),
        "pow": _of_numbers("power", 2, 2),
        "log": _log,
        "mod": _of_numbers("mod", 2, 2),
        "min": _of_known("min_known"),
        "max": _of_known("max_known"),
        "sum": _of_known("sum_known"),
        "mean": _of_known("mean_known"),
        "median": _of_known("median_known"),
        "stdev": _of_known("stdev_known"),
        "left": _of_text("left", 2),
        "right": _of_text("right", 2),
        "mid": _of_text("mid", 3),
        "trim": _of_text("trim", 1),
        "upper": _of_text("upper", 1),
        "lower": _of_text("lower", 1),
        "length": _length,
        "find": _find,
        "replace_text": _replace,
        "concat": _concat,
        "concat_ws": _concat_with,
        "year": _date_part("year"),
        "month": _date_part("month"),
        "day": _date_part("day"),
        "dayoftheweek": _date_part("day_of_week"),
        "datediff": _difference,
        "age_at_date": _age,
    }
)

CONDITIONS: Mapping[str, ConditionMaker] = MappingProxyType(
    {
        "isnumber": _is_number,
        "isinteger": _is_integer,
        "isblankormissingcode": _is_unknown,
        "isblanknotmissingcode": _is_blank,
        "ismissingcode": _is_missing,
        "hasmissingcode": _has_missing,
        "contains": _text_test("contains"),
        "contain": _text_test("contains"),
        "not_contain": _text_test("contains", wanted=False),
        "starts_with": _text_test("starts_with"),
        "ends_with": _text_test("ends_with"),
    }
)
