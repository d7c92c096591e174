"""A subject's visits as they were captured: day 0, the date of each visit, the last
day.

The dictionary says which fields hold them: see ``forms_spec.schedule.visit_dating``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain

from forms_spec.model.captured_data import LOG, Casebook, FormKey
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.visits import VisitType
from forms_spec.schedule.visit_dating import dating_plan, last_day_fields
from forms_spec.schedule.visit_status import CapturedVisit, Timeline, VisitKey


def timeline(study: Study, casebook: Casebook, captured: Iterable[FormKey]) -> Timeline:
    """Reads a subject's day 0, visits and last day from what was captured.

    A visit whose date nobody says has taken place once any of its forms was captured.
    """
    visits = dict(_dated(study, casebook))
    for place in _missed(study, casebook):
        # A visit with a date took place, whatever reason stands beside it.
        visits.setdefault(place, CapturedVisit(missed=True))

    plan = dating_plan(study)
    for key in captured:
        if key.visit != LOG and plan.of(key.visit).date is None:
            visits.setdefault((key.visit, key.unsno), CapturedVisit())

    return Timeline(
        day_zero=day_zero(study, casebook),
        anchors=dict(_anchor_days(study, casebook)),
        ended=_ended(study, casebook, visits),
        captured=visits,
    )


def day_zero(study: Study, casebook: Casebook) -> date | None:
    """The first known date of ``study.day_zero``."""
    return _first_known(study, casebook, study.day_zero)


def _anchor_days(study: Study, casebook: Casebook) -> Iterator[tuple[str, date]]:
    """The study's anchors whose day is known."""
    for anchor, fields in study.anchors.items():
        day = _first_known(study, casebook, fields)
        if day is not None:
            yield anchor, day


def _first_known(
    study: Study, casebook: Casebook, fields: Iterable[str]
) -> date | None:
    """The first known date of fields that are named as ``form.field``."""
    for name in fields:
        table, _, field_name = name.partition(".")
        field = study.field(table, field_name)
        if field is None:
            continue

        for day in _dates(field, casebook):
            return day

    return None


def sources(study: Study) -> tuple[str, ...]:
    """The forms that ``timeline`` reads, so that a list of subjects can load them at
    once.
    """
    forms: dict[str, None] = {}
    for name in chain(study.day_zero, *study.anchors.values()):
        # A day may be named by a table of rows; what is loaded is its form.
        table = name.partition(".")[0]
        owner = study.tables.get(table)
        forms[owner.form.name if owner else table] = None

    plan = dating_plan(study)
    last_days = (field.form for field in last_day_fields(study))
    forms |= dict.fromkeys(chain(plan.date_forms, plan.missed_forms, last_days))

    return tuple(forms)


def _dated(
    study: Study, casebook: Casebook
) -> Iterator[tuple[VisitKey, CapturedVisit]]:
    """The visits that took place on a known day."""
    plan = dating_plan(study)
    for form in plan.date_forms:
        for key in casebook.keys(form):
            field = plan.of(key.visit).date
            if field is None or field.form != form:
                continue

            day = _date(field, casebook, key)
            if day:
                yield (key.visit, key.unsno), CapturedVisit(date=day)


def _missed(study: Study, casebook: Casebook) -> Iterator[VisitKey]:
    """The visits of which an answer says that they did not take place."""
    plan = dating_plan(study)
    for form in plan.missed_forms:
        for key in casebook.keys(form):
            dating = plan.of(key.visit)
            field = dating.missed
            if field is None or field.form != form:
                continue

            if dating.says_missed(_text(field, casebook, key)):
                yield key.visit, key.unsno


def _ended(
    study: Study, casebook: Casebook, visits: Mapping[VisitKey, CapturedVisit]
) -> date | None:
    """The earliest last day that a form says, or date of an early termination visit."""
    days: list[date] = []
    for field in last_day_fields(study):
        days.extend(_dates(field, casebook))

    for (name, _), captured in visits.items():
        visit = study.visits.get(name)
        is_termination = visit is not None and visit.type is VisitType.TERMINATION
        if is_termination and captured.date:
            days.append(captured.date)

    return min(days, default=None)


def _dates(field: Field, casebook: Casebook) -> Iterator[date]:
    for key in casebook.keys(field.form):
        day = _date(field, casebook, key)
        if day:
            yield day


def _text(field: Field, casebook: Casebook, key: FormKey) -> str:
    """The answer as it was typed; a reason why there is none counts as none."""
    record = casebook.record(key)
    if record is None:
        return ""

    text = record.texts.get(field.name, "").strip()
    is_missing = any(code.code == text for code in field.missing)
    if is_missing:
        return ""

    return text


def _date(field: Field, casebook: Casebook, key: FormKey) -> date | None:
    text = _text(field, casebook, key)
    if not text:
        return None

    # A date that is known in part, or with its time, is no day of the study.
    value = field.kind.parse(text, field)
    if type(value) is not date:
        return None

    return value
