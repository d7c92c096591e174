"""How far a subject is in the study, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from forms_spec.findings.places import TextPlace
from forms_spec.rule_syntax.expression import Expression


class LifeStatus(Enum):
    """The states of a subject, in the order in which they are reached: of two that hold
    the later one counts.
    """

    SCREENED = "screened"
    ENROLLED = "enrolled"
    SCREEN_FAILURE = "screen failure"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        """Whether the subject has left the study."""
        return self in OVER


OVER = frozenset(
    {LifeStatus.SCREEN_FAILURE, LifeStatus.COMPLETED, LifeStatus.WITHDRAWN}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusCondition:
    """When a status is reached: as soon as ``when`` is true in one of the subject's
    forms of that name. ``still_due`` are visits that take place all the same.
    """

    status: LifeStatus
    form: str
    when: Expression
    still_due: frozenset[str]
    place: TextPlace
