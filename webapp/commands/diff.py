"""``crfsmith diff``: what changed between two dictionaries, and what that does to data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.comparison.captured import breaks_data, effects_on_data
from generator.comparison.change import Effect
from generator.comparison.compare import compare, gravest
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.commands.diff_data import (
    DataAtHand,
    of_database,
    of_package,
    stored_study,
)
from webapp.commands.diff_output import SHOWN, Differences
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import UNREADABLE, CommandError
from webapp.installation.study_database import opened
from webapp.storage import Database

SAFE, BREAKING = 0, 1


@click.command(short_help="Say what changed between two dictionaries.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--db",
    "url",
    default="",
    metavar="URL",
    help="Evaluate the data of this database under both dictionaries.",
)
@click.option(
    "--package",
    type=click.Path(path_type=Path, exists=True),
    help="Evaluate the data of this package under both dictionaries.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="How many subjects to name of each effect on data.",
)
@click.option("--strict", is_flag=True, help="Fail on what needs a look too.")
def command(
    *,
    old: str,
    new: str,
    url: str,
    package: Path | None,
    layout: str,
    limit: int,
    strict: bool,
) -> None:
    """Say what the dictionary NEW says otherwise than OLD, and what that does to data.

    OLD and NEW are folders, or with --db the first characters of a dictionary's hash in
    the database. How the text is laid out, comments and the order of questions are no
    change. Nothing is changed anywhere. Exit status: 0 if nothing breaks captured data,
    1 if something does, 2 if something cannot be read.
    """
    if url and package:
        raise CommandError("Give --db or --package, not both.")

    with ExitStack() as stack:
        database = stack.enter_context(opened(url, must_exist=True)) if url else None
        before, after = _study(old, database, url), _study(new, database, url)
        changes = sorted(compare(before, after), key=lambda change: -change.effect)
        effects = None
        worst = gravest(changes)
        data = stack.enter_context(_data(database, package, before))
        if data is not None:
            effects = effects_on_data(before, after, changes, data.subjects, data.today)
            worst = breaks_data(changes, effects)

    result = Differences(
        before=before,
        after=after,
        changes=changes,
        worst=worst,
        effects=effects,
        limit=limit,
    )
    click.echo(SHOWN[layout](result))
    threshold = Effect.LOOK if strict else Effect.BREAKS
    sys.exit(BREAKING if worst >= threshold else SAFE)


@contextmanager
def _data(
    database: Database | None, package: Path | None, study: Study
) -> Iterator[DataAtHand | None]:
    """The data to evaluate; None where none is given."""
    if database is not None:
        with of_database(database, study) as data:
            yield data
    elif package is not None:
        with of_package(package) as data:
            yield data
    else:
        yield None


def _study(name: str, database: Database | None, url: str) -> Study:
    """The study of a folder or of a hash; ends the command where it cannot be loaded."""
    if database is not None and not Path(name).is_dir():
        study = stored_study(database, url, name)
        if study is None:
            raise CommandError(
                f"{name} is no folder, and no dictionary in the database begins so."
            )
        return study

    try:
        files, unreadable = read_dictionary(Path(name))
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        for finding in (*unreadable, *loaded.findings):
            show_finding(finding, files)
        click.echo(f"Nothing was compared, because {name} has errors.", err=True)
        sys.exit(UNREADABLE)

    return loaded.study
