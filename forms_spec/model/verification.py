"""Which data are compared with the source: all, critical fields, or those of a share of
the subjects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

DRAWN_OF: Final = 2**64
EVERYBODY: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class VerificationPlan:
    """A study's plan of source verification.

    ``share`` is the percentage of subjects of whom everything is verified, drawn by
    ``seed``. ``critical`` is verified of every subject: by table (a form or a repeating
    group) its fields, None for all of them.
    """

    share: int
    seed: str
    critical: Mapping[str, frozenset[str] | None]

    def draws(self, subject: str) -> bool:
        """Whether everything of a subject is verified: always the same answer for the
        same seed, whoever else is in the study.
        """
        if self.share >= EVERYBODY:
            return True

        drawn = sha256(f"{self.seed}\n{subject}".encode()).digest()[:8]
        return int.from_bytes(drawn, "big") * EVERYBODY < self.share * DRAWN_OF

    def needs(self, subject: str, table: str, field: str) -> bool:
        """Whether a field of a subject is to be verified."""
        if self.draws(subject):
            return True
        if table not in self.critical:
            return False

        # A table that is named without a field is critical as a whole.
        fields = self.critical[table]
        if fields is None:
            return True

        return field in fields
