"""Captured forms as REDCap exports records: flat, or one value a line.

A box of a checkbox is 1 or 0 where it was asked. Where it never was - the form was not
captured, or its condition hid the field - REDCap writes 0 too, and nobody can tell the
two apart; here it is blank.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum

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
    RecordColumns,
    columns_of,
)
from generator.redcap.records.record_file import EAV_FIELD, EAV_RECORD, EAV_VALUE
from generator.redcap.records.texts import has_decimal_comma
from generator.redcap.writing.cell_facts import exact_places

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]+(?:\.([0-9]+))?", re.ASCII)

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
    writer = _RecordWriter(
        study, today, never_asked, groups=any(form.site for form in known)
    )
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
            lines.writerow(
                [*start, *(texts.get(header, "") for header in writer.headers)]
            )
        else:
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
        self.columns: RecordColumns = columns_of(study)
        self.by_form: dict[str, list[tuple[str, FieldColumn]]] = {
            name: [] for name in study.forms
        }
        for column, cell in self.columns.cells.items():
            self.by_form[self.columns.forms[cell.table]].append((column, cell))
        self.headers = list(self._headers())
        self.events = event_names(study)
        self.log_visit = log_visit(study)
        self.longitudinal = longitudinal(study)
        self.groups = groups or bool(study.sites)
        self.repeats = any(form.row_groups for form in study.forms.values()) or any(
            visit.repeats for visit in study.visits.values()
        )

    def _headers(self) -> Iterator[str]:
        by_table: dict[str, list[str]] = {table: [] for table in self.study.tables}
        for column, cell in self.columns.cells.items():
            by_table[cell.table].append(column)
        for table, columns in by_table.items():
            yield from columns
            yield f"{table}{COMPLETE}"

    def head(self) -> list[str]:
        repeats = [INSTRUMENT, INSTANCE] if self.repeats else []
        groups = [GROUP] if self.groups else []

        return [
            self.columns.subject,
            *([EVENT] if self.longitudinal else []),
            *repeats,
            *groups,
        ]

    def keys(self, key: RowKey, site: str) -> list[str]:
        event, instrument, instance = key
        result = [event] if self.longitudinal else []
        result += [instrument, instance] if self.repeats else []
        return [*result, site] if self.groups else result

    def rows(
        self, forms: Iterable[CapturedForm]
    ) -> Iterator[tuple[str, RowKey, str, Texts]]:
        subject: str | None = None
        captured_forms: list[CapturedForm] = []
        for form in forms:
            if form.subject != subject and captured_forms:
                yield from self.subject(captured_forms)
                captured_forms = []

            subject = form.subject
            captured_forms.append(form)

        if captured_forms:
            yield from self.subject(captured_forms)

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

        for key in sorted(
            rows,
            key=lambda item: (
                order.get(item[0], len(order)),
                item[1],
                int(item[2] or 0),
            ),
        ):
            yield forms[0].subject, key, forms[0].site, rows[key]

    def form(
        self, form: CapturedForm, judged: Judgement, rows: dict[RowKey, Texts]
    ) -> None:
        spec = self.study.forms[form.key.form]
        state = str(int(form.status))
        own = self.own_place(form.key)
        if (
            spec.name in self.study.tables
            and self.study.tables[spec.name].group is None
        ):
            rows.setdefault(own, {})[f"{spec.name}{COMPLETE}"] = state
        elif not any(form.record.rows.values()):
            # An instance that says no more than how far the form is: there is nothing
            # to list.
            group = spec.row_groups[0]
            place = self.row_place(form.key, group, 1, first=True) or own
            rows.setdefault(place, {})[f"{group.name}{COMPLETE}"] = state

        places: dict[tuple[str, int], RowKey] = {}

        for group in spec.row_groups:
            for index, row in enumerate(form.record.rows.get(group.name, ())):
                value = self.row_place(form.key, group, row.number, first=index == 0)
                if value is not None:
                    places[group.name, row.number] = value
                    rows.setdefault(value, {})[f"{group.name}{COMPLETE}"] = state

        for column, cell in self.by_form[spec.name]:
            if self.study.tables[cell.table].group is None:
                rows[own][column] = self.text(judged, cell, None)
                continue

            for row in form.record.rows.get(cell.table, ()):
                if (cell.table, row.number) in places:
                    rows[places[cell.table, row.number]][column] = self.text(
                        judged, cell, row.number
                    )

    def visit(self, key: FormKey) -> str:
        """The visit at whose event a form stands."""
        return self.log_visit if key.visit == LOG else key.visit

    def repeating(self, visit: str) -> bool:
        return visit in self.study.visits and self.study.visits[visit].repeats

    def own_place(self, key: FormKey) -> RowKey:
        """The row of a form's own fields."""
        visit = self.visit(key)
        least = 1 if self.repeating(visit) else 0
        return self.events.get(visit, visit), "", str(max(key.unsno, least) or "")

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

        if (
            first
            and visit in self.study.visits
            and not repeats_at(self.study, group, visit)
        ):
            return event, "", ""

        return event, group.name, str(number)

    def text(self, judged: Judgement, cell: FieldColumn, row: int | None) -> str:
        state = judged.cells[CellKey(cell.table, row, cell.field.name)]
        if cell.code is not None:
            box = box_state(state.state, state.text, cell.code)
            return self.never_asked if box is Box.NEVER_ASKED else box.value

        return redcap_text(state.text, cell, self.study)


def box_state(state: CellState, text: str, code: str) -> Box:
    """What is known of a box: a field that is hidden was never asked."""
    if state is CellState.HIDDEN and not text:
        return Box.NEVER_ASKED
    return Box.TICKED if code in text.split(";") else Box.NOT_TICKED


def redcap_text(text: str, cell: FieldColumn, study: Study) -> str:
    """A text as REDCap has it: a blank between day and time, as many decimals as it
    asks for, the comma where the field is typed with one, its own code of an answer.
    What is no value of the field stays as it is.
    """
    kind = cell.field.kind.name
    if missing := next(
        (item for item in cell.field.missing if item.code == text), None
    ):
        return missing.in_redcap

    if kind == "datetime" and _MOMENT.fullmatch(text):
        return text.replace("T", " ", 1)
    if kind == "boolean":
        return {"true": "1", "false": "0"}.get(text, text)
    if kind == "choice":
        return redcap_codes(study, cell.field).get(text, text)
    if kind == "decimal" and (match := _DECIMAL.fullmatch(text)):
        places = exact_places(study, cell.field)
        if places is not None and len(match[1] or "") < places:
            text = (
                f"{text}{'' if match[1] else '.'}{'0' * (places - len(match[1] or ''))}"
            )

        if has_decimal_comma(cell.field):
            return text.replace(".", ",")

    return text
