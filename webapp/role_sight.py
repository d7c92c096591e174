"""What somebody sees of the stored answers, from what their role has of the study."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from forms_spec.evaluation.hidden_findings import NONE_HIDDEN
from forms_spec.evaluation.role_view import RoleView, view_of
from forms_spec.model.captured_data import Record
from forms_spec.model.study import Study
from webapp.storage import User
from webapp.storage.sight import BlindEntries, Sight


def sight_of(study: Study, user: User) -> Sight | None:
    """What somebody sees of a study, whoever asks; None is everything."""
    role = study.roles.get(user.role)
    if role is None:
        return NOTHING

    view = view_of(study, role)
    return sight_in(view, blind_in(view, user))


def sight_in(view: RoleView | None, blind: BlindEntries | None) -> Sight | None:
    if view is not None and not view.is_whole:
        return replace(_sight(view), blind=blind)
    if blind is not None:
        return replace(ALL_BUT_BLIND, blind=blind)

    return None


def blind_in(view: RoleView, user: User) -> BlindEntries | None:
    plan = view.whole_study.double_entry
    if plan is None:
        return None
    forms = frozenset(form for form in plan.forms if view.enters(form))
    return BlindEntries(username=user.username, forms=forms) if forms else None


def _whole_record(_form: str, record: Record) -> Record:
    return record


ALL_BUT_BLIND: Final = Sight(
    forms=None,
    partly=frozenset(),
    hidden=frozenset(),
    findings=NONE_HIDDEN,
    dates=True,
    record=_whole_record,
)
"""What somebody sees who only may not see some first entries yet."""

NOTHING: Final = replace(ALL_BUT_BLIND, forms=frozenset(), dates=False)
"""What somebody sees whose role is not in the dictionary."""


def _sight(view: RoleView) -> Sight:
    seen = view.dictionaries
    # A question that only a lost dictionary has may have been hidden by it.
    columns = None if view.others.all_read else seen.seen_columns
    return Sight(
        forms=frozenset(view.study.forms) - seen.hidden_forms,
        partly=view.partly_seen,
        hidden=frozenset((table, field) for table, field in seen.hidden_columns),
        columns=columns and frozenset((table, field) for table, field in columns),
        findings=view.hidden_findings,
        dates=view.sees_dates,
        record=view.record,
    )
