"""The report for a terminal: how many of what, then the first cases of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from forms_spec.findings.finding import Severity
from generator.validation.completeness import Missingness, total, visits
from generator.validation.report.report import Report, Reported
from generator.validation.report.root_causes import FindingKind
from generator.validation.report.summary import follows_from, look_first, origins_first

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
    console = Console(
        file=out,
        width=width,
        highlight=False,
        soft_wrap=width is None and not out.isatty(),
    )
    sign, style = ("✓", "bold green") if report.valid else ("✗", "bold red")
    console.print(
        Text.assemble(
            (f"{sign} ", style), (report.source, "bold"), f"  {report.study or ''}"
        )
    )
    console.print(Text(report.sentence()))
    for note in report.notes:
        console.print(Text(note, "dim"))
    _look_first(console, report)
    counts = report.counts
    _counts(console, "By table", counts.by_table)
    _counts(console, "By field", counts.by_field)
    _counts(console, "By rule", counts.by_check, texts=_examples(report))
    _answers(console, report.missingness)
    for first_case in _first_cases(report):
        console.print(first_case)


def _look_first(console: Console, report: Report) -> None:
    """The origins, with what follows from each."""
    value = look_first(report)
    if not value:
        return
    console.print()
    console.print(Text("Look at these first", "bold"))

    for item in value[:_LONGEST_LIST]:
        sign, style = _SIGNS[item.severity]
        console.print(
            Text.assemble(
                (f"{sign} ", style), (item.place, "bold"), f"  {_shown(item.message)}"
            )
        )
        console.print(Text(f"    {_shown(item.remedy)}", "dim"))
        if item.follows:
            console.print(Text(f"    {item.follows}", "bold"))

    if len(value) > _LONGEST_LIST:
        console.print(Text(f"    and {len(value) - _LONGEST_LIST:,} more"))


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
    console: Console,
    title: str,
    counts: Mapping[str, int],
    texts: Mapping[str, str] | None = None,
) -> None:
    if not counts:
        return
    shown = list(counts.items())[:_LONGEST_LIST]
    digits = max(len(f"{count:,}") for _, count in shown)
    longest = max(len(name) for name, _ in shown)
    console.print()
    console.print(Text(title, "bold"))

    for name, count in shown:
        line = Text.assemble(f"  {count:>{digits},}    {name}")
        if texts and name in texts:
            line.append(f"{'':{longest - len(name)}}    {texts[name]}", "dim")
        console.print(line, no_wrap=True, overflow="ellipsis", crop=False)

    if len(counts) > _LONGEST_LIST:
        console.print(Text(f"    and {len(counts) - _LONGEST_LIST:,} more"))


def _answers(console: Console, lines: Sequence[Missingness]) -> None:
    """How many cells are answered, and why the others are not, by visit."""
    if not lines:
        return
    by_visit = {
        visit: total(line for line in lines if line.visit == visit)
        for visit in visits(lines)
    }
    states = list(total(lines))
    table = Table(box=None, padding=(0, 2, 0, 2))
    table.add_column("visit")
    for state in states:
        table.add_column(Text(state), justify="right")

    for visit, value in by_visit.items():
        table.add_row(
            Text(visit),
            *(f"{value[state]:,}" if state in value else "" for state in states),
        )

    console.print()
    console.print(Text("Completeness", "bold"))
    console.print(table)


def _first_cases(report: Report) -> Iterator[Text]:
    """Findings alike stand together, in the order of the files; what follows from
    others stands last.
    """
    totals = {
        FindingKind(cause.code, cause.table, cause.field): cause.findings
        for cause in report.counts.causes
    }
    groups: dict[FindingKind, list[Reported]] = {}
    for item in origins_first(report):
        groups.setdefault(item.alike, []).append(item)

    for alike, cases in groups.items():
        first = cases[0]
        sign, style = ALERT if first.finding.alerts else _SIGNS[first.finding.severity]
        heading = f"{first.finding.severity.word}: {first.finding.code}"
        place = first.place or first.file or "package"
        follows = follows_from(report, cases)
        if follows:
            heading += f", {follows}"
        yield Text.assemble("\n", (f"{sign} ", style), (place, "bold"), f"  {heading}")
        for item in cases[:CASES]:
            yield _case(item)
        yield Text(f"    {first.finding.remedy}", "dim")
        if totals[alike] > CASES:
            yield Text(f"    and {totals[alike] - CASES:,} more like this", "dim")


def _case(reported: Reported) -> Text:
    line = (
        f"{reported.file}:{reported.row}  "
        if reported.file and reported.row
        else f"{reported.file}  "
        if reported.file
        else ""
    )
    key = f"{reported.row_key}  " if reported.key else ""

    return Text(f"    {line}{key}{_shown(reported.finding.message)}")


def _shown(text: str) -> str:
    """Line breaks and control characters made visible, so that one case stays one line."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in text
    )
