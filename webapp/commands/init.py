"""``crfsmith init``: a study that runs, in one command."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import click

from forms_spec import load_study
from generator.dictionary.guessed_form import free_name, guess_form
from generator.dictionary.starter import (
    DOMAINS,
    StartedForm,
    domain_form,
    new_study,
)
from webapp.commands.study_folder import write_file
from webapp.installation.command_error import CommandError, cannot_read

MOST_ROWS = 20_000
"""Rows of a table that are looked at: more would hardly change a guess."""

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DOMAINS = ", ".join(f"{name} ({title.lower()})" for name, title in DOMAINS.items())


@click.command(
    short_help="Begin a new study.",
    help=f"""Begin a new study in the folder DIR, which must be new or empty.

    The study has a consent form, two visits, and the forms that you name. You can look
    at it at once with `crfsmith preview DIR`.

    Domains of CDASH: {_DOMAINS}.

    Exit status: 0 if the study was written, 2 if nothing could be read or written.
    """,
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--study", "identifier", metavar="ID", help="The study's identifier.")
@click.option("--title", metavar="TEXT", help="The study's title.")
@click.option(
    "--domain",
    "domains",
    multiple=True,
    type=click.Choice(list(DOMAINS), case_sensitive=False),
    help="Begin a form from a domain of CDASH. Repeat it for more.",
)
@click.option(
    "--data",
    "tables",
    multiple=True,
    type=_FILE,
    metavar="FILE.csv",
    help="Begin a form from a table of data. Repeat it for more.",
)
def command(
    folder: Path,
    identifier: str | None,
    title: str | None,
    domains: Sequence[str],
    tables: Sequence[Path],
) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(
            f"{folder} is not empty. Give a new folder, so that nothing is overwritten."
        )

    forms = [domain_form(domain) for domain in dict.fromkeys(domains)]
    if not forms and not tables:
        forms = [domain_form("DM"), domain_form("VS")]
    for table in tables:
        forms.append(_form_of_table(table, [form.name for form in forms]))

    identifier = identifier or _identifier(folder)
    files = new_study(identifier, title or f"The study {identifier}", forms)
    loaded = load_study(files)
    if loaded.study is None:
        first = loaded.findings[0]
        raise CommandError(f"{first.message} ({first.text}). Nothing was written.")

    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.encode())

    click.echo(f"{folder} has a new study with {len(files) - 2} forms. Look at them:\n")
    click.echo(f"    crfsmith preview {folder}\n")
    click.echo("Then change the files and save them: the page follows.")


def _identifier(folder: Path) -> str:
    """An identifier from the name of the folder."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", folder.resolve().name).strip("-")
    return name.upper() or "STUDY-1"


def _form_of_table(path: Path, taken: Sequence[str]) -> StartedForm:
    """A form for a CSV file, under a name that no other form has."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            beginning = opened.readline()
            opened.seek(0)
            records = csv.reader(opened, delimiter=_delimiter(beginning))
            header = next(records, [])
            rows = [row for row, _ in zip(records, range(MOST_ROWS), strict=False)]
    except OSError as error:
        raise cannot_read(path, error) from error
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{path} is not UTF-8. Save it as CSV in UTF-8 and try again."
        ) from error
    except csv.Error as error:
        raise CommandError(f"{path} is not a CSV file: {error}.") from error

    name = free_name(path.stem, ["con", *taken], before="f")
    try:
        return guess_form(name, header, rows)
    except ValueError as error:
        raise CommandError(f"{path}: {error}. Nothing was written.") from error


def _delimiter(line: str) -> str:
    """The sign between the columns: the most frequent of those that programs write."""
    return max(",;\t", key=line.count)
