"""A subject's visits as they were captured: day 0, the date of each visit, the last
day.

Which field holds what is told by its CDASH name: VISDAT is the date on which a visit
took place, SVREASOC why it did not, DSSTDAT the day on which the subject left the
study.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain

from forms_spec.model.captured_data import LOG, Casebook, FormKey
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import VisitType
from forms_spec.schedule.visit_status import CapturedVisit, Timeline, VisitKey

_FIELDS_BY_CDASH: StudyCache[tuple[()], Mapping[str, Field]] = StudyCache()
VISIT_DATE = "VISDAT"
NOT_DONE_REASON = "SVREASOC"
END_OF_STUDY = "DSSTDAT"


def timeline(study: Study, casebook: Casebook, captured: Iterable[FormKey]) -> Timeline:
    """Reads a subject's day 0, visits and last day from what was captured.

    In a study without a VISDAT field a visit has taken place once any of its forms was
    captured.
    """
    dated = field_named(study, VISIT_DATE)
    visits: dict[VisitKey, CapturedVisit] = {}

    if dated:
        for key, visit in _headers(study, casebook, dated.form):
            visits[key.visit, key.unsno] = visit
    else:
        for key in captured:
            if key.visit != LOG:
                visits[key.visit, key.unsno] = CapturedVisit()

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

    for cdash in (VISIT_DATE, NOT_DONE_REASON, END_OF_STUDY):
        field = field_named(study, cdash)
        if field:
            forms[field.form] = None

    return tuple(forms)


def field_named(study: Study, cdash: str) -> Field | None:
    """The first field of a form's own that carries a CDASH name; looked for once in a
    study.
    """
    by_name = _FIELDS_BY_CDASH.get(study, (), lambda: _fields_by_cdash(study))
    return by_name.get(cdash)


def _fields_by_cdash(study: Study) -> Mapping[str, Field]:
    named: dict[str, Field] = {}
    for form in study.forms.values():
        for field in form.fields:
            # The first of two fields with one name counts.
            if field.cdash:
                named.setdefault(field.cdash, field)

    return named


def _headers(
    study: Study, casebook: Casebook, form: str
) -> Iterator[tuple[FormKey, CapturedVisit]]:
    """The visits that took place or were missed, by the forms that say so."""
    dated = field_named(study, VISIT_DATE)
    reason = field_named(study, NOT_DONE_REASON)

    for key in casebook.keys(form):
        day = _date(dated, casebook, key) if dated else None
        if day:
            yield key, CapturedVisit(date=day)
            continue

        # A visit with a date took place, whatever reason stands beside it.
        is_missed = reason is not None and bool(_text(reason, casebook, key))
        if is_missed:
            yield key, CapturedVisit(missed=True)


def _ended(
    study: Study, casebook: Casebook, visits: Mapping[VisitKey, CapturedVisit]
) -> date | None:
    """The date in DSSTDAT, or of an early termination visit."""
    field = field_named(study, END_OF_STUDY)
    days: list[date] = []
    if field is not None:
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
