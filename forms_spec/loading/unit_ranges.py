"""A range that is written for one of a field's units, for its other units too.

The conversions of units are straight lines in practice (``(value - 32) * 5 / 9``), so
that a limit in one unit is a limit in every other. A limit that is a number is rounded
inwards to the places that an answer may have: the same answers lie within it. One that
is an expression is converted where it is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from forms_spec.model.facets import Range, Unit, UnitChoice
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.limits import FRACTION_DIGITS, INTEGER_DIGITS
from forms_spec.rules import Expression, parse_expression


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearConversion:
    """``slope * value + start``, in exact fractions."""

    slope: Fraction
    start: Fraction

    def at(self, value: Fraction) -> Fraction:
        return self.slope * value + self.start

    def after(self, other: LinearConversion) -> LinearConversion:
        """This line over the result of another."""
        return LinearConversion(
            slope=self.slope * other.slope, start=self.at(other.start)
        )

    def back(self) -> LinearConversion:
        """The line that leads back."""
        return LinearConversion(slope=1 / self.slope, start=-self.start / self.slope)


ITSELF = LinearConversion(slope=Fraction(1), start=Fraction(0))


def in_every_unit(
    ranges: Mapping[str | None, Range], unit: Unit | None, places: int | None
) -> Mapping[str | None, Range]:
    """The ranges as written, and for each other unit the one that its conversion gives.

    ``places`` are those that an answer may have, None where nothing limits them.
    """
    if unit is None or not unit.choices or not ranges:
        return ranges
    lines = {choice.code: to_root(choice, unit) for choice in unit.choices}
    sources = [code for code in _root_first(unit) if code in ranges]
    results = dict(ranges)

    for code, line in lines.items():
        for source in sources:
            there = lines[source]
            if code in results or line is None or there is None:
                continue
            converted = _converted(ranges[source], line.back().after(there), places)
            if converted is not None:
                results[code] = converted

    return results


def _root_first(unit: Unit) -> list[str]:
    """The unit that all convert into, then the others as they stand."""
    return [
        choice.code
        for choice in sorted(unit.choices, key=lambda item: item.to is not None)
    ]


def to_root(choice: UnitChoice, unit: Unit) -> LinearConversion | None:
    """How a unit converts into the one that all convert into; None where that is no
    straight line.
    """
    by_code = {item.code: item for item in unit.choices}
    result, seen = ITSELF, {choice.code}
    while choice.to is not None:
        step = _line(choice.formula.tree) if choice.formula is not None else None
        if (
            step is None
            or step.slope == 0
            or choice.to not in by_code
            or choice.to in seen
        ):
            return None

        result, choice = step.after(result), by_code[choice.to]
        seen.add(choice.code)

    return result


def _line(node: syntax_tree.Node) -> LinearConversion | None:
    """A formula over ``value`` as a line; None where it is none, or reads anything
    else.
    """
    if isinstance(node, syntax_tree.Reference):
        return ITSELF if node.table is None and node.field == "value" else None
    if isinstance(node, syntax_tree.Sum):
        return _total(node)
    if isinstance(node, syntax_tree.Negative):
        inner = _line(node.operand)
        return (
            None
            if inner is None
            else LinearConversion(slope=-inner.slope, start=-inner.start)
        )

    if isinstance(node, syntax_tree.Product):
        return _product(node)
    number = _number(node)

    return None if number is None else LinearConversion(slope=Fraction(0), start=number)


def _total(node: syntax_tree.Sum) -> LinearConversion | None:
    slope = start = Fraction(0)
    for sign, term in zip(node.signs, node.terms, strict=True):
        line = _line(term)
        if line is None:
            return None
        way = 1 if sign == "+" else -1
        slope, start = slope + way * line.slope, start + way * line.start

    return LinearConversion(slope=slope, start=start)


def _product(node: syntax_tree.Product) -> LinearConversion | None:
    left, right = _line(node.left), _line(node.right)
    if left is None or right is None:
        return None
    if node.operator == "/":
        if right.slope or not right.start:
            return None
        return LinearConversion(
            slope=left.slope / right.start, start=left.start / right.start
        )

    if left.slope and right.slope:
        return None
    line, factor = (left, right.start) if left.slope else (right, left.start)

    return LinearConversion(slope=line.slope * factor, start=line.start * factor)


def _number(node: syntax_tree.Node) -> Fraction | None:
    if isinstance(node, syntax_tree.Negative):
        inner = _number(node.operand)
        return None if inner is None else -inner

    if isinstance(node, syntax_tree.Literal) and node.kind == "number":
        return Fraction(node.value)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """An end of the new range; ``exact`` is False where rounding moved it."""

    expression: Expression
    exact: bool = True


def _converted(
    value: Range, line: LinearConversion, places: int | None
) -> Range | None:
    """The range in the other unit, None where an end cannot be written there."""
    low, high, low_open, high_open = (
        value.low,
        value.high,
        value.low_open,
        value.high_open,
    )
    if line.slope < 0:
        low, high, low_open, high_open = high, low, high_open, low_open
    first = _end(low, line, places, upwards=True)
    last = _end(high, line, places, upwards=False)
    if (low is not None and first is None) or (high is not None and last is None):
        return None
    return Range(
        low=first.expression if first else None,
        high=last.expression if last else None,
        low_open=low_open and (first is None or first.exact),
        high_open=high_open and (last is None or last.exact),
    )


def _end(
    end: Expression | None, line: LinearConversion, places: int | None, *, upwards: bool
) -> _End | None:
    if end is None:
        return None
    number = _number(end.tree)
    if number is None:
        return _computed(end, line)
    exact = line.at(number)
    step = 10 ** (FRACTION_DIGITS if places is None else places)
    rounded = Fraction(ceil(exact * step) if upwards else floor(exact * step), step)
    expression = _parsed(_decimal(rounded), end)

    return (
        None
        if expression is None
        else _End(expression=expression, exact=rounded == exact)
    )


def _computed(end: Expression, line: LinearConversion) -> _End | None:
    """``(limit) * 9 / 5 + 32``: converted where it is evaluated."""
    parts = (
        line.slope.numerator,
        line.slope.denominator,
        line.start.numerator,
        line.start.denominator,
    )
    if any(abs(part) >= 10**INTEGER_DIGITS for part in parts):
        return None
    over, under, start, of = parts
    expression = _parsed(f"({end.text}) * ({over}) / {under} + ({start}) / {of}", end)

    return None if expression is None else _End(expression=expression)


def _decimal(number: Fraction) -> str:
    """A number of at most nine places as it is written."""
    digits = f"{abs(number * 10**FRACTION_DIGITS).numerator:0{FRACTION_DIGITS + 1}d}"
    text = f"{digits[:-FRACTION_DIGITS]}.{digits[-FRACTION_DIGITS:]}".rstrip(
        "0"
    ).rstrip(".")
    return f"-{text}" if number < 0 else text


def _parsed(text: str, end: Expression) -> Expression | None:
    """An expression that stands where the limit does."""
    expression = parse_expression(text, end.place)
    return expression if isinstance(expression, Expression) else None
