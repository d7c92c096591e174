"""Reads a dictionary's files from disk; their meaning is ``forms_spec.load_study``'s."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from forms_spec.catalogue import finding
from forms_spec.findings import Finding
from forms_spec.places import TextPlace

ENDINGS = frozenset({".yaml", ".yml"})
DATA = "subjects"
"""The folder inside a dictionary that holds data."""

LARGEST = 5_000_000
"""Bytes of one file. The largest real dictionaries are a tenth of that."""

MOST_FILES = 5_000


class Folder(NamedTuple):
    """The texts of a folder by name, with ``/`` between folders, and what could not be read."""

    files: dict[str, str]
    findings: tuple[Finding, ...]


class UnreadableFolder(Exception):
    """There is no dictionary at this path; the message says why."""


def read_dictionary(path: Path) -> Folder:
    """Every YAML file below a folder; data and hidden files are left out.

    Raises ``UnreadableFolder`` where there is no folder, or nothing of a dictionary in it.
    """
    if not path.exists():
        raise UnreadableFolder(f"There is no folder {path}")
    if not path.is_dir():
        raise UnreadableFolder(f"{path} is a file; give the folder that holds the dictionary")
    try:
        found = sorted(_files(path), key=lambda one: one.relative_to(path).as_posix())
    except OSError as error:
        raise UnreadableFolder(f"{path} cannot be listed: {error.strerror}") from error
    if not found:
        raise UnreadableFolder(f"{path} holds no file that ends in .yaml or .yml")
    if len(found) > MOST_FILES:
        raise UnreadableFolder(f"{path} holds more than {MOST_FILES} YAML files")
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for file in found:
        name = file.relative_to(path).as_posix()
        text = _read(file, name)
        if isinstance(text, Finding):
            findings.append(text)
        else:
            texts[name] = text
    return Folder(texts, tuple(findings))


def _files(path: Path) -> list[Path]:
    return [
        file
        for file in path.rglob("*")
        if file.suffix in ENDINGS and file.is_file() and not _left_out(file.relative_to(path))
    ]


def _left_out(name: Path) -> bool:
    return name.parts[0] == DATA or any(part.startswith(".") for part in name.parts)


def _read(file: Path, name: str) -> str | Finding:
    place = TextPlace(file=name, line=1, column=1)
    try:
        if file.stat().st_size > LARGEST:
            return finding("file-too-large", text=place, most=f"{LARGEST:,}")
        data = file.read_bytes()
    except OSError as error:
        return finding("file-unreadable", text=place, why=error.strerror)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        here = TextPlace(file=name, line=line, column=column)
        return finding("not-utf-8", text=here, byte=f"0x{data[error.start]:02X}")
