"""Records that REDCap exported, flat or one value a line, as captured forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from forms_spec.catalogue import finding
from forms_spec.findings import Finding
from forms_spec.model import Field, Form, Study
from forms_spec.nearness import did_you_mean
from forms_spec.record import LOG, CellKey, FormKey, Record
from forms_spec.record import Row as Record_Row
from generator.package.captured import CapturedForm, FormStatus
from generator.redcap.record_columns import (
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    SYSTEM,
    Cell,
    Columns,
    columns_of,
)
from generator.redcap.sheet import Row, Sheet, read_sheet
from generator.redcap.write_events import event_names

IMPORTER = "redcap"
EAV_RECORD, EAV_FIELD, EAV_VALUE = "record", "field_name", "value"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)")
_INSTANCE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_COMMA = re.compile(r"-?\d+,\d+")

Spot = tuple[str, FormKey, CellKey]
"""Subject, form and cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Where a value stands in the file, and what stood there."""

    row: int
    column: str
    text: str


@dataclass(kw_only=True)
class Records:
    """What a file of records holds. ``lines`` finds a value's cell, ``rows`` the first row of a form."""

    sheet: Sheet
    forms: list[CapturedForm] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lines: dict[Spot, Line] = field(default_factory=dict)
    rows: dict[tuple[str, FormKey], int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class _At:
    """Where a row of the file belongs: ``only`` is the instrument it is about, ``number`` its instance."""

    row: Row
    subject: str
    visit: str
    only: str | None
    number: int


@dataclass(slots=True)
class _Draft:
    """One form on the way: its texts by table and row, and how far it is."""

    texts: dict[tuple[str, int | None], dict[str, str]] = field(default_factory=dict)
    boxes: dict[tuple[str, int | None, str], list[str]] = field(default_factory=dict)
    states: list[int] = field(default_factory=list)
    site: str = ""

    def put(self, cell: Cell, number: int | None, text: str) -> None:
        """A value, or a ticked box."""
        name = cell.field.name
        texts = self.texts.setdefault((cell.table, number), {})
        if cell.code is not None:
            self.boxes.setdefault((cell.table, number, name), []).append(cell.code)
        else:
            texts[name] = native_text(text, cell)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a dictionary says: which events there are, and what repeats.

    REDCap's data dictionary alone says neither, so records that know more are taken as they are.
    """

    events: bool = True
    repeats: bool = True


EVERYTHING = Said()


def said_by(originals: Mapping[str, bytes]) -> Said:
    """What a dictionary says that was made from these files of REDCap."""
    if "dictionary" not in originals:
        return EVERYTHING
    return Said(events="events" in originals or "forms" in originals, repeats="repeating" in originals)


def read_records(
    file: str, content: bytes, study: Study, *, said: Said = EVERYTHING, saved_at: datetime | None = None
) -> Records:
    """The captured forms of an export. Never raises for what the file says.

    An event, an instrument or an instance that the study does not have is a finding at its cell where the
    dictionary says which there are; the values that hang on it are left out, and the rest is read. An export
    without any record may be an empty file.
    """
    columns = columns_of(study)
    sheet = read_sheet(file, content, lambda header: header.strip() or None, ())
    reader = _Reader(study, columns, sheet, said)
    if not content.strip():
        reader.found.findings.clear()
        return reader.found
    return reader.read(saved_at or datetime(1970, 1, 1, tzinfo=UTC))


class _Reader:
    def __init__(self, study: Study, columns: Columns, sheet: Sheet, said: Said) -> None:
        self.study = study
        self.columns = columns
        self.known_of = said
        self.found = Records(sheet=sheet, findings=list(sheet.findings))
        self.drafts: dict[tuple[str, FormKey], _Draft] = {}
        self.told: set[tuple[str, str]] = set()
        self.visits = {name: visit for visit, name in event_names(study).items()} | {
            visit: visit for visit in study.visits
        }

    def read(self, saved_at: datetime) -> Records:
        places = self.found.sheet.places
        if EAV_FIELD in places and EAV_VALUE in places:
            self.eav()
        else:
            self.flat()
        self.found.forms = [self.captured(key, draft, saved_at) for key, draft in self.drafts.items()]
        return self.found

    def say(self, code: str, row: int, column: str, value: str, *, once: str = "", **words: Any) -> None:
        """A finding at a cell; of those that are ``once`` alike only the first."""
        if once:
            if (code, once) in self.told:
                return
            self.told.add((code, once))
        place = self.found.sheet.place(row, column)
        self.found.findings.append(finding(code, text=place, value=value, **words))

    # Flat: one row for each record and event

    def flat(self) -> None:
        sheet = self.found.sheet
        subject = self.columns.subject
        if sheet.rows and subject not in sheet.places:
            said = ", ".join(sheet.headers[:6])
            self.say("redcap-no-record-id", 1, "", said, name=subject)
            return
        for column in sheet.places:
            if not self.known(column):
                near = did_you_mean(column, [*self.columns.cells, *self.columns.states])
                self.say("redcap-unknown-column", 1, column, column, near=near)
        for row in sheet.rows:
            self.row(row)

    def known(self, column: str) -> bool:
        return (
            column in self.columns.cells
            or column in self.columns.states
            or column in self.columns.timestamps
            or column in (*SYSTEM, self.columns.subject)
        )

    def row(self, row: Row) -> None:
        subject = row[self.columns.subject].strip()
        if not subject:
            self.say("redcap-no-record", row.number, self.columns.subject, "")
            return
        at = self.where(row, subject)
        if at is None:
            return
        for column, text in row.cells.items():
            if text.strip() and column not in SYSTEM:
                self.cell(at, column, text)

    def where(self, row: Row, subject: str) -> _At | None:
        """Visit, instrument and instance of a row; instance 0 is none. None for a row that has no place."""
        said = row[EVENT].strip()
        visit = self.visits.get(said, said) or next(iter(self.study.visits), "")
        placed = True
        if visit not in self.study.visits and self.known_of.events:
            near = did_you_mean(said, self.visits)
            self.say("redcap-record-event", row.number, EVENT, said, near=near)
            placed = False
        instance = row[INSTANCE].strip()
        number = int(instance) if _INSTANCE.fullmatch(instance) else 0
        if instance and not number:
            self.say("redcap-record-number", row.number, INSTANCE, instance)
            placed = False
        only = row[INSTRUMENT].strip() or None
        if only is not None and only not in self.columns.forms:
            only = self.by_title(only)
        if only is not None and only not in self.columns.forms:
            near = did_you_mean(only, self.columns.forms)
            self.say("redcap-record-instrument", row.number, INSTRUMENT, only, near=near)
            placed = False
        return _At(row=row, subject=subject, visit=visit, only=only, number=number) if placed else None

    def by_title(self, said: str) -> str:
        """An export with labels names the instrument by its title."""
        for name, form in self.columns.forms.items():
            if said in (self.study.forms[form].title, form):
                return name
        return said

    def cell(self, at: _At, column: str, text: str) -> None:
        cell = self.columns.cells.get(column)
        table = cell.table if cell else self.columns.states.get(column)
        if table is None or not self.has_place(at, table, column, text):
            return
        if cell is None:
            self.state(at, table, text)
        elif cell.code is None or text.strip() == "1":
            draft, key, number = self.form(at, table)
            spot = (at.subject, key, CellKey(cell.table, number, cell.field.name))
            line = Line(row=at.row.number, column=column, text=text)
            self.found.lines.setdefault(spot, line)
            draft.put(cell, number, text)

    def has_place(self, at: _At, table: str, column: str, text: str) -> bool:
        """Whether a row of this instrument, event and instance can hold a value of the table."""
        cell = self.columns.cells.get(column)
        says_nothing = text.strip() == "0" and (cell is None or cell.code is not None)
        if at.only is not None and table != at.only:
            if not says_nothing:
                self.say("redcap-record-elsewhere", at.row.number, column, text, form=at.only)
            return False
        form = self.study.forms[self.columns.forms[table]]
        at_visit = form.log or (form.name, at.visit) in self.study.expectations
        if not at_visit and self.known_of.events:
            if not says_nothing:
                words = {"form": form.title, "event": at.visit}
                self.say("redcap-record-form", at.row.number, column, text, **words)
            return False
        return self.may_repeat(at, form, table) or says_nothing

    def may_repeat(self, at: _At, form: Form, table: str) -> bool:
        """Whether the instance that a row names can be, where the dictionary says what repeats."""
        rows = any(group.name == table for group in form.row_groups)
        held = self.study.visits.get(at.visit)
        repeats = rows or bool(held and held.repeats)
        if at.number < 2 or repeats or not self.known_of.repeats:
            return True
        once = f"{at.row.number} {table}"
        number = str(at.number)
        self.say("redcap-record-instance", at.row.number, INSTANCE, number, once=once, form=form.title)
        return False

    def state(self, at: _At, table: str, text: str) -> None:
        """How far a form is; 0 is also what REDCap writes for a form that nobody has opened."""
        if text.strip() in ("1", "2"):
            draft, _, _ = self.form(at, table)
            draft.states.append(int(text))

    def form(self, at: _At, table: str) -> tuple[_Draft, FormKey, int | None]:
        """The form that a cell belongs to, and the number of its row."""
        form = self.study.forms[self.columns.forms[table]]
        rows = any(group.name == table for group in form.row_groups)
        held = self.study.visits.get(at.visit)
        number, row = at.number, max(at.number, 1)
        if held is not None and held.repeats:
            number = row
            row = row if form.log else 1
        elif self.known_of.repeats or rows:
            number = 0
        key = FormKey(form.name, LOG, 0) if form.log else FormKey(form.name, at.visit, number)
        draft = self.drafts.setdefault((at.subject, key), _Draft())
        self.found.rows.setdefault((at.subject, key), at.row.number)
        if at.row[GROUP].strip():
            draft.site = at.row[GROUP].strip()
        return draft, key, row if rows else None

    # One value a line

    def eav(self) -> None:
        for row in self.found.sheet.rows:
            subject = (row[EAV_RECORD] or row[self.columns.subject]).strip()
            if not subject:
                self.say("redcap-no-record", row.number, EAV_RECORD, "")
                continue
            at = self.where(row, subject)
            if at is None:
                continue
            name, text = row[EAV_FIELD].strip(), row[EAV_VALUE]
            column = self.eav_column(name, text)
            if column is None:
                near = did_you_mean(name, self.columns.cells)
                self.say("redcap-unknown-column", row.number, EAV_FIELD, name, once=name, near=near)
            elif text.strip() and column != self.columns.subject:
                said = text if column == name else "1"
                self.cell(at, column, said)

    def eav_column(self, name: str, text: str) -> str | None:
        """The column of a flat export that a line stands for: a ticked box has its code as the value."""
        if self.known(name):
            return name
        said = text.strip()
        for column, cell in self.columns.cells.items():
            box = cell.code is not None and said in (cell.code, cell.redcap)
            if box and self.columns.names[cell.table, cell.field.name] == name:
                return column
        return None

    def captured(self, key: tuple[str, FormKey], draft: _Draft, saved_at: datetime) -> CapturedForm:
        subject, form_key = key
        form = self.study.forms[form_key.form]
        for (table, at, name), codes in draft.boxes.items():
            field_ = self.study.field(table, name)
            assert field_ is not None
            assert field_.codelist is not None
            known = (*field_.codelist.by_code, *(one.code for one in field_.missing))
            ordered = [code for code in known if code in codes]
            draft.texts[table, at][name] = ";".join(ordered)
        rows: dict[str, tuple[Record_Row, ...]] = {}
        for group in form.row_groups:
            numbers = sorted(at for table, at in draft.texts if table == group.name and at is not None)
            rows[group.name] = tuple(
                Record_Row(number=at, texts=draft.texts[group.name, at]) for at in numbers
            )
        own: Mapping[str, str] = draft.texts.get((form.name, None), {})
        return CapturedForm(
            site=draft.site,
            subject=subject,
            key=form_key,
            status=min(draft.states, default=FormStatus.INCOMPLETE),
            version=1,
            record=Record(texts=own, rows={name: held for name, held in rows.items() if held}),
            saved_by=IMPORTER,
            saved_at=saved_at,
        )


def native_text(text: str, cell: Cell) -> str:
    """A text of REDCap as the field has it: dates with time joined by T, the decimal comma as a point."""
    kind, said = cell.field.kind.name, text.strip()
    if code := _missing_code(said, cell.field):
        return code
    if kind == "text":
        return text
    if kind == "datetime" and (match := _MOMENT.fullmatch(said)):
        return f"{match[1]}T{match[2]}"
    if kind == "decimal" and _COMMA.fullmatch(said):
        return said.replace(",", ".")
    if kind == "decimal" and said.startswith("."):
        return f"0{said}"
    if kind == "choice":
        return cell.others.get(said, said)
    if kind == "boolean" and said in ("0", "1"):
        return "true" if said == "1" else "false"
    return said


def _missing_code(text: str, field: Field) -> str | None:
    """The code here of a code of missing data; an answer of the field's own goes before."""
    if field.codelist is not None and text in field.codelist.by_code:
        return None
    return next((one.code for one in field.missing if one.in_redcap == text), None)
