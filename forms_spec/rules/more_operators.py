"""Operators beyond plain arithmetic, in Python: texts, parts of dates, roots and powers, the median."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rules import elementary, parts, texts
from forms_spec.rules.core import RuleValue
from forms_spec.rules.scene import Frames

Closure = Callable[[Frames], "RuleValue | None"]

MORE_STRICT: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "sqrt": elementary.sqrt,
        "mod": elementary.mod,
        "ln": elementary.ln,
        "log": elementary.log,
        "exp": elementary.exp,
        "power": elementary.power,
        "upper": texts.upper,
        "lower": texts.lower,
        "trim": texts.trim,
        "mid": texts.mid,
        "left": texts.left,
        "right": texts.right,
        "find": texts.find,
        "replace": texts.replace,
        "contains": texts.contains,
        "starts_with": texts.starts_with,
        "ends_with": texts.ends_with,
        "number_in": texts.number_in,
        "number_text": texts.number_text,
        "date_text": texts.date_text,
        "time_text": texts.time_text,
        "moment_text": texts.moment_text,
        "year": parts.year,
        "month": parts.month,
        "day_of_month": parts.day_of_month,
        "day_of_week": parts.day_of_week,
        "seconds_between": parts.seconds_between,
        "datetime_of": parts.datetime_of,
    }
)
"""Never given UNKNOWN; what they cannot compute is UNKNOWN."""


def _median(operands: tuple[Closure, ...]) -> Closure:
    def middle(frames: Frames) -> RuleValue | None:
        values = [operand(frames) for operand in operands]
        return parts.median([one for one in values if isinstance(one, int)])

    return middle


MORE_LAZY: Mapping[str, Callable[[tuple[Closure, ...]], Closure]] = MappingProxyType({"median": _median})
