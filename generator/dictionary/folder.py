"""Reads a dictionary's files from disk; their meaning is ``forms_spec.load_study``'s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from forms_spec import load_study
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.lookup_tables import is_table_file
from forms_spec.yaml_source.reader import read_document, with_present_names
from generator.dictionary.cdash_keys import SaidKeys, with_said_dates
from generator.dictionary.formatter import EntryLayout, formatted

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
    r"(study|codelists|visits|form|rules|derivations|reference_ranges|eligibility|roles|translations)[ \t]*:"
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
    """Every YAML file below a folder, and the tables in CSV; data and hidden files are left out.

    Raises ``UnreadableFolder`` where there is no folder, nothing of a dictionary in it,
    or nothing but dictionaries in folders of their own.
    """
    files = _listed(path)
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

    _refuse_folder_of_dictionaries(path, texts)

    return Folder(texts, tuple(findings))


def _listed(path: Path) -> list[Path]:
    """The YAML files below a folder, in the same order on every computer."""
    if not path.exists():
        raise UnreadableFolder(f"There is no folder {path}")
    if not path.is_dir():
        raise UnreadableFolder(
            f"{path} is a file. Give the folder that contains the dictionary"
        )

    try:
        return sorted(_files(path), key=lambda item: item.relative_to(path).as_posix())
    except OSError as error:
        raise UnreadableFolder(f"{path} cannot be listed: {error.strerror}") from error


def _refuse_folder_of_dictionaries(path: Path, texts: Mapping[str, str]) -> None:
    homes = [str(path / home) for home in _homes(texts)]
    if not homes:
        return

    remedy = f"Give one of {' and '.join(homes)}"
    if len(homes) == 1:
        remedy = f"There is one in {homes[0]}: give that folder"

    raise UnreadableFolder(
        f"{path} is not a dictionary: it has no study.yaml. {remedy}"
    )


def rename_old_keys(path: Path) -> dict[str, int]:
    """Writes present names for old keys and types into the files of a dictionary.

    Everything else in a file stays as it is, byte for byte. Gives the number of names
    by file. A file that cannot be read, or is no YAML, is left alone. Raises
    ``OSError`` when a file cannot be written.
    """
    counts: dict[str, int] = {}
    for name, text in _yaml_texts(path):
        renamings = read_document(name, text).renamings
        if renamings:
            _write(path / name, with_present_names(text))
            counts[name] = len(renamings)

    return counts


def say_dates(path: Path) -> SaidKeys | None:
    """Writes into the study file what only CDASH names say of the dates of visits.

    Gives what was added; None where nothing is to be added, or where the dictionary has
    errors. Raises ``OSError`` when the file cannot be written.
    """
    study = load_study(read_dictionary(path).files).study
    said = with_said_dates(study) if study is not None else None
    if said is not None:
        _write(path / said.file, said.text)

    return said


def format_files(path: Path, layout: EntryLayout, *, write: bool = True) -> list[str]:
    """Lays out the files of a dictionary anew, and gives the names of those that change.

    ``write=False`` only looks. A file with a fault is left alone. Raises ``OSError``
    when a file cannot be written.
    """
    changed = []
    for name, text in _yaml_texts(path):
        laid_out = formatted(text, layout)
        if laid_out == text:
            continue

        changed.append(name)
        if write:
            _write(path / name, laid_out)

    return changed


def _yaml_texts(path: Path) -> Iterator[tuple[str, str]]:
    """The files of a dictionary without its tables, whose layout is that of CSV."""
    for name, text in read_dictionary(path).files.items():
        if not is_table_file(name):
            yield name, text


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
    every_file = [PurePosixPath(name) for name in texts]
    files: list[PurePosixPath] = []
    # A dictionary keeps the order, and has each folder once.
    studies: dict[PurePosixPath, None] = {}

    for file, text in zip(every_file, texts.values(), strict=True):
        keys = set(_HOLDS.findall(text))
        if keys:
            files.append(file)
        if "study" in keys:
            studies[file.parent] = None

    if len(studies) == 1:
        [study] = studies
        home = _common_home(study, files)
        # Read from here, the files below its data folder would be parts of it.
        has_data = any(file.is_relative_to(home / DATA) for file in every_file)

        is_below = home.parts != ()
        if is_below and has_data:
            return [home]

        return []

    are_below = all(study.parts for study in studies)
    if are_below and _hold([*studies], files):
        return [*studies]

    return []


def _common_home(study: PurePosixPath, files: Sequence[PurePosixPath]) -> PurePosixPath:
    """The nearest folder, from that of the study upwards, that holds all files."""
    for folder in (study, *study.parents):
        if _hold([folder], files):
            return folder

    raise AssertionError("the folder that was read holds all its files")


def _hold(homes: Sequence[PurePosixPath], files: Iterable[PurePosixPath]) -> bool:
    """True when every file stands below one of these folders."""
    return all(any(map(file.is_relative_to, homes)) for file in files)


def _files(path: Path) -> list[Path]:
    files = []
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        is_part = file.suffix in ENDINGS or is_table_file(name)
        if is_part and _belongs(file, path):
            files.append(file)

    return files


def _passed_over(path: Path) -> list[str]:
    """Files that are meant as parts of the dictionary, and whose names do not end as
    they should.
    """
    names = []
    for file in path.rglob("*"):
        if not _has_other_ending(file) or not _belongs(file, path):
            continue

        # ``VS.YAML`` is meant as a part for sure, of ``notes.txt`` the text has to say.
        is_surely_part = file.suffix.lower() in ENDINGS
        if is_surely_part or _looks_like_a_part(file):
            names.append(file.relative_to(path).as_posix())

    return sorted(names)


def _has_other_ending(file: Path) -> bool:
    """Whether an editor may have saved a part of a dictionary under this name."""
    # What ends as it should is read.
    if file.suffix in ENDINGS:
        return False

    ending = file.suffix.lower()
    return ending in ENDINGS or ending in TEXTS


def _belongs(file: Path, folder: Path) -> bool:
    """Whether it is a file of the dictionary: no data, nothing hidden."""
    if not file.is_file():
        return False

    parts = file.relative_to(folder).parts
    if parts[0] == DATA:
        return False

    return not any(map(_is_hidden, parts))


def _is_hidden(part: str) -> bool:
    return part.startswith(".")


def _looks_like_a_part(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            beginning = opened.read(BEGINNING)
    except OSError:
        return False

    return _LIKE_A_PART.match(beginning.decode("utf-8", "replace")) is not None


def _not_read(name: str) -> Finding:
    path = PurePosixPath(name)
    better = path.stem
    # Some editors put .txt behind a whole name: vs.yaml.txt.
    if PurePosixPath(better).suffix not in ENDINGS:
        better = f"{better}.yaml"

    return finding(
        "file-passed-over",
        text=TextPlace(file=name, line=1, column=1),
        name=path.name,
        better=better,
    )


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
        return _not_utf_8(name, data, error.start)


def _not_utf_8(name: str, data: bytes, start: int) -> Finding:
    # What comes before the first fault can be read, and says on which line it is.
    before = data[:start].decode("utf-8")
    last_line = before.rpartition("\n")[2]
    place = TextPlace(file=name, line=before.count("\n") + 1, column=len(last_line) + 1)

    return finding("not-utf-8", text=place, byte=f"0x{data[start]:02X}")
