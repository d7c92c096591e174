"""What an event tells should be in a table, and what a row says is there: the same
claim, if the row is as the event left it.

Claims are compared by their hashes, so that a log of a million events fits in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from webapp.storage.double_entries import ENTRY_ACT_KINDS
from webapp.storage.events import EventKind
from webapp.storage.redaction_events import RedactedRows, redaction_in
from webapp.storage.tables import plain

Content = Mapping[str, Any]
Cell = str | int | None

ACCOUNT_PARTS: Final = (
    *("name", "role", "password", "sites", "state"),
    *("code_required", "second_factor"),
)
"""What events tell of an account; ``password`` is the SHA-256 of its hash, and
``second_factor`` that of its sealed secret.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A row of a table: its key, what is in it, and what people call it."""

    table: str
    key: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    what: str

    @property
    def digest(self) -> bytes:
        """Stands for the claim."""
        content = [self.table, *_plain(self.key), *_plain(self.cells)]
        return sha256(json.dumps(content).encode()).digest()[:16]


def _plain(cells: tuple[Cell, ...]) -> Iterator[Cell]:
    """The cells as every database can hold them."""
    for cell in cells:
        yield plain(cell) if isinstance(cell, str) else cell


def claim_of_version(
    place: tuple[str, str, str, int], number: int, cells: tuple[Cell, ...]
) -> Claim:
    """A version of a form. ``place`` is subject, form, visit and its number; ``cells``
    are status, who, dictionary, seal, when, and the import.
    """
    return Claim(
        table="form_version",
        key=(*place, number),
        cells=cells,
        what=f"version {number} of {place_words(*place)}",
    )


def place_words(subject: str, form: str, visit: str, unsno: int) -> str:
    """A form in words, such as ``vs at SCR of subject 01-001``."""
    number = f" ({unsno})" if unsno else ""
    where = f" at {visit}{number}" if visit else ""
    return f"{form}{where} of subject {subject}"


def claim_of_subject(subject: str, *cells: Cell) -> Claim:
    """A subject; ``cells`` are its site, who entered it, and when."""
    return Claim(
        table="subject", key=(subject,), cells=cells, what=f"subject {subject}"
    )


def claim_of_file(digest: str, *cells: Cell) -> Claim:
    """An uploaded file; ``cells`` are its size, who uploaded it, and when."""
    what = f"uploaded file {digest[:16]}"
    return Claim(table="attachment", key=(digest,), cells=cells, what=what)


def claim_of_import(number: int, *cells: Cell) -> Claim:
    """An import; ``cells`` are who ran it, what was imported, and when."""
    what = f"import {number}"
    return Claim(table="import_run", key=(number,), cells=cells, what=what)


def claim_of_dictionary(digest: str) -> Claim:
    """A dictionary, whose text stands under its own hash."""
    what = f"dictionary {digest[:12]}"
    return Claim(table="dictionary", key=(digest,), cells=(), what=what)


def claim_of_use(number: int, digest: str, since: str) -> Claim:
    """The use of a dictionary, counted from the beginning of the log."""
    return Claim(
        table="dictionary_use",
        key=(number,),
        cells=(digest, since),
        what=f"use of the dictionary {digest[:12]} since {since}",
    )


def claim_of_clock(number: int, *cells: Cell) -> Claim:
    """A clock that was accepted; ``cells`` are the newest save, and what it said."""
    what = f"acceptance of a clock {number}"
    return Claim(table="clock_step", key=(number,), cells=cells, what=what)


def claim_of_entry(query: int, number: int, *cells: Cell) -> Claim:
    """An entry of a query; ``cells`` are what was done, by whom or by which rule, the
    hash of its text, to whom it was assigned, the number of its event, and when.
    """
    what = f"entry {number} of query {query}"
    return Claim(table="query_entry", key=(query, number), cells=cells, what=what)


def claim_of_lock(number: int, *cells: Cell) -> Claim:
    """An act of freezing, locking or opening; ``cells`` are its place, the state that
    it left, who, when, the hash of the reason, and the number of its event.
    """
    what = f"lock {number}"
    return Claim(table="lock_act", key=(number,), cells=cells, what=what)


def claim_of_signature(number: int, *cells: Cell) -> Claim:
    """A signature; ``cells`` are its place, its meaning, who and when, how many forms,
    its digest, and the number of its event.
    """
    what = f"signature {number}"
    return Claim(table="signature", key=(number,), cells=cells, what=what)


def claim_of_break(number: int, *cells: Cell) -> Claim:
    """The break of a signature; ``cells`` are the form and version that broke it, who
    and when, and the number of its event.
    """
    what = f"break of signature {number}"
    return Claim(table="signature_break", key=(number,), cells=cells, what=what)


def claim_of_void(number: int, *cells: Cell) -> Claim:
    """An act of voiding or of taking that back, with the cells of a lock."""
    what = f"voiding {number}"
    return Claim(table="void_act", key=(number,), cells=cells, what=what)


def claim_of_mark(number: int, *cells: Cell) -> Claim:
    """A mark of source verification; ``cells`` are its place and field, what was done,
    the version, who and when, and the number of its event.
    """
    what = f"verification {number}"
    return Claim(table="verification", key=(number,), cells=cells, what=what)


def claim_of_look(number: int, *cells: Cell) -> Claim:
    """A look; ``cells`` are the form and the version that was seen, who and when, and
    the number of its event.
    """
    what = f"look {number}"
    return Claim(table="look", key=(number,), cells=cells, what=what)


def claim_of_second(
    place: tuple[str, str, str, int], number: int, cells: tuple[Cell, ...]
) -> Claim:
    """A version of a second entry, with the cells of a version of a form."""
    return Claim(
        table="second_entry",
        key=(*place, number),
        cells=cells,
        what=f"second entry {number} of {place_words(*place)}",
    )


def claim_of_entry_act(number: int, *cells: Cell) -> Claim:
    """An act between two entries; ``cells`` are its place, what was done, the two that
    were compared and the result, who and when, the hashes of the reason and of the
    choices, and the number of its event.
    """
    what = f"double entry act {number}"
    return Claim(table="double_entry_act", key=(number,), cells=cells, what=what)


def claim_of_list(number: int, *cells: Cell) -> Claim:
    """A randomization list; ``cells`` are how many entries it has, what stands for them,
    when it was loaded, and the number of its event.
    """
    what = f"randomization list {number}"
    return Claim(table="randomization_list", key=(number,), cells=cells, what=what)


def claim_of_randomization(number: int, *cells: Cell) -> Claim:
    """An allocation; ``cells`` are its place, the entry and the version that it gave,
    who and when, and the number of its event.
    """
    what = f"randomization {number}"
    return Claim(table="randomization", key=(number,), cells=cells, what=what)


@dataclass(kw_only=True)
class LogClaims:
    """What a log tells of the tables, event by event.

    ``numbers`` has the number of the event by claim, for each table; ``accounts`` the
    newest of what was told of each; ``standing`` the sums of what was there before;
    ``redacted`` the rows from which text was taken out.
    """

    numbers: dict[str, dict[bytes, int]] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    standing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    begun_at: str = ""
    redacted: RedactedRows = field(default_factory=RedactedRows)
    _counts: dict[str, int] = field(default_factory=dict)
    _ordinals: dict[int, int] = field(default_factory=dict)

    def take(self, number: int, content: Content) -> None:
        """The next event. ``KeyError`` or ``TypeError`` where it tells nothing that
        crfsmith writes.
        """
        details = content.get("details", {})
        if content["kind"] == EventKind.LOG_BEGUN.value:
            self.standing = details.get("standing", {})
            self.begun_at = content["at"]
        if "account" in details:
            self._take_account(number, content["kind"], details)
        if content["kind"] == EventKind.TEXT_REDACTED.value:
            self.redacted.take(redaction_in(content))
        if content["kind"] in COUNTED:
            count = self._counts.get(content["kind"], 0) + 1
            self._counts[content["kind"]] = self._ordinals[number] = count
        for claim in self.claims(number, content):
            # The first event is named, where several tell the same.
            self.numbers.setdefault(claim.table, {}).setdefault(claim.digest, number)

    def claims(self, number: int, content: Content) -> Iterator[Claim]:
        """The rows that an event tells of, once it was taken."""
        tell = TELL.get(content["kind"])
        return tell(content, self._ordinals.get(number, 0)) if tell else iter(())

    def _take_account(self, number: int, kind: str, details: Content) -> None:
        account = self.accounts.setdefault(details["account"], {})
        if kind == EventKind.ACCOUNT_ADDED.value:
            account["added"] = number
        parts = {part: details[part] for part in ACCOUNT_PARTS if part in details}
        if kind in STATES:
            parts["state"] = STATES[kind]
        if parts:
            account.update(parts, number=number)


def _by(content: Content) -> str:
    return str(content.get("by", {}).get("username", ""))


def _tell_version(content: Content, _: int) -> Iterator[Claim]:
    place, details = content["place"], content["details"]
    form = (
        place["subject"], place["form"], place.get("visit", ""), place.get("unsno", 0)
    )  # fmt: skip
    # A version that came with an import was saved elsewhere, and before.
    saved = details.get("saved", content["at"])
    cells = (
        details["status"], _by(content), details["dictionary"], details["seal"],
        saved, details.get("import"),
    )  # fmt: skip
    yield claim_of_version(form, details["version"], cells)


def _tell_second(content: Content, _: int) -> Iterator[Claim]:
    place, details = content["place"], content["details"]
    form = (
        place["subject"], place["form"], place.get("visit", ""), place.get("unsno", 0)
    )  # fmt: skip
    # One that came with an import was saved elsewhere, and before.
    cells = (
        details["status"], _by(content), details["dictionary"], details["seal"],
        details.get("saved", content["at"]),
    )  # fmt: skip
    yield claim_of_second(form, details["version"], cells)


def _tell_entry_act(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content["place"]
    yield claim_of_entry_act(
        details["double_act"],
        place["subject"],
        place.get("visit", ""),
        place.get("unsno", 0),
        place["form"],
        ENTRY_ACTS[content["kind"]],
        details["first_version"],
        details["second_version"],
        details.get("version", 0),
        _by(content),
        details.get("acted", content["at"]),
        details["text"],
        details["choices"],
        content["number"],
    )


def _tell_subject(content: Content, _: int) -> Iterator[Claim]:
    details = content["details"]
    subject = content["place"]["subject"]
    yield claim_of_subject(subject, details["site"], _by(content), details["added"])


def _tell_file(content: Content, _: int) -> Iterator[Claim]:
    details = content["details"]
    yield claim_of_file(details["sha256"], details["size"], _by(content), content["at"])


def _tell_import(content: Content, _: int) -> Iterator[Claim]:
    details = content["details"]
    yield claim_of_import(
        details["import"], details["operator"], details["source"], content["at"]
    )


def _tell_dictionary(content: Content, _: int) -> Iterator[Claim]:
    yield claim_of_dictionary(content["details"]["dictionary"])


def _tell_use(content: Content, number: int) -> Iterator[Claim]:
    details = content["details"]
    yield claim_of_dictionary(details["dictionary"])
    since = details.get("since", content["at"])
    yield claim_of_use(number, details["dictionary"], since)


def _tell_clock(content: Content, number: int) -> Iterator[Claim]:
    yield claim_of_clock(number, content["details"]["newest_save"], content["at"])


def _tell_entry(content: Content, _: int) -> Iterator[Claim]:
    details = content["details"]
    yield claim_of_entry(
        details["query"],
        details["entry"],
        content["kind"].removeprefix("query-"),
        _by(content),
        details.get("rule", ""),
        details["text"],
        details.get("assigned_role", ""),
        details.get("assigned_to", ""),
        content["number"],
        _acted(content),
    )


def _acted(content: Content) -> Cell:
    """When something was done: what came with an import was done elsewhere, and
    before.
    """
    when: Cell = content["details"].get("acted", content["at"])
    return when


def _tell_lock(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content.get("place", {})
    claim = claim_of_void if content["kind"] in VOIDS else claim_of_lock
    yield claim(
        details["act"],
        place.get("subject", ""),
        place.get("visit", ""),
        place.get("unsno", 0),
        place.get("form", ""),
        (LOCKS | VOIDS)[content["kind"]],
        _by(content),
        _acted(content),
        details["text"],
        content["number"],
    )


def _tell_signature(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content["place"]
    yield claim_of_signature(
        details["signature"],
        place["subject"],
        place.get("visit", ""),
        place.get("unsno", 0),
        place.get("form", ""),
        details["meaning"],
        _by(content),
        _acted(content),
        details["forms"],
        details["digest"],
        content["number"],
    )


def _tell_break(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content["place"]
    yield claim_of_break(
        details["signature"],
        place.get("visit", ""),
        place.get("unsno", 0),
        place["form"],
        details["version"],
        _by(content),
        _acted(content),
        content["number"],
    )


def _tell_marks(content: Content, _: int) -> Iterator[Claim]:
    """A row for each field that the event names, or one for the form as a whole."""
    details, place = content["details"], content["place"]
    fields = details["fields"] or [""]
    for number, cell in enumerate(fields, start=details["mark"]):
        yield claim_of_mark(
            number,
            place["subject"],
            place.get("visit", ""),
            place.get("unsno", 0),
            place["form"],
            cell,
            content["kind"].removeprefix("verification-"),
            details["version"],
            _by(content),
            _acted(content),
            content["number"],
        )


def _tell_look(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content["place"]
    yield claim_of_look(
        details["look"],
        place["subject"],
        place.get("visit", ""),
        place.get("unsno", 0),
        place["form"],
        details["version"],
        _by(content),
        _acted(content),
        content["number"],
    )


def _tell_list(content: Content, _: int) -> Iterator[Claim]:
    details = content["details"]
    yield claim_of_list(
        details["list"],
        details["entries"],
        details["digest"],
        content["at"],
        content["number"],
    )


def _tell_randomization(content: Content, _: int) -> Iterator[Claim]:
    details, place = content["details"], content["place"]
    yield claim_of_randomization(
        details["randomization"],
        place["subject"],
        place.get("visit", ""),
        place.get("unsno", 0),
        place["form"],
        details["entry"],
        details["version"],
        _by(content),
        # One that was carried over says when it happened.
        details.get("saved", content["at"]),
        content["number"],
    )


LOCKS: Final = MappingProxyType(
    {
        EventKind.FROZEN.value: "frozen",
        EventKind.UNFROZEN.value: "open",
        EventKind.LOCKED.value: "locked",
        EventKind.UNLOCKED.value: "open",
    }
)
"""By kind of event: the state that it left."""
VOIDS: Final = MappingProxyType(
    {EventKind.VOIDED.value: "voided", EventKind.VOID_TAKEN_BACK.value: "open"}
)

ENTRY_ACTS: Final = MappingProxyType(
    {kind.value: act.value for act, kind in ENTRY_ACT_KINDS.items()}
)
"""By kind of event: what was done between two entries."""

TELL: Final[Mapping[str, Callable[[Content, int], Iterator[Claim]]]] = MappingProxyType(
    {
        EventKind.FORM_SAVED.value: _tell_version,
        EventKind.SUBJECT_ADDED.value: _tell_subject,
        EventKind.FILE_ADDED.value: _tell_file,
        EventKind.IMPORT_BEGUN.value: _tell_import,
        EventKind.DICTIONARY_ADDED.value: _tell_dictionary,
        EventKind.DICTIONARY_USED.value: _tell_use,
        EventKind.CLOCK_ACCEPTED.value: _tell_clock,
        EventKind.QUERY_OPENED.value: _tell_entry,
        EventKind.QUERY_ANSWERED.value: _tell_entry,
        EventKind.QUERY_CLOSED.value: _tell_entry,
        EventKind.QUERY_REOPENED.value: _tell_entry,
        EventKind.QUERY_CANCELLED.value: _tell_entry,
        EventKind.QUERY_COMMENTED.value: _tell_entry,
        **dict.fromkeys(LOCKS, _tell_lock),
        EventKind.VERIFIED.value: _tell_marks,
        EventKind.VERIFICATION_WITHDRAWN.value: _tell_marks,
        EventKind.VERIFICATION_LOST.value: _tell_marks,
        EventKind.SEEN.value: _tell_look,
        EventKind.SECOND_ENTRY_SAVED.value: _tell_second,
        **dict.fromkeys(ENTRY_ACTS, _tell_entry_act),
        EventKind.SIGNED.value: _tell_signature,
        EventKind.SIGNATURE_BROKEN.value: _tell_break,
        **dict.fromkeys(VOIDS, _tell_lock),
        EventKind.RANDOMIZATION_LIST_LOADED.value: _tell_list,
        EventKind.RANDOMIZED.value: _tell_randomization,
    }
)
"""By kind of event; other kinds change no table that is compared."""
STATES: Final = MappingProxyType(
    {
        EventKind.ACCOUNT_CLOSED.value: "closed",
        EventKind.ACCOUNT_REOPENED.value: "open",
    }
)
"""What some events say of an account by happening."""
COUNTED: Final = frozenset(
    {EventKind.DICTIONARY_USED.value, EventKind.CLOCK_ACCEPTED.value}
)
"""Kinds whose rows have no key of their own, but an order."""
