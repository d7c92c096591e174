"""REDCap's three lists of a study: its events, the forms of each, and what repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Visit, VisitType
from forms_spec.schedule.visit_dating import named_in_dating
from generator.codebook.words import target as target_words
from generator.redcap.event_names import (
    UNIQUE,
    event_names,
    log_visit,
    longitudinal,
    repeats_at,
    visits_of,
)
from generator.redcap.losses import CellLoss
from generator.redcap.writing.csv_bytes import csv_bytes

DAYS_IN = {"day": 1, "week": 7}
"""Days of the units that have a fixed number of them."""
_EVENTS = (
    "event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name",
    "custom_event_label",
)  # fmt: skip


@dataclass(kw_only=True)
class EventLists:
    """The three files by what they are (``events``, ``forms``, ``repeating``); those
    that say nothing are left out.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    losses: list[CellLoss] = field(default_factory=list)

    def loss(self, kind: str, name: str, original: str, why: str) -> None:
        """Lists what the files do not say of a visit or a form."""
        self.losses.append(
            CellLoss(
                kind=kind,
                field=name,
                original=original,
                why=why,
            )
        )


def write_events(study: Study) -> EventLists:
    """The lists of a study. What they cannot say of its visits is listed."""
    lists = EventLists()
    if longitudinal(study):
        events = [_event(study, visit, lists) for visit in study.visits.values()]
        lists.files["events"] = csv_bytes(_EVENTS, events)
        forms = _designated(study, lists)
        lists.files["forms"] = csv_bytes(
            ("arm_num", "unique_event_name", "form"), forms
        )

    for anchor, fields in study.anchors.items():
        lists.loss(
            "anchor",
            anchor,
            ", ".join(fields),
            "the days of REDCap's events all count from one date",
        )

    named = ", ".join(dict.fromkeys(named_in_dating(study)))
    if named:
        lists.loss(
            "visit-date",
            "*",
            named,
            "no field says on which day an event took place, or that it did not",
        )

    if study.arms is not None:
        lists.loss(
            "arms",
            "*",
            ", ".join(study.arms.titles),
            "an event of REDCap belongs to a single arm, and no answer decides on it",
        )

    if study.randomization is not None:
        lists.loss(
            "randomization",
            "*",
            study.randomization.form,
            "REDCap sets up randomization on a page of its own",
        )

    repeating = list(_repeating(study))
    if repeating:
        headers = ("event_name", "form_name", "custom_form_label")
        lists.files["repeating"] = csv_bytes(headers, repeating)

    if study.day_zero:
        lists.loss(
            "day-zero",
            "*",
            ", ".join(study.day_zero),
            "REDCap asks for day zero in its calendar",
        )

    return lists


# Events


def _event(study: Study, visit: Visit, lists: EventLists) -> tuple[str, ...]:
    """A row of the list of events."""
    day, before, after = _timing(visit, lists)
    if visit.until is not None:
        lists.loss(
            "timing",
            visit.name,
            f"until {visit.until}",
            "REDCap's events do not end with another one",
        )

    once_unscheduled = visit.type is VisitType.UNSCHEDULED and not visit.repeats
    if visit.type is VisitType.TERMINATION or once_unscheduled:
        lists.loss(
            "visit-type",
            visit.name,
            visit.type.value,
            "REDCap's events have no type",
        )

    name = event_names(study)[visit.name]
    return visit.title, _arm(name), day, before, after, name, ""


def _arm(event: str) -> str:
    """The number of the arm in the unique name of an event."""
    match = UNIQUE.fullmatch(event)
    if match is None:
        return "1"

    return match[1]


def _timing(visit: Visit, lists: EventLists) -> tuple[str, str, str]:
    """The day of an event, and the days before and after it that are allowed."""
    target, window = visit.target, visit.window
    is_exact = target is not None and target.unit in DAYS_IN
    if target is None or not is_exact or target.anchor is not None:
        _list_timing(visit, lists)
        return "", "", ""

    day = target.count * DAYS_IN[target.unit]
    if window is None:
        return str(day), "0", "0"

    # A window that is not around the target counts from day zero, as the target does.
    first, last = window.first, window.last
    if not window.around:
        first, last = first - day, last - day
    if first > 0 or last < 0:
        lists.loss(
            "timing",
            visit.name,
            f"{first} to {last}",
            "the window does not contain the day itself",
        )

    return str(day), str(max(-first, 0)), str(max(last, 0))


def _list_timing(visit: Visit, lists: EventLists) -> None:
    """Lists a target or a window that is not of one day from day zero."""
    if visit.target_of(1) is not None:
        original = target_words(visit)
    elif visit.window is not None:
        original = "a window without a day"
    else:
        return

    why = "an event of REDCap has a day from day zero, and days before and after it"
    lists.loss("timing", visit.name, original, why)


# The forms of each event


def _designated(study: Study, lists: EventLists) -> Iterator[tuple[str, ...]]:
    """The instruments of each event: a form's own, and one for each of its repeating
    groups.
    """
    for visit, event in event_names(study).items():
        for form in study.forms.values():
            is_log_here = form.log and visit == log_visit(study)
            is_expected = (form.name, visit) in study.expectations
            if is_log_here:
                why = f"a log form belongs to no visit, and is placed at {event}"
                lists.loss("log", form.name, "log: true", why)
            elif is_expected:
                _list_expectation(study, form, visit, lists)
            else:
                continue

            for table in study.tables.values():
                if table.form is form:
                    yield _arm(event), event, table.name


def _list_expectation(study: Study, form: Form, visit: str, lists: EventLists) -> None:
    """Lists a form that a visit need not have."""
    expectation = study.expectations[form.name, visit].expectation
    if expectation is not Expectation.REQUIRED:
        lists.loss(
            "expectation",
            form.name,
            f"{expectation.value} at {visit}",
            "forms at REDCap's events are never conditional or optional",
        )


# What repeats


def _repeating(study: Study) -> Iterator[tuple[str, ...]]:
    """Events that repeat as a whole, then instruments that repeat at an event."""
    events = event_names(study)
    for name, visit in study.visits.items():
        if visit.repeats:
            yield events[name], "", ""

    # A project with a single event has no name for it in this list.
    has_events = longitudinal(study)
    for table in study.tables.values():
        if table.group is None:
            continue

        for name in visits_of(study, table.form):
            if repeats_at(study, table.group, name):
                event = events[name] if has_events else ""
                yield event, table.name, ""
