"""Where a package is written to: a zip or a folder, with the same bytes for the same
input.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

EPOCH = (1980, 1, 1, 0, 0, 0)


class Sink(Protocol):
    """Takes the package's files one after another."""

    def add(self, name: str, content: BinaryIO, size: int) -> None:
        """Store one file; ``name`` has forward slashes and stays below the package."""


class HashingSink:
    """Notes the SHA-256 of each file on its way into another sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.hashes: dict[str, str] = {}

    def add(self, name: str, content: BinaryIO, size: int) -> None:
        # The content comes from a file or from memory: reading it twice costs little.
        digest = hashlib.sha256()
        while part := content.read(1 << 20):
            digest.update(part)

        content.seek(0)
        self.hashes[name] = digest.hexdigest()
        self._sink.add(name, content, size)


class ZipSink:
    """A zip whose entries carry no clock, no user and no machine."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, content: BinaryIO, size: int) -> None:
        entry = zipfile.ZipInfo(name, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # Unix, on every machine
        entry.external_attr = 0o100644 << 16
        entry.file_size = size
        with self._archive.open(entry, "w") as target:
            shutil.copyfileobj(content, target, 1 << 20)


class FolderSink:
    """A folder with the same files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, name: str, content: BinaryIO, size: int) -> None:  # noqa: ARG002
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)


@contextmanager
def open_sink(target: Path) -> Iterator[Sink]:
    """A zip when the name ends in ``.zip``, else a new folder; it appears whole or not
    at all.

    ``FileExistsError`` when the folder exists and holds something. An existing zip is
    replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() == ".zip":
        with _zip_sink(target) as sink:
            yield sink

        return

    if _is_taken(target):
        raise FileExistsError(f"{target} exists and is not an empty folder")

    # Beside the target, since only within a file system is a move one step.
    path = Path(tempfile.mkdtemp(prefix=".crfsmith-", dir=target.parent))

    try:
        yield FolderSink(path)

        # A temporary folder is for its owner alone.
        path.chmod(0o755)
        os.replace(path, target)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _is_taken(target: Path) -> bool:
    if not target.exists():
        return False

    return not target.is_dir() or any(target.iterdir())


@contextmanager
def _zip_sink(target: Path) -> Iterator[Sink]:
    handle, name = tempfile.mkstemp(
        prefix=".crfsmith-", suffix=".zip", dir=target.parent
    )
    path = Path(name)
    try:
        with (
            os.fdopen(handle, "wb") as raw,
            zipfile.ZipFile(raw, "w") as archive,
        ):
            yield ZipSink(archive)

        path.chmod(0o644)
        os.replace(path, target)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
