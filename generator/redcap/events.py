"""Events, the forms of each, and what repeats: from REDCap's three lists, or from the logic alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms_spec.catalogue import finding
from forms_spec.findings import Finding
from generator.redcap.items import Item
from generator.redcap.losses import Loss
from generator.redcap.names import slug
from generator.redcap.sheet import Row, Sheet, read_sheet

CLASSIC = "event_1_arm_1"
"""What REDCap itself calls the only event of a project without events."""

_NAMED = re.compile(r"\[\s*([a-z0-9_]+_arm_(\d+)[a-z]?)\s*\]")
_ARM = re.compile(r"_arm_(\d+)[a-z]?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event; ``day`` with the days before and after it where the project has a schedule."""

    name: str
    title: str
    arm: int = 1
    day: int | None = None
    before: int = 0
    after: int = 0
    repeats: bool = False


@dataclass(frozen=True, kw_only=True)
class Events:
    """The events in order, the events of each form (names of REDCap), and the forms that repeat.

    ``given`` is False where they are only what the logic names.
    """

    events: tuple[Event, ...]
    forms: Mapping[str, tuple[str, ...]]
    repeating: frozenset[str]
    given: bool
    longitudinal: bool
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class EventFiles:
    """The three lists as files: their name and their bytes."""

    events: tuple[str, bytes] | None = None
    forms: tuple[str, bytes] | None = None
    repeating: tuple[str, bytes] | None = None


_EVENT_COLUMNS = {
    "unique_event_name": "unique",
    "event_name": "title",
    "arm_num": "arm",
    "arm": "arm",
    "day_offset": "day",
    "offset_min": "before",
    "offset_max": "after",
    "custom_event_label": "label",
}
_FORM_COLUMNS = {
    "arm_num": "arm",
    "arm": "arm",
    "unique_event_name": "event",
    "event_name": "event",
    "form": "form",
    "form_name": "form",
}
_REPEAT_COLUMNS = {
    "event_name": "event",
    "unique_event_name": "event",
    "form_name": "form",
    "form": "form",
    "custom_form_label": "label",
}


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def read_events(items: Sequence[Item], files: EventFiles) -> Events:
    """The events of a project; never raises for what the files say."""
    forms = tuple(dict.fromkeys(item.form for item in items))
    found: list[Finding] = []
    events, given = _events(items, files, found)
    repeating_forms, repeating_events = _repeating(files, forms, events, found)
    events = tuple(replace(one, repeats=one.name in repeating_events) for one in events)
    return Events(
        events=events,
        forms=_designated(files, forms, events, found),
        repeating=repeating_forms,
        given=given,
        longitudinal=len(events) > 1 or given,
        findings=tuple(found),
        losses=_inferred(events, given),
    )


def _sheet(
    given: tuple[str, bytes], columns: Mapping[str, str], needed: Sequence[str], found: list[Finding]
) -> Sheet:
    sheet = read_sheet(given[0], given[1], lambda header: columns.get(_plain(header)), needed)
    found += sheet.findings
    return sheet


def _events(items: Sequence[Item], files: EventFiles, found: list[Finding]) -> tuple[tuple[Event, ...], bool]:
    if files.events is not None:
        sheet = _sheet(files.events, _EVENT_COLUMNS, ("title",), found)
        made = {event.name: event for event in (_event(row) for row in sheet.rows)}
        if made:
            return tuple(made.values()), True
    if files.forms is not None:
        sheet = _sheet(files.forms, _FORM_COLUMNS, ("event", "form"), found)
        names = dict.fromkeys(row["event"].strip() for row in sheet.rows if row["event"].strip())
        if names:
            return tuple(_named(name) for name in names), True
    said = " ".join(
        f"{item.branching} {item.choices if item.type == 'calc' else ''} {item.annotation}" for item in items
    )
    names = dict.fromkeys(match[1] for match in _NAMED.finditer(said))
    if names:
        return tuple(_named(name) for name in names), False
    return (Event(name=CLASSIC, title="Event 1"),), False


def _event(row: Row) -> Event:
    title = row["title"].strip()
    arm = int(row["arm"]) if row["arm"].strip().isdecimal() else 1
    unique = row["unique"].strip() or f"{slug(title) or 'event'}_arm_{arm}"
    return Event(
        name=unique,
        title=title or unique,
        arm=int(match[1]) if (match := _ARM.search(unique)) else arm,
        day=_days(row["day"]),
        before=abs(_days(row["before"]) or 0),
        after=abs(_days(row["after"]) or 0),
    )


def _days(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,5}", text.strip()) else None


def _named(name: str) -> Event:
    """An event of which only the unique name is known."""
    match = _ARM.search(name)
    title = name[: match.start()] if match else name
    arm = int(match[1]) if match else 1
    words = title.replace("_", " ")
    return Event(name=name, title=words[:1].upper() + words[1:] or name, arm=arm)


def _repeating(
    files: EventFiles, forms: tuple[str, ...], events: tuple[Event, ...], found: list[Finding]
) -> tuple[frozenset[str], frozenset[str]]:
    """Forms that repeat, and events that repeat as a whole: those without a form."""
    if files.repeating is None:
        return frozenset(), frozenset()
    sheet = _sheet(files.repeating, _REPEAT_COLUMNS, (), found)
    names = {event.name for event in events}
    repeating_forms, repeating_events = set(), set()
    for row in sheet.rows:
        event, form = row["event"].strip(), row["form"].strip()
        if form and form not in forms:
            found.append(finding("redcap-unknown-form", text=sheet.place(row.number, "form"), value=form))
        elif form:
            repeating_forms.add(form)
        elif event in names:
            repeating_events.add(event)
        else:
            found.append(finding("redcap-unknown-event", text=sheet.place(row.number, "event"), value=event))
    return frozenset(repeating_forms), frozenset(repeating_events)


def _designated(
    files: EventFiles, forms: tuple[str, ...], events: tuple[Event, ...], found: list[Finding]
) -> dict[str, tuple[str, ...]]:
    """The events of each form: all of them where no list says which."""
    names = tuple(event.name for event in events)
    if files.forms is None:
        return dict.fromkeys(forms, names)
    sheet = _sheet(files.forms, _FORM_COLUMNS, ("event", "form"), [])
    at: dict[str, list[str]] = {form: [] for form in forms}
    for row in sheet.rows:
        event, form = row["event"].strip(), row["form"].strip()
        if form not in at:
            found.append(finding("redcap-unknown-form", text=sheet.place(row.number, "form"), value=form))
        elif event not in names:
            found.append(finding("redcap-unknown-event", text=sheet.place(row.number, "event"), value=event))
        else:
            at[form].append(event)
    return {form: tuple(name for name in names if name in held) for form, held in at.items()}


def _inferred(events: tuple[Event, ...], given: bool) -> tuple[Loss, ...]:
    if given or [event.name for event in events] == [CLASSIC]:
        return ()
    names = ", ".join(event.name for event in events)
    why = "no list of events was given: the visits are those that the logic names, every form at each"
    return (Loss(kind="events", row=0, field="*", column="", original=names, why=why),)
