"""Dates and numbers known within limits, as a pair of expressions: no struct has to be made to compare them.

The macros of ``generator.sql`` evaluate their arguments once, in a list of one struct; that costs more than
comparing. Here the ends of an interval are columns, constants or sums of them, which are cheap to say twice.
Both ends of a pair are UNKNOWN together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlglot import exp

from forms_spec.rules import core
from forms_spec.rules.calendar import LAST_DAY
from forms_spec.rules.evaluate import compile_core
from forms_spec.rules.limits import SCALE
from forms_spec.rules.types import Type
from generator.casebooks.reads import is_fixed, nodes
from generator.sql.macros import MOST_STEPS

Write = Callable[[core.Core], Any]
"""The SQL of a node."""


class Ends(NamedTuple):
    """The SQL of both ends."""

    low: str
    high: str


def compared(node: core.Apply, write: Write) -> Any | None:
    """The SQL of a comparison of intervals; None where their ends cannot be said."""
    if node.operator not in _COMPARISONS:
        return None
    one, other = (_ends(side, write) for side in node.arguments)
    if one is None or other is None:
        return None
    surely, surely_not = _COMPARISONS[node.operator](one, other)
    return exp.Paren(this=exp.Var(this=f"CASE WHEN {surely} THEN TRUE WHEN {surely_not} THEN FALSE END"))


def _eq(one: Ends, other: Ends) -> tuple[str, str]:
    same = f"{one.low} = {one.high} AND {other.low} = {other.high} AND {one.low} = {other.low}"
    return same, f"{one.high} < {other.low} OR {other.high} < {one.low}"


_COMPARISONS: Mapping[str, Callable[[Ends, Ends], tuple[str, str]]] = {
    "span_lt": lambda one, other: (f"{one.high} < {other.low}", f"{one.low} >= {other.high}"),
    "span_le": lambda one, other: (f"{one.high} <= {other.low}", f"{one.low} > {other.high}"),
    "span_eq": _eq,
}


def _ends(node: core.Core, write: Write) -> Ends | None:
    if isinstance(node, core.Constant) and node.value is None:
        return Ends("NULL", "NULL")
    value = fixed_value(node)
    if isinstance(value, tuple):
        type_ = "BIGINT" if node.type is Type.DATE else "HUGEINT"
        return Ends(*(f"CAST('{end}' AS {type_})" for end in value))
    if isinstance(node, core.Read | core.Remote):
        held = write(node)
        if isinstance(held, exp.Column):
            text = held.sql("duckdb")
            return Ends(f"struct_extract({text}, 'lo')", f"struct_extract({text}, 'hi')")
    if isinstance(node, core.Apply) and node.operator in _MOVES:
        return _moved(node, write)
    if isinstance(node, core.Apply) and node.operator == "coalesce":
        return _first_known([_ends(one, write) for one in node.arguments])
    return None


def _first_known(sides: Sequence[Ends | None]) -> Ends | None:
    held = [one for one in sides if one is not None]
    if len(held) < len(sides):
        return None
    return Ends(*(f"coalesce({', '.join(one[at] for one in held)})" for at in (0, 1)))


def moved(node: core.Apply, write: Write) -> Any | None:
    """The SQL of a date so many days or months later; None where that cannot be said."""
    ends = _steps(node, write) if node.operator in _MOVES else None
    if ends is None:
        return None
    pair = f"struct_pack(lo := {ends.low}, hi := {ends.high})"
    return exp.Var(this=f"(CASE WHEN {_both(ends)} THEN {pair} END)")


def _both(ends: Ends) -> str:
    return f"({ends.low}) IS NOT NULL AND ({ends.high}) IS NOT NULL"


def _moved(node: core.Apply, write: Write) -> Ends | None:
    """A date so many days or months later; UNKNOWN where one end leaves the calendar."""
    ends = _steps(node, write)
    if ends is None:
        return None
    return Ends(*(f"(CASE WHEN {_both(ends)} THEN {end} END)" for end in ends))


def _steps(node: core.Apply, write: Write) -> Ends | None:
    ends, count = _ends(node.arguments[0], write), fixed_value(node.arguments[1])
    if ends is None or not isinstance(count, int) or count % SCALE or abs(count) >= MOST_STEPS * SCALE:
        return None
    return Ends(*(_MOVES[node.operator](end, count // SCALE) for end in ends))


def _on_day(day: str, count: int) -> str:
    return f"CASE WHEN {day} + ({count}) BETWEEN 1 AND {LAST_DAY} THEN ({day} + ({count}))::BIGINT END"


_MOVES: Mapping[str, Callable[[str, int], str]] = {"add_days": _on_day}
"""Months take so much work that they are better counted once, by their macro."""


def fixed_value(node: core.Core) -> Any:
    """The value of an expression of constants; None for one that reads anything, or gives nothing."""
    every = list(nodes(node))
    if not is_fixed(node) or any(isinstance(one, core.Apply) and one.operator == "today" for one in every):
        return None
    if any(isinstance(one, core.Constant) and isinstance(one.value, Mapping) for one in every):
        return None
    return compile_core(node)([])
