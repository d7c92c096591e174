"""The list of subjects, and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from forms_spec.kinds.pattern import whole_match
from forms_spec.schedule.visit_status import VisitState
from generator.rewritings.subject_numbers import SubjectNumbers
from webapp.casebook.next_visits import Visits, visits_of
from webapp.casebook.subject_status import (
    Standing,
    judged_casebook,
    remember,
    remembered,
    stored_standing,
)
from webapp.security.access import ENTER, READ, allow
from webapp.services import own_sites, services
from webapp.storage import (
    ORDERS,
    WHOLE_STUDY,
    FormClosed,
    StoredStanding,
    SubjectSummary,
    add_subject,
    get_subject,
    keep_standings,
    locks_of,
    page_of_subjects,
    standings_of,
    subject_numbers,
    subjects_from,
    waiting_counts,
)

bp = Blueprint("subjects", __name__)
ON_A_PAGE: Final = 100
MOST_ALIKE: Final = 5
"""So many subjects are named whose numbers look like a new one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSubject:
    """One line of the list.

    ``order`` sorts by what is due first; no ``standing``: it is being counted.
    """

    line: SubjectSummary
    next: VisitState | None
    ended: bool
    standing: Standing | None
    queries: int

    @property
    def order(self) -> str:
        if self.next is None:
            return "9999-12-31"
        return (
            self.next.due.last
            if self.next.due
            else self.next.date or services().today()
        ).isoformat()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One page of a list that has more subjects than fit on it: by which column, and
    where we are.
    """

    wanted: str
    order: str
    down: bool
    number: int
    count: int

    @property
    def last(self) -> int:
        return max(1, -(-self.count // ON_A_PAGE))

    def address(self, *, number: int = 1, order: str = "") -> str:
        """The address of another page, or of the same subjects in another order (once
        more: turned).
        """
        turned = order == self.order and not self.down if order else self.down
        data = {
            "q": self.wanted,
            "order": order or self.order,
            "down": "1" if turned else "",
            "page": number,
        }

        return "/subjects?" + urlencode(
            {name: value for name, value in data.items() if value}
        )


@bp.get("/subjects")
@allow(READ)
def show_subjects() -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()
    if wanted and get_subject(services().database, wanted, sites=own_sites()):
        return redirect(f"/subjects/{quote(wanted, safe='')}", 303)
    sheet, listed = _listed(wanted)
    waiting = min(
        (item.line.subject.subjid for item in listed if item.standing is None),
        default="",
    )

    return render_template(
        "subjects.html", listed=listed, wanted=wanted, waiting=waiting, sheet=sheet
    )


@bp.get("/subjects/standings")
@allow(READ)
def count_on() -> ResponseReturnValue:
    """Goes on counting from a subject, for a moment; ``next`` is where to go on."""
    first = request.args.get("from", "")
    clock = Moment()
    ready: dict[str, list[int]] = {}
    lines = subjects_from(
        services().database, first, most=ON_A_PAGE + 1, sites=own_sites()
    )
    keep = Keeper(lines)

    for line in lines[:ON_A_PAGE]:
        standing = keep.standing_of(line, clock)
        if standing is None:
            break
        ready[line.subject.subjid] = [standing.to_finish, standing.open]

    keep.store()
    following = lines[len(ready)].subject.subjid if len(ready) < len(lines) else ""

    return jsonify(ready=ready, next=following)


class Moment:
    """The time that one request may spend on judging.

    The first subject is judged however long it takes.
    """

    LENGTH = 0.3

    def __init__(self) -> None:
        self._ends = monotonic() + self.LENGTH
        self._begun = False

    def left(self) -> bool:
        begun, self._begun = self._begun, True
        return not begun or monotonic() < self._ends


class Keeper:
    """How subjects stand: as this server knows, else as the database has it, else
    judged anew and kept.
    """

    def __init__(self, lines: Sequence[SubjectSummary]) -> None:
        app = services()
        self._day = app.today()
        self._stored = standings_of(
            app.database,
            (line.subject.subjid for line in lines),
            dictionary_hash=app.study.hash,
            day=self._day,
        )
        self._new: list[StoredStanding] = []

    def standing_of(self, line: SubjectSummary, clock: Moment) -> Standing | None:
        """Judged anew where a form has changed; None when the time is up."""
        subjid = line.subject.subjid
        known = remembered(subjid, line.changes)
        if known is None:
            stored = self._stored.get(subjid)
            if stored is not None and stored.saves == line.changes:
                return remember(subjid, stored)
            if not clock.left():
                return None
            known = judged_casebook(subjid).standing

        if subjid not in self._stored or self._stored[subjid].saves != known.changes:
            self._new.append(stored_standing(subjid, known))
        return known

    def store(self) -> None:
        """Keeps what was judged.

        Where the database is busy it is judged again another time.
        """
        with suppress(SQLAlchemyError):
            keep_standings(services().database, self._new)


def _listed(wanted: str) -> tuple[Sheet, list[ListedSubject]]:
    order = request.args.get("order", "subject")
    if order not in ORDERS:
        order = "subject"
    down = request.args.get("down") == "1"
    text = request.args.get("page", "1")
    number = (
        max(1, int(text))
        if text.isascii() and text.isdecimal() and len(text) < 7
        else 1
    )
    count, lines = page_of_subjects(
        services().database,
        wanted,
        order=order,
        down=down,
        first=(number - 1) * ON_A_PAGE,
        most=ON_A_PAGE,
        sites=own_sites(),
    )
    sheet = Sheet(wanted=wanted, order=order, down=down, number=number, count=count)
    clock, visits, keep = Moment(), visits_of(lines), Keeper(lines)
    queries = waiting_counts(services().database, visits)

    return sheet, [
        _line(
            line,
            visits[line.subject.subjid],
            keep.standing_of(line, clock),
            queries.get(line.subject.subjid, 0),
        )
        for line in lines
    ]


def _line(
    line: SubjectSummary, visits: Visits, standing: Standing | None, queries: int
) -> ListedSubject:
    return ListedSubject(
        line=line,
        next=visits.next,
        ended=visits.ended,
        standing=standing,
        queries=queries,
    )


@bp.get("/subjects/new")
@allow(ENTER)
def ask_subject() -> ResponseReturnValue:
    act = locks_of(services().database, "").closing([WHOLE_STUDY])
    if act is not None:
        raise FormClosed(act)
    return render_template("new_subject.html", subjid="", message="")


@bp.post("/subjects/new")
@allow(ENTER)
def enter_subject() -> ResponseReturnValue:
    app = services()
    subjid = request.form.get("subjid", "").strip()
    message, known = _refusal(subjid), ""
    alike: tuple[str, ...] = ()
    # The answer to the question counts for the number that was asked about.
    if not message and request.form.get("alike", "") != subjid:
        numbers = subject_numbers(app.database, sites=own_sites())
        alike = SubjectNumbers(numbers).alike(subjid)

    if not message and not alike:
        site = _site(subjid)
        try:
            add_subject(
                app.database, subjid=subjid, site=site, user=current_user.user.username
            )
        except IntegrityError:
            message, known = _taken(subjid)

    if message or alike:
        return render_template(
            "new_subject.html",
            subjid=subjid,
            message=message,
            known=known,
            alike=alike[:MOST_ALIKE],
        ), 422

    return redirect(f"/subjects/{subjid}", 303)


def _taken(subjid: str) -> tuple[str, str]:
    """What is said of a number that exists, and the subject to open. A subject that came
    from elsewhere may belong to another site than its number says.
    """
    if get_subject(services().database, subjid, sites=own_sites()) is None:
        return f"The number {subjid} cannot be used. Ask the study's data manager.", ""
    message = f"Subject {subjid} already exists. Check the number, or open the subject."
    return message, subjid


def _refusal(subjid: str) -> str:
    study = services().study
    if not subjid:
        return f"Type the subject's number, for example {study.subject_example}."
    if not whole_match(study.subject_pattern, subjid):
        return (
            f"“{subjid}” is not a valid subject number. Write it like "
            f"{study.subject_example}."
        )

    if (study.sites or own_sites() is not None) and not _site(subjid):
        sites = _sites_to_enter()
        if not sites:
            return "Your account has no site of this study. Ask its administrator."
        number = "a site number" if len(sites) > 1 else "the site number"
        return f"“{subjid}” does not begin with {number} ({', '.join(sites)})."

    return ""


def _sites_to_enter() -> tuple[str, ...]:
    """The study's sites, as far as they are the person's."""
    own = own_sites()
    return tuple(site for site in services().study.sites if own is None or site in own)


def _site(subjid: str) -> str:
    """The site whose number the subject's begins with, if the person enters there."""
    # The longest: site 10 is meant where there is a site 1 too.
    begun = (site for site in services().study.sites if subjid.startswith(site))
    site = max(begun, key=len, default="")
    return site if site in _sites_to_enter() else ""
