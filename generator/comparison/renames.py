"""Renamings: what went, and what came that is like it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from forms_spec.model.study import Study
from generator.comparison.change import DictionaryChange

ALIKE: Final = 0.7
"""So alike are two names of one thing, from 0 to 1."""


def with_likenesses(
    changes: Iterable[DictionaryChange], before: Study, after: Study
) -> Iterator[DictionaryChange]:
    """The changes, where each thing that went names a new one that is like it: of the
    same sort, in the same place, with the same words or nearly the same name.
    """
    every = list(changes)
    came = [change for change in every if change.is_new]

    for change in every:
        near = _nearest(change, came, before, after)
        if near is None:
            yield change
            continue

        came.remove(near)
        yield replace(change, like=near.name)


def _nearest(
    change: DictionaryChange,
    came: Iterable[DictionaryChange],
    before: Study,
    after: Study,
) -> DictionaryChange | None:
    """What is most like a thing that went; None where nothing is, or it is still there."""
    if not change.is_gone:
        return None

    best = max(
        came,
        key=lambda other: _likeness(change, other, before, after),
        default=None,
    )
    if best is None or _likeness(change, best, before, after) < ALIKE:
        return None

    return best


def _likeness(
    gone: DictionaryChange, came: DictionaryChange, before: Study, after: Study
) -> float:
    """From 0, for things that cannot be the same, to 1."""
    if (gone.what, _home(gone)) != (came.what, _home(came)):
        return 0
    if _sort(gone, before) != _sort(came, after):
        return 0
    if gone.before == came.after:
        return 1

    return SequenceMatcher(None, gone.name, came.name).ratio()


def _home(change: DictionaryChange) -> object:
    """Where a thing is, beside its own name."""
    parts = PARTS_OF_HOME.get(change.what, 0)
    return [tuple(scope)[1 : 1 + parts] for scope in change.scopes]


def _sort(change: DictionaryChange, study: Study) -> str:
    """The kind of a field; blank for other things."""
    if change.what != "field":
        return ""

    scope = change.scopes[0]
    field = study.field(str(scope.table), str(scope.field))

    return "" if field is None else field.kind.name


PARTS_OF_HOME: Final = {"field": 1, "code": 2}
"""How much of a scope, from its table on, is where a thing is: of others there is none."""
