"""Opens a package, zip or folder, without trusting it: no path leaves it, no bomb goes
off.
"""

from __future__ import annotations

import io
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.package.package_files import is_safe, package_files
from generator.tables.layout import DESCRIPTOR

LARGEST_PACKAGE = 64 * 2**30
MOST_FILES = 100_000
MOST_GROWTH = 500
"""How many times its own size a large zip may unpack to.

Tables of mostly blank cells reach 100.
"""
_LARGE = 2**26
_MAC = "__MACOSX/"
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What computers put beside a folder that is zipped, of their own accord."""
_BEGINS = b"PK\x03\x04"
"""How every zip with a file in it begins, but for programs that unpack themselves."""
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class Unreadable(Exception):
    """Nothing of the package can be read; ``finding`` says why."""

    def __init__(self, result: Finding) -> None:
        super().__init__(result.message)
        self.finding = result


class BrokenFile(Exception):
    """One file of the package cannot be read to its end."""


class PackageSource(Protocol):
    """A package's files by name, with forward slashes, relative to the descriptor."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The size in bytes of every file that may be opened."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Files that may not."""

    def open(self, name: str) -> BinaryIO:
        """A stream of bytes; reading it may raise ``BrokenFile``."""

    def folder(self) -> AbstractContextManager[Path]:
        """The files on disk, for readers that need them there."""


@contextmanager
def open_source(path: Path, *, whole: bool = False) -> Iterator[PackageSource]:
    """A zip, a folder, or the ``datapackage.json`` inside a folder. Raises
    ``Unreadable``.

    ``whole``: every file of a folder belongs to the package, whatever its descriptor
    names.
    """
    if path.is_dir():
        # Before the walk: somebody may have given a whole disk.
        if not (path / DESCRIPTOR).is_file():
            raise Unreadable(finding("no-descriptor"))

        yield FolderSource(path, whole=whole)
        return

    if not path.is_file():
        raise Unreadable(finding("no-package", value=str(path)))

    if path.name == DESCRIPTOR:
        yield FolderSource(path.parent, whole=whole)
        return

    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise Unreadable(_no_zip(path, error)) from error

    with archive:
        yield ZipSource(archive)


def _no_zip(path: Path, error: BaseException) -> Finding:
    """Why a file cannot be opened as a zip, as far as its size and its first bytes
    tell.
    """
    with path.open("rb") as file:
        begins = file.read(len(_BEGINS))

    if not begins:
        return finding("empty-zip", value=path.name)
    if begins != _BEGINS:
        return finding("not-a-zip", value=path.name)

    why = _why(error)
    # The list of a zip's files stands at its end.
    if isinstance(error, zipfile.BadZipFile) and not zipfile.is_zipfile(path):
        why = "its end is missing"

    return finding("broken-zip", value=path.name, why=why)


class FolderSource:
    """The files of the package in a folder; links that lead out of it are findings and
    stay closed.

    ``whole``: all files of the folder belong to it, even if its descriptor is not a
    study's.
    """

    def __init__(self, root: Path, *, whole: bool = False) -> None:
        self._root = root.resolve()
        findings: list[Finding] = []
        self.sizes: dict[str, int] = {}

        for name in sorted(package_files(self._root, whole=whole)):
            path = self._root / name
            if not _stays_below(path, self._root):
                findings.append(finding("unsafe-path", value=name))
                continue

            size = _size(path)
            if size is not None:
                self.sizes[name] = size

        self.findings = tuple(findings)

    def open(self, name: str) -> BinaryIO:
        try:
            return (self._root / name).open("rb")
        except OSError as error:
            raise BrokenFile(_why(error)) from error

    @contextmanager
    def folder(self) -> Iterator[Path]:
        yield self._root


def _stays_below(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        # A link that leads to itself leads nowhere.
        return True


def _size(path: Path) -> int | None:
    """The bytes of a file; None for what is no plain file, or may not be looked at."""
    try:
        value = path.stat()
    except OSError:
        return None

    return value.st_size if stat.S_ISREG(value.st_mode) else None


def _unpacked(source: PackageSource, folder: Path) -> None:
    for name in source.sizes:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open(name) as content, target.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)


class ZipSource:
    """The members of a zip, read one stream at a time and never unpacked to disk."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        findings: list[Finding] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        members = archive.infolist()
        if _is_bomb(members):
            raise Unreadable(_too_large())

        for member in members:
            if member.is_dir():
                continue

            if not is_safe(member.filename):
                findings.append(finding("unsafe-path", value=member.filename))
            elif member.filename in self._members:
                findings.append(finding("repeated-file", value=member.filename))
            else:
                self._members[member.filename] = member

        self._members = _below_descriptor(self._members)
        self.sizes = {name: member.file_size for name, member in self._members.items()}
        self.findings = tuple(findings)

    def open(self, name: str) -> BinaryIO:
        try:
            return io.BufferedReader(
                _Member(self._archive.open(self._members[name])), 1 << 18
            )
        except _DAMAGE as error:
            raise BrokenFile(_why(error)) from error

    @contextmanager
    def folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="crfsmith-") as built:
            _unpacked(self, Path(built))
            yield Path(built)


def _is_bomb(members: list[zipfile.ZipInfo]) -> bool:
    """Whether the members would fill a disk, by what the zip says of them."""
    if len(members) > MOST_FILES:
        return True

    size = sum(member.file_size for member in members)
    if size > LARGEST_PACKAGE:
        return True

    packed = sum(member.compress_size for member in members)

    # A small package may well shrink more: its tables are nearly empty.
    return size > _LARGE and size > packed * MOST_GROWTH


class _Member(io.RawIOBase):
    """A member's stream whose damage is always a ``BrokenFile``."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        try:
            content = self._member.read(len(view))
        except _DAMAGE as error:
            raise BrokenFile(_why(error)) from error

        view[: len(content)] = content

        return len(content)


def _below_descriptor(
    members: dict[str, zipfile.ZipInfo],
) -> dict[str, zipfile.ZipInfo]:
    """People zip a whole folder: a package that stands in one folder of the zip is
    taken from there.
    """
    members = {
        name: member for name, member in members.items() if not name.startswith(_MAC)
    }
    if DESCRIPTOR in members:
        return members

    tops = {name.split("/", 1)[0] for name in members if name not in _LITTER}
    if len(tops) != 1:
        return members

    below = f"{tops.pop()}/"
    if f"{below}{DESCRIPTOR}" not in members:
        return members

    inside: dict[str, zipfile.ZipInfo] = {}
    for name, member in members.items():
        if name.startswith(below):
            inside[name.removeprefix(below)] = member

    return inside


def _too_large() -> Finding:
    most = f"{LARGEST_PACKAGE // 2**30} GB"
    return finding(
        "package-too-large", most=most, files=f"{MOST_FILES:,}", growth=MOST_GROWTH
    )


def _why(error: BaseException) -> str:
    # The text of an operating system's error repeats the whole path.
    if isinstance(error, OSError) and error.strerror:
        return error.strerror

    return str(error) or type(error).__name__
