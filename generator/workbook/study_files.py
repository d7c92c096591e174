"""The data of a dictionary's files, from the rows of a workbook.

``base`` are the data of the texts that the workbook keeps. What a row says as before
stays the same data, so that only changes are written.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.yaml_source.document import Data, Path
from generator.workbook.entry_shapes import ordered, replaced, spaced, without
from generator.workbook.form_files import FormFiles
from generator.workbook.layout import (
    CODELISTS,
    CONDITION,
    DERIVATIONS,
    ELIGIBILITY,
    FILE,
    REFERENCE_RANGES,
    ROLES,
    RULES,
    SCHEDULE,
    STUDY,
    TRANSLATIONS,
    VISITS,
    WorkbookSheet,
)
from generator.workbook.sheet_table import ReadRow, SheetNotes, SheetTable
from generator.workbook.study_rows import (
    COLUMNS,
    IN_STUDY,
    PARTS,
    Files,
    mapping,
    noun_of,
    schedule_columns,
)
from generator.workbook.workbook_rows import BuiltFiles, EntryOrigin, WorkbookRows

CONTAINERS: tuple[Path, ...] = (
    ("sites",),
    ("missing",),
    ("parameters",),
    ("codelists",),
    ("visits",),
    ("schedule",),
    ("conditions",),
    ("rules",),
    ("derivations",),
    ("eligibility", "inclusion"),
    ("eligibility", "exclusion"),
    ("roles",),
    ("texts",),
)
"""The mappings whose entries are rows. Those of forms are built with their form."""


def build_files(
    base: Files, tables: Mapping[str, SheetTable], notes: SheetNotes
) -> BuiltFiles:
    """The files that the sheets say. Errors of the sheets are noted."""
    return _Builder(WorkbookRows(base, tables, notes)).build()


class _Builder:
    """Builds the files of one workbook."""

    def __init__(self, rows: WorkbookRows) -> None:
        self.rows = rows
        self.contents: dict[str, dict[Path, dict[str, Data]]] = {}

    def _put(
        self, file: str, home: Path, name: str, data: Data, origin: EntryOrigin
    ) -> None:
        self.contents.setdefault(file, {}).setdefault(home, {})[name] = data
        self.rows.remember(file, (*home, name), origin)

    def build(self) -> BuiltFiles:
        settings = self._settings()
        study = self.rows.only_file("study")
        for sheet, key in IN_STUDY:
            self._entries(sheet, (key,), study)

        self._codelists()
        self._entries(VISITS, ("visits",))
        self._entries(RULES, ("rules",))
        self._entries(DERIVATIONS, ("derivations",))
        self._entries(ROLES, ("roles",), self.rows.only_file("roles"))
        self._criteria()
        self._schedule()
        self._translations(settings)

        names = dict.fromkeys([*self.rows.base, *settings, *self.contents])
        for name in names:
            if noun_of(self.rows.base.get(name)) != "form":
                data = self._file(name, settings.get(name, {}))
                if data is not None:
                    self.rows.built.files[name] = data

        self._ranges()
        FormFiles(self.rows).build()
        return self.rows.built

    def _file(self, name: str, settings: Mapping[str, Data]) -> Data | None:
        """The data of a file that is no form; None if nothing of it is left."""
        old = mapping(self.rows.base.get(name))
        data: dict[str, Data] = ordered({**old, **settings}, old)
        noun = noun_of(self.rows.base.get(name))
        if noun in PARTS:
            data = self._without_settings(noun, data, settings)

        contents = self.contents.get(name, {})
        emptied = False
        for home in CONTAINERS:
            new, before = contents.get(home, {}), mapping(old, *map(str, home))
            if new:
                data = replaced(data, home, new)
            elif before:
                data, emptied = without(data, home), True

        is_gone = emptied and not set(data) - {"conditions", "schedule", "translations"}
        if noun in ("eligibility", "reference_ranges"):
            is_gone = not mapping(data, noun)

        return None if is_gone else data

    def _settings(self) -> dict[str, dict[str, Data]]:
        """The keys on the sheet ``study``, by file."""
        settings: dict[str, dict[str, Data]] = {}
        for row in self.rows.table(STUDY).rows:
            part, key = row.key
            place = self.rows.place(STUDY, row, "part")
            if part not in PARTS or key in PARTS[part]:
                self.rows.notes.say("sheet-part", place, value=part, key=key)
                continue

            file = self.rows.only_file(part)
            home: Path = () if part == "study" else (part,)
            target = settings.setdefault(file, {})
            if home:
                target = _inner(target, part)

            target[key] = self.rows.entry(STUDY, row)
            self.rows.remember(file, (*home, key), EntryOrigin(STUDY.name, row.number))

        return settings

    def _without_settings(
        self, noun: str, data: dict[str, Data], settings: Mapping[str, Data]
    ) -> dict[str, Data]:
        """The file without the keys whose rows are gone, in the old order."""
        old = mapping(self.rows.base.get(self.rows.only_file(noun)))
        if noun == "study":
            kept = {**settings, **{key: old[key] for key in PARTS[noun] if key in old}}
            return ordered(kept, old)

        inner = mapping(old, noun)
        kept = {
            **mapping(settings, noun),
            **{key: inner[key] for key in PARTS[noun] if key in inner},
        }
        return ordered({**data, noun: ordered(kept, inner)}, old)

    def _entries(self, sheet: WorkbookSheet, home: Path, file: str = "") -> None:
        """The entries of a mapping; without ``file`` each row has its own."""
        before = ""
        for row in self.rows.table(sheet).rows:
            before = file or self.rows.row_file(sheet, row, before)
            origin = EntryOrigin(sheet.name, row.number)
            self._put(before, home, row.key[-1], self.rows.entry(sheet, row), origin)

    def _codelists(self) -> None:
        rows_of: dict[str, list[ReadRow]] = {}
        for row in self.rows.table(CODELISTS).rows:
            rows_of.setdefault(row.key[0], []).append(row)

        before = ""
        for name, rows in rows_of.items():
            before = self.rows.row_file(CODELISTS, rows[0], before)
            home: Path = ("codelists", name)
            has_cells = any(set(row.cells) - {FILE} for row in rows)
            old = mapping(self.rows.base.get(before), "codelists").get(name)
            is_list = not has_cells and not isinstance(old, dict)
            codes: dict[str, Data] = {}

            for index, row in enumerate(rows):
                codes[row.key[1]] = self.rows.entry(CODELISTS, row)
                path = (*home, index if is_list else row.key[1])
                self.rows.remember(
                    before, path, EntryOrigin(CODELISTS.name, row.number)
                )

            data: Data = list(codes) if is_list else codes
            self._put(
                before,
                home[:1],
                name,
                data,
                EntryOrigin(CODELISTS.name, rows[0].number),
            )

    def _criteria(self) -> None:
        file = self.rows.only_file("eligibility")
        for row in self.rows.table(ELIGIBILITY).rows:
            kind, name = row.key
            if kind not in ("inclusion", "exclusion"):
                place = self.rows.place(ELIGIBILITY, row, "list")
                self.rows.notes.say("sheet-criterion", place, value=kind)
                continue

            origin = EntryOrigin(ELIGIBILITY.name, row.number)
            data = self.rows.entry(ELIGIBILITY, row)
            self._put(file, ("eligibility", kind), name, data, origin)

    def _schedule(self) -> None:
        table = self.rows.table(SCHEDULE)
        taken = {
            visit
            for data in self.rows.base.values()
            for visit in schedule_columns(data)
        }
        new = [visit for visit in table.visits if visit not in taken]
        before = ""
        for row in table.rows:
            before = self.rows.row_file(SCHEDULE, row, before)
            old = mapping(self.rows.base.get(before), "schedule")
            visits = schedule_columns(self.rows.base.get(before))
            columns = [visit for visit in visits if visit in table.visits] + new
            origin = EntryOrigin(SCHEDULE.name, row.number)
            form = row.key[0]

            if any(visit in row.cells for visit in columns):
                marks = [str(row.cells.get(visit) or ".") for visit in columns]
                if COLUMNS not in self.contents.get(before, {}).get(("schedule",), {}):
                    header = spaced(old.get(COLUMNS), columns)
                    top = EntryOrigin(SCHEDULE.name, 1)
                    self._put(before, ("schedule",), COLUMNS, header, top)

                text = spaced(old.get(form), marks)
                self._put(before, ("schedule",), form, text, origin)
            if CONDITION in row.cells:
                condition = row.cells[CONDITION]
                self._put(before, ("conditions",), form, condition, origin)

    def _translations(self, settings: dict[str, dict[str, Data]]) -> None:
        """The texts in other languages, each language in a file of its own."""
        of_study = settings.get(self.rows.only_file("study"), {})
        source = next(iter(mapping(of_study, "languages")), "")
        known = self.rows.known[TRANSLATIONS.name]
        files = {row.key[0]: row.file for row in known.values()}

        for row in self.rows.table(TRANSLATIONS).rows:
            language, address = row.key
            before = files.get(language, f"translations/{language}.yaml")
            file = self.rows.row_file(TRANSLATIONS, row, before)
            settings.setdefault(file, {})["translations"] = language
            old = known.get(row.key)
            data: Data = {
                source: row.cells.get("source"),
                language: row.cells.get("translation"),
            }
            if old is not None and _cells(old.cells) == _cells(row.cells):
                data = old.entry

            origin = EntryOrigin(TRANSLATIONS.name, row.number)
            self._put(file, ("texts",), address, data, origin)

    def _ranges(self) -> None:
        table = self.rows.table(REFERENCE_RANGES)
        file = self.rows.only_file("reference_ranges")
        old = mapping(self.rows.built.files.get(file), "reference_ranges")
        if not table.rows and not old:
            return

        before = old.get(COLUMNS)
        columns = [*before] if isinstance(before, list) else []
        used = {name for row in table.rows for name in row.cells}
        columns += [
            name for name in table.columns if name in used - set(map(str, columns))
        ]
        rows: list[Data] = []
        for row in table.rows:
            known = self.rows.known[REFERENCE_RANGES.name].get((str(row.number),))
            same = (
                known is not None
                and columns == before
                and dict(known.cells) == row.cells
            )
            cells: Data = [row.cells.get(str(name)) for name in columns]
            rows.append(known.entry if known and same else cells)
            path = ("reference_ranges", "rows", len(rows) - 1)
            self.rows.remember(
                file, path, EntryOrigin(REFERENCE_RANGES.name, row.number)
            )

        inner = ordered({**old, COLUMNS: columns, "rows": rows}, old)
        whole = mapping(self.rows.built.files.get(file))
        self.rows.built.files[file] = {**whole, "reference_ranges": inner}


def _cells(cells: Mapping[str, Data]) -> dict[str, Data]:
    """The cells of a row without the one that names its file."""
    return {name: cell for name, cell in cells.items() if name != FILE}


def _inner(settings: dict[str, Data], part: str) -> dict[str, Data]:
    inner = settings.setdefault(part, {})
    assert isinstance(inner, dict)
    return inner
