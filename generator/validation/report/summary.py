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

    ``origin`` is its place in the report, ``follows`` how many findings follow and
    which.
    """

    origin: int
    severity: Severity
    place: str
    message: str
    remedy: str
    follows: str


def look_first(report: Report) -> tuple[First, ...]:
    """The origins of which a case is listed."""
    cases: dict[int, list[Reported]] = {}
    for reported in report.findings:
        for place, origin in enumerate(report.origins):
            if origin.is_one(reported.kind):
                cases.setdefault(place, []).append(reported)

    first: list[First] = []
    for place, own in sorted(cases.items()):
        first += _firsts(place, report.origins[place], own)

    return tuple(first)


def _firsts(
    position: int, origin: Origin, cases: Sequence[Reported]
) -> Iterator[First]:
    """The first case; each one where the cases have different reasons, as several
    programs are.
    """
    more = ""
    shown = cases
    if origin.code not in EACH:
        shown = cases[:1]
        if origin.findings > 1:
            more = f" ({many(origin.findings, 'finding')} like this)"

    for reported in shown:
        # What follows is said once, beside the first case.
        follows = _follows(origin) if reported is cases[0] else ""
        yield First(
            origin=position,
            severity=reported.finding.severity,
            place=_place(origin, reported, cases),
            message=f"{reported.finding.message}{more}",
            remedy=reported.finding.remedy,
            follows=follows,
        )


def _place(origin: Origin, reported: Reported, cases: Sequence[Reported]) -> str:
    """The file of a case, where its origin is in that file alone."""
    files = {case.file for case in cases}
    is_in_one_file = origin.table is not None or len(files) == 1
    if is_in_one_file and reported.file:
        return reported.file

    return origin.table or "Several tables"


def _follows(origin: Origin) -> str:
    if not origin.follow:
        return ""

    codes = [f"{count:,} {code}" for code, count in origin.by_code.items()]
    if len(codes) > MOST_CODES:
        codes[MOST_CODES:] = ["others"]

    bound = ""
    if origin.bound:
        bound = f"{origin.bound} "

    verb = "results" if origin.follow == 1 else "result"
    text = f"{bound}{many(origin.follow, 'finding')} {verb} from it: {', '.join(codes)}"

    # The sentence begins with a bound or with a number.
    return text[0].upper() + text[1:]


def origins_first(report: Report) -> Sequence[Reported]:
    """The findings: origins, then what has no other reason, then what follows."""
    if not report.origins:
        return report.findings

    return sorted(report.findings, key=lambda item: _rank(report.origins, item))


def _rank(origins: Sequence[Origin], reported: Reported) -> tuple[int, int]:
    # What follows comes last, beside its fellows.
    if reported.origin is not None:
        return 2, reported.origin

    for place, origin in enumerate(origins):
        if origin.is_one(reported.kind):
            return 0, place

    return 1, 0


def follows_from(report: Report, cases: Sequence[Reported]) -> str:
    """The origin of all of these, in words; nothing where they have none, or several."""
    places = {reported.origin for reported in cases}
    if len(places) != 1:
        return ""

    place = places.pop()
    if place is None:
        return ""

    origin = report.origins[place]
    where = ".".join(filter(None, (origin.table, origin.field)))
    if not where:
        return f"caused by {origin.code}"

    return f"caused by {origin.code} in {where}"
