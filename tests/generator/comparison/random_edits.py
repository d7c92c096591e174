"""Edits by chance of a dictionary by chance, and captured data to hold against both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from forms_spec.model.captured_data import LOG, FormKey, Record, Row
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.comparison.verdicts import CapturedSubject
from tests.round_trips.random_studies import MadeStudy, loaded

Path = tuple[Any, ...]
VALUES: dict[str, list[Any]] = {
    "required": [True, False, "q0 = 'Y'"],
    "show_when": ["q0 = 'Y'", "q0 = 'N'"],
    "rows": [{"min": 0, "max": 1}, {"min": 1, "max": 9}],
    "label": ["Another question"],
    "expected": [[1, 5], [0, 100]],
    "value": ["num * 3", "num + num"],
    "missing": [["ND"], ["UNK"], []],
    "length": [1, 200],
    "places": [0, 1, 2],
    "repeats": [True, False],
    "title": ["Another title"],
    "log": [True, False],
}
"""What may stand under a key instead."""


def edited(made: MadeStudy, chance: Random) -> Study | None:
    """The study after a key was taken away, or says something else; None where that
    does not load.
    """
    documents = json.loads(json.dumps(made.documents))
    paths = list(_paths(documents))
    path = chance.choice(paths)
    known = [item for item in paths if item[-1] in VALUES]
    if known and chance.random() < 0.6:
        path = chance.choice(known)

    *above, last = path
    parent = documents
    for step in above:
        parent = parent[step]
    if last in VALUES and chance.random() < 0.8:
        parent[last] = chance.choice(VALUES[last])
    else:
        del parent[last]

    return loaded(documents)


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    if not isinstance(data, dict):
        return
    for key, below in data.items():
        yield (*path, key)
        yield from _paths(below, (*path, key))


def captured(made: MadeStudy, study: Study, chance: Random) -> CapturedSubject:
    """A subject with most forms, right and wrong answers, and some forms complete."""
    records: dict[FormKey, Record] = {}
    for form in study.forms.values():
        visits = [visit for name, visit in study.expectations if name == form.name]
        for visit in [LOG] if form.log else visits:
            repeats = visit != LOG and study.visits[visit].repeats
            rows = {
                group.name: tuple(
                    Row(
                        number=number,
                        texts=_texts(made, group.name, group.fields, chance),
                    )
                    for number in range(1, chance.randint(1, 4))
                )
                for group in form.row_groups
            }
            texts = _texts(made, form.name, form.fields, chance)
            key = FormKey(form.name, visit, 1 if repeats else 0)
            records[key] = Record(texts=texts, rows=rows)

    complete = frozenset(key for key in records if chance.random() < 0.7)
    return CapturedSubject(
        name="01-001",
        site=next(iter(study.sites), ""),
        records=records,
        complete=complete,
    )


def _texts(
    made: MadeStudy, table: str, fields: tuple[Field, ...], chance: Random
) -> dict[str, str]:
    texts = {}
    for field in fields:
        known = made.right.get((table, field.name), [])
        wrong = made.wrong.get((table, field.name), [])
        samples = wrong if chance.random() < 0.15 else known
        if samples and field.value is None and chance.random() < 0.8:
            texts[field.name] = chance.choice(samples)

    return texts
