"""What functions that are only bounded really give for the days of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from forms_spec.rules.semantics import calendar
from generator.heavy_libraries import z3
from generator.proof.blocks import Constraints
from generator.proof.world import SubjectWorld


def _part(name: str) -> Callable[[int], int | None]:
    def part(day: int) -> int | None:
        if not 1 <= day <= calendar.LAST_DAY:
            return None
        number: int = getattr(date.fromordinal(day), name)
        return number

    return part


def _within(function: Callable[[int, int], int | None]) -> Callable[..., int | None]:
    """The function, None for days that no calendar has."""

    def call(*arguments: int) -> int | None:
        try:
            return function(*arguments)
        except (ValueError, OverflowError):
            return None

    return call


REAL: Mapping[str, Callable[..., int | None]] = MappingProxyType(
    {
        "add_months": _within(calendar.add_months),
        "months_between": _within(calendar.months_between),
        "age_years": _within(calendar.age_years),
        "year": _part("year"),
        "month": _part("month"),
        "day_of_month": _part("day"),
    }
)


def lemmas(world: SubjectWorld, model: Any) -> Constraints:
    """What is true of the arguments that a model chose, where it guessed wrong."""
    block = Constraints()
    for name, arguments, result in world.calls.values():
        if name not in REAL:
            continue

        values = [model.eval(argument, model_completion=True) for argument in arguments]
        if not all(z3.is_int_value(value) for value in values):
            continue
        given = REAL[name](*(value.as_long() for value in values))
        guessed = model.eval(result, model_completion=True)
        if given is None or not z3.is_int_value(guessed) or guessed.as_long() == given:
            continue

        same = z3.And([a == v for a, v in zip(arguments, values, strict=True)])
        block.constraints.append(z3.Implies(same, result == given))

    return block
