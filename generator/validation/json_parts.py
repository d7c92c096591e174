"""The parts of JSON that anybody may have written: what has another shape is empty.

A package of others may have anything in any place. Whoever reads on takes nothing from
there, and the checks of the descriptor say what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_EMPTY: Mapping[str, Any] = {}


def object_of(value: Any) -> Mapping[str, Any]:
    """An object as it is, and an empty one in place of anything else."""
    return value if isinstance(value, dict) else _EMPTY


def list_of(value: Any) -> Sequence[Any]:
    """A list as it is, and an empty one in place of anything else."""
    return value if isinstance(value, list) else ()
