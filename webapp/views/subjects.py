"""The list of subjects, and a new one."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from forms_spec.kinds.pattern import whole_match
from forms_spec.visits import VisitState
from webapp.access import ENTER, READ, allow
from webapp.services import services
from webapp.standing import Standing, judged_casebook, remembered
from webapp.storage import SubjectLine, add_subject, list_subjects
from webapp.visiting import Visits, visits_of

bp = Blueprint("subjects", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of the list. ``order`` sorts by what is due first; no ``standing``: it is being counted."""

    line: SubjectLine
    next: VisitState | None
    ended: bool
    standing: Standing | None

    @property
    def order(self) -> str:
        if self.next is None:
            return "9999-12-31"
        return (self.next.due.last if self.next.due else self.next.date or services().today()).isoformat()


@bp.get("/subjects")
@allow(READ)
def show_subjects() -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()
    if wanted and any(one.subject.subjid == wanted for one in list_subjects(services().database)):
        return redirect(f"/subjects/{wanted}", 303)
    listed = _listed(wanted)
    waiting = next((one.line.subject.subjid for one in listed if one.standing is None), "")
    return render_template("subjects.html", listed=listed, wanted=wanted, waiting=waiting)


@bp.get("/subjects/standings")
@allow(READ)
def count_on() -> ResponseReturnValue:
    """Goes on counting from a subject, for a moment; ``next`` is where to go on."""
    first = request.args.get("from", "")
    clock = Moment()
    ready: dict[str, list[int]] = {}
    for line in list_subjects(services().database):
        subjid = line.subject.subjid
        if subjid < first:
            continue
        standing = standing_of(line, clock)
        if standing is None:
            return jsonify(ready=ready, next=subjid)
        ready[subjid] = [standing.to_finish, standing.open]
    return jsonify(ready=ready, next="")


class Moment:
    """The time that one request may spend on judging. The first subject is judged however long it takes."""

    LENGTH = 0.3

    def __init__(self) -> None:
        self._ends = monotonic() + self.LENGTH
        self._begun = False

    def left(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun or monotonic() < self._ends


def standing_of(line: SubjectLine, clock: Moment) -> Standing | None:
    """How a subject stands, judged anew where a form has changed; None when the time is up."""
    known = remembered(line.subject.subjid, line.changes)
    if known is not None or not clock.left():
        return known
    return judged_casebook(line.subject.subjid).standing


def _listed(wanted: str) -> list[Listed]:
    lines = [
        line
        for line in list_subjects(services().database)
        if wanted.casefold() in line.subject.subjid.casefold()
    ]
    clock, visits = Moment(), visits_of(lines)
    return [_line(line, visits[line.subject.subjid], clock) for line in lines]


def _line(line: SubjectLine, visits: Visits, clock: Moment) -> Listed:
    return Listed(line=line, next=visits.next, ended=visits.ended, standing=standing_of(line, clock))


@bp.get("/subjects/new")
@allow(ENTER)
def ask_subject() -> ResponseReturnValue:
    return render_template("new_subject.html", subjid="", message="")


@bp.post("/subjects/new")
@allow(ENTER)
def enter_subject() -> ResponseReturnValue:
    held = services()
    subjid = request.form.get("subjid", "").strip()
    message, known = _refusal(subjid), ""
    if not message:
        site = _site(subjid)
        try:
            add_subject(held.database, subjid=subjid, site=site, user=current_user.user.username)
        except IntegrityError:
            message = f"Subject {subjid} exists already. Check the number, or open the subject."
            known = subjid
    if message:
        return render_template("new_subject.html", subjid=subjid, message=message, known=known), 422
    return redirect(f"/subjects/{subjid}", 303)


def _refusal(subjid: str) -> str:
    study = services().study
    if not subjid:
        return f"Type the subject's number, for example {study.subject_example}."
    if not whole_match(study.subject_pattern, subjid):
        return f"“{subjid}” is not a valid subject number. Write it like {study.subject_example}."
    if study.sites and not _site(subjid):
        sites = ", ".join(study.sites)
        number = "a site number" if len(study.sites) > 1 else "the site number"
        return f"“{subjid}” does not begin with {number} ({sites})."
    return ""


def _site(subjid: str) -> str:
    return next((site for site in services().study.sites if subjid.startswith(site)), "")
