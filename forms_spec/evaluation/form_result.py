"""What the judge says of one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import CellKey
from forms_spec.model.values import Value


class CellState(Enum):
    """Four kinds of nothing are told apart: blank, missing with a reason, hidden,
    invalid.
    """

    ANSWERED = "answered"
    BLANK = "blank"
    MISSING = "missing"
    INVALID = "invalid"
    HIDDEN = "hidden"


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluatedCell:
    """One judged cell. ``text`` is the canonical text, or the raw one when it is
    invalid.

    ``shown`` and ``required`` are True, False, or None when a source of the condition
    is missing. A calculated field's ``text`` is the computed one. ``reference`` is the
    laboratory's range that applies to the subject on that day, for people to read:
    ``13.5 to 17.5 g/dL``. ``not_offered`` are the codes whose condition is not met.
    """

    state: CellState
    text: str
    value: Value | None
    shown: bool | None
    required: bool | None
    reference: str | None = None
    not_offered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """Every cell and every finding of one form, in page order."""

    cells: Mapping[CellKey, EvaluatedCell]
    findings: tuple[Finding, ...]

    @property
    def may_complete(self) -> bool:
        """True when nothing stands that refuses completion."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)
