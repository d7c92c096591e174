"""What an editor can mend at one click: a misspelt name that has a near one, old names
of keys and types, and what only a CDASH name says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import nearest
from generator.dictionary.cdash_keys import with_said_dates
from generator.editor.dictionary_session import Analysis
from generator.editor.renaming import TextEdit

BY_CDASH_NAME = "decided-by-cdash-name"
OLD_NAMES = frozenset({"old-key", "old-type"})
MEANT = re.compile(r'Did you mean "?([^"?]+)"?\?')
WORD = re.compile(r"\w+(?:-\w+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class QuickFix:
    """One offer: its title, the finding that it settles, and its edits."""

    title: str
    finding: Finding
    edits: tuple[TextEdit, ...]


def quick_fixes(analysis: Analysis, file: str, start: int, end: int) -> list[QuickFix]:
    """The offers for the findings that touch the characters ``start`` to ``end``."""
    fixes: list[QuickFix] = []
    for finding in analysis.findings:
        if finding.text is None or finding.text.file != file:
            continue

        first, last = analysis.positions(file).offsets(finding.text)
        if first <= end and start <= last:
            fixes.extend(_fixes(analysis, finding))

    return fixes


def _fixes(analysis: Analysis, finding: Finding) -> Iterator[QuickFix]:
    if finding.code in OLD_NAMES:
        yield from _present_names(analysis, finding)
        return
    if finding.code == BY_CDASH_NAME:
        yield from _said_dates(analysis, finding)
        return

    meant = MEANT.search(finding.remedy)
    if meant is None:
        return

    edit = _replacement(analysis, finding, meant[1])
    if edit is not None:
        title = f'Change to "{meant[1]}"'
        yield QuickFix(title=title, finding=finding, edits=(edit,))


def _said_dates(analysis: Analysis, finding: Finding) -> Iterator[QuickFix]:
    """The keys of the study file that say what CDASH names do now."""
    study = analysis.study
    said = with_said_dates(study) if study is not None else None
    if study is None or said is None:
        return

    old, new = study.files[said.file], said.text
    start = _equal_beginning(old, new)
    # The two ends of the text may not share a character.
    behind = _equal_beginning(old[start:][::-1], new[start:][::-1])
    edit = TextEdit(
        file=said.file,
        start=start,
        end=len(old) - behind,
        text=new[start : len(new) - behind],
    )
    title = f"Add {' and '.join(said.keys)} to the study file"
    yield QuickFix(title=title, finding=finding, edits=(edit,))


def _equal_beginning(first: str, second: str) -> int:
    """How many characters two texts have in common from their beginning."""
    for index, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return index

    return min(len(first), len(second))


def _replacement(analysis: Analysis, finding: Finding, name: str) -> TextEdit | None:
    """The edit that writes a name for the misspelt one at the finding's place."""
    place = finding.text
    assert place is not None
    positions = analysis.positions(place.file)
    start, end = positions.offsets(place)
    text = positions.text[start:end]

    # A whole reference may be marked for one of its words.
    words = {name: name} if "." in name else {}
    spans = [(match.start(), match.end()) for match in WORD.finditer(text)]
    if words or len(spans) == 1 or not spans:
        first, last = _without_quotes(text)
    else:
        wrong = nearest(name, [text[slice(*span)] for span in spans])
        chosen = [span for span in spans if text[slice(*span)] == wrong]
        if not chosen:
            return None

        first, last = chosen[-1]

    return TextEdit(file=place.file, start=start + first, end=start + last, text=name)


def _without_quotes(text: str) -> tuple[int, int]:
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return 1, len(text) - 1

    return 0, len(text)


def _present_names(analysis: Analysis, finding: Finding) -> Iterator[QuickFix]:
    """The present name for an old one, wherever the file has it."""
    assert finding.text is not None
    file = finding.text.file
    document = analysis.reading.documents[file]
    renamings = document.renamings
    first = next(item for item in renamings if item.place == finding.text)

    same = [item for item in renamings if item.old == first.old]
    for title, chosen in (
        (f'Rename "{first.old}" to "{first.new}" in this file', same),
        ("Rename all old keys and types in this file", renamings),
    ):
        edits = tuple(
            TextEdit(
                file=file,
                start=item.start,
                end=item.start + len(item.old),
                text=item.new,
            )
            for item in chosen
        )
        yield QuickFix(title=title, finding=finding, edits=edits)
