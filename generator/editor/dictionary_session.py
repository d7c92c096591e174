"""One dictionary that is being edited: its files on disk, with the texts of open
editors in their place.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from forms_spec.findings.finding import Finding
from forms_spec.loader import Reading, read_study
from forms_spec.loading.build_memory import BuildMemory
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Study
from generator.dictionary.folder import ENDINGS, UnreadableFolder, read_dictionary
from generator.editor.occurrences import occurrences
from generator.editor.symbols import Occurrences
from generator.editor.text_positions import TextPositions

STUDY_FILE = re.compile(r"^study[ \t]*:", re.MULTILINE)
HIGHEST = 5
"""So many folders above a file are searched for the study's file."""
ANALYSES_KEPT = 3
"""Who opens a file, undoes a change or closes without saving has texts that were
analysed a moment ago.
"""


def dictionary_folder(file: Path) -> Path:
    """The folder of the dictionary that a file belongs to: the nearest one with the
    study's file, or else its own.
    """
    for folder in list(file.parents)[:HIGHEST]:
        if any(map(_begins_a_study, _yaml_files(folder))):
            return folder

    return file.parent


def _yaml_files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix in ENDINGS]
    except OSError:
        return []


def _begins_a_study(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False

    return STUDY_FILE.search(text) is not None


@dataclass(frozen=True)
class Analysis:
    """What is known of a dictionary's texts at one moment."""

    files: Mapping[str, str]
    unreadable: tuple[Finding, ...]
    """What could not be read from the disk, and is not open either."""
    reading: Reading

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.unreadable, *self.reading.result.findings)

    def is_of(self, files: Mapping[str, str], unreadable: tuple[Finding, ...]) -> bool:
        """Whether these are its files, in this order."""
        is_same = list(self.files.items()) == list(files.items())
        return is_same and self.unreadable == unreadable

    @property
    def loaded(self) -> LoadedStudy | None:
        """The study, sound or not; None where no file begins one."""
        return self.reading.loaded

    @property
    def study(self) -> Study | None:
        return self.loaded.study if self.loaded is not None else None

    @cached_property
    def occurrences(self) -> Occurrences:
        """Every place that names something."""
        if self.loaded is None:
            return Occurrences(())

        return occurrences(self.loaded)

    @cached_property
    def _positions(self) -> dict[str, TextPositions]:
        return {}

    def positions(self, file: str) -> TextPositions:
        """The places of a file's text."""
        if file not in self._positions:
            self._positions[file] = TextPositions(self.files.get(file, ""))

        return self._positions[file]


class DictionarySession:
    """A folder, with what is typed and not yet saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, str] = {}
        self._saved: Mapping[str, str] = {}
        self._unreadable: tuple[Finding, ...] = ()
        self._analysis: Analysis | None = None
        self._recent: deque[Analysis] = deque(maxlen=ANALYSES_KEPT)
        self._of_saved: Analysis | None = None
        self._memory = BuildMemory()
        self.read_folder()

    def name(self, path: Path) -> str:
        """The name of a file as findings have it."""
        return path.relative_to(self.folder).as_posix()

    def path(self, name: str) -> Path:
        return self.folder / name

    def read_folder(self) -> None:
        """Read the saved files again."""
        self._analysis = None
        try:
            self._saved, self._unreadable = read_dictionary(self.folder)
        except UnreadableFolder:
            # Nothing is saved yet: there is what the editor has open.
            self._saved, self._unreadable = {}, ()

    def type(self, name: str, text: str) -> None:
        """Put the text of an open editor in the place of the file's."""
        self._open[name] = text
        self._analysis = None

    def close(self, name: str) -> None:
        """The file on disk counts again."""
        self._open.pop(name, None)
        self.read_folder()

    def has_open(self, name: str) -> bool:
        """Whether a file is open."""
        return name in self._open

    @property
    def is_open(self) -> bool:
        """Whether any file of the folder is open."""
        return bool(self._open)

    def analysis(self) -> Analysis:
        """What is known of the texts as they are now."""
        if self._analysis is None:
            self._analysis = self.analysis_of({**self._saved, **self._open})

        return self._analysis

    def analysis_of(self, files: Mapping[str, str]) -> Analysis:
        """What would be known of the folder with these texts: what has not changed
        since the last reading is not read again.
        """
        unreadable = tuple(
            finding
            for finding in self._unreadable
            if finding.text is None or finding.text.file not in self._open
        )
        for known in filter(None, (self._of_saved, *self._recent)):
            if known.is_of(files, unreadable):
                return known

        reading = read_study(files, incomplete=bool(unreadable), memory=self._memory)
        analysis = Analysis(files=files, unreadable=unreadable, reading=reading)
        if files == self._saved:
            # However much is typed meanwhile, all of it may be undone.
            self._of_saved = analysis
        else:
            self._recent.append(analysis)

        return analysis
