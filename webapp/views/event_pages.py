"""What was done: to a subject, by an account, in the whole study."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import LOG
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import local
from generator.spreadsheet_cells import BOM, harmless
from webapp.presentation.event_filter import EventFilter, event_filter
from webapp.presentation.event_words import GROUPS, event_facts, event_title
from webapp.presentation.form_address import form_address
from webapp.presentation.past_dictionaries import past_study
from webapp.presentation.people import Actor, actor_of
from webapp.presentation.typed_numbers import typed_number
from webapp.security.access import READ, REVIEW, allow
from webapp.services import Services, own_sites, services, subject_or_404
from webapp.storage import (
    EventKind,
    EventSearch,
    LoggedEvent,
    NewEvent,
    get_user,
    iterate_events,
    list_users,
    reasons_of,
    search_events,
    write_event,
)

bp = Blueprint("events", __name__)
ON_A_PAGE: Final = 100
CHUNK: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownEvent:
    """An event in words. ``address`` is where the one who reads may see more of it."""

    event: LoggedEvent
    actor: Actor
    title: str
    facts: str
    form: str
    visit: str
    reason: str
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventList:
    """Whose history it is: its address, its heading, and what is looked for."""

    address: str
    heading: str
    subject: str = ""
    username: str = ""

    def search(self, asked: EventFilter) -> EventSearch:
        found = asked.search(
            subject=self.subject, username=self.username, sites=own_sites()
        )
        return replace(found, sight=services().database.sight)


@bp.get("/history")
@allow(REVIEW)
def show_study_history() -> ResponseReturnValue:
    """Everything that the log of events tells."""
    return _page(_of_study())


@bp.get("/history.csv")
@allow(REVIEW)
def export_study_history() -> Response:
    return _csv(_of_study())


@bp.get("/accounts/<username>/history")
@allow(REVIEW)
def show_account_history(username: str) -> ResponseReturnValue:
    """What a person did, and what was done to the account."""
    return _page(_of_account(username))


@bp.get("/accounts/<username>/history.csv")
@allow(REVIEW)
def export_account_history(username: str) -> Response:
    return _csv(_of_account(username))


@bp.get("/subjects/<subjid>/history")
@allow(READ)
def show_subject_history(subjid: str) -> ResponseReturnValue:
    """Everything that was done about a subject, by anybody."""
    return _page(_of_subject(subjid))


@bp.get("/subjects/<subjid>/history.csv")
@allow(READ)
def export_subject_history(subjid: str) -> Response:
    return _csv(_of_subject(subjid))


def _of_study() -> EventList:
    return EventList(address="/history", heading="History of the study")


def _of_account(username: str) -> EventList:
    user = get_user(services().database, username)
    if user is None:
        abort(404, f"There is no account {username}.")
    return EventList(
        address=f"/accounts/{quote(username, safe='')}/history",
        heading=f"History of {user.name} ({username}), {user.role}",
        username=username,
    )


def _of_subject(subjid: str) -> EventList:
    subject = subject_or_404(subjid)
    return EventList(
        address=f"/subjects/{quote(subjid, safe='')}/history",
        heading=f"History of {subject.subjid}",
        subject=subject.subjid,
    )


def _page(listed: EventList) -> str:
    app, asked = services(), event_filter(request.args)
    events: tuple[LoggedEvent, ...] = ()
    if not asked.faults:
        events = search_events(
            app.database, listed.search(asked), before=_before(), most=ON_A_PAGE + 1
        )
    page = events[:ON_A_PAGE]
    with app.database.read() as connection:
        sight = app.database.sight
        reasons = reasons_of(connection, page, sight) if _may_read() else {}

    return render_template(
        "events.html",
        listed=listed,
        place=subject_or_404(listed.subject) if listed.subject else None,
        asked=asked,
        events=[_shown(event, reasons) for event in page],
        older=page[-1].number if len(events) > ON_A_PAGE else None,
        is_first=_before() is None,
        groups=GROUPS,
        titles={kind: event_title(kind) for kind in EventKind},
        people=list_users(app.database) if current_user.has_one_of(REVIEW) else (),
    )


def _before() -> int | None:
    return typed_number(request.args.get("before", ""), digits=15)


def _may_read() -> bool:
    """Whether the person works with the answers of subjects: reasons may tell some."""
    return bool(current_user.may_read)


def _shown(event: LoggedEvent, reasons: Mapping[int, str]) -> ShownEvent:
    place = event.place
    # A form and a visit are called what the dictionary of that time called them.
    study = past_study(str(event.details.get("dictionary", ""))) or services().study
    form, visit = study.forms.get(place.form), study.visits.get(place.visit)
    visit_title = visit.title if visit else place.visit
    if place.visit == LOG:
        visit_title = "Log"
    address = ""
    if place.form and _may_read():
        address = form_address(place.subject, place.visit, place.unsno, place.form)
        if event.kind is EventKind.FORM_SAVED:
            address += f"/history#v{event.details['version']}"

    return ShownEvent(
        event=event,
        actor=actor_of(event),
        title=event_title(event.kind),
        facts=event_facts(event),
        form=form.title if form else place.form,
        visit=f"{visit_title} {place.unsno}" if place.unsno else visit_title,
        reason=reasons.get(event.number, ""),
        address=address,
    )


COLUMNS: Final = (
    *("number", "time_utc", "time_study", "zone", "kind", "event", "details"),
    *("username", "name", "role", "sites", "origin"),
    *("subject", "visit", "unsno", "form", "dictionary", "reason"),
)


def _csv(listed: EventList) -> Response:
    """The whole list as it is filtered, the newest first. That it was taken is an event
    too.
    """
    app, asked = services(), event_filter(request.args)
    if asked.faults:
        abort(400, " ".join(asked.faults.values()))
    exported = NewEvent(
        kind=EventKind.EXPORTED,
        username=current_user.user.username,
        details={"list": listed.heading, "filter": asked.query()},
    )
    write_event(app.database, exported)
    # Written while it is sent: by then the request and what it knows are gone.
    rows = _rows(app, listed.search(asked), with_reasons=_may_read())
    response = Response(_lines(rows), content_type="text/csv; charset=utf-8")
    name = listed.address.strip("/").replace("/", "-")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")

    return response


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """RFC 4180; no cell is a formula to a spreadsheet."""
    yield BOM + _line(COLUMNS)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(harmless(cell) for cell in row)
    return text.getvalue()


def _rows(
    app: Services, wanted: EventSearch, *, with_reasons: bool
) -> Iterator[Sequence[str]]:
    with app.database.read() as connection:
        events = iterate_events(connection, wanted)
        while chunk := tuple(islice(events, CHUNK)):
            sight = app.database.sight
            reasons = reasons_of(connection, chunk, sight) if with_reasons else {}
            for event in chunk:
                yield _row(event, app.study, reasons.get(event.number, ""))


def _row(event: LoggedEvent, study: Study, reason: str) -> Sequence[str]:
    actor, place = actor_of(event), event.place
    return (
        str(event.number),
        event.at.isoformat().replace("+00:00", "Z"),
        local(study, event.at).isoformat(),
        study.timezone,
        event.kind.value,
        event_title(event.kind),
        event_facts(event),
        *(actor.username, actor.name, actor.role, " ".join(actor.sites)),
        actor.origin,
        place.subject,
        place.visit,
        str(place.unsno or ""),
        place.form,
        str(event.details.get("dictionary", "")),
        reason,
    )
