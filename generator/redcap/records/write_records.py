"""Captured forms as REDCap exports records: flat, or one value a line.

A box of a checkbox is 1 or 0 where it was asked. Where it never was - the form was not
captured, or its condition hid the field - REDCap writes 0 too, and nobody can tell the
two apart; here it is blank.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from itertools import groupby

from forms_spec.evaluation import CellState, judge
from forms_spec.evaluation.form_result import Judgement
from forms_spec.model.captured_data import LOG, CellKey, Context, FormKey
from forms_spec.model.captured_data import InMemoryCasebook as Casebook
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Group
from forms_spec.model.study import Study
from generator.redcap.box_codes import redcap_codes
from generator.redcap.event_names import (
    event_names,
    log_visit,
    longitudinal,
    repeats_at,
)
from generator.redcap.records.columns import (
    COMPLETE,
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    FieldColumn,
    columns_of,
)
from generator.redcap.records.record_file import EAV_FIELD, EAV_RECORD, EAV_VALUE
from generator.redcap.records.texts import has_decimal_comma
from generator.redcap.writing.cell_facts import exact_places

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_DECIMAL = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?", re.ASCII)
_BOOLEANS = {"true": "1", "false": "0"}

RowKey = tuple[str, str, str]
"""Event, instrument and instance of a row; the last two are blank where nothing
repeats.
"""
Texts = dict[str, str]


class RecordFormat(Enum):
    """One row for each record and event, or one line for each value."""

    FLAT = "flat"
    EAV = "eav"


class Box(Enum):
    """What is known of a box of a checkbox."""

    TICKED = "1"
    NOT_TICKED = "0"
    NEVER_ASKED = ""


def write_records(
    study: Study,
    forms: Iterable[CapturedForm],
    today: date,
    *,
    shape: RecordFormat = RecordFormat.FLAT,
    never_asked: str = Box.NEVER_ASKED.value,
) -> str:
    """The text of the file; forms come subject by subject. ``never_asked="0"`` writes
    as REDCap does.

    A form of which the study knows nothing, and rows that no row of REDCap could hold,
    are left out: ``export_records`` lists them.
    """
    known = [form for form in forms if form.key.form in study.forms]
    has_groups = any(form.site for form in known)
    writer = _RecordWriter(study, today, never_asked, groups=has_groups)
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")

    head = writer.head()
    if shape is RecordFormat.FLAT:
        lines.writerow([*head, *writer.headers])
    else:
        lines.writerow([EAV_RECORD, *head[1:], EAV_FIELD, EAV_VALUE])

    for subject, key, site, texts in writer.rows(known):
        start = [subject, *writer.keys(key, site)]
        if shape is RecordFormat.FLAT:
            cells = [texts.get(header, "") for header in writer.headers]
            lines.writerow([*start, *cells])
            continue

        for header in writer.headers:
            if texts.get(header, ""):
                lines.writerow([*start, header, texts[header]])

    return out.getvalue()


class _RecordWriter:
    def __init__(
        self, study: Study, today: date, never_asked: str, *, groups: bool
    ) -> None:
        self.study = study
        self.today = today
        self.never_asked = never_asked
        self.columns = columns_of(study)
        self.by_form: dict[str, list[tuple[str, FieldColumn]]] = {
            name: [] for name in study.forms
        }

        for header, column in self.columns.fields.items():
            self.by_form[self.columns.forms[column.table]].append((header, column))

        self.headers = list(self._headers())
        self.events = event_names(study)
        self.log_visit = log_visit(study)
        self.longitudinal = longitudinal(study)
        self.groups = groups or bool(study.sites)
        has_rows = any(form.row_groups for form in study.forms.values())
        self.repeats = has_rows or any(map(self.repeating, study.visits))

    def _headers(self) -> Iterator[str]:
        """The columns of each table, and how far its form is."""
        by_table: dict[str, list[str]] = {table: [] for table in self.study.tables}
        for header, column in self.columns.fields.items():
            by_table[column.table].append(header)

        for table, headers in by_table.items():
            yield from headers
            # REDCap puts the status of a form behind its fields.
            yield f"{table}{COMPLETE}"

    def head(self) -> list[str]:
        """The headers that say where a row belongs."""
        head = [self.columns.subject]
        if self.longitudinal:
            head.append(EVENT)
        if self.repeats:
            head += [INSTRUMENT, INSTANCE]
        if self.groups:
            head.append(GROUP)

        return head

    def keys(self, key: RowKey, site: str) -> list[str]:
        """The cells under ``head``, but for the record's."""
        event, instrument, instance = key
        keys = []
        if self.longitudinal:
            keys.append(event)
        if self.repeats:
            keys += [instrument, instance]
        if self.groups:
            keys.append(site)

        return keys

    def rows(
        self, forms: Iterable[CapturedForm]
    ) -> Iterator[tuple[str, RowKey, str, Texts]]:
        """Subject, key, site and cells of every row, in the order of the subjects."""
        for _, of_subject in groupby(forms, key=lambda form: form.subject):
            yield from self.subject(list(of_subject))

    def subject(
        self, forms: list[CapturedForm]
    ) -> Iterator[tuple[str, RowKey, str, Texts]]:
        casebook = Casebook({form.key: form.record for form in forms})
        rows: dict[RowKey, Texts] = {}
        for form in forms:
            context = Context(
                today=self.today,
                subject=form.subject,
                visit=form.key.visit,
                unsno=form.key.unsno,
                casebook=casebook,
            )
            judged = judge(
                self.study, self.study.forms[form.key.form], form.record, context
            )
            self.form(form, judged, rows)

        order = {name: index for index, name in enumerate(self.events.values())}

        def position(key: RowKey) -> tuple[int, str, int]:
            event, instrument, instance = key
            return order.get(event, len(order)), instrument, int(instance or 0)

        for key in sorted(rows, key=position):
            yield forms[0].subject, key, forms[0].site, rows[key]

    def form(
        self, form: CapturedForm, judged: Judgement, rows: dict[RowKey, Texts]
    ) -> None:
        """Adds the cells of a form to the rows of its subject."""
        spec = self.study.forms[form.key.form]
        own = self.own_place(form.key)
        places = self._row_places(form)
        self._states(form, places, rows)

        for header, column in self.by_form[spec.name]:
            if self.study.tables[column.table].group is None:
                rows[own][header] = self.text(judged, column, None)
                continue

            for row in form.record.rows.get(column.table, ()):
                place = places.get((column.table, row.number))
                if place is not None:
                    rows[place][header] = self.text(judged, column, row.number)

    def _row_places(self, form: CapturedForm) -> dict[tuple[str, int], RowKey]:
        """The places of the rows of all groups that have one, by group and number."""
        places: dict[tuple[str, int], RowKey] = {}
        for group in self.study.forms[form.key.form].row_groups:
            for index, row in enumerate(form.record.rows.get(group.name, ())):
                place = self.row_place(form.key, group, row.number, first=index == 0)
                if place is not None:
                    places[group.name, row.number] = place

        return places

    def _states(
        self,
        form: CapturedForm,
        places: Mapping[tuple[str, int], RowKey],
        rows: dict[RowKey, Texts],
    ) -> None:
        """How far the form is, in every row that holds a part of it."""
        spec = self.study.forms[form.key.form]
        state = str(int(form.status))
        own = self.own_place(form.key)

        table = self.study.tables.get(spec.name)
        if table is not None and table.group is None:
            rows.setdefault(own, {})[f"{spec.name}{COMPLETE}"] = state
        elif not any(form.record.rows.values()):
            # An instance that says no more than how far the form is: there is nothing
            # to list.
            group = spec.row_groups[0]
            place = self.row_place(form.key, group, 1, first=True) or own
            rows.setdefault(place, {})[f"{group.name}{COMPLETE}"] = state

        for (group_name, _), place in places.items():
            rows.setdefault(place, {})[f"{group_name}{COMPLETE}"] = state

    def visit(self, key: FormKey) -> str:
        """The visit at whose event a form stands."""
        if key.visit == LOG:
            return self.log_visit

        return key.visit

    def repeating(self, visit: str) -> bool:
        """Whether the event of a visit repeats as a whole."""
        planned = self.study.visits.get(visit)
        if planned is None:
            return False

        return planned.repeats

    def own_place(self, key: FormKey) -> RowKey:
        """The row of a form's own fields."""
        visit = self.visit(key)
        instance = key.unsno
        if self.repeating(visit):
            instance = max(instance, 1)

        return self.events.get(visit, visit), "", str(instance or "")

    def row_place(
        self, key: FormKey, group: Group, number: int, *, first: bool
    ) -> RowKey | None:
        """The row of one row of a group. None for a second one where REDCap has a
        single one.

        Nothing repeats within an event that repeats as a whole, so its instance is the
        visit's; that of a form without a visit may be the row's.
        """
        visit = self.visit(key)
        event = self.events.get(visit, visit)
        if self.repeating(visit):
            if key.visit == LOG:
                return event, "", str(number)

            return self.own_place(key) if first else None

        is_planned = visit in self.study.visits
        once = is_planned and not repeats_at(self.study, group, visit)
        if first and once:
            return event, "", ""

        return event, group.name, str(number)

    def text(self, judged: Judgement, column: FieldColumn, row: int | None) -> str:
        """A cell of the file."""
        cell = judged.cells[CellKey(column.table, row, column.field.name)]
        if column.code is None:
            return redcap_text(cell.text, column, self.study)

        box = box_state(cell.state, cell.text, column.code)
        return self.never_asked if box is Box.NEVER_ASKED else box.value


def box_state(state: CellState, text: str, code: str) -> Box:
    """What is known of a box: a field that is hidden was never asked."""
    was_asked = state is not CellState.HIDDEN or text != ""
    if not was_asked:
        return Box.NEVER_ASKED

    if code in text.split(";"):
        return Box.TICKED

    return Box.NOT_TICKED


def redcap_text(text: str, column: FieldColumn, study: Study) -> str:
    """A text as REDCap has it: a blank between day and time, as many decimals as it
    asks for, the comma where the field is typed with one, its own code of an answer.
    What is no value of the field stays as it is.
    """
    for code in column.field.missing:
        if code.code == text:
            return code.in_redcap

    kind = column.field.kind.name
    if kind == "datetime" and _MOMENT.fullmatch(text):
        return text.replace("T", " ", 1)
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    if kind == "choice":
        return redcap_codes(study, column.field).get(text, text)
    if kind == "decimal":
        return _decimal(text, column, study)

    return text


def _decimal(text: str, column: FieldColumn, study: Study) -> str:
    """A number with the decimals, and the decimal sign, that REDCap asks for."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return text

    whole, decimals = match[1], match[2] or ""
    places = exact_places(study, column.field)
    if places is not None:
        decimals = decimals.ljust(places, "0")

    point = "," if has_decimal_comma(column.field) else "."
    if decimals:
        return f"{whole}{point}{decimals}"

    return whole
