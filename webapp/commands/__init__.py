"""The command ``crfsmith``: one file per subcommand, imported only when it is used.

A subcommand is a module of this package with a click command named ``command`` and a
line in ``COMMANDS``. The line carries the short help, so that ``crfsmith --help``
imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from forms_spec.findings.suggestions import did_you_mean

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "Begin a new study.",
        "check": "Check a study's dictionary and list every finding.",
        "diff": "Say what changed between two dictionaries.",
        "prove": "Prove what a study's rules can and cannot do.",
        "format": "Lay out the files of a dictionary.",
        "translate": "Write and refresh a translation of a study's texts.",
        "explain": "Explain a finding code.",
        "lsp": "Answer a text editor about a dictionary (language server).",
        "schema": "Write the JSON Schema of a dictionary's files.",
        "preview": "Serve a dictionary's forms without a database.",
        "synthesize": "Write synthetic subjects as a package.",
        "coverage": "Say what test subjects reach of a dictionary.",
        "convert": "Convert a dictionary from or to another format.",
        "codebook": "Write a dictionary's codebook, as a page or a table.",
        "randomize": "Draw and load randomization lists.",
        "paper": "Write blank forms or casebooks to print.",
        "serve": "Serve the study's pages for data entry.",
        "release": "Release a new dictionary for a site.",
        "users": "List, add and change the accounts of a study.",
        "import": "Import a package into a database.",
        "export": "Export a database's data as a package.",
        "backup": "Back up a database while people work.",
        "restore": "Restore a backup, and verify it.",
        "validate": "Validate a package and report every finding.",
        "mail": "Send alerts that wait to be sent by mail.",
        "queries": "Open queries from a list of findings.",
        "redact": "Take out text that should never have been typed.",
        "audit": "Verify that the history is as it was written.",
        "repair": "Undo other programs' changes to a package's tables.",
    }
)


def module_name(command: str) -> str:
    """The module of a subcommand; ``import`` is a word of Python and lives in
    ``import_``.
    """
    return f"{__name__}.{command.replace('-', '_')}{'_' if command == 'import' else ''}"


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(module_name(cmd_name)).command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"{error.message} {near}".rstrip(), ctx) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crfsmith", message="%(prog)s %(version)s")
def main() -> None:
    """Build a study's forms, tables and checks from one data dictionary."""
