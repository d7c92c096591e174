"""The report as text: how many of what, then the first cases of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Severity.REFUSE: ("✗", "bold red"),
    Severity.QUERY: ("?", "bold yellow"),
    Severity.WARNING: ("!", "yellow"),
}
ALERT = ("‼", "bold red")


def write_text(report: Report, out: TextIO, *, width: int | None = None) -> None:
    """Writes the report; colours only on a terminal."""
    output = text_output(out, width=width)
    sign = ("✓ ", "bold green") if report.valid else ("✗ ", "bold red")
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
    output.line()
    output.line(("Look at these first", "bold"))

    for origin in origins[:_LONGEST_LIST]:
        sign, style = _SIGNS[origin.severity]
        message = _shown(origin.message)
        output.line((f"{sign} ", style), (origin.place, "bold"), f"  {message}")
        output.line((f"    {_shown(origin.remedy)}", "dim"))
        if origin.follows:
            output.line((f"    {origin.follows}", "bold"))

    _and_more(output, len(origins))


def _and_more(output: TextOutput, count: int) -> None:
    if count > _LONGEST_LIST:
        output.line(f"    and {count - _LONGEST_LIST:,} more")


def _examples(report: Report) -> dict[str, str]:
    """What each rule, protocol check or code says where it is found first."""
    texts: dict[str, str] = {}
    for finding in report.findings:
        shown = _shown(finding.finding.message)
        texts.setdefault(
            finding.finding.rule or finding.finding.code,
            shown
            if len(shown) <= _LONGEST_EXAMPLE
            else f"{shown[: _LONGEST_EXAMPLE - 1]}…",
        )

    return texts


def _counts(
    output: TextOutput,
    title: str,
    counts: Mapping[str, int],
    texts: Mapping[str, str] | None = None,
) -> None:
    if not counts:
        return
    shown = list(counts.items())[:_LONGEST_LIST]
    digits = max(len(f"{count:,}") for _, count in shown)
    longest = max(len(name) for name, _ in shown)
    output.line()
    output.line((title, "bold"))

    for name, count in shown:
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
    rows = []
    for visit in visits(lines):
        counts = total(line for line in lines if line.visit == visit)
        cells = [f"{counts[state]:,}" if state in counts else "" for state in states]
        rows.append([visit, *cells])

    output.line()
    output.line(("Completeness", "bold"))
    output.table(["visit", *states], rows)


def _first_cases(output: TextOutput, report: Report) -> None:
    """Findings alike stand together, in the order of the files; what follows from
    others stands last.
    """
    totals = {
        FindingKind(cause.code, cause.table, cause.field): cause.findings
        for cause in report.counts.causes
    }
    groups: dict[FindingKind, list[Reported]] = {}
    for reported in origins_first(report):
        groups.setdefault(reported.alike, []).append(reported)

    for alike, cases in groups.items():
        first = cases[0]
        sign, style = ALERT if first.finding.alerts else _SIGNS[first.finding.severity]
        heading = f"{first.finding.severity.word}: {first.finding.code}"
        place = first.place or first.file or "package"
        follows = follows_from(report, cases)
        if follows:
            heading += f", {follows}"

        output.line()
        output.line((f"{sign} ", style), (place, "bold"), f"  {heading}")
        for reported in cases[:CASES]:
            output.line(_case(reported))
        output.line((f"    {first.finding.remedy}", "dim"))
        if totals[alike] > CASES:
            output.line((f"    and {totals[alike] - CASES:,} more like this", "dim"))


def _case(reported: Reported) -> str:
    place = reported.file or ""
    if reported.file and reported.row:
        place += f":{reported.row}"

    parts = [place, reported.row_key if reported.key else ""]
    before = "".join(f"{part}  " for part in parts if part)

    return f"    {before}{_shown(reported.finding.message)}"


def _shown(text: str) -> str:
    """Line breaks and control characters made visible, so that one case stays one line."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in text
    )
