"""The shortest record that shows a fault, confirmed by the evaluator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
TRIES = 6


def shortest_record(encoder: Encoder, goal: Goal) -> WitnessRecord | None:
    """A record with few answers that fulfils a goal; None where the evaluator confirms
    none.
    """
    wanted = goal.build(encoder)
    reached = Reached.by(encoder, wanted)
    for usual in (_usual_days(reached), Constraints()):
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
