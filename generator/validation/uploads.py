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
from generator.validation.json_parts import list_of, object_of
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

        digest = self._digest(name)
        beginning = name.split("/")[1]
        is_as_named = digest.startswith(beginning)
        if not is_as_named or self._listed.get(name, digest) != digest:
            return finding("upload-changed", value=name)

        # A beginning of a hash stands for one file alone.
        first = self._first.setdefault(beginning, name)
        if self._digests[first] != digest:
            return finding("uploads-alike", value=name, other=first)

        return None

    def rest(self) -> Iterator[Finding]:
        """Files that no cell names, and listed ones that are not there."""
        uploads = {name for name in self._source.sizes if name.startswith(layout.FILES)}
        for name in sorted(uploads - self._named):
            yield finding("upload-orphaned", value=name)

        missing = set(self._listed).difference(self._source.sizes)
        for name in sorted(missing - self._named):
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
    for item in list_of(descriptor.get("crfsmith:files")):
        path = object_of(item).get("path")
        digest = object_of(item).get("hash")
        if not isinstance(path, str) or not isinstance(digest, str):
            continue

        if path.startswith(layout.FILES):
            yield path, digest.removeprefix("sha256:")
