"""Tables of many files: a folder of part files, CSV or Parquet, that a cluster wrote
stands for one table.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from generator.package.package_files import is_safe
from generator.package.source import FolderSource
from generator.tables.layout import DESCRIPTOR
from generator.validation.json_parts import list_of, object_of

CSV, PARQUET = ".csv", ".parquet"
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
STEP = 1 << 40
"""Rows of all parts of a table in one order: the part's number times this, and the line
in the part.
"""
# What a descriptor says of one file, and no longer fits many.
_SINGLE = ("format", "mediatype", "scheme", "bytes", "hash", "extrapaths")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file of a table, by its name in the package; ``constants`` are columns in its
    folder's name.
    """

    path: str
    name: str
    size: int
    constants: tuple[tuple[str, str], ...] = ()

    @property
    def parquet(self) -> bool:
        return self.name.endswith(PARQUET)


class PartSource:
    """A package's folder in which every table is one file again, whatever it is made
    of.

    ``parts`` has the files of each table by the path that the descriptor then gives it.
    """

    def __init__(self, root: Path) -> None:
        self._folder = FolderSource(root)
        self._root = root.resolve()
        self.findings = self._folder.findings
        self.sizes: dict[str, int] = dict(self._folder.sizes)
        self.parts: dict[str, tuple[Part, ...]] = {}
        self._descriptor = self._one_file_each()

    def open(self, name: str) -> BinaryIO:
        if name == DESCRIPTOR and self._descriptor is not None:
            return io.BytesIO(self._descriptor)
        return self._folder.open(name)

    def folder(self) -> AbstractContextManager[Path]:
        return self._folder.folder()

    def parts_of(self, path: str) -> tuple[Part, ...]:
        """The files of a table, none where there is none."""
        if path in self.parts:
            return self.parts[path]
        if path not in self.sizes:
            return ()

        return (self._part(path),)

    @property
    def plain(self) -> bool:
        """True where every table is one CSV file."""
        for parts in self.parts.values():
            if len(parts) != 1 or parts[0].parquet or parts[0].constants:
                return False

        return True

    def restored(self, files: Mapping[str, Path]) -> None:
        """From now on these tables are other files, which every worker sees."""
        for path, file in files.items():
            size = file.stat().st_size
            self.sizes[path] = size
            self.parts[path] = (Part(path=str(file), name=path, size=size),)

    def _one_file_each(self) -> bytes | None:
        """The descriptor with one path for each table; None when it is to be read as it
        is.
        """
        try:
            descriptor = json.loads(self._folder.open(DESCRIPTOR).read())
            resources = descriptor["resources"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

        for resource in list_of(resources):
            if _has_safe_path(resource):
                self._merge_parts(resource)

        return json.dumps(descriptor).encode()

    def _merge_parts(self, resource: dict[str, Any]) -> None:
        """Lets a table's parts be known by one path of a CSV file."""
        path = resource["path"].rstrip("/")
        parts = tuple(self._parts(path))
        if not parts:
            return

        first = parts[0]
        if first.name == path and not first.parquet:
            self.parts[path] = parts
            return

        # Nobody is to look for these files any more, or to miss them in a table.
        folder = f"{path}/"
        sizes: dict[str, int] = {}
        for name, size in self.sizes.items():
            if name != path and not name.startswith(folder):
                sizes[name] = size

        self.sizes = sizes

        merged = path
        if not path.endswith(CSV):
            merged = f"{path}{CSV}"

        self.sizes[merged] = sum(part.size for part in parts)
        self.parts[merged] = parts
        resource["path"] = merged

        # What a descriptor says of one file is true of none of the parts.
        for name in _SINGLE:
            resource.pop(name, None)

    def _parts(self, path: str) -> Iterator[Part]:
        """The files of a table by name.

        Blank ones and what begins with ``_`` or ``.`` are a writer's own.
        """
        if path in self.sizes:
            yield self._part(path)
            return

        folder = f"{path}/"
        for name in sorted(self.sizes):
            if not name.startswith(folder):
                continue
            if not name.endswith((CSV, PARQUET)) or not self.sizes[name]:
                continue

            # Spark also writes _SUCCESS, and checksums such as .part-0.csv.crc.
            steps = name.removeprefix(folder).split("/")
            is_hidden = any(step.startswith(("_", ".")) for step in steps)
            if not is_hidden:
                yield self._part(name, tuple(_constants(steps[:-1])))

    def _part(self, name: str, constants: tuple[tuple[str, str], ...] = ()) -> Part:
        return Part(
            path=str(self._root / name),
            name=name,
            size=self.sizes[name],
            constants=constants,
        )


def _has_safe_path(resource: Any) -> bool:
    path = object_of(resource).get("path")

    return isinstance(path, str) and is_safe(path)


def _constants(folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``site=01`` in a path is a column of every row below it."""
    for folder in folders:
        name, equals, text = folder.partition("=")
        if not equals:
            continue

        # Hive writes a word of its own for a column without a value.
        yield unquote(name), "" if text == NO_VALUE else unquote(text)


def place_of(parts: Sequence[Part], row: int) -> tuple[str, int | None]:
    """The file and the physical line of a row; Parquet has no lines."""
    part = parts[row // STEP]
    return part.name, None if part.parquet else row % STEP


def place_in_words(parts: Sequence[Part], row: int) -> str:
    """The same in words, after "line"; short where the table is one file."""
    number = str(row % STEP)
    if len(parts) == 1:
        return number

    return f"{number} of {parts[row // STEP].name}"
