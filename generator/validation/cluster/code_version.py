"""Which crfsmith this is: workers that run another one might find something else."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

ROOMS = ("forms_spec", "generator")


class OtherCode(Exception):
    """A worker runs another crfsmith than the one that asks."""


@cache
def fingerprint() -> str:
    """The hash of everything that judges."""
    root = Path(__file__).parents[3]
    digest = hashlib.sha256()

    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(
                path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes()
            )

    return digest.hexdigest()


def check(wanted: str) -> None:
    """Raises ``OtherCode`` where this process runs other code than the one that asks."""
    if fingerprint() != wanted:
        raise OtherCode(
            "A worker of the cluster runs another version of crfsmith "
            f"({sys.executable}). "
            "Install the same version on each."
        )
