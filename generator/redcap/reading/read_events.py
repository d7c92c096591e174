"""Events, the forms of each, and what repeats: from REDCap's three lists, or from the
logic alone.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.redcap.event_names import CLASSIC
from generator.redcap.losses import CellLoss
from generator.redcap.names import plain_name, slug, unused
from generator.redcap.reading.columns import plain_header
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow, read_sheet
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.events import Event, EventFiles, Events

VISIT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)

_NAMED = re.compile(
    r"(?:\[\s*|\[event-name\]\s*(?:=|!=|<>)\s*['\"])"
    r"([a-z0-9_]+_arm_(\d+)[a-z]?)\s*['\"\]]"
)
_ARM = re.compile(r"_arm_(\d+)[a-z]?$")
_ARM_NUMBER = re.compile("[0-9]{1,4}")
_DAYS = re.compile(r"-?[0-9]{1,5}")

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


def read_events(items: Sequence[Item], files: EventFiles) -> Events:
    """The events of a project; never raises for what the files say."""
    return _EventReader(items=items, files=files).read()


@dataclass(kw_only=True)
class _EventReader:
    """``given`` becomes False where no list says which events there are."""

    items: Sequence[Item]
    files: EventFiles
    given: bool = True
    findings: list[Finding] = field(default_factory=list)
    losses: list[CellLoss] = field(default_factory=list)

    def read(self) -> Events:
        events = _with_visits(self._events())
        repeating_forms, repeating_events = self._repeating(events)

        events = tuple(
            replace(event, repeats=event.name in repeating_events) for event in events
        )
        for event in events:
            if event.visit != event.name:
                why = f"is {event.visit} here"
                self._lose(
                    "name",
                    event.name,
                    "unique_event_name",
                    event.name,
                    why,
                    harmless=True,
                )

        at_events = self._designated(events)
        once = _once(repeating_forms, at_events, repeating_events)
        self._list_repeats(once, repeating_forms)

        return Events(
            events=events,
            forms=at_events,
            repeating=frozenset(repeating_forms),
            given=self.given,
            longitudinal=len(events) > 1 or self.given,
            findings=tuple(self.findings),
            losses=tuple(self.losses),
            once=once,
        )

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """REDCap's instruments, in their order."""
        return tuple(dict.fromkeys(item.form for item in self.items))

    # Findings and losses

    def _lose(
        self,
        kind: str,
        name: str,
        column: str,
        original: str,
        why: str,
        *,
        harmless: bool = False,
    ) -> None:
        self.losses.append(
            CellLoss(
                kind=kind,
                row=0,
                field=name,
                column=column,
                original=original,
                why=why,
                harmless=harmless,
            )
        )

    def _find(self, code: str, sheet: CsvSheet, row: SheetRow, column: str) -> None:
        """A finding at a cell of a list."""
        place = sheet.place(row.number, column)
        self.findings.append(finding(code, text=place, value=row[column].strip()))

    def _sheet(
        self,
        file: tuple[str, bytes],
        columns: Mapping[str, str],
        needed: Sequence[str],
    ) -> CsvSheet:
        name, content = file
        sheet = read_sheet(
            name, content, lambda header: columns.get(plain_header(header)), needed
        )
        self.findings += sheet.findings

        return sheet

    # Which events there are

    def _events(self) -> tuple[Event, ...]:
        """The events of their list, of the list of forms, or of the logic."""
        return self._listed_events() or self._events_of_forms() or self._named_events()

    def _listed_events(self) -> tuple[Event, ...]:
        if self.files.events is None:
            return ()

        sheet = self._sheet(self.files.events, _EVENT_COLUMNS, ("title",))
        events: dict[str, Event] = {}
        for row in sheet.rows:
            if row["unique"].strip() in events:
                self._find("redcap-event-twice", sheet, row, "unique")
                continue

            event = _event(row, events)
            events[event.name] = event
            self._list_unused_cells(row, event, sheet)

        return tuple(events.values())

    def _events_of_forms(self) -> tuple[Event, ...]:
        if self.files.forms is None:
            return ()

        # An event has a row for each of its forms.
        names = {row["event"].strip(): None for row in self._form_sheet.rows}
        names.pop("", None)

        return tuple(map(_named, names))

    def _named_events(self) -> tuple[Event, ...]:
        """Every event that the logic or a text names: there may be others."""
        self.given = False
        names: dict[str, None] = {}
        for item in self.items:
            names |= dict.fromkeys(match[1] for match in _NAMED.finditer(_logic(item)))

        if not names:
            return (Event(name=CLASSIC, visit=CLASSIC, title="Event 1"),)

        if list(names) != [CLASSIC]:
            why = (
                "no list of events was given, so the visits are those named in the "
                "logic, with every form at each"
            )
            self._lose("events", "*", "", ", ".join(names), why)

        return tuple(_named(name) for name in names)

    def _list_unused_cells(self, row: SheetRow, event: Event, sheet: CsvSheet) -> None:
        """Cells of an event that mean nothing here."""
        label = row["label"]
        if label.strip():
            why = "an event has one title for all subjects"
            self._lose("event-label", event.name, "custom_event_label", label, why)

        for column in ("day", "before", "after"):
            cell = row[column]
            if cell.strip() and _days(cell) is None:
                header = sheet.headers[sheet.places[column] - 1]
                why = "not a whole number of days"
                self._lose("timing", event.name, header, cell, why)

        for header, cell in row.extra.items():
            why = "not a column of REDCap's list of events"
            self._lose("extra-column", event.name, header, cell, why)

    # What repeats

    def _repeating(
        self, events: tuple[Event, ...]
    ) -> tuple[dict[str, set[str]], set[str]]:
        """Forms that repeat, each with the events where it does (none: at all), and
        events that repeat as a whole: those without a form.
        """
        repeating_forms: dict[str, set[str]] = {}
        repeating_events: set[str] = set()
        if self.files.repeating is None:
            return repeating_forms, repeating_events

        sheet = self._sheet(self.files.repeating, _REPEAT_COLUMNS, ())
        names = {event.name for event in events}
        for row in sheet.rows:
            event = row["event"].strip()
            form = row["form"].strip()

            # A row without a form is about the event as a whole.
            if not form:
                if event in names:
                    repeating_events.add(event)
                else:
                    self._find("redcap-unknown-event", sheet, row, "event")

                continue

            if form not in self.forms:
                self._find("redcap-unknown-form", sheet, row, "form")
                continue

            at_events = repeating_forms.setdefault(form, set())
            if event:
                at_events.add(event)

            self._list_form_label(form, row["label"])

        return repeating_forms, repeating_events

    def _list_form_label(self, form: str, label: str) -> None:
        if label.strip():
            why = "the title of a row is its number and its first answers"
            self._lose("form-label", form, "custom_form_label", label, why)

    def _list_repeats(
        self,
        once: Mapping[str, tuple[str, ...]],
        repeating: Mapping[str, set[str]],
    ) -> None:
        """What a form with rows cannot say of the instances that REDCap has."""
        for form, events in once.items():
            why = (
                "the form repeats at every event here, and records are exported as "
                "they came"
            )
            self._lose("repeats", form, "form_name", ", ".join(events), why)

        for form in repeating:
            original = "the status of each instance"
            why = "a form with rows has one status: that of the least complete instance"
            self._lose("instance-state", form, "form_name", original, why)

    # The forms of each event

    @cached_property
    def _form_sheet(self) -> CsvSheet:
        assert self.files.forms is not None
        return self._sheet(self.files.forms, _FORM_COLUMNS, ("event", "form"))

    def _designated(self, events: tuple[Event, ...]) -> dict[str, tuple[str, ...]]:
        """The events of each form: all of them where no list says which."""
        names = tuple(event.name for event in events)
        if self.files.forms is None:
            return dict.fromkeys(self.forms, names)

        sheet = self._form_sheet
        marked: dict[str, set[str]] = {form: set() for form in self.forms}
        for row in sheet.rows:
            event = row["event"].strip()
            form = row["form"].strip()
            if form not in marked:
                self._find("redcap-unknown-form", sheet, row, "form")
            elif event not in names:
                self._find("redcap-unknown-event", sheet, row, "event")
            else:
                marked[form].add(event)

        # The list may name the events in any order.
        designated: dict[str, tuple[str, ...]] = {}
        for form, at_events in marked.items():
            designated[form] = tuple(name for name in names if name in at_events)

        return designated


def _logic(item: Item) -> str:
    """Everything of a field that may name an event."""
    texts = [item.branching]
    if item.type == "calc":
        texts.append(item.choices)

    texts += [item.annotation, item.label, item.note, item.section]
    texts += [item.minimum, item.maximum]
    return " ".join(texts)


def _event(row: SheetRow, known: Container[str]) -> Event:
    """The event of a row. One without a unique name gets one as REDCap makes it."""
    title = row["title"].strip()
    arm = 1
    if _ARM_NUMBER.fullmatch(row["arm"].strip()):
        arm = int(row["arm"])

    unique = row["unique"].strip()
    if not unique:
        unique = unused(f"{slug(title) or 'event'}_arm_{arm}", known)

    in_name = _ARM.search(unique)

    return Event(
        name=unique,
        visit=unique,
        title=title or unique,
        arm=int(in_name[1]) if in_name else arm,
        day=_days(row["day"]),
        before=abs(_days(row["before"]) or 0),
        after=abs(_days(row["after"]) or 0),
    )


def _days(text: str) -> int | None:
    if not _DAYS.fullmatch(text.strip()):
        return None

    return int(text)


def _named(name: str) -> Event:
    """An event of which only the unique name is known."""
    title, arm = name, 1
    match = _ARM.search(name)
    if match:
        title = name[: match.start()]
        arm = int(match[1])

    title = title.replace("_", " ")
    title = title[:1].upper() + title[1:]
    return Event(name=name, visit=name, title=title or name, arm=arm)


def _with_visits(events: Sequence[Event]) -> tuple[Event, ...]:
    """Every event with the name of its visit: many begin with a digit, which no name of
    ours does.
    """
    taken: set[str] = {event.name for event in events}
    named = []
    for event in events:
        visit = event.name
        if not VISIT_NAME.fullmatch(visit):
            visit = plain_name(visit, taken, letter="v")

        taken.add(visit)
        named.append(replace(event, visit=visit))

    return tuple(named)


def _once(
    repeating: Mapping[str, set[str]],
    at_events: Mapping[str, tuple[str, ...]],
    repeating_events: Container[str],
) -> dict[str, tuple[str, ...]]:
    """The events at which a repeating form does not repeat, and that do not repeat as a
    whole.
    """
    once: dict[str, tuple[str, ...]] = {}
    for form, events in repeating.items():
        # A form without events repeats at all of them.
        if not events:
            continue

        others = tuple(
            event
            for event in at_events.get(form, ())
            if event not in events and event not in repeating_events
        )
        if others:
            once[form] = others

    return once
