"""The rows of every sheet, from the data of a dictionary's files.

The data are those of the text, so that nothing is lost that a study does not need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from forms_spec.loading.file_nouns import NOUNS
from forms_spec.yaml_source.document import Data, Path
from generator.workbook.layout import (
    CODELISTS,
    CONDITION,
    DERIVATIONS,
    ELIGIBILITY,
    FIELDS,
    FILE,
    FORMS,
    GROUPS,
    MISSING,
    OTHER,
    PARAMETERS,
    REFERENCE_RANGES,
    ROLES,
    RULES,
    SCHEDULE,
    SITES,
    STUDY,
    TRANSLATIONS,
    VISITS,
    WorkbookSheet,
)

Files = Mapping[str, Data]
"""The data of the files by name."""

COLUMNS = "columns"
PARTS: Mapping[str, frozenset[str]] = {
    "study": frozenset({"sites", "missing", "parameters"}),
    "eligibility": frozenset({"inclusion", "exclusion"}),
    "reference_ranges": frozenset({COLUMNS, "rows"}),
}
"""The parts on the sheet ``study``, with the keys that have sheets of their own."""

IN_STUDY = ((SITES, "sites"), (MISSING, "missing"), (PARAMETERS, "parameters"))
FORM_PARTS = frozenset({"form", "fields", "groups"})


class StudyRow(NamedTuple):
    """A row of a sheet: what names it, its cells, and where the entry stands.

    ``entry`` is the data of the entry as the file has it.
    """

    key: tuple[str, ...]
    cells: Mapping[str, Data]
    file: str
    path: Path
    entry: Data


def study_rows(files: Files) -> dict[str, list[StudyRow]]:
    """The rows by the name of their sheet, in the order of the files."""
    return {
        STUDY.name: [*_settings(files)],
        **{sheet.name: [*_in_study(files, sheet, key)] for sheet, key in IN_STUDY},
        CODELISTS.name: [*_codelists(files)],
        VISITS.name: [*_entries(files, VISITS, "visits")],
        SCHEDULE.name: [*_schedule(files)],
        FORMS.name: [*_forms(files)],
        GROUPS.name: [*_groups(files)],
        FIELDS.name: [*_fields(files)],
        RULES.name: [*_entries(files, RULES, "rules")],
        DERIVATIONS.name: [*_entries(files, DERIVATIONS, "derivations")],
        ELIGIBILITY.name: [*_criteria(files)],
        REFERENCE_RANGES.name: [*_ranges(files)],
        ROLES.name: [*_entries(files, ROLES, "roles")],
        TRANSLATIONS.name: [*_translations(files)],
    }


def noun_of(data: Data) -> str:
    """The key that says what a file holds, or nothing."""
    if not isinstance(data, dict):
        return ""

    return next((key for key in data if key in NOUNS), "")


def mapping(data: Data | Mapping[str, Data], *path: str) -> dict[str, Data]:
    """The mapping at a path, empty where there is none."""
    inner: object = data
    for key in path:
        inner = inner.get(key) if isinstance(inner, Mapping) else None

    return inner if isinstance(inner, dict) else {}


def entry_cells(sheet: WorkbookSheet, entry: Data) -> dict[str, Data]:
    """The cells of an entry: a column for each key, the rest together."""
    names = {column.name for column in sheet.columns}
    if OTHER not in names:
        return {sheet.columns[0].name: entry}
    if isinstance(entry, str) and sheet.short:
        return {sheet.short: entry}
    if not isinstance(entry, dict):
        return {OTHER: entry}

    own = names - {OTHER, FILE}
    cells = {key: value for key, value in entry.items() if key in own}
    rest: dict[str, Data] = {
        key: value for key, value in entry.items() if key not in own
    }
    return {**cells, OTHER: rest} if rest else cells


def visit_columns(files: Files) -> list[str]:
    """The visits of the schedule, in their order."""
    visits: dict[str, None] = {}
    for _, data in _with_noun(files, "visits"):
        visits |= dict.fromkeys(schedule_columns(data))

    return [*visits]


def schedule_columns(data: Data) -> list[str]:
    """The visits that a file's schedule has columns for."""
    columns = mapping(data, "schedule").get(COLUMNS)
    return columns.split() if isinstance(columns, str) else []


def _with_noun(files: Files, *nouns: str) -> Iterator[tuple[str, Data]]:
    for name, data in files.items():
        if noun_of(data) in nouns:
            yield name, data


def _settings(files: Files) -> Iterator[StudyRow]:
    for part, elsewhere in PARTS.items():
        for file, data in _with_noun(files, part):
            path: Path = () if part == "study" else (part,)
            for key, value in mapping(data, *map(str, path)).items():
                if key not in elsewhere:
                    cells = entry_cells(STUDY, value)
                    yield StudyRow((part, key), cells, file, (*path, key), value)


def _in_study(files: Files, sheet: WorkbookSheet, key: str) -> Iterator[StudyRow]:
    for file, data in _with_noun(files, "study"):
        for name, entry in mapping(data, key).items():
            cells = entry_cells(sheet, entry)
            yield StudyRow((name,), cells, file, (key, name), entry)


def _entries(files: Files, sheet: WorkbookSheet, key: str) -> Iterator[StudyRow]:
    """The entries of a mapping that several files may have."""
    nouns = ("rules", "derivations") if key in ("rules", "derivations") else (key,)
    has_file = any(column.name == FILE for column in sheet.columns)
    for file, data in _with_noun(files, *nouns):
        for name, entry in mapping(data, key).items():
            cells = entry_cells(sheet, entry)
            if has_file:
                cells[FILE] = file

            yield StudyRow((name,), cells, file, (key, name), entry)


def _codelists(files: Files) -> Iterator[StudyRow]:
    for file, data in _with_noun(files, "codelists"):
        for name, codes in mapping(data, "codelists").items():
            path: Path = ("codelists", name)
            if isinstance(codes, list):
                # A code of a list is its own label.
                for index, code in enumerate(codes):
                    key = (name, str(code))
                    yield StudyRow(key, {FILE: file}, file, (*path, index), code)

            for code, entry in mapping(codes).items():
                cells = entry_cells(CODELISTS, entry) | {FILE: file}
                yield StudyRow((name, code), cells, file, (*path, code), entry)


def _schedule(files: Files) -> Iterator[StudyRow]:
    for file, data in _with_noun(files, "visits"):
        visits = schedule_columns(data)
        marks = mapping(data, "schedule")
        conditions = mapping(data, "conditions")
        forms = dict.fromkeys([*marks, *conditions])
        forms.pop(COLUMNS, None)

        for form in forms:
            cells: dict[str, Data] = {FILE: file}
            row = marks.get(form)
            if isinstance(row, str):
                cells |= dict(zip(visits, row.split(), strict=False))
            if form in conditions:
                cells[CONDITION] = conditions[form]

            yield StudyRow((form,), cells, file, ("schedule", form), row)


def _form_files(files: Files) -> Iterator[tuple[str, str, dict[str, Data]]]:
    """The file of each form, its name and its data."""
    for file, data in _with_noun(files, "form"):
        form = mapping(data)
        name = form["form"]
        if isinstance(name, str):
            yield file, name, form


def _forms(files: Files) -> Iterator[StudyRow]:
    for file, name, form in _form_files(files):
        head: dict[str, Data] = {
            key: value for key, value in form.items() if key not in FORM_PARTS
        }
        cells = entry_cells(FORMS, head) | {FILE: file}
        yield StudyRow((name,), cells, file, (), head)


def _groups(files: Files) -> Iterator[StudyRow]:
    for file, name, form in _form_files(files):
        for group, entry in mapping(form, "groups").items():
            head: dict[str, Data] = {
                key: value for key, value in mapping(entry).items() if key != "fields"
            }
            path = ("groups", group)
            cells = entry_cells(GROUPS, head)
            yield StudyRow((name, group), cells, file, path, head)


def _fields(files: Files) -> Iterator[StudyRow]:
    for file, name, form in _form_files(files):
        homes: dict[str, tuple[Path, Data]] = {"": (("fields",), form.get("fields"))}
        for group, entry in mapping(form, "groups").items():
            path = ("groups", group, "fields")
            homes[group] = (path, mapping(entry).get("fields"))

        for group, (home, fields) in homes.items():
            for field, entry in mapping(fields).items():
                cells = entry_cells(FIELDS, entry)
                key = (name, group, field)
                yield StudyRow(key, cells, file, (*home, field), entry)


def source_language(files: Files) -> str:
    """The language that the texts of a dictionary are written in."""
    for _, data in _with_noun(files, "study"):
        return next(iter(mapping(data, "languages")), "")

    return ""


def _translations(files: Files) -> Iterator[StudyRow]:
    source = source_language(files)
    for file, data in _with_noun(files, "translations"):
        language = str(mapping(data).get("translations"))
        for address, entry in mapping(data, "texts").items():
            columns = {source: "source", language: "translation"}
            by_column: dict[str, Data] = {
                columns.get(tag, tag): text for tag, text in mapping(entry).items()
            }
            cells = entry_cells(TRANSLATIONS, by_column or entry) | {FILE: file}
            # An open translation is an empty cell.
            filled = {name: cell for name, cell in cells.items() if cell is not None}
            key = (language, address)
            yield StudyRow(key, filled, file, ("texts", address), entry)


def _criteria(files: Files) -> Iterator[StudyRow]:
    for file, data in _with_noun(files, "eligibility"):
        for kind in ("inclusion", "exclusion"):
            path: Path = ("eligibility", kind)
            for name, entry in mapping(data, *map(str, path)).items():
                cells = entry_cells(ELIGIBILITY, entry)
                yield StudyRow((kind, name), cells, file, (*path, name), entry)


def _ranges(files: Files) -> Iterator[StudyRow]:
    for file, data in _with_noun(files, "reference_ranges"):
        table = mapping(data, "reference_ranges")
        columns, rows = table.get(COLUMNS), table.get("rows")
        if not isinstance(columns, list) or not isinstance(rows, list):
            continue

        for index, row in enumerate(rows):
            cells: dict[str, Data] = {}
            for column, cell in zip(columns, _items(row), strict=False):
                # An open cell is an empty one.
                if cell is not None:
                    cells[str(column)] = cell

            path = ("reference_ranges", "rows", index)
            yield StudyRow((), cells, file, path, row)


def _items(row: Data) -> list[Data]:
    return row if isinstance(row, list) else []
