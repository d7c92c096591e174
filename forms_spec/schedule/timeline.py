"""A subject's visits as they were captured: day 0, the date of each visit, the last
day.

Which field holds what is told by its CDASH name: VISDAT is the date on which a visit
took place, SVREASOC why it did not, DSSTDAT the day on which the subject left the
study.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

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
    if dated:
        value = {
            (key.visit, key.unsno): item
            for key, item in _headers(study, casebook, dated.form)
            if item
        }
    else:
        value = {
            (key.visit, key.unsno): CapturedVisit()
            for key in captured
            if key.visit != LOG
        }

    return Timeline(
        day_zero=day_zero(study, casebook),
        ended=_ended(study, casebook, value),
        captured=value,
    )


def day_zero(study: Study, casebook: Casebook) -> date | None:
    """The first known date of ``study.day_zero``."""
    for name in study.day_zero:
        table, _, item = name.partition(".")
        asked = study.field(table, item)
        dates = _dates(asked, casebook) if asked else ()
        first = next(iter(dates), None)
        if first:
            return first

    return None


def sources(study: Study) -> tuple[str, ...]:
    """The forms that ``timeline`` reads, so that a list of subjects can load them at
    once.
    """
    names = [
        field_named(study, name) for name in (VISIT_DATE, NOT_DONE_REASON, END_OF_STUDY)
    ]
    anchors = [name.partition(".")[0] for name in study.day_zero]
    forms = (*anchors, *(item.form for item in names if item))

    return tuple(
        dict.fromkeys(
            study.tables[form].form.name if form in study.tables else form
            for form in forms
        )
    )


def field_named(study: Study, cdash: str) -> Field | None:
    """The first field of a form's own that carries a CDASH name; looked for once in a
    study.
    """
    by_name = _FIELDS_BY_CDASH.get(study, (), lambda: _fields_by_cdash(study))
    return by_name.get(cdash)


def _fields_by_cdash(study: Study) -> Mapping[str, Field]:
    named = [
        field for form in study.forms.values() for field in form.fields if field.cdash
    ]
    # From the end, so that the first of two fields with one name stays.
    return {str(field.cdash): field for field in reversed(named)}


def _headers(
    study: Study, casebook: Casebook, form: str
) -> Iterator[tuple[FormKey, CapturedVisit | None]]:
    dated, reason = field_named(study, VISIT_DATE), field_named(study, NOT_DONE_REASON)
    for key in casebook.keys(form):
        on = _date(dated, casebook, key)
        missed = (
            on is None and reason is not None and bool(_text(reason, casebook, key))
        )
        yield key, CapturedVisit(date=on, missed=missed) if on or missed else None


def _ended(
    study: Study, casebook: Casebook, visits_held: Mapping[VisitKey, CapturedVisit]
) -> date | None:
    """The date in DSSTDAT, or of an early termination visit."""
    asked = field_named(study, END_OF_STUDY)
    reported = [*_dates(asked, casebook)] if asked else []
    reported += [
        item.date
        for (name, _), item in visits_held.items()
        if item.date
        and name in study.visits
        and study.visits[name].type is VisitType.TERMINATION
    ]

    return min(reported, default=None)


def _dates(asked: Field, casebook: Casebook) -> Iterator[date]:
    for key in casebook.keys(asked.form):
        result = _date(asked, casebook, key)
        if result:
            yield result


def _text(asked: Field, casebook: Casebook, key: FormKey) -> str:
    record = casebook.record(key)
    text = record.texts.get(asked.name, "").strip() if record else ""
    return "" if text in {item.code for item in asked.missing} else text


def _date(asked: Field | None, casebook: Casebook, key: FormKey) -> date | None:
    text = _text(asked, casebook, key) if asked else ""
    value = asked.kind.parse(text, asked) if asked and text else None
    return value if type(value) is date else None
