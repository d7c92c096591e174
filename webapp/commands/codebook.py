"""``crfsmith codebook``: a dictionary as one page to read, search and print."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_spec import load_study
from generator.codebook import codebook_html
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError

REFUSED = 1


@click.command(short_help="Write a dictionary as one HTML page.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--out",
    "target",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help="The page to write.",
)
def command(folder: Path, target: Path) -> None:
    """Write the codebook of the dictionary in DIR as one self-contained HTML page.

    The same dictionary gives the same bytes. Exit status: 0 if the page was written, 1
    if the dictionary has errors (all findings are shown), 2 if nothing could be read or
    written.
    """
    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        for finding in (*unreadable, *loaded.findings):
            show_finding(finding, files)
        click.echo(
            "No codebook was written, because the dictionary has errors.", err=True
        )
        sys.exit(REFUSED)

    page = codebook_html(loaded.study)

    try:
        target.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CommandError(
            f"{target} cannot be written: {error.strerror or error}."
        ) from error

    click.echo(
        f"{target}: codebook of {loaded.study.short}, "
        f"{len(page.encode()) // 1000:,} kB."
    )
