"""The key that signs the log: a file that only its owner reads, beside the database or
where a setting says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from webapp.installation.command_error import CommandError
from webapp.storage import Database
from webapp.storage.signed_heads import Signer

SETTING = "CRFSMITH_SIGNING_KEY"


def made_signer(
    database: Database, environment: Mapping[str, str] = os.environ
) -> Signer | None:
    """The key of a database, which is made at first use. A database on a server has
    none unless the setting names a file.
    """
    file = _key_file(database, environment)
    if file is None:
        return None

    if not file.exists():
        _make(file)
    return _read(file)


def known_signer(database: Database) -> Signer | None:
    """The key of a database, if it was made already."""
    file = _key_file(database, os.environ)
    return _read(file) if file is not None and file.exists() else None


def known_key(database: Database) -> str:
    """The public key of a database, or blank where no key file is there."""
    signer = known_signer(database)
    return signer.key if signer else ""


def _key_file(database: Database, environment: Mapping[str, str]) -> Path | None:
    setting = environment.get(SETTING)
    if setting:
        return Path(setting)
    name = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or not name:
        return None

    return Path(f"{name}-signing-key")


def _make(file: Path) -> None:
    """A new key, unless another server that starts at the same time is first.

    The file appears with all that is in it: one that was killed while it wrote leaves
    no half key behind, which no server could start with.
    """
    secret = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    with NamedTemporaryFile(dir=file.parent, prefix=f"{file.name}-") as half:
        half.write(secret.encode("ascii"))
        half.flush()
        os.fsync(half.fileno())
        # A link never replaces what stands there: the first server's key counts.
        with suppress(FileExistsError):
            os.link(half.name, file)


def _read(file: Path) -> Signer:
    try:
        secret = bytes.fromhex(file.read_text(encoding="ascii"))
        return Signer(private=Ed25519PrivateKey.from_private_bytes(secret))
    except (OSError, ValueError) as error:
        raise CommandError(
            f"{file} is not a signing key: {error}. Restore it from your copy of the "
            "keys, or move it away to begin with a new key."
        ) from error
