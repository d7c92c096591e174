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

CSV, PARQUET = ".csv", ".parquet"
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
STEP = 1 << 40
"""Rows of all parts of a table in one order: the part's number times this, and the line
in the part.
"""
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
        self._descriptor = self._folded()

    def open(self, name: str) -> BinaryIO:
        if name == DESCRIPTOR and self._descriptor is not None:
            return io.BytesIO(self._descriptor)
        return self._folder.open(name)

    def folder(self) -> AbstractContextManager[Path]:
        return self._folder.folder()

    def parts_of(self, path: str) -> tuple[Part, ...]:
        """The files of a table, none where there is none."""
        single = (self._part(path),) if path in self.sizes else ()
        return self.parts.get(path, single)

    @property
    def plain(self) -> bool:
        """True where every table is one CSV file."""
        return all(
            len(parts) == 1 and not parts[0].parquet and not parts[0].constants
            for parts in self.parts.values()
        )

    def restored(self, files: Mapping[str, Path]) -> None:
        """From now on these tables are other files, which every worker sees."""
        for path, file in files.items():
            size = file.stat().st_size
            self.sizes[path] = size
            self.parts[path] = (Part(path=str(file), name=path, size=size),)

    def _folded(self) -> bytes | None:
        """The descriptor with one path for each table; None when it is to be read as it
        is.
        """
        try:
            loads = json.loads(self._folder.open(DESCRIPTOR).read())
            resources = loads["resources"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

        for resource in resources if isinstance(resources, list) else ():
            if (
                isinstance(resource, dict)
                and isinstance(resource.get("path"), str)
                and is_safe(resource["path"])
            ):
                self._fold(resource)

        return json.dumps(loads).encode()

    def _fold(self, resource: dict[str, Any]) -> None:
        path = resource["path"].rstrip("/")
        parts = tuple(self._parts(path))
        if not parts:
            return
        if len(parts) == 1 and parts[0].name == path and not parts[0].parquet:
            self.parts[path] = parts
            return

        sizes = [self.sizes.pop(part.name) for part in parts]
        for name in [name for name in self.sizes if name.startswith(f"{path}/")]:
            del self.sizes[name]
        folded = path if path.endswith(CSV) else f"{path}{CSV}"
        self.sizes[folded], self.parts[folded] = sum(sizes), parts
        resource["path"] = folded
        for name in _SINGLE:
            resource.pop(name, None)

    def _parts(self, path: str) -> Iterator[Part]:
        """The files of a table by name.

        Blank ones and what begins with ``_`` or ``.`` are a writer's own.
        """
        if path in self.sizes:
            yield self._part(path)
            return

        for name in sorted(self.sizes):
            inside = name.removeprefix(f"{path}/").split("/")
            hidden = any(step.startswith(("_", ".")) for step in inside)
            if not name.startswith(f"{path}/") or hidden or not self.sizes[name]:
                continue
            if name.endswith((CSV, PARQUET)):
                yield self._part(name, tuple(_constants(inside[:-1])))

    def _part(self, name: str, constants: tuple[tuple[str, str], ...] = ()) -> Part:
        return Part(
            path=str(self._root / name),
            name=name,
            size=self.sizes[name],
            constants=constants,
        )


def _constants(folders: list[str]) -> Iterator[tuple[str, str]]:
    """``site=01`` in a path is a column of every row below it."""
    for folder in folders:
        name, is_constant, text = folder.partition("=")
        if is_constant:
            yield unquote(name), "" if text == NO_VALUE else unquote(text)


def located(parts: Sequence[Part], row: int) -> tuple[str, int | None]:
    """The file and the physical line of a row; Parquet has no lines."""
    part = parts[row // STEP]
    return part.name, None if part.parquet else row % STEP


def said_place(parts: Sequence[Part], row: int) -> str:
    """The same in words, after "line"; short where the table is one file."""
    number = str(row % STEP)
    return number if len(parts) == 1 else f"{number} of {parts[row // STEP].name}"
