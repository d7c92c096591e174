"""``crfsmith redact``: takes out text that identifies somebody and was typed by mistake."""

from __future__ import annotations

import click

from webapp.installation.command_error import CommandError
from webapp.installation.study_database import opened, study_in_use
from webapp.security.access import REDACT, rights_of
from webapp.storage import Database, get_user
from webapp.storage.redacting import (
    MARK,
    RedactedPlace,
    RedactionRefused,
    places_of_text,
    redact_text,
)
from webapp.storage.subjects import find_subject

NOT_REACHED = (
    "Backups, packages and papers that were made before still have the text. Uploaded "
    "files are not looked into."
)


@click.command(short_help="Take out text that should never have been typed.")
@click.argument("subject")
@click.option(
    "--db",
    "url",
    required=True,
    metavar="URL",
    help="Address, such as sqlite:///study.sqlite. On a server, that of the owner.",
)
@click.option(
    "--as",
    "username",
    required=True,
    metavar="USER",
    help="The data manager or administrator who decides it.",
)
@click.option(
    "--text",
    "unwanted",
    prompt="Text to take out",
    hide_input=False,
    help="The exact text. Default: you are asked, so that no shell remembers it.",
)
@click.option(
    "--reason", required=True, help="Why it has to go. The log keeps the reason."
)
@click.option("--dry-run", is_flag=True, help="List where it is. Change nothing.")
def command(
    *, subject: str, url: str, username: str, unwanted: str, reason: str, dry_run: bool
) -> None:
    """Take a text out wherever it is found about SUBJECT: every version of every form,
    reasons, queries, and lines of the log.

    It cannot be brought back. A mark replaces it, and an event in the log says who
    took it out, when and why. Exit status: 0 if it was taken out, 2 if it was not.
    """
    with opened(url, must_exist=True) as database:
        _check_person(database, username)
        _check_subject(database, subject)
        try:
            if dry_run:
                _show(places_of_text(database, subject, unwanted))
                click.echo("Nothing was changed.")
                return

            done = redact_text(
                database, subject, unwanted, reason=reason, username=username
            )
        except RedactionRefused as error:
            raise CommandError(str(error)) from error

    _show(done.places)
    click.echo(f"It is {MARK} now. See line {done.event_number:,} of the log.")
    click.echo(NOT_REACHED)


def _check_person(database: Database, username: str) -> None:
    user = get_user(database, username)
    if user is None:
        raise CommandError(f"There is no account {username}.")
    study = study_in_use(database)
    if study is None or REDACT.isdisjoint(rights_of(study, user.role)):
        raise CommandError(
            "Text is taken out by data managers and administrators. "
            f"{username} is a {user.role}."
        )


def _check_subject(database: Database, subject: str) -> None:
    with database.read() as connection:
        if find_subject(connection, subject) is None:
            raise CommandError(f"There is no subject {subject}.")


def _show(places: tuple[RedactedPlace, ...]) -> None:
    for place in places:
        click.echo(f"{place.what}: {', '.join(place.texts)}")
    count = len(places)
    click.echo(f"{count:,} place{'s' * (count != 1)}.")
