"""Reads one table record by record: damage is reported, cells are judged, sound rows go
to the store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.suggestions import did_you_mean, nearest
from forms_spec.model.captured_data import LOG
from generator.package.csv_records import CsvRecord, Records
from generator.tables import layout
from generator.validation.audit_trail import Trail
from generator.validation.report.report import Collector, Reported
from generator.validation.row_keys import Key, KeyChecks, KeyFault, TableKeys, part
from generator.validation.row_store import (
    DataLine,
    FormLine,
    KeptLine,
    SchemaFailure,
    Store,
    SubjectLine,
    UnreadableCell,
)
from generator.validation.table_plan import CellReader, TablePlan, missing_values

if TYPE_CHECKING:  # packages of others do without
    from generator.validation.known_names import KnownNames

PROGRESS_EVERY = 5000
LONGEST_WORDS = 200
MOST_REASONS = 10
MOST_REMEMBERED, LONGEST_REMEMBERED = 10_000, 100
NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAYS = {
    "enum": "it is not one of the codes",
    "pattern": "it does not match the pattern",
    "required": "it is blank",
}
_CODE = re.compile(r"'(0[0-9]*)'")
"""A code with a leading zero, in what Frictionless says of a list of codes."""
_NUMBERS = (layout.UNSNO, layout.ROW, "formstat", "version", "query", "entry")


@dataclass(kw_only=True)
class TableReading:
    """One table being read. ``at`` is its place in the plan, ``schema`` is
    Frictionless's, and None where it is not needed: in a table of a study that is read
    record by record.

    ``ours`` is True in a package of a study, whose subjects and forms have tables of
    their own. ``parents`` gives the keys that a foreign key may name, ``progress`` is
    told now and then, ``reopen`` gives the file once more. ``there`` are the columns of
    the schema that the file has. ``trail`` compares the cells with the audit trail.
    """

    at: int
    plan: TablePlan
    schema: Any
    readers: Sequence[CellReader]
    checked: TableKeys
    parents: Sequence[set[Key]]
    store: Store
    collector: Collector
    progress: Callable[[], None]
    reopen: Callable[[], AbstractContextManager[Records]]
    ours: bool = True
    rows: int = 0
    order: list[int | None] = field(default_factory=list)
    width: int = 0
    there: frozenset[str] = frozenset()
    keys: frozenset[str] = field(init=False)
    numbers: frozenset[str] = field(init=False)
    blank_keys: frozenset[str] = field(init=False)
    retiring: tuple[tuple[str, int, Mapping[str, str]], ...] = field(init=False)
    past_lines: set[int] = field(default_factory=set)
    make: Make | None = field(init=False)
    key_checks: KeyChecks | None = None
    trail: Trail | None = None

    def __post_init__(self) -> None:
        """A dictionary may well have a field named ``version``: only our own columns
        are looked at.
        """
        table, known = self.plan.table, self.plan.known
        is_system = table is None and self._is_system()

        self.keys = frozenset()
        if table:
            self.keys = frozenset(layout.key_columns(table))

        ours = self.keys
        if is_system:
            ours = frozenset(self.plan.columns)

        self.numbers = ours.intersection(_NUMBERS)
        self.blank_keys = self.plan.blank_keys if ours else frozenset()
        self.retiring = known.retiring(self.plan.columns) if known else ()

        # Tables of others are compared, and stored nowhere.
        self.make = None
        if table:
            self.make = _data
        elif is_system:
            self.make = _MAKERS.get(self.plan.name)

    def _is_system(self) -> bool:
        """True for a table that every study has, and not one of others with its name."""
        name = self.plan.name
        if not self.ours or name not in layout.SYSTEM_COLUMNS:
            return False

        # Packages from before entries were recorded lack their columns.
        without_entries = layout.system_columns(name, entries=False)

        return self.plan.columns in (layout.system_columns(name), without_entries)

    @cached_property
    def sound(self) -> tuple[set[str], ...]:
        """Texts of each column that were found to be right, so that equal ones are not
        read again.
        """
        return tuple(set() for _ in self.plan.columns)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The type of each field."""
        return {item.name: item.type for item in self.schema.fields}

    @cached_property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """The texts that stand for no value, field by field."""
        return tuple(missing_values(item) for item in self.schema.fields)

    def run(self, records: Records) -> None:
        """The whole file."""
        if self.header(records.next()):
            self.body(records)

    def header(self, header: CsvRecord | None) -> bool:
        """Looks at the names of the columns; False when there are none."""
        if header is None or not any(header.cells):
            self.note("empty-table", 1)
            return False

        if result := other_delimiter(header.cells, self.plan):
            words = {
                "found": delimiter_said(result),
                "wanted": delimiter_said(self.plan.delimiter),
            }
            self.note("other-delimiter", header.line, **words)
            return False

        self._header(header)
        parents: list[Any] = []
        for foreign, keys in zip(self.checked.foreign, self.parents, strict=True):
            if self.there.issuperset(foreign.fields):
                parents.append(keys)

        self.checked = self.checked.present(self.there)
        self.start_keys(parents)

        return True

    def start_keys(self, parents: Sequence[Any]) -> None:
        """The columns are known, so that keys can be compared."""
        if self.checked.columns:
            self.key_checks = KeyChecks(keys=self.checked, parents=parents)

    def body(self, records: Records) -> None:
        """Every row after the header."""
        for record in records:
            self.take(record)

    def take(self, record: CsvRecord) -> None:
        """One record: judged, compared and stored."""
        if self.is_blank(record.cells):
            self.note_blank(record.line, record.cells)
            return

        self.rows += 1
        if not self.rows % PROGRESS_EVERY:
            self.progress()

        cells = self._align(record)
        if self.trail:
            self.trail.row(self.plan, cells)
        if any(cells[index] in names for _, index, names in self.retiring):
            self.past_lines.add(record.line)

        refused = self._judge_cells(record, cells)
        if self.checked.columns:
            self.compare(record.line, cells)

        self.keep(record.line, cells, refused)

    def is_blank(self, cells: Sequence[str]) -> bool:
        """True for a row without any text or, in a table of others, of nothing but
        missing values.
        """
        if self.ours or not cells or not self.there:
            return not any(cells)

        known = zip(self.missing, self.order, strict=True)

        return all(
            index >= len(cells) or cells[index] in value
            for value, index in known
            if index is not None
        )

    def note_blank(self, line: int, cells: Sequence[str]) -> None:
        """A row without a value: nothing at all, or reasons why there is none."""
        if not any(cells):
            self.note("blank-line", line)
            return

        reasons: list[str] = []
        for position, place in enumerate(self.order):
            if place is not None and place < len(cells):
                reasons.append(self.reason(position, cells[place]))

        if len(reasons) == 1:
            says = f"it says {reasons[0]}"
        else:
            shown = reasons[:MOST_REASONS]
            if len(reasons) > MOST_REASONS:
                shown.append("...")

            says = f"every cell is missing ({', '.join(shown)})"

        self.note("missing-row", line, says=says)

    def reason(self, position: int, text: str) -> str:
        """A missing code with its label, where it has one; ``position`` is the place of
        its field.
        """
        field = self.plan.schema["fields"][position]
        codes = field.get("missingValues", self.plan.schema.get("missingValues", ()))
        label = None
        for code in codes:
            # Codes may also be given as bare texts, which have no label.
            if isinstance(code, Mapping) and code["value"] == text:
                label = code.get("label")

        if not text:
            return "blank"
        if not label:
            return text

        return f"{text} ({label})"

    def keep(self, line: int, cells: list[str], refused: frozenset[str]) -> None:
        """Stores a row that can be placed."""
        if (
            self.make
            and self.has_place(line, cells)
            and (built := self.make(self, line, cells, refused))
        ):
            self.store.add(built)

    def has_place(self, line: int, cells: Sequence[str]) -> bool:
        """False for a row of a form or visit that the dictionary has no more; the form
        itself says so.
        """
        if self.plan.known and self.plan.name == layout.SUBJECTS:
            self._look_at_subject(self.plan.known, line, cells)

        gone = [name for name, index, names in self.retiring if cells[index] in names]
        if not gone:
            return True

        if self.plan.name == layout.FORMS:
            subject, visit, form = cells[1], cells[2], cells[4]
            self.note(
                "form-retired",
                line,
                name=gone[-1],
                value=form,
                visit=visit,
                subject=subject,
            )

        return False

    def _look_at_subject(
        self, known: KnownNames, line: int, cells: Sequence[str]
    ) -> None:
        site, subject = cells[1], cells[2]
        if not subject:
            return

        fault = known.subject_fault(site, subject)
        if fault is None:
            return

        code, words = fault
        name = layout.SITE if code == "site-retired" else layout.SUBJECT
        self.note(code, line, name=name, value=subject, **words)

    def compare(self, line: int, cells: list[str]) -> None:
        """The keys of a row, with those of the rows before it."""
        assert self.key_checks is not None
        parts, texts = self.parts(cells)
        for fault in self.key_checks.row(line, parts, texts):
            self.note_key(line, fault)

    def parts(self, cells: list[str]) -> tuple[dict[str, str | None], dict[str, str]]:
        """The values and the texts of the key columns."""
        parts, texts = {}, {}
        for name, text, read in zip(
            self.plan.columns, cells, self.readers, strict=True
        ):
            if name in self.checked.columns:
                parts[name] = part(read(text)[0], self.kinds[name])
                texts[name] = text

        return parts, texts

    def note_key(self, line: int, fault: KeyFault) -> None:
        self.note(fault.code, line, name=fault.field, value=fault.value, **fault.words)

    def note(
        self,
        code: str,
        line: int,
        *,
        name: str | None = None,
        value: str | None = None,
        **words: Any,
    ) -> None:
        self.collector.add(self.reported(code, line, name=name, value=value, **words))

    def reported(
        self,
        code: str,
        line: int,
        *,
        name: str | None = None,
        value: str | None = None,
        **words: Any,
    ) -> Reported:
        """A finding about a line of this file."""
        plan = self.plan
        result = finding(
            code, value=value, table=plan.name, field=name, path=plan.path, **words
        )

        return Reported(
            finding=result, file=plan.path, table=plan.name, row=line, field=name
        )

    def _header(self, header: CsvRecord) -> None:
        columns, given = self.plan.columns, labels(header, ours=self.ours)
        self.width = len(given)

        # Of a name that comes twice, the first place counts.
        places: dict[str, int] = {}
        for position, name in enumerate(given):
            places.setdefault(name, position)

        unknown = [name for name in given if name not in columns]
        absent = [name for name in columns if name not in places]

        for position, name in enumerate(given):
            if places[name] != position:
                self.note("repeated-column", header.line, name=name, value=name)
            elif name in unknown:
                near = did_you_mean(name, absent)
                self.note(
                    "unknown-column", header.line, name=name, value=name, near=near
                )

        for name in absent:
            if name not in self.plan.optional:
                self._note_missing_column(header.line, name, unknown)

        known = [name for name in given if name in columns]
        is_complete = sorted(known) == sorted(columns)
        if is_complete and known != list(columns):
            self.note("column-order", header.line)

        self.order = [places.get(name) for name in columns]
        self.there = frozenset(places).intersection(columns)

    def _note_missing_column(
        self, line: int, name: str, unknown: Sequence[str]
    ) -> None:
        near = ""
        meant = nearest(name, unknown)
        if meant:
            near = f'If "{meant}" is meant, name it {name}. '

        self.note("missing-column", line, name=name, near=near)

    def _align(self, record: CsvRecord) -> list[str]:
        cells = record.cells
        if len(cells) != self.width:
            code = "too-many-cells" if len(cells) > self.width else "too-few-cells"
            self.note(code, record.line, given=len(cells), wanted=self.width)

        return self.aligned(cells)

    def aligned(self, cells: Sequence[str]) -> list[str]:
        """The cells in the order of the schema, blank ones for what is not there."""
        return [
            cells[index] if index is not None and index < len(cells) else ""
            for index in self.order
        ]

    def _judge_cells(self, record: CsvRecord, cells: list[str]) -> frozenset[str]:
        """Reports damaged cells, notes what Frictionless refuses; gives the columns
        that are refused.
        """
        # Damage is not seen in the text, so every cell of such a row is looked at.
        unknown: Sequence[int] = range(len(cells))
        if not record.damaged:
            unknown = [
                place for place in unknown if cells[place] not in self.sound[place]
            ]

        refused: set[str] = set()

        for place in unknown:
            name, text, read = (
                self.plan.columns[place],
                cells[place],
                self.readers[place],
            )
            index = self.order[place]
            if index is None:
                continue

            if index in record.damaged:
                self.note("not-utf8", record.line, name=name, value=text)
                self.store.add(UnreadableCell(self.at, record.line, name))
                refused.add(name)
            elif name in self.numbers and text and not NUMBER.fullmatch(text):
                self.note("bad-key-number", record.line, name=name, value=text)
                refused.add(name)
            elif fault := cell_fault(text, read, ours=self.ours):
                self.doubt(record.line, name, text, *fault)
                refused.add(name)
            elif (
                len(self.sound[place]) < MOST_REMEMBERED
                and len(text) <= LONGEST_REMEMBERED
            ):
                self.sound[place].add(text)

        return frozenset(refused)

    def doubt(self, line: int, name: str, text: str, code: str, says: str) -> None:
        """A field of the dictionary waits for the judge's words; no one else speaks of
        other columns.

        Nobody judges a row of a form or visit that the dictionary has no more.
        """
        if not self.waits(name):
            self.note(code, line, name=name, value=text, says=says)
            return

        if line not in self.past_lines:
            self.store.add(SchemaFailure(self.at, line, name, code, says, text))

    def waits(self, name: str) -> bool:
        """True for a field of the dictionary."""
        return self.plan.table is not None and name not in self.keys


def labels(header: CsvRecord, *, ours: bool) -> list[str]:
    """The names in a header; blanks around them do not count in packages of others."""
    if ours:
        return header.cells

    return [name.strip() for name in header.cells]


def cell_fault(text: str, read: CellReader, *, ours: bool) -> tuple[str, str] | None:
    """The code and the words of what is wrong with a cell by its schema alone.

    A NUL says enough of a cell of ours; in packages of others it may be tolerated, and
    what it spoils not.
    """
    notes = read(text)[1]
    if "\0" in text and (ours or not notes):
        return "nul-character", ""
    if not notes:
        return None

    # What is no value of the type cannot be compared with any limit.
    code = "cell-constraint"
    if "type" in notes:
        code = "cell-type"

    parts = [_said(constraint, note, text) for constraint, note in notes.items()]
    says = ", ".join(parts)

    return code, says[:LONGEST_WORDS]


def _said(constraint: str, note: str, text: str) -> str:
    """A constraint in words; a code that only lost its zeros is named, for spreadsheets
    take them away.
    """
    # Spreadsheets take zeros away, which the message of a list alone does not say.
    if constraint == "enum" and text.isdecimal():
        plain = text.lstrip("0")
        for code in _CODE.findall(note):
            if code.lstrip("0") == plain:
                return f"it is {code} without its leading zeros"

    return _SAYS.get(constraint, note)


def other_delimiter(cells: Sequence[str], plan: TablePlan) -> str | None:
    """The character that evidently parts the cells of a file whose header is one cell."""
    if len(cells) != 1:
        return None

    header = cells[0]
    if header in plan.columns:
        return None

    for delimiter in _DELIMITERS:
        if delimiter == plan.delimiter:
            continue

        names = [name.strip(' "') for name in header.split(delimiter)]
        known = sum(name in plan.columns for name in names)

        # A single name may be there by chance.
        is_known = known > 1
        if is_known and known * 2 >= len(names):
            return delimiter

    return None


def delimiter_said(delimiter: str) -> str:
    """The character's name in the plural."""
    return _DELIMITERS.get(delimiter, f'"{delimiter}"')


Make = Callable[[TableReading, int, list[str], frozenset[str]], Any]
"""What the store keeps of a row, given its line, its cells and the columns that are
refused.
"""


def _key(
    reading: TableReading, cells: list[str], refused: frozenset[str]
) -> dict[str, Any] | None:
    """The key columns of a row, or None when the row cannot be placed."""
    results: dict[str, Any] = {}
    for name, text in zip(reading.plan.columns, cells, strict=True):
        if name not in layout.ROW_KEY:
            continue
        # A field of the dictionary may have the name of a key column.
        if reading.plan.table and name not in reading.keys:
            continue

        if name in refused:
            return None
        if not text and name not in reading.blank_keys:
            return None

        if name not in _NUMBERS:
            results[name] = text
        else:
            results[name] = int(text) if text else None

    return results


def _data(
    reading: TableReading, line: int, cells: list[str], refused: frozenset[str]
) -> DataLine | None:
    key = _key(reading, cells, refused)
    if key is None:
        return None

    own = json.dumps(cells[len(key) :], ensure_ascii=False)

    return DataLine(
        reading.at, line, key[layout.SITE], key[layout.SUBJECT], key.get(layout.VISIT, LOG),
        key.get(layout.UNSNO, 0), key.get(layout.ROW), own,
    )  # fmt: skip


def _subject(
    reading: TableReading, line: int, cells: list[str], refused: frozenset[str]
) -> SubjectLine | None:
    key = _key(reading, cells, refused)
    if key is None:
        return None

    return SubjectLine(line, key[layout.SITE], key[layout.SUBJECT])


def _form(
    reading: TableReading, line: int, cells: list[str], refused: frozenset[str]
) -> FormLine | None:
    key = _key(reading, cells, refused)
    form, status, version, saved_at, saved_by = cells[4:]
    if key is None or not form or "form" in refused:
        return None

    return FormLine(
        line, key[layout.SITE], key[layout.SUBJECT], key[layout.VISIT], key[layout.UNSNO], form,
        int(status) if NUMBER.fullmatch(status) else 0,
        int(version) if NUMBER.fullmatch(version) else 0,
        saved_at, saved_by,
    )  # fmt: skip


def _kept(
    reading: TableReading, line: int, cells: list[str], refused: frozenset[str]
) -> KeptLine | None:
    key = _key(reading, cells, refused)
    if key is None or cells[9] != "kept":
        return None

    return KeptLine(
        line, key[layout.SUBJECT], key[layout.VISIT], key[layout.UNSNO], cells[4], cells[5],
        key[layout.ROW], cells[7], cells[8], cells[10],
    )  # fmt: skip


_MAKERS: Mapping[str, Make] = {
    layout.SUBJECTS: _subject,
    layout.FORMS: _form,
    layout.QUERIES: _kept,
}
