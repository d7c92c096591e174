"""What was posted from the page of a form: read, and shown again while it is not saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import FileStorage, MultiDict

from forms_spec.evaluation import Judgement
from forms_spec.evaluation.allocated_answers import with_allocated
from forms_spec.model.captured_data import Record
from generator.pages import Posted, is_reason, read_post, removal_reasons
from webapp.forms.copies import copied_words
from webapp.forms.evaluation import judged, opening, starting
from webapp.forms.page import page_of_form
from webapp.forms.pending_uploads import hold, uploads_of
from webapp.forms.uploads import PostedUploads
from webapp.presentation.form_address import FormPlace, form_place
from webapp.presentation.typed_numbers import version_number
from webapp.services import services
from webapp.storage import (
    Status,
    StoredForm,
    get_user,
    load,
    load_version,
    was_complete,
)
from webapp.storage.second_entries import load_second

LONGEST_REASON: Final = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedForm:
    """What was posted, on top of what was stored when it was posted."""

    place: FormPlace
    stored: StoredForm | None
    posted: Posted
    uploads: PostedUploads

    @property
    def data(self) -> MultiDict[str, str]:
        return self.uploads.data

    @property
    def record(self) -> Record:
        return self.posted.record

    @property
    def reason(self) -> str:
        """Why a complete form is changed, why rows are removed, and what was taken over
        from elsewhere.
        """
        given = self.data.get("reason", "").strip()[:LONGEST_REASON]
        removed = removal_reasons(self.place.form, self.posted.removed)
        before = self.stored.record if self.stored else None
        copied = copied_words(self.place, self.data, self.record, before)
        return "; ".join(filter(None, [given, removed, copied]))

    @property
    def is_complete(self) -> bool:
        return self.stored is not None and self.stored.status is Status.COMPLETE

    def lacks_reason(self, *, complete: bool) -> bool:
        """True for a change of a form that ever was complete, and for a draft made of a
        complete one.
        """
        # What was typed a second time is compared, and then never changed.
        if self.place.is_second:
            return False
        if self.stored is None or is_reason(self.data.get("reason", "")):
            return False
        if self.is_complete and not complete:
            return True
        if self.record == self.stored.record:
            return False
        return was_complete(services().database, self.place.key)


def read(
    place: FormPlace,
    data: MultiDict[str, str],
    files: MultiDict[str, FileStorage] | None = None,
) -> PostedForm:
    """What a post means, on top of what is stored."""
    app = services()
    stored = stored_entry(place)

    # What the page did not have in it comes from the version that the page showed.
    base = seen_record(place, stored, version_number(data.get("base_version", "0")))
    uploads = uploads_of(place, data, files or MultiDict(), stored=stored)
    posted = read_post(
        app.study,
        place.form,
        uploads.data,
        stored=base,
        today=app.today(),
        opening=opening(),
    )
    # Whatever a program posts for them: nobody types what a randomization gives.
    kept = with_allocated(app.study, place.form, posted.record, base)
    posted = replace(posted, record=kept)

    return PostedForm(place=place, stored=stored, posted=posted, uploads=uploads)


def stored_entry(place: FormPlace, number: int | None = None) -> StoredForm | None:
    """What is stored of a form, or of its second entry: the newest version, or the one
    of a number.
    """
    database = services().database
    if place.is_second:
        return load_second(database, place.key, number)
    if number is None:
        return load(database, place.key)
    return load_version(database, place.key, number)


def seen_record(place: FormPlace, stored: StoredForm | None, version: int) -> Record:
    """What the page stood on: an older version where another one was saved since."""
    if stored is None or version == 0:
        return starting(place)

    if version >= stored.version:
        return stored.record

    older = stored_entry(place, version)
    return (older or stored).record


def typed(
    subjid: str,
    visit: str,
    form: str,
    data: MultiDict[str, str],
    notice: str = "You are signed in again. Your text is still here, but not saved yet.",
) -> ResponseReturnValue:
    """The form with typed text that is not saved."""
    now = read(form_place(subjid, visit, form), data)
    notice = typed_by_another(data.get("typed_by", "")) or notice
    # A file cannot be put back into an input: browsers let nobody but the person do so.
    if any(upload.filename for upload in request.files.values()):
        notice = f"{notice} Please choose its files again. They were not kept."
    return unsaved_page(now, judged(now.place, now.record), notice=notice), 400


def with_refused(now: PostedForm, judgement: Judgement) -> Judgement:
    """A file that was not taken is said beside its question, although no cell holds it."""
    return replace(judgement, findings=(*judgement.findings, *now.uploads.refused))


def typed_by_another(username: str) -> str:
    """Says so when somebody else opened the page: nobody saves under another's text
    without knowing.
    """
    me = current_user.user
    if username in ("", me.username):
        return ""
    user = get_user(services().database, username)
    who = user.name if user else "somebody else"

    return (
        f"{who} typed this, but you are signed in as {me.name}. Save again to save it "
        "in your name."
    )


def unsaved_page(
    now: PostedForm, judgement: Judgement, *, notice: str, record: Record | None = None
) -> str:
    shown = record or now.record
    return page_of_form(
        now.place,
        now.stored,
        shown,
        with_refused(now, judgement),
        base_version=version_number(now.data.get("base_version", "0")),
        removing=now.posted.unexplained,
        reason=now.data.get("reason", ""),
        notice=notice,
        unsaved=True,
        text=held_uploads(now, shown),
    )


def held_uploads(now: PostedForm, record: Record) -> str:
    """Keeps the new files of a page that is not saved, for the post that comes next."""
    if not now.place.form.files or not current_user.may_enter:
        return ""
    new = now.uploads.of(record, now.place.form)
    return hold(now.place, new, record, user=current_user.user.username)
