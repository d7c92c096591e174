"""The shortest record that shows a fault, confirmed by the evaluator."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import Any

from forms_spec.rules.semantics.types import Type, type_of
from generator.heavy_libraries import z3
from generator.proof.blocks import Constraints
from generator.proof.encoder import Encoder
from generator.proof.goals import Goal, Wanted
from generator.proof.lemmas import lemmas
from generator.proof.solver import smallest_model
from generator.proof.values import Interval
from generator.proof.witness import (
    USUAL_DAY,
    NoWitness,
    Reached,
    WitnessMaker,
    WitnessRecord,
    is_confirmed,
)

OLDEST = date(1930, 1, 1).toordinal()
USUAL_YEARS = range(2023, 2027)
PARTIAL = "partial_date"
TRIES = 6


def shortest_record(encoder: Encoder, goal: Goal) -> WitnessRecord | None:
    """A record with few answers that fulfils a goal; None where the evaluator confirms
    none.
    """
    wanted = goal.build(encoder)
    reached = Reached.by(encoder, wanted)
    for usual in (_usual_days(reached), _single_days(reached), Constraints()):
        told = replace(wanted, blocks=(*wanted.blocks, usual))
        record = _confirmed(encoder, goal, told, reached)
        if record is not None:
            return record

    return None


def _usual_days(reached: Reached) -> Constraints:
    """Dates of a life time, looked at on a day of ours: other ones read badly."""
    block = Constraints()
    today = z3.Int("today")
    block.constraints.append(today == USUAL_DAY)
    for cell in reached.cells:
        if type_of(cell.field) is Type.DATE and isinstance(cell.typed, Interval):
            block.constraints.append(cell.typed.low >= OLDEST)
            block.constraints.append(cell.typed.high <= USUAL_DAY + 366)
        if cell.field.kind.name == PARTIAL and isinstance(cell.typed, Interval):
            block.constraints.append(_usual_span(cell.typed))

    return block


def _usual_span(answer: Interval) -> Any:
    """A day, or a month or a year of late. The solver does not know where those begin."""
    spans = [(date(year, 1, 1), date(year, 12, 31)) for year in USUAL_YEARS]
    for year in USUAL_YEARS:
        for month, days in enumerate(_month_lengths(year), start=1):
            spans.append((date(year, month, 1), date(year, month, days)))

    choices = [answer.low == answer.high]
    for first, last in spans:
        is_first = answer.low == first.toordinal()
        choices.append(z3.And(is_first, answer.high == last.toordinal()))
    return z3.Or(choices)


def _month_lengths(year: int) -> list[int]:
    return [monthrange(year, month)[1] for month in range(1, 13)]


def _single_days(reached: Reached) -> Constraints:
    """Partial dates that are whole ones."""
    block = Constraints()
    for cell in reached.cells:
        if cell.field.kind.name == PARTIAL and isinstance(cell.typed, Interval):
            block.constraints.append(cell.typed.low == cell.typed.high)

    return block


def _confirmed(
    encoder: Encoder, goal: Goal, wanted: Wanted, reached: Reached
) -> WitnessRecord | None:
    """Asks again with what the calendar really says, until the evaluator agrees."""
    assert goal.spot is not None
    assert goal.confirm is not None
    place, row = goal.spot.frames(encoder)[0]
    for _ in range(TRIES):
        model = smallest_model(wanted, reached.counted())
        if model is None:
            return None
        try:
            record = WitnessMaker(encoder, model, reached).record(place, row)
        except NoWitness:
            return None
        if is_confirmed(encoder.study, record, goal):
            return record

        more = lemmas(encoder.world, model)
        if not more.constraints:
            return None
        wanted = replace(wanted, blocks=(*wanted.blocks, more))

    return None
