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
    units = {choice.code for choice in field.unit_choices}
    if not units <= field.ranges.keys():
        return ColumnLimits(constraints={}, complete=False)

    ranges = list(field.ranges.values())
    lows = [hard.low for hard in ranges]
    highs = [hard.high for hard in ranges]
    stated = [*filter(None, (*lows, *highs))]
    write = WRITE[field.kind.name]
    if write is None:
        return ColumnLimits(constraints={}, complete=not stated)

    # The widest range of all units: no value that one of them takes is refused.
    constraints: dict[str, Any] = {}
    known_lows = _ends(study, lows)
    if known_lows:
        is_open = all(hard.low_open for hard in ranges)
        constraints |= write(min(known_lows), "minimum", is_open, field)

    known_highs = _ends(study, highs)
    if known_highs:
        is_open = all(hard.high_open for hard in ranges)
        constraints |= write(max(known_highs), "maximum", is_open, field)

    is_complete = len(constraints) == len(stated)

    return ColumnLimits(constraints=constraints, complete=is_complete)


def _ends(study: Study, ends: list[Expression | None]) -> list[Any]:
    """The same end of every unit's range; empty unless all of them are known and of one
    kind.
    """
    known = [_known_end(study, end) for end in ends]
    if all(isinstance(end, Decimal) for end in known):
        return known

    # Dates have no units, so there is one of them.
    if len(known) == 1 and isinstance(known[0], str):
        return known

    return []


def _known_end(study: Study, end: Expression | None) -> End | None:
    if end is None:
        return None

    return _constant(study, end.tree)


def _constant(study: Study, node: Node) -> End | None:
    """The value of an end that is the same for every subject; None for any other."""
    match node:
        # A truth value is no end of a range, and Python takes it for a number.
        case Literal() if not isinstance(node.value, bool):
            return node.value
        case Negative():
            value = _constant(study, node.operand)
            return -value if isinstance(value, Decimal) else None
        case ParameterReference():
            return _parameter_value(study, node.name)

    return None


def _parameter_value(study: Study, name: str) -> End | None:
    parameter = study.parameters.get(name)
    # What differs from site to site is no limit of a column.
    if parameter is None or parameter.sites:
        return None

    if parameter.kind in {"integer", "decimal"}:
        return Decimal(parameter.value)

    return parameter.value


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
    if not is_open:
        return name

    return f"exclusive{name.capitalize()}"


def _json_number(value: Decimal) -> int | float | str:
    """A number of JSON where it keeps every digit, else text, which Frictionless reads
    exactly.
    """
    is_whole = value == value.to_integral_value()
    # Beyond, JavaScript's numbers skip some.
    if is_whole and abs(value) < 2**53:
        return int(value)

    number = float(value)
    if Decimal(repr(number)) == value:
        return number

    return f"{value:f}"


def _date(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    # Only a whole date can be a constraint of a date.
    if len(end) != len("YYYY-MM-DD"):
        return {}
    return {_key(name, is_open): end}


def _time(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:
    """The end in the format of the column, where it can be written so."""
    has_seconds = end.count(":") == 2
    if field.seconds and not has_seconds:
        return {_key(name, is_open): f"{end}:00"}

    if has_seconds and not field.seconds:
        minutes, _, seconds = end.rpartition(":")
        # A format in minutes cannot say it, and a rounded end would refuse values.
        if seconds != "00":
            return {}

        return {_key(name, is_open): minutes}

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
