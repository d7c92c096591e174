"""What is marked for a reviewer: forms that were saved since the person looked at them,
and those at which the person has never looked.
"""

from __future__ import annotations

from typing import Final

from flask_login import current_user

from forms_spec.model.captured_data import FormKey
from forms_spec.model.roles import Permission
from webapp.presentation.statuses import ShownStatus
from webapp.security.access import REVIEW_DATA
from webapp.services import services
from webapp.storage import Looks

SEEN: Final = ShownStatus(name="complete", shape="✓", word="seen")
CHANGED: Final = ShownStatus(name="draft", shape="≠", word="changed since you looked")
NOT_SEEN: Final = ShownStatus(name="none", shape="+", word="not seen yet")


def reader_name(form: str = "") -> str:
    """The account for which looks are read: blank for people who do not review, or who
    do not review a form.
    """
    return current_user.user.username if _may_look(form) else ""


def _may_look(form: str) -> bool:
    # A form that the dictionary lost is read by whoever reads others.
    if not form or form not in services().study.forms:
        return bool(current_user.has_one_of(REVIEW_DATA))

    rights = [right for right in REVIEW_DATA if isinstance(right, Permission)]
    return any(current_user.may(right, form) for right in rights)


def look_status(looks: Looks, key: FormKey, version: int) -> ShownStatus:
    """How a version of a form stands for the person whose looks they are."""
    seen = looks.get(key)
    if seen is None:
        return NOT_SEEN
    return SEEN if seen.version >= version else CHANGED


def look_mark(looks: Looks, key: FormKey, version: int) -> ShownStatus | None:
    """The mark beside a form's status. A subject at which the person has never looked
    has none: there all is new, and marks would say nothing.
    """
    status = look_status(looks, key, version)
    return None if status is SEEN or not looks else status
