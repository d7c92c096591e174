"""The home page: what is to be done, by role, each with the way there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import LOG
from forms_spec.model.roles import AlertKind, Permission
from webapp.presentation.form_address import form_address, forms_at, visit_word
from webapp.presentation.template_filters import moment_words, short_day
from webapp.presentation.typed_numbers import page_number, typed_number
from webapp.queries.query_places import place_words
from webapp.queries.shown_queries import age_words
from webapp.review.lock_words import scope_title
from webapp.review.seen_findings import evaluate_seen, list_findings
from webapp.review.signing import sign_address
from webapp.review.stored_status import Moment, evaluate_some
from webapp.security.access import ADJUDICATE, READ, SIGN, VERIFY, allow
from webapp.security.query_access import is_reviewer
from webapp.services import about, own_sites, services
from webapp.storage import (
    AlertReader,
    ListedQuery,
    QueryFilter,
    QueryState,
    ReviewScope,
    StoredAlert,
    WorkFilter,
    WorkKind,
    WorkLine,
    list_queries,
    list_work,
    see_alert,
    unseen_alerts,
)

bp = Blueprint("home", __name__)
ON_HOME: Final = 10
"""So many lines of each list stand on the home page; the others are one link away."""
ON_A_PAGE: Final = 50
MANY: Final = 1_000
"""The home page counts so far and no further."""
SOON: Final = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownWork:
    """One thing to do. ``late`` says why it is urgent, ``alert`` the number of an alert,
    and ``ask`` stands for a form whose findings can become queries.
    """

    address: str
    subjid: str
    what: str
    note: str = ""
    late: str = ""
    alert: int = 0
    ask: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkSheet:
    """One page of a list of things to do."""

    name: str
    title: str
    count: int
    lines: tuple[ShownWork, ...]
    number: int = 1

    @property
    def count_words(self) -> str:
        """The count as the home page says it."""
        return str(self.count) if self.count <= MANY else f"more than {MANY}"

    @property
    def last(self) -> int:
        return max(1, -(-self.count // ON_A_PAGE))

    def address(self, number: int) -> str:
        return f"/home/{self.name}?page={number}"


Listed = tuple[int, tuple[ShownWork, ...]]
Lister = Callable[[int, int], Listed]
"""Gives how many things there are, and so many of them: from which one on, how many."""


@bp.get("/home")
@allow(READ)
def show_home() -> ResponseReturnValue:
    left = _evaluate()
    sheets = [_sheet(name, first=0, most=ON_HOME) for name in _names()]
    return render_template(
        "home.html",
        sheets=sheets,
        left=left,
        today=services().today(),
        shown=ON_HOME,
    )


@bp.get("/home/<name>")
@allow(READ)
def show_work(name: str) -> ResponseReturnValue:
    """All of one list, page by page."""
    if name not in _names():
        abort(404, "Your home page has no such list.")
    number = page_number(request.args)
    left = _evaluate()
    sheet = _sheet(name, first=(number - 1) * ON_A_PAGE, most=ON_A_PAGE, number=number)

    return render_template("work_list.html", sheet=sheet, left=left)


def _evaluate() -> int:
    """Evaluates what the lists rest on, as much as there is time for; what is left."""
    left, _ = evaluate_some(Moment())
    return left + evaluate_seen(Moment())


def _names() -> Sequence[str]:
    """The lists of the person: what only they can do comes right after the alerts."""
    names = ["alerts"]
    to_sign = current_user.forms_with(SIGN)
    if to_sign is None or to_sign:
        names.append("again")
    # A visit is signed as a whole, by those who sign all of it.
    if to_sign is None or "" in to_sign:
        names.append("sign")

    if current_user.may_verify:
        names += ["changed", "verify"]
    names += _of_double_entry()
    names += ENTRY if current_user.may_enter else REVIEW
    return names


def _of_double_entry() -> tuple[str, ...]:
    """The lists of a study that has forms entered twice."""
    if services().study.double_entry is None:
        return ()
    return (
        *(("adjudicate",) if current_user.may(Permission.ADJUDICATE) else ()),
        *(("reenter",) if current_user.may_enter else ()),
    )


def _sheet(name: str, *, first: int, most: int, number: int = 1) -> WorkSheet:
    title, lister = LISTS[name]
    count, lines = lister(first, most)
    return WorkSheet(name=name, title=title, count=count, lines=lines, number=number)


def _overdue(first: int, most: int) -> Listed:
    """Visits whose window is over."""
    return _work(first, most, WorkKind.VISIT, before=services().today())


def _in_window(first: int, most: int) -> Listed:
    """Visits that can take place now."""
    return _work(first, most, WorkKind.VISIT, during=services().today())


def _coming(first: int, most: int) -> Listed:
    """Visits whose window opens soon."""
    today = services().today()
    return _work(first, most, WorkKind.VISIT, between=(today, today + SOON))


def _work(
    first: int,
    most: int,
    kind: WorkKind,
    *,
    before: date | None = None,
    during: date | None = None,
    between: tuple[date, date] | None = None,
) -> Listed:
    wanted = WorkFilter(
        kind=kind, sites=own_sites(), before=before, during=during, between=between
    )
    return _listed(wanted, first, most)


def _listed(wanted: WorkFilter, first: int, most: int) -> Listed:
    # On the home page a long list is "more than", whatever it takes to count it.
    count_to = MANY + 1 if most == ON_HOME else None
    count, lines = list_work(
        services().database, wanted, first=first, most=most, count_to=count_to
    )
    return count, tuple(_shown(line) for line in lines)


def _findings(first: int, most: int) -> Listed:
    """Forms with findings that the person sees."""
    count_to = MANY + 1 if most == ON_HOME else None
    count, lines = list_findings(first, most, count_to)
    return count, tuple(_shown(line) for line in lines)


def _reviewed(first: int, most: int, *, kind: WorkKind) -> Listed:
    """What is to be verified or to be signed, as far as the person may."""
    rights = VERIFY if kind in (WorkKind.VERIFY, WorkKind.CHANGED) else SIGN
    wanted = WorkFilter(
        kind=kind, sites=own_sites(), forms=current_user.forms_with(rights)
    )
    return _listed(wanted, first, most)


def _to_enter_again(first: int, most: int) -> Listed:
    """Forms that the person can enter a second time."""
    wanted = WorkFilter(kind=WorkKind.REENTER, sites=own_sites())
    return _listed(wanted, first, most)


def _to_adjudicate(first: int, most: int) -> Listed:
    """Forms whose two entries differ, and the person typed neither of them."""
    plan = services().study.double_entry
    username = current_user.user.username
    wanted = WorkFilter(
        kind=WorkKind.ADJUDICATE,
        sites=own_sites(),
        forms=current_user.forms_with(ADJUDICATE),
        not_entered_by="" if plan and plan.own_adjudication else username,
    )
    return _listed(wanted, first, most)


def _shown(line: WorkLine) -> ShownWork:
    scope = ReviewScope(line.subjid, line.visit, line.unsno, line.form)
    if line.kind in (WorkKind.SIGN.value, WorkKind.SIGN_AGAIN.value):
        title = _first_upper(scope_title(scope))
        return ShownWork(address=sign_address(scope), subjid=line.subjid, what=title)
    if line.kind in (WorkKind.VERIFY.value, WorkKind.CHANGED.value):
        address = form_address(line.subjid, line.visit, line.unsno, line.form)
        return ShownWork(
            address=f"{address}/verification",
            subjid=line.subjid,
            what=scope_title(scope),
        )
    if line.kind in (WorkKind.REENTER.value, WorkKind.ADJUDICATE.value):
        address = form_address(line.subjid, line.visit, line.unsno, line.form)
        way = "second" if line.kind == WorkKind.REENTER.value else "double"
        return ShownWork(
            address=f"{address}/{way}", subjid=line.subjid, what=scope_title(scope)
        )
    return _shown_entry(line)


def _shown_entry(line: WorkLine) -> ShownWork:
    with about(line.subjid):
        study = services().study
    form = study.forms.get(line.form)
    # A line of an older dictionary, which is about to be evaluated again.
    title = form.title if form else line.form
    visit = study.visits.get(line.visit)
    place = "" if visit is None else visit_word(visit.title, line.unsno)
    address = form_address(line.subjid, line.visit, line.unsno, line.form)
    if line.kind == WorkKind.VISIT.value:
        forms = forms_at(study, line.visit)
        first = forms[0].name if forms else line.form
        address = form_address(line.subjid, line.visit, line.unsno, first)
        return ShownWork(
            address=address,
            subjid=line.subjid,
            what=place,
            note=_window(line),
            late=_late(line),
        )

    what = f"{title}, {place}" if line.visit != LOG else title
    if line.kind != WorkKind.FINDING.value:
        return ShownWork(address=address, subjid=line.subjid, what=what)

    note = f"{line.count} finding{'' if line.count == 1 else 's'}"
    mark = f"{line.form} {line.visit} {line.unsno} {line.subjid}"
    ask = mark if is_reviewer() else ""
    return ShownWork(address=address, subjid=line.subjid, what=what, note=note, ask=ask)


def _window(line: WorkLine) -> str:
    if line.first is None or line.last is None:
        return "due"
    first, last = short_day(line.first), short_day(line.last)
    return f"on {first}" if first == last else f"{first} to {last}"


def _late(line: WorkLine) -> str:
    today = services().today()
    if line.last is None or line.last >= today:
        return ""

    days = (today - line.last).days
    return "overdue 1 day" if days == 1 else f"overdue {days} days"


def _queries(first: int, most: int, *, state: QueryState, mine: bool) -> Listed:
    """Queries in a state; ``mine`` are those for the person's role."""
    role = current_user.user.role if mine else ""
    wanted = QueryFilter(states=[state], assigned_role=role, own_sites=own_sites())
    count, listed = list_queries(services().database, wanted, first=first, most=most)
    return count, tuple(_shown_query(item) for item in listed)


def _shown_query(item: ListedQuery) -> ShownWork:
    place = place_words(item.query.place)
    where = f"{place.form}, {place.visit}" if place.form else ""
    return ShownWork(
        address=f"{place.address}#q{item.query.number}",
        subjid=item.query.place.subject,
        what=f"{place.label} ({where})" if where else place.label,
        note=f"{item.text[:160]} ({age_words(item.query.opened_at)})",
    )


def _alerts(first: int, most: int) -> Listed:
    """Alerts that nobody has seen yet."""
    database = services().database
    count, alerts = unseen_alerts(database, _reader(), first=first, most=most)
    return count, tuple(_shown_alert(item) for item in alerts)


def _reader() -> AlertReader:
    return AlertReader(sites=own_sites(), to_sign=current_user.forms_with(SIGN))


def _shown_alert(item: StoredAlert) -> ShownWork:
    if item.kind is AlertKind.BROKEN_SIGNATURE:
        return _shown_break(item)
    key = item.key
    with about(key.subject):
        study = services().study
    form, visit = study.forms.get(key.form), study.visits.get(key.visit)
    title = form.title if form else key.form
    at = f", {visit_word(visit.title, key.unsno)}" if visit else ""
    address = form_address(key.subject, key.visit, key.unsno, key.form)

    return ShownWork(
        address=f"{address}#{item.cell}",
        subjid=key.subject,
        what=f"{title}{at}",
        late=item.kind.value,
        note=f"since {moment_words(item.raised_at)}",
        alert=item.number,
    )


def _shown_break(item: StoredAlert) -> ShownWork:
    """A broken signature, with the way to sign again."""
    subject, form, visit, unsno = item.key
    scope = ReviewScope(subject, visit, unsno, form)

    return ShownWork(
        address=sign_address(scope),
        subjid=subject,
        what=_first_upper(scope_title(scope)),
        late=item.kind.value,
        note=f"since {moment_words(item.raised_at)}",
        alert=item.number,
    )


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]


@bp.post("/home/alerts/<number>")
@allow(READ)
def see(number: str) -> ResponseReturnValue:
    """Takes an alert off the list, once somebody has seen it."""
    alert = typed_number(number, digits=9)
    seen = alert is not None and see_alert(
        services().database,
        alert,
        _reader(),
        username=current_user.user.username,
    )
    if not seen:
        abort(404, "There is no such alert, or somebody has seen it already.")
    return redirect("/home", 303)


LISTS: Mapping[str, tuple[str, Lister]] = MappingProxyType(
    {
        "alerts": ("Alerts", _alerts),
        "asked": (
            "Queries to answer",
            partial(_queries, state=QueryState.OPEN, mine=True),
        ),
        "answered": (
            "Answered queries to close",
            partial(_queries, state=QueryState.ANSWERED, mine=False),
        ),
        "again": ("To sign again", partial(_reviewed, kind=WorkKind.SIGN_AGAIN)),
        "sign": ("To sign", partial(_reviewed, kind=WorkKind.SIGN)),
        "changed": (
            "Changed since verification",
            partial(_reviewed, kind=WorkKind.CHANGED),
        ),
        "verify": ("To verify", partial(_reviewed, kind=WorkKind.VERIFY)),
        "adjudicate": ("Two entries to adjudicate", _to_adjudicate),
        "reenter": ("Forms to enter again", _to_enter_again),
        "overdue": ("Overdue visits", _overdue),
        "window": ("Visits in their window", _in_window),
        "unfinished": ("Forms to finish", partial(_work, kind=WorkKind.FORM)),
        "findings": ("Forms with open findings", _findings),
        "coming": ("Visits of the next 14 days", _coming),
    }
)
"""By its name in the address: the title of a list, and what gives its lines."""

ENTRY = ("asked", "overdue", "window", "unfinished", "findings", "coming")
REVIEW = ("answered", "overdue", "unfinished", "findings")
"""The lists of those who enter data, and of those who review them, the most urgent
first.
"""
