"""``crfsmith lsp``: the language server that an editor starts."""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.util import find_spec

import click

from webapp.installation.command_error import CommandError

SERVER = "generator.editor.answers"
COLLECTED_AFTER = (150_000, 10, 10)
"""What is read of a dictionary lives until its text changes: to go through all of it
after each key took a tenth of the time.
"""


@click.command(short_help="Answer a text editor about a dictionary (language server).")
def command() -> None:
    """Answer a text editor, which starts this command, over standard input and output.

    This needs pip install 'crfsmith[editor]'. docs/editor.md says how editors are set
    up.
    """
    if find_spec("pygls") is None:
        raise CommandError(
            "The language server needs pygls. Run: pip install 'crfsmith[editor]'."
        )

    gc.set_threshold(*COLLECTED_AFTER)
    # Imported by name, because the module cannot be read without the extra.
    import_module(SERVER).dictionary_server().start_io()
