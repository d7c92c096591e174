"""Records that REDCap exported, flat or one value a line, as captured forms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.captured_data import LOG, CellKey, FormKey
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.redcap.event_names import event_names
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow, read_sheet
from generator.redcap.records.columns import (
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    SYSTEM,
    FieldColumn,
    RecordColumns,
    columns_of,
)
from generator.redcap.records.drafts import FormDraft, captured
from generator.redcap.records.expectations import (
    BOXES,
    INSTANCE_NUMBER,
    STATES,
    record_expectations,
)
from generator.redcap.records.habits import Layout, restored
from generator.redcap.records.record_file import (
    EAV_FIELD,
    EAV_RECORD,
    EAV_VALUE,
    EVERYTHING,
    KnownStructure,
    RecordFile,
    Spot,
    ValuePlace,
)
from generator.redcap.records.subjects import subject_findings

BOX = "___"
"""Stands between the name of a checkbox and the code of its box."""
UNTICKED = ("", "0", "Unchecked", "FALSE")


@dataclass(kw_only=True, slots=True)
class _RowAddress:
    """Where a row of the file belongs: ``only`` is the instrument it is about,
    ``number`` its instance.

    ``blank`` are the tables of which the row says nothing but the word that a program
    writes for a blank. ``placed`` are the tables that are known to have a place in the
    row, and ``forms`` what ``form`` gave for a table: a row has many cells of each.
    """

    row: SheetRow
    subject: str
    visit: str
    only: str | None
    number: int
    blank: frozenset[str] = frozenset()
    placed: set[str] = field(default_factory=set)
    forms: dict[str, tuple[FormDraft, FormKey, int | None]] = field(
        default_factory=dict
    )


def read_records(
    file: str,
    content: bytes,
    study: Study,
    *,
    structure: KnownStructure = EVERYTHING,
    saved_at: datetime | None = None,
    subjects: Collection[str] = (),
) -> RecordFile:
    """The captured forms of an export. Never raises for what the file says.

    What other programs did to the file is told once and undone where it is beyond
    doubt. A box, a state, an event, an instrument or an instance that is not understood
    is a finding at its cell; the values that depend on it are left out, and the rest is
    read. An export without any record may be an empty file. ``subjects`` are those that
    a database has already.
    """
    columns = columns_of(study)
    sheet = read_sheet(file, content, lambda header: header.strip() or None, ())
    reader = _RecordReader(study, columns, sheet, structure, frozenset(subjects))
    if not content.strip():
        reader.found.findings.clear()
        return reader.found

    return reader.read(saved_at or datetime(1970, 1, 1, tzinfo=UTC))


class _RecordReader:
    def __init__(
        self,
        study: Study,
        columns: RecordColumns,
        sheet: CsvSheet,
        structure: KnownStructure,
        subjects: frozenset[str],
    ) -> None:
        self.study = study
        self.columns = columns
        self.known_of = structure
        self.subjects = subjects
        self.found = RecordFile(sheet=sheet, findings=list(sheet.findings))
        self.drafts: dict[tuple[str, FormKey], FormDraft] = {}
        self.keys: dict[tuple[str, str, str | None, int], int] = {}
        self.boxes: dict[tuple[Spot, str], int] = {}
        self.states: dict[tuple[str, FormKey, str, int | None], int] = {}
        self.row_tables = {
            name for name, table in study.tables.items() if table.group is not None
        }
        self.told: set[tuple[str, str]] = set()
        self.groups: dict[str, str] = {}
        self.placed: dict[str, None] = {}
        self.nothing: frozenset[str] = frozenset()
        self.doubtful: frozenset[str] = frozenset()
        self.unsure: frozenset[tuple[str, str]] = frozenset()
        self.eav_file = False
        self.row_numbers: str | None = None
        self.doubts: dict[tuple[str, str], list[int]] = {}
        self.visits = {visit: visit for visit in study.visits} | {
            name: visit for visit, name in event_names(study).items()
        }

    def read(self, saved_at: datetime) -> RecordFile:
        places = self.found.sheet.places
        flat = any(column in self.columns.states for column in places)
        eav = EAV_FIELD in places and EAV_VALUE in places and not flat
        self.eav_file = eav
        record = EAV_RECORD if eav and EAV_RECORD in places else self.columns.subject
        self.restore(
            Layout(record=record, field=EAV_FIELD, value=EAV_VALUE)
            if eav
            else Layout(record=record)
        )
        if eav:
            self.eav(record)
        else:
            self.flat()

        drafts = {
            key: draft for key, draft in self.drafts.items() if draft.says_something
        }
        self.found.least = sum(draft.differs for draft in drafts.values())
        for (subject, _), draft in drafts.items():
            draft.site = self.groups.get(subject, "")
        self.found.forms = [
            captured(self.study, *key, draft, saved_at) for key, draft in drafts.items()
        ]
        filled = {subject for subject, _ in drafts}
        self.found.empty = [subject for subject in self.placed if subject not in filled]

        for (column, word), rows in self.doubts.items():
            cells = f"{len(rows):,} cell{'' if len(rows) == 1 else 's'}"
            self.say(
                "redcap-blank-or-code", rows[0], column, word, name=column, cells=cells
            )

        self.found.findings += subject_findings(
            self.study, self.found.sheet, record, self.subjects, eav=eav
        )

        return self.found

    def restore(self, layout: Layout) -> None:
        """The file as it was before another program saved it."""
        visits = self.visits if self.known_of.events else {}
        result = restored(
            self.found.sheet,
            record_expectations(self.study, self.columns, visits),
            layout,
        )
        self.found.sheet, self.nothing, self.doubtful = (
            result.sheet,
            result.nothing,
            result.doubtful,
        )
        self.unsure, self.found.habits = result.unsure, result.habits
        self.row_numbers = result.row_numbers
        self.found.findings += result.findings

    def say(
        self,
        code: str,
        row: int,
        column: str,
        value: str,
        *,
        once: str = "",
        **words: Any,
    ) -> None:
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
            text = ", ".join(sheet.headers[:6])
            self.say("redcap-no-record-id", 1, "", text, name=subject)
            return

        for column in sheet.places:
            if (
                not self.known(column)
                and column != self.row_numbers
                and not self.unknown_box(column)
            ):
                near = did_you_mean(column, [*self.columns.cells, *self.columns.states])
                self.say("redcap-unknown-column", 1, column, column, near=near)

        if self.row_numbers != "" and any("" in row.extra for row in sheet.rows):
            self.say("redcap-unknown-column", 1, "", "", near="")
        for row in sheet.rows:
            self.row(row)

    def unknown_box(self, column: str) -> bool:
        """Says so once when a column is the box of an answer that its checkbox lacks,
        and it is ticked.
        """
        name, parted, rest = column.partition(BOX)
        field = self.columns.combined.get(name)
        ticked = next(
            (
                row
                for row in self.found.sheet.rows
                if row[column].strip() not in UNTICKED
            ),
            None,
        )
        if field is None or not parted or ticked is None:
            return False
        code = f"-{rest[1:]}" if rest[:1] == "_" and rest[1:].isdigit() else rest
        self.say(
            "redcap-unknown-box",
            ticked.number,
            column,
            ticked[column].strip(),
            name=name,
            answer=code,
        )

        return True

    def known(self, column: str) -> bool:
        return (
            column in self.columns.cells
            or (column in self.columns.combined and not self.eav_file)
            or column in self.columns.states
            or column in self.columns.timestamps
            or column in (*SYSTEM, self.columns.subject)
        )

    def row(self, row: SheetRow) -> None:
        subject = row[self.columns.subject].strip()
        if (self.columns.subject, row[self.columns.subject]) in self.unsure:
            self.found.left_out.append(row.number)
            return

        if not subject:
            self.say("redcap-no-record", row.number, self.columns.subject, "")
            self.found.left_out.append(row.number)
            return

        index = self.where(row, subject)
        if index is None or self.repeated(index):
            self.found.left_out.append(row.number)
            return

        self.place(subject, row[GROUP])
        index.blank = self.blank(row)

        for column, text in row.cells.items():
            if text and text.strip() and column not in SYSTEM:
                self.cell(index, column, text)

    def place(self, subject: str, group: str) -> None:
        """A record and its group, which is the record's whatever row names it."""
        self.placed.setdefault(subject)
        if group.strip():
            self.groups.setdefault(subject, group.strip())

    def repeated(self, index: _RowAddress) -> bool:
        """Whether an earlier row is about the same record, event, instrument and
        instance.
        """
        rows = index.only is not None and self.in_rows(index.only)
        key = (
            index.subject,
            index.visit,
            index.only,
            max(index.number, 1) if rows else index.number,
        )
        first = self.keys.setdefault(key, index.row.number)
        if first == index.row.number:
            return False
        names = {self.columns.subject: index.subject} | {
            name: index.row[name].strip()
            for name in (EVENT, INSTRUMENT, INSTANCE)
            if index.row[name].strip()
        }
        value, text = ", ".join(names.values()), ", ".join(names)
        self.say(
            "repeated-key",
            index.row.number,
            self.columns.subject,
            value,
            key=text,
            first=first,
        )

        return True

    def blank(self, row: SheetRow) -> frozenset[str]:
        """The tables of which a row says nothing but ``NA`` and zeros, in a file in
        which NA is a blank.
        """
        if not self.nothing:
            return frozenset()
        seen: set[str] = set()
        full: set[str] = set()

        for column, text in row.cells.items():
            written = text.strip()
            cell = self.columns.cells.get(column)
            table = cell.table if cell else self.columns.states.get(column)
            if table is None or not written:
                continue
            box = written == "0" and (cell is None or cell.code is not None)
            (seen if written in self.nothing else full if not box else set()).add(table)

        return frozenset(seen - full)

    def where(self, row: SheetRow, subject: str) -> _RowAddress | None:
        """Visit, instrument and instance of a row; instance 0 is none.

        None for a row that has no place.
        """
        text = row[EVENT].strip()
        visit = self.visits.get(text, text) or next(iter(self.study.visits), "")
        placed = True
        if visit not in self.study.visits and not self.known_of.events:
            self.found.strange.setdefault(text)
        if visit not in self.study.visits and self.known_of.events:
            near = did_you_mean(text, self.visits)
            self.say("redcap-record-event", row.number, EVENT, text, near=near)
            placed = False

        instance = row[INSTANCE].strip()
        number = int(instance) if INSTANCE_NUMBER.fullmatch(instance) else 0
        if instance and not number:
            self.say("redcap-record-number", row.number, INSTANCE, instance)
            placed = False

        only = row[INSTRUMENT].strip() or None
        if only is not None and only not in self.columns.forms:
            near = did_you_mean(only, self.columns.forms)
            self.say(
                "redcap-record-instrument", row.number, INSTRUMENT, only, near=near
            )
            placed = False

        return (
            _RowAddress(row=row, subject=subject, visit=visit, only=only, number=number)
            if placed
            else None
        )

    def cell(self, index: _RowAddress, column: str, text: str) -> None:
        cell = self.columns.cells.get(column) or self.columns.combined.get(column)
        table = cell.table if cell else self.columns.states.get(column)
        if table is None or (table in index.blank and text.strip() in self.nothing):
            return
        if not self.has_place(index, table, column, text):
            return
        if cell is None:
            self.state(index, table, column, text)
        elif cell.code is not None:
            self.box(index, column, cell, text)
        else:
            self.value(index, column, cell, text)

    def has_place(self, index: _RowAddress, table: str, column: str, text: str) -> bool:
        """Whether a row of this instrument, event and instance can hold a value of the
        table.
        """
        if table in index.placed:
            return True
        cell = self.columns.cells.get(column)
        says_nothing = text.strip() == "0" and (cell is None or cell.code is not None)
        if index.only is not None and table != index.only:
            if not says_nothing:
                self.say(
                    "redcap-record-elsewhere",
                    index.row.number,
                    column,
                    text,
                    form=index.only,
                )

            return False

        form = self.study.forms[self.columns.forms[table]]
        at_visit = form.log or (form.name, index.visit) in self.study.expectations
        if not at_visit and self.known_of.events:
            if not says_nothing:
                words = {"form": form.title, "event": index.visit}
                self.say("redcap-record-form", index.row.number, column, text, **words)

            return False

        if self.may_repeat(index, form, table):
            index.placed.add(table)
            return True

        return says_nothing

    def may_repeat(self, index: _RowAddress, form: Form, table: str) -> bool:
        """Whether the instance that a row names can be, where the dictionary says what
        repeats.
        """
        visit = self.study.visits.get(index.visit)
        repeats = self.in_rows(table) or bool(visit and visit.repeats)
        if index.number > 1 and not repeats and not self.known_of.repeats:
            self.found.strange.setdefault(f"instances of {form.title}")
        if index.number < 2 or repeats or not self.known_of.repeats:
            return True
        once = f"{index.row.number} {table}"
        number = str(index.number)
        self.say(
            "redcap-record-instance",
            index.row.number,
            INSTANCE,
            number,
            once=once,
            form=form.title,
        )

        return False

    def in_rows(self, table: str) -> bool:
        return table in self.row_tables

    def value(
        self, index: _RowAddress, column: str, cell: FieldColumn, text: str
    ) -> None:
        draft, key, number = self.form(index, cell.table)
        spot = (index.subject, key, CellKey(cell.table, number, cell.field.name))
        if self.first(spot, index, column, text):
            draft.put(cell, number, text)
            if (column, text) in self.unsure:
                self.found.unread.add(spot)
            if column in self.doubtful and text.strip() in self.nothing:
                self.doubts.setdefault((column, text.strip()), []).append(
                    index.row.number
                )

    def first(self, spot: Spot, index: _RowAddress, column: str, text: str) -> bool:
        """Whether no other row has the value already; a second one is said and left
        out.
        """
        line = self.found.lines.setdefault(
            spot, ValuePlace(row=index.row.number, column=column, text=text)
        )
        if line.row == index.row.number:
            return True
        self.say(
            "redcap-value-twice",
            index.row.number,
            column,
            text,
            name=column,
            first=line.row,
        )

        return False

    def box(
        self, index: _RowAddress, column: str, cell: FieldColumn, text: str
    ) -> None:
        """A box that is ticked, or one that cannot be read: that one is kept as it is."""
        written = text.strip()
        draft, key, number = (
            (None, *self.key(index, cell.table))
            if written == "0"
            else self.form(index, cell.table)
        )
        spot = (index.subject, key, CellKey(cell.table, number, cell.field.name))
        first = self.boxes.setdefault((spot, column), index.row.number)
        if first != index.row.number:
            self.say(
                "redcap-value-twice",
                index.row.number,
                column,
                text,
                name=column,
                first=first,
            )
        elif draft is not None:
            self.found.lines.setdefault(
                spot, ValuePlace(row=index.row.number, column=column, text=text)
            )
            draft.put(cell, number, text)
            if written not in BOXES:
                self.found.unread.add(spot)
                self.say("redcap-box", index.row.number, column, text)

    def state(self, index: _RowAddress, table: str, column: str, text: str) -> None:
        """How far a form is; 0 is also what REDCap writes for a form that nobody has
        opened.
        """
        written = text.strip()
        draft, key, number = self.form(index, table)
        first = self.states.setdefault(
            (index.subject, key, table, number), index.row.number
        )
        if first != index.row.number:
            self.say(
                "redcap-value-twice",
                index.row.number,
                column,
                text,
                name=column,
                first=first,
            )
            return

        if written not in STATES:
            self.say("redcap-state", index.row.number, column, text)
        draft.states[table, number] = int(written) if written in STATES else 0
        if index.only == table or written not in STATES:
            draft.given.add((table, number))

    def form(
        self, index: _RowAddress, table: str
    ) -> tuple[FormDraft, FormKey, int | None]:
        """The form that a cell belongs to, and the number of its row."""
        if table in index.forms:
            return index.forms[table]
        key, number = self.key(index, table)
        draft = self.drafts.setdefault((index.subject, key), FormDraft())
        self.found.rows.setdefault((index.subject, key), index.row.number)
        index.forms[table] = draft, key, number

        return draft, key, number

    def key(self, index: _RowAddress, table: str) -> tuple[FormKey, int | None]:
        form = self.study.forms[self.columns.forms[table]]
        rows = self.in_rows(table)
        visit = self.study.visits.get(index.visit)
        number, row = index.number, max(index.number, 1)
        if visit is not None and visit.repeats:
            number = row
            row = row if form.log else 1
        elif self.known_of.repeats or rows:
            number = 0

        key = (
            FormKey(form.name, LOG, 0)
            if form.log
            else FormKey(form.name, index.visit, number)
        )

        return key, row if rows else None

    # One value a line

    def eav(self, record: str) -> None:
        for row in self.found.sheet.rows:
            subject = row[record].strip()
            if (record, row[record]) in self.unsure:
                self.found.left_out.append(row.number)
                continue

            if not subject:
                self.say("redcap-no-record", row.number, record, "")
                self.found.left_out.append(row.number)
                continue

            index = self.where(row, subject)
            if index is None:
                self.found.left_out.append(row.number)
                continue

            name, text = row[EAV_FIELD].strip(), row[EAV_VALUE]
            self.place(subject, text if name == GROUP else row[GROUP])
            column = self.eav_column(name, text)
            if column is None:
                if name in self.columns.combined:
                    self.strange_tick(row, name, text.strip())
                    continue

                near = did_you_mean(name, self.columns.cells)
                self.say(
                    "redcap-unknown-column",
                    row.number,
                    EAV_FIELD,
                    name,
                    once=name,
                    near=near,
                )
            elif text.strip() and column != self.columns.subject:
                written = text if column == name else "1"
                self.cell(index, column, written)

    def strange_tick(self, row: SheetRow, name: str, code: str) -> None:
        """A line that ticks a box which the checkbox lacks; said once for each box."""
        if code:
            once = f"{name} {code}"
            self.say(
                "redcap-unknown-box",
                row.number,
                EAV_VALUE,
                code,
                once=once,
                name=name,
                answer=code,
            )

    def eav_column(self, name: str, text: str) -> str | None:
        """The column of a flat export that a line stands for: a ticked box has its code
        as the value.
        """
        if self.known(name):
            return name
        written = text.strip()
        for column, cell in self.columns.cells.items():
            box = cell.code is not None and written in (cell.code, cell.redcap)
            if box and self.columns.names[cell.table, cell.field.name] == name:
                return column

        return None
