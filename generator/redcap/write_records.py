"""Captured forms as REDCap exports records: flat, or one value a line.

A box of a checkbox is 1 or 0 where it was asked. Where it never was - the form was not captured, or its
condition hid the field - REDCap writes 0 too, and nobody can tell the two apart; here it is blank.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum

from forms_spec.judge import CellState, judge
from forms_spec.judge.judgement import Judgement
from forms_spec.model import Study
from forms_spec.record import LOG, CellKey, Context, FormKey
from forms_spec.record import Records as Casebook
from generator.package.captured import CapturedForm
from generator.redcap.record_columns import (
    COMPLETE,
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    Cell,
    Columns,
    columns_of,
)
from generator.redcap.records import EAV_FIELD, EAV_RECORD, EAV_VALUE
from generator.redcap.write_events import event_names

RowKey = tuple[str, str, str]
"""Event, instrument and instance of a row; the last two are blank where nothing repeats."""
Texts = dict[str, str]


class Shape(Enum):
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
    shape: Shape = Shape.FLAT,
    never_asked: str = Box.NEVER_ASKED.value,
) -> str:
    """The text of the file; forms come subject by subject. ``never_asked="0"`` writes as REDCap does."""
    writer = _Writer(study, today, never_asked)
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    head = writer.head()
    if shape is Shape.FLAT:
        lines.writerow([*head, *writer.headers])
    else:
        lines.writerow([EAV_RECORD, *head[1:], EAV_FIELD, EAV_VALUE])
    for subject, key, site, texts in writer.rows(forms):
        start = [subject, *writer.keys(key, site)]
        if shape is Shape.FLAT:
            lines.writerow([*start, *(texts.get(header, "") for header in writer.headers)])
        else:
            for header in writer.headers:
                if texts.get(header, ""):
                    lines.writerow([*start, header, texts[header]])
    return out.getvalue()


class _Writer:
    def __init__(self, study: Study, today: date, never_asked: str) -> None:
        self.study = study
        self.today = today
        self.never_asked = never_asked
        self.columns: Columns = columns_of(study)
        self.headers = list(self._headers())
        self.events = event_names(study)
        self.longitudinal = len(study.visits) > 1
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
        sites = [GROUP] if self.study.sites else []
        return [self.columns.subject, *([EVENT] if self.longitudinal else []), *repeats, *sites]

    def keys(self, key: RowKey, site: str) -> list[str]:
        event, instrument, instance = key
        found = [event] if self.longitudinal else []
        found += [instrument, instance] if self.repeats else []
        return [*found, site] if self.study.sites else found

    def rows(self, forms: Iterable[CapturedForm]) -> Iterator[tuple[str, RowKey, str, Texts]]:
        subject: str | None = None
        held: list[CapturedForm] = []
        for form in forms:
            if form.subject != subject and held:
                yield from self.subject(held)
                held = []
            subject = form.subject
            held.append(form)
        if held:
            yield from self.subject(held)

    def subject(self, forms: list[CapturedForm]) -> Iterator[tuple[str, RowKey, str, Texts]]:
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
            judged = judge(self.study, self.study.forms[form.key.form], form.record, context)
            self.form(form, judged, rows)
        order = {name: at for at, name in enumerate(self.events.values())}
        for key in sorted(rows, key=lambda one: (order.get(one[0], len(order)), one[1], int(one[2] or 0))):
            yield forms[0].subject, key, forms[0].site, rows[key]

    def form(self, form: CapturedForm, judged: Judgement, rows: dict[RowKey, Texts]) -> None:
        event = self.event(form.key)
        own = (event, "", str(form.key.unsno or ""))
        groups = {group.name for group in self.study.forms[form.key.form].row_groups}
        if form.key.form in self.study.tables and form.key.form not in groups:
            rows.setdefault(own, {})[f"{form.key.form}{COMPLETE}"] = str(int(form.status))
        for group, held in form.record.rows.items():
            for row in held:
                found = rows.setdefault((event, group, str(row.number)), {})
                found[f"{group}{COMPLETE}"] = str(int(form.status))
        for column, cell in self.columns.cells.items():
            if self.columns.forms[cell.table] != form.key.form:
                continue
            if cell.table not in groups:
                rows[own][column] = self.text(judged, cell, None)
                continue
            for row in form.record.rows.get(cell.table, ()):
                rows[event, cell.table, str(row.number)][column] = self.text(judged, cell, row.number)

    def event(self, key: FormKey) -> str:
        """The event of a form's visit; a form that belongs to no visit stands at the first one."""
        visit = key.visit if key.visit != LOG else next(iter(self.study.visits), "")
        return self.events.get(visit, visit)

    def text(self, judged: Judgement, cell: Cell, row: int | None) -> str:
        state = judged.cells[CellKey(cell.table, row, cell.field.name)]
        if cell.code is not None:
            box = box_state(state.state, state.text, cell.code)
            return self.never_asked if box is Box.NEVER_ASKED else box.value
        return redcap_text(state.text, cell)


def box_state(state: CellState, text: str, code: str) -> Box:
    """What is known of a box: a field that is hidden was never asked."""
    if state is CellState.HIDDEN and not text:
        return Box.NEVER_ASKED
    return Box.TICKED if code in text.split(";") else Box.NOT_TICKED


def redcap_text(text: str, cell: Cell) -> str:
    """A text as REDCap has it: a blank between day and time, the comma where the field is typed with one."""
    kind = cell.field.kind.name
    if missing := next((one for one in cell.field.missing if one.code == text), None):
        return missing.in_redcap
    if kind == "datetime":
        return text.replace("T", " ", 1)
    if kind == "boolean":
        return {"true": "1", "false": "0"}.get(text, text)
    if kind == "decimal" and "comma" in cell.field.redcap.get("validation", ""):
        return text.replace(".", ",")
    return text
