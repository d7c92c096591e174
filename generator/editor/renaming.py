"""A new name for a form, a field, a codelist or a visit, in every file that has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from forms_spec.findings.finding import Finding
from forms_spec.rules import KEYWORDS
from generator.editor.dictionary_session import Analysis
from generator.editor.symbols import RENAMED, NamedPlace, Symbol

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class RenameRefused(Exception):
    """The name cannot be changed so; the message says why and what to do."""


@dataclass(frozen=True, order=True, kw_only=True, slots=True)
class TextEdit:
    """Characters ``start`` up to ``end`` of a file, and what takes their place."""

    file: str
    start: int
    end: int
    text: str


def renamed_symbol(analysis: Analysis, occurrence: NamedPlace | None) -> Symbol:
    """What a rename at a place would rename. Raises ``RenameRefused``."""
    if occurrence is None or occurrence.symbol.kind not in RENAMED:
        raise RenameRefused(
            "Put the cursor on the name of a form, field, codelist or visit."
        )

    symbol = occurrence.symbol
    if not any(analysis.occurrences.definitions(symbol)):
        raise RenameRefused(f"No file defines the {symbol.words}. Define it first.")

    return symbol


def rename(
    analysis: Analysis,
    symbol: Symbol,
    name: str,
    analyse: Callable[[Mapping[str, str]], Analysis],
) -> list[TextEdit]:
    """The edits that give a thing a new name everywhere.

    Labels and comments keep their words; an answer in a label, ``{sysbp}``, is a name.
    ``analyse`` reads the files with the edits, to see what they would break. Raises
    ``RenameRefused`` where the dictionary would not mean the same.
    """
    if not NAME.fullmatch(name) or name.lower() in KEYWORDS:
        raise RenameRefused(
            f'"{name}" cannot be a name. Use letters, digits and _, a letter first, and '
            "no word of the rule language."
        )

    edits = _edits(analysis, symbol, name)
    broken = _broken_by(analysis, analyse(edited(analysis, edits)))
    if broken is not None:
        raise RenameRefused(
            f'The {symbol.words} cannot be called "{name}": {broken.message}'
        )

    return edits


def _edits(analysis: Analysis, symbol: Symbol, name: str) -> list[TextEdit]:
    places = [occurrence.place for occurrence in analysis.occurrences.of(symbol)]
    edits: set[TextEdit] = set()
    for place in places:
        positions = analysis.positions(place.file)
        start, end = positions.offsets(place)
        # An alias or an escape may show the name from afar; the check that follows
        # says whether anything is lost then.
        if positions.text[start:end] == symbol.name:
            edits.add(TextEdit(file=place.file, start=start, end=end, text=name))

    return sorted(edits)


def _broken_by(analysis: Analysis, renamed: Analysis) -> Finding | None:
    """A finding that the dictionary has only with the edits."""
    before = Counter(_kind(finding) for finding in analysis.findings)
    for finding in renamed.findings:
        before[_kind(finding)] -= 1
        if before[_kind(finding)] < 0:
            return finding

    return None


def _kind(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.text.file if finding.text else ""


def edited(analysis: Analysis, edits: Iterable[TextEdit]) -> Mapping[str, str]:
    """The texts of all files with the edits made."""
    texts = {name: analysis.positions(name).text for name in analysis.files}
    for edit in sorted(edits, reverse=True):
        text = texts[edit.file]
        texts[edit.file] = f"{text[: edit.start]}{edit.text}{text[edit.end :]}"

    return texts
