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
    came = [change for change in every if not change.key and change.after]
    for change in every:
        if change.key or change.after:
            yield change
            continue

        best = max(
            (_likeness(change, other, before, after), -number)
            for number, other in enumerate([*came, change])
        )
        like = came.pop(-best[1]).name if best[0] >= ALIKE else ""
        yield replace(change, like=like)


def _likeness(
    gone: DictionaryChange, came: DictionaryChange, before: Study, after: Study
) -> float:
    """From 0, for things that cannot be the same, to 1."""
    if gone is came or gone.what != came.what or _home(gone) != _home(came):
        return 0
    if _sort(gone, before) != _sort(came, after):
        return 0
    if gone.before == came.after:
        return 1

    return SequenceMatcher(None, gone.name, came.name).ratio()


def _home(change: DictionaryChange) -> object:
    """Where a thing is, beside its own name."""
    if change.what not in ("field", "code") or not change.scopes:
        return None

    scope = change.scopes[0]
    return scope.table, scope.field if change.what == "code" else None


def _sort(change: DictionaryChange, study: Study) -> str:
    """The kind of a field; blank for other things."""
    if change.what != "field" or not change.scopes:
        return ""

    scope = change.scopes[0]
    field = study.field(scope.table or "", scope.field or "")
    return field.kind.name if field is not None else ""
