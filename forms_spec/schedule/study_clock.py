"""The study's clock: which day, and which hour, a moment is there.

Never those of the machine.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from forms_spec.model.study import Study

WORKING_HOURS: Final = (7, 19)
SATURDAY: Final = 5
_zone = cache(ZoneInfo)


def local(study: Study, moment: datetime) -> datetime:
    """A moment (with a time zone) as the study's clocks show it."""
    return moment.astimezone(_zone(study.timezone))


def day_of(study: Study, moment: datetime) -> date:
    """The day that a moment belongs to in the study: today, when it is now."""
    return local(study, moment).date()


def midnight(study: Study, day: date) -> datetime:
    """The instant at which a day of the study begins."""
    return datetime.combine(day, time(), _zone(study.timezone))


def in_working_hours(study: Study, moment: datetime) -> bool:
    """Whether the study's clocks show a time from Monday to Friday, 07:00 to 19:00."""
    there = local(study, moment)
    first, last = WORKING_HOURS
    return there.weekday() < SATURDAY and first <= there.hour < last
