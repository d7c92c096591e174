"""``crfsmith format``: one layout for the files of a dictionary."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from generator.dictionary.folder import UnreadableFolder, format_files
from generator.dictionary.formatter import EntryLayout
from webapp.installation.command_error import CommandError, cannot_write

CLEAN, CHANGED = 0, 1


@click.command(short_help="Lay out the files of a dictionary.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--layout",
    type=click.Choice([layout.value for layout in EntryLayout]),
    default=EntryLayout.KEEP.value,
    show_default=True,
    help="Put each field, rule and visit on one line where it fits, or on many.",
)
@click.option("--check", is_flag=True, help="Change nothing, and fail if a file would.")
def command(folder: Path, layout: str, check: bool) -> None:
    """Lay out the files of the dictionary in DIR.

    Only spaces and line breaks change: what the files say, quotes and comments stay.
    A file with a fault is left alone.

    Exit status: 0 if all is well, 1 if --check found files to change, 2 if nothing
    could be read or written.
    """
    try:
        changed = format_files(folder, EntryLayout(layout), write=not check)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error
    except OSError as error:
        raise cannot_write(error.filename, error) from error

    for name in changed:
        click.echo(f"{name} would change" if check else f"{name} changed")
    if not changed:
        click.echo("All files are laid out so.")

    sys.exit(CHANGED if check and changed else CLEAN)
