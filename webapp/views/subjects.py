"""The list of subjects, and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from forms_spec.kinds.pattern import whole_match
from generator.rewritings.subject_numbers import SubjectNumbers
from webapp.presentation.typed_numbers import page_number
from webapp.review.stored_status import (
    Moment,
    evaluate_some,
    evaluated,
    list_for_person,
)
from webapp.security.access import ENTER, READ, allow
from webapp.services import at_site, own_sites, services
from webapp.storage import (
    ORDERS,
    WHOLE_STUDY,
    FormClosed,
    SubjectInList,
    add_subject,
    get_subject,
    locks_of,
    page_of_subjects,
    subject_numbers,
    subjects_from,
    waiting_counts,
)

bp = Blueprint("subjects", __name__)
ON_A_PAGE: Final = 50
SEEN_ORDERS: Final = frozenset({"subject", "site"})
MOST_ALIKE: Final = 5
"""So many subjects are named whose numbers look like a new one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSubject:
    """One line of the list. ``order`` sorts by what is due first."""

    line: SubjectInList
    days_overdue: int
    queries: int

    @property
    def order(self) -> str:
        following = self.line.standing and self.line.standing.next_visit
        if not following:
            return "9999-12-31"
        return (following.last or services().today()).isoformat()


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
        (item.line.subjid for item in listed if item.line.standing is None), default=""
    )

    return render_template(
        "subjects.html", listed=listed, wanted=wanted, waiting=waiting, sheet=sheet
    )


@bp.get("/subjects/standings")
@allow(READ)
def count_on() -> ResponseReturnValue:
    """Goes on evaluating from a subject, for a moment.

    ``ready`` are those from it on that are evaluated, in order, with their rows of the
    list; ``next`` is where to go on.
    """
    first = request.args.get("from", "")
    lines = subjects_from(
        services().database, first, most=ON_A_PAGE + 1, of=list_for_person()
    )
    lines = evaluated(lines, Moment())
    ready: dict[str, list[int]] = {}
    rows: dict[str, str] = {}
    following = ""

    for listed in _with_queries(lines):
        standing = listed.line.standing
        if standing is None or len(ready) == ON_A_PAGE:
            following = listed.line.subjid
            break
        ready[listed.line.subjid] = [standing.to_finish, standing.open]
        rows[listed.line.subjid] = render_template("subject_row.html", item=listed)

    return jsonify(ready=ready, rows=rows, next=following)


@bp.get("/subjects/evaluation")
@allow(READ)
def evaluate_on() -> ResponseReturnValue:
    """Goes on evaluating whatever has to be, for a moment; says how many are left."""
    left, _ = evaluate_some(Moment())
    return jsonify(left=left)


def _listed(wanted: str) -> tuple[Sheet, list[ListedSubject]]:
    order = request.args.get("order", "subject")
    # By counts of everything a list would tell them to those who see a part.
    known = ORDERS if services().database.sight is None else SEEN_ORDERS
    if order not in known:
        order = "subject"
    down = request.args.get("down") == "1"
    number = page_number(request.args)
    count, lines = page_of_subjects(
        services().database,
        wanted,
        order=order,
        down=down,
        first=(number - 1) * ON_A_PAGE,
        most=ON_A_PAGE,
        of=list_for_person(),
    )
    sheet = Sheet(wanted=wanted, order=order, down=down, number=number, count=count)

    return sheet, _with_queries(evaluated(lines, Moment()))


def _with_queries(lines: Sequence[SubjectInList]) -> list[ListedSubject]:
    names = [line.subjid for line in lines]
    queries = waiting_counts(services().database, names)
    today = services().today()
    listed = []

    for line in lines:
        following = line.standing.next_visit if line.standing else None
        last = following.last if following else None
        late = (today - last).days if last and last < today else 0
        waiting = queries.get(line.subjid, 0)
        listed.append(ListedSubject(line=line, days_overdue=late, queries=waiting))

    return listed


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
    # How a number looks is said by the dictionary of the site that it begins with.
    with at_site(_site(subjid)):
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
