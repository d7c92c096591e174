"""Comparisons with REDCap's own rules for blanks.

A blank equals the empty text and another blank, and nothing else; ``<``, ``>`` and
their kin are false beside a blank. So ``[x] <> '1'`` is true when ``x`` is blank. A
code of missing data is a value: it equals itself, and is no blank.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Mapping
from types import MappingProxyType

from generator.redcap.logic.coerce import (
    MOMENTS,
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
"""What a rule always knows."""

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ORDERS = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def compared(scope: LogicScope, operator: str, left: Value, right: Value) -> Condition:
    """``left operator right`` as REDCap decides it. Raises ``LogicFault``."""
    if _is_blank(left):
        return _with_blank(scope, operator, right)
    if _is_blank(right):
        return _with_blank(scope, operator, left)

    if operator == "<>":
        return negated(_equal(scope, left, right))
    if operator == "=":
        return _equal(scope, left, right)

    return _ordered(scope, operator, left, right)


# Blanks


def _is_blank(value: Value) -> bool:
    if value.type is ValueType.BLANK:
        return True

    return value.literal == ""


def _with_blank(scope: LogicScope, operator: str, value: Value) -> Condition:
    """``[x] = ''`` and its kin."""
    if _is_blank(value):
        return TRUE if operator == "=" else FALSE
    if operator == "=":
        return blank(value)
    if operator == "<>":
        return _given(value)

    # Every text comes after the blank, and none before it.
    if operator == ">":
        scope.note("greater-than-blank", "> '' is read as: is not blank")
        return _given(value)

    scope.note("compared-with-blank", f"{operator} '' is never true")
    return FALSE


def blank(value: Value) -> Condition:
    """Whether there is neither a value nor a code of missing data."""
    unknown = negated_known(known(value))
    if value.asks_missing:
        return joined("and", [unknown, negated(is_missing(value))])

    return unknown


def _given(value: Value) -> Condition:
    """Whether there is a value or a code of missing data."""
    if not value.asks_missing:
        return known(value)

    return joined("or", [known(value), is_missing(value)])


def known(value: Value) -> Condition:
    """Whether there is a value."""
    is_constant = value.literal is not None or value.text in _ALWAYS
    if value.never_blank or is_constant:
        return TRUE

    # A box of a checkbox is always 0 or 1, and a visit always has an arm.
    if value.type is ValueType.TICK or value.arms:
        return TRUE

    return Atom(text=f"{value.within(ADD)} is known", sure=True)


def negated_known(state: Condition) -> Condition:
    """The opposite of ``x is known``."""
    # People write `is not known`, not `not (x is known)`.
    if isinstance(state, Atom) and state.text.endswith(" is known"):
        operand = state.text.removesuffix("known")
        return Atom(text=f"{operand}not known", sure=True)

    return negated(state)


# Equal


def _equal(scope: LogicScope, left: Value, right: Value) -> Condition:
    if right.literal is not None:
        return _equals_constant(scope, left, right.literal)
    if left.literal is not None:
        return _equals_constant(scope, right, left.literal)

    # A box is 0 or 1, so that what stands beside it is read as a number.
    if left.type is ValueType.TICK:
        return _both(as_number(left), as_number(right))
    if right.type is ValueType.TICK:
        return _both(as_number(right), as_number(left))

    types = (left.type, right.type)
    if left.type in MOMENTS or right.type in MOMENTS:
        return _both(*_moments(scope, left, right))
    if ValueType.NUMBER in types:
        return _both(as_number(left), as_number(right))
    if ValueType.CHOICES in types:
        raise LogicFault("a checkbox can only be compared by one of its codes")

    return _both(left, right)


def _both(left: Value, right: Value) -> Condition:
    """The same value, or the same code of missing data, or blank both."""
    # The first is UNKNOWN beside a blank, so the others have to be asked for.
    equal = Atom(text=f"{left.within(ADD)} = {right.within(ADD)}", sure=False)
    both_blank = joined("and", [blank(left), blank(right)])

    same_codes = []
    for entry in left.missing:
        if entry in right.missing:
            _, code = entry
            pair = [is_missing(left, code), is_missing(right, code)]
            same_codes.append(joined("and", pair))

    return joined("or", [equal, both_blank, *same_codes])


def _equals_constant(scope: LogicScope, value: Value, literal: str) -> Condition:
    if value.literal is not None:
        if _same_text(value.literal, literal):
            return TRUE

        return FALSE

    if value.type is ValueType.TICK:
        return _is_ticked(value, literal)

    # An answer of the field goes before a code of missing data that is spelled alike.
    if literal not in value.codes:
        if code := value.missing_code(literal):
            return is_missing(value, code)
        if literal in scope.project.missing:
            return _never_missing(scope, value, literal)

    if value.arms:
        return _in_arm(value, literal)

    return _EQUALS[value.type](scope, value, literal)


def _never_missing(scope: LogicScope, value: Value, literal: str) -> Condition:
    """A code of missing data where none can be."""
    if not value.read:
        raise LogicFault(
            f"only the value of a field can be the missing code {literal!r}"
        )

    scope.note(
        "never-missing",
        f"{value.text} never holds the missing code {literal!r}",
    )

    return FALSE


def _no_answer(literal: str) -> LogicFault:
    return LogicFault(
        f"{literal!r} is not one of its answers; if it is a missing code, name it "
        "with --missing"
    )


def _same_text(text: str, other: str) -> bool:
    """Whether REDCap takes two texts for one: ``1`` and ``01`` are the same number."""
    if text == other:
        return True

    number = number_text(text)
    if number is None:
        return False

    return number == number_text(other)


def _is(value: Value, code: str) -> Atom:
    operand = value.within(ADD)
    return Atom(
        text=f"{operand} = {code}",
        sure=value.text in _ALWAYS,
        operator="=",
        operand=operand,
        code=code,
    )


def _is_ticked(value: Value, literal: str) -> Condition:
    number = number_text(literal)
    if number == "1":
        return ticked(value)
    if number == "0":
        return negated(ticked(value))

    return FALSE


def _in_arm(value: Value, literal: str) -> Condition:
    number = number_text(literal)
    for condition, arm in value.arms:
        if str(arm) == number:
            return Atom(text=condition, sure=True)

    return FALSE


def _is_code(scope: LogicScope, value: Value, literal: str) -> Condition:
    """One answer, or several that are the same number."""
    codes = [literal]
    if literal not in value.codes:
        codes = [code for code in value.codes if _same_text(code, literal)]
    if codes:
        return joined("or", [_is(value, quoted(code)) for code in codes])

    # A text that is no answer may be a missing code that nobody has named.
    if number_text(literal) is None:
        raise _no_answer(literal)

    scope.note(
        "unknown-code", f"{value.text} has no answer {literal!r}, so it is never chosen"
    )
    # The checks refuse a code that the field does not have, but not a text.
    chosen = Value(text=f"concat({value.text})", type=ValueType.TEXT)

    return _is(chosen, quoted(literal))


def _is_number(_scope: LogicScope, value: Value, literal: str) -> Condition:
    number = number_text(literal)
    if number is None:
        raise _no_answer(literal)

    return _is(value, number)


def _is_moment(scope: LogicScope, value: Value, literal: str) -> Condition:
    constant = Value(text="", type=ValueType.LITERAL, literal=literal)
    try:
        left, right = _moments(scope, value, constant)
    except LogicFault:
        # A text that is no date may be a missing code that nobody has named.
        if number_text(literal) is None:
            raise _no_answer(literal) from None

        scope.note(
            "no-date", f"{literal!r} is not a date, so {value.text} never equals it"
        )

        return FALSE

    return _is(left, right.text)


def _is_text(_scope: LogicScope, value: Value, literal: str) -> Condition:
    return _is(value, quoted(literal))


def _no_code_named(_scope: LogicScope, _value: Value, _literal: str) -> Condition:
    raise LogicFault("a checkbox can only be compared by one of its codes")


def _file_compared(_scope: LogicScope, _value: Value, _literal: str) -> Condition:
    raise LogicFault("a file cannot be compared")


_EQUALS: Mapping[ValueType, Callable[[LogicScope, Value, str], Condition]] = (
    MappingProxyType(
        {
            ValueType.NUMBER: _is_number,
            ValueType.TEXT: _is_text,
            ValueType.CHOICE: _is_code,
            ValueType.CHOICES: _no_code_named,
            ValueType.DATE: _is_moment,
            ValueType.DATETIME: _is_moment,
            ValueType.TIME: _is_moment,
            ValueType.FILE: _file_compared,
        }
    )
)
"""What a constant is compared with, and how."""


def _moments(scope: LogicScope, left: Value, right: Value) -> tuple[Value, Value]:
    """Both as dates, both as dates with time, or both as times."""
    first = as_moment(left, scope)
    second = as_moment(right, scope)
    if first.type is second.type:
        return first, second

    # A date beside a date with time is its first minute; a time has no day at all.
    if ValueType.TIME in (first.type, second.type):
        raise LogicFault("a time cannot be compared with a date")

    return (
        Value(text=with_time(first), type=ValueType.DATETIME),
        Value(text=with_time(second), type=ValueType.DATETIME),
    )


# Ordered


def _ordered(scope: LogicScope, operator: str, left: Value, right: Value) -> Condition:
    # The constant stands on the right, which halves the cases below.
    if left.literal is not None and right.literal is None:
        return _ordered(scope, _MIRRORED[operator], right, left)

    if left.type in MOMENTS or right.type in MOMENTS:
        first, second = _moments(scope, left, right)
    elif _are_texts(left, right):
        return Atom(text=f"{as_text(left)} {operator} {as_text(right)}", sure=False)
    else:
        first = as_number(left)
        second = as_number(right)

    numbers = first.type is ValueType.NUMBER
    if numbers and first.literal is not None and second.literal is not None:
        holds = _ORDERS[operator](float(first.literal), float(second.literal))
        return TRUE if holds else FALSE

    text = f"{first.within(ADD)} {operator} {second.within(ADD)}"
    return Atom(text=text, sure=False)


def _are_texts(left: Value, right: Value) -> bool:
    """True where two texts are put in order that are not numbers."""
    if left.type is not ValueType.TEXT:
        return False
    if right.literal is None:
        return right.type is ValueType.TEXT

    return number_text(right.literal) is None
