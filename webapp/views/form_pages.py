"""The page of one form: shown, saved, and what is said when both went different ways."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from forms_spec.entry.starts import starting_texts
from forms_spec.evaluation import Judgement
from forms_spec.evaluation.role_view import RoleView
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import Record, Row
from forms_spec.model.roles import Permission
from generator.pages import without_hidden_rows
from generator.pages.findings import label_of
from generator.pages.input_names import ROWS_PREFIX, cell_of
from generator.pages.rows import laid_down, next_number, rows_of
from webapp.forms.conflict_page import conflict_page
from webapp.forms.double_entries import agreement, is_entered_twice
from webapp.forms.evaluation import judged, open_findings, opening, starting
from webapp.forms.form_looks import form_look
from webapp.forms.page import page_of_form, saved_answer, summary_html
from webapp.forms.posted import (
    PostedForm,
    held_uploads,
    read,
    seen_record,
    typed_by_another,
    unsaved_page,
    with_refused,
)
from webapp.forms.retired_answers import refusal
from webapp.forms.retired_forms import readable_place, tables_of
from webapp.forms.role_saves import keeps_rows, whole_record
from webapp.forms.save_requests import save_request
from webapp.forms.uploads import LARGEST_UPLOADS
from webapp.packages.raised_alerts import alerts_of
from webapp.presentation.form_address import FormPlace, form_place
from webapp.presentation.statuses import status_of
from webapp.presentation.template_filters import person
from webapp.presentation.typed_numbers import version_number
from webapp.queries.rule_queries import look_again
from webapp.review.lock_words import closed_words
from webapp.review.look_marks import reader_name
from webapp.security.access import ENTER, READ, allow
from webapp.services import (
    blind_here,
    current_view,
    everything,
    own_view,
    services,
)
from webapp.storage import (
    Conflict,
    FindingCounts,
    Saved,
    SaveRefused,
    SaveRequest,
    Status,
    StoredForm,
    load,
    load_version,
    locks_of,
    record_in,
    review_state,
    save,
)
from webapp.storage.double_entries import WAITS, EntryRefused, double_entry_of
from webapp.storage.forms import seen_form
from webapp.storage.second_entries import save_second

bp = Blueprint("form_pages", __name__)
ADD: Final = "add:"
COMPLETE: Final = "complete"
NUL: Final = "\x00"
MOST_ROWS: Final = 1_000
"""How many rows of a group are kept of a draft, where the dictionary does not allow
more.
"""


@bp.get("/subjects/<subjid>/<visit>/<form>")
@allow(READ)
def show_form(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place, gone = readable_place(subjid, visit, form)
    look_again(subjid)
    if place.key in blind_here(subjid):
        return redirect(f"{place.address}/double")
    stored = load(services().database, place.key)
    if gone and stored:
        return _gone_page(place, stored)
    record = stored.record if stored else starting(place)
    checked = request.args.get("check") == "1"
    complete = stored is not None and stored.status is Status.COMPLETE
    judgement = judged(place, record, completing=checked or complete)

    return page_of_form(place, stored, record, judgement, checked=checked)


def _gone_page(place: FormPlace, stored: StoredForm) -> str:
    """A form that the dictionary lost, to be read."""
    kept = [
        (
            label_of(
                place.form, DataPlace(table=cell.table, field=cell.field, row=cell.row)
            ),
            reason,
        )
        for (cell, _), reason in stored.record.kept.items()
    ]
    tables = tables_of(place.form, stored.record)
    status = status_of(stored.status)
    reader = reader_name(place.form.name)
    state = review_state(services().database, place.subject.subjid, reader=reader)

    return render_template(
        "gone_form.html",
        place=place,
        stored=stored,
        status=status,
        tables=tables,
        kept=kept,
        look=form_look(place, stored, state.looks) if reader else None,
    )


@bp.post("/subjects/<subjid>/<visit>/<form>")
@allow(ENTER)
def save_form(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place = form_place(subjid, visit, form)
    if place.key in blind_here(subjid):
        typed_now = read(place, request.form, request.files)
        return _not_saved(typed_now, BLIND, needs="lock", status=409)
    return take_form(place)


BLIND: Final = (
    "Somebody else has entered this form, and it is entered twice. You may be the one "
    "who enters it again, so you cannot change the first entry."
)


def take_form(place: FormPlace) -> ResponseReturnValue:
    """Takes a posted form, or the second entry of one, and keeps it."""
    if "on" not in request.form:
        return _refused(
            "The server received only part of the page, so nothing was saved.",
            "Save again.",
            400,
        )

    if crowded := _too_many_rows(place, request.form):
        return _refused(
            crowded,
            "Your text is still in this browser. Remove rows, then save again.",
            422,
        )

    typed_now = read(place, request.form, request.files)
    if unkeepable := _unkeepable(place, request.form):
        return _not_saved(typed_now, unkeepable, needs="text")
    action = request.form.get("action", "draft")
    if not action.startswith(ADD) and (
        unkeepable := refusal(place.form, typed_now.record, *_earlier(typed_now))
    ):
        return _not_saved(typed_now, unkeepable, needs="text")

    if action.startswith(ADD):
        return _with_new_row(typed_now, action.removeprefix(ADD))
    return _save(typed_now, complete=action == COMPLETE)


def _earlier(now: PostedForm) -> tuple[Record, ...]:
    """What is stored, and what stood on the page when it was opened."""
    seen = seen_record(
        now.place, now.stored, version_number(now.data.get("base_version", "0"))
    )
    return (seen, now.stored.record) if now.stored else (seen,)


def _unkeepable(place: FormPlace, data: MultiDict[str, str]) -> str:
    """Says where NUL stands, which no package can hold: a program put it there, no
    keyboard does.
    """
    names = [
        name for name, text in data.items(multi=True) if NUL in text or NUL in name
    ]
    if not names:
        return ""
    cells = [cell_of(name, place.form) for name in dict.fromkeys(names)]
    places = [
        DataPlace(table=cell.table, field=cell.field, row=cell.row)
        for cell in cells
        if cell
    ]
    where = (
        ", ".join(f"“{label_of(place.form, item)}”" for item in places) or "A reason"
    )

    return (
        f"{where} contains the character U+0000, which cannot be stored. Type the "
        "text again, then save."
    )


def _too_many_rows(place: FormPlace, data: MultiDict[str, str]) -> str:
    """Says which group got more rows than any form keeps, which a program posts and no
    person types.
    """
    for group in place.form.row_groups:
        most = max(MOST_ROWS, 2 * group.rows.maximum if group.rows else 0)
        count = len(data.getlist(ROWS_PREFIX + group.name))
        if count > most:
            title = group.title or place.form.title
            return (
                f"“{title}” has {count:,} rows. At most {most:,} are allowed, so "
                "nothing was saved."
            )

    return ""


@bp.url_value_preprocessor
def give_room_for_files(endpoint: str | None, values: dict[str, str] | None) -> None:
    """A form with file fields may be larger, once somebody has signed in: before the
    post is read.
    """
    if endpoint != "form_pages.save_form":
        return

    form = services().study.forms.get((values or {}).get("form", ""))
    if form and form.files and current_user.is_authenticated:
        request.max_content_length = LARGEST_UPLOADS


def _with_new_row(now: PostedForm, group_name: str) -> ResponseReturnValue:
    """One more row, for browsers without JavaScript. Nothing is saved by it."""
    group = now.place.form.row_group(group_name)
    if group is None or group.rows is None or group.laid_down:
        return _refused("There are no rows to add here.", "Go back to the form.", 400)
    starts = starting_texts(group.fields, opening())
    shown = rows_of(group, now.record, starts)

    # The number of a row that was removed is not given again.
    base = record_in(now.stored)
    mark = now.stored.row_marks.get(group_name, 0) if now.stored else 0
    number = max(next_number(group, Record(rows={group_name: shown}), base), mark + 1)
    new = Row(number=number, texts=starts)
    record = replace(now.record, rows={**now.record.rows, group_name: (*shown, new)})

    return unsaved_page(
        now,
        judged(now.place, record),
        record=record,
        notice="A row was added. Not saved yet.",
    )


def _obstacle(now: PostedForm, *, complete: bool) -> ResponseReturnValue | None:
    """Why a post is not kept, whatever is in it; None where it can be."""
    locks = locks_of(services().database, now.place.subject.subjid)
    if act := locks.of_form(now.place.key):
        return _not_saved(now, closed_words(act), needs="lock", status=403)
    if typed := typed_by_another(now.data.get("typed_by", "")):
        return _not_saved(now, typed, needs="person")
    if complete and not current_user.may(Permission.COMPLETE, now.place.form.name):
        message = "Your role cannot complete this form. Save it as a draft."
        return _not_saved(now, message, needs="role")
    if waits := _waits(now.place):
        return _not_saved(now, waits, needs="lock", status=409)
    if kept := _rows_to_keep(now):
        return _not_saved(now, kept, needs="role")
    if now.lacks_reason(complete=complete):
        return _not_saved(now, _asks_reason(now, complete=complete), needs="reason")
    if now.posted.unexplained:
        message = "Give a short reason for removing the marked row, then save again."
        return _not_saved(now, message, needs="removal")

    if now.uploads.refused and now.is_complete:
        message = "A file was rejected, so this complete form was not changed."
        return _not_saved(now, message, needs="file")
    return None


def _save(now: PostedForm, *, complete: bool) -> ResponseReturnValue:
    obstacle = _obstacle(now, complete=complete)
    if obstacle is not None:
        return obstacle

    evaluated = judged(now.place, now.record, completing=complete)
    judgement = with_refused(now, evaluated)
    record = without_hidden_rows(now.place.form, now.record, judgement)
    refused = complete and not judgement.may_complete
    if refused and now.is_complete:
        return _not_complete_any_more(now, record, judgement)
    status = Status.COMPLETE if complete and not refused else Status.DRAFT
    counted = judgement
    if status is Status.DRAFT:
        # A draft counts what is wrong with its answers, without what only a complete
        # form lacks.
        is_same = not complete and record == now.record
        counted = evaluated if is_same else judged(now.place, record)

    try:
        answer = _store(now, record, status, counted)
    except EntryRefused as refusal_of_entry:
        return _not_saved(now, str(refusal_of_entry), needs="lock", status=409)
    if isinstance(answer, Conflict):
        return _conflict(now, record, answer)
    if now.place.is_second and answer.status is Status.COMPLETE:
        return go_on(f"{now.place.form_address}/double")
    if _by_script():
        return saved_answer(
            now.place, answer, record, judgement, refused=refused, uploads=now.uploads
        )

    if now.uploads.refused:
        stored = load(services().database, now.place.key)
        notice = "The form was saved, but without the rejected file."
        return page_of_form(
            now.place, stored, record, judgement, notice=notice, checked=True
        )

    return redirect(
        _after(now, check=1) if refused else _after(now, saved=answer.version), 303
    )


def _waits(place: FormPlace) -> str:
    """Says that the first entry stays as it is until it was compared with the second."""
    if place.is_second or not is_entered_twice(place.form.name):
        return ""
    state = double_entry_of(services().database, place.key)
    return WAITS if state is not None and state.is_waiting else ""


def go_on(address: str) -> ResponseReturnValue:
    """Sends the person, or our script, to another page."""
    return jsonify(moved=address) if _by_script() else redirect(address, 303)


def _rows_to_keep(now: PostedForm) -> str:
    """Says that rows stay in which there is more than the person enters."""
    view, form = current_view(), now.place.form
    if view is None:
        return ""

    removed = {group for group, _ in (*now.posted.removed, *now.posted.unexplained)}
    for group in form.row_groups:
        if group.name in removed and _keeps_rows(view, group.name):
            return (
                f"Your role cannot remove rows of “{group.title or form.title}”,"
                " because it does not enter everything in them. Keep the row, or ask "
                "somebody who does."
            )

    return ""


def _keeps_rows(view: RoleView, group_name: str) -> bool:
    # By the whole study: the role's own forms lack the questions that it does not see.
    table = view.whole_study.tables.get(group_name)
    if table is None or table.group is None:
        return False
    return keeps_rows(view, table.group)


def _after(now: PostedForm, **says: int) -> str:
    """The address of the form after its save, which may settle an earlier one that met
    another version.
    """
    settles = now.data.get("settles")
    return f"{now.place.address}?{urlencode({**says, **({'settles': settles} if settles else {})})}"


def _asks_reason(now: PostedForm, *, complete: bool) -> str:
    given = now.data.get("reason", "").strip()
    again = f"“{given}” is not a reason. " if given else ""
    if now.is_complete and not complete:
        return (
            f"{again}This form is complete. Say why you are reopening it as a draft, "
            "then save again."
        )

    state = "is" if now.is_complete else "was"

    return (
        f"{again}This form {state} complete. Say why you are changing it, then save "
        "again."
    )


def _not_complete_any_more(
    now: PostedForm, record: Record, judgement: Judgement
) -> ResponseReturnValue:
    """A complete form becomes a draft only by the wish of the person."""
    message = (
        "With these answers the form is no longer complete. Correct them, or choose "
        "“Reopen as a draft”."
    )
    if not _by_script():
        return unsaved_page(now, judgement, notice=message, record=record), 422
    return jsonify(
        needs="reopening",
        message=message,
        summary_html=summary_html(now.place, record, judgement, checked=False),
        refused_files=now.uploads.said(),
    ), 422


def _store(
    now: PostedForm, record: Record, status: Status, counted: Judgement
) -> Saved | Conflict:
    asked = save_request(
        now.place,
        record,
        counted,
        status=status,
        base_version=version_number(now.data.get("base_version", "0")),
        reason=now.reason,
        save_id=now.data.get("save_id", ""),
        files=tuple(now.uploads.of(record, now.place.form).values()),
    )
    if now.place.is_second:
        agree = agreement(now.place.form)
        return save_second(services().database, asked, agree=agree)

    # What somebody may not see yet counts for what is saved.
    blind = blind_here(now.place.subject.subjid)
    view = own_view() if blind else current_view()
    if view is not None:
        with everything():
            answer = _store_part(now, asked, view)
        return _as_seen(answer) if isinstance(answer, Conflict) else answer
    return _saved(now, asked)


def _as_seen(conflict: Conflict) -> Conflict:
    """Two versions that met, as far as the person sees them."""
    sight, base = services().database.sight, conflict.base
    theirs = seen_form(sight, conflict.theirs)
    return Conflict(
        theirs=theirs or conflict.theirs,
        base=seen_form(sight, base) if base is not None else None,
    )


def _store_part(
    now: PostedForm, asked: SaveRequest, view: RoleView
) -> Saved | Conflict:
    """Stores what a role typed that sees or enters a part of the form. What is counted
    and what is complete hangs on the whole form.
    """
    form = view.whole_study.forms[now.place.form.name]
    place = replace(now.place, form=form)
    stored = load(services().database, place.key)
    if stored is not None and stored.version != asked.base_version:
        base = load_version(services().database, place.key, asked.base_version)
        # Who changed what this person does not see has changed nothing to them.
        if base and view.record(form.name, base.record) == view.record(
            form.name, stored.record
        ):
            asked = replace(asked, base_version=stored.version)

    known = stored.record if stored else None
    record = whole_record(view, form, asked.record, known, opening())
    is_complete = asked.status is Status.COMPLETE
    judgement = judged(place, record, completing=is_complete)
    record = without_hidden_rows(form, record, judgement)
    status = asked.status if judgement.may_complete else Status.DRAFT
    whole = replace(
        asked,
        record=record,
        status=status,
        counts=FindingCounts.of(open_findings(form, judgement, record)),
        fixed=laid_down(form),
        alerts=alerts_of(form, record, judgement),
    )
    return _saved(replace(now, place=place), whole)


def _saved(now: PostedForm, asked: SaveRequest) -> Saved | Conflict:
    try:
        return save(services().database, asked)
    except SaveRefused:
        # The page was saved before, and did not learn of it: its answer was lost, or
        # "back" brought an old page with its old save id. This is another save, on top
        # of its own.
        own = load_version(services().database, now.place.key, asked.base_version + 1)
        known = asked.base_version + (own is not None and own.save_id == asked.save_id)
        return save(
            services().database, replace(asked, save_id=uuid4().hex, base_version=known)
        )


def _conflict(
    now: PostedForm, record: Record, conflict: Conflict
) -> ResponseReturnValue:
    blind = blind_here(now.place.subject.subjid, anew=True)
    if conflict.theirs.key in blind and not now.place.is_second:
        return _not_saved(now, BLIND, needs="lock", status=409)
    if conflict.theirs.record == record:
        address = _after(now, saved=conflict.theirs.version)
        return jsonify(moved=address) if _by_script() else redirect(address, 303)

    if _by_script():
        who = person(conflict.theirs.saved_by)
        return jsonify(
            conflict=True, message=f"{who} saved this form in the meantime."
        ), 409

    action = now.data.get("action", "draft")
    removed, pending = now.posted.removed, held_uploads(now, record)
    settles = now.data.get("settles") or now.data.get("save_id", "")
    page = conflict_page(
        now.place,
        conflict.base,
        record,
        conflict.theirs,
        action,
        settles=settles,
        removed=removed,
        pending=pending,
    )

    return page, 409


def _not_saved(
    now: PostedForm, message: str, *, needs: str, status: int = 422
) -> ResponseReturnValue:
    if _by_script():
        return jsonify(
            needs=needs, message=message, refused_files=now.uploads.said()
        ), status

    return unsaved_page(now, judged(now.place, now.record), notice=message), status


def _refused(message: str, remedy: str, status: int) -> ResponseReturnValue:
    if _by_script():
        return jsonify(message=f"{message} {remedy}"), status
    return render_template(
        "error.html", title="Not saved", message=message, remedy=remedy
    ), status


def _by_script() -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
