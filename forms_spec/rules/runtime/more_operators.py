"""Operators beyond plain arithmetic, in Python: texts, parts of dates, roots and
powers, the median.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rules.runtime import date_parts, math_functions, text_functions
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.numbers import number_in
from forms_spec.rules.semantics.resolved import RuleValue

Closure = Callable[[Frames], "RuleValue | None"]

MORE_STRICT: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "sqrt": math_functions.sqrt,
        "mod": math_functions.mod,
        "ln": math_functions.ln,
        "log": math_functions.log,
        "exp": math_functions.exp,
        "power": math_functions.power,
        "upper": text_functions.upper,
        "lower": text_functions.lower,
        "trim": text_functions.trim,
        "mid": text_functions.mid,
        "left": text_functions.left,
        "right": text_functions.right,
        "find": text_functions.find,
        "replace": text_functions.replace,
        "contains": text_functions.contains,
        "starts_with": text_functions.starts_with,
        "ends_with": text_functions.ends_with,
        "number_in": number_in,
        "number_text": text_functions.number_text,
        "date_text": text_functions.date_text,
        "time_text": text_functions.time_text,
        "moment_text": text_functions.moment_text,
        "year": date_parts.year,
        "month": date_parts.month,
        "day_of_month": date_parts.day_of_month,
        "day_of_week": date_parts.day_of_week,
        "seconds_between": date_parts.seconds_between,
        "datetime_of": date_parts.datetime_of,
    }
)
"""Never given UNKNOWN; what they cannot compute is UNKNOWN."""


def _median(operands: tuple[Closure, ...]) -> Closure:
    def middle(frames: Frames) -> RuleValue | None:
        values = [operand(frames) for operand in operands]
        return date_parts.median([value for value in values if isinstance(value, int)])

    return middle


MORE_LAZY: Mapping[str, Callable[[tuple[Closure, ...]], Closure]] = MappingProxyType(
    {"median": _median}
)
