"""What is asked of the storage when a form is saved, from what was evaluated of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from flask_login import current_user

from forms_spec.evaluation import Judgement
from forms_spec.model.captured_data import Record
from generator.pages.rows import laid_down
from webapp.forms.evaluation import open_findings
from webapp.packages.raised_alerts import alerts_of
from webapp.presentation.form_address import FormPlace
from webapp.services import services
from webapp.storage import FindingCounts, SaveRequest, Status

LONGEST_SAVE_ID = 100


def save_request(
    place: FormPlace,
    record: Record,
    judgement: Judgement,
    *,
    status: Status,
    base_version: int,
    reason: str,
    save_id: str = "",
    files: Sequence[bytes] = (),
    is_decision: bool = False,
) -> SaveRequest:
    """The save of a form by the person of this request.

    ``judgement`` is that of the record, which its findings are counted from. A page
    gives its own ``save_id``, so that the same save sent twice is one save.
    """
    username = current_user.user.username
    return SaveRequest(
        key=place.key,
        base_version=base_version,
        record=record,
        status=status,
        user=username,
        save_id=f"{username}:{save_id or uuid4().hex}"[:LONGEST_SAVE_ID],
        dictionary_hash=services().study.hash,
        reason=reason,
        counts=FindingCounts.of(open_findings(place.form, judgement, record)),
        files=tuple(files),
        fixed=laid_down(place.form),
        alerts=alerts_of(place.form, record, judgement),
        is_decision=is_decision,
    )
