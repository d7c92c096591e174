"""The demo's subjects as if they had been entered until today: all dates of one subject
moved together.

A visit of years ago would be overdue for years. A subject's dates move by whole weeks,
so that its last one is at most some weeks ago; the date of birth keeps the age at
consent to the day. A move after which a subject would have other findings, because
months are not equally long, is not made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from forms_spec.evaluation import findings_of, judge_casebook
from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record, all_texts
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.schedule.cdash_names import field_named

WEEK: Final = timedelta(days=7)
TRIES: Final = 26
DATED: Final = frozenset({"date", "partial_date", "datetime"})
Findings = Counter[tuple[str, FormKey | None, str | None, str | None]]


def until_today(
    study: Study, forms: Iterable[CapturedForm], today: date, entered: date
) -> list[CapturedForm]:
    """The forms with the dates moved towards ``today``.

    The originals were judged on the day ``entered``.
    """
    moved: list[CapturedForm] = []
    for _, group in groupby(forms, key=lambda form: form.subject):
        moved += _moved(study, list(group), today, entered)
    return moved


def _moved(
    study: Study, forms: list[CapturedForm], today: date, entered: date
) -> list[CapturedForm]:
    last = max(_days(study, forms), default=None)
    if last is None or today <= last:
        return forms

    wanted = findings_of_forms(study, forms, entered)
    weeks = (today - timedelta(days=1) - last) // WEEK

    for fewer in range(min(TRIES, weeks)):
        by = WEEK * (weeks - fewer)
        candidate = []
        for form in forms:
            record = _record(study, form, by, forms)
            candidate.append(replace(form, record=record))

        if findings_of_forms(study, candidate, today) == wanted:
            return candidate

    return forms


def findings_of_forms(
    study: Study, forms: Iterable[CapturedForm], today: date
) -> Findings:
    """How often each rule finds something at each field of a subject."""
    records = InMemoryCasebook({form.key: form.record for form in forms})
    complete = {form.key for form in forms}.__contains__
    judgements = judge_casebook(study, records, today, complete=complete)

    findings: Findings = Counter()
    for finding in findings_of(judgements.values()):
        form = field = None
        if finding.data:
            place = finding.data
            form = FormKey(place.table, place.visit or "", place.unsno or 0)
            field = place.field
        findings[finding.code, form, field, finding.rule] += 1

    return findings


def _days(study: Study, forms: Iterable[CapturedForm]) -> Iterator[date]:
    """Every whole date of a subject."""
    for form in forms:
        dated = _dated_fields(study.forms[form.key.form])
        for texts in all_texts(form.record):
            days = [_day(text) for name, text in texts.items() if name in dated]
            yield from filter(None, days)


def _dated_fields(form: Form) -> set[str]:
    """The names of the questions that ask for a date, in the form and in its rows."""
    names = set()
    for group in form.groups:
        for field in group.fields:
            if field.kind.name in DATED:
                names.add(field.name)

    return names


def _day(text: str) -> date | None:
    # A shorter text is a month or a year, or no date at all.
    if len(text) < 10:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _record(
    study: Study, form: CapturedForm, by: timedelta, forms: list[CapturedForm]
) -> Record:
    fields = study.forms[form.key.form].by_name
    groups = study.tables

    def text_of(field: Field | None, text: str) -> str:
        if field is None or field.kind.name not in DATED:
            return text
        if field.cdash == "BRTHDAT":
            return _birth(study, text, by, forms)
        return _text(text, by)

    def texts_of(
        known: Mapping[str, Field], texts: Mapping[str, str]
    ) -> dict[str, str]:
        return {name: text_of(known.get(name), text) for name, text in texts.items()}

    rows = {}
    for group, of_group in form.record.rows.items():
        known = {field.name: field for field in groups[group].fields}
        rows[group] = tuple(
            replace(row, texts=texts_of(known, row.texts)) for row in of_group
        )

    return replace(form.record, texts=texts_of(fields, form.record.texts), rows=rows)


def _text(text: str, by: timedelta) -> str:
    """A date, a month, a year or a moment, moved."""
    day = _day(text)
    if day:
        return (day + by).isoformat() + text[10:]

    parts = text.split("-")
    if len(parts) > 2 or not all(part.isdecimal() for part in parts):
        return text

    # Moved by its middle, a month or a year is wrong by half of itself at most.
    year, *month = map(int, parts)
    middle = date(year, month[0], 15) if month else date(year, 7, 1)
    return (middle + by).isoformat()[: len(text)]


def _birth(study: Study, text: str, by: timedelta, forms: list[CapturedForm]) -> str:
    """The date of birth that gives the same age at consent, to the day."""
    born, signed = _day(text), _consent(study, forms)
    if born is None or signed is None:
        return _text(text, by)

    years = signed.year - born.year
    since = signed - _in_year(born, signed.year)
    birthday = signed + by - since

    return _in_year(birthday, birthday.year - years).isoformat()


def _consent(study: Study, forms: Iterable[CapturedForm]) -> date | None:
    """The day on which the subject consented."""
    consent = field_named(study, "RFICDAT")
    if consent is None:
        return None

    for form in forms:
        if form.key.form == consent.form:
            return _day(form.record.texts.get(consent.name, ""))

    return None


def _in_year(day: date, year: int) -> date:
    # Who was born on a leap day is a year older on 1 March of other years.
    if (day.month, day.day) == (2, 29):
        return date(year, 3, 1)
    return day.replace(year=year)
