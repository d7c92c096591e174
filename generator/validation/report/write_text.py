"""The report as text: how many of what, then the first cases of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TextIO

from forms_spec.findings.finding import Severity
from generator.validation.completeness import Missingness, total, visits
from generator.validation.report.report import Report, Reported
from generator.validation.report.root_causes import FindingKind
from generator.validation.report.summary import follows_from, look_first, origins_first
from generator.validation.report.text_output import Part, TextOutput, text_output

CASES = 3
_LONGEST_LIST = 20
_LONGEST_EXAMPLE = 80
_SIGNS = {
    Severity.ERROR: ("✗", "bold red"),
    Severity.QUERY: ("?", "bold yellow"),
    Severity.WARNING: ("!", "yellow"),
}
ALERT = ("‼", "bold red")


def write_text(report: Report, out: TextIO, *, width: int | None = None) -> None:
    """Writes the report; colours only on a terminal."""
    output = text_output(out, width=width)
    sign = ("✗ ", "bold red")
    if report.valid:
        sign = ("✓ ", "bold green")

    output.line(sign, (report.source, "bold"), f"  {report.study or ''}")
    output.line(report.sentence())
    for note in report.notes:
        output.line((note, "dim"))

    _look_first(output, report)

    counts = report.counts
    _counts(output, "By table", counts.by_table)
    _counts(output, "By field", counts.by_field)
    _counts(output, "By rule", counts.by_check, texts=_examples(report))

    _answers(output, report.missingness)
    _first_cases(output, report)


def _look_first(output: TextOutput, report: Report) -> None:
    """The origins, with what follows from each."""
    origins = look_first(report)
    if not origins:
        return

    _title(output, "Look at these first")
    for origin in origins[:_LONGEST_LIST]:
        sign, style = _SIGNS[origin.severity]
        message = _shown(origin.message)
        output.line((f"{sign} ", style), (origin.place, "bold"), f"  {message}")
        output.line((f"    {_shown(origin.remedy)}", "dim"))

        # How much it solves is why it comes first.
        if origin.follows:
            output.line((f"    {origin.follows}", "bold"))

    _and_more(output, len(origins))


def _title(output: TextOutput, title: str) -> None:
    output.line()
    output.line((title, "bold"))


def _and_more(output: TextOutput, count: int) -> None:
    more = count - _LONGEST_LIST
    if more > 0:
        output.line(f"    and {more:,} more")


def _examples(report: Report) -> dict[str, str]:
    """What each rule, protocol check or code says where it is found first."""
    texts: dict[str, str] = {}
    for reported in report.findings:
        finding = reported.finding
        message = _shown(finding.message)
        if len(message) > _LONGEST_EXAMPLE:
            message = f"{message[: _LONGEST_EXAMPLE - 1]}…"

        texts.setdefault(finding.rule or finding.code, message)

    return texts


def _counts(
    output: TextOutput,
    title: str,
    counts: Mapping[str, int],
    texts: Mapping[str, str] | None = None,
) -> None:
    if not counts:
        return

    _title(output, title)
    shown = dict(islice(counts.items(), _LONGEST_LIST))
    digits = max(len(f"{count:,}") for count in shown.values())
    longest = max(map(len, shown))

    for name, count in shown.items():
        parts: list[Part] = [f"  {count:>{digits},}    {name}"]
        if texts and name in texts:
            parts.append((f"{'':{longest - len(name)}}    {texts[name]}", "dim"))

        output.short_line(*parts)

    _and_more(output, len(counts))


def _answers(output: TextOutput, lines: Sequence[Missingness]) -> None:
    """How many cells are answered, and why the others are not, by visit."""
    if not lines:
        return

    states = list(total(lines))
    rows: list[list[str]] = []

    for visit in visits(lines):
        counts = total(line for line in lines if line.visit == visit)
        cells = [visit]
        for state in states:
            cells.append(f"{counts[state]:,}" if state in counts else "")

        rows.append(cells)

    _title(output, "Completeness")
    output.table(["visit", *states], rows)


def _first_cases(output: TextOutput, report: Report) -> None:
    """Findings alike stand together, in the order of the files; what follows from
    others stands last.
    """
    totals: dict[FindingKind, int] = {}
    for cause in report.counts.causes:
        kind = FindingKind(cause.code, cause.table, cause.field)
        totals[kind] = cause.findings

    groups: dict[FindingKind, list[Reported]] = {}
    for reported in origins_first(report):
        groups.setdefault(reported.kind, []).append(reported)

    for kind, cases in groups.items():
        _heading(output, report, cases)
        for reported in cases[:CASES]:
            output.line(_case(reported))

        output.line((f"    {cases[0].finding.remedy}", "dim"))
        more = totals[kind] - CASES
        if more > 0:
            output.line((f"    and {more:,} more like this", "dim"))


def _heading(output: TextOutput, report: Report, cases: Sequence[Reported]) -> None:
    first = cases[0]
    finding = first.finding
    sign, style = _SIGNS[finding.severity]
    if finding.alerts:
        sign, style = ALERT

    heading = f"  {finding.severity.value}: {finding.code}"
    follows = follows_from(report, cases)
    if follows:
        heading += f", {follows}"

    place = first.place or first.file or "package"
    output.line()
    output.line((f"{sign} ", style), (place, "bold"), heading)


def _case(reported: Reported) -> str:
    parts: list[str] = []
    if reported.file:
        # An editor opens such a place at its line.
        line = f":{reported.row}" if reported.row else ""
        parts.append(f"{reported.file}{line}")
    if reported.row_key:
        parts.append(reported.row_key)

    message = _shown(reported.finding.message)

    return "    " + "  ".join([*parts, message])


def _shown(text: str) -> str:
    """Line breaks and control characters made visible, so that one case stays one line."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in text
    )
