"""Findings of the checker as a designer reads them: the place, the line, the caret, the
remedy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from webapp.preview.field_markers import FormPart, about

GRAVITY = {Severity.ERROR: 0, Severity.QUERY: 1, Severity.WARNING: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """A line of a file in three parts; ``marked`` is what the finding points at."""

    number: int
    before: str
    marked: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFinding:
    """A finding with its source line, and the form that it is about, when there is one."""

    finding: Finding
    place: str
    line: SourceLine | None
    about: FormPart

    @property
    def severity(self) -> str:
        return self.finding.severity.value


def listed(
    findings: Iterable[Finding], files: Mapping[str, str]
) -> list[ListedFinding]:
    """The findings, gravest first, else in the order of the files."""
    gravest_first = sorted(findings, key=lambda item: GRAVITY[item.severity])
    return [
        ListedFinding(
            finding=finding,
            place=str(finding.text) if finding.text else "",
            line=source_line(finding.text, files),
            about=about(finding.text, files),
        )
        for finding in gravest_first
    ]


def source_line(place: TextPlace | None, files: Mapping[str, str]) -> SourceLine | None:
    """The line that a place is in, cut where the place begins and ends."""
    if place is None:
        return None
    lines = files.get(place.file, "").splitlines()
    if not 1 <= place.line <= len(lines):
        return None

    text = lines[place.line - 1]
    start = min(max(place.column - 1, 0), len(text))
    end = place.end_column - 1 if place.end_line == place.line else len(text)

    # At least one character is marked, even behind the end of the line.
    end = min(max(end, start + 1), max(len(text), start + 1))

    return SourceLine(
        number=place.line,
        before=text[:start],
        marked=text[start:end] or " ",
        after=text[end:],
    )
