"""``crfsmith check``: every finding of a dictionary at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from forms_spec import load_study
from forms_spec.findings.causes import group_by_cause, in_text_order
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.study import Study
from generator.dictionary.folder import (
    UnreadableFolder,
    read_dictionary,
    rename_old_keys,
    say_dates,
)
from webapp.commands.finding_formats import github_lines, sarif_log
from webapp.commands.terminal import show_consequences, show_finding

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2


@click.command(short_help="Check a study's dictionary and list every finding.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option(
    "--fix",
    is_flag=True,
    help="First rename old keys and types in the files, and write into the study file "
    "what only CDASH names say of visits. Nothing else changes.",
)
def command(folder: Path, form: str, strict: bool, fix: bool) -> None:
    """Check the dictionary in the folder DIR and list every finding.

    Exit status: 0 if the dictionary can be used, 1 if it has errors, 2 if there is no
    dictionary to read. Warnings alone exit with 0, or with 1 under --strict.
    """
    try:
        if fix:
            _fix(folder)
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        _say_unreadable(str(error), form)
        sys.exit(UNREADABLE)

    loaded = load_study(files, incomplete=bool(unreadable))
    findings = in_text_order((*unreadable, *loaded.findings))
    study = None if unreadable else loaded.study
    refused = study is None
    if form == "json":
        _echo_json(_report(findings, study))
    elif form == "sarif":
        _echo_json(sarif_log(findings, folder))
    elif form == "github":
        for line in github_lines(findings, folder):
            click.echo(line)
    else:
        for group in group_by_cause(findings):
            show_finding(group.cause, files)
            show_consequences(group.consequences)
        click.echo(_summary(findings, study, len(files)))

    sys.exit(FINDINGS if refused or (strict and findings) else CLEAN)


def _echo_json(data: Mapping[str, Any]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _fix(folder: Path) -> None:
    """Mends what is beyond doubt, and says on the error stream what was done."""
    try:
        renamed = rename_old_keys(folder)
        said = say_dates(folder)
    except OSError as error:
        raise UnreadableFolder(
            f"{error.filename} cannot be written: {error.strerror}"
        ) from error

    for name, number in renamed.items():
        click.echo(f"{name}: renamed {_count(number, 'old name')}", err=True)
    if said is not None:
        click.echo(f"{said.file}: added {' and '.join(said.keys)}", err=True)


def _say_unreadable(message: str, form: str) -> None:
    if form == "json":
        _echo_json({"valid": False, "unreadable": message})

    click.echo(f"Error: {message}", err=True)


def counts(study: Study | None) -> Mapping[str, int]:
    """How much a study holds; nothing while it is refused."""
    if study is None:
        return {}
    fields = sum(len(table.fields) for table in study.tables.values())

    return {
        "fields": fields,
        "forms": len(study.forms),
        "visits": len(study.visits),
        "rules": len(study.rules),
    }


def _report(findings: Sequence[Finding], study: Study | None) -> dict[str, Any]:
    return {
        "valid": study is not None,
        "study": study.name if study else None,
        "hash": study.hash if study else None,
        "counts": counts(study),
        "findings": [finding_data(finding) for finding in findings],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it."""
    place = finding.text
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        # 0 is an end that nobody knows.
        "end_line": (place.end_line or None) if place else None,
        "end_column": (place.end_column or None) if place else None,
        "value": finding.value,
        "message": finding.message,
        "remedy": " ".join(finding.remedy.split()),
        "related": [str(item) for item in finding.related],
    }


def _summary(findings: Sequence[Finding], study: Study | None, files: int) -> str:
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    errors = len(findings) - warnings
    text = _counts({"error": errors, "warning": warnings})
    if study is None:
        return f"{text} in {_count(files, 'file')}"

    sizes = {word.removesuffix("s"): number for word, number in counts(study).items()}
    return f"{study.short}: {_counts(sizes)}. {text or 'No findings'}"


def _counts(numbers: Mapping[str, int]) -> str:
    """``2 errors, 1 warning``; what there is none of is left out."""
    parts = [_count(number, word) for word, number in numbers.items() if number]
    return ", ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
