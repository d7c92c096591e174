"""Forms that are entered twice: the second entry, the comparison, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.roles import Permission
from webapp.forms.double_entries import (
    DoubleForm,
    double_form,
    is_entered_twice,
    sees_all_of,
)
from webapp.forms.entry_decisions import (
    posted_decision,
    shown_differences,
    two_entries,
)
from webapp.forms.evaluation import judged, starting
from webapp.forms.page import page_of_form
from webapp.forms.posted import stored_entry
from webapp.presentation.form_address import FormPlace, form_place
from webapp.security.access import ADJUDICATE, ENTER, READ, allow
from webapp.services import services
from webapp.storage.adjudication import adjudicate
from webapp.storage.double_entries import (
    EntryRefused,
    discard_second_entry,
    read_first_entry,
)
from webapp.views.form_pages import go_on, take_form

bp = Blueprint("double_entries", __name__)
NOTHING_TYPED: Final[Mapping[str, str]] = MappingProxyType({})


@bp.get("/subjects/<subjid>/<visit>/<form>/second")
@allow(ENTER)
def show_second(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """The form to be entered again, with what was saved of that."""
    place, double = _double(subjid, visit, form)
    if not double.may_enter_again:
        return redirect(f"{place.address}/double")
    second = replace(place, is_second=True)
    stored = stored_entry(second)
    record = stored.record if stored else starting(second)
    checked = request.args.get("check") == "1"
    judgement = judged(second, record, completing=checked)
    return page_of_form(second, stored, record, judgement, checked=checked)


@bp.post("/subjects/<subjid>/<visit>/<form>/second")
@allow(ENTER)
def save_second_entry(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Keeps the second entry. Who may not enter it is told when it is saved, so that
    what was typed stays on the page.
    """
    place, double = _double(subjid, visit, form)
    username = current_user.user.username
    if double.state.is_second_complete and username in double.state.second_by:
        # The page did not learn that its last save went through.
        return go_on(f"{place.address}/double")
    if not double.is_blind:
        # Nothing of the second entry is shown to whoever knows the first one.
        return _page(place, double, message=double.second_refusal), 409
    return take_form(replace(place, is_second=True))


@bp.get("/subjects/<subjid>/<visit>/<form>/double")
@allow(READ)
def show_double(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """How far the two entries are, and where they differ."""
    return _page(*_double(subjid, visit, form))


@bp.post("/subjects/<subjid>/<visit>/<form>/double")
@allow(ADJUDICATE)
def take_decision(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Keeps what was decided, or gives up an unfinished second entry."""
    place, double = _double(subjid, visit, form)
    reason = request.form.get("reason", "")
    try:
        if request.form.get("action") == "discard":
            username = current_user.user.username
            discard_second_entry(
                services().database, place.key, username=username, reason=reason
            )
        else:
            _decide(place, double)
    except EntryRefused as refused:
        typed = dict(request.form.items())
        return _page(place, double, message=str(refused), typed=typed), 409

    return redirect(f"{place.address}/double", 303)


def _decide(place: FormPlace, double: DoubleForm) -> None:
    if double.decision_refusal:
        raise EntryRefused(double.decision_refusal)
    entries = two_entries(place, double)
    if entries is None:
        raise EntryRefused("There is nothing to decide. Reload the page.")
    shown = request.form.get("first", ""), request.form.get("second", "")
    if shown != (str(entries.first.version), str(entries.second.version)):
        raise EntryRefused("One of the entries changed. Look at them again.")
    decision = posted_decision(place, entries, request.form)
    adjudicate(services().database, decision)


@bp.post("/subjects/<subjid>/<visit>/<form>/double/read")
@allow(ENTER)
def read_first(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """Shows the first entry to somebody who then cannot enter the form again."""
    place, double = _double(subjid, visit, form)
    try:
        read_first_entry(
            services().database, place.key, username=current_user.user.username
        )
    except EntryRefused as refused:
        return _page(place, double, message=str(refused)), 409
    return redirect(place.address, 303)


def _double(subjid: str, visit: str, form: str) -> tuple[FormPlace, DoubleForm]:
    place = form_place(subjid, visit, form)
    if not is_entered_twice(place.form.name):
        abort(404, f"{place.form.title} is entered once.")
    double = double_form(place)
    if double is None:
        abort(404, f"Nobody has entered {place.form.title} yet. Enter it as usual.")
    return place, double


def _page(
    place: FormPlace,
    double: DoubleForm,
    *,
    message: str = "",
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> str:
    settled = double.state.settled
    may_compare = not double.is_blind and sees_all_of(place.form)
    entries = two_entries(place, double) if may_compare else None
    decided = settled.choices if settled else NOTHING_TYPED
    form = place.form.name
    return render_template(
        "double_entry.html",
        place=place,
        double=double,
        entries=entries,
        differences=shown_differences(place, entries, typed, decided)
        if entries
        else [],
        may_enter=current_user.may(Permission.ENTER, form),
        may_adjudicate=current_user.may(Permission.ADJUDICATE, form),
        message=message,
        reason=typed.get("reason", ""),
        status=double.status,
    )
