"""Where each row of a file of records belongs: its visit, instrument and instance."""

from __future__ import annotations

from dataclasses import dataclass, field

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.redcap.event_names import event_names
from generator.redcap.reading.csv_sheet import SheetRow
from generator.redcap.records.columns import (
    EVENT,
    INSTANCE,
    INSTRUMENT,
    RecordColumns,
)
from generator.redcap.records.drafts import FormDraft
from generator.redcap.records.expectations import INSTANCE_NUMBER
from generator.redcap.records.record_file import KnownStructure, RecordFile


@dataclass(kw_only=True, slots=True)
class RowAddress:
    """Where a row belongs: ``instrument`` is the one that it is about, and ``instance``
    its number, 0 for none.

    ``blank_tables`` are those of which the row says nothing but the word that a program
    writes for a blank. ``placed`` are the tables that are known to have a place in the
    row, and ``drafts`` the form of each table: a row has many cells of each.
    """

    row: SheetRow
    subject: str
    visit: str
    instrument: str | None
    instance: int
    blank_tables: frozenset[str] = frozenset()
    placed: set[str] = field(default_factory=set)
    drafts: dict[str, tuple[FormDraft, FormKey, int | None]] = field(
        default_factory=dict
    )


class RowAddresses:
    """Finds where rows belong. What has no place is a finding of the file."""

    def __init__(
        self,
        study: Study,
        columns: RecordColumns,
        structure: KnownStructure,
        file: RecordFile,
    ) -> None:
        self.study = study
        self.columns = columns
        self.structure = structure
        self.file = file
        self.visits = {visit: visit for visit in study.visits} | {
            name: visit for visit, name in event_names(study).items()
        }
        self.row_tables = {
            name for name, table in study.tables.items() if table.group is not None
        }
        self.first_rows: dict[tuple[str, str, str | None, int], int] = {}

    def find(self, row: SheetRow, subject: str) -> RowAddress | None:
        """Visit, instrument and instance of a row; None for one that has no place."""
        # A row may have several faults, so all three are looked at.
        visit = self._visit(row)
        instance = self._instance(row)
        is_known = self._knows_instrument(row)
        if visit is None or instance is None or not is_known:
            return None

        return RowAddress(
            row=row,
            subject=subject,
            visit=visit,
            instrument=row[INSTRUMENT].strip() or None,
            instance=instance,
        )

    def _visit(self, row: SheetRow) -> str | None:
        event = row[EVENT].strip()
        # A project without events has none in its rows, and one visit here.
        visit = self.visits.get(event, event) or next(iter(self.study.visits), "")
        if visit in self.study.visits:
            return visit

        if not self.structure.events:
            self.file.strange.setdefault(event)
            return visit

        near = did_you_mean(event, self.visits)
        self.file.say("redcap-record-event", row.number, EVENT, event, near=near)
        return None

    def _instance(self, row: SheetRow) -> int | None:
        instance = row[INSTANCE].strip()
        if not instance:
            return 0
        if INSTANCE_NUMBER.fullmatch(instance):
            return int(instance)

        self.file.say("redcap-record-number", row.number, INSTANCE, instance)
        return None

    def _knows_instrument(self, row: SheetRow) -> bool:
        instrument = row[INSTRUMENT].strip()
        if not instrument or instrument in self.columns.forms:
            return True

        near = did_you_mean(instrument, self.columns.forms)
        self.file.say(
            "redcap-record-instrument", row.number, INSTRUMENT, instrument, near=near
        )

        return False

    def is_repeated(self, address: RowAddress) -> bool:
        """Whether an earlier row is about the same record, event, instrument and
        instance.
        """
        instance = address.instance
        if address.instrument in self.row_tables:
            # The first row of a group may have no number.
            instance = max(instance, 1)

        key = (address.subject, address.visit, address.instrument, instance)
        row = address.row

        first = self.first_rows.setdefault(key, row.number)
        if first == row.number:
            return False

        named = {self.columns.subject: address.subject}
        for header in (EVENT, INSTRUMENT, INSTANCE):
            if row[header].strip():
                named[header] = row[header].strip()

        self.file.say(
            "repeated-key",
            row.number,
            self.columns.subject,
            ", ".join(named.values()),
            key=", ".join(named),
            first=first,
        )

        return True

    def has_place(
        self, address: RowAddress, table: str, header: str, text: str
    ) -> bool:
        """Whether a row of this instrument, event and instance can hold a value of the
        table.
        """
        if table in address.placed:
            return True

        # REDCap writes 0 for every box and form that has no place in a row, too.
        says_nothing = text.strip() == "0" and not self.columns.is_value(header)
        row = address.row.number

        is_elsewhere = address.instrument not in (None, table)
        if is_elsewhere:
            if not says_nothing:
                self.file.say(
                    "redcap-record-elsewhere",
                    row,
                    header,
                    text,
                    form=address.instrument,
                )

            return False

        form = self.study.forms[self.columns.forms[table]]
        if self.structure.events and not self._is_expected(form, address.visit):
            if not says_nothing:
                words = {"form": form.title, "event": address.visit}
                self.file.say("redcap-record-form", row, header, text, **words)

            return False

        if self._may_repeat(address, form, table):
            address.placed.add(table)
            return True

        return says_nothing

    def _is_expected(self, form: Form, visit: str) -> bool:
        return form.log or (form.name, visit) in self.study.expectations

    def _may_repeat(self, address: RowAddress, form: Form, table: str) -> bool:
        """Whether the instance that a row names can be, where the dictionary says what
        repeats.
        """
        if address.instance < 2 or self._repeats(address.visit, table):
            return True
        if not self.structure.repeats:
            self.file.strange.setdefault(f"instances of {form.title}")
            return True

        row = address.row.number
        self.file.say(
            "redcap-record-instance",
            row,
            INSTANCE,
            str(address.instance),
            once=f"{row} {table}",
            form=form.title,
        )

        return False

    def _repeats(self, visit: str, table: str) -> bool:
        if table in self.row_tables:
            return True

        planned = self.study.visits.get(visit)
        if planned is None:
            return False

        return planned.repeats

    def form_key(self, address: RowAddress, table: str) -> tuple[FormKey, int | None]:
        """The form that a cell of a table belongs to, and the number of its row."""
        form = self.study.forms[self.columns.forms[table]]
        planned = self.study.visits.get(address.visit)
        in_rows = table in self.row_tables
        visit_number = address.instance
        row_number = max(address.instance, 1)

        if planned is not None and planned.repeats:
            # Nothing repeats within an event that repeats: the instance is the visit's.
            visit_number = row_number
            if not form.log:
                row_number = 1
        elif self.structure.repeats or in_rows:
            visit_number = 0

        key = FormKey(form.name, address.visit, visit_number)
        if form.log:
            key = FormKey(form.name, LOG, 0)

        return key, row_number if in_rows else None
