"""The data of the files that have forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forms_spec.yaml_source.document import Data, Path
from generator.workbook.entry_shapes import ordered
from generator.workbook.layout import FIELDS, FILE, FORMS, GROUPS
from generator.workbook.sheet_table import ReadRow
from generator.workbook.study_rows import mapping
from generator.workbook.workbook_rows import EntryOrigin, WorkbookRows

FORM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class FormFiles:
    """Builds each form with its groups and fields."""

    rows: WorkbookRows

    def build(self) -> None:
        groups = _by_form(self.rows.table(GROUPS).rows)
        fields = _by_form(self.rows.table(FIELDS).rows)
        files: set[str] = set()
        for row in self.rows.table(FORMS).rows:
            name = row.key[0]
            file = self._form_file(row)
            if file in files:
                place = self.rows.place(FORMS, row, FILE)
                self.rows.notes.say("sheet-file", place, value=file, sheet=FORMS.name)

            files.add(file)
            self.rows.remember(file, (), EntryOrigin(FORMS.name, row.number))
            self.rows.built.files[file] = self._form(
                file, row, groups.pop(name, []), fields.pop(name, [])
            )

        for sheet, left in ((GROUPS, groups), (FIELDS, fields)):
            for row in (row for rows in left.values() for row in rows):
                place = self.rows.place(sheet, row, "form")
                self.rows.notes.say("sheet-parent", place, what="form", name=row.key[0])

    def _form_file(self, row: ReadRow) -> str:
        name = row.key[0]
        usual = f"forms/{name}.yaml" if FORM_NAME.fullmatch(name) else "forms/form.yaml"
        return self.rows.row_file(FORMS, row, usual)

    def _form(
        self,
        file: str,
        row: ReadRow,
        groups: Sequence[ReadRow],
        fields: Sequence[ReadRow],
    ) -> Data:
        old = mapping(self.rows.base.get(file))
        head = self.rows.entry(FORMS, row)
        form: dict[str, Data] = {"form": row.key[0], **mapping(head)}
        own = [item for item in fields if item.key[1] == ""]
        self._nest(form, old, "fields", self._fields(file, ("fields",), own))

        built: dict[str, Data] = {}
        for group in groups:
            name = group.key[1]
            self.rows.remember(
                file, ("groups", name), EntryOrigin(GROUPS.name, group.number)
            )
            built[name] = self._group(file, group, fields)

        for item in fields:
            if item.key[1] not in ("", *built):
                place = self.rows.place(FIELDS, item, "group")
                self.rows.notes.say(
                    "sheet-parent", place, what="group", name=item.key[1]
                )

        self._nest(form, old, "groups", built)
        return ordered(form, old)

    def _group(self, file: str, row: ReadRow, fields: Sequence[ReadRow]) -> Data:
        name = row.key[1]
        known = self.rows.known[GROUPS.name].get(row.key)
        old = mapping(self.rows.base.get(file), *map(str, known.path)) if known else {}
        group = dict(mapping(self.rows.entry(GROUPS, row)))
        own = [item for item in fields if item.key[1] == name]
        inside = self._fields(file, ("groups", name, "fields"), own)
        self._nest(group, old, "fields", inside)
        return ordered(group, old)

    def _fields(
        self, file: str, home: Path, rows: Iterable[ReadRow]
    ) -> dict[str, Data]:
        fields: dict[str, Data] = {}
        for row in rows:
            fields[row.key[2]] = self.rows.entry(FIELDS, row)
            self.rows.remember(
                file, (*home, row.key[2]), EntryOrigin(FIELDS.name, row.number)
            )

        return fields

    def _nest(
        self,
        target: dict[str, Data],
        old: Mapping[str, Data],
        key: str,
        new: dict[str, Data],
    ) -> None:
        """Put entries into a form or group; an empty mapping stays as it was."""
        if new:
            target[key] = new
        elif key in old and not mapping(old, key):
            target[key] = old[key]


def _by_form(rows: Iterable[ReadRow]) -> dict[str, list[ReadRow]]:
    forms: dict[str, list[ReadRow]] = {}
    for row in rows:
        forms.setdefault(row.key[0], []).append(row)

    return forms
