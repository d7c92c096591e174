"""Events, the forms of each, and what repeats: from REDCap's three lists, or from the
logic alone.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.redcap.event_names import CLASSIC
from generator.redcap.losses import Loss
from generator.redcap.names import plain_name, slug, unused
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow, read_sheet
from generator.redcap.reading.dictionary_rows import Item

_NAMED = re.compile(r"\[\s*([a-z0-9_]+_arm_(\d+)[a-z]?)\s*\]")
VISIT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_ARM = re.compile(r"_arm_(\d+)[a-z]?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event; ``day`` with the days before and after it where the project has a
    schedule.

    ``name`` is its unique name in REDCap, ``visit`` that of its visit here.
    """

    name: str
    visit: str
    title: str
    arm: int = 1
    day: int | None = None
    before: int = 0
    after: int = 0
    repeats: bool = False


@dataclass(frozen=True, kw_only=True)
class Events:
    """The events in order, the events of each form (names of REDCap), and the forms
    that repeat.

    ``once`` are the events at which a repeating form does not repeat. ``given`` is
    False where they are only what the logic names.
    """

    events: tuple[Event, ...]
    forms: Mapping[str, tuple[str, ...]]
    repeating: frozenset[str]
    given: bool
    longitudinal: bool
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = field(default=())
    once: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    findings: list[Finding] = []
    losses: list[Loss] = []
    events, given = _events(items, files, findings, losses)
    repeating_forms, repeating_events = _repeating(
        files, forms, events, findings, losses
    )
    events = tuple(
        replace(event, repeats=event.name in repeating_events)
        for event in _with_visits(events)
    )
    losses += (
        _loss(
            "name",
            event.name,
            "unique_event_name",
            event.name,
            f"is {event.visit} here",
            harmless=True,
        )
        for event in events
        if event.visit != event.name
    )
    designated = _designated(files, forms, events, findings)
    once = _once(repeating_forms, designated, repeating_events)

    return Events(
        events=events,
        forms=designated,
        repeating=frozenset(repeating_forms),
        given=given,
        longitudinal=len(events) > 1 or given,
        findings=tuple(findings),
        losses=(
            *_inferred(events, given),
            *losses,
            *_sometimes(once),
            *_states(repeating_forms),
        ),
        once=once,
    )


def _loss(
    kind: str,
    name: str,
    column: str,
    original: str,
    why: str,
    *,
    harmless: bool = False,
) -> Loss:
    return Loss(
        kind=kind,
        row=0,
        field=name,
        column=column,
        original=original,
        why=why,
        harmless=harmless,
    )


def _with_visits(events: Sequence[Event]) -> tuple[Event, ...]:
    """Every event with the name of its visit: many begin with a digit, which no name of
    ours does.
    """
    taken: set[str] = {event.name for event in events}
    results = []
    for event in events:
        name = (
            event.name
            if VISIT_NAME.fullmatch(event.name)
            else plain_name(event.name, taken, letter="v")
        )
        taken.add(name)
        results.append(replace(event, visit=name))

    return tuple(results)


def _once(
    repeating: Mapping[str, set[str]],
    designated: Mapping[str, tuple[str, ...]],
    repeating_events: Container[str],
) -> dict[str, tuple[str, ...]]:
    """The events at which a repeating form does not repeat, and that do not repeat as a
    whole.
    """
    results = {
        form: tuple(
            event
            for event in designated.get(form, ())
            if events and event not in events and event not in repeating_events
        )
        for form, events in repeating.items()
    }
    return {form: events for form, events in results.items() if events}


def _sometimes(once: Mapping[str, tuple[str, ...]]) -> Iterator[Loss]:
    """Forms that repeat at some of their events only: here they do at all."""
    for form, events in once.items():
        why = (
            "the form repeats at every event here, and records are exported as they "
            "came"
        )
        yield _loss("repeats", form, "form_name", ", ".join(events), why)


def _states(repeating: Iterable[str]) -> Iterator[Loss]:
    """Instances of REDCap have a state each; a form of ours with rows has one for all
    of them.
    """
    for form in repeating:
        why = "a form with rows has one state: that of the least finished instance"
        yield _loss(
            "instance-state", form, "form_name", "the state of each instance", why
        )


def _sheet(
    given: tuple[str, bytes],
    columns: Mapping[str, str],
    needed: Sequence[str],
    findings: list[Finding],
) -> CsvSheet:
    sheet = read_sheet(
        given[0], given[1], lambda header: columns.get(_plain(header)), needed
    )
    findings += sheet.findings
    return sheet


def _events(
    items: Sequence[Item],
    files: EventFiles,
    findings: list[Finding],
    losses: list[Loss],
) -> tuple[tuple[Event, ...], bool]:
    if files.events is not None:
        sheet = _sheet(files.events, _EVENT_COLUMNS, ("title",), findings)
        events: dict[str, Event] = {}
        for row in sheet.rows:
            event = _event(row, events)
            if event is None:
                name = row["unique"].strip()
                findings.append(
                    finding(
                        "redcap-event-twice",
                        text=sheet.place(row.number, "unique"),
                        value=name,
                    )
                )
                continue

            events[event.name] = event
            losses += _unheard(row, event, sheet)

        if events:
            return tuple(events.values()), True

    if files.forms is not None:
        sheet = _sheet(files.forms, _FORM_COLUMNS, ("event", "form"), findings)
        names = dict.fromkeys(
            row["event"].strip() for row in sheet.rows if row["event"].strip()
        )
        if names:
            return tuple(_named(name) for name in names), True

    text = " ".join(
        f"{item.branching} {item.choices if item.type == 'calc' else ''} "
        f"{item.annotation} {item.label} "
        f"{item.note} {item.section} {item.minimum} {item.maximum}"
        for item in items
    )
    names = dict.fromkeys(match[1] for match in _NAMED.finditer(text))
    if names:
        return tuple(_named(name) for name in names), False
    return (Event(name=CLASSIC, visit=CLASSIC, title="Event 1"),), False


def _unheard(row: SheetRow, event: Event, sheet: CsvSheet) -> Iterator[Loss]:
    """Cells of an event that mean nothing here."""
    if row["label"].strip():
        why = "an event has one title for all subjects"
        yield _loss("event-label", event.name, "custom_event_label", row["label"], why)

    for column in ("day", "before", "after"):
        if row[column].strip() and _days(row[column]) is None:
            header = sheet.headers[sheet.places[column] - 1]
            yield _loss(
                "timing", event.name, header, row[column], "no whole number of days"
            )

    for header, cell in row.extra.items():
        yield _loss(
            "extra-column", event.name, header, cell, "no column of REDCap's events"
        )


def _event(row: SheetRow, known: Container[str]) -> Event | None:
    """The event of a row; None where its unique name is taken."""
    title = row["title"].strip()
    arm = int(row["arm"]) if re.fullmatch("[0-9]{1,4}", row["arm"].strip()) else 1
    unique = row["unique"].strip()
    if unique in known:
        return None
    if not unique:
        unique = unused(f"{slug(title) or 'event'}_arm_{arm}", known)
    return Event(
        name=unique,
        visit=unique,
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

    return Event(
        name=name, visit=name, title=words[:1].upper() + words[1:] or name, arm=arm
    )


def _repeating(
    files: EventFiles,
    forms: tuple[str, ...],
    events: tuple[Event, ...],
    findings: list[Finding],
    losses: list[Loss],
) -> tuple[dict[str, set[str]], set[str]]:
    """Forms that repeat, each with the events where it does (none: at all), and events
    that repeat as a whole: those without a form.
    """
    repeating_forms: dict[str, set[str]] = {}
    repeating_events: set[str] = set()
    if files.repeating is None:
        return repeating_forms, repeating_events
    sheet = _sheet(files.repeating, _REPEAT_COLUMNS, (), findings)
    names = {event.name for event in events}

    for row in sheet.rows:
        event, form = row["event"].strip(), row["form"].strip()
        if form and form not in forms:
            findings.append(
                finding(
                    "redcap-unknown-form",
                    text=sheet.place(row.number, "form"),
                    value=form,
                )
            )
        elif form:
            repeating_forms.setdefault(form, set()).update([event] if event else [])
            if row["label"].strip():
                why = "a row has its number and its first answers as its title"
                losses.append(
                    _loss("form-label", form, "custom_form_label", row["label"], why)
                )
        elif event in names:
            repeating_events.add(event)
        else:
            findings.append(
                finding(
                    "redcap-unknown-event",
                    text=sheet.place(row.number, "event"),
                    value=event,
                )
            )

    return repeating_forms, repeating_events


def _designated(
    files: EventFiles,
    forms: tuple[str, ...],
    events: tuple[Event, ...],
    findings: list[Finding],
) -> dict[str, tuple[str, ...]]:
    """The events of each form: all of them where no list says which."""
    names = tuple(event.name for event in events)
    if files.forms is None:
        return dict.fromkeys(forms, names)
    sheet = _sheet(files.forms, _FORM_COLUMNS, ("event", "form"), [])
    texts: dict[str, list[str]] = {form: [] for form in forms}

    for row in sheet.rows:
        event, form = row["event"].strip(), row["form"].strip()
        if form not in texts:
            findings.append(
                finding(
                    "redcap-unknown-form",
                    text=sheet.place(row.number, "form"),
                    value=form,
                )
            )
        elif event not in names:
            findings.append(
                finding(
                    "redcap-unknown-event",
                    text=sheet.place(row.number, "event"),
                    value=event,
                )
            )
        else:
            texts[form].append(event)

    return {
        form: tuple(name for name in names if name in value)
        for form, value in texts.items()
    }


def _inferred(events: tuple[Event, ...], given: bool) -> tuple[Loss, ...]:
    if given or [event.name for event in events] == [CLASSIC]:
        return ()
    names = ", ".join(event.name for event in events)
    why = (
        "no list of events was given, so the visits are those named in the logic, "
        "with every form at each"
    )

    return (Loss(kind="events", row=0, field="*", column="", original=names, why=why),)
