"""Operators that SQL cannot compute exactly, as functions of the connection: Python's own, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rules.more_operators import MORE_STRICT
from forms_spec.rules.parts import median

NUMBER, TEXT, CONDITION, MOMENT, DAY = "HUGEINT", "VARCHAR", "BOOLEAN", "BIGINT", "BIGINT"
INTERVAL = "STRUCT(lo BIGINT, hi BIGINT)"

SIGNATURES: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "sqrt": ((NUMBER,), NUMBER),
        "mod": ((NUMBER, NUMBER), NUMBER),
        "ln": ((NUMBER,), NUMBER),
        "log": ((NUMBER, NUMBER), NUMBER),
        "exp": ((NUMBER,), NUMBER),
        "power": ((NUMBER, NUMBER), NUMBER),
        "upper": ((TEXT,), TEXT),
        "lower": ((TEXT,), TEXT),
        "trim": ((TEXT,), TEXT),
        "mid": ((TEXT, NUMBER, NUMBER), TEXT),
        "left": ((TEXT, NUMBER), TEXT),
        "right": ((TEXT, NUMBER), TEXT),
        "find": ((TEXT, TEXT), NUMBER),
        "replace": ((TEXT, TEXT, TEXT), TEXT),
        "contains": ((TEXT, TEXT), CONDITION),
        "starts_with": ((TEXT, TEXT), CONDITION),
        "ends_with": ((TEXT, TEXT), CONDITION),
        "number_in": ((TEXT,), NUMBER),
        "number_text": ((NUMBER,), TEXT),
        "date_text": ((INTERVAL,), TEXT),
        "time_text": ((MOMENT,), TEXT),
        "moment_text": ((MOMENT,), TEXT),
        "year": ((INTERVAL,), NUMBER),
        "month": ((INTERVAL,), NUMBER),
        "day_of_month": ((INTERVAL,), NUMBER),
        "day_of_week": ((INTERVAL,), NUMBER),
        "seconds_between": ((MOMENT, MOMENT), NUMBER),
        "datetime_of": ((INTERVAL, MOMENT), MOMENT),
    }
)
"""The types of each function of ``MORE_STRICT``."""
if SIGNATURES.keys() != MORE_STRICT.keys():
    raise TypeError(f"functions without a signature in SQL: {SIGNATURES.keys() ^ MORE_STRICT.keys()}")


def register_functions(connection: Any) -> None:
    """Give a DuckDB connection the functions that rules call; macros do not need them."""
    for name, (takes, gives) in SIGNATURES.items():
        function = _strict(MORE_STRICT[name], len(takes))
        connection.create_function(f"crf_{name}", function, list(takes), gives, null_handling="special")
    connection.create_function("crf_median", _median, ["HUGEINT[]"], NUMBER, null_handling="special")


def _strict(function: Callable[..., Any], takes: int) -> Callable[..., Any]:
    """NULL when an argument is. DuckDB counts the parameters, and hands over a date as a mapping."""

    def call(*arguments: Any) -> Any:
        if None in arguments:
            return None
        return function(*((one["lo"], one["hi"]) if isinstance(one, dict) else one for one in arguments))

    def one(first: Any) -> Any:
        return call(first)

    def two(first: Any, second: Any) -> Any:
        return call(first, second)

    def three(first: Any, second: Any, third: Any) -> Any:
        return call(first, second, third)

    return (one, two, three)[takes - 1]


def _median(numbers: list[int | None] | None) -> int | None:
    return median([one for one in numbers or () if one is not None])
