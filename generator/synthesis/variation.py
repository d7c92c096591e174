"""From one valid casebook to the next: forms drawn again, one after the other, each only
where nothing stands in the casebook afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from forms_spec.model.captured_data import FormKey, Record, Row
from generator.synthesis.casebook import State
from generator.synthesis.moves import Mover

REDRAWN = 0.4
"""The share of a form's answers that are drawn again."""
FORMS_REDRAWN = 10
"""So many forms are drawn again between two subjects of a family."""


def varied(mover: Mover, state: State, random: Random) -> State:
    """Another valid casebook, which differs from a valid one in several forms."""
    keys = list(state.records)
    # Whoever has a finding is refused, however near it is to being none.
    evaluator = replace(mover.evaluator, steps_count=False)
    for key in random.sample(keys, min(FORMS_REDRAWN, len(keys))):
        # Another form may have left it out, as when the subject is a man now.
        if key not in state.records:
            continue

        fewer = _without_some(mover, state.records[key], key, random)
        records = mover.settled(state.records, key, fewer)
        other = evaluator.state(records, state)
        if other.faults <= state.faults:
            state = other

    return state


def _without_some(mover: Mover, record: Record, key: FormKey, random: Random) -> Record:
    """The form without some of its answers, which are then drawn again."""
    form = mover.study.forms[key.form]
    fixed = {group.name: frozenset(group.fixed) for group in form.row_groups}
    rows = {
        group: tuple(
            Row(number=row.number, texts=_some(row.texts, fixed[group], random))
            for row in given
        )
        for group, given in record.rows.items()
    }
    return replace(record, texts=_some(record.texts, frozenset(), random), rows=rows)


def _some(
    texts: dict[str, str] | object, kept: frozenset[str], random: Random
) -> dict[str, str]:
    assert isinstance(texts, dict)
    return {
        name: text
        for name, text in texts.items()
        if name in kept or random.random() >= REDRAWN
    }
