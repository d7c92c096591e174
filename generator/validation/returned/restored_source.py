"""A package with its tables as they were."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from forms_spec.findings.finding import Finding
from generator.package.source import PackageSource


class RestoredSource:
    """The files of a package, some of them as they were written anew."""

    def __init__(self, source: PackageSource, restored: Mapping[str, Path]) -> None:
        self.original = source
        self._restored = restored
        self.sizes: Mapping[str, int] = {
            **source.sizes,
            **{name: path.stat().st_size for name, path in restored.items()},
        }

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.original.findings

    def open(self, name: str) -> BinaryIO:
        if name in self._restored:
            return self._restored[name].open("rb")
        return self.original.open(name)

    def folder(self) -> AbstractContextManager[Path]:
        """Only packages of others are read from a folder, and of those nothing is
        restored.
        """
        return self.original.folder()
