"""The mail server of an installation, and how a message is handed to it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

SERVER: Final = "CRFSMITH_SMTP"
SENDER: Final = "CRFSMITH_MAIL_FROM"
RECIPIENTS: Final = "CRFSMITH_ALERTS_TO"
ADDRESS: Final = "CRFSMITH_ADDRESS"
AUTHORITY: Final = "CRFSMITH_SMTP_CA"
TIMEOUT: Final = 15.0
WITHOUT_TLS: Final = "tls=no"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """``server`` is ``smtp://host:25``, with ``user:password@`` where it needs that, or
    ``smtps://`` for TLS from the beginning. ``recipients`` are addresses that get every
    alert. ``address`` is where the pages are, for links. ``authority`` is a file of
    certificates that are trusted besides those of the system.
    """

    server: str = field(repr=False)
    sender: str
    recipients: tuple[str, ...] = ()
    address: str = ""
    authority: str = ""


class MailSettingWrong(ValueError):
    """Mail cannot be sent so; the words say which setting is wrong."""


class MailRefused(Exception):
    """The server does not take this message; the words have no address in them."""


class MailServerAway(Exception):
    """The server takes nothing now; the words say why, without a password."""


def mail_settings(environment: Mapping[str, str]) -> MailSettings | None:
    """What the environment says; None where no mail is wanted."""
    server = environment.get(SERVER, "")
    if not server:
        return None

    _need_server(server)
    recipients = environment.get(RECIPIENTS, "").replace(",", " ").split()
    if any("@" not in item for item in recipients):
        raise MailSettingWrong(f"Set {RECIPIENTS} to the addresses that get alerts")
    sender = environment.get(SENDER, "")
    if "@" not in sender or any(letter.isspace() for letter in sender):
        raise MailSettingWrong(f"Set {SENDER} to the address that alerts come from")

    return MailSettings(
        server=server,
        sender=sender,
        recipients=tuple(dict.fromkeys(recipients)),
        address=environment.get(ADDRESS, "").rstrip("/"),
        authority=environment.get(AUTHORITY, ""),
    )


def _need_server(server: str) -> None:
    """``MailSettingWrong`` for an address that is none. It may hold a password, so the
    words do not repeat it.
    """
    wrong = MailSettingWrong(f"Write {SERVER} like smtp://mail.example.org:25")
    try:
        parts = urlsplit(server)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not has_port:
        raise wrong
    if parts.query not in {"", WITHOUT_TLS}:
        raise wrong


def send_message(message: EmailMessage, settings: MailSettings) -> None:
    """Hands a message to the server. Raises ``MailRefused`` and ``MailServerAway``."""
    try:
        _send(message, settings)
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        raise MailRefused(
            f"the mail server refuses the recipient ({', '.join(codes)})"
        ) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise MailRefused(
            f"the mail server refuses the message ({error.smtp_code})"
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise MailServerAway(
            f"the mail server refuses the password ({error.smtp_code})"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise MailServerAway(
            f"the mail server's certificate is not trusted: {error.verify_message}"
        ) from None
    except (OSError, ValueError) as error:
        # Its own words could repeat what was sent.
        raise MailServerAway(
            f"the mail server does not answer ({type(error).__name__})"
        ) from None


def _send(message: EmailMessage, settings: MailSettings) -> None:
    parts = urlsplit(settings.server)
    host, port = parts.hostname or "", parts.port or 0
    trusted = ssl.create_default_context()
    if settings.authority:
        trusted.load_verify_locations(settings.authority)

    if parts.scheme == "smtps":
        with smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted) as server:
            _hand_over(server, parts, message)
        return

    with smtplib.SMTP(host, port, timeout=TIMEOUT) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
        elif parts.username or not _may_be_plain(parts):
            raise MailServerAway(
                f"the mail server offers no TLS. Use smtps://, or add ?{WITHOUT_TLS} to "
                f"{SERVER} if no one else can read along and there is no password"
            )
        _hand_over(server, parts, message)


def _may_be_plain(parts: SplitResult) -> bool:
    """Whether a message may go without encryption: on this machine, or as somebody
    said.
    """
    if parts.query == WITHOUT_TLS or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _hand_over(server: smtplib.SMTP, parts: SplitResult, message: EmailMessage) -> None:
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    server.send_message(message)
