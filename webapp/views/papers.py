"""Documents to print: the blank forms of the study, and the casebook of a subject."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, Response, abort
from flask_login import current_user

from forms_spec.model.study_cache import StudyCache
from generator.paper.blank import blank_forms
from generator.paper.captured_subject import PrintRun
from generator.paper.casebook import casebook_paper
from generator.paper.layout import Paper
from generator.paper.typst_writer import PaperFailed, write_pdf
from generator.paper.word_writer import write_word
from webapp.paper.subject_casebook import CasebookReader, printed_event
from webapp.security.access import READ, WITH_A_ROLE, allow
from webapp.services import services, subject_or_404
from webapp.storage import dictionary_in_use, list_users, snapshot, write_event

bp = Blueprint("papers", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AT_ONCE = BoundedSemaphore(2)
"""Each document takes some hundred megabytes while it is made."""
_WRITTEN: StudyCache[tuple[bool, str], bytes] = StudyCache()


@bp.get("/forms/blank.pdf")
@allow(WITH_A_ROLE)
def show_blank_pdf() -> Response:
    return _forms("pdf", annotated=False)


@bp.get("/forms/blank.docx")
@allow(WITH_A_ROLE)
def show_blank_word() -> Response:
    return _forms("docx", annotated=False)


@bp.get("/forms/annotated.pdf")
@allow(WITH_A_ROLE)
def show_annotated_pdf() -> Response:
    return _forms("pdf", annotated=True)


@bp.get("/forms/annotated.docx")
@allow(WITH_A_ROLE)
def show_annotated_word() -> Response:
    return _forms("docx", annotated=True)


@bp.get("/subjects/<subjid>/casebook.pdf")
@allow(READ)
def show_casebook_pdf(subjid: str) -> Response:
    """Everything that was captured of a subject, as it is now."""
    app = services()
    subject = subject_or_404(subjid)
    persons = {user.username: user.name for user in list_users(app.database)}
    with snapshot(app.database) as state:
        reader = CasebookReader(study=app.study, state=state, persons=persons)
        book = reader.read(subject)
        proof = reader.proof(book)

    # The database is free again before the PDF is made.
    run = PrintRun(by=current_user.user.name, moment=app.database.clock())
    content = _pdf(casebook_paper(book, run, proof=proof))
    user = current_user.user.username
    # Nothing leaves that the log does not tell of.
    write_event(app.database, printed_event(subject.subjid, run, username=user))
    return _file(content, f"casebook-{subjid}.pdf", "application/pdf")


def _forms(suffix: str, *, annotated: bool) -> Response:
    """The forms of the dictionary in use; made once for each version of it."""
    study = services().study

    def written() -> bytes:
        stored = dictionary_in_use(services().database)
        since = stored.loaded_at if stored and stored.hash == study.hash else None
        paper = blank_forms(study, annotated=annotated, moment=since)
        return _pdf(paper) if suffix == "pdf" else _word(paper)

    content = _WRITTEN.get(study, (annotated, suffix), written)
    kind = "annotated" if annotated else "blank"
    mimetype = "application/pdf" if suffix == "pdf" else WORD
    return _file(content, f"{kind}-forms.{suffix}", mimetype)


def _pdf(paper: Paper) -> bytes:
    with AT_ONCE:
        try:
            return write_pdf(paper, services().fonts).content
        except PaperFailed as error:
            abort(503, str(error))


def _word(paper: Paper) -> bytes:
    try:
        return write_word(paper).content
    except PaperFailed as error:
        abort(503, str(error))


def _file(content: bytes, name: str, mimetype: str) -> Response:
    response = Response(content, content_type=mimetype)
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
