"""``crfsmith mail``: sends the alerts that wait."""

from __future__ import annotations

import os

import click

from webapp.alerts.sending import send_due
from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError
from webapp.installation.mail import SERVER, MailSettingWrong, mail_settings
from webapp.installation.study_database import (
    need_site_studies,
    need_study,
    opened,
)
from webapp.storage import Database
from webapp.storage.alert_outbox import waiting_mail
from webapp.storage.site_studies import SiteStudies

SOMETHING_WAITS = 1


@click.command(short_help="Send alerts that wait to be sent by mail.")
@database_option
def command(url: str) -> None:
    """Send every alert that waits, also those that wait because the mail server was
    away. The server does the same by itself. Settings come from the environment, as for
    the server.

    Ends with exit code 1 if a message still waits.
    """
    try:
        settings = mail_settings(os.environ)
    except MailSettingWrong as error:
        raise CommandError(f"{error}.") from error
    if settings is None:
        raise CommandError(f"No mail server is set. Set {SERVER} first.")

    with opened(url, must_exist=True) as database:
        study = need_study(database, url)
        need_site_studies(database, study)
        done = send_due(database, settings, SiteStudies(study=study), at_once=True)
        click.echo(f"{_count(done.sent)} sent.")
        for failure in dict.fromkeys(done.failures):
            click.echo(f"Not sent: {failure}.")
        waits = _tell_waiting(database)

    if waits:
        raise click.exceptions.Exit(SOMETHING_WAITS)


def _tell_waiting(database: Database) -> bool:
    """Says what is left; tells whether a message is."""
    waiting = waiting_mail(database)
    if waiting.messages:
        click.echo(f"{_count(waiting.messages)} left to send.")
    if waiting.without_recipient:
        number = waiting.without_recipient
        who = "1 alert has" if number == 1 else f"{number} alerts have"
        click.echo(
            f"{who} nobody who gets mail: no open account of a role with `alerts` has "
            "an address and sees it."
        )
    return waiting.messages > 0


def _count(number: int) -> str:
    return "1 message" if number == 1 else f"{number} messages"
