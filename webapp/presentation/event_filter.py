"""What somebody asks of a list of events, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from forms_spec.entry.dates import DateReader
from forms_spec.schedule.study_clock import in_working_hours, midnight
from generator.pages.answer_text import day_words
from webapp.presentation.event_words import GROUPS
from webapp.services import services
from webapp.storage import EventKind, EventSearch


@dataclass(frozen=True, kw_only=True, slots=True)
class EventFilter:
    """The boxes of the filter, as they were filled in. ``faults`` says by box what
    could not be understood.
    """

    kind: str = ""
    person: str = ""
    subject: str = ""
    first: str = ""
    last: str = ""
    odd_hours: bool = False
    faults: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        return not self.query()

    def query(self, **more: object) -> str:
        """The filter as the end of an address, without its question mark."""
        boxes = {
            "kind": self.kind,
            "person": self.person,
            "subject": self.subject,
            "first": self.first,
            "last": self.last,
            "odd": "1" if self.odd_hours else "",
            **more,
        }
        filled = {name: text for name, text in boxes.items() if text}
        return urlencode(filled)

    def search(
        self,
        *,
        subject: str = "",
        username: str = "",
        sites: frozenset[str] | None = None,
    ) -> EventSearch:
        """What is looked for on the page of a subject, of an account, or of the study."""
        study = services().study
        first, last = _day(self.first), _day(self.last)
        since = midnight(study, first) if first else None
        # The last day belongs to the search until it is over.
        until = midnight(study, last + timedelta(days=1)) if last else None

        def is_odd(moment: datetime) -> bool:
            return not in_working_hours(study, moment)

        return EventSearch(
            kinds=_kinds(self.kind),
            username=username or self.person,
            subject=subject or self.subject,
            since=since,
            until=until,
            is_wanted=is_odd if self.odd_hours else None,
            sites=sites,
        )


def event_filter(asked: Mapping[str, str]) -> EventFilter:
    """Reads the boxes of an address; a day is shown again as the study writes it."""
    boxes = {name: asked.get(name, "").strip() for name in BOXES}
    faults = {}
    for name in ("first", "last"):
        text = boxes[name]
        day = _day(text)
        if day is not None:
            boxes[name] = day_words(day)
        elif text:
            faults[name] = (
                f"“{text}” is not a day. Write it like 15-Apr-2024, or t-7 for a "
                "week ago."
            )

    if boxes["kind"] and not _kinds(boxes["kind"]):
        faults["kind"] = f"There is no kind of event “{boxes['kind']}”. Choose another."

    return EventFilter(odd_hours=asked.get("odd") == "1", faults=faults, **boxes)


BOXES = ("kind", "person", "subject", "first", "last")


YEARS = range(1900, 2200)
"""Days that can be turned into instants of any zone."""


def _kinds(text: str) -> tuple[EventKind, ...]:
    """One kind by its value, or all of a group by its name."""
    one_kind = tuple(kind for kind in EventKind if kind.value == text)
    return one_kind or GROUPS.get(text, ())


def _day(text: str) -> date | None:
    if not text:
        return None

    app = services()
    reader = DateReader(today=app.today(), order=app.study.date_order)
    try:
        day = date.fromisoformat(reader.day(text) or "")
    except ValueError:
        return None

    return day if day.year in YEARS else None
