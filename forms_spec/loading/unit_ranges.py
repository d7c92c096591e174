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

    def times(self, factor: Fraction) -> LinearConversion:
        return LinearConversion(slope=self.slope * factor, start=self.start * factor)

    def after(self, other: LinearConversion) -> LinearConversion:
        """This line over the result of another."""
        return LinearConversion(
            slope=self.slope * other.slope,
            start=self.at(other.start),
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

    conversions: dict[str, LinearConversion] = {}
    for choice in unit.choices:
        conversion = to_root(choice, unit)
        if conversion is not None:
            conversions[choice.code] = conversion

    usable = ranges.keys() & conversions.keys()
    sources = [code for code in _root_first(unit) if code in usable]
    everywhere = dict(ranges)

    for code, conversion in conversions.items():
        for source in sources:
            if code in everywhere:
                break

            # By way of the root: from the source into it, and back into this unit.
            way = conversion.back().after(conversions[source])
            converted = _converted(ranges[source], way, places)
            if converted is not None:
                everywhere[code] = converted

    return everywhere


def _root_first(unit: Unit) -> list[str]:
    """The unit that all convert into, then the others as they stand."""
    ordered = sorted(unit.choices, key=lambda choice: choice.to is not None)
    return [choice.code for choice in ordered]


def to_root(choice: UnitChoice, unit: Unit) -> LinearConversion | None:
    """How a unit converts into the one that all convert into; None where that is no
    straight line.
    """
    by_code = {other.code: other for other in unit.choices}
    conversion, seen = ITSELF, {choice.code}

    while choice.to is not None:
        # A unit that is unknown, or that leads back, has a finding of its own.
        if choice.to not in by_code or choice.to in seen:
            return None

        step = _line(choice.formula.tree) if choice.formula is not None else None
        # A level line cannot be inverted.
        if step is None or step.slope == 0:
            return None

        conversion, choice = step.after(conversion), by_code[choice.to]
        seen.add(choice.code)

    return conversion


def _line(node: syntax_tree.Node) -> LinearConversion | None:
    """A formula over ``value`` as a line; None where it is none, or reads anything
    else.
    """
    match node:
        case syntax_tree.Reference(table=None, field="value"):
            return ITSELF
        case syntax_tree.Sum():
            return _sum(node)
        case syntax_tree.Negative():
            return _negative(node)
        case syntax_tree.Product():
            return _product(node)

    number = _number(node)
    if number is None:
        return None

    return LinearConversion(slope=Fraction(0), start=number)


def _negative(node: syntax_tree.Negative) -> LinearConversion | None:
    line = _line(node.operand)
    if line is None:
        return None

    return LinearConversion(slope=-line.slope, start=-line.start)


def _sum(node: syntax_tree.Sum) -> LinearConversion | None:
    slope = start = Fraction(0)
    for sign, term in zip(node.signs, node.terms, strict=True):
        line = _line(term)
        if line is None:
            return None

        factor = 1 if sign == "+" else -1
        slope += factor * line.slope
        start += factor * line.start

    return LinearConversion(slope=slope, start=start)


def _product(node: syntax_tree.Product) -> LinearConversion | None:
    left, right = _line(node.left), _line(node.right)
    if left is None or right is None:
        return None

    if node.operator == "/":
        # Only by a constant other than 0 is a quotient a line again.
        if right.slope or not right.start:
            return None

        return left.times(1 / right.start)

    # Two factors with ``value`` in them give a parabola.
    if left.slope and right.slope:
        return None

    if left.slope:
        return left.times(right.start)

    return right.times(left.start)


def _number(node: syntax_tree.Node) -> Fraction | None:
    if isinstance(node, syntax_tree.Negative):
        number = _number(node.operand)
        if number is None:
            return None

        return -number

    if isinstance(node, syntax_tree.Literal) and node.kind == "number":
        return Fraction(node.value)

    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """An end of the new range; ``exact`` is False where rounding moved it."""

    expression: Expression
    exact: bool = True


def _is_exact(end: _End | None) -> bool:
    """Whether an end, if there is one, was not moved."""
    if end is None:
        return True

    return end.exact


def _converted(
    limits: Range, line: LinearConversion, places: int | None
) -> Range | None:
    """The range in the other unit, None where an end cannot be written there."""
    low, low_open = limits.low, limits.low_open
    high, high_open = limits.high, limits.high_open
    if line.slope < 0:
        low, low_open, high, high_open = high, high_open, low, low_open

    first = _end(low, line, places, upwards=True)
    last = _end(high, line, places, upwards=False)
    for given, end in ((low, first), (high, last)):
        if given is not None and end is None:
            return None

    # An end that rounding moved inwards lies within the range, so it is included.
    return Range(
        low=first.expression if first else None,
        high=last.expression if last else None,
        low_open=low_open and _is_exact(first),
        high_open=high_open and _is_exact(last),
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
    scaled = exact * step
    rounded = Fraction(ceil(scaled) if upwards else floor(scaled), step)
    expression = _parsed(_decimal(rounded), end)
    if expression is None:
        return None

    return _End(expression=expression, exact=rounded == exact)


def _computed(end: Expression, line: LinearConversion) -> _End | None:
    """``(limit) * 9 / 5 + 32``: converted where it is evaluated."""
    over, under = line.slope.as_integer_ratio()
    start, of = line.start.as_integer_ratio()
    # The rule language has no longer numbers.
    if any(abs(part) >= 10**INTEGER_DIGITS for part in (over, under, start, of)):
        return None

    formula = f"({end.text}) * ({over}) / {under} + ({start}) / {of}"
    expression = _parsed(formula, end)
    if expression is None:
        return None

    return _End(expression=expression)


def _decimal(number: Fraction) -> str:
    """A number of at most nine places as it is written."""
    billionths = abs(number * 10**FRACTION_DIGITS).numerator
    whole, fraction = divmod(billionths, 10**FRACTION_DIGITS)
    text = f"{whole}.{fraction:0{FRACTION_DIGITS}d}".rstrip("0").rstrip(".")
    if number < 0:
        return f"-{text}"

    return text


def _parsed(text: str, end: Expression) -> Expression | None:
    """An expression that stands where the limit does."""
    expression = parse_expression(text, end.place)
    if not isinstance(expression, Expression):
        return None

    return expression
