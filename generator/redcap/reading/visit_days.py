"""The study's own file, its visits and its schedule, from the events of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.redcap.losses import CellLoss
from generator.redcap.names import slug, title_of
from generator.redcap.reading.events import Event, Events
from generator.redcap.reading.field_plan import RedcapFieldPlan
from generator.redcap.reading.labels import plain_text
from generator.redcap.reading.missing_codes import MissingData


@dataclass(kw_only=True)
class Timetable:
    """``forms`` are the names here of REDCap's instruments; ``day_zero`` is the date
    field, by its name in REDCap, from which days count.
    """

    name: str
    events: Events
    forms: Mapping[str, str]
    plans: list[RedcapFieldPlan]
    day_zero: str | None = None
    losses: list[CellLoss] = field(default_factory=list)

    def study(
        self, subject: str, missing: Iterable[MissingData] = ()
    ) -> dict[str, Any]:
        """The study's own file; ``subject`` is the pattern of its subjects."""
        data: dict[str, Any] = {
            "study": slug(self.name) or "redcap",
            "title": title_of(self.name),
        }

        order = date_order(self.plans)
        if order is not None:
            data["date_order"] = order

        zero = self.zero()
        if zero is not None:
            data["day_zero"] = zero

        data["subject"] = {"pattern": subject, "example": "1"}
        codes = {code.name: _reason(code) for code in missing}
        if codes:
            data["missing"] = codes

        return data

    def visits(self) -> dict[str, Any]:
        """The visits, and the forms of each."""
        events = self.events.events
        visits = {}
        for event in events:
            data: dict[str, Any] = {"title": plain_text(event.title) or event.name}
            if event.repeats:
                data |= {"type": "unscheduled", "repeats": "true"}

            data |= self.timing(event)
            if event.visit != event.name:
                data["redcap"] = event.name

            visits[event.visit] = data

        schedule = {"columns": " ".join(event.visit for event in events)}
        for form, name in self.forms.items():
            at_events = self.events.forms.get(form, ())
            marks = ("X" if event.name in at_events else "." for event in events)
            schedule[name] = " ".join(marks)

        return {"visits": visits, "schedule": schedule}

    def timing(self, event: Event) -> dict[str, Any]:
        """The day of an event with its window, where it is known from which day the
        days count.
        """
        zero = self.zero()
        if event.day is None:
            return {}

        # Zeros alone are no schedule that could be lost.
        days = (event.day, event.before, event.after)
        if zero is None and not any(days):
            return {}

        if zero is not None and not event.repeats:
            window = {"before": _days(event.before), "after": _days(event.after)}
            return {"target": f"day {event.day}", "window": window}

        why = "the date that days are counted from is unknown. Name one with --day-zero"
        if event.repeats:
            why = "a visit that repeats has no day"

        self.losses.append(
            CellLoss(
                kind="timing",
                row=0,
                field=event.name,
                column="day_offset",
                original=f"day {event.day}, -{event.before} to +{event.after} days",
                why=why,
            )
        )

        return {}

    def zero(self) -> str | None:
        """The date field that is day 0, with its form."""
        for plan in self.plans:
            if plan.item.name != self.day_zero:
                continue

            # A form that repeats has several such dates.
            repeats = plan.item.form in self.events.repeating
            if repeats or plan.type != "date":
                return None

            return f"{plan.form}.{plan.name}"

        return None


def _reason(code: MissingData) -> str | dict[str, str]:
    """A code of missing data as the dictionary has it."""
    if code.name == code.code:
        return code.label
    return {"label": code.label, "redcap": code.code}


def date_order(plans: Iterable[RedcapFieldPlan]) -> str | None:
    """How dates are typed, where all fields that say it agree.

    Year first is understood in every study, and is not said.
    """
    orders = {plan.validation.order for plan in plans}
    orders &= {"dmy", "mdy"}
    if len(orders) == 1:
        return orders.pop()

    return None


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
