"""The dashboard: how many subjects, how complete, how old queries are, how late data are
entered. Pictures with the table beside each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms_spec.model.captured_data import LOG
from forms_spec.model.life_cycle import LifeStatus
from forms_spec.model.visits import Expectation
from forms_spec.schedule.study_clock import day_of
from forms_spec.schedule.visit_dating import dating_plan
from webapp.presentation.charts import Bar, Chart
from webapp.review.stored_status import Moment, evaluate_some
from webapp.security.access import READ, allow
from webapp.services import own_sites, services
from webapp.storage import (
    completeness,
    first_saves,
    statuses_of_subjects,
    subjects_added,
    waiting_since,
)
from webapp.storage.dashboard import Completeness, due_forms

bp = Blueprint("dashboard", __name__)
MOST_MONTHS: Final = 24
MOST_SAVES: Final = 1_000
AGES: Final = ((7, "under 7 days"), (14, "7 to 13 days"), (30, "14 to 29 days"),
               (90, "30 to 89 days"), (None, "90 days or more"))  # fmt: skip
LAGS: Final = ((1, "same day"), (2, "1 day"), (4, "2 to 3 days"), (8, "4 to 7 days"),
               (15, "8 to 14 days"), (None, "15 days or more"))  # fmt: skip
Classes = Sequence[tuple[int | None, str]]
"""Classes of days: below how many, and what the class is called."""


@bp.get("/dashboard")
@allow(READ)
def show_dashboard() -> ResponseReturnValue:
    evaluate_some(Moment())
    statuses = statuses_of_subjects(services().database, sites=own_sites())
    charts = (_accrual(), *_completeness(), _query_age(), _entry_lag())
    return render_template(
        "dashboard.html",
        charts=[chart for chart in charts if chart is not None],
        statuses=[(item.value, statuses.get(item.value, 0)) for item in LifeStatus],
        total=sum(statuses.values()),
    )


def _accrual() -> Chart:
    """Subjects by month, and how many there were at its end."""
    study = services().study
    moments = subjects_added(services().database, sites=own_sites())
    added = Counter(_month(day_of(study, moment)) for moment in moments)
    months = list(_months(min(added), max(added))) if added else []

    # All months are added up, and only the last are drawn.
    total, rows, bars = 0, [], []
    for month in months:
        total += added[month]
        rows.append((month, str(added[month]), str(total)))
        words = f"{total} (+{added[month]})"
        bars.append(
            Bar(name=month, value=total, part=total - added[month], words=words)
        )

    return Chart(
        name="accrual",
        title="Subjects in all, by month",
        note="Hatched: added in that month.",
        bars=tuple(bars[-MOST_MONTHS:]),
        head=("Month", "Added", "In all"),
        rows=tuple(rows[-MOST_MONTHS:]),
    )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _months(first: str, last: str) -> Iterator[str]:
    """Every month from one to another, those without a subject too."""
    number, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    for month in range(number, end + 1):
        yield f"{month // 12:04}-{month % 12 + 1:02}"


def _completeness() -> Iterator[Chart]:
    """Forms that are complete of those that are due or begun: by visit, and by form."""
    study = services().study
    counts = completeness(services().database, sites=own_sites())
    wanted = _wanted(counts)
    visits = {name: visit.title for name, visit in study.visits.items()}
    forms = {name: form.title for name, form in study.forms.items()}
    by = (
        ("visit", "Forms complete, by visit", {**visits, LOG: "Logs"}, 0),
        ("form", "Forms complete, by form", forms, 1),
    )

    # The parts of a place are its visit and its form.
    for name, title, names, part in by:
        due: Counter[str] = Counter()
        complete: Counter[str] = Counter()
        for place, number in wanted.items():
            due[place[part]] += number
        for place, count in counts.items():
            complete[place[part]] += count.complete
        shown = [key for key in names if due[key]]
        yield Chart(
            name=f"by-{name}",
            title=title,
            note="Hatched: due and not complete.",
            bars=tuple(
                Bar(
                    name=names[key],
                    value=due[key],
                    part=complete[key],
                    words=f"{complete[key]} of {due[key]}",
                )
                for key in shown
            ),
            head=(name.capitalize(), "Due", "Complete", "Share"),
            rows=tuple(
                (
                    names[key],
                    str(due[key]),
                    str(complete[key]),
                    f"{100 * complete[key] // due[key]} %",
                )
                for key in shown
            ),
        )


def _wanted(
    counts: Mapping[tuple[str, str], Completeness],
) -> Counter[tuple[str, str]]:
    """By visit and form: how many were begun, or are due and were not."""
    app = services()
    due = due_forms(app.database, sites=own_sites(), today=app.today())
    wanted = Counter({place: count.begun for place, count in counts.items()})
    wanted.update(due.unbegun)
    for item in app.study.schedule:
        # Nobody knows yet whether a visit that did not take place asks for the others.
        if item.expectation is Expectation.REQUIRED:
            place = item.visit, item.form
            missing = due.overdue.get(item.visit, 0) - due.begun.get(place, 0)
            wanted[place] += max(missing, 0)

    return wanted


def _query_age() -> Chart:
    """Queries that are open or answered, by the days since they were opened."""
    now = services().database.clock()
    opened = waiting_since(services().database, sites=own_sites())
    days = ((now - moment).days for moment in opened)
    return _by_class("ages", "Queries that wait, by age", "Queries", days, AGES)


def _entry_lag() -> Chart | None:
    """Days from a visit to the first save of its header; None where no field has the
    date of a visit.
    """
    study = services().study
    plan = dating_plan(study)
    if not plan.date_forms:
        return None

    saves = first_saves(
        services().database, plan.date_forms, sites=own_sites(), most=MOST_SAVES
    )
    lags = []
    for form, visit, texts, saved_at in saves:
        field = plan.of(visit).date
        # The form that dates one visit may be collected at others too.
        if field is None or field.form != form:
            continue

        day = field.kind.parse(texts.get(field.name, ""), field)
        # A moment is a date too for Python, and a part of a date is none.
        if type(day) is date:
            lags.append(max((day_of(study, saved_at) - day).days, 0))

    title = "Days from a visit to its entry"
    return _by_class("lags", title, "Visits", lags, LAGS)


def _by_class(
    name: str, title: str, what: str, days: Iterable[int], classes: Classes
) -> Chart:
    counts = Counter(_class_of(number, classes) for number in days)
    names = [words for _, words in classes]
    return Chart(
        name=name,
        title=title,
        note="",
        bars=tuple(
            Bar(name=item, value=counts[item], words=str(counts[item]))
            for item in names
        ),
        head=("Days", what),
        rows=tuple((item, str(counts[item])) for item in names),
    )


def _class_of(number: int, classes: Classes) -> str:
    return next(words for below, words in classes if below is None or number < below)
