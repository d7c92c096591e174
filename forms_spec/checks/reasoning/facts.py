"""What is sure of some cells where a condition has one result.

Facts say for each cell a set of values in which it must lie. They leave out what they
cannot say, so that facts which cannot hold prove that the result is impossible, and
facts which can hold prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from forms_spec.checks.reasoning.value_sets import ValueSet

Facts: TypeAlias = Mapping[str, ValueSet]
"""By the key of a cell."""

MaybeFacts: TypeAlias = Facts | None
"""None where the result is impossible."""

NOTHING: Final[Facts] = MappingProxyType({})


def both(first: MaybeFacts, other: MaybeFacts) -> MaybeFacts:
    """What is sure where two results come together."""
    if first is None or other is None:
        return None
    if not first:
        return other

    met = dict(first)
    for key, values in other.items():
        before = met.get(key)
        if before is None:
            met[key] = values
            continue

        shared = before.meet(values)
        if shared.is_empty:
            return None

        met[key] = shared

    return met


def either(first: MaybeFacts, other: MaybeFacts) -> MaybeFacts:
    """What is sure where one of two results comes, nobody knows which."""
    if first is None:
        return other
    if other is None:
        return first

    # What only one of the two says is not sure.
    shared: dict[str, ValueSet] = {}
    for key, values in first.items():
        if key in other:
            shared[key] = values.join(other[key])

    return shared


def all_of(results: Iterable[MaybeFacts]) -> MaybeFacts:
    met: MaybeFacts = NOTHING
    for facts in results:
        met = both(met, facts)

    return met


def one_of(results: Iterable[MaybeFacts]) -> MaybeFacts:
    joined: MaybeFacts = None
    for facts in results:
        joined = either(joined, facts)

    return joined
