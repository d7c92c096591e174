"""What is sure of the cells that a condition reads where it is TRUE, and where it is
FALSE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from forms_spec.checks.reasoning.domains import NUMBERS, WORDS, Domains, bare, step_of
from forms_spec.checks.reasoning.facts import (
    NOTHING,
    MaybeFacts,
    all_of,
    both,
    either,
    one_of,
)
from forms_spec.checks.reasoning.value_sets import (
    FAR,
    NO,
    YES,
    CodeSet,
    Spans,
    ValueSet,
    at_least,
    at_most,
    only,
)
from forms_spec.rules.semantics.resolved import (
    Apply,
    Constant,
    Core,
    Interval,
    Key,
    Missing,
    Read,
    Remote,
)
from forms_spec.rules.semantics.types import Type

Results: TypeAlias = tuple[MaybeFacts, MaybeFacts]
"""The facts where a condition is TRUE, and those where it is FALSE."""

OPEN: Final[Results] = (NOTHING, NOTHING)
KNOWN: Final = "known "
"""Begins the key that says of a cell whether it is known."""

LESS, SAME, MORE = "<", "=", ">"
ORDERS: Final = frozenset({LESS, SAME, MORE})
COMPARISONS: Final = frozenset({"eq", "lt", "le", "span_eq", "span_lt", "span_le"})


def cell_key(cell: Read | Remote) -> str:
    """The same text for every reading of one cell in an expression, and for no other."""
    mark = "!" if cell.entered else ""
    name = cell.field.name
    if isinstance(cell, Read):
        return f"{cell.depth}:{cell.table}.{name}{mark}"

    visit = cell.visit or ""
    return f"{cell.depth}:{cell.form}[{visit}].{name}{mark}"


def key_of(core: Core) -> str | None:
    """What an expression is called in facts; None for one that they leave out."""
    core = bare(core)
    if isinstance(core, Read | Remote):
        return cell_key(core)
    if isinstance(core, Key):
        return f"{core.depth}:{core.name}"
    if isinstance(core, Constant):
        return f"={core.value}"

    # Which branch of a case is taken differs from record to record.
    if not isinstance(core, Apply) or core.operator == "case":
        return None

    parts: list[str] = []
    for argument in core.arguments:
        part = key_of(argument)
        if part is None:
            return None

        parts.append(part)

    return f"{core.operator}({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what it is called in facts, and its possible values."""

    core: Core
    key: str | None
    values: ValueSet


class Conditions:
    """The results of conditions, each worked out once.

    The meanings of expressions live as long as their study, so that their identity
    names them.
    """

    def __init__(self, domains: Domains) -> None:
        self.domains = domains
        self.cells: dict[str, Read] = {}
        self._results: dict[int, Results] = {}

    def results(self, core: Core, forms: Sequence[str]) -> Results:
        """``forms`` are those that the frames look at, the judged one first."""
        results = self._results.get(id(core))
        if results is None:
            results = self._worked_out(core, forms)
            self._results[id(core)] = results

        return results

    def _worked_out(self, core: Core, forms: Sequence[str]) -> Results:
        if isinstance(core, Constant):
            return _constant(core)
        if isinstance(core, Read | Remote):
            return self._ticked(core)
        if isinstance(core, Missing):
            return self._missing(core)
        if not isinstance(core, Apply):
            return OPEN

        if core.operator in COMPARISONS:
            return self._compared(core, forms)
        if core.operator in ("and", "or", "not"):
            return self._logic(core, forms)

        return self._other(core, forms)

    def _logic(self, core: Apply, forms: Sequence[str]) -> Results:
        """Conditions joined by "and" or "or", and a negation."""
        parts = [self.results(argument, forms) for argument in core.arguments]
        if core.operator == "not":
            ((true, false),) = parts
            return false, true

        trues = [true for true, _ in parts]
        falses = [false for _, false in parts]

        # "and" is TRUE where all are, and FALSE where any is; "or" the other way round.
        if core.operator == "and":
            return all_of(trues), one_of(falses)

        return one_of(trues), all_of(falses)

    def _other(self, core: Apply, forms: Sequence[str]) -> Results:
        """The operators that are neither a comparison nor logic."""
        arguments = core.arguments
        if core.operator == "in":
            return self._among(core, forms)
        if core.operator == "case":
            return self._case(arguments, forms)
        if core.operator == "member":
            return self._has(*arguments)
        if core.operator == "coalesce" and len(arguments) == 2:
            return self._certain(arguments, forms)

        if core.operator == "known":
            cell = arguments[0]
            # Whether a formula is known depends on more than one cell.
            if isinstance(cell, Read | Remote):
                key = KNOWN + self._noted(cell)
                return {key: YES}, {key: NO}

        return OPEN

    def _noted(self, cell: Read | Remote) -> str:
        key = cell_key(cell)
        if isinstance(cell, Read) and cell.depth == 0:
            self.cells[key] = cell

        return key

    def _known(self, *cores: Core) -> dict[str, ValueSet]:
        """That the cells among some values are known, as a comparison needs it."""
        facts: dict[str, ValueSet] = {}
        for core in cores:
            cell = bare(core)
            if isinstance(cell, Read | Remote):
                facts[KNOWN + self._noted(cell)] = YES

        return facts

    def _ticked(self, cell: Read | Remote) -> Results:
        key, known = cell_key(cell), self._known(cell)
        return {**known, key: YES}, {**known, key: NO}

    def _missing(self, core: Missing) -> Results:
        return {KNOWN + self._noted(core.cell): NO}, NOTHING

    def _certain(self, arguments: Sequence[Core], forms: Sequence[str]) -> Results:
        """``x is 'A'``: FALSE also where nothing is known."""
        condition, otherwise = arguments
        is_no = isinstance(otherwise, Constant) and otherwise.value is False
        is_condition = condition.type is Type.CONDITION
        if not is_no or not is_condition:
            return OPEN

        # It is FALSE for a blank too, so FALSE says nothing of any cell.
        true, _ = self.results(condition, forms)
        return true, NOTHING

    def _has(self, code: Core, cell: Core) -> Results:
        """Whether one answer of a multiple choice is chosen."""
        if not isinstance(code, Constant) or not isinstance(cell, Read | Remote):
            return OPEN

        key = f"{key_of(cell)} has {code.value}"
        known = self._known(cell)
        return {**known, key: YES}, {**known, key: NO}

    def _case(self, arguments: Sequence[Core], forms: Sequence[str]) -> Results:
        """The first branch whose condition is TRUE, after those that are FALSE."""
        *branches, otherwise = arguments
        if otherwise.type is not Type.CONDITION:
            return OPEN

        passed: MaybeFacts = NOTHING
        true: MaybeFacts = None
        false: MaybeFacts = None
        pairs = zip(branches[::2], branches[1::2], strict=True)

        for condition, value in (*pairs, (None, otherwise)):
            entered, left = passed, None
            if condition is not None:
                taken, not_taken = self.results(condition, forms)
                entered, left = both(passed, taken), both(passed, not_taken)

            if_true, if_false = self.results(value, forms)
            true = either(true, both(entered, if_true))
            false = either(false, both(entered, if_false))
            passed = left

        return true, false

    def _side(self, core: Core, forms: Sequence[str]) -> Side:
        value = bare(core)
        values = self.domains.of(value, forms)
        return Side(core=value, key=key_of(value), values=values)

    def _compared(self, core: Apply, forms: Sequence[str]) -> Results:
        left, right = core.arguments
        if left.type is Type.CONDITION:
            return self._same_truth(core.arguments, forms)

        # A code against a constant, the constant on either side.
        compares_words = left.type in WORDS
        if core.operator == "eq" and compares_words:
            if isinstance(right, Constant):
                return self._one_of(left, (right,), forms)
            if isinstance(left, Constant):
                return self._one_of(right, (left,), forms)

        # The comparison of spans differs only where a value is several at once.
        operator = core.operator.removeprefix("span_")
        compare = _words if compares_words else _numbers
        results = compare(operator, self._side(left, forms), self._side(right, forms))

        return self._heeding_keys(results, left, right)

    def _heeding_keys(self, results: Results, *cores: Core) -> Results:
        """The results with what has to be known for them."""
        known = self._known(*cores)
        true, false = results
        if known:
            true, false = both(known, true), both(known, false)

        # That a form stands only at the visits which a rule names is no fault.
        compares_place = any(isinstance(core, Key) for core in cores)
        if false is None and compares_place:
            false = known

        return true, false

    def _one_of(
        self, core: Core, constants: Sequence[Core], forms: Sequence[str]
    ) -> Results:
        """A text or code against some constants."""
        values = self.domains.of(core, forms)
        if not isinstance(values, CodeSet):
            return OPEN

        words = frozenset(
            constant.value
            for constant in constants
            if isinstance(constant, Constant) and isinstance(constant.value, str)
        )
        key = key_of(core)
        true = _within(key, values.meet(CodeSet(words)))
        false = _within(key, values.meet(CodeSet(words, but=True)))
        return self._heeding_keys((true, false), core)

    def _same_truth(self, sides: Sequence[Core], forms: Sequence[str]) -> Results:
        """``(a = 'Y') = (b > 3)``"""
        (true, false), (other_true, other_false) = (
            self.results(side, forms) for side in sides
        )
        same = either(both(true, other_true), both(false, other_false))
        different = either(both(true, other_false), both(false, other_true))
        return same, different

    def _among(self, core: Apply, forms: Sequence[str]) -> Results:
        """``x in (..)``: equal to one of the others."""
        operand, *others = core.arguments
        if operand.type is Type.CONDITION:
            return OPEN

        compares_words = operand.type in WORDS
        are_constant = all(isinstance(other, Constant) for other in others)
        if compares_words and are_constant:
            return self._one_of(operand, others, forms)

        first = self._side(operand, forms)
        if are_constant and first.key is not None:
            limits = list(map(_limit, others))
            return self._heeding_keys(_among_points(first, limits), operand)

        # One by one: TRUE where it equals any of them, FALSE where it equals none.
        compare = _words if compares_words else _numbers
        true: MaybeFacts = None
        false: MaybeFacts = NOTHING
        for other in others:
            side = self._side(other, forms)
            same, different = compare("eq", first, side)
            true = either(true, same)
            false = both(false, different)

        return self._heeding_keys((true, false), operand)


def _constant(core: Constant) -> Results:
    if core.value is True:
        return NOTHING, None
    if core.value is False:
        return None, NOTHING

    # UNKNOWN is neither.
    return None, None


def _within(key: str | None, values: ValueSet) -> MaybeFacts:
    """That a cell has one of the values; None where it can have none of them."""
    if values.is_empty:
        return None
    # What has no key is no single cell, so nothing is noted of it.
    if key is None:
        return NOTHING

    return {key: values}


def _words(operator: str, first: Side, other: Side) -> Results:
    """Two texts or codes. Only whether they are the same is followed."""
    orders = ORDERS
    if operator == "eq":
        are_apart = first.values.meet(other.values).is_empty
        if are_apart:
            orders = ORDERS - {SAME}

    return _ordered(operator, first, other, orders)


def _numbers(operator: str, first: Side, other: Side) -> Results:
    """Two numbers or moments."""
    left, right = first.values, other.values
    if not isinstance(left, Spans) or not isinstance(right, Spans):
        return OPEN
    # A range that nothing fits is a finding of its own.
    if left.is_empty or right.is_empty:
        return OPEN

    limit = _limit(other.core)
    if limit is not None and first.key is not None:
        return _against(operator, first, limit)

    # ``10 < x`` says the same as ``x > 10``.
    limit = _limit(first.core)
    if limit is not None and other.key is not None:
        return _against(_MIRRORED[operator], other, limit)

    orders = _possible_orders(left, right)
    return _ordered(operator, first, other, orders)


def _possible_orders(first: Spans, other: Spans) -> frozenset[str]:
    """In which orders a value of the first and one of the other may be."""
    low, high = first.hull
    other_low, other_high = other.hull

    orders = set[str]()
    if low < other_high:
        orders.add(LESS)

    if high > other_low:
        orders.add(MORE)

    shared = first.meet(other)
    if not shared.is_empty:
        orders.add(SAME)

    return frozenset(orders)


def _among_points(side: Side, limits: Sequence[Interval | None]) -> Results:
    """A number against a list of constants, all at once: a list may be long."""
    if not isinstance(side.values, Spans):
        return OPEN

    step = step_of(side.core)
    points = sorted({limit[0] for limit in limits if limit is not None})
    # A number between two steps of the field is one that it never has.
    on = Spans(tuple((point, point) for point in points if point % step == 0))
    off = _between_points(points, step)

    same = side.values.meet(on)
    different = side.values.meet(off)
    return _within(side.key, same), _within(side.key, different)


def _between_points(points: Sequence[int], step: int) -> Spans:
    """The numbers in steps of ``step`` that are none of the points, which ascend."""
    pieces: list[Interval] = []
    for before, after in pairwise([-FAR, *points, FAR]):
        # Rounded inwards: up at the low end, down at the high one.
        low = -(-(before + 1) // step) * step
        high = (after - 1) // step * step
        if low <= high:
            pieces.append((low, high))

    return Spans(tuple(pieces))


_MIRRORED: Final = {"eq": "eq", "lt": "gt", "le": "ge"}


def _limit(core: Core) -> Interval | None:
    """A constant as the interval that it may lie in."""
    if not isinstance(core, Constant):
        return None

    value = core.value
    if isinstance(value, tuple):
        return value
    if isinstance(value, int):
        return value, value

    return None


def _against(operator: str, side: Side, limit: Interval) -> Results:
    """A value against a constant, or against every day that a constant may be."""
    low, high = limit
    step = step_of(side.core)
    below, up_to = at_most(low - 1, step), at_most(low, step)
    above, from_on = at_least(high + 1, step), at_least(high, step)
    equal = only(low, step) if low == high else Spans(())
    result: tuple[Spans, Spans] = {
        "lt": (below, from_on),
        "le": (up_to, above),
        "gt": (above, up_to),
        "ge": (from_on, below),
        "eq": (equal, below.join(above)),
    }[operator]
    true, false = (side.values.meet(values) for values in result)

    return _within(side.key, true), _within(side.key, false)


_TRUE_ORDERS: Final = {
    "eq": frozenset({SAME}),
    "lt": frozenset({LESS}),
    "le": frozenset({LESS, SAME}),
}


def _ordered(
    operator: str, first: Side, other: Side, possible: frozenset[str]
) -> Results:
    """Two values of which only the order is followed."""
    true = possible & _TRUE_ORDERS[operator]
    false = possible - _TRUE_ORDERS[operator]

    if first.key is None or other.key is None:
        key = None
    elif first.key == other.key:
        key = None
        true, false = true & {SAME}, false & {SAME}
    elif first.key < other.key:
        key = f"{first.key} to {other.key}"
    else:
        key = f"{other.key} to {first.key}"
        true, false = _turned(true), _turned(false)

    return _within(key, CodeSet(true)), _within(key, CodeSet(false))


def _turned(orders: frozenset[str]) -> frozenset[str]:
    turned = {LESS: MORE, MORE: LESS, SAME: SAME}
    return frozenset(turned[order] for order in orders)


__all__ = ["KNOWN", "NUMBERS", "Conditions", "Results", "cell_key", "key_of"]
