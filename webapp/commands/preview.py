"""``crfsmith preview``: the forms of a dictionary while it is being written."""

from __future__ import annotations

from pathlib import Path

import click
from waitress import create_server  # type: ignore[import-untyped]

from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.installation.command_error import CommandError
from webapp.preview import Watched, create_preview


@click.command(short_help="Serve a dictionary's forms without a database.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option(
    "--port",
    default=8001,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on.",
)
def command(folder: Path, host: str, port: int) -> None:
    """Serve the forms of the dictionary in DIR until you press Ctrl-C. Nothing you type
    is stored.

    When you save a file, the page reloads and shows the new form, or what is wrong with
    it.
    """
    try:
        read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    watched = Watched(folder)
    app = create_preview(watched)

    try:
        server = create_server(app, host=host, port=port, ident=None)
    except OSError as error:
        raise CommandError(
            f"{host}:{port} cannot be used: {error.strerror or error}. Choose "
            "another port with --port."
        ) from error

    seen = watched.now()
    click.echo(
        f"The forms of {folder} are served at "
        f"http://{host}:{server.effective_port} (press Ctrl-C to stop)"
    )
    if seen.findings:
        count = len(seen.findings)
        click.echo(
            f"The check has {count} finding{'' if count == 1 else 's'}; the page "
            "lists them."
        )

    server.run()
    click.echo("\nStopped.")
