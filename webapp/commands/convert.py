"""``crfsmith convert``: dictionaries of other programs into ours, and ours into theirs."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from forms_spec.findings.finding import Finding, Severity
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.losses import Loss, count_losses
from generator.targets.registry import dictionary_targets
from generator.targets.target import (
    DictionarySource,
    DictionaryTarget,
    OptionValues,
    ReadOption,
    SourceFile,
    UnusableOption,
)
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError, cannot_read, cannot_write

CLEAN, FINDINGS = 0, 1
LOSSES = "LOSSES.md"
"""The list of losses, beside what was written."""
FORM = re.compile(r"^form:", re.MULTILINE)
"""The top key of a file with a form."""

TARGETS = dictionary_targets()
READERS = {name: target for name, target in TARGETS.items() if target.read}
READ_OPTIONS: Mapping[str, ReadOption] = {
    option.name: option for target in READERS.values() for option in target.read_options
}
"""The options of all readers; one that several have is there once."""

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _help() -> str:
    ways = [
        f"crfsmith convert FILE{target.suffix} --from {name} --to DIR"
        for name, target in READERS.items()
    ]
    ways += [
        f"crfsmith convert DIR --to {name} --out FILE{target.suffix}"
        for name, target in TARGETS.items()
    ]
    paragraphs = [
        "Convert a dictionary of another program to a crfsmith dictionary, or the "
        "other way round.",
        "\n".join(["\b", *ways]),
        " ".join(
            [
                "Features without an equivalent are kept verbatim or listed in "
                f"{LOSSES}.",
                *(target.note for target in TARGETS.values() if target.note),
            ]
        ),
        "Exit status: 0 if the result can be used, 1 if it has errors, 2 if nothing "
        "could be read or written.",
    ]
    return "\n\n".join(paragraphs)


def _with_read_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the readers' options, which click lists in the reverse of this order."""
    for option in reversed(list(READ_OPTIONS.values())):
        command = click.option(
            f"--{option.name.replace('_', '-')}",
            option.name,
            type=_FILE if option.takes_file else None,
            metavar=option.metavar,
            help=option.summary,
        )(command)

    return command


@click.command(
    short_help="Convert a dictionary from or to another format.", help=_help()
)
@click.argument(
    "source", type=click.Path(path_type=Path, exists=True), metavar="FILE|DIR"
)
@click.option(
    "--from",
    "source_format",
    type=click.Choice(list(READERS)),
    help="The format of FILE.",
)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="|".join(["DIR", *TARGETS]),
    help="The new folder, or the format to write.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write, with --to FORMAT.",
)
@_with_read_options
def command(
    *,
    source: Path,
    source_format: str | None,
    target: str,
    out: Path | None,
    **options: Any,
) -> None:
    # A new folder may have the name of a format, so --from decides.
    if source_format is not None:
        _read(READERS[source_format], source, Path(target), options)
    elif target in TARGETS:
        _write(TARGETS[target], source, out)
    else:
        raise CommandError(
            f"Give the format of FILE with --from {'|'.join(READERS)}, or the output "
            f"with --to {_ways_out()}."
        )


def _ways_out() -> str:
    return ", --to ".join(
        f"{name} --out FILE{target.suffix}" for name, target in TARGETS.items()
    )


def _read(
    reader: DictionaryTarget, source: Path, folder: Path, options: Mapping[str, Any]
) -> None:
    """Another program's dictionary becomes a new folder."""
    assert reader.read is not None, reader.name
    _need_libraries(reader)
    # Files of an earlier conversion would become parts of the new dictionary.
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} is not empty. Give a new folder.")

    values = _option_values(reader, options)
    file = SourceFile(source, _bytes(source))
    try:
        with _without_collector():
            result = reader.read(file, values)
    except UnusableOption as error:
        raise CommandError(str(error)) from error

    # A dictionary with errors is written all the same, to be put right by hand.
    _show(result.findings, result.files)
    if not result.files:
        click.echo("Nothing was written. Correct the errors and convert it again.")
        sys.exit(FINDINGS)

    _write_files(folder, {**result.files, LOSSES: result.loss_list, **result.originals})
    _show_losses(result.losses)
    forms = sum(FORM.search(text) is not None for text in result.files.values())
    click.echo(f"{folder}: {result.fields:,} fields in {forms} forms.")
    sys.exit(CLEAN if result.usable else FINDINGS)


def _need_libraries(target: DictionaryTarget) -> None:
    if not all(map(find_spec, target.libraries)):
        raise CommandError(
            f"For {target.name} you need more libraries. Run: pip install "
            f"'crfsmith[{target.name}]'."
        )


def _option_values(
    reader: DictionaryTarget, options: Mapping[str, Any]
) -> OptionValues:
    """The values of the reader's own options, with the content of files."""
    values: dict[str, str | SourceFile | None] = {}
    for option in reader.read_options:
        value = options[option.name]
        if option.takes_file and value is not None:
            value = SourceFile(value, _bytes(value))
        values[option.name] = value

    return values


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


def _write(target: DictionaryTarget, source: Path, out: Path | None) -> None:
    """A folder becomes another program's dictionary."""
    if out is None:
        raise CommandError(f"Give the file to write with --out FILE{target.suffix}.")

    _need_libraries(target)
    try:
        files, unreadable = read_dictionary(source)
    except UnreadableFolder as error:
        raise CommandError(str(error)) from error

    result = target.write(DictionarySource(source, files))
    _show((*unreadable, *result.findings), files)
    if result.content is None:
        sys.exit(FINDINGS)

    beside = {f"{out.stem}{ending}": file for ending, file in result.beside.items()}
    _write_files(
        out.parent,
        {
            out.name: result.content,
            f"{out.stem}-{LOSSES}": result.loss_list,
            **beside,
        },
    )
    _show_losses(result.losses)
    click.echo(f"{out}: {result.fields:,} fields.")
    for name in beside:
        click.echo(str(out.with_name(name)))
    sys.exit(CLEAN if not unreadable else FINDINGS)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise cannot_read(path, error) from error


def _write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _show(findings: Iterable[Finding], files: Mapping[str, str]) -> None:
    """Shows the findings, those that refuse the dictionary first."""
    errors_first = sorted(
        findings, key=lambda item: item.severity is not Severity.ERROR
    )
    for finding in errors_first:
        show_finding(finding, files)


def _show_losses(losses: Iterable[Loss]) -> None:
    listed = count_losses(losses)
    if not listed:
        click.echo("Nothing is lost.")
    for kind, harmless, count in listed:
        click.echo(f"{count:6,}  {kind}{' (same meaning)' if harmless else ''}")
