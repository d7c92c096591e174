"""The study's own file, its visits and its schedule, from the events of a project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.redcap.losses import Loss
from generator.redcap.names import slug, title_of
from generator.redcap.reading.events import Event, Events
from generator.redcap.reading.field_plan import FieldPlan
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
    plans: list[FieldPlan]
    day_zero: str | None = None
    losses: list[Loss] = field(default_factory=list)

    def study(
        self, subject: str, missing: Iterable[MissingData] = ()
    ) -> dict[str, Any]:
        """The study's own file; ``subject`` is the pattern of its subjects."""
        results: dict[str, Any] = {
            "study": slug(self.name) or "redcap",
            "title": title_of(self.name),
        }
        if order := date_order(self.plans):
            results["date_order"] = order
        if zero := self.zero():
            results["day_zero"] = zero
        results["subject"] = {"pattern": subject, "example": "1"}
        if codes := {item.name: _reason(item) for item in missing}:
            results["missing"] = codes
        return results

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
            value = self.events.forms.get(form, ())
            schedule[name] = " ".join(
                "X" if event.name in value else "." for event in events
            )

        return {"visits": visits, "schedule": schedule}

    def timing(self, event: Event) -> dict[str, Any]:
        """The day of an event with its window, where it is known from which day the
        days count.
        """
        days = (event.day, event.before, event.after)
        if event.day is None or (not any(days) and self.zero() is None):
            return {}
        why = "the date that days are counted from is unknown. Name one with --day-zero"
        if event.repeats:
            why = "a visit that repeats has no day"
        elif self.zero() is not None:
            window = {"before": _days(event.before), "after": _days(event.after)}
            return {"target": f"day {event.day}", "window": window}

        text = f"day {event.day}, -{event.before} to +{event.after} days"
        self.losses.append(
            Loss(
                kind="timing",
                row=0,
                field=event.name,
                column="day_offset",
                original=text,
                why=why,
            )
        )

        return {}

    def zero(self) -> str | None:
        """The date field that is day 0, with its form."""
        plan = next(
            (item for item in self.plans if item.item.name == self.day_zero), None
        )
        if (
            plan is None
            or plan.type != "date"
            or plan.item.form in self.events.repeating
        ):
            return None

        return f"{plan.form}.{plan.name}"


def _reason(code: MissingData) -> str | dict[str, str]:
    """A code of missing data as the dictionary has it."""
    return (
        code.label
        if code.name == code.code
        else {"label": code.label, "redcap": code.code}
    )


def date_order(plans: Iterable[FieldPlan]) -> str | None:
    """How dates are typed, where all fields that say it agree."""
    orders = {
        plan.validation.order
        for plan in plans
        if plan.validation.order in ("dmy", "mdy")
    }
    return next(iter(orders)) if len(orders) == 1 else None


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
