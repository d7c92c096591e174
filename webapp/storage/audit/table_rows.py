"""The rows of each table as claims, to be compared with what the log tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, func, select

from forms_spec.loading.study_builder import dictionary_hash
from webapp.storage.audit.audit_findings import AuditFindings
from webapp.storage.audit.claims import (
    Claim,
    LogClaims,
    claim_of_break,
    claim_of_clock,
    claim_of_dictionary,
    claim_of_entry,
    claim_of_entry_act,
    claim_of_file,
    claim_of_import,
    claim_of_list,
    claim_of_lock,
    claim_of_look,
    claim_of_mark,
    claim_of_randomization,
    claim_of_second,
    claim_of_signature,
    claim_of_subject,
    claim_of_use,
    claim_of_version,
    claim_of_void,
    place_words,
)
from webapp.storage.double_entries import choices_hash
from webapp.storage.events import utc_text
from webapp.storage.forms import InstanceKey
from webapp.storage.history import SEALED, version_key
from webapp.storage.queries import text_hash
from webapp.storage.randomization_lists import digest_of_list
from webapp.storage.redaction_events import RowKey
from webapp.storage.seals import seal
from webapp.storage.second_entries import SEALED_SECOND, second_entry_key
from webapp.storage.signatures import signature_of
from webapp.storage.tables import (
    attachment,
    clock_step,
    dictionary,
    dictionary_use,
    double_entry_act,
    form_instance,
    form_version,
    import_run,
    lock_act,
    look,
    query_entry,
    randomization,
    randomization_list,
    second_entry,
    signature,
    signature_break,
    subject,
    verification,
    void_act,
)

CHUNK: Final = 500
HEAD: Final = ("status", "refused", "queries", "warnings", "saved_at", "saved_by")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimedRow:
    """A row, and what of it is summed up where no event tells of it."""

    claim: Claim
    summed: Sequence[Any] = ()


Rows = Iterator[ClaimedRow]


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    return iter(connection.execute(query, execution_options={"yield_per": CHUNK}))


def _dictionaries(
    connection: Connection, findings: AuditFindings, _: LogClaims
) -> Rows:
    for row in _stream(connection, select(dictionary)):
        if dictionary_hash(row.files) != row.hash:
            findings.add("dictionary-altered", value=row.hash[:12])
        yield ClaimedRow(claim=claim_of_dictionary(row.hash), summed=(row.hash,))


def _uses(connection: Connection, _: AuditFindings, told: LogClaims) -> Rows:
    standing = told.standing.get("dictionary_use", {}).get("rows", 0)
    # Uses have no key of their own; those before the log count down to nought.
    query = select(dictionary_use).order_by(dictionary_use.c.id)
    for number, row in enumerate(_stream(connection, query), start=1 - standing):
        claim = claim_of_use(number, row.dictionary_hash, utc_text(row.since))
        yield ClaimedRow(claim=claim, summed=(row.id, row.dictionary_hash, row.since))


def _subjects(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(subject)):
        cells = row.site, row.added_by, utc_text(row.added_at)
        summed = row.subjid, row.site, row.added_by, row.added_at
        yield ClaimedRow(claim=claim_of_subject(row.subjid, *cells), summed=summed)


def _files(connection: Connection, findings: AuditFindings, _: LogClaims) -> Rows:
    # A file may be large: one at a time in memory.
    one_by_one = {"yield_per": 1}
    for row in connection.execute(select(attachment), execution_options=one_by_one):
        if sha256(row.bytes).hexdigest() != row.sha256:
            findings.add("file-altered", value=row.sha256[:16])
        cells = len(row.bytes), row.added_by, utc_text(row.added_at)
        claim = claim_of_file(row.sha256, *cells)
        yield ClaimedRow(claim=claim, summed=(row.sha256,))


def _imports(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(import_run)):
        cells = row.operator, row.source, utc_text(row.began_at)
        summed = row.id, row.operator, row.source, row.began_at
        yield ClaimedRow(claim=claim_of_import(row.id, *cells), summed=summed)


def _clocks(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    query = select(clock_step).order_by(clock_step.c.id)
    for number, row in enumerate(_stream(connection, query), start=1):
        cells = utc_text(row.newest_save), utc_text(row.clock)
        yield ClaimedRow(claim=claim_of_clock(number, *cells))


def _entries(connection: Connection, _: AuditFindings, told: LogClaims) -> Rows:
    for row in _stream(connection, select(query_entry)):
        key = "query_entry", "", (row.query_id, row.number)
        cells = (
            row.action, row.username, row.rule, _hash_had(told, key, row.text),
            row.assigned_role, row.assigned_to, row.event_number,
            utc_text(row.acted_at),
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_entry(row.query_id, row.number, *cells))


def _hash_had(told: LogClaims, key: RowKey, text: str) -> str:
    """The hash that an event has of a text, also where some was taken out since."""
    actual = text_hash(text)
    return told.redacted.had(key, actual) or actual


def _locks(connection: Connection, _: AuditFindings, told: LogClaims) -> Rows:
    return _acts(connection, told, lock_act, claim_of_lock)


def _voids(connection: Connection, _: AuditFindings, told: LogClaims) -> Rows:
    return _acts(connection, told, void_act, claim_of_void)


def _acts(
    connection: Connection,
    told: LogClaims,
    table: Table,
    claim_of: Callable[..., Claim],
) -> Rows:
    for row in _stream(connection, select(table)):
        place = row.subjid, row.visit, row.unsno, row.form
        cells = (
            row.state, row.username, utc_text(row.acted_at),
            _hash_had(told, (table.name, "", (row.id,)), row.reason),
            row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of(row.id, *place, *cells))


def _signatures(connection: Connection, findings: AuditFindings, _: LogClaims) -> Rows:
    for row in _stream(connection, select(signature)):
        stored = signature_of(row._mapping)
        if stored.fresh_digest() != stored.digest:
            findings.add("signature-altered", what=f"signature {row.id}")
        place = row.subjid, row.visit, row.unsno, row.form
        cells = (
            row.meaning, row.username, utc_text(row.signed_at), len(stored.forms),
            row.digest, row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_signature(row.id, *place, *cells))


def _breaks(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(signature_break)):
        cells = (
            row.visit, row.unsno, row.form, row.version, row.username,
            utc_text(row.broken_at), row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_break(row.signature_id, *cells))


def _marks(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(verification)):
        place = row.subjid, row.visit, row.unsno, row.form
        cells = (
            row.cell, row.act, row.version, row.username, utc_text(row.acted_at),
            row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_mark(row.id, *place, *cells))


def _looks(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(look)):
        place = row.subjid, row.visit, row.unsno, row.form
        cells = row.version, row.username, utc_text(row.looked_at), row.event_number
        yield ClaimedRow(claim=claim_of_look(row.id, *place, *cells))


def _lists(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    # What stands for the entries is worked out anew: none was changed or added.
    for row in _stream(connection, select(randomization_list)):
        digest = digest_of_list(connection, row.id, row.salt)
        cells = row.entries, digest, utc_text(row.loaded_at), row.event_number
        yield ClaimedRow(claim=claim_of_list(row.id, *cells))


def _randomizations(connection: Connection, _: AuditFindings, __: LogClaims) -> Rows:
    for row in _stream(connection, select(randomization)):
        place = row.subjid, row.visit, row.unsno, row.form
        cells = (
            row.entry_id, row.version, row.username, utc_text(row.acted_at),
            row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_randomization(row.id, *place, *cells))


def _entry_acts(connection: Connection, _: AuditFindings, told: LogClaims) -> Rows:
    for row in _stream(connection, select(double_entry_act)):
        place = row.subjid, row.visit, row.unsno, row.form
        cells = (
            row.act, row.first_version, row.second_number, row.version, row.username,
            utc_text(row.acted_at),
            _hash_had(told, (double_entry_act.name, "", (row.id,)), row.reason),
            choices_hash(row.choices), row.event_number,
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_entry_act(row.id, *place, *cells))


def _seconds(connection: Connection, findings: AuditFindings, told: LogClaims) -> Rows:
    """Second entries in order, each judged by its seal."""
    before: Row[Any] | None = None
    for row in _stream(connection, SECOND_ENTRIES):
        key = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
        if before is not None and before[:4] != row[:4]:
            before = None

        sealed = {name: getattr(row, name) for name in SEALED_SECOND}
        actual = seal(key, before.seal if before is not None else "", sealed)
        named = second_entry_key(key, row.number)
        what = f"second entry {row.number} of {place_words(*key)}"
        if row.seal not in (actual, told.redacted.had(named, actual)):
            findings.add("seal-broken", what=what)
        elif actual == row.seal and told.redacted.is_named(named):
            findings.add("redaction-undone", what=what)
        before = row
        cells = (
            row.status, row.saved_by, row.dictionary_hash, row.seal,
            utc_text(row.saved_at),
        )  # fmt: skip
        yield ClaimedRow(claim=claim_of_second(key, row.number, cells))


def _versions(connection: Connection, findings: AuditFindings, told: LogClaims) -> Rows:
    """Versions in order; each is judged by its seal, the newest by the form's head."""
    before: Row[Any] | None = None
    for row in _stream(connection, VERSIONS):
        key = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
        if before is not None and before.instance_id != row.instance_id:
            _check_head(findings, before)
            before = None

        what = f"version {row.number} of {place_words(*key)}"
        sealed = {name: getattr(row, name) for name in SEALED}
        actual = seal(key, before.seal if before is not None else "", sealed)
        named = version_key(key, row.number)
        if row.seal not in (actual, told.redacted.had(named, actual)):
            findings.add("seal-broken", what=what)
        elif actual == row.seal and told.redacted.is_named(named):
            findings.add("redaction-undone", what=what)
        before = row
        cells = (
            row.status, row.saved_by, row.dictionary_hash, row.seal,
            utc_text(row.saved_at), row.import_id,
        )  # fmt: skip
        yield ClaimedRow(
            claim=claim_of_version(key, row.number, cells),
            summed=(row.id, row.seal),
        )

    if before is not None:
        _check_head(findings, before)
    for row in connection.execute(WITHOUT_VERSION):
        what = place_words(row.subjid, row.form, row.visit, row.unsno)
        findings.add("form-head-wrong", what=what, value=row.version, newest=0)


def _check_head(findings: AuditFindings, newest: Row[Any]) -> None:
    """The form's head repeats its newest version."""
    same = all(
        getattr(newest, name) == getattr(newest, f"head_{name}") for name in HEAD
    )
    if newest.head_version != newest.number or not same:
        place = newest.subjid, newest.form, newest.visit, newest.unsno
        findings.add(
            "form-head-wrong",
            what=place_words(*place),
            value=newest.head_version,
            newest=newest.number,
        )


_PLACE = ("subjid", "form", "visit", "unsno")
VERSIONS = (
    select(
        *(form_instance.c[name] for name in _PLACE),
        *(form_instance.c[name].label(f"head_{name}") for name in (*HEAD, "version")),
        form_version,
    )
    .join(form_version, form_version.c.instance_id == form_instance.c.id)
    .order_by(form_version.c.instance_id, form_version.c.number)
)
SECOND_ENTRIES = select(
    *(second_entry.c[name] for name in _PLACE),
    *(second_entry.c[name] for name in (*SEALED_SECOND, "seal")),
).order_by(*(second_entry.c[name] for name in (*_PLACE, "number")))
WITHOUT_VERSION = (
    select(form_instance)
    .outerjoin(form_version, form_version.c.instance_id == form_instance.c.id)
    .where(func.coalesce(form_version.c.id, 0) == 0)
)

ROWS: Final[Mapping[str, Callable[[Connection, AuditFindings, LogClaims], Rows]]] = (
    MappingProxyType(
        {
            "dictionary": _dictionaries,
            "dictionary_use": _uses,
            "subject": _subjects,
            "form_version": _versions,
            "attachment": _files,
            "import_run": _imports,
            "clock_step": _clocks,
            "query_entry": _entries,
            "lock_act": _locks,
            "signature": _signatures,
            "verification": _marks,
            "look": _looks,
            "second_entry": _seconds,
            "double_entry_act": _entry_acts,
            "signature_break": _breaks,
            "void_act": _voids,
            "randomization_list": _lists,
            "randomization": _randomizations,
        }
    )
)
"""By table: its rows, given what the log tells."""
