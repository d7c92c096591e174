"""Each operator in Python.

STRICT ones never see UNKNOWN; LAZY ones decide what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.kinds.duration import days_of_months
from forms_spec.model.values import Duration
from forms_spec.rule_syntax.limits import FRACTION_DIGITS, SCALE
from forms_spec.rules.runtime import date_parts, math_functions, text_functions
from forms_spec.rules.runtime.environment import Closure, Frames
from forms_spec.rules.runtime.math_functions import bounded, divided, rounded
from forms_spec.rules.semantics import calendar
from forms_spec.rules.semantics.bounds import comparator_of, limit_of, span_add
from forms_spec.rules.semantics.numbers import number_in
from forms_spec.rules.semantics.resolved import Interval, RuleValue


def add(*numbers: int) -> int | None:
    return bounded(sum(numbers))


def mul(left: int, right: int) -> int | None:
    return rounded(left * right, SCALE)


def div(left: int, right: int) -> int | None:
    if right == 0:
        return None

    return rounded(left * SCALE, right)


def round_half_away(number: int, places: int) -> int | None:
    step: int = 10 ** (FRACTION_DIGITS - places // SCALE)
    return bounded(divided(number, step) * step)


def span_eq(left: Interval, right: Interval) -> bool | None:
    if left[1] < right[0] or right[1] < left[0]:
        return False
    # Two intervals that are alike are surely equal only when each is a single value.
    if left == right and left[0] == left[1]:
        return True

    return None


def span_lt(left: Interval, right: Interval) -> bool | None:
    if left[1] < right[0]:
        return True
    if left[0] >= right[1]:
        return False

    return None


def span_le(left: Interval, right: Interval) -> bool | None:
    if left[1] <= right[0]:
        return True
    if left[0] > right[1]:
        return False

    return None


def span_least(*spans: Interval) -> Interval:
    return min(span[0] for span in spans), min(span[1] for span in spans)


def span_greatest(*spans: Interval) -> Interval:
    return max(span[0] for span in spans), max(span[1] for span in spans)


def _moved(
    step: Callable[[int, int], int | None],
) -> Callable[[Interval, int], Interval | None]:
    """A date moved by a whole number of days or months."""

    def move(day: Interval, count: int) -> Interval | None:
        whole, rest = divmod(count, SCALE)
        if rest:
            return None

        low, high = step(day[0], whole), step(day[1], whole)
        if low is None or high is None:
            return None

        return low, high

    return move


def _between(
    count: Callable[[int, int], int],
) -> Callable[[Interval, Interval], Interval]:
    """Least and most that may lie between two dates: it grows with the second, falls
    with the first.
    """

    def between(first: Interval, second: Interval) -> Interval:
        return count(first[1], second[0]) * SCALE, count(first[0], second[1]) * SCALE

    return between


def minutes_between(first: int, second: int) -> int:
    return divided((second - first) * SCALE, 60)


def date_of(moment: int) -> Interval:
    return moment // 86_400, moment // 86_400


def duration_minus(first: Duration, second: Duration) -> Interval:
    """The seconds by which the first duration is longer, wherever both begin."""
    months, seconds = first.months - second.months, first.seconds - second.seconds
    least, most = days_of_months(abs(months))
    days = (least, most) if months >= 0 else (-most, -least)

    return (days[0] * 86_400 + seconds) * SCALE, (days[1] * 86_400 + seconds) * SCALE


STRICT: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "not": lambda value: not value,
        "eq": lambda left, right: left == right,
        "lt": lambda left, right: left < right,
        "le": lambda left, right: left <= right,
        "span_eq": span_eq,
        "span_lt": span_lt,
        "span_le": span_le,
        "add": add,
        "neg": lambda number: -number,
        "mul": mul,
        "div": div,
        "abs": abs,
        "round": round_half_away,
        "least": lambda *values: min(values),
        "greatest": lambda *values: max(values),
        "point": lambda number: (number, number),
        "settle": lambda span: span[0] if span[0] == span[1] else None,
        "span_add": span_add,
        "limit_of": limit_of,
        "comparator_of": comparator_of,
        "span_neg": lambda span: (-span[1], -span[0]),
        "span_least": span_least,
        "span_greatest": span_greatest,
        "length": lambda text: bounded(len(text) * SCALE),
        "concat": lambda *texts: "".join(texts),
        "add_days": _moved(calendar.add_days),
        "add_months": _moved(calendar.add_months),
        "days_between": _between(lambda first, second: second - first),
        "months_between": _between(calendar.months_between),
        "age_years": _between(calendar.age_years),
        "minutes_between": minutes_between,
        "date_of": date_of,
        "time_of": lambda moment: moment % 86_400,
        "duration_minus": duration_minus,
        "subset": lambda left, right: left <= right,
        "overlaps": lambda left, right: not left.isdisjoint(right),
        "member": lambda code, codes: code in codes,
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


def _and(operands: tuple[Closure, ...]) -> Closure:
    def both(frames: Frames) -> RuleValue | None:
        outcome: bool | None = True
        for operand in operands:
            value = operand(frames)
            if value is False:
                return False

            if value is None:
                outcome = None

        return outcome

    return both


def _or(operands: tuple[Closure, ...]) -> Closure:
    def either(frames: Frames) -> RuleValue | None:
        outcome: bool | None = False
        for operand in operands:
            value = operand(frames)
            if value is True:
                return True

            if value is None:
                outcome = None

        return outcome

    return either


def _in(operands: tuple[Closure, ...]) -> Closure:
    first, *items = operands

    def among(frames: Frames) -> RuleValue | None:
        value = first(frames)
        if value is None:
            return None

        others = [item(frames) for item in items]
        if value in others:
            return True

        # One that is UNKNOWN might be it.
        if None in others:
            return None

        return False

    return among


def _case(operands: tuple[Closure, ...]) -> Closure:
    branches = tuple(zip(operands[:-1:2], operands[1::2], strict=True))
    otherwise = operands[-1]

    def choose(frames: Frames) -> RuleValue | None:
        for condition, value in branches:
            current = condition(frames)
            if current is None:
                return None
            if current:
                return value(frames)

        return otherwise(frames)

    return choose


def _coalesce(operands: tuple[Closure, ...]) -> Closure:
    def first(frames: Frames) -> RuleValue | None:
        for operand in operands:
            value = operand(frames)
            if value is not None:
                return value

        return None

    return first


def _known(operands: tuple[Closure, ...]) -> Closure:
    (operand,) = operands
    return lambda frames: operand(frames) is not None


def _today(_operands: tuple[Closure, ...]) -> Closure:
    def today(frames: Frames) -> RuleValue:
        day = frames[0].instance.world.today
        return day, day

    return today


def _median(operands: tuple[Closure, ...]) -> Closure:
    def middle(frames: Frames) -> RuleValue | None:
        values = [operand(frames) for operand in operands]
        return date_parts.median([value for value in values if isinstance(value, int)])

    return middle


LAZY: Mapping[str, Callable[[tuple[Closure, ...]], Closure]] = MappingProxyType(
    {
        "and": _and,
        "or": _or,
        "in": _in,
        "case": _case,
        "coalesce": _coalesce,
        "known": _known,
        "today": _today,
        "median": _median,
    }
)
