"""``@CALCDATE``: a date moved by a number of days, months or years."""

from __future__ import annotations

from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import Translator
from generator.redcap.logic.values import MULTIPLY, ValueType


def shifted_date(text: str, scope: LogicScope) -> str:
    """``@CALCDATE([date], 7, 'd')``: days exactly, months and years as calendar months.

    ``text`` is what the parentheses hold. Raises ``LogicFault``.
    """
    call = parse_logic(f"calcdate({text})")
    if not isinstance(call, tree.CallNode) or len(call.arguments) != 3:
        raise LogicFault("@CALCDATE takes a date, a number and a unit")

    translator = Translator(scope)
    date_node, number_node, unit_node = call.arguments
    day = translator.given(translator.value(date_node), ValueType.DATE)
    number = translator.number(number_node)
    unit = translator.value(unit_node).literal

    if unit == "d":
        return f"add_days({day}, {number.text})"
    if unit not in ("M", "y"):
        raise LogicFault(f"@CALCDATE with the unit {unit!r} gives a time, not a date")

    scope.note(
        "calcdate", "counts calendar months and years, not 30.44 and 365.2425 days"
    )
    months = number.text

    if unit == "y":
        months = f"{number.within(MULTIPLY)} * 12"

    return f"add_months({day}, {months})"
