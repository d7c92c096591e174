"""Hard ranges as ``minimum`` and ``maximum``, where their ends are known without any
data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from forms_spec.model.facets import Range
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
class Limits:
    """Constraints that hold for every unit, and whether they say all that the range
    says.
    """

    constraints: Mapping[str, Any]
    complete: bool


def limits(study: Study, field: Field) -> Limits:
    """What Table Schema can say of a field's hard range; never stricter than the range."""
    if not field.ranges:
        return Limits(constraints={}, complete=True)
    if field.unit is not None and any(
        choice.code not in field.ranges for choice in field.unit.choices
    ):
        return Limits(
            constraints={}, complete=False
        )  # in one of the units every number passes

    write = WRITE[field.kind.name]
    lows = _ends(study, [item.low for item in field.ranges.values()])
    highs = _ends(study, [item.high for item in field.ranges.values()])
    constraints: dict[str, Any] = {}
    if write and lows:
        constraints |= write(
            min(lows), "minimum", _open(field.ranges, "low_open"), field
        )

    if write and highs:
        constraints |= write(
            max(highs), "maximum", _open(field.ranges, "high_open"), field
        )

    count = len(constraints)
    wanted = sum(
        end is not None
        for item in field.ranges.values()
        for end in (item.low, item.high)
    )

    return Limits(constraints=constraints, complete=count == wanted)


def _ends(study: Study, ends: list[Expression | None]) -> list[Any]:
    """The same end of every unit's range; empty unless all of them are known and of one
    kind.
    """
    known = [None if end is None else _constant(study, end.tree) for end in ends]
    same = all(isinstance(end, Decimal) for end in known) or (
        len(known) == 1 and isinstance(known[0], str)
    )
    return known if same else []


def _open(ranges: Mapping[str | None, Range], side: str) -> bool:
    return all(getattr(item, side) for item in ranges.values())


def _constant(study: Study, node: Node) -> End | None:
    if isinstance(node, Literal) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, Negative):
        value = _constant(study, node.operand)
        return -value if isinstance(value, Decimal) else None

    if isinstance(node, ParameterReference) and (
        parameter := study.parameters.get(node.name)
    ):
        return (
            Decimal(parameter.value)
            if parameter.kind in {"integer", "decimal"}
            else parameter.value
        )

    return None


def _integer(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    """A fraction cannot bound Frictionless's integers, so the end moves to the next
    whole number.
    """
    rounding = ROUND_CEILING if name == "minimum" else ROUND_FLOOR
    whole = int(end.to_integral_value(rounding))
    step = 1 if name == "minimum" else -1
    return {name: whole + step if is_open and whole == end else whole}


def _decimal(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {f"exclusive{name.capitalize()}" if is_open else name: _json_number(end)}


def _json_number(value: Decimal) -> int | float | str:
    """A number of JSON where it keeps every digit, else text, which Frictionless reads
    exactly.
    """
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"


def _date(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:  # noqa: ARG001
    if len(end) != len("YYYY-MM-DD"):
        return {}
    return {f"exclusive{name.capitalize()}" if is_open else name: end}


def _time(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:
    has_seconds = end.count(":") == 2
    if has_seconds and not field.seconds and not end.endswith(":00"):
        return {}
    text = end[: end.rindex(":")] if has_seconds and not field.seconds else end
    text += ":00" if field.seconds and not has_seconds else ""
    return {f"exclusive{name.capitalize()}" if is_open else name: text}


def _datetime(end: Any, name: str, is_open: bool, field: Field) -> dict[str, Any]:
    return _time(end, name, is_open, field) if "T" in end else {}


WRITE: Mapping[str, Callable[[Any, str, bool, Field], dict[str, Any]] | None] = (
    MappingProxyType(
        {
            "integer": _integer,
            "decimal": _decimal,
            "date": _date,
            "time": _time,
            "datetime": _datetime,
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
