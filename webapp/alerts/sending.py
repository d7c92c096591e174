"""Sends the messages of the outbox, apart from every request: a mail server that is down
loses nothing and holds up nobody.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from forms_spec.model.study import Study
from webapp.alerts.messages import message_of
from webapp.alerts.recipients import address_of, recipients_of
from webapp.installation.mail import (
    MailRefused,
    MailServerAway,
    MailSettings,
    send_message,
)
from webapp.storage import Database, StoredAlert
from webapp.storage.alert_outbox import (
    MailOutcome,
    QueuedMail,
    Recipient,
    alerts_to_queue,
    mail_failed,
    next_mail,
    queue_mails,
    settle_mail,
)
from webapp.storage.site_studies import SiteStudies

EVERY: Final = 5.0
"""Seconds between two looks at what is to be sent."""
LONGEST_PAUSE: Final = 300.0
"""Seconds between two looks while the mail server is away."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailRound:
    """How many messages went out and why others did not. ``is_away``: the server takes
    nothing now.
    """

    sent: int
    failures: tuple[str, ...]
    is_away: bool = False


def send_due(
    database: Database,
    settings: MailSettings,
    studies: SiteStudies,
    *,
    at_once: bool = False,
) -> MailRound:
    """Sends what is to be sent now. ``at_once``: also messages that failed and wait."""
    _queue(database, settings, studies)
    sent, failures, failed = 0, list[str](), list[int]()

    # What fails is not tried twice in one round.
    while (mail := next_mail(database, at_once=at_once, but=failed)) is not None:
        try:
            sent += _send(database, settings, studies, mail)
        except (MailRefused, MailServerAway) as error:
            log.warning("alert %s was not sent: %s", mail.alert.number, error)
            failures.append(str(error))
            failed.append(mail.number)
            mail_failed(database, mail)
            # A server that is away would keep every other message waiting for it too.
            if isinstance(error, MailServerAway):
                return MailRound(sent=sent, failures=tuple(failures), is_away=True)

    return MailRound(sent=sent, failures=tuple(failures))


def _queue(database: Database, settings: MailSettings, studies: SiteStudies) -> None:
    """Puts the messages of new alerts into the outbox."""
    fixed = [Recipient(address=address) for address in settings.recipients]
    for alert in alerts_to_queue(database):
        study = _study_of(database, studies, alert)
        people = recipients_of(database, study, alert)
        queue_mails(database, alert.number, [*people, *fixed])


def _send(
    database: Database, settings: MailSettings, studies: SiteStudies, mail: QueuedMail
) -> int:
    """Sends one message, if its person still gets it; gives how many went out."""
    study = _study_of(database, studies, mail.alert)
    address = address_of(database, study, mail.alert, mail.recipient)
    if not address:
        settle_mail(database, mail, MailOutcome.DROPPED)
        return 0

    send_message(message_of(mail.alert, study, settings, address), settings)
    settle_mail(database, mail, MailOutcome.SENT)
    return 1


def _study_of(database: Database, studies: SiteStudies, alert: StoredAlert) -> Study:
    """The study as the site of an alert has it."""
    hash_ = studies.dictionaries(database).of(alert.site)
    return studies.with_hash(database, hash_)


class MailSender(Thread):
    """Sends what is to be sent, from time to time, until it is told to stop."""

    def __init__(
        self,
        database: Database,
        settings: MailSettings,
        studies: SiteStudies,
        every: float = EVERY,
    ) -> None:
        super().__init__(name="alerts by mail", daemon=True)
        self._work = (database, settings, studies)
        self._every = every
        self._stopping = Event()

    def run(self) -> None:
        pause = self._every
        while not self._stopping.wait(pause):
            try:
                is_away = send_due(*self._work).is_away
            except SQLAlchemyError as error:
                # A busy or lost database: the alerts are still there the next time.
                log.warning("alerts wait: %s", type(error).__name__)
                is_away = True

            pause = min(pause * 2, LONGEST_PAUSE) if is_away else self._every

    def stop(self) -> None:
        self._stopping.set()
