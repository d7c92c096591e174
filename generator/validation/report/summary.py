"""The head of a report in words: what to look at first, and the findings in that order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms_spec.findings.finding import Severity
from generator.validation.report.report import Report, Reported, many
from generator.validation.report.root_causes import Origin

MOST_CODES = 5
EACH = frozenset({"saved-by-program", "rewritten-by-program"})
"""Codes of which every case is a reason of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """One origin.

    ``at`` is its place in the report, ``follows`` how many findings follow and which.
    """

    at: int
    severity: Severity
    place: str
    message: str
    remedy: str
    follows: str


def look_first(report: Report) -> tuple[First, ...]:
    """The origins of which a case is listed."""
    cases: dict[int, list[Reported]] = {}
    for finding in report.findings:
        for index, origin in enumerate(report.origins):
            if origin.is_one(finding.alike):
                cases.setdefault(index, []).append(finding)

    return tuple(
        first
        for position in sorted(cases)
        for first in _firsts(position, report.origins[position], cases[position])
    )


def _firsts(
    position: int, origin: Origin, cases: Sequence[Reported]
) -> Iterator[First]:
    """The first case; each one where the cases have different reasons, as several
    programs are.
    """
    files = {entry.file for entry in cases}
    place = (files.pop() or "") if len(files) == 1 else ""
    each = origin.code in EACH

    for item in cases if each else cases[:1]:
        finding = item.finding
        more = (
            f" ({many(origin.findings, 'finding')} like this)"
            if origin.findings > 1 and not each
            else ""
        )
        yield First(
            at=position,
            severity=finding.severity,
            place=(item.file or origin.table or "")
            if origin.table
            else place or "Several tables",
            message=f"{finding.message}{more}",
            remedy=finding.remedy,
            follows=_follows(origin) if item is cases[0] else "",
        )


def _follows(origin: Origin) -> str:
    if not origin.follow:
        return ""
    bound = f"{origin.bound} " if origin.bound else ""
    codes = [f"{count:,} {code}" for code, count in origin.by_code.items()]
    shown = [*codes[:MOST_CODES], *(["others"] if len(codes) > MOST_CODES else [])]
    verb = "results" if origin.follow == 1 else "result"
    text = f"{bound}{many(origin.follow, 'finding')} {verb} from it: {', '.join(shown)}"

    return text[0].upper() + text[1:]


def origins_first(report: Report) -> Sequence[Reported]:
    """The findings: origins, then what has no other reason, then what follows."""
    if not report.origins:
        return report.findings
    return sorted(report.findings, key=lambda item: _rank(report.origins, item))


def _rank(origins: Sequence[Origin], reported: Reported) -> tuple[int, int]:
    if reported.origin is not None:
        return 2, reported.origin
    own = next(
        (
            index
            for index, origin in enumerate(origins)
            if origin.is_one(reported.alike)
        ),
        None,
    )

    return (1, 0) if own is None else (0, own)


def follows_from(report: Report, cases: Sequence[Reported]) -> str:
    """The origin of all of these, in words; nothing where they have none, or several."""
    if len({item.origin for item in cases}) != 1 or cases[0].origin is None:
        return ""
    origin = report.origins[cases[0].origin]
    place = ".".join(part for part in (origin.table, origin.field) if part)
    return f"caused by {origin.code}{f' in {place}' if place else ''}"
