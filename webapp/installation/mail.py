"""Sends alerts by mail, apart from every request: a mail server that is down loses
nothing and holds up nobody.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Event, Thread
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import SQLAlchemyError

from webapp.storage import (
    AlertKind,
    Database,
    StoredAlert,
    mail_failed,
    mail_sent,
    next_to_mail,
)

SERVER: Final = "CRFSMITH_SMTP"
SENDER: Final = "CRFSMITH_MAIL_FROM"
RECIPIENTS: Final = "CRFSMITH_ALERTS_TO"
ADDRESS: Final = "CRFSMITH_ADDRESS"
TIMEOUT: Final = 15.0
EVERY: Final = 5.0
"""Seconds between two looks at what is to be sent."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """``server`` is ``smtp://host:25``, with ``user:password@`` where it needs that, or
    ``smtps://`` for TLS from the beginning. ``recipients`` are addresses. ``address`` is
    where the pages are, for links.
    """

    server: str
    sender: str
    recipients: tuple[str, ...]
    address: str = ""


class MailSettingWrong(ValueError):
    """Mail cannot be sent so; the words say which setting is wrong."""


def mail_settings(environment: Mapping[str, str]) -> MailSettings | None:
    """What the environment says; None where no mail is wanted."""
    server = environment.get(SERVER, "")
    if not server:
        return None

    parts = urlsplit(server)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailSettingWrong(f"Write {SERVER} like smtp://mail.example.org:25")
    recipients = environment.get(RECIPIENTS, "").replace(",", " ").split()
    if not recipients or any("@" not in item for item in recipients):
        raise MailSettingWrong(f"Set {RECIPIENTS} to the addresses that get alerts")
    sender = environment.get(SENDER, "")
    if "@" not in sender:
        raise MailSettingWrong(f"Set {SENDER} to the address that alerts come from")

    return MailSettings(
        server=server,
        sender=sender,
        recipients=tuple(recipients),
        address=environment.get(ADDRESS, "").rstrip("/"),
    )


def message_of(alert: StoredAlert, settings: MailSettings, study: str) -> EmailMessage:
    """The message: where to look, and nothing of what was captured."""
    subject = alert.key.subject
    message = EmailMessage()
    message["Subject"] = f"{study}: {alert.kind.value}, subject {subject}"
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["X-Alert"] = str(alert.number)
    message.set_content(
        f"{alert.kind.value.capitalize()} of subject {subject}, saved on "
        f"{alert.raised_at:%Y-%m-%d at %H:%M} UTC.\n\n"
        f"Sign in and look: {settings.address}{_path(alert)}\n\n"
        "This message has no data of the subject. It was sent once for each alert.\n"
    )
    return message


def _path(alert: StoredAlert) -> str:
    subject, form, visit, unsno = alert.key
    at = f"{visit}-{unsno}" if unsno else visit
    if alert.kind is AlertKind.BROKEN_SIGNATURE:
        # What was signed may be a visit or a casebook: the review has them all.
        return f"/subjects/{subject}/review"
    return f"/subjects/{subject}/{at}/{form}#{alert.cell}"


def send_due(database: Database, settings: MailSettings, study: str) -> int:
    """Sends what is to be sent now; gives how many messages went out."""
    sent = 0
    while (alert := next_to_mail(database)) is not None:
        try:
            _send(message_of(alert, settings, study), settings)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("alert %s was not sent: %s", alert.number, error)
            mail_failed(database, alert.number)
            continue

        mail_sent(database, alert.number)
        sent += 1

    return sent


def _send(message: EmailMessage, settings: MailSettings) -> None:
    parts = urlsplit(settings.server)
    secure = parts.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(parts.hostname or "", parts.port or 0, timeout=TIMEOUT) as server:
        if not secure:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


class MailSender(Thread):
    """Sends what is to be sent, from time to time, until it is told to stop."""

    def __init__(
        self,
        database: Database,
        settings: MailSettings,
        study: str,
        every: float = EVERY,
    ) -> None:
        super().__init__(name="alerts by mail", daemon=True)
        self._work = (database, settings, study)
        self._every = every
        self._stopping = Event()

    def run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                send_due(*self._work)
            except SQLAlchemyError as error:
                # A busy or lost database: the alerts are still there the next time.
                log.warning("alerts wait: %s", error)

    def stop(self) -> None:
        self._stopping.set()
