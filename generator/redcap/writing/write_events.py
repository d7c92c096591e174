"""REDCap's three lists of a study: its events, the forms of each, and what repeats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Visit, VisitType
from generator.redcap.event_names import (
    UNIQUE,
    event_names,
    log_visit,
    longitudinal,
    repeats_at,
)
from generator.redcap.losses import Loss

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
    losses: list[Loss] = field(default_factory=list)


def write_events(study: Study) -> EventLists:
    """The lists of a study. What they cannot say of its visits is listed."""
    lists = EventLists()
    names = event_names(study)
    if longitudinal(study):
        rows = [
            _event(visit, names[visit.name], lists) for visit in study.visits.values()
        ]
        lists.files["events"] = _csv(_EVENTS, rows)
        lists.files["forms"] = _csv(
            ("arm_num", "unique_event_name", "form"), _designated(study, lists)
        )

    repeating = list(_repeating(study))
    if repeating:
        lists.files["repeating"] = _csv(
            ("event_name", "form_name", "custom_form_label"), repeating
        )

    if study.day_zero:
        fields = ", ".join(study.day_zero)
        _say(
            lists,
            "day-zero",
            "*",
            fields,
            "REDCap's calendar asks for the day from which days count",
        )

    return lists


def _say(lists: EventLists, kind: str, name: str, original: str, why: str) -> None:
    lists.losses.append(
        Loss(kind=kind, row=0, field=name, column="", original=original, why=why)
    )


def _event(visit: Visit, name: str, lists: EventLists) -> tuple[str, ...]:
    match = UNIQUE.fullmatch(name)
    day, before, after = _timing(visit, lists)
    if visit.type is VisitType.TERMINATION or (
        visit.type is VisitType.UNSCHEDULED and not visit.repeats
    ):
        _say(
            lists,
            "visit-type",
            visit.name,
            visit.type.value,
            "REDCap's events are all alike",
        )

    return visit.title, match[1] if match else "1", day, before, after, name, ""


def _timing(visit: Visit, lists: EventLists) -> tuple[str, str, str]:
    target, window = visit.target, visit.window
    if target is None or target.unit != "day":
        if target is not None or window is not None:
            text = (
                f"{target.unit} {target.count}" if target else "a window without a day"
            )
            _say(
                lists,
                "timing",
                visit.name,
                text,
                "REDCap's events have a day, and days around it",
            )

        return "", "", ""

    if window is None:
        return str(target.count), "0", "0"
    first, last = window.first, window.last
    if not window.around:
        first, last = first - target.count, last - target.count
    if first > 0 or last < 0:
        _say(
            lists,
            "timing",
            visit.name,
            f"{first} to {last}",
            "the window does not hold the day itself",
        )

    return str(target.count), str(max(-first, 0)), str(max(last, 0))


def _designated(study: Study, lists: EventLists) -> Iterator[tuple[str, ...]]:
    """The instruments of each event: a form's own, and one for each of its repeating
    groups.
    """
    names = event_names(study)
    for visit, name in names.items():
        match = UNIQUE.fullmatch(name)
        for form in study.forms.values():
            expectation = study.expectations.get((form.name, visit))
            log = form.log and visit == log_visit(study)
            if expectation is None and not log:
                continue
            if log:
                _say(
                    lists,
                    "log",
                    form.name,
                    "log: true",
                    f"a form without a visit is placed at {name}",
                )
            elif (
                expectation is not None
                and expectation.expectation is not Expectation.REQUIRED
            ):
                why = "the forms of REDCap's events are not conditional or optional"
                _say(
                    lists,
                    "expectation",
                    form.name,
                    f"{expectation.expectation.value} at {visit}",
                    why,
                )

            for table in study.tables.values():
                if table.form is form:
                    yield match[1] if match else "1", name, table.name


def _repeating(study: Study) -> Iterator[tuple[str, ...]]:
    names = event_names(study)
    for visit in study.visits.values():
        if visit.repeats:
            yield names[visit.name], "", ""

    for table in study.tables.values():
        if table.group is None:
            continue
        visits = [
            visit for visit in names if (table.form.name, visit) in study.expectations
        ]
        for index in [log_visit(study)] if table.form.log else visits:
            if index and repeats_at(study, table.group, index):
                yield names[index] if longitudinal(study) else "", table.name, ""


def _csv(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", errors="surrogatepass")
