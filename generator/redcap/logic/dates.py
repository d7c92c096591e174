"""``@CALCDATE``: a date moved by a number of days, months or years."""

from __future__ import annotations

from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import Translator
from generator.redcap.logic.values import ValueType


def shifted_date(text: str, scope: LogicScope) -> str:
    """``@CALCDATE([date], 7, 'd')``: days exactly, months and years as calendar months."""
    call = parse_logic(f"calcdate({text})")
    if not isinstance(call, tree.CallNode) or len(call.arguments) != 3:
        raise LogicFault("@CALCDATE takes a date, a number and a unit")
    translator = Translator(scope)
    day = translator.given(translator.value(call.arguments[0]), ValueType.DATE)
    number = translator.number(call.arguments[1])
    unit = translator.value(call.arguments[2]).literal
    if unit == "d":
        return f"add_days({day}, {number.text})"
    if unit in ("M", "y"):
        scope.note("calcdate", "calendar months and years, not 30.44 and 365.2425 days")
        count = number.text if unit == "M" else f"{number.within(2)} * 12"
        return f"add_months({day}, {count})"

    raise LogicFault(f"@CALCDATE in the unit {unit!r} gives a time of the day")
