"""Forms that two people enter: who may do what next, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_login import current_user

from forms_spec.evaluation.entry_comparison import entry_differences
from forms_spec.evaluation.role_grants import AnswerColumn, placed_fields
from forms_spec.model.captured_data import Record
from forms_spec.model.fields import Form
from forms_spec.model.roles import Permission
from webapp.presentation.form_address import FormPlace, form_address
from webapp.presentation.statuses import ShownStatus
from webapp.services import own_view, services
from webapp.storage.adjudication import OWN_ENTRY
from webapp.storage.double_entries import (
    DoubleEntry,
    DoubleStage,
    EntryRefused,
    double_entries_of,
    double_entry_of,
)
from webapp.storage.second_entries import refuse_second

STAGE_STATUS: Final[Mapping[DoubleStage, ShownStatus]] = MappingProxyType(
    {
        DoubleStage.FIRST: ShownStatus(name="none", shape="◔", word="first entry"),
        DoubleStage.AGAIN: ShownStatus(name="draft", shape="◑", word="to enter again"),
        DoubleStage.DECIDE: ShownStatus(
            name="findings", shape="≠", word="to adjudicate"
        ),
        DoubleStage.DONE: ShownStatus(name="complete", shape="=", word="entered twice"),
    }
)
PART_ONLY: Final = (
    "Your role enters only a part of this form. Somebody who enters all of it has to "
    "enter it again."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubleForm:
    """How far a form is that is entered twice, for the person of this request.

    ``is_blind``: the first entry is not shown to them. ``second_refusal`` and
    ``decision_refusal`` say why they cannot enter it again, or decide; blank: they can.
    """

    state: DoubleEntry
    is_blind: bool
    second_refusal: str
    decision_refusal: str

    @property
    def stage(self) -> DoubleStage:
        return self.state.stage

    @property
    def status(self) -> ShownStatus:
        return STAGE_STATUS[self.stage]

    @property
    def may_enter_again(self) -> bool:
        return self.stage is DoubleStage.AGAIN and not self.second_refusal

    @property
    def may_decide(self) -> bool:
        return self.stage is DoubleStage.DECIDE and not self.decision_refusal


def is_entered_twice(form: str) -> bool:
    """Whether the dictionary asks for two entries of a form."""
    plan = services().study.double_entry
    return plan is not None and form in plan.forms


def double_form(place: FormPlace) -> DoubleForm | None:
    """How far a form is; None where it is entered once, or nobody has begun it."""
    if not is_entered_twice(place.form.name):
        return None
    state = double_entry_of(services().database, place.key)
    if state is None:
        return None
    username = current_user.user.username
    may_enter = current_user.may(Permission.ENTER, place.form.name)
    return DoubleForm(
        state=state,
        is_blind=may_enter and not state.knows_first(username),
        second_refusal=_second_refusal(place.form, state),
        decision_refusal=_decision_refusal(place.form, state),
    )


def _second_refusal(form: Form, state: DoubleEntry) -> str:
    may = current_user.may
    if not (may(Permission.ENTER, form.name) and may(Permission.COMPLETE, form.name)):
        return "Your role does not enter this form."
    if not _enters_all(form):
        return PART_ONLY
    try:
        refuse_second(state, current_user.user.username)
    except EntryRefused as refused:
        return str(refused)
    return ""


def _enters_all(form: Form) -> bool:
    """Whether the person's role enters every question of a form."""
    view = own_view()
    if view is None:
        return False
    whole = view.whole_study.forms[form.name]
    return all(
        AnswerColumn(placed.group.table, placed.field.name) in view.grants.entered
        for placed in placed_fields(whole)
        if placed.field.collected
    )


def _decision_refusal(form: Form, state: DoubleEntry) -> str:
    if not current_user.may(Permission.ADJUDICATE, form.name):
        return "Your role does not decide between two entries."
    if not sees_all_of(form):
        return "Your role sees only a part of this form, so it cannot decide."
    plan = services().study.double_entry
    is_own = state.entered_by(current_user.user.username)
    if is_own and not (plan is not None and plan.own_adjudication):
        return OWN_ENTRY
    return ""


def sees_all_of(form: Form) -> bool:
    """Whether the person's role sees every question of a form."""
    view = own_view()
    if view is None:
        return False
    return not view.grants.unseen_of(view.whole_study.forms[form.name])


def agreement(form: Form) -> Callable[[Record, Record], bool]:
    """What says whether two entries of a form mean the same."""
    return lambda first, second: not entry_differences(form, first, second)


def with_double_marks(
    subjid: str, marks: Mapping[str, tuple[ShownStatus, ...]]
) -> Mapping[str, tuple[ShownStatus, ...]]:
    """The marks of forms by their addresses, with one for each form that is entered
    twice and complete.
    """
    plan = services().study.double_entry
    if plan is None:
        return marks
    both = dict(marks)
    entries = double_entries_of(services().database, [subjid], plan.forms)
    for key, state in entries.get(subjid, {}).items():
        if state.stage is not DoubleStage.FIRST:
            address = form_address(subjid, key.visit, key.unsno, key.form)
            both[address] = (STAGE_STATUS[state.stage], *both.get(address, ()))
    return both
