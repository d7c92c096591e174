"""What a target says of itself. The three kinds differ in what they write.

``write`` gives the same bytes for the same study or records. ``losses`` lists what the
target never carries of a study, field by field. What it did not carry this time is
listed in the result of ``write``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.losses import Loss

if TYPE_CHECKING:  # documentation and dictionaries do without packages
    from generator.package.writer import WrittenPackage

Losses = Callable[[Study], Iterable[Loss]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """``name`` is the word in a command, ``summary`` finishes "NAME writes ...".

    ``suffix`` ends the name of the file.
    """

    name: str
    summary: str
    suffix: str
    losses: Losses


# ---- documentation: ``crfsmith codebook --format NAME``


@dataclass(frozen=True, kw_only=True)
class DocumentationTarget(Target):
    """A study's dictionary for people to read, as one text in UTF-8."""

    write: Callable[[Study], str]


# ---- dictionaries: ``crfsmith convert --from NAME`` and ``--to NAME``


class SourceFile(NamedTuple):
    """A file that a person gave, and its bytes."""

    path: Path
    content: bytes


class DictionarySource(NamedTuple):
    """A dictionary's folder, and the texts of its files by name."""

    folder: Path
    files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class WrittenDictionary:
    """A dictionary in another program's format.

    ``content`` is None if the dictionary cannot be used; ``findings`` say why.
    ``beside`` are further files, each by what follows the stem of the file's name, such
    as ``-events.csv``. ``loss_list`` is the Markdown with every loss.
    """

    content: bytes | None
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()
    loss_list: str = ""
    fields: int = 0
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReadDictionary:
    """Another program's dictionary as ours.

    ``files`` are its texts by name, empty if nothing could be read. ``originals`` are
    files to keep in its folder, for the way back. ``usable`` is False if the dictionary
    has errors.
    """

    files: Mapping[str, str]
    usable: bool
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()
    loss_list: str = ""
    fields: int = 0
    originals: Mapping[str, bytes] = field(default_factory=dict)


class UnusableOption(Exception):
    """An option that a reader cannot use; the message says why."""


@dataclass(frozen=True, kw_only=True)
class ReadOption:
    """An option of a reader: ``event_forms`` is ``--event-forms`` on the command line.

    Its value is a text, or a ``SourceFile`` if it ``takes_file``.
    """

    name: str
    summary: str
    metavar: str | None = None
    takes_file: bool = False


OptionValues = Mapping[str, str | SourceFile | None]
DictionaryReader = Callable[[SourceFile, OptionValues], ReadDictionary]


@dataclass(frozen=True, kw_only=True)
class DictionaryTarget(Target):
    """A dictionary of another program.

    ``note`` is a sentence on what ``write`` adds beside the file. ``read`` raises
    ``UnusableOption``. ``libraries`` come with the extra of the target's name.
    """

    write: Callable[[DictionarySource], WrittenDictionary]
    note: str = ""
    read: DictionaryReader | None = None
    read_options: tuple[ReadOption, ...] = ()
    libraries: tuple[str, ...] = ()


# ---- records: ``crfsmith export --as NAME``


class CapturedRecords(NamedTuple):
    """The newest version of every form, by subject, and all subjects of the study."""

    forms: Sequence[CapturedForm]
    subjects: Sequence[str]


class CapturedStudy(Protocol):
    """A study with its captured data, such as a database.

    ``write_package`` is here because only the keeper of the data can stream its history
    and its files.
    """

    @property
    def study(self) -> Study: ...

    @property
    def today(self) -> date: ...

    def records(self) -> CapturedRecords: ...

    def write_package(self, target: Path) -> WrittenPackage: ...


@dataclass(frozen=True, kw_only=True)
class WrittenRecords:
    """What was written, in lines for a terminal.

    ``faults`` say what is missing, for the error output. ``complete`` is False if an
    answer or a file is missing.
    """

    lines: tuple[str, ...]
    complete: bool = True
    faults: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordsTarget(Target):
    """Captured data as files.

    ``description`` is a paragraph for the help of the command. ``read`` gives the forms
    back.
    """

    write: Callable[[CapturedStudy, Path], WrittenRecords]
    description: str
    read: Callable[[Path, Study], Iterable[CapturedForm]] | None = None
