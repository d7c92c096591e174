"""What a message about an alert says: where to look, and nothing of what was captured."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.utils import format_datetime

from forms_spec.model.roles import AlertKind
from forms_spec.model.study import Study
from webapp.installation.mail import MailSettings
from webapp.storage import StoredAlert


def message_of(
    alert: StoredAlert, study: Study, settings: MailSettings, address: str
) -> EmailMessage:
    """The message for one address."""
    subject = alert.key.subject
    message = EmailMessage()
    message["Subject"] = f"{study.short}: {alert.kind.value}, subject {subject}"
    message["From"] = settings.sender
    message["To"] = address
    message["Date"] = format_datetime(alert.raised_at)
    message["Message-ID"] = _message_id(alert, settings, address)
    # Answers of machines, such as those of people on holiday, come back to nobody.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"There is an alert in the study {study.short}: {alert.kind.value}.\n\n"
        f"Subject: {subject}\n"
        f"{_site_line(alert, study)}"
        f"Raised: {alert.raised_at:%Y-%m-%d at %H:%M} UTC\n\n"
        f"Sign in and look: {settings.address}{_path(alert)}\n\n"
        "This message has no answers of the subject.\n"
    )
    return message


def _message_id(alert: StoredAlert, settings: MailSettings, address: str) -> str:
    """The same each time that a message is sent, so that mail programs show it once."""
    told = f"{settings.address}\x1f{alert.number}\x1f{alert.raised_at}\x1f{address}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    domain = settings.sender.rpartition("@")[2]
    return f"<alert-{digest}@{domain}>"


def _site_line(alert: StoredAlert, study: Study) -> str:
    if not alert.site:
        return ""
    title = study.sites.get(alert.site, "")
    return f"Site: {alert.site} {title}".rstrip() + "\n"


def _path(alert: StoredAlert) -> str:
    subject, form, visit, unsno = alert.key
    at = f"{visit}-{unsno}" if unsno else visit
    if alert.kind is AlertKind.BROKEN_SIGNATURE:
        # What was signed may be a visit or a casebook: the review has them all.
        return f"/subjects/{subject}/review"
    return f"/subjects/{subject}/{at}/{form}"
