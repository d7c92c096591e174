"""Registries are explicit tuples; a name stands in one only once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Named(Protocol):
    """Anything that is found by its name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def by_name(entries: Iterable[N]) -> dict[str, N]:
    """The entries by name, in their order.

    Raises ValueError on a name that stands twice.
    """
    registered: dict[str, N] = {}
    for entry in entries:
        if entry.name in registered:
            raise ValueError(f"{entry.name} is registered twice")

        registered[entry.name] = entry

    return registered
