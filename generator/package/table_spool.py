"""Tables being written: one open CSV file each in a scratch folder, then into the
package.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO


@dataclass(frozen=True, kw_only=True, slots=True)
class Spooled:
    """One finished table: its file, and what the descriptor says of it."""

    path: Path
    rows: int
    size: int
    sha256: str


class Spool:
    """Writes rows to many tables at once, each streamed to its own file."""

    def __init__(self, folder: Path, columns: Mapping[str, tuple[str, ...]]) -> None:
        self._folder = folder
        self._files: dict[str, TextIO] = {}
        self._rows = dict.fromkeys(columns, 0)
        self._write: dict[str, Callable[[Iterable[str | int]], Any]] = {}
        self._writers: dict[str, Any] = {}

        for name, header in columns.items():
            file = io.TextIOWrapper((folder / name).open("wb"), "utf-8", newline="")
            self._files[name] = file
            self._writers[name] = csv.writer(file, lineterminator="\r\n")
            self._write[name] = self._writers[name].writerow
            self._write[name](header)

    def add(self, table: str, cells: Iterable[str | int]) -> None:
        """One row, in the order of the table's columns."""
        self._write[table](cells)
        self._rows[table] += 1

    def extend(self, table: str, rows: Sequence[Iterable[str | int]]) -> None:
        """Several rows at once."""
        self._writers[table].writerows(rows)
        self._rows[table] += len(rows)

    def finish(self) -> dict[str, Spooled]:
        """Closes every file and measures it."""
        return {name: self._measure(name, file) for name, file in self._files.items()}

    def _measure(self, name: str, file: TextIO) -> Spooled:
        file.close()
        path = self._folder / name
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()

        return Spooled(
            path=path, rows=self._rows[name], size=path.stat().st_size, sha256=digest
        )
