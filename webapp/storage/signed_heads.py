"""Heads of the log, signed: proof that a line was the newest one at some time.

A log that was cut off or chained anew does not contain the lines that were signed. The
signature is Ed25519 over the canonical JSON of the head. The private key is in a file,
never in the database; the public one stands in each head.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from sqlalchemy import Connection, Row, insert, select

from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import Database
from webapp.storage.events import NO_LINE, LogHead, log_head, utc_text
from webapp.storage.tables import signed_head

FORMAT: Final = 1


class NoHead(ValueError):
    """A text is not a head that was written here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedHead:
    """A line of a log that was the newest one ``at`` a time. ``key`` and ``signature``
    are hex, and blank where nothing signs. ``files`` has the SHA-256 of files that
    belong to the log, by name.
    """

    head: LogHead
    at: datetime
    key: str = ""
    signature: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The head as canonical JSON, on one line."""
        content = self._content()
        if self.key:
            content["signature"] = self.signature
        return canonical_json(content)

    @property
    def signed_text(self) -> str:
        """What the signature is over."""
        return canonical_json(self._content())

    @property
    def is_genuine(self) -> bool:
        """Whether the signature is that of the key. Anybody can make a key: whose it is
        has to be known.
        """
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(self.signature), self.signed_text.encode())
        except (InvalidSignature, ValueError):
            return False

        return True

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {
            "at": utc_text(self.at),
            "format": FORMAT,
            "number": self.head.number,
            "sha256": self.head.sha256,
        }
        if self.files:
            content["files"] = dict(self.files)
        if self.key:
            content["key"] = self.key
        return content


def head_of(text: str) -> SignedHead:
    """The head that a text is. Raises ``NoHead``."""
    try:
        content = json.loads(text)
        read = SignedHead(
            head=LogHead(number=content["number"], sha256=content["sha256"]),
            at=datetime.fromisoformat(content["at"]).astimezone(UTC),
            key=content.get("key", ""),
            signature=content.get("signature", ""),
            files=content.get("files", {}),
        )
        # Other texts of the same meaning could hide a name that is written twice.
        same = read.text == text.strip()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NoHead(str(error)) from error
    if not same:
        raise NoHead("a head is canonical JSON")

    return read


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A private key that signs heads."""

    private: Ed25519PrivateKey

    @property
    def key(self) -> str:
        """The public key in hex."""
        return self.private.public_key().public_bytes_raw().hex()

    def signed(
        self, head: LogHead, now: datetime, files: Mapping[str, str] | None = None
    ) -> SignedHead:
        """The head with its signature."""
        unsigned = SignedHead(head=head, at=now, key=self.key, files=files or {})
        signature = self.private.sign(unsigned.signed_text.encode()).hex()
        return SignedHead(
            head=head,
            at=now,
            key=self.key,
            signature=signature,
            files=unsigned.files,
        )

    def __call__(self, connection: Connection, head: LogHead, now: datetime) -> None:
        """Keeps a signed head in a transaction under way."""
        signed = self.signed(head, now)
        row = {
            "number": head.number,
            "sha256": head.sha256,
            "at": now,
            "key": signed.key,
            "signature": signed.signature,
        }
        connection.execute(insert(signed_head), row)


def sign_log(database: Database) -> None:
    """Signs the newest line, unless nothing signs or the line was signed already."""
    if database.sign is None:
        return

    with database.write() as connection:
        head = log_head(connection)
        newest = newest_signed(connection)
        if head != NO_LINE and (newest is None or newest.head != head):
            database.sign(connection, head, database.clock())


NEWEST_SIGNED = select(signed_head).order_by(signed_head.c.id.desc()).limit(1)


def signed_heads(connection: Connection) -> tuple[SignedHead, ...]:
    """Every head that was signed, the oldest first."""
    rows = connection.execute(select(signed_head).order_by(signed_head.c.id))
    return tuple(_head(row) for row in rows)


def newest_signed(connection: Connection) -> SignedHead | None:
    """The head that was signed last."""
    row = connection.execute(NEWEST_SIGNED).first()
    return _head(row) if row else None


def _head(row: Row[Any]) -> SignedHead:
    return SignedHead(
        head=LogHead(number=row.number, sha256=row.sha256),
        at=row.at,
        key=row.key,
        signature=row.signature,
    )
