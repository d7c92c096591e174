"""The log of events: what anybody did, in one order, each line chained to the one before.

A line is one JSON object in the canonical form of RFC 8785. It carries its number and
the SHA-256 of the line before, so a line that is changed, taken out, put in or moved
no longer fits the next one, and the hash of the newest line, the head, stands for the
whole log. Lines hold hashes of answers, never answers: what identifies a person can be
redacted without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import ORIGIN, SIGN, Database
from webapp.storage.prepared import PreparedQuery, PreparedStatement
from webapp.storage.tables import app_user, event

CHUNK: Final = 1000
SIGNED_EVERY: Final = 1000
"""After so many events at most the log is signed again, if the database has a key."""

Detail = str | int | bool | None | Sequence["Detail"] | Mapping[str, "Detail"]
"""What the details of an event are made of: JSON without fractions."""


class EventKind(Enum):
    """What happened. The values stand in logs that were written: they never change."""

    LOG_BEGUN = "log-begun"
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_REOPENED = "account-reopened"
    ACCOUNT_LOCKED = "account-locked"
    ACCOUNT_UNLOCKED = "account-unlocked"
    ROLE_CHANGED = "role-changed"
    SITES_CHANGED = "sites-changed"
    EMAIL_CHANGED = "email-changed"
    PASSWORD_CHANGED = "password-changed"
    PASSWORD_RESET = "password-reset"
    CODE_REQUIRED = "code-required"
    CODE_OPTIONAL = "code-optional"
    SECOND_FACTOR_ADDED = "second-factor-added"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    DICTIONARY_ADDED = "dictionary-added"
    DICTIONARY_USED = "dictionary-used"
    DICTIONARY_KEPT = "dictionary-kept"
    DICTIONARY_RELEASED = "dictionary-released"
    SUBJECT_ADDED = "subject-added"
    FORM_SAVED = "form-saved"
    FILE_ADDED = "file-added"
    IMPORT_BEGUN = "import-begun"
    EXPORTED = "exported"
    PRINTED = "printed"
    CLOCK_ACCEPTED = "clock-accepted"
    QUERY_OPENED = "query-opened"
    QUERY_ANSWERED = "query-answered"
    QUERY_CLOSED = "query-closed"
    QUERY_REOPENED = "query-reopened"
    QUERY_CANCELLED = "query-cancelled"
    QUERY_COMMENTED = "query-commented"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SIGNED = "signed"
    SIGNATURE_BROKEN = "signature-broken"
    VOIDED = "voided"
    VOID_TAKEN_BACK = "void-taken-back"
    VERIFIED = "verified"
    VERIFICATION_WITHDRAWN = "verification-withdrawn"
    VERIFICATION_LOST = "verification-lost"
    ALERT_SEEN = "alert-seen"
    ALERT_MAILED = "alert-mailed"
    ALERT_NOT_MAILED = "alert-not-mailed"
    SEEN = "seen"
    SECOND_ENTRY_SAVED = "second-entry-saved"
    FIRST_ENTRY_READ = "first-entry-read"
    SECOND_ENTRY_DISCARDED = "second-entry-discarded"
    ENTRIES_AGREED = "entries-agreed"
    ENTRIES_ADJUDICATED = "entries-adjudicated"
    RANDOMIZATION_LIST_LOADED = "randomization-list-loaded"
    RANDOMIZED = "randomized"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    GUARDS_ACCEPTED = "guards-accepted"
    TEXT_REDACTED = "text-redacted"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventPlace:
    """What an event is about, as far as it is about one subject."""

    subject: str = ""
    visit: str = ""
    form: str = ""
    unsno: int = 0

    def as_details(self) -> dict[str, Detail]:
        """The parts that say something: a form of no visit has no visit."""
        texts = {"subject": self.subject, "visit": self.visit, "form": self.form}
        parts: dict[str, Detail] = {name: text for name, text in texts.items() if text}
        if self.unsno:
            parts["unsno"] = self.unsno

        return parts


NOWHERE: Final = EventPlace()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """An event to be logged. ``username`` is the account that acted; blank when none
    did, as with a command.
    """

    kind: EventKind
    username: str = ""
    place: EventPlace = NOWHERE
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedEvent:
    """An event as it stands in the log. ``name``, ``role`` and ``sites`` are the
    person's at that time, ``origin`` says from where it was done; ``line`` is the exact
    text.
    """

    number: int
    at: datetime
    kind: EventKind
    username: str
    name: str
    role: str
    origin: str
    place: EventPlace
    details: Mapping[str, Any]
    line: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LogHead:
    """The newest line's number and SHA-256 (hex). Before the first: 0 and blank."""

    number: int
    sha256: str


NO_LINE: Final = LogHead(number=0, sha256="")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogState:
    """The newest line of the log, and who is about to add to it, by account: name, role
    and sites, as far as the account exists.
    """

    head: LogHead
    people: Mapping[str, Mapping[str, Detail]]


def append_events(
    connection: Connection, now: datetime, events: Iterable[NewEvent]
) -> None:
    """Logs events in the transaction that does what they tell of."""
    new = list(events)
    if not new:
        return

    log = _find_log_state(connection, {item.username for item in new if item.username})
    head = append_to(connection, log, now, new)
    sign_when_due(connection, log, head, now)


def append_to(
    connection: Connection, log: LogState, now: datetime, events: Iterable[NewEvent]
) -> LogHead:
    """The same where the state of the log was just read: reads nothing, does not sign,
    and gives the newest line.
    """
    new = list(events)
    head = log.head
    if head == NO_LINE and new[0].kind is not EventKind.LOG_BEGUN:
        new.insert(0, NewEvent(kind=EventKind.LOG_BEGUN, details={"format": 1}))

    origin = str(connection.get_execution_options().get(ORIGIN, ""))
    rows = []
    for item in new:
        row = _row(item, now, before=head, origin=origin, people=log.people)
        head = LogHead(number=row["number"], sha256=line_hash(row["line"]))
        rows.append(row)

    ADD_EVENT.run_each(connection, rows)
    return head


def sign_when_due(
    connection: Connection, log: LogState, head: LogHead, now: datetime
) -> None:
    """Has the log signed when enough was added to a former state of it."""
    sign = connection.get_execution_options().get(SIGN)
    if sign and log.head.number // SIGNED_EVERY < head.number // SIGNED_EVERY:
        sign(connection, head, now)


def log_head(connection: Connection) -> LogHead:
    """The newest line of the log, in a transaction under way."""
    row = connection.execute(NEWEST_LINE).first()
    return LogHead(number=row.number, sha256=line_hash(row.line)) if row else NO_LINE


NEWEST_LINE = (
    select(event.c.number, event.c.line).order_by(event.c.number.desc()).limit(1)
)


def head_before(connection: Connection, without: Collection[str]) -> LogHead:
    """The newest line of a kind that is not among some, in a transaction under way."""
    query = NEWEST_LINE.where(event.c.kind.not_in(sorted(without)))
    row = connection.execute(query).first()
    return LogHead(number=row.number, sha256=line_hash(row.line)) if row else NO_LINE


def line_hash(line: str) -> str:
    """SHA-256 of a line's bytes without its line end, in hex."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def log_lines(connection: Connection) -> Iterator[str]:
    """Every line from the first on, in a transaction under way."""
    query = select(event.c.line).order_by(event.c.number)
    streamed = connection.execute(query, execution_options={"yield_per": CHUNK})
    yield from streamed.scalars()


def find_events(
    database: Database,
    *,
    subject: str = "",
    username: str = "",
    kinds: Collection[EventKind] = (),
    before: int | None = None,
    most: int = 100,
) -> tuple[LoggedEvent, ...]:
    """Events, the newest first: of a subject, by an account, of some kinds; those
    before a number, so that a list can be turned page by page.
    """
    query = select(event.c.line).order_by(event.c.number.desc()).limit(most)
    if subject:
        query = query.where(event.c.subjid == subject)
    if username:
        query = query.where(event.c.username == username)
    if kinds:
        query = query.where(event.c.kind.in_([kind.value for kind in kinds]))
    if before is not None:
        query = query.where(event.c.number < before)

    with database.read() as connection:
        return tuple(event_of(line) for line in connection.execute(query).scalars())


def event_of(line: str) -> LoggedEvent:
    """The event that a line tells of; ``ValueError`` for a line that is none."""
    content = json.loads(line)
    by, place = content.get("by", {}), content.get("place", {})
    return LoggedEvent(
        number=content["number"],
        at=datetime.fromisoformat(content["at"]),
        kind=EventKind(content["kind"]),
        username=by.get("username", ""),
        name=by.get("name", ""),
        role=by.get("role", ""),
        origin=content.get("from", ""),
        place=EventPlace(
            subject=place.get("subject", ""),
            visit=place.get("visit", ""),
            form=place.get("form", ""),
            unsno=place.get("unsno", 0),
        ),
        details=content.get("details", {}),
        line=line,
        sites=tuple(by.get("sites", ())),
    )


def write_event(database: Database, new: NewEvent) -> None:
    """Logs an event that changes nothing else."""
    with database.write() as connection:
        append_events(connection, database.clock(), [new])


def _find_log_state(connection: Connection, usernames: set[str]) -> LogState:
    """By one query where one person acts, as nearly always."""
    row = None
    if len(usernames) == 1:
        (username,) = usernames
        row = FIND_LOG_STATE.first(connection, {"username": username})
    if row is None:
        return LogState(
            head=log_head(connection), people=_people(connection, usernames)
        )

    return log_state(row)


def log_state(row: Any) -> LogState:
    """The state of the log from a row of a query that reads ``LOG_STATE``."""
    head, people = NO_LINE, {}
    if row.log_number is not None:
        head = LogHead(number=row.log_number, sha256=line_hash(row.log_line))
    if row.username is not None:
        people = {row.username: _person(row.name, row.role, row.sites)}
    return LogState(head=head, people=people)


def _people(
    connection: Connection, usernames: set[str]
) -> dict[str, dict[str, Detail]]:
    """Name and role of some accounts as they are now, and their sites where they have
    not all.
    """
    names = {"usernames": sorted(usernames)}
    rows = connection.execute(PEOPLE, names) if usernames else ()
    return {row.username: _person(row.name, row.role, row.sites) for row in rows}


def _person(name: str, role: str, sites: object) -> dict[str, Detail]:
    person: dict[str, Detail] = {"name": name, "role": role}
    if isinstance(sites, list):
        person["sites"] = sites
    return person


PERSON = (app_user.c.username, app_user.c.name, app_user.c.role, app_user.c.sites)
PEOPLE = select(*PERSON).where(
    app_user.c.username.in_(bindparam("usernames", expanding=True))
)
LINE = NEWEST_LINE.subquery("line")
LOG_STATE = (
    LINE.c.number.label("log_number"),
    LINE.c.line.label("log_line"),
    *PERSON,
)
FIND_LOG_STATE = PreparedQuery(
    select(*LOG_STATE).select_from(
        LINE.outerjoin(app_user, app_user.c.username == bindparam("username"))
    )
)
ADD_EVENT = PreparedStatement(insert(event))


def _row(
    item: NewEvent,
    now: datetime,
    *,
    before: LogHead,
    origin: str,
    people: Mapping[str, Mapping[str, Detail]],
) -> dict[str, Any]:
    """The row of an event: its line, and the columns by which it is looked for."""
    number = before.number + 1
    content: dict[str, Detail] = {
        "at": utc_text(now),
        "before": before.sha256,
        "kind": item.kind.value,
        "number": number,
    }
    if origin:
        content["from"] = origin
    if item.username:
        nobody = {"name": "", "role": ""}
        content["by"] = {
            "username": item.username,
            **people.get(item.username, nobody),
        }
    if item.place != NOWHERE:
        content["place"] = item.place.as_details()
    if item.details:
        content["details"] = item.details

    return {
        "number": number,
        "at": now,
        "kind": item.kind.value,
        "username": item.username,
        "subjid": item.place.subject,
        "visit": item.place.visit,
        "form": item.place.form,
        "unsno": item.place.unsno,
        "line": canonical_json(content),
    }


def utc_text(moment: datetime) -> str:
    """An instant with microseconds, as ``2026-03-04T09:00:00.000000Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z"
