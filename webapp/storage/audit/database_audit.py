"""The audit of a database: its log, its guards, and its tables against the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import DBAPIError

from forms_spec.findings.catalogue import finding
from webapp.storage.audit.audit_findings import AuditFinding, AuditFindings
from webapp.storage.audit.chain import ChainReport, verify_lines
from webapp.storage.audit.claims import ACCOUNT_PARTS, Claim, LogClaims
from webapp.storage.audit.table_rows import ROWS, ClaimedRow
from webapp.storage.database import Database
from webapp.storage.events import LogHead, line_hash, utc_text
from webapp.storage.guards import broken_guards
from webapp.storage.log_beginning import standing_sum
from webapp.storage.redaction_events import Redaction
from webapp.storage.signed_heads import SignedHead, signed_heads
from webapp.storage.tables import app_user, event, plain, second_factor

CHUNK: Final = 1000
ACCOUNTS: Final = select(
    app_user, second_factor.c.secret, second_factor.c.confirmed_at
).outerjoin(second_factor)
UNREADABLE: Final = (DBAPIError, ValueError, TypeError, AttributeError)
"""What a table raises that was taken away or that holds what nobody wrote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReport:
    """How many lines the log has, its head, how many heads of it were signed, the
    public keys that signed them, what is wrong, every text that was taken out, and when
    and by whom a head was stamped that was kept elsewhere.
    """

    lines: int
    head: LogHead
    signed: int
    keys: tuple[str, ...]
    findings: tuple[AuditFinding, ...]
    redactions: tuple[Redaction, ...] = ()
    stamped: str = ""


def audit_database(
    database: Database, *, kept: Sequence[SignedHead] = (), key: str = ""
) -> AuditReport:
    """Verifies everything in one state of the database.

    ``kept`` are heads that were kept elsewhere, ``key`` is the public key of this
    database, as far as it is known here.
    """
    with database.read() as connection:
        return audit_connection(connection, kept=kept, key=key)


def audit_connection(
    connection: Connection, *, kept: Sequence[SignedHead] = (), key: str = ""
) -> AuditReport:
    """The same, in a transaction under way."""
    return _Audit(connection=connection, key=key).report(kept)


@dataclass(kw_only=True)
class _Audit:
    """One audit under way."""

    connection: Connection
    key: str
    findings: AuditFindings = field(default_factory=AuditFindings)
    claims: LogClaims = field(default_factory=LogClaims)

    def report(self, kept: Sequence[SignedHead]) -> AuditReport:
        for item in broken_guards(self.connection):
            self.findings.note(item)

        # What was signed comes first: the chain is held against it on the way.
        heads = self._signed_heads()
        if not (*heads, *kept):
            self.findings.add("head-unsigned")
        trusted = check_heads((*heads, *kept), self.findings, key=self.key)
        chain = self._chain(trusted)
        for table in ROWS:
            with self._reading(table):
                self._compare(table)
        with self._reading("app_user"):
            self._compare_accounts()

        return AuditReport(
            lines=chain.lines,
            head=chain.head,
            signed=len(heads),
            keys=tuple(dict.fromkeys(item.key for item in heads)),
            findings=self.findings.listed(),
            redactions=chain.redactions,
        )

    def _reading(self, table: str) -> _Readable:
        return _Readable(self.connection, self.findings, table)

    def _signed_heads(self) -> tuple[SignedHead, ...]:
        with self._reading("signed_head"):
            return signed_heads(self.connection)
        return ()

    def _chain(self, signed: Mapping[int, str]) -> ChainReport:
        with self._reading("event"):
            query = select(event).order_by(event.c.number)
            options = {"yield_per": CHUNK}
            rows = self.connection.execute(query, execution_options=options)
            chain = verify_lines(self._lines(iter(rows)), signed)
            note_chain(chain, self.findings)
            return chain
        return verify_lines(())

    def _lines(self, rows: Iterator[Row[Any]]) -> Iterator[bytes]:
        """The lines on their way to the chain; what each tells is noted meanwhile."""
        for row in rows:
            try:
                content = json.loads(row.line)
                self._check_columns(row, content)
                self.claims.take(row.number, content)
            except (AttributeError, KeyError, TypeError, ValueError):
                # The chain says which line is none; of a rewritten one, this does.
                self._differs(row, "line", row.line)

            yield row.line.encode()

    def _check_columns(self, row: Row[Any], content: Mapping[str, Any]) -> None:
        place = content.get("place", {})
        expected = {
            "number": content["number"],
            "kind": content["kind"],
            "username": plain(content.get("by", {}).get("username", "")),
            "subjid": plain(place.get("subject", "")),
            "visit": place.get("visit", ""),
            "form": place.get("form", ""),
            "unsno": place.get("unsno", 0),
        }
        for column, value in expected.items():
            if getattr(row, column) != value:
                self._differs(row, column, getattr(row, column))
                return
        if utc_text(row.at) != content["at"]:
            self._differs(row, "at", utc_text(row.at))

    def _differs(self, row: Row[Any], column: str, value: object) -> None:
        self.findings.add(
            "event-columns", number=row.number, column=column, value=str(value)
        )

    def _compare(self, table: str) -> None:
        """The rows of a table with what the log tells of them."""
        standing = self.claims.standing.get(table, {})
        told_of = self.claims.numbers.get(table, {})
        others: dict[tuple[Any, ...], ClaimedRow] = {}
        rows = ROWS[table](self.connection, self.findings, self.claims)
        for row in rows:
            # What is left at the end has no row, or another.
            if told_of.pop(row.claim.digest, None) is None:
                others[row.claim.key] = row

        for number in sorted(told_of.values()):
            for claim in self._claims_again(number, table):
                self._without_row(number, claim, others)
        # Clocks that were accepted before the log began are summed up nowhere.
        if table == "clock_step" and self.claims.standing:
            return

        self._without_event(table, others, standing)

    def _claims_again(self, number: int, table: str) -> Iterator[Claim]:
        query = select(event.c.line).where(event.c.number == number)
        content = json.loads(self.connection.execute(query).scalar_one())
        for claim in self.claims.claims(number, content):
            if claim.table == table:
                yield claim

    def _without_row(
        self, number: int, claim: Claim, others: dict[tuple[Any, ...], ClaimedRow]
    ) -> None:
        """An event that no row is like: the row is gone, or another."""
        row = others.pop(claim.key, None)
        code = "event-without-row" if row is None else "row-differs-from-event"
        self.findings.add(code, claim.table, number=number, what=claim.what)

    def _without_event(
        self,
        table: str,
        others: Mapping[tuple[Any, ...], ClaimedRow],
        standing: Mapping[str, Any],
    ) -> None:
        """Rows that no event tells of: what was there before the log, and no more."""
        if standing:
            if standing_sum([row.summed for row in others.values()]) != standing:
                self.findings.add(
                    "standing-differs",
                    table,
                    table=table,
                    rows=len(others),
                    value=standing["rows"],
                )
            return

        for row in others.values():
            self.findings.add("row-without-event", table, what=row.claim.what)

    def _compare_accounts(self) -> None:
        """Accounts change by events: each is as the newest ones left it."""
        standing = self.claims.standing.get("app_user", {})
        before_log = []
        missing = dict(self.claims.accounts)
        changed = False
        for row in self.connection.execute(ACCOUNTS):
            username = row.username
            missing.pop(username, None)
            expected = self.claims.accounts.get(username, {})
            if "added" not in expected:
                before_log.append([username, row.name, row.role, row.password_hash])
                changed = changed or bool(expected)
            self._check_account(row, expected, standing=bool(standing))

        for username, expected in missing.items():
            number = expected.get("added", expected.get("number", 0))
            what = f"account {username}"
            self.findings.add("event-without-row", "app_user", number=number, what=what)
        # A password that was changed since is not known any more.
        if standing and not changed and standing_sum(before_log) != standing:
            self.findings.add(
                "standing-differs",
                "app_user",
                table=app_user.name,
                rows=len(before_log),
                value=standing["rows"],
            )

    def _check_account(
        self, row: Row[Any], expected: Mapping[str, Any], *, standing: bool
    ) -> None:
        what = f"account {row.username}"
        if "added" not in expected and not standing:
            self.findings.add("row-without-event", "app_user", what=what)
            return

        actual = {
            "name": row.name,
            "role": row.role,
            "password": line_hash(row.password_hash),
            "sites": row.sites,
            "state": row.state,
            "code_required": row.code_required,
            "second_factor": line_hash(row.secret) if row.confirmed_at else "",
        }
        for part in ACCOUNT_PARTS:
            wanted = expected.get(part, actual[part])
            wanted = plain(wanted) if isinstance(wanted, str) else wanted
            # One finding for an account, however much of it was changed.
            if wanted != actual[part]:
                number = expected["number"]
                self.findings.add(
                    "row-differs-from-event", "app_user", number=number, what=what
                )
                return


@dataclass(frozen=True, slots=True)
class _Readable:
    """A part of the audit: trouble with its table is a finding, and the rest goes on."""

    connection: Connection
    findings: AuditFindings
    table: str

    def __enter__(self) -> None:
        self.connection.exec_driver_sql(f"SAVEPOINT audit_{self.table}")

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> bool:
        if error is None:
            return False
        if not isinstance(error, UNREADABLE):
            return False

        # PostgreSQL answers nothing more in a transaction that has failed.
        self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT audit_{self.table}")
        why = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        self.findings.add(
            "table-unreadable", self.table, table=self.table, why=why.rstrip(".")
        )
        return True


def check_heads(
    heads: Sequence[SignedHead], findings: AuditFindings, *, key: str
) -> dict[int, str]:
    """Lines that the log must have, by their numbers: those of the heads that are
    genuine.
    """
    trusted: dict[int, str] = {}
    for item in heads:
        number = item.head.number
        if item.key and not item.is_genuine:
            findings.add("head-forged", number=number)
        elif key and item.key and item.key != key:
            findings.add("head-other-key", number=number, value=item.key)
        elif trusted.setdefault(number, item.head.sha256) != item.head.sha256:
            since = max((known for known in trusted if known < number), default=0)
            findings.add("log-rewritten", number=number, since=since)
    return trusted


def note_chain(chain: ChainReport, findings: AuditFindings) -> None:
    """The first line that is wrong, and how many follow."""
    if chain.fault is not None:
        item = finding(chain.fault.code, **chain.fault.words)
        findings.note(item, "chain", more=chain.following)
