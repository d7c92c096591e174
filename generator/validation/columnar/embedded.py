"""What reads tables in blocks and columns, in the places of the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from generator.validation.columnar.tables.audit_trail import BlockTrail
from generator.validation.columnar.tables.block_reader import BlockReading
from generator.validation.columnar.tables.parent_keys import parent_hashes


class Embedded(NamedTuple):
    """The classes and functions of the embedded engine."""

    reading: type[BlockReading]
    parent_keys: Callable[..., Any]
    trail: type[BlockTrail]


EMBEDDED = Embedded(
    reading=BlockReading,
    parent_keys=parent_hashes,
    trail=BlockTrail,
)
