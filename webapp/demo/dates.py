"""The demo's subjects as if they had been entered until today: all dates of one subject
moved together.

A visit of years ago would be overdue for years. A subject's dates move by whole weeks,
so that its last one is at most some weeks ago; the date of birth keeps the age at
consent to the day. A move after which a subject would have other findings, because
months are not equally long, is not made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from forms_spec.evaluation import findings_of, judge_casebook
from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.schedule.timeline import field_named

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
        candidate = [
            replace(form, record=_record(study, form, by, forms)) for form in forms
        ]
        if findings_of_forms(study, candidate, today) == wanted:
            return candidate

    return forms


def findings_of_forms(
    study: Study, forms: Iterable[CapturedForm], today: date
) -> Findings:
    records = InMemoryCasebook({form.key: form.record for form in forms})
    complete = {form.key for form in forms}.__contains__
    judgements = judge_casebook(study, records, today, complete=complete)

    return Counter(
        (
            finding.code,
            FormKey(
                finding.data.table, finding.data.visit or "", finding.data.unsno or 0
            )
            if finding.data
            else None,
            finding.data.field if finding.data else None,
            finding.rule,
        )
        for finding in findings_of(judgements.values())
    )


def _days(study: Study, forms: Iterable[CapturedForm]) -> Iterator[date]:
    """Every whole date of a subject."""
    for form in forms:
        fields = {
            field.name: field
            for group in study.forms[form.key.form].groups
            for field in group.fields
        }
        for texts in (
            form.record.texts,
            *(row.texts for rows in form.record.rows.values() for row in rows),
        ):
            for name, text in texts.items():
                if (
                    name in fields
                    and fields[name].kind.name in DATED
                    and (day := _day(text))
                ):
                    yield day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None
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
        return (
            _birth(study, text, by, forms)
            if field.cdash == "BRTHDAT"
            else _text(text, by)
        )

    def row_of(group: str, row: Row) -> Row:
        known = {field.name: field for field in groups[group].fields}
        return replace(
            row,
            texts={
                name: text_of(known.get(name), text) for name, text in row.texts.items()
            },
        )

    return replace(
        form.record,
        texts={
            name: text_of(fields.get(name), text)
            for name, text in form.record.texts.items()
        },
        rows={
            group: tuple(row_of(group, row) for row in rows)
            for group, rows in form.record.rows.items()
        },
    )


def _text(text: str, by: timedelta) -> str:
    """A date, a month, a year or a moment, moved."""
    if day := _day(text):
        return (day + by).isoformat() + text[10:]
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 2:
        return text
    middle = (
        date(int(parts[0]), int(parts[1]), 15)
        if len(parts) == 2
        else date(int(parts[0]), 7, 1)
    )

    return (middle + by).isoformat()[: len(text)]


def _birth(study: Study, text: str, by: timedelta, forms: list[CapturedForm]) -> str:
    """The date of birth that gives the same age at consent, to the day."""
    consent = field_named(study, "RFICDAT")
    born = _day(text)
    signings = (
        _day(form.record.texts.get(consent.name, ""))
        for form in forms
        if consent and form.key.form == consent.form
    )
    signed = next(signings, None)
    if born is None or signed is None:
        return _text(text, by)
    years = signed.year - born.year
    since = signed - _in_year(born, signed.year)
    birthday = signed + by - since

    return _in_year(birthday, birthday.year - years).isoformat()


def _in_year(day: date, year: int) -> date:
    return (
        date(year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=year)
    )
