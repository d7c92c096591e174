"""``crfsmith codebook``: a dictionary as documentation, a page or a table."""

from __future__ import annotations

from pathlib import Path

import click

from generator.losses import list_losses
from generator.targets.registry import documentation_targets, file_names, summaries
from webapp.commands.study_folder import language_option, study_in_folder, write_file

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
@language_option
def command(folder: Path, file: Path, name: str, language: str) -> None:
    study = study_in_folder(folder, "No codebook was written", language)
    target = TARGETS[name]
    content = target.write(study).encode()
    # A harmless loss, such as how a page asks, is no reason for a file of its own.
    losses = [loss for loss in target.losses(study) if not loss.harmless]
    written = {file: content}

    if losses:
        losses_file = file.with_name(f"{file.stem}-{LOSSES}")
        written[losses_file] = list_losses(file.name, losses).encode()

    for path, content_of_file in written.items():
        write_file(path, content_of_file)

    click.echo(f"{file}: codebook of {study.short}, {len(content) // 1000:,} kB.")
    if losses:
        click.echo(f"{len(losses):,} things are not in it. See {losses_file.name}.")
