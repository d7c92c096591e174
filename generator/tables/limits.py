"""Hard ranges as ``minimum`` and ``maximum``, where their ends are known without any
data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax.syntax_tree import (
    Literal,
    Negative,
    Node,
    ParameterReference,
)

if TYPE_CHECKING:
    from forms_spec.rule_syntax.expression import Expression

End = Decimal | str


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnLimits:
    """Constraints that hold for every unit, and whether they say all that the range
    says.
    """

    constraints: Mapping[str, Any]
    complete: bool


def limits(study: Study, field: Field) -> ColumnLimits:
    """What Table Schema can say of a field's hard range; never stricter than the range."""
    if not field.ranges:
        return ColumnLimits(constraints={}, complete=True)
    # In a unit without a range of its own, every number passes.
    if any(choice.code not in field.ranges for choice in field.unit_choices):
        return ColumnLimits(constraints={}, complete=False)

    ranges = list(field.ranges.values())
    write = WRITE[field.kind.name]
    constraints: dict[str, Any] = {}
    if write is not None:
        # The widest range of all units: no value that one of them takes is refused.
        lows = _ends(study, [hard.low for hard in ranges])
        if lows:
            is_open = all(hard.low_open for hard in ranges)
            constraints |= write(min(lows), "minimum", is_open, field)

        highs = _ends(study, [hard.high for hard in ranges])
        if highs:
            is_open = all(hard.high_open for hard in ranges)
            constraints |= write(max(highs), "maximum", is_open, field)

    ends = [end for hard in ranges for end in (hard.low, hard.high)]
    ends = [end for end in ends if end is not None]

    return ColumnLimits(constraints=constraints, complete=len(constraints) == len(ends))


def _ends(study: Study, ends: list[Expression | None]) -> list[Any]:
    """The same end of every unit's range; empty unless all of them are known and of one
    kind.
    """
    known = [None if end is None else _constant(study, end.tree) for end in ends]
    if all(isinstance(end, Decimal) for end in known):
        return known

    # Dates have no units, so there is one of them.
    if len(known) == 1 and isinstance(known[0], str):
        return known

    return []


def _constant(study: Study, node: Node) -> End | None:
    """The value of an end that is the same for every subject; None for any other."""
    if isinstance(node, Literal) and not isinstance(node.value, bool):
        return node.value

    if isinstance(node, Negative):
        value = _constant(study, node.operand)
        return -value if isinstance(value, Decimal) else None

    if isinstance(node, ParameterReference):
        parameter = study.parameters.get(node.name)
        if parameter is None:
            return None
        if parameter.kind in {"integer", "decimal"}:
            return Decimal(parameter.value)

        return parameter.value

    return None


def _integer(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    """A fraction cannot bound Frictionless's integers, so the end moves to the next
    whole number.
    """
    rounding, step = INWARDS[name]
    whole = int(end.to_integral_value(rounding))
    # An open end is not in the range itself.
    if is_open and whole == end:
        whole += step

    return {name: whole}


INWARDS = {"minimum": (ROUND_CEILING, 1), "maximum": (ROUND_FLOOR, -1)}


def _decimal(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {_key(name, is_open): _json_number(end)}


def _key(name: str, is_open: bool) -> str:
    return f"exclusive{name.capitalize()}" if is_open else name


def _json_number(value: Decimal) -> int | float | str:
    """A number of JSON where it keeps every digit, else text, which Frictionless reads
    exactly.
    """
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)

    number = float(value)

    return number if Decimal(repr(number)) == value else f"{value:f}"


def _date(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    # Only a whole date can be a constraint of a date.
    if len(end) != len("YYYY-MM-DD"):
        return {}
    return {_key(name, is_open): end}


def _time(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:
    """The end in the format of the column, where it can be written so."""
    has_seconds = end.count(":") == 2
    if has_seconds and not field.seconds:
        minutes, _, seconds = end.rpartition(":")
        if seconds != "00":
            return {}

        end = minutes
    elif field.seconds and not has_seconds:
        end = f"{end}:00"

    return {_key(name, is_open): end}


def _datetime(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:
    if "T" not in end:
        return {}
    return _time(end, name, is_open, field)


WRITE: Mapping[str, Callable[[Any, str, bool, Field], dict[str, Any]] | None] = (
    MappingProxyType(
        {
            "integer": _integer,
            "decimal": _decimal,
            "date": _date,
            "time": _time,
            "datetime": _datetime,
            "duration": None,
            "bounded": None,
            "text": None,
            "boolean": None,
            "partial_date": None,
            "choice": None,
            "choices": None,
            "file": None,
        }
    )
)
"""How an end is written for a kind; None where Table Schema knows no range."""
