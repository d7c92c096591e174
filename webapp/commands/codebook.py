"""``crfsmith codebook``: a dictionary as documentation, a page or a table."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.losses import list_losses
from generator.targets.registry import documentation_targets, file_names, summaries
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError

REFUSED = 1
LOSSES = "LOSSES.md"
"""The list of what a format does not carry, beside the file."""

TARGETS = documentation_targets()


@click.command(
    short_help="Write a dictionary's codebook, as a page or a table.",
    help=f"""Write the codebook of the dictionary in DIR: one file that needs no other.

    The same dictionary gives the same bytes. What a format does not carry is listed
    in FILE-{LOSSES}, if it changes the meaning of an answer. Exit status: 0 if the
    file was written, 1 if the dictionary has errors (all findings are shown), 2 if
    nothing could be read or written.
    """,
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--out",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"The file to write, {file_names(TARGETS.values())}.",
)
@click.option(
    "--format",
    "name",
    type=click.Choice(list(TARGETS)),
    default=next(iter(TARGETS)),
    show_default=True,
    help=summaries(TARGETS.values()),
)
def command(folder: Path, file: Path, name: str) -> None:
    study = _study(folder)
    target = TARGETS[name]
    content = target.write(study).encode()
    # A harmless loss, such as how a page asks, is no reason for a file of its own.
    losses = [loss for loss in target.losses(study) if not loss.harmless]
    written = {file: content}

    if losses:
        losses_file = file.with_name(f"{file.stem}-{LOSSES}")
        written[losses_file] = list_losses(file.name, losses).encode()

    for path, content_of_file in written.items():
        _write(path, content_of_file)

    click.echo(f"{file}: codebook of {study.short}, {len(content) // 1000:,} kB.")
    if losses:
        click.echo(f"{len(losses):,} things are not in it. See {losses_file.name}.")


def _study(folder: Path) -> Study:
    """The study of a folder; ends the command if the dictionary has errors."""
    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    # A name may be defined in a file that could not be read.
    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        for finding in (*unreadable, *loaded.findings):
            show_finding(finding, files)
        click.echo(
            "No codebook was written, because the dictionary has errors.", err=True
        )
        sys.exit(REFUSED)

    return loaded.study


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror or error}."
        ) from error
