"""Reads the text of one dictionary file into a ``Document``.

A fault does not end the reading: the entry around it is left out, and the text is read
once more, until all faults of the file are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import (
    LINE_BREAK,
    Document,
    Renaming,
)
from forms_spec.yaml_source.lost_lines import (
    LostLines,
    blanked,
    entry_at,
    lines_of_fault,
)
from forms_spec.yaml_source.syntax_errors import explain_syntax
from forms_spec.yaml_source.tree_reader import GREATER, ReadingStopped, TreeReader

MOST_FAULTS = 100
"""Faults of one file that are shown in one round. Each is one more reading of it."""

RECOVERED = frozenset({"unknown-anchor", "alias-of-itself", "sign-needs-quotes"})
"""Bounds that concern one entry and not the whole file."""

UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\ud800-\udfff]"
)


_COMPARATORS = re.compile(r"\bcomparator:[ \t]*\[[<>=, \t]*\]")


def read_document(file: str, text: str) -> Document:
    """Read one file.

    What is no YAML, or says something twice, is a finding and never an error. A fault
    costs the entry that it stands in; the rest of the file is read.
    """
    text = text.removeprefix("\ufeff")
    body = _with_comparators(text)
    faults: list[Finding] = []
    lost: list[LostLines] = []

    if UNPRINTABLE.search(body):
        faults += _unprintable(file, body)
        lost += _lines_with_unprintable(body)
        body = UNPRINTABLE.sub("x", body)

    while True:
        attempt = _attempt(file, body)
        if isinstance(attempt, TreeReader):
            break
        faults.append(attempt.finding)
        if attempt.lost is None or len(faults) >= MOST_FAULTS:
            return _broken(file, text, faults)

        lost.append(attempt.lost)
        body = blanked(body, LINE_BREAK.split(body), attempt.lost)

    root = attempt.root
    if root is None:
        empty = TextPlace(file=file, line=1, column=1)
        return _broken(file, text, faults or [finding("empty-file", text=empty)])

    return Document(
        file=file,
        text=text,
        root=root,
        findings=(*faults, *attempt.findings, *_old_names(attempt.renamings)),
        # Of a broken file nothing is rewritten before a person has looked at it.
        renamings=() if lost else tuple(attempt.renamings),
        lost=tuple(lost),
    )


def _attempt(file: str, body: str) -> TreeReader | _UnreadEntry:
    """A reader that has read the whole text, or the first fault that stopped it."""
    reader = TreeReader(file, body)
    try:
        reader.read()
    except yaml.MarkedYAMLError as error:
        _blame_open_quote(reader, error)
        lines = LINE_BREAK.split(body)
        return _UnreadEntry(
            explain_syntax(file, lines, error), lines_of_fault(lines, error)
        )
    except ReadingStopped as bound:
        place = bound.finding.text
        lost = None
        if bound.finding.code in RECOVERED and place is not None:
            lost = entry_at(LINE_BREAK.split(body), place.line - 1)
        return _UnreadEntry(bound.finding, lost)
    finally:
        reader.parser.dispose()

    return reader


def _blame_open_quote(reader: TreeReader, error: yaml.MarkedYAMLError) -> None:
    """Changes an error behind a quoted text of several lines into one of its beginning.

    A quote that is left open ends at the next quote of the file, wherever that is.
    """
    quote, mark = reader.long_quote, error.problem_mark
    if quote is None or mark is None or mark.line != quote.end_mark.line:
        return

    error.context = "while scanning a quoted scalar"
    error.context_mark = quote.start_mark


def _lines_with_unprintable(body: str) -> Iterator[LostLines]:
    for index, line in enumerate(LINE_BREAK.split(body)):
        if UNPRINTABLE.search(line):
            number = index + 1
            yield LostLines(first=number, last=number, owner=0, text=line)


def _old_names(renamings: Sequence[Renaming]) -> Iterator[Finding]:
    """One finding for each old name of a file, where it first stands, with the number
    of its places.
    """
    by_name: dict[tuple[str, str], list[Renaming]] = {}
    for renaming in renamings:
        by_name.setdefault((renaming.code, renaming.old), []).append(renaming)

    for (code, old), same in by_name.items():
        times = "" if len(same) == 1 else f" ({len(same)} times in this file)"
        yield finding(code, text=same[0].place, old=old, new=same[0].new, times=times)


def with_present_names(text: str) -> str:
    """The text of a file with its old keys and types renamed; every other character
    stays.
    """
    document = read_document("", text)
    body = document.text

    for renaming in sorted(
        document.renamings, key=lambda renaming: renaming.start, reverse=True
    ):
        after = renaming.start + len(renaming.old)
        if body[renaming.start : after] == renaming.old:
            body = f"{body[: renaming.start]}{renaming.new}{body[after:]}"

    return text[: len(text) - len(document.text)] + body


def _with_comparators(text: str) -> str:
    """``comparator: [<, >]`` so that YAML reads it; every character stays in its place."""
    if "comparator" not in text:
        return text
    return _COMPARATORS.sub(lambda result: result[0].replace(">", GREATER), text)


def _broken(file: str, text: str, faults: Sequence[Finding]) -> Document:
    return Document(file=file, text=text, root=None, findings=tuple(faults))


def _unprintable(file: str, body: str) -> Iterator[Finding]:
    """One finding for each line with invisible characters, at the first of them."""
    for index, line in enumerate(LINE_BREAK.split(body)):
        bad = UNPRINTABLE.search(line)
        if bad is None:
            continue

        place = TextPlace(file=file, line=index + 1, column=bad.start() + 1)
        character = f"U+{ord(bad[0]):04X}"
        yield finding("unprintable-character", text=place, character=character)


@dataclass(frozen=True, slots=True)
class _UnreadEntry:
    """What stopped the reader, and the lines to leave out so that it gets further."""

    finding: Finding
    lost: LostLines | None
