"""The uploaded files of a package: each is there, is the one that it says, and is named
by some cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.package.source import BrokenFile, PackageSource
from generator.tables import layout
from generator.validation.read_tables import sha256_of


class UploadFaults(Protocol):
    """Is told of every file that a cell names."""

    def fault(self, name: str) -> Finding | None:
        """What is wrong with the file ``files/<16 hex>/<name>``."""


class UploadCheck:
    """Asked about every file that a cell names; knows at the end which ones nobody
    named.
    """

    def __init__(self, source: PackageSource, descriptor: Mapping[str, Any]) -> None:
        self._source = source
        self._listed = dict(_listed(descriptor))
        self._digests: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._named: set[str] = set()

    def fault(self, name: str) -> Finding | None:
        """What is wrong with the file ``files/<16 hex>/<name>``."""
        self._named.add(name)
        if name not in self._source.sizes:
            return finding("upload-missing", value=name)

        digest, beginning = self._digest(name), name.split("/")[1]
        if not digest.startswith(beginning) or self._listed.get(name, digest) != digest:
            return finding("upload-changed", value=name)

        first = self._first.setdefault(beginning, name)
        if self._digests[first] != digest:
            return finding("uploads-alike", value=name, other=first)

        return None

    def rest(self) -> Iterator[Finding]:
        """Files that no cell names, and listed ones that are not there."""
        for name in sorted(self._source.sizes):
            if name.startswith(layout.FILES) and name not in self._named:
                yield finding("upload-orphaned", value=name)

        for name in sorted(self._listed):
            if name not in self._source.sizes and name not in self._named:
                yield finding("upload-missing", value=name)

    def _digest(self, name: str) -> str:
        """The hash of a file's bytes; none when they cannot be read."""
        if name not in self._digests:
            try:
                with self._source.open(name) as content:
                    self._digests[name] = sha256_of(content)
            except BrokenFile:
                self._digests[name] = "-"

        return self._digests[name]


def _listed(descriptor: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files of the descriptor with their hashes; whatever has another shape is
    none.
    """
    given = descriptor.get("crfsmith:files")
    for item in given if isinstance(given, list) else []:
        path, entry = (
            (item.get("path"), item.get("hash"))
            if isinstance(item, dict)
            else (None, None)
        )
        if (
            isinstance(path, str)
            and isinstance(entry, str)
            and path.startswith(layout.FILES)
        ):
            yield path, entry.removeprefix("sha256:")
