"""Whether a value lies within its limits, and how the limits are said."""

from __future__ import annotations

from datetime import date
from typing import Any

from forms_spec.evaluation.captured_form import CellResult, EvaluatedForm
from forms_spec.evaluation.form_plan import CompiledRange, FieldPlan
from forms_spec.kinds.display import shown_as, shown_unit
from forms_spec.model.fields import Field
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.runtime.operators import duration_minus, span_le, span_lt
from forms_spec.rules.runtime.value_conversion import decimal_of, from_rule
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import Type


def outside(
    facts: CellResult, limits: CompiledRange, plan: FieldPlan, frames: Frames
) -> tuple[str, str] | None:
    """``("below", "at least 60 mmHg")`` when the value is surely outside, else None.

    An end that is UNKNOWN limits nothing; a partial date is outside when every day it
    may mean is.
    """
    unit = unit_label(plan.field, frames)
    low = limits.low(frames) if limits.low is not None else None

    if low is not None and _after(
        low, facts.seen, plan.type, strictly=not limits.low_open
    ):
        return "below", _bound(
            low, plan, unit, _LOW[plan.type is Type.DATE, limits.low_open], 0
        )

    high = limits.high(frames) if limits.high is not None else None
    if high is not None and _after(
        facts.seen, high, plan.type, strictly=not limits.high_open
    ):
        return "above", _bound(
            high, plan, unit, _HIGH[plan.type is Type.DATE, limits.high_open], 1
        )

    return None


_LOW = {
    (False, False): "at least {}",
    (False, True): "more than {}",
    (True, False): "on or after {}",
    (True, True): "after {}",
}
_HIGH = {
    (False, False): "at most {}",
    (False, True): "less than {}",
    (True, False): "on or before {}",
    (True, True): "before {}",
}


def in_future(facts: CellResult, type_: Type, today: int) -> str:
    """What is said of a date that is surely after today (an ordinal day), else nothing."""
    if type_ is not Type.DATE:
        return ""

    if _after(facts.seen, (today, today), type_, strictly=True):
        return ", a date in the future"

    return ""


def too_far(type_: Type, side: str) -> str:
    """What is feared of a value whose limit is UNKNOWN: ``too early``, ``too high``."""
    low, high = ("early", "late") if type_ in _IN_TIME else ("low", "high")
    word = low if side == "below" else high

    return f"too {word}"


_IN_TIME = frozenset({Type.DATE, Type.TIME, Type.DATETIME})


def _after(item: Any, other: Any, type_: Type, *, strictly: bool) -> bool:
    """Whether ``item`` surely lies after ``other`` (or on it, when not ``strictly``)."""
    # Two durations may each be several lengths; their difference is one interval.
    if type_ is Type.DURATION:
        item, other = duration_minus(item, other), (0, 0)

    if type_ in (Type.DATE, Type.SPREAD, Type.DURATION):
        is_before = span_le if strictly else span_lt
        return is_before(item, other) is False

    if strictly:
        return bool(item > other)

    return bool(item >= other)


def _bound(end: RuleValue, plan: FieldPlan, unit: str, words: str, side: int) -> str:
    field = plan.field
    if plan.type is Type.DATE:
        assert isinstance(end, tuple)
        text = date.fromordinal(end[side]).isoformat()
    elif plan.type is Type.NUMBER:
        assert isinstance(end, int)
        text = plain(end)
    else:
        value = from_rule(end, field)
        text = "" if value is None else field.kind.write(value, field)

    shown = shown_as(text, field)
    return words.format(with_unit(shown, unit))


def plain(number: int) -> str:
    """A number of the rule language without exponent and without zeros at its end."""
    text = f"{decimal_of(number):f}"
    if "." not in text:
        return text

    return text.rstrip("0").rstrip(".")


def with_unit(text: str, unit: str) -> str:
    if not unit:
        return text

    return f"{text} {unit}"


def chosen_unit(field: Field, frames: Frames) -> str | None:
    """The code of the unit that was chosen beside the value."""
    unit = field.unit
    if unit is None or unit.companion is None:
        return None

    place = frames[0]
    form = place.instance
    assert isinstance(form, EvaluatedForm)
    in_rows = field.group in form.plan.row_tables
    table = field.group if in_rows else field.form

    code = form.value(table, place.row, unit.companion)
    if not isinstance(code, str):
        return None

    return code


def unit_label(field: Field, frames: Frames) -> str:
    """The unit as people read it: the fixed one, or the label of the chosen one."""
    unit = field.unit
    if unit is None:
        return ""
    if unit.fixed:
        return shown_unit(unit.fixed)

    code = chosen_unit(field, frames)
    labels = {choice.code: choice.label for choice in unit.choices}
    if code is None:
        return ""

    return labels.get(code, "")
