"""``crfsmith schema``: the JSON Schema of a dictionary's files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from generator.editor.json_schema import dictionary_schema
from webapp.commands.study_folder import write_file


@click.command(short_help="Write the JSON Schema of a dictionary's files.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to this file. Default: standard output.",
)
def command(out: Path | None) -> None:
    """Write the JSON Schema of a dictionary's files, for editors.

    A file that begins with "# yaml-language-server: $schema=PATH" is checked against it
    while you type.
    """
    text = json.dumps(dictionary_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out, text.encode("utf-8"))
