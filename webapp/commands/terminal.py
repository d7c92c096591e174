"""Text on a terminal: how wide it is, and findings with their line of the dictionary."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

import click

from forms_spec.findings.finding import Finding, Severity
from forms_spec.yaml_source.document import LINE_BREAK

COLOURS: Mapping[Severity, str] = {
    Severity.ERROR: "red",
    Severity.QUERY: "magenta",
    Severity.WARNING: "yellow",
}
LONGEST_LINE = 160


def wrapped(text: str) -> str:
    """The text in lines that fit the terminal."""
    return textwrap.fill(text, width=min(100, shutil.get_terminal_size().columns))


def show_finding(
    finding: Finding, files: Mapping[str, str], notes: Sequence[str] = ()
) -> None:
    """Print a finding: place, severity, code, cause; its line with a caret; notes; what
    to do.
    """
    place = f"{finding.text}: " if finding.text else ""
    word = click.style(finding.severity.value, fg=COLOURS[finding.severity], bold=True)
    click.echo(
        f"{click.style(place, bold=True)}{word} {printable(finding.message)} "
        f"[{finding.code}]"
    )
    for line in source_lines(finding, files):
        click.echo(f"    {line}")
    for note in notes:
        click.echo(f"    {printable(note)}")
    remedy = " ".join(finding.remedy.split())
    click.echo(f"    {click.style('->', fg='green')} {printable(remedy)}\n")


def show_consequences(findings: Sequence[Finding]) -> None:
    """Print what follows from the finding above, each on one line."""
    if not findings:
        return

    number = len(findings)
    others = "1 other finding follows" if number == 1 else f"{number} others follow"
    click.echo(f"    {others} from this. Put it right first:")
    for finding in findings:
        place = f"{finding.text}: " if finding.text else ""
        click.echo(f"      {place}{printable(finding.message)} [{finding.code}]")
    click.echo()


def source_lines(finding: Finding, files: Mapping[str, str]) -> Sequence[str]:
    """The line of the dictionary that a finding is about, and a line with carets below
    it.
    """
    place = finding.text
    lines = (
        LINE_BREAK.split(files.get(place.file, "").removeprefix("\ufeff"))
        if place
        else []
    )
    if place is None or place.line > len(lines) or not lines[place.line - 1].strip():
        return ()
    source = lines[place.line - 1]
    first = place.column - 1
    last = place.end_column - 1 if place.end_line == place.line else len(source)
    last = min(max(last, first + 1), max(len(source), first + 1))
    start = max(0, first - LONGEST_LINE // 2)
    shown = source[start : start + LONGEST_LINE]
    last = min(last, start + LONGEST_LINE)
    before = f"{'…' if start else ''}{printable(shown[: first - start])}"
    marked = printable(shown[first - start : last - start])
    after = f"{printable(shown[last - start :])}{'…' if start + LONGEST_LINE < len(source) else ''}"

    return f"{before}{marked}{after}", " " * width(before) + "^" * max(1, width(marked))


def printable(text: str) -> str:
    """The text with tabulators as blanks, and every other control character made
    visible.
    """
    return "".join(
        "    "
        if item == "\t"
        else item
        if unicodedata.category(item) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        else f"\\u{ord(item):04x}"
        for item in text
    )


def width(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters two, combining marks
    none.
    """
    return sum(
        0
        if unicodedata.combining(item)
        else 2
        if unicodedata.east_asian_width(item) in "WF"
        else 1
        for item in text
    )
