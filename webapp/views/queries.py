"""Queries: beside a field, on a form, on a subject, and all of them as a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import CellKey
from generator.pages.input_names import cell_of
from webapp.forms.retired_forms import readable_place
from webapp.presentation.form_address import FormPlace
from webapp.presentation.statuses import ShownStatus
from webapp.presentation.typed_numbers import page_number, typed_number
from webapp.queries.assignees import Assignee, Assignees, assignees_of
from webapp.queries.query_places import (
    WHOLE_FORM,
    PlaceWords,
    place_on,
    place_words,
)
from webapp.queries.rule_queries import look_again, look_again_at_some
from webapp.queries.shown_queries import (
    STATES,
    ShownThread,
    age_words,
    buttons_for,
    in_order,
    shown_thread,
)
from webapp.security.access import READ, allow
from webapp.security.query_access import assignable_roles, person_step, query_party
from webapp.services import own_sites, services, subject_or_404
from webapp.storage import (
    WAITING_STATES,
    ListedQuery,
    NewQuery,
    QueryAction,
    QueryFilter,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryThread,
    StepRefused,
    get_subject,
    get_thread,
    list_queries,
    load,
    open_queries,
    record_in,
    take_step,
    threads_of_form,
    threads_of_subject,
)

bp = Blueprint("queries", __name__)
ON_A_PAGE: Final = 100
AGES: Final = (7, 14, 30, 90)
"""Days from which on a list can be narrowed to old queries."""
WAITING: Final = "waiting"
ME: Final = "me"
"""What stands for the person who looks at the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedQuery:
    """What was typed in the box for a new thread, where it was refused, and why."""

    message: str = ""
    text: str = ""
    about: str = ""
    give: str = ""


NOTHING_TYPED: Final = TypedQuery()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListLine:
    """One query in the list."""

    listed: ListedQuery
    where: PlaceWords
    status: ShownStatus
    age: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryList:
    """One page of the list, and by what it is narrowed."""

    chosen: dict[str, str]
    number: int
    count: int
    lines: tuple[ListLine, ...]

    @property
    def last(self) -> int:
        return max(1, -(-self.count // ON_A_PAGE))

    def address(self, number: int) -> str:
        """The address of another page."""
        return "/queries?" + urlencode({**self.chosen, "page": str(number)})


@bp.get("/queries")
@allow(READ)
def show_list() -> ResponseReturnValue:
    left = look_again_at_some()
    return render_template(
        "query_list.html",
        left=left,
        sheet=_listed(),
        waiting=WAITING,
        state_options=[
            (WAITING, "open or answered"),
            *((state.value, state.value) for state in QueryState),
            ("", "any"),
        ],
        role_options=[
            *((role, role) for role in assignable_roles(services().study)),
            (ME, "me, by name"),
        ],
        age_options=[(str(days), f"{days} days or longer") for days in AGES],
        site_options=[
            (name, title)
            for name, title in services().study.sites.items()
            if (own := own_sites()) is None or name in own
        ],
        form_options=[
            (form.name, form.title) for form in services().study.forms.values()
        ],
    )


def _listed() -> QueryList:
    names = ("state", "role", "site", "age", "form", "subject")
    chosen = {name: request.args.get(name, "").strip() for name in names}
    chosen["state"] = request.args.get("state", WAITING)
    number = page_number(request.args)
    days, clock = _number(chosen["age"]), services().database.clock
    wanted = QueryFilter(
        states=_states(chosen["state"]),
        assigned_role="" if chosen["role"] == ME else chosen["role"],
        assigned_to=current_user.user.username if chosen["role"] == ME else "",
        site=chosen["site"],
        subject=chosen["subject"],
        form=chosen["form"],
        opened_before=clock() - timedelta(days=days) if days else None,
        own_sites=own_sites(),
    )
    count, listed = list_queries(
        services().database, wanted, first=(number - 1) * ON_A_PAGE, most=ON_A_PAGE
    )

    return QueryList(
        # A blank state is a choice too: any.
        chosen={n: text for n, text in chosen.items() if text or n == "state"},
        number=number,
        count=count,
        lines=tuple(_line(item) for item in listed),
    )


def _states(chosen: str) -> Collection[QueryState]:
    if chosen == WAITING:
        return WAITING_STATES
    return [state for state in QueryState if state.value == chosen]


def _number(text: str) -> int:
    return typed_number(text, digits=6) or 0


def _line(listed: ListedQuery) -> ListLine:
    return ListLine(
        listed=listed,
        where=place_words(listed.query.place),
        status=STATES[listed.query.state],
        age=age_words(listed.query.opened_at),
    )


@bp.get("/queries/<number>")
@allow(READ)
def show_query(number: str) -> ResponseReturnValue:
    """The way to a query by its number."""
    return redirect(_address_of(_thread(number)), 303)


@bp.post("/queries/<number>")
@allow(READ)
def write_entry(number: str) -> ResponseReturnValue:
    """Adds an entry to a thread: an answer, a comment, its end or a new beginning."""
    thread = _thread(number)
    text = _typed_text()
    try:
        given = _given(thread.query.place.subject) if _reviews() else None
        step = person_step(
            current_user.user,
            _action(),
            text,
            assigned_role=given.role if given else "",
            assigned_to=given.username if given else "",
            roles=services().study.roles,
        )
        seen = _number(request.form.get("seen", ""))
        take_step(services().database, thread.query.number, step, seen=seen)
    except StepRefused as refused:
        refusal = {thread.query.number: (str(refused), text)}
        return _page(thread.query.place, refusals=refusal), 422

    return redirect(_address_of(thread), 303)


def _thread(number: str) -> QueryThread:
    app = services()
    thread = get_thread(app.database, _number(number))
    subjid = thread.query.place.subject if thread else ""
    # One of another site is answered like one that does not exist.
    if thread is None or not get_subject(app.database, subjid, sites=own_sites()):
        abort(404, f"There is no query {number}.")

    return thread


def _address_of(thread: QueryThread) -> str:
    address = place_words(thread.query.place).address
    return f"{address}#q{thread.query.number}"


def _typed_text() -> str:
    return request.form.get("text", "").replace("\r\n", "\n").strip()


def _action() -> QueryAction:
    wanted = request.form.get("action", "")
    for action in QueryAction:
        if action.value == wanted:
            return action
    raise StepRefused("Choose what to do with the query.")


@bp.get("/subjects/<subjid>/queries")
@allow(READ)
def show_subject(subjid: str) -> ResponseReturnValue:
    """All queries of a subject, and a box to ask about the subject."""
    subject_or_404(subjid)
    # What rules ask since the last save is written before it is shown.
    look_again(subjid)
    return _page(QueryPlace(subject=subjid))


@bp.post("/subjects/<subjid>/queries")
@allow(READ)
def ask_about_subject(subjid: str) -> ResponseReturnValue:
    subject_or_404(subjid)
    place = QueryPlace(subject=subjid)
    return _begin(place, page=place)


@bp.get("/subjects/<subjid>/<visit>/<form>/queries")
@allow(READ)
def show_form(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    """All queries of a form, and a box to ask about one of its questions."""
    place, _ = readable_place(subjid, visit, form)
    look_again(subjid)
    return _page(place_on(place, None), form_place=place)


@bp.post("/subjects/<subjid>/<visit>/<form>/queries")
@allow(READ)
def ask_about_form(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place, _ = readable_place(subjid, visit, form)
    cell = _cell(place, request.form.get("about", WHOLE_FORM))
    whole = place_on(place, None)
    return _begin(place_on(place, cell), page=whole, form_place=place)


@bp.get("/subjects/<subjid>/<visit>/<form>/queries/<name>")
@allow(READ)
def show_field(subjid: str, visit: str, form: str, name: str) -> ResponseReturnValue:
    """The queries of one question. ``name`` is that of its input."""
    place, _ = readable_place(subjid, visit, form)
    look_again(subjid)
    return _page(place_on(place, _cell(place, name)))


@bp.post("/subjects/<subjid>/<visit>/<form>/queries/<name>")
@allow(READ)
def ask_about_field(
    subjid: str, visit: str, form: str, name: str
) -> ResponseReturnValue:
    place, _ = readable_place(subjid, visit, form)
    about = place_on(place, _cell(place, name))
    return _begin(about, page=about)


def _cell(place: FormPlace, name: str) -> CellKey | None:
    """The question of a name; None for the form itself. A row has to be there."""
    if name == WHOLE_FORM:
        return None
    cell = cell_of(name, place.form)
    if cell is None:
        abort(404, f"{place.form.title} has no question {name}.")
    # A row that is not there could never be answered for.
    if cell.row is not None and cell.row not in _rows(place, cell.table):
        abort(404, f"{place.form.title} has no row {cell.row} there.")

    return cell


def _rows(place: FormPlace, group: str) -> Sequence[int]:
    """The numbers of the rows that are stored, or have been asked about."""
    stored = load(services().database, place.key)
    record = record_in(stored)
    asked = (item.query.place for item in _threads(place_on(place, None)))
    known = {item.row for item in asked if item.table == group and item.row}

    return sorted({*known, *(row.number for row in record.rows.get(group, ()))})


def _begin(
    about: QueryPlace, *, page: QueryPlace, form_place: FormPlace | None = None
) -> ResponseReturnValue:
    """Begins a thread: a query, or a comment that asks nothing."""
    typed = TypedQuery(
        text=_typed_text(),
        about=request.form.get("about", ""),
        give=request.form.get("role", ""),
    )
    try:
        action = _action()
        given = None
        if action is QueryAction.OPEN:
            given = _given(about.subject) or _assignees(about.subject).roles[0]
        step = person_step(
            current_user.user,
            action,
            typed.text,
            assigned_role=given.role if given else "",
            assigned_to=given.username if given else "",
            roles=services().study.roles,
        )
        new = NewQuery(place=about, step=step)
        (number,) = open_queries(services().database, [new])
    except StepRefused as refused:
        message = TypedQuery(
            message=str(refused), text=typed.text, about=typed.about, give=typed.give
        )
        return _page(page, typed=message, form_place=form_place), 422

    address = place_words(page).address
    if form_place is not None:
        address = f"{form_place.address}/queries"
    return redirect(f"{address}#q{number}", 303)


def _page(
    about: QueryPlace,
    *,
    typed: TypedQuery = NOTHING_TYPED,
    refusals: dict[int, tuple[str, str]] | None = None,
    form_place: FormPlace | None = None,
) -> str:
    """The threads of a place, and the box for a new one."""
    shown = [_shown(thread, refusals or {}) for thread in in_order(_threads(about))]
    # A question's page has its own threads only, the form's page those of all.
    if about.form and form_place is None:
        shown = [item for item in shown if item.query.place == about]

    return render_template(
        "query_threads.html",
        about=about,
        where=place_words(about),
        whole=form_place,
        subject=subject_or_404(about.subject),
        threads=shown,
        typed=typed,
        buttons=buttons_for(None),
        assignees=_assignees(about.subject),
        reviews=_reviews(),
        questions=_questions(form_place) if form_place else (),
    )


def _assignees(subjid: str) -> Assignees:
    """Whom a query about a subject can be given to."""
    app = services()
    names = assignable_roles(app.study)
    return assignees_of(app.database, subject_or_404(subjid), names)


def _given(subjid: str) -> Assignee | None:
    """Whom the person gives a query to; None where nobody was chosen."""
    return _assignees(subjid).chosen(request.form.get("role", ""))


def _reviews() -> bool:
    """Whether the person asks, and so may give a query to somebody else."""
    return query_party(current_user.user, services().study.roles) is QueryParty.REVIEWER


def _shown(thread: QueryThread, refusals: dict[int, tuple[str, str]]) -> ShownThread:
    message, text = refusals.get(thread.query.number, ("", ""))
    return shown_thread(thread, message=message, typed=text)


def _threads(about: QueryPlace) -> tuple[QueryThread, ...]:
    database = services().database
    if about.instance is None:
        return threads_of_subject(database, about.subject)
    return threads_of_form(database, about.instance)


def _questions(place: FormPlace) -> list[PlaceWords]:
    """Every question of a form that can be asked about, the form itself first."""
    cells: list[CellKey | None] = [None]
    for group in place.form.groups:
        if not group.rows:
            cells += [CellKey(place.form.name, None, f.name) for f in group.fields]
            continue
        for row in _rows(place, group.name):
            cells += [CellKey(group.name, row, f.name) for f in group.fields]

    return [place_words(place_on(place, cell)) for cell in cells]
