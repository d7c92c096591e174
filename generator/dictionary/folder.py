"""Reads a dictionary's files from disk; their meaning is ``forms_spec.load_study``'s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.reader import read_document, with_present_names

ENDINGS = frozenset({".yaml", ".yml"})
TEXTS = frozenset({".txt", ".text", ".yam", ".ym", ""})
"""Endings under which an editor may have saved a part of a dictionary."""

BEGINNING = 4096
DATA = "subjects"
"""The folder inside a dictionary that holds data."""

LARGEST = 5_000_000
"""Bytes of one file. The largest real dictionaries are a tenth of that."""

MOST_FILES = 5_000

_LIKE_A_PART = re.compile(
    r"\ufeff?(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\r?\n)*"
    r"(study|codelists|visits|form|rules|derivations|reference_ranges|eligibility)[ \t]*:"
)
"""The beginning of a file that is meant as a part of a dictionary."""

_HOLDS = re.compile(r"^(study|form)[ \t]*:", re.MULTILINE)


class Folder(NamedTuple):
    """The texts of a folder by name, with ``/`` between folders, and what could not be
    read.
    """

    files: dict[str, str]
    findings: tuple[Finding, ...]


class UnreadableFolder(Exception):
    """There is no dictionary at this path; the message says why."""


def read_dictionary(path: Path) -> Folder:
    """Every YAML file below a folder; data and hidden files are left out.

    Raises ``UnreadableFolder`` where there is no folder, nothing of a dictionary in it,
    or nothing but dictionaries in folders of their own.
    """
    if not path.exists():
        raise UnreadableFolder(f"There is no folder {path}")
    if not path.is_dir():
        raise UnreadableFolder(
            f"{path} is a file. Give the folder that contains the dictionary"
        )

    try:
        files = sorted(_files(path), key=lambda item: item.relative_to(path).as_posix())
    except OSError as error:
        raise UnreadableFolder(f"{path} cannot be listed: {error.strerror}") from error

    passed_over = _passed_over(path)
    if not files and not passed_over:
        raise UnreadableFolder(f"{path} has no .yaml or .yml files")
    if len(files) > MOST_FILES:
        raise UnreadableFolder(f"{path} contains more than {MOST_FILES} YAML files")
    texts: dict[str, str] = {}
    findings: list[Finding] = [_not_read(name) for name in passed_over]

    for file in files:
        name = file.relative_to(path).as_posix()
        text = _read(file, name)
        if isinstance(text, Finding):
            findings.append(text)
        else:
            texts[name] = text

    if homes := _homes(texts):
        written = " and ".join(str(path / home) for home in homes)
        single = len(homes) == 1
        value = (
            f"There is one in {written}: give that folder"
            if single
            else f"Give one of {written}"
        )
        raise UnreadableFolder(
            f"{path} is not a dictionary: it has no study.yaml. {value}"
        )

    return Folder(texts, tuple(findings))


def rename_old_keys(path: Path) -> dict[str, int]:
    """Writes present names for old keys and types into the files of a dictionary.

    Everything else in a file stays as it is, byte for byte. Gives the number of names
    by file. A file that cannot be read, or is no YAML, is left alone. Raises
    ``OSError`` when a file cannot be written.
    """
    counts: dict[str, int] = {}
    for name, text in read_dictionary(path).files.items():
        renamings = read_document(name, text).renamings
        if renamings:
            _write(path / name, with_present_names(text))
            counts[name] = len(renamings)

    return counts


def _write(file: Path, text: str) -> None:
    """Replaces a file at once, so that a broken write leaves the old one."""
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_bytes(text.encode("utf-8"))
        new.chmod(file.stat().st_mode)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _homes(texts: Mapping[str, str]) -> list[PurePosixPath]:
    """The folders below this one that are dictionaries, where it is none itself.

    A dictionary may stand in a folder of its own, as long as no data stand in it. Its
    forms may stand in any folders, so it is where all of them are; of several, each is
    where its study is.
    """
    values = {
        PurePosixPath(name): set(_HOLDS.findall(text)) for name, text in texts.items()
    }
    files = [name for name, written in values.items() if written]
    studies = list(
        dict.fromkeys(name.parent for name in files if "study" in values[name])
    )
    if len(studies) == 1:
        home = next(
            parent
            for parent in (studies[0], *studies[0].parents)
            if _hold([parent], files)
        )
        return (
            [home]
            if home.parts and any(file.is_relative_to(home / DATA) for file in values)
            else []
        )

    return (
        studies
        if all(study.parts for study in studies) and _hold(studies, files)
        else []
    )


def _hold(homes: Sequence[PurePosixPath], files: Iterable[PurePosixPath]) -> bool:
    """True when every file stands below one of these folders."""
    return all(any(file.is_relative_to(home) for home in homes) for file in files)


def _files(path: Path) -> list[Path]:
    return [
        file
        for file in path.rglob("*")
        if file.suffix in ENDINGS
        and file.is_file()
        and not _left_out(file.relative_to(path))
    ]


def _passed_over(path: Path) -> list[str]:
    """Files that are meant as parts of the dictionary, and whose names do not end as
    they should.
    """
    return sorted(
        file.relative_to(path).as_posix()
        for file in path.rglob("*")
        if file.suffix not in ENDINGS
        and (file.suffix.lower() in ENDINGS or file.suffix.lower() in TEXTS)
        and file.is_file()
        and not _left_out(file.relative_to(path))
        and (file.suffix.lower() in ENDINGS or _looks_like_a_part(file))
    )


def _looks_like_a_part(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            beginning = opened.read(BEGINNING)
    except OSError:
        return False

    return _LIKE_A_PART.match(beginning.decode("utf-8", "replace")) is not None


def _not_read(name: str) -> Finding:
    path = PurePosixPath(name)
    stem = path.stem if path.suffix else path.name
    better = stem if PurePosixPath(stem).suffix in ENDINGS else f"{stem}.yaml"

    return finding(
        "file-passed-over",
        text=TextPlace(file=name, line=1, column=1),
        name=path.name,
        better=better,
    )


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
