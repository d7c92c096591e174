"""Who gets an alert by mail: people whose role is told of such alerts, and who see this
one on their home page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms_spec.evaluation.role_view import view_of
from forms_spec.model.roles import StudyRole
from forms_spec.model.study import Study
from webapp.role_sight import sight_of
from webapp.security.access import SIGN, forms_in
from webapp.storage import (
    ALL_SITES,
    AlertReader,
    Database,
    StoredAlert,
    User,
    get_user,
    is_alert_of,
    list_users,
)
from webapp.storage.alert_outbox import Recipient


def recipients_of(
    database: Database, study: Study, alert: StoredAlert
) -> Iterator[Recipient]:
    """The accounts that get an alert. ``study`` is that of the subject's site."""
    for user in list_users(database):
        if gets_alert(database, study, alert, user):
            yield Recipient(username=user.username)


def address_of(
    database: Database, study: Study, alert: StoredAlert, recipient: Recipient
) -> str:
    """Where a message goes now; blank when its person no longer gets the alert, as after
    the account was closed or was given another site.
    """
    if not recipient.username:
        return recipient.address

    user = get_user(database, recipient.username)
    if user is None or not gets_alert(database, study, alert, user):
        return ""

    return user.email


def gets_alert(
    database: Database, study: Study, alert: StoredAlert, user: User
) -> bool:
    """Whether an account is told of an alert, and may see what it is about."""
    role = study.roles.get(user.role)
    if role is None or alert.kind not in role.alerts:
        return False
    if not user.is_open or not user.email:
        return False
    if user.sites is not ALL_SITES and alert.site not in user.sites:
        return False

    reader = AlertReader(sites=user.sites, to_sign=_to_sign(study, role))
    own = replace(database, sight=sight_of(study, user))
    return is_alert_of(own, alert.number, reader)


def _to_sign(study: Study, role: StudyRole) -> frozenset[str]:
    """The forms that a role signs, with a blank where it signs visits and casebooks."""
    return forms_in(view_of(study, role), SIGN)
