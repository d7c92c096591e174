"""The values that texts mean, the same in the judge, the rules and the package.

Numbers are exact decimals; integers are decimals without a fraction. A multiple choice
is a tuple of codes in the codelist's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day somewhere in the closed interval [earliest, latest], as far as it is known."""

    earliest: date
    latest: date


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number, or what is known of it: ``comparator`` is ``=``, ``<``, ``<=``, ``>``
    or ``>=``.
    """

    comparator: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole months, and seconds beside them: a month is not a fixed number of days."""

    months: int
    seconds: int


Value = (
    str
    | Bounded
    | Duration
    | Decimal
    | bool
    | date
    | PartialDate
    | time
    | datetime
    | tuple[str, ...]
)
