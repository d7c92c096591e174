"""Which findings of a dictionary follow from another one, and go when that is put right.

A misspelt visit in the schedule makes every rule about that visit wrong. The cause has
to be read first, wherever its file comes in the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms_spec.findings.catalogue import entry
from forms_spec.findings.finding import Finding

QUOTED = re.compile(r'"([^"]*)"')
WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseGroup:
    """A finding, with those that follow from it."""

    cause: Finding
    consequences: Sequence[Finding]


def in_text_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file, line and column."""
    return sorted(findings, key=_place)


def _place(finding: Finding) -> tuple[str, int, int]:
    # What is about the dictionary as a whole comes before what is about a line.
    place = finding.text
    if place is None:
        return "", 0, 0

    return place.file, place.line, place.column


def group_by_cause(findings: Sequence[Finding]) -> list[CauseGroup]:
    """All findings in their order, but each below the one that it follows from.

    A finding follows from a cause that names what it is about: in quotes, or as the
    name that was probably meant.
    """
    causes = [finding for finding in findings if entry(finding.code).defines]
    names = {id(cause): _names(cause) for cause in causes}
    below: dict[int, list[Finding]] = {}
    others: list[Finding] = []

    for finding in findings:
        cause = None
        if entry(finding.code).is_consequence:
            cause = _cause_of(finding, causes, names)
        if cause is None:
            others.append(finding)
        else:
            below.setdefault(id(cause), []).append(finding)

    with_consequences = [item for item in others if id(item) in below]
    alone = [item for item in others if id(item) not in below]
    return [
        CauseGroup(cause=item, consequences=below.get(id(item), ()))
        for item in (*with_consequences, *alone)
    ]


def _cause_of(
    finding: Finding, causes: Sequence[Finding], names: Mapping[int, frozenset[str]]
) -> Finding | None:
    """The first cause that names something which the finding is about."""
    words = frozenset(WORD.findall(finding.message))
    for cause in causes:
        if not words.isdisjoint(names[id(cause)]):
            return cause

    return None


def _names(cause: Finding) -> frozenset[str]:
    return quoted_words(cause.message) | quoted_words(cause.remedy)


def quoted_words(sentence: str) -> frozenset[str]:
    """Every word that a sentence has in quotes: the names that it is about."""
    quoted = " ".join(QUOTED.findall(sentence))
    return frozenset(WORD.findall(quoted))
