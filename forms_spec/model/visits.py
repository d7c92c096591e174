"""The visits of a study and the forms that each asks for: what the model says,
``visits`` works with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from forms_spec.findings.places import TextPlace

if TYPE_CHECKING:
    from forms_spec.rule_syntax.expression import Expression


class Expectation(Enum):
    """What the schedule says of a form at a visit."""

    REQUIRED = "required"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


class VisitType(Enum):
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"
    TERMINATION = "termination"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """Distance from the day that a visit counts from.

    ``unit`` is "day", "week" or "month"; a month is a calendar month, clamped to its
    end. ``anchor`` is the visit or the study's anchor that gives the day; None: day 0.
    """

    count: int
    unit: str
    anchor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """First and last allowed day.

    ``around`` True: ``first`` and ``last`` are days relative to the target (-14, 14).
    ``around`` False: they count from the same day as the target (-60, -1).
    """

    first: int
    last: int
    around: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Cycles:
    """Numbered times of a visit: number n is due n times ``every`` after its anchor.

    ``most`` is the last number; None where there is none.
    """

    every: Offset
    most: int | None = None

    def target(self, number: int) -> Offset:
        """The target of a number, which counts from 1; 0 is a visit nobody began."""
        return replace(self.every, count=self.every.count * max(number, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class MissedAnswer:
    """The answer that says that a visit did not take place.

    ``field`` is ``form.field``. ``code`` is the answer that says so; None: any answer,
    or the tick of a checkbox.
    """

    field: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitDating:
    """What says when a visit took place, and whether it was missed.

    ``date`` is a date field as ``form.field``. What is None here is the study's, or
    nobody says it.
    """

    date: str | None = None
    missed: MissedAnswer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A visit of the schedule.

    Where ``when`` is FALSE the subject has no such visit. ``until`` is the visit or the
    study's anchor after whose day it is no longer due. ``redcap`` is the unique name of
    its event in REDCap, if that is another.
    """

    name: str
    title: str
    type: VisitType
    target: Offset | None
    window: Window | None
    repeats: bool
    place: TextPlace
    redcap: str | None = None
    when: Expression | None = None
    cycles: Cycles | None = None
    until: str | None = None
    dating: VisitDating = VisitDating()

    def target_of(self, number: int) -> Offset | None:
        """The target of the visit's time of a number; 0 where it does not repeat."""
        if self.cycles is not None:
            return self.cycles.target(number)

        return self.target

    @property
    def anchor(self) -> str | None:
        """The visit or anchor that the days count from; None for day 0, or no day."""
        target = self.target_of(1)
        return target.anchor if target is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A form at a visit.

    ``when`` is the condition of a CONDITIONAL one, together with that of its visit.
    Where it is FALSE, the form does not belong to the visit, OPTIONAL or not.
    ``exists`` is the part of it that says whether the subject has such a form or visit
    at all: nobody should have begun a form where that is FALSE.
    """

    form: str
    visit: str
    expectation: Expectation
    when: Expression | None
    place: TextPlace
    exists: Expression | None = None
