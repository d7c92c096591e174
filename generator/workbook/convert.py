"""A dictionary as a workbook, and a workbook as a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms_spec import load_study
from forms_spec.findings.finding import Finding
from forms_spec.loading.lookup_tables import is_table_file
from forms_spec.yaml_source.document import Data
from generator.dictionary.yaml_patch import patch_yaml
from generator.dictionary.yaml_writer import write_yaml
from generator.workbook.cell_finder import CellFinder
from generator.workbook.cell_text import TOO_LONG
from generator.workbook.layout import SHEETS, WorkbookSheet
from generator.workbook.matched_rows import renamed
from generator.workbook.read_workbook import NoWorkbook, as_before, read_sheets
from generator.workbook.sheet_table import (
    ReadRow,
    SheetNotes,
    SheetPlace,
    SheetTable,
)
from generator.workbook.source_texts import yaml_data
from generator.workbook.study_files import build_files
from generator.workbook.study_rows import (
    StudyRow,
    mapping,
    study_rows,
    visit_columns,
)
from generator.workbook.workbook_rows import BuiltFiles

MOST_NAMED = 10
"""So many names of entries a finding lists."""


@dataclass(frozen=True, kw_only=True)
class ReadWorkbook:
    """The texts of the files, none if a sheet has an error; and all findings.

    ``rewritten`` are the files that had to be written anew, without their comments.
    """

    files: Mapping[str, str]
    findings: tuple[Finding, ...]
    rewritten: tuple[str, ...] = ()
    fields: int = 0
    usable: bool = field(default=True)


def read_workbook(name: str, content: bytes) -> ReadWorkbook:
    """The dictionary that a workbook says; ``name`` is that of its file.

    A file of which no cell was changed comes back byte for byte.
    """
    notes = SheetNotes(name)
    try:
        sheets = read_sheets(content, notes)
    except NoWorkbook as error:
        notes.say("sheet-no-workbook", notes.place(""), why=str(error))
        return ReadWorkbook(files={}, findings=tuple(notes.findings), usable=False)

    texts = sheets.texts or {}
    base = yaml_data(texts)
    old = study_rows(base)
    visits = visit_columns(base)
    tables = {
        sheet.name: _completed(
            sheet, sheets.tables.get(sheet.name), old[sheet.name], visits, notes
        )
        for sheet in SHEETS
    }
    built = build_files(base, tables, notes)
    if notes.refuse:
        return ReadWorkbook(files={}, findings=tuple(notes.findings), usable=False)

    return _written(texts, tables, built, notes)


def _completed(
    sheet: WorkbookSheet,
    table: SheetTable | None,
    old: Sequence[StudyRow],
    visits: Sequence[str],
    notes: SheetNotes,
) -> SheetTable:
    """A table with what it lacks of the kept texts: itself, columns, long values."""
    if table is None:
        columns = {column.name: 1 for column in sheet.all_columns}
        return SheetTable(
            sheet=sheet, columns=columns, rows=as_before(old), visits=visits
        )

    known = {row.key: row for row in old if row.key}
    lacking = _lacking(table, old, notes)
    rows = [
        _completed_row(
            row, known.get(row.key), lacking, notes.place(sheet.name, row.number), notes
        )
        for row in table.rows
    ]
    _warn_of_deleted(table, old, notes)

    return replace(table, rows=rows)


def _lacking(
    table: SheetTable, old: Sequence[StudyRow], notes: SheetNotes
) -> frozenset[str]:
    """The columns that are gone although entries have values there."""
    used = {name for row in old for name in row.cells}
    names = {column.name for column in table.sheet.columns}
    lacking = (used & names) - set(table.columns)
    for name in sorted(lacking):
        place = notes.place(table.sheet.name)
        notes.say("sheet-column-missing", place, name=name, sheet=table.sheet.name)

    return frozenset(lacking)


def _completed_row(
    row: ReadRow,
    old: StudyRow | None,
    lacking: frozenset[str],
    place: SheetPlace,
    notes: SheetNotes,
) -> ReadRow:
    """A row with the old values of columns that are gone, or of long cells."""
    before: Mapping[str, Data] = old.cells if old else {}
    cells = dict(row.cells)
    for name, value in before.items():
        if name in lacking or cells.get(name) == TOO_LONG:
            cells[name] = value

    if TOO_LONG in cells.values():
        notes.say("sheet-long-cell", place)

    return row._replace(cells=cells)


def _warn_of_deleted(
    table: SheetTable, old: Sequence[StudyRow], notes: SheetNotes
) -> None:
    """Says which entries a sheet has no longer, and which have another name."""
    sheet = table.sheet
    present = {row.key for row in table.rows}
    column = table.columns[sheet.keys[-1].name] if sheet.keys else 1
    for before, row in renamed(old, table.rows):
        place = notes.place(sheet.name, row.number, column)
        names = {"old": _name(before.key), "name": _name(row.key)}
        notes.say("sheet-renamed", place, **names)
        present.add(before.key)

    gone = [_name(row.key) for row in old if row.key not in present]
    if not sheet.keys and len(table.rows) < len(old):
        gone = [f"{len(old) - len(table.rows)} rows"]
    if not gone:
        return

    names_of_gone = ", ".join(gone[:MOST_NAMED])
    if len(gone) > MOST_NAMED:
        names_of_gone = f"{names_of_gone} and {len(gone) - MOST_NAMED} more"

    notes.say("sheet-deleted", notes.place(sheet.name), names=names_of_gone)


def _name(key: Sequence[str]) -> str:
    return ".".join(filter(None, key))


def _written(
    texts: Mapping[str, str],
    tables: Mapping[str, SheetTable],
    built: BuiltFiles,
    notes: SheetNotes,
) -> ReadWorkbook:
    # Tables in CSV have no sheet: they stay as they are.
    files = {name: text for name, text in texts.items() if is_table_file(name)}
    rewritten: list[str] = []
    for name, data in built.files.items():
        if name not in texts:
            files[name] = write_yaml(mapping(data))
            continue

        patched = patch_yaml(name, texts[name], mapping(data))
        files[name] = patched.text
        if not patched.kept:
            rewritten.append(name)
            place = notes.place(SHEETS[0].name)
            notes.say("sheet-comments-lost", place, file=name)

    loaded = load_study(files)
    mapper = CellFinder(files, tables, built, notes)
    findings = [mapper.mapped(item) for item in loaded.findings]
    tables_of = loaded.study.tables.values() if loaded.study else ()

    return ReadWorkbook(
        files=files if loaded.study else {},
        findings=(*notes.findings, *findings),
        rewritten=tuple(rewritten),
        fields=sum(len(table.fields) for table in tables_of),
        usable=loaded.study is not None,
    )
