"""The functions of REDCap: what each becomes in our rule language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from generator.redcap.logic.values import BLANK, MULTIPLY, Value, ValueType


class Translating(Protocol):
    """A walk over the logic's tree, as far as functions ask it about their arguments."""

    scope: LogicScope

    def value(self, node: tree.LogicNode, wanted: ValueType | None = None) -> Value: ...

    def number(self, node: tree.LogicNode) -> Value: ...


_DAYS = {
    "d": "",
    "y": " / 365.2425",
    "M": " / 30.44",
    "h": " * 24",
    "m": " * 1440",
    "s": " * 86400",
}
_SECONDS = {
    "s": "",
    "m": " / 60",
    "h": " / 3600",
    "d": " / 86400",
    "M": " / 2630016",
    "y": " / 31556952",
}
_ORDERS = ("ymd", "mdy", "dmy")


def _takes(
    node: tree.CallNode, least: int, most: int = 99
) -> tuple[tree.LogicNode, ...]:
    if not least <= len(node.arguments) <= most:
        raise LogicFault(
            (
                f"{node.function} takes {least} to {most} values, not "
                f"{len(node.arguments)}"
            ),
            node.start,
            node.end,
        )

    return node.arguments


def _number(text: str) -> Value:
    return Value(text=text, type=ValueType.NUMBER)


def _text(text: str) -> Value:
    return Value(text=text, type=ValueType.TEXT)


def _places(translator: Translating, node: tree.CallNode) -> str:
    """The second argument of round and its kin: a number from 0 to 9."""
    if len(node.arguments) < 2:
        return "0"
    places = translator.value(node.arguments[1]).literal
    if places is None or places not in map(str, range(10)):
        raise LogicFault(
            f"{node.function} to other than 0 to 9 places", node.start, node.end
        )

    return places


def _rounded(name: str) -> Callable[[Translating, tree.CallNode], Value]:
    def make(translator: Translating, node: tree.CallNode) -> Value:
        number = translator.number(_takes(node, 1, 2)[0])
        return _number(f"{name}({number.text}, {_places(translator, node)})")

    return make


def _plain(
    name: str, least: int, most: int
) -> Callable[[Translating, tree.CallNode], Value]:
    """A function of numbers that is blank when one of them is."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        numbers = [translator.number(take).text for take in _takes(node, least, most)]
        return _number(f"{name}({', '.join(numbers)})")

    return make


def _log(translator: Translating, node: tree.CallNode) -> Value:
    numbers = [translator.number(take).text for take in _takes(node, 1, 2)]
    return _number(
        f"ln({numbers[0]})" if len(numbers) == 1 else f"log({', '.join(numbers)})"
    )


def _of_known(name: str) -> Callable[[Translating, tree.CallNode], Value]:
    """A function of those of its numbers that are not blank."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        result = [translator.value(take, ValueType.NUMBER) for take in _takes(node, 1)]
        numbers = [
            as_number(item).text for item in result if item.type is not ValueType.BLANK
        ]
        if not numbers:
            return BLANK
        return _number(f"{name}({', '.join(numbers)})")

    return make


def _string(translator: Translating, node: tree.LogicNode) -> Value:
    """A text; the empty one is BLANK."""
    value = translator.value(node, ValueType.TEXT)
    if value.missing:
        translator.scope.note(
            "missing-as-text", f"a code of missing data of {value.text} is no text here"
        )

    return value if value.type is ValueType.BLANK else _text(as_text(value))


def _of_text(name: str, most: int) -> Callable[[Translating, tree.CallNode], Value]:
    """``left(text, n)`` and its kin: a text and numbers; of a blank they are blank."""

    def make(translator: Translating, node: tree.CallNode) -> Value:
        first, *rest = _takes(node, most, most)
        text = _string(translator, first)
        if text.type is ValueType.BLANK:
            return BLANK
        numbers = [translator.number(item).text for item in rest]
        return _text(f"{name}({', '.join([text.text, *numbers])})")

    return make


def _length(translator: Translating, node: tree.CallNode) -> Value:
    text = _string(translator, _takes(node, 1, 1)[0])
    return _counted(
        "0" if text.type is ValueType.BLANK else f"coalesce(length({text.text}), 0)"
    )


def _find(translator: Translating, node: tree.CallNode) -> Value:
    needle, hay = (_string(translator, take) for take in _takes(node, 2, 2))
    if ValueType.BLANK in (needle.type, hay.type):
        return _counted("0")
    return _counted(f"coalesce(find({needle.text}, {hay.text}), 0)")


def _counted(text: str) -> Value:
    return Value(
        text=text,
        type=ValueType.NUMBER,
        never_blank=True,
        literal="0" if text == "0" else None,
    )


def _replace(translator: Translating, node: tree.CallNode) -> Value:
    hay, needle, new = (_string(translator, take) for take in _takes(node, 3, 3))
    if hay.type is ValueType.BLANK:
        return BLANK
    words = [
        item.text if item.type is not ValueType.BLANK else "''"
        for item in (hay, needle, new)
    ]

    return _text(f"replace({', '.join(words)})")


def _concat(translator: Translating, node: tree.CallNode) -> Value:
    result = [_string(translator, take) for take in _takes(node, 1)]
    texts = [item.text for item in result if item.type is not ValueType.BLANK]
    return _text(f"concat_known({', '.join(texts)})") if texts else BLANK


def _concat_with(translator: Translating, node: tree.CallNode) -> Value:
    between, *rest = (_string(translator, take) for take in _takes(node, 2))
    texts = [item.text for item in rest if item.type is not ValueType.BLANK]
    separator = between.text if between.type is not ValueType.BLANK else "''"
    return _text(f"join_known({', '.join([separator, *texts])})") if texts else BLANK


def _date_part(name: str) -> Callable[[Translating, tree.CallNode], Value]:
    def make(translator: Translating, node: tree.CallNode) -> Value:
        result = as_moment(translator.value(_takes(node, 1, 1)[0]), translator.scope)
        day = (
            f"date_of({result.text})"
            if result.type is ValueType.DATETIME
            else result.text
        )
        return _number(f"{name}({day})")

    return make


def _age(translator: Translating, node: tree.CallNode) -> Value:
    """``age_at_date(birth, on)``; today where the second date is left out."""
    birth, *rest = _takes(node, 1, 3)
    days = [
        as_moment(translator.value(item), translator.scope)
        for item in (birth, *rest[:1])
    ]
    texts = [
        f"date_of({day.text})" if day.type is ValueType.DATETIME else day.text
        for day in days
    ]

    return _number(f"age_years({', '.join([*texts, 'today'][:2])})")


def _difference(translator: Translating, node: tree.CallNode) -> Value:
    """``datediff(d1, d2, unit [, format] [, signed])``"""
    first, second, unit, *rest = _takes(node, 3, 5)
    text = [_constant(translator, item) for item in rest]
    order = next((item.lower() for item in text if item.lower() in _ORDERS), "ymd")
    signed = any(item.lower() in ("true", "1") for item in text)
    step = _constant(translator, unit)
    if step not in _DAYS:
        raise LogicFault(f"datediff knows no unit {step!r}", unit.start, unit.end)
    values = [translator.value(item) for item in (first, second)]
    if any(value.type is ValueType.BLANK for value in values):
        return BLANK
    start, end = (as_moment(value, translator.scope, order) for value in values)
    if start.type is ValueType.DATE and end.type is ValueType.DATE:
        between, scale = f"days_between({start.text}, {end.text})", _DAYS[step]
    elif start.type is ValueType.TIME and end.type is ValueType.TIME:
        between, scale = f"seconds_between({start.text}, {end.text})", _SECONDS[step]
    else:
        between = f"seconds_between({with_time(start)}, {with_time(end)})"
        scale = _SECONDS[step]

    between = between if signed else f"abs({between})"

    return Value(
        text=f"{between}{scale}", type=ValueType.NUMBER, power=MULTIPLY if scale else 3
    )


def _constant(translator: Translating, node: tree.LogicNode) -> str:
    literal = translator.value(node).literal
    if literal is None:
        raise LogicFault("a text in quotes is wanted here", node.start, node.end)
    return literal


def _is_number(translator: Translating, node: tree.CallNode) -> Condition:
    value = translator.value(_takes(node, 1, 1)[0])
    if value.type is ValueType.BLANK:
        return negated(Atom(text="true", sure=True))
    return Atom(text=f"{as_number(value).within(MULTIPLY)} is known", sure=True)


def _is_integer(translator: Translating, node: tree.CallNode) -> Condition:
    value = translator.value(_takes(node, 1, 1)[0])
    if value.type is ValueType.BLANK:
        return negated(Atom(text="true", sure=True))
    number = as_number(value).text
    return Atom(text=f"round({number}, 0) = {number}", sure=False)


def _is_blank(translator: Translating, node: tree.CallNode) -> Condition:
    """Neither a value nor a code of missing data, also where the project has not named
    its codes.
    """
    value = translator.value(_takes(node, 1, 1)[0])
    result = compared(translator.scope, "=", value, BLANK)
    if value.missing or not _unnamed(translator, value):
        return result
    return joined("and", [result, negated(is_missing(value))])


def _unnamed(translator: Translating, value: Value) -> bool:
    """Whether a field may hold codes of missing data that nobody has named."""
    plain = (
        value.read
        and value.type is not ValueType.TICK
        and not value.text.startswith("entered(")
    )
    return plain and not translator.scope.project.missing


def _is_unknown(translator: Translating, node: tree.CallNode) -> Condition:
    """A blank, or a code of missing data."""
    value = translator.value(_takes(node, 1, 1)[0])
    return TRUE if value.type is ValueType.BLANK else negated_known(known(value))


def _is_missing(translator: Translating, node: tree.CallNode) -> Condition:
    value = translator.value(_takes(node, 1, 1)[0])
    return (
        is_missing(value) if _unnamed(translator, value) else _holds_code(value, node)
    )


def _has_missing(translator: Translating, node: tree.CallNode) -> Condition:
    """``hasmissingcode([x], 'ND,UNK')``, also with the codes one by one."""
    value = translator.value(_takes(node, 1)[0])
    if len(node.arguments) == 1:
        return _is_missing(translator, node)
    text = ",".join(_constant(translator, argument) for argument in node.arguments[1:])
    asked = [part.strip() for part in text.split(",") if part.strip()]
    project = translator.scope.project.missing
    if strange := [code for code in asked if code not in project]:
        why = (
            f"the study has no missing codes {', '.join(strange)}: name them with "
            "--missing"
        )
        raise LogicFault(why, node.start, node.end)

    return joined("or", [_holds_code(value, node, code) for code in asked])


def _holds_code(value: Value, node: tree.CallNode, code: str = "") -> Condition:
    """Whether a field holds a code of missing data of REDCap, or any."""
    if value.type is ValueType.BLANK:
        return FALSE
    if not value.read:
        raise LogicFault("only a field holds a missing code", node.start, node.end)
    name = value.missing_code(code)
    if code and name is None:
        return FALSE
    return is_missing(value, name or "") if value.missing else FALSE


def _holds(
    name: str, *, wanted: bool = True
) -> Callable[[Translating, tree.CallNode], Condition]:
    """``contains``, ``starts_with`` and ``ends_with``: capitals and small letters are
    alike.
    """

    def make(translator: Translating, node: tree.CallNode) -> Condition:
        hay, needle = (_string(translator, take) for take in _takes(node, 2, 2))
        if needle.type is ValueType.BLANK:
            condition: Condition = Atom(text="true", sure=True)
        elif hay.type is ValueType.BLANK:
            condition = Atom(text="false", sure=True)
        else:
            condition = Atom(text=f"{name}({hay.text}, {needle.text})", sure=False)

        return condition if wanted else negated(condition)

    return make


VALUES: Mapping[str, Callable[[Translating, tree.CallNode], Value]] = MappingProxyType(
    {
        "round": _rounded("round"),
        "roundup": _rounded("round_up"),
        "rounddown": _rounded("round_down"),
        "abs": _plain("abs", 1, 1),
        "sqrt": _plain("sqrt", 1, 1),
        "exponential": _plain("exp", 1, 1),
        "pow": _plain("power", 2, 2),
        "log": _log,
        "mod": _plain("mod", 2, 2),
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

CONDITIONS: Mapping[str, Callable[[Translating, tree.CallNode], Condition]] = (
    MappingProxyType(
        {
            "isnumber": _is_number,
            "isinteger": _is_integer,
            "isblankormissingcode": _is_unknown,
            "isblanknotmissingcode": _is_blank,
            "ismissingcode": _is_missing,
            "hasmissingcode": _has_missing,
            "contains": _holds("contains"),
            "contain": _holds("contains"),
            "not_contain": _holds("contains", wanted=False),
            "starts_with": _holds("starts_with"),
            "ends_with": _holds("ends_with"),
        }
    )
)
