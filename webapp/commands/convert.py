"""``crfsmith convert``: dictionaries of other programs into ours, and ours into theirs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forms_spec.findings.finding import Finding, Severity
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.redcap.convert import convert_redcap
from generator.redcap.losses import as_markdown, counts
from generator.redcap.reading.events import EventFiles
from generator.redcap.reading.originals import originals, read_originals
from generator.redcap.reading.project_file import NoProject, project_missing
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError

if TYPE_CHECKING:
    from generator.redcap.losses import Loss

FORMATS = ("redcap",)
CLEAN, FINDINGS = 0, 1
LOSSES = "LOSSES.md"
"""The list of Losses, beside what was written."""

LISTS = {
    "events": "events.csv",
    "forms": "event-forms.csv",
    "repeating": "repeating.csv",
}
"""The lists of events, of their forms and of what repeats, behind the name of the
dictionary's file.
"""

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(short_help="Convert a dictionary from or to another format.")
@click.argument(
    "source", type=click.Path(path_type=Path, exists=True), metavar="FILE|DIR"
)
@click.option("--from", "given", type=click.Choice(FORMATS), help="The format of FILE.")
@click.option(
    "--to",
    "target",
    required=True,
    metavar="DIR|redcap",
    help="The new folder, or the format to write.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write, with --to FORMAT.",
)
@click.option("--events", type=_FILE, help="REDCap's events, as CSV.")
@click.option("--event-forms", type=_FILE, help="REDCap's forms of each event, as CSV.")
@click.option(
    "--repeating", type=_FILE, help="REDCap's repeating forms and events, as CSV."
)
@click.option(
    "--day-zero",
    metavar="FIELD",
    help="The date field that event days are counted from.",
)
@click.option(
    "--record-id",
    metavar="FIELD",
    help="The record ID field, if it is not the first field. '' for none.",
)
@click.option(
    "--missing",
    metavar="CODES",
    help="The project's missing data codes: 'ND, Not done | UNK, Unknown'.",
)
@click.option(
    "--project",
    type=_FILE,
    help="REDCap's project file (XML), which lists its missing data codes.",
)
@click.option("--study", help="The study's name. Default: the file's name.")
def command(
    *,
    source: Path,
    given: str | None,
    target: str,
    out: Path | None,
    **options: Any,
) -> None:
    """Convert a REDCap data dictionary to a crfsmith dictionary, or the other way
    round.

    \b
    crfsmith convert FILE.csv --from redcap --to DIR
    crfsmith convert DIR --to redcap --out FILE.csv

    Features without an equivalent are kept verbatim or listed in LOSSES.md. With --to
    redcap, events, their forms and repeating forms are written to files next to FILE,
    if the study has any.

    Exit status: 0 if the result can be used, 1 if it has errors, 2 if nothing could be
    read or written.
    """
    if given == "redcap":
        _from_redcap(source, Path(target), **options)
    elif target == "redcap":
        _to_redcap(source, out)
    else:
        raise CommandError(
            "Give the format of FILE with --from redcap, or the output with --to "
            "redcap --out FILE.csv."
        )


def _from_redcap(
    source: Path,
    target: Path,
    *,
    project: Path | None,
    missing: str | None,
    events: Path | None,
    event_forms: Path | None,
    repeating: Path | None,
    **options: Any,
) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CommandError(f"{target} is not empty. Give a new folder.")
    given = EventFiles(
        events=_read(events), forms=_read(event_forms), repeating=_read(repeating)
    )
    codes = " | ".join(item for item in (missing, _project_missing(project)) if item)
    content = _bytes(source)
    with _without_collector():
        result = convert_redcap(source.name, content, given, missing=codes, **options)
    _show(result.findings, result.files)
    if not result.files:
        sys.exit(FINDINGS)
    written: dict[str, str | bytes] = {
        **result.files,
        LOSSES: as_markdown(source.name, result.losses),
        **originals(content, given),
    }
    _write(target, written)
    _summary(result.losses)
    forms = sum(name.startswith("forms/") for name in result.files)
    click.echo(f"{target}: {result.fields:,} fields in {forms} forms.")
    sys.exit(CLEAN if result.usable else FINDINGS)


def _project_missing(path: Path | None) -> str:
    """The missing data codes that a project's file names."""
    if path is None:
        return ""

    try:
        return project_missing(_bytes(path))
    except NoProject as error:
        raise CommandError(f"{path} is not a REDCap project: {error}.") from error


@contextmanager
def _without_collector() -> Iterator[None]:
    """What a conversion makes lives to its end: looking for garbage in it takes a
    seventh of its time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _to_redcap(source: Path, out: Path | None) -> None:
    # The writer of REDCap's files, which the other direction does without.
    from generator.redcap.write_dictionary import write_redcap

    if out is None:
        raise CommandError("Give the file to write with --out FILE.csv.")
    try:
        files, unreadable = read_dictionary(source)
    except UnreadableFolder as error:
        raise CommandError(str(error)) from error

    result = write_redcap(files, read_originals(source))
    _show((*unreadable, *result.findings), files)
    if result.content is None:
        sys.exit(FINDINGS)
    losses = out.with_name(f"{out.stem}-{LOSSES}")
    written: dict[str, str | bytes] = {
        out.name: result.content,
        losses.name: as_markdown(source.name, result.losses),
        **{
            f"{out.stem}-{LISTS[name]}": content
            for name, content in result.lists.items()
        },
    }
    _write(out.parent, written)
    _summary(result.losses)
    click.echo(f"{out}: {result.fields:,} fields.")
    for name in result.lists:
        click.echo(str(out.with_name(f"{out.stem}-{LISTS[name]}")))
    sys.exit(CLEAN if not unreadable else FINDINGS)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            f"{path} cannot be read: {error.strerror or error}."
        ) from error


def _read(path: Path | None) -> tuple[str, bytes] | None:
    return (path.name, _bytes(path)) if path is not None else None


def _write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise CommandError(
            f"{folder} cannot be written: {error.strerror or error}."
        ) from error


def _show(findings: Iterable[Finding], files: Mapping[str, str]) -> None:
    for finding in sorted(
        findings, key=lambda item: item.severity is not Severity.REFUSE
    ):
        show_finding(finding, files)


def _summary(losses: Iterable[Loss]) -> None:
    listed = counts(losses)
    if not listed:
        click.echo("Nothing is lost.")
    for kind, harmless, count in listed:
        click.echo(f"{count:6,}  {kind}{' (same meaning)' if harmless else ''}")
