"""Comparisons with REDCap's own rules for blanks.

A blank equals the empty text and another blank, and nothing else; ``<``, ``>`` and
their kin are false beside a blank. So ``[x] <> '1'`` is true when ``x`` is blank. A
code of missing data is a value: it equals itself, and is no blank.
"""

from __future__ import annotations

from generator.redcap.logic.coerce import (
    as_moment,
    as_number,
    as_text,
    is_missing,
    number_text,
    ticked,
    with_time,
)
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
from generator.redcap.logic.values import ADD, Value, ValueType, quoted

_ALWAYS = ("visitid", "subjid", "rowno", "unsno", "today")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MOMENTS = (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)
_ORDERS = {
    "<": lambda item, other: item < other,
    "<=": lambda item, other: item <= other,
    ">": lambda item, other: item > other,
    ">=": lambda item, other: item >= other,
}


def compared(scope: LogicScope, operator: str, left: Value, right: Value) -> Condition:
    """``left operator right`` as REDCap decides it."""
    if _blank(left) or _blank(right):
        return _with_blank(scope, operator, right if _blank(left) else left)
    if operator == "<>":
        return negated(compared(scope, "=", left, right))
    if operator == "=":
        return _equal(scope, left, right)
    return _ordered(scope, operator, left, right)


def _blank(value: Value) -> bool:
    return value.type is ValueType.BLANK or value.literal == ""


def _with_blank(scope: LogicScope, operator: str, value: Value) -> Condition:
    """``[x] = ''`` and its kin."""
    if _blank(value):
        return TRUE if operator == "=" else FALSE
    if operator == "=":
        return blank(value)
    if operator == "<>":
        return _given(value)
    if operator == ">":
        scope.note("greater-than-blank", "> '' is read as: is not blank")
        return _given(value)

    scope.note("compared-with-blank", f"{operator} '' is never true")

    return FALSE


def blank(value: Value) -> Condition:
    """Whether there is neither a value nor a code of missing data."""
    unknown = negated_known(known(value))
    return (
        joined("and", [unknown, negated(is_missing(value))])
        if value.asks_missing
        else unknown
    )


def _given(value: Value) -> Condition:
    """Whether there is a value or a code of missing data."""
    return (
        joined("or", [known(value), is_missing(value)])
        if value.asks_missing
        else known(value)
    )


def known(value: Value) -> Condition:
    """Whether there is a value; a box of a checkbox is always 0 or 1."""
    always = value.never_blank or value.text in _ALWAYS or value.literal is not None
    if always or value.type is ValueType.TICK or value.arms:
        return TRUE
    return Atom(text=f"{value.within(ADD)} is known", sure=True)


def negated_known(state: Condition) -> Condition:
    """The opposite of ``x is known``."""
    if isinstance(state, Atom) and state.text.endswith(" is known"):
        return Atom(text=f"{state.text.removesuffix('known')}not known", sure=True)
    return negated(state)


def _equal(scope: LogicScope, left: Value, right: Value) -> Condition:
    if left.literal is not None and right.literal is None:
        left, right = right, left
    if right.literal is not None:
        return _equals_constant(scope, left, right.literal, right)
    if ValueType.TICK in (left.type, right.type):
        other = right if left.type is ValueType.TICK else left
        tick = left if left.type is ValueType.TICK else right
        return _both(as_number(tick), as_number(other))

    if left.type in _MOMENTS or right.type in _MOMENTS:
        return _both(*_moments(scope, left, right))
    if ValueType.NUMBER in (left.type, right.type):
        return _both(as_number(left), as_number(right))
    if ValueType.CHOICES in (left.type, right.type):
        raise LogicFault("a checkbox is compared without one of its codes")
    return _both(left, right)


def _both(left: Value, right: Value) -> Condition:
    """Equal, or blank both."""
    equal = Atom(text=f"{left.within(ADD)} = {right.within(ADD)}", sure=False)
    blanks = [blank(item) for item in (left, right)]
    shared = [code for code in left.missing if code in right.missing]
    codes = [
        joined("and", [is_missing(item, code) for item in (left, right)])
        for _, code in shared
    ]

    return joined("or", [equal, joined("and", blanks), *codes])


def _equals_constant(
    scope: LogicScope, value: Value, literal: str, constant: Value
) -> Condition:
    if value.literal is not None:
        return TRUE if _same(value.literal, literal) else FALSE
    if (
        literal not in value.codes
        and (code := value.missing_code(literal))
        and value.type is not ValueType.TICK
    ):
        return is_missing(value, code)

    if (
        literal not in value.codes
        and literal in scope.project.missing
        and value.type is not ValueType.TICK
    ):
        return _never_missing(scope, value, literal)

    if value.type is ValueType.TICK:
        return {"1": ticked(value), "0": negated(ticked(value))}.get(
            number_text(literal) or "", FALSE
        )

    if value.arms:
        return _in_arm(value, literal)
    if value.type is ValueType.CHOICE:
        return _is_code(scope, value, literal)
    if value.type is ValueType.CHOICES:
        raise LogicFault("a checkbox is compared without one of its codes")
    if value.type is ValueType.NUMBER:
        number = number_text(literal)
        if number is None:
            raise _no_answer(literal)
        return _is(value, number)

    if value.type in _MOMENTS:
        return _is_moment(scope, value, constant)
    if value.type is ValueType.FILE:
        raise LogicFault("a file is compared")
    return _is(value, quoted(literal))


def _never_missing(scope: LogicScope, value: Value, literal: str) -> Condition:
    """A code of missing data where none can be."""
    if not value.read:
        raise LogicFault(
            "only a field's own value is asked for the code of missing data "
            f"{literal!r}"
        )

    scope.note(
        "never-missing",
        f"{value.text} never holds the code of missing data {literal!r}",
    )

    return FALSE


def _no_answer(literal: str) -> LogicFault:
    return LogicFault(
        f"{literal!r} is no answer of it; where it is a code of missing data, "
        "name it with --missing"
    )


def _same(text: str, other: str) -> bool:
    numbers = number_text(text), number_text(other)
    return text == other or (numbers[0] is not None and numbers[0] == numbers[1])


def _is(value: Value, code: str) -> Atom:
    asked = value.within(ADD)
    return Atom(
        text=f"{asked} = {code}",
        sure=value.text in _ALWAYS,
        way="=",
        asked=asked,
        code=code,
    )


def _in_arm(value: Value, literal: str) -> Condition:
    number = number_text(literal)
    for test, arm in value.arms:
        if str(arm) == number:
            return Atom(text=test, sure=True)

    return FALSE


def _is_code(scope: LogicScope, value: Value, literal: str) -> Condition:
    """One answer; REDCap compares ``1`` and ``01`` as numbers."""
    codes = (
        [literal]
        if literal in value.codes
        else [code for code in value.codes if _same(code, literal)]
    )
    if codes:
        return joined("or", [_is(value, quoted(code)) for code in codes])
    if number_text(literal) is None:
        raise _no_answer(literal)
    scope.note(
        "unknown-code", f"{value.text} has no answer {literal!r}: it is never chosen"
    )

    return _is(
        Value(text=f"concat({value.text})", type=ValueType.TEXT), quoted(literal)
    )


def _is_moment(scope: LogicScope, value: Value, constant: Value) -> Condition:
    try:
        left, right = _moments(scope, value, constant)
    except LogicFault:
        if number_text(constant.literal or "") is None:
            raise _no_answer(constant.literal or "") from None
        scope.note(
            "no-date", f"{constant.literal!r} is no date: never equal to {value.text}"
        )
        return FALSE

    return _is(left, right.text)


def _moments(scope: LogicScope, left: Value, right: Value) -> tuple[Value, Value]:
    """Both as dates, both as dates with time, or both as times."""
    pair = as_moment(left, scope), as_moment(right, scope)
    types = {item.type for item in pair}
    if types == {ValueType.DATE, ValueType.DATETIME}:
        first, second = (
            Value(text=with_time(item), type=ValueType.DATETIME) for item in pair
        )
        return first, second

    if len(types) > 1:
        raise LogicFault("a time of the day is compared with a date")
    return pair


def _ordered(scope: LogicScope, operator: str, left: Value, right: Value) -> Condition:
    if left.literal is not None and right.literal is None:
        return _ordered(scope, _MIRRORED[operator], right, left)
    if left.type in _MOMENTS or right.type in _MOMENTS:
        first, other = _moments(scope, left, right)
    elif _texts(left, right):
        return Atom(text=f"{as_text(left)} {operator} {as_text(right)}", sure=False)
    else:
        first, other = as_number(left), as_number(right)

    if (
        first.literal is not None
        and other.literal is not None
        and first.type is ValueType.NUMBER
    ):
        value = _ORDERS[operator](float(first.literal), float(other.literal))
        return TRUE if value else FALSE

    return Atom(text=f"{first.within(ADD)} {operator} {other.within(ADD)}", sure=False)


def _texts(left: Value, right: Value) -> bool:
    """True where two texts are put in order that are not numbers."""
    if right.literal is not None:
        return left.type is ValueType.TEXT and number_text(right.literal) is None
    return left.type is ValueType.TEXT and right.type is ValueType.TEXT
