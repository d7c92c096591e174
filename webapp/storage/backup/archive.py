"""The file of a backup: a zip with a note and the database's own copy."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from webapp.storage.backup.note import BackupNote, note_of

NOTE: Final = "backup.json"
COPIES: Final = MappingProxyType({"sqlite": "study.sqlite", "postgresql": "study.dump"})
"""The name of the copy inside, by the kind of database."""
LARGEST_NOTE: Final = 100_000
BLOCK: Final = 1024 * 1024


class BackupRefused(ValueError):
    """A backup cannot be taken or restored; the message is a sentence for people."""


def measured(file: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 (hex) of a file."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256")
        return opened.tell(), digest.hexdigest()


def write_archive(folder: Path, note: BackupNote, copy: Path) -> Path:
    """A new archive in a private folder; it is on disk when it is returned."""
    archive = folder / "backup.zip"
    descriptor = os.open(archive, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        # A dump is compressed already; in a database file one pass finds what there is.
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(NOTE, note.as_text())
            packed.write(copy, COPIES[note.kind])
        out.flush()
        os.fsync(out.fileno())

    return archive


def put_in_place(archive: Path, out: Path, *, replace: bool) -> None:
    """Gives the archive its name, at once and whole; ``FileExistsError`` rather than
    another file's place.
    """
    if replace:
        archive.replace(out)
        return
    try:
        os.link(archive, out)
    except FileExistsError:
        raise
    except OSError:
        # Some disks know no links.
        if out.exists():
            raise FileExistsError(out) from None
        archive.rename(out)


def read_note(path: Path) -> BackupNote:
    """The note of a backup; ``BackupRefused`` where there is none."""
    try:
        with ZipFile(path) as packed, packed.open(NOTE) as inside:
            return note_of(inside.read(LARGEST_NOTE).decode("utf-8"))
    except (BadZipFile, KeyError, ValueError, TypeError, zlib.error, EOFError) as error:
        raise BackupRefused(
            f"{path} is not a backup that `crfsmith backup` wrote, or it was changed "
            "since. Nothing was restored."
        ) from error


def unpack(path: Path, note: BackupNote, folder: Path) -> Path:
    """The copy inside, in a private folder; ``BackupRefused`` where a byte of it is not
    as it was written.
    """
    name = COPIES.get(note.kind, "")
    target = folder / (name or "copy")
    changed = BackupRefused(
        f"{path} is damaged or was changed: its data no longer match the SHA-256 in "
        "its note. Nothing was restored. Use another copy of this backup, or an "
        "earlier one."
    )
    digest, size = hashlib.sha256(), 0
    try:
        with ZipFile(path) as packed, packed.open(name) as inside:
            descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                for block in _blocks(inside, most=note.size + 1):
                    digest.update(block)
                    size += len(block)
                    out.write(block)
    except (BadZipFile, KeyError, NotImplementedError, zlib.error, EOFError) as error:
        raise changed from error

    # The zip's own check has 32 bits: enough for an accident, not for an intention.
    if (size, digest.hexdigest()) != (note.size, note.sha256):
        raise changed
    return target


def _blocks(inside: IO[bytes], *, most: int) -> Iterator[bytes]:
    """The bytes of a member, no more than its note says and one: a zip may unpack to
    far more than it seems.
    """
    while most > 0 and (block := inside.read(min(BLOCK, most))):
        most -= len(block)
        yield block
