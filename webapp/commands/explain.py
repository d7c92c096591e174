"""``crfsmith explain``: what a finding code means, and a dictionary that produces it."""

from __future__ import annotations

import click

from forms_spec.findings.catalogue import CATALOGUE, CatalogueEntry
from forms_spec.findings.suggestions import did_you_mean
from webapp.commands.terminal import wrapped


@click.command(short_help="Explain a finding code.")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain the finding CODE, or list all codes."""
    if code is None:
        _list()
    elif code in CATALOGUE:
        _explain(CATALOGUE[code])
    else:
        near = did_you_mean(code, CATALOGUE)
        hint = near or "crfsmith explain lists all codes."
        raise click.ClickException(f'There is no finding code "{code}". {hint}')


def _list() -> None:
    width = max(len(code) for code in CATALOGUE)
    for code in sorted(CATALOGUE):
        entry = CATALOGUE[code]
        click.echo(f"{code:<{width}}  {entry.severity.value:<7}  {entry.message}")


def _explain(entry: CatalogueEntry) -> None:
    click.echo(f"{entry.code} ({entry.severity.value})\n")
    click.echo(wrapped(f"Message: {entry.message}"))
    click.echo(wrapped(f"Remedy: {entry.remedy}"))
    click.echo(f"\n{wrapped(entry.explanation)}")
    if entry.example:
        click.echo("\nExample:\n")
        click.echo(
            "".join(f"    {line}\n" for line in entry.example.splitlines()).rstrip()
        )
