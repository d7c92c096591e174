"""Records that REDCap exported, flat or one value a line, as captured forms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.captured_data import CellKey, FormKey
from forms_spec.model.study import Study
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow, read_sheet
from generator.redcap.records.columns import (
    GROUP,
    SYSTEM,
    FieldColumn,
    RecordColumns,
    columns_of,
)
from generator.redcap.records.drafts import FormDraft, captured
from generator.redcap.records.expectations import BOXES, STATES, record_expectations
from generator.redcap.records.habits import Layout, RestoredSheet, restored
from generator.redcap.records.record_file import (
    EAV_FIELD,
    EAV_RECORD,
    EAV_VALUE,
    EVERYTHING,
    CellAddress,
    KnownStructure,
    RecordFile,
    ValuePlace,
)
from generator.redcap.records.row_addresses import RowAddress, RowAddresses
from generator.redcap.records.subjects import subject_findings

BOX = "___"
"""Stands between the name of a checkbox and the code of its box."""
UNTICKED = ("", "0", "Unchecked", "FALSE")


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
    if not content.strip():
        return RecordFile(sheet=sheet)

    reader = _RecordReader(study, columns, sheet, structure, frozenset(subjects))
    return reader.read(saved_at or datetime(1970, 1, 1, tzinfo=UTC))


class _RecordReader:
    """Collects the cells of each form from the rows of a file.

    ``first_boxes`` and ``first_states`` are the rows that gave a box or a state first,
    ``doubts`` the rows in which a word may be a code or a blank.
    """

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
        self.structure = structure
        self.subjects = subjects
        self.file = RecordFile(sheet=sheet, findings=list(sheet.findings))
        self.addresses = RowAddresses(study, columns, structure, self.file)
        self.restored = RestoredSheet(sheet=sheet)
        self.is_eav = False
        self.drafts: dict[tuple[str, FormKey], FormDraft] = {}
        self.first_boxes: dict[tuple[CellAddress, str], int] = {}
        self.first_states: dict[tuple[str, FormKey, str, int | None], int] = {}
        self.doubts: dict[tuple[str, str], list[int]] = {}
        self.groups: dict[str, str] = {}
        self.records: dict[str, None] = {}

    def read(self, saved_at: datetime) -> RecordFile:
        headers = self.file.sheet.places
        is_flat = any(header in self.columns.states for header in headers)
        self.is_eav = EAV_FIELD in headers and EAV_VALUE in headers and not is_flat

        record = self.columns.subject
        if self.is_eav and EAV_RECORD in headers:
            record = EAV_RECORD

        layout = Layout(record=record)
        if self.is_eav:
            layout = Layout(record=record, field=EAV_FIELD, value=EAV_VALUE)

        self._restore(layout)
        if self.is_eav:
            self._read_eav(record)
        else:
            self._read_flat()

        self._capture(saved_at)
        self._report_doubts()
        self.file.findings += subject_findings(
            self.study, self.file.sheet, record, self.subjects, eav=self.is_eav
        )

        return self.file

    def _restore(self, layout: Layout) -> None:
        """The file as it was before another program saved it."""
        visits = self.addresses.visits if self.structure.events else {}
        expected = record_expectations(self.study, self.columns, visits)
        self.restored = restored(self.file.sheet, expected, layout)
        self.file.sheet = self.restored.sheet
        self.file.habits = self.restored.habits
        self.file.findings += self.restored.findings

    def _capture(self, saved_at: datetime) -> None:
        """The drafts as captured forms, now that all rows are read."""
        filled = set()
        for (subject, key), draft in self.drafts.items():
            if not draft.says_something:
                continue

            filled.add(subject)
            draft.site = self.groups.get(subject, "")
            self.file.least += draft.differs
            form = captured(self.study, subject, key, draft, saved_at)
            self.file.forms.append(form)

        self.file.empty = [record for record in self.records if record not in filled]

    def _report_doubts(self) -> None:
        for (header, word), rows in self.doubts.items():
            cells = "1 cell"
            if len(rows) != 1:
                cells = f"{len(rows):,} cells"

            self.file.say(
                "redcap-blank-or-code", rows[0], header, word, name=header, cells=cells
            )

    # Flat: one row for each record and event

    def _read_flat(self) -> None:
        sheet = self.file.sheet
        subject = self.columns.subject
        if sheet.rows and subject not in sheet.places:
            headers = ", ".join(sheet.headers[:6])
            self.file.say("redcap-no-record-id", 1, "", headers, name=subject)
            return

        self._check_headers()
        for row in sheet.rows:
            self._read_row(row)

    def _check_headers(self) -> None:
        sheet = self.file.sheet
        row_numbers = self.restored.row_numbers
        known = [*self.columns.fields, *self.columns.states]

        for header in sheet.places:
            if self._knows(header) or header == row_numbers:
                continue

            if not self._is_unknown_box(header):
                near = did_you_mean(header, known)
                self.file.say("redcap-unknown-column", 1, header, header, near=near)

        # R writes the numbers of rows under a header without a name.
        if row_numbers == "":
            return

        if any("" in row.extra for row in sheet.rows):
            self.file.say("redcap-unknown-column", 1, "", "", near="")

    def _is_unknown_box(self, header: str) -> bool:
        """Says so once when a column is the box of an answer that its checkbox lacks,
        and it is ticked.
        """
        name, separator, code = header.partition(BOX)
        if not separator or name not in self.columns.combined:
            return False

        ticked = self._first_ticked(header)
        if ticked is None:
            return False

        # A header has _ for the sign of a negative code.
        if code[:1] == "_" and code[1:].isdigit():
            code = f"-{code[1:]}"

        text = ticked[header].strip()
        self.file.say(
            "redcap-unknown-box", ticked.number, header, text, name=name, answer=code
        )

        return True

    def _first_ticked(self, header: str) -> SheetRow | None:
        """The first row in which a box is ticked, by whatever word."""
        for row in self.file.sheet.rows:
            if row[header].strip() not in UNTICKED:
                return row

        return None

    def _knows(self, header: str) -> bool:
        columns = self.columns
        if header in SYSTEM or header == columns.subject:
            return True

        # A line of its own says which box it ticks; a flat cell may tick several.
        is_several = header in columns.combined
        if is_several and not self.is_eav:
            return True

        known = (columns.fields, columns.states, columns.timestamps)
        return any(header in headers for headers in known)

    def _read_row(self, row: SheetRow) -> None:
        address = self._address(row, self.columns.subject)
        if address is None:
            return

        if self.addresses.is_repeated(address):
            self.file.left_out.append(row.number)
            return

        self._note_record(address.subject, row[GROUP])
        address.blank_tables = self._blank_tables(row)

        for header, text in row.cells.items():
            if text and text.strip() and header not in SYSTEM:
                self._read_cell(address, header, text)

    def _address(self, row: SheetRow, record: str) -> RowAddress | None:
        """Where a row belongs; one without a record or a place is left out."""
        subject = row[record].strip()
        address = None
        # A record id that a program has changed has a finding already.
        is_changed = (record, row[record]) in self.restored.unsure
        if subject and not is_changed:
            address = self.addresses.find(row, subject)
        elif not is_changed:
            self.file.say("redcap-no-record", row.number, record, "")

        if address is None:
            self.file.left_out.append(row.number)

        return address

    def _note_record(self, subject: str, group: str) -> None:
        """A record and its group, which is the record's whatever row names it."""
        self.records.setdefault(subject)
        if group.strip():
            self.groups.setdefault(subject, group.strip())

    def _blank_tables(self, row: SheetRow) -> frozenset[str]:
        """The tables of which a row says nothing but ``NA`` and zeros, in a file in
        which NA is a blank.
        """
        nothing = self.restored.nothing
        if not nothing:
            return frozenset()

        blank: set[str] = set()
        filled: set[str] = set()
        for header, text in row.cells.items():
            word = text.strip()
            table = self.columns.table(header)
            if table is None or not word:
                continue

            if word in nothing:
                blank.add(table)
            elif word != "0" or self.columns.is_value(header):
                filled.add(table)

        return frozenset(blank - filled)

    # One cell

    def _read_cell(self, address: RowAddress, header: str, text: str) -> None:
        columns = self.columns
        column = columns.fields.get(header) or columns.combined.get(header)
        table = column.table if column else columns.states.get(header)
        if table is None:
            return

        # In a table that says nothing else, NA is the blank that a program wrote.
        if table in address.blank_tables and text.strip() in self.restored.nothing:
            return
        if not self.addresses.has_place(address, table, header, text):
            return

        if column is None:
            self._read_state(address, table, header, text)
        elif column.code is not None:
            self._read_box(address, header, column, text)
        else:
            self._read_value(address, header, column, text)

    def _read_value(
        self, address: RowAddress, header: str, column: FieldColumn, text: str
    ) -> None:
        row = address.row.number
        draft, key, number = self._draft(address, column.table)
        cell = (address.subject, key, CellKey(column.table, number, column.field.name))

        place = self.file.places.setdefault(
            cell, ValuePlace(row=row, column=header, text=text)
        )
        if place.row != row:
            self._say_twice(row, header, text, place.row)
            return

        draft.put(column, number, text)
        if (header, text) in self.restored.unsure:
            self.file.unread.add(cell)

        word = text.strip()
        if header in self.restored.doubtful and word in self.restored.nothing:
            self.doubts.setdefault((header, word), []).append(row)

    def _read_box(
        self, address: RowAddress, header: str, column: FieldColumn, text: str
    ) -> None:
        """A box that is ticked, or one that cannot be read: that one is kept as it is."""
        row, word = address.row.number, text.strip()
        draft = None
        if word == "0":
            # A box that is not ticked makes no form: REDCap writes it for all forms.
            key, number = self.addresses.form_key(address, column.table)
        else:
            draft, key, number = self._draft(address, column.table)

        cell = (address.subject, key, CellKey(column.table, number, column.field.name))
        first = self.first_boxes.setdefault((cell, header), row)
        if first != row:
            self._say_twice(row, header, text, first)
            return

        if draft is None:
            return

        place = ValuePlace(row=row, column=header, text=text)
        self.file.places.setdefault(cell, place)
        draft.put(column, number, text)

        if word not in BOXES:
            self.file.unread.add(cell)
            self.file.say("redcap-box", row, header, text)

    def _read_state(
        self, address: RowAddress, table: str, header: str, text: str
    ) -> None:
        """How far a form is; 0 is also what REDCap writes for a form that nobody has
        opened.
        """
        row, state = address.row.number, text.strip()
        draft, key, number = self._draft(address, table)
        instance = (address.subject, key, table, number)

        first = self.first_states.setdefault(instance, row)
        if first != row:
            self._say_twice(row, header, text, first)
            return

        is_known = state in STATES
        if not is_known:
            self.file.say("redcap-state", row, header, text)

        draft.states[table, number] = int(state) if is_known else 0
        if address.instrument == table or not is_known:
            draft.given.add((table, number))

    def _say_twice(self, row: int, header: str, text: str, first: int) -> None:
        """A value that an earlier row has given already is left out."""
        self.file.say("redcap-value-twice", row, header, text, name=header, first=first)

    def _draft(
        self, address: RowAddress, table: str
    ) -> tuple[FormDraft, FormKey, int | None]:
        """The form that a cell belongs to, and the number of its row."""
        if table in address.drafts:
            return address.drafts[table]

        key, number = self.addresses.form_key(address, table)
        draft = self.drafts.setdefault((address.subject, key), FormDraft())
        self.file.rows.setdefault((address.subject, key), address.row.number)
        address.drafts[table] = draft, key, number

        return draft, key, number

    # One value a line

    def _read_eav(self, record: str) -> None:
        for row in self.file.sheet.rows:
            address = self._address(row, record)
            if address is not None:
                self._read_line(address)

    def _read_line(self, address: RowAddress) -> None:
        row = address.row
        name = row[EAV_FIELD].strip()
        text = row[EAV_VALUE]
        # The group stands in a line of its own, or in a column of every line.
        group = text if name == GROUP else row[GROUP]
        self._note_record(address.subject, group)

        header = self._eav_header(name, text)
        if header is None:
            self._say_unknown(row, name, text.strip())
            return

        is_value = text.strip() != "" and header != self.columns.subject
        if is_value:
            # A line that ticks a box has the box's code as its value.
            self._read_cell(address, header, text if header == name else "1")

    def _say_unknown(self, row: SheetRow, name: str, code: str) -> None:
        """A line of an unknown field, or of a box which its checkbox lacks."""
        if name not in self.columns.combined:
            near = did_you_mean(name, self.columns.fields)
            self.file.say(
                "redcap-unknown-column",
                row.number,
                EAV_FIELD,
                name,
                once=name,
                near=near,
            )
        elif code:
            self.file.say(
                "redcap-unknown-box",
                row.number,
                EAV_VALUE,
                code,
                once=f"{name} {code}",
                name=name,
                answer=code,
            )

    def _eav_header(self, name: str, text: str) -> str | None:
        """The column of a flat export that a line stands for: a ticked box has its code
        as the value.
        """
        if self._knows(name):
            return name

        code = text.strip()
        for header, column in self.columns.fields.items():
            if column.code is None or code not in (column.code, column.redcap):
                continue

            checkbox = self.columns.names[column.table, column.field.name]
            if checkbox == name:
                return header

        return None
