"""The study's clock: which day, and which hour, a moment is there.

Never those of the machine.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from forms_spec.model.study import Study

_zone = cache(ZoneInfo)


def local(study: Study, moment: datetime) -> datetime:
    """A moment (with a time zone) as the study's clocks show it."""
    return moment.astimezone(_zone(study.timezone))


def day_of(study: Study, moment: datetime) -> date:
    """The day that a moment belongs to in the study: today, when it is now."""
    return local(study, moment).date()
