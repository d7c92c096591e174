"""A form as a page: the questions with their answers, the findings on top, the way on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from forms_spec.evaluation import Judgement
from forms_spec.evaluation.text_slots import page_words
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.roles import Permission
from forms_spec.schedule.timeline import day_zero
from forms_spec.schedule.visit_dating import dating_plan
from generator.browser.server_values import browser_env
from generator.pages import form_html, page_and_template
from generator.pages.answer_text import answer_words
from generator.pages.findings import PageFindings
from generator.pages.new_rows import with_new_rows
from generator.pages.offered_rows import row_menus
from webapp.casebook.waiting_findings import OnPage
from webapp.forms.copies import earlier_form, proposed_answers
from webapp.forms.double_entries import double_form
from webapp.forms.evaluation import (
    context_of,
    judged,
    judged_elsewhere,
    open_findings,
    opening_of,
    starts_of,
)
from webapp.forms.finding_lines import finding_lines
from webapp.forms.form_looks import form_look
from webapp.forms.page_findings import page_said, said_of
from webapp.forms.pending_uploads import files_of, shown_files
from webapp.forms.randomizing import shown_randomization
from webapp.forms.retired_answers import kept_answers
from webapp.forms.uploads import PostedUploads
from webapp.forms.visit_forms import Beside, visit_forms
from webapp.presentation.form_address import FormPlace
from webapp.presentation.statuses import status_of
from webapp.presentation.template_filters import clock
from webapp.queries.shown_queries import shown_thread, waiting_marks
from webapp.review.lock_words import lock_in, void_lock
from webapp.review.look_marks import reader_name
from webapp.review.signature_words import form_signatures
from webapp.review.subject_review import state_of
from webapp.review.verification_progress import VERIFICATION_STATUS
from webapp.review.verified_cells import changed_cells, verified_cells
from webapp.services import casebook_of, seen_by, services
from webapp.storage import (
    ReviewState,
    Saved,
    Status,
    StoredForm,
    record_in,
    review_state,
    threads_of_form,
    was_complete,
)

NO_ROWS: Mapping[tuple[str, int], str] = MappingProxyType({})


def page_of_form(
    place: FormPlace,
    stored: StoredForm | None,
    record: Record,
    judgement: Judgement,
    *,
    base_version: int | None = None,
    removing: Mapping[tuple[str, int], str] = NO_ROWS,
    reason: str = "",
    notice: str = "",
    unsaved: bool = False,
    checked: bool = False,
    text: str = "",
) -> str:
    """The whole page of a form."""
    study = services().study
    page, _ = page_and_template(study, place.form)
    elsewhere = judged_elsewhere(place, record)
    waiting = OnPage(place, record)
    written = said_of(place, judgement.findings, elsewhere, waiting)
    still = said_of(
        place, open_findings(place.form, judgement, record), elsewhere, waiting
    )
    lines = finding_lines(place.form, still)
    visit = visit_forms(place, len(lines), waiting)

    # A form that is voided stays closed whatever else is done with it.
    reader = reader_name(place.form.name)
    state = review_state(services().database, place.subject.subjid, reader=reader)
    lock = void_lock(place.key) or lock_in(state.locks, place.key)
    may_enter = current_user.may(Permission.ENTER, place.form.name)
    readonly = lock is not None or not may_enter or _waits(place)
    if base_version is None:
        base_version = stored.version if stored else 0

    return render_template(
        "form.html",
        place=place,
        page=page,
        stored=stored,
        base_version=base_version,
        save_id=uuid4().hex,
        own_save=own_save(stored),
        questions=_questions(
            place,
            stored,
            record,
            judgement,
            page_findings=written,
            removing=removing,
            readonly=readonly,
        ),
        lock=lock,
        earlier=None if readonly or place.is_second else earlier_form(place),
        proposed={} if readonly or place.is_second else proposed_answers(place),
        **_reviewed(place, stored, state, reader),
        status=status_of(stored.status if stored else None, len(lines)),
        lines=lines if checked or unsaved else [],
        **_queries(place),
        said=page_said(place, still, waiting),
        visit=visit,
        readonly=readonly,
        may_complete=current_user.may(Permission.COMPLETE, place.form.name),
        **_stored_facts(place, stored),
        reason=reason,
        notice=notice,
        unsaved=unsaved,
        held=text,
        checked=checked,
        saved=request.args.get("saved", ""),
        settled=request.args.get("settles", ""),
        **way_on(place, visit.next),
        **_known_here(place, record_in(stored)),
    )


def _stored_facts(place: FormPlace, stored: StoredForm | None) -> dict[str, bool]:
    """What may be done with what is stored."""
    if stored is None:
        return {"may_sign": False, "is_complete": False, "needs_reason": False}

    return {
        "may_sign": current_user.may(Permission.SIGN) and not place.is_second,
        "is_complete": stored.status is Status.COMPLETE,
        "needs_reason": not place.is_second
        and was_complete(services().database, place.key),
    }


def _waits(place: FormPlace) -> bool:
    """Whether the first entry stays as it is until it was compared with the second."""
    double = None if place.is_second else double_form(place)
    return double is not None and double.state.is_waiting


def _reviewed(
    place: FormPlace, stored: StoredForm | None, state: ReviewState, reader: str
) -> dict[str, Any]:
    """What reviewers have left on the form. A second entry has nothing of it."""
    if place.is_second:
        nothing = dict.fromkeys(("verification", "look", "double", "randomization"))
        return {**nothing, "signatures": (), "changed_since": ()}

    return {
        "signatures": form_signatures(state.signatures, place.key),
        **_verification(place, stored, state),
        "look": form_look(place, stored, state.looks) if reader else None,
        "double": double_form(place) if stored is not None else None,
        "randomization": shown_randomization(place, stored),
    }


def _verification(
    place: FormPlace, stored: StoredForm | None, state: ReviewState
) -> dict[str, Any]:
    """How far the form is verified, and what was changed since."""
    key = place.key.form_key
    if stored is None or key not in state.verified:
        return {"verification": None, "changed_since": ()}

    cells = verified_cells(place, stored, state.verified[key])
    status = VERIFICATION_STATUS[state_of(place.subject.subjid, key, state)]
    return {"verification": status, "changed_since": changed_cells(cells)}


def _queries(place: FormPlace) -> dict[str, Any]:
    """The queries of the form that wait, and by question what its marker says."""
    if place.is_second:
        return {"waiting_queries": [], "query_marks": {}}
    threads = threads_of_form(services().database, place.key)
    return {
        "waiting_queries": [
            shown_thread(thread) for thread in threads if thread.query.waits
        ],
        "query_marks": waiting_marks(threads),
    }


def _questions(
    place: FormPlace,
    stored: StoredForm | None,
    record: Record,
    judgement: Judgement,
    *,
    page_findings: PageFindings,
    removing: Mapping[tuple[str, int], str],
    readonly: bool,
) -> Markup:
    """The questions with their answers, and with what a new form starts with."""
    study, form = services().study, place.form
    # Whoever only reads is shown no empty rows to fill in.
    begun = None if readonly else opening_of(place)

    return form_html(
        study,
        form,
        record,
        with_new_rows(
            form,
            record,
            judgement,
            opening=begun,
            judge=lambda whole: judged(place, whole),
        ),
        page_findings=page_findings,
        stored=record_in(stored),
        marks=stored.row_marks if stored else {},
        removing=removing,
        files=files_of(place, stored.record if stored else None),
        opening=begun,
        words=page_words(study, form, record, context_of(place)),
        menus=row_menus(study, form, context_of(place)),
        later=starts_of(place) if stored is None and not readonly else {},
    )


def way_on(place: FormPlace, after: Beside | None) -> dict[str, str]:
    """Where one goes after this form: to the visit's next form, else back to the
    casebook.
    """
    if after is None:
        return {
            "next_address": f"/subjects/{place.subject.subjid}",
            "next_title": "Casebook",
        }

    return {"next_address": after.address, "next_title": after.form.title}


def _known_here(place: FormPlace, stored: Record) -> dict[str, Any]:
    """What the page's script judges by: the form's spec, the days, and the answers of
    other forms.
    """
    study = services().study
    return {
        "spec_address": _spec_address(place),
        "day_zero": day_zero(study, casebook_of(place.subject.subjid)),
        "today": services().today(),
        "env": {
            **browser_env(study, place.form, context_of(place)),
            "mayStay": kept_answers(place.form, stored),
        },
        "visit_date": _visit_date(place, None),
    }


def _spec_address(place: FormPlace) -> str:
    """Where the script finds the form's rules. A browser keeps them: those of another
    view have another address.
    """
    address = f"/dictionary/{services().study.hash}/{place.form.name}.json"
    study, view = services().study, seen_by()
    asked = {"for": view} if view else {}
    if study.translated_into:
        asked["in"] = study.language
    return f"{address}?{urlencode(asked)}" if asked else address


def own_save(stored: StoredForm | None) -> str:
    """The id of the newest save where it is this person's: a page that did not learn of
    it knows it again.
    """
    if stored is None:
        return ""

    user, _, page_id = stored.save_id.partition(":")
    return page_id if user == current_user.user.username else ""


def _visit_date(place: FormPlace, saved: Record | None) -> str:
    """The date of the visit as its header says it; ``saved`` is what this form holds
    since a moment ago.
    """
    if place.visit is None:
        return ""
    dated = dating_plan(services().study).of(place.key.visit).date
    if dated is None:
        return ""

    # The casebook of this request was read before the save.
    record = saved if place.form.name == dated.form else None
    if record is None:
        key = FormKey(dated.form, place.key.visit, place.unsno)
        record = casebook_of(place.subject.subjid).record(key)

    if record is None:
        return ""
    return answer_words(record.texts.get(dated.name, ""), dated)


def summary_html(
    place: FormPlace, record: Record, judgement: Judgement, *, checked: bool
) -> str:
    """The list of findings on top.

    ``checked``: the form was saved as a draft because of them.
    """
    findings = open_findings(place.form, judgement, record)
    elsewhere = judged_elsewhere(place, record)
    lines = finding_lines(
        place.form, said_of(place, findings, elsewhere, OnPage(place, record))
    )
    return render_template("summary.html", lines=lines, checked=checked)


def saved_answer(
    place: FormPlace,
    saved: Saved,
    record: Record,
    judgement: Judgement,
    *,
    refused: bool,
    uploads: PostedUploads,
) -> ResponseReturnValue:
    """What our script learns of a save."""
    findings = open_findings(place.form, judgement, record)
    waiting = OnPage(place, record)
    still = said_of(place, findings, judged_elsewhere(place, record), waiting)
    lines = finding_lines(place.form, still)
    status = status_of(saved.status, 0 if refused else len(lines))

    return jsonify(
        version=saved.version,
        status=saved.status.value,
        status_html=render_template("status.html", status=status),
        saved_at=clock(saved.saved_at),
        version_html=render_template(
            "version.html", head=saved, by=current_user.user.username
        ),
        visit_date=_visit_date(place, record),
        refused=refused,
        summary_html=render_template("summary.html", lines=lines, checked=True)
        if refused
        else "",
        **page_said(place, still, waiting),
        **way_on(place, visit_forms(place, len(lines), waiting).next),
        files=shown_files(place, record),
        refused_files=uploads.said(),
        rows={
            group: [row.number for row in rows] for group, rows in record.rows.items()
        },
    )
