"""Finds the cell of a workbook that a place in a file comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import Document, Path, YamlNode
from forms_spec.yaml_source.reader import read_document
from generator.workbook.sheet_table import SheetNotes, SheetPlace, SheetTable
from generator.workbook.workbook_rows import BuiltFiles

LACKING = {"label-missing": "label", "value-missing": "value"}
"""The empty cell that a finding about an entry means."""


class CellFinder:
    """Gives findings in the files of a dictionary their cells."""

    def __init__(
        self,
        files: Mapping[str, str],
        tables: Mapping[str, SheetTable],
        built: BuiltFiles,
        notes: SheetNotes,
    ) -> None:
        self.files = files
        self.tables = tables
        self.built = built
        self.notes = notes
        self.documents: dict[str, Document] = {}

    def mapped(self, item: Finding) -> Finding:
        """The finding at its cell; where no cell is at fault, as it was."""
        if item.text is None:
            return item

        return replace(
            item,
            text=self._cell(item.text, item.code) or item.text,
            related=tuple(self._cell(place) or place for place in item.related),
        )

    def _cell(self, place: TextPlace, code: str = "") -> SheetPlace | None:
        if place.file not in self.files:
            return None
        if place.file not in self.documents:
            text = self.files[place.file]
            self.documents[place.file] = read_document(place.file, text)

        path = path_at(self.documents[place.file], place)
        for length in range(len(path), -1, -1):
            origin = self.built.origins.get((place.file, path[:length]))
            if origin is None:
                continue

            table = self.tables[origin.sheet]
            column = table.columns.get(LACKING.get(code, ""), 0)
            column = column or _column(table, path, length)
            return self.notes.place(origin.sheet, max(origin.row, 1), column)

        return None


def _column(table: SheetTable, path: Path, length: int) -> int:
    """The column of a value below an entry, or that of the entry's name."""
    columns = table.columns
    names = [str(step) for step in path[length : length + 1]]
    if table.sheet.name == "schedule" and path[:1] == ("conditions",):
        names = ["condition"]

    names += [table.sheet.short] if path[length - 1 : length] and not names else []
    names += [key.name for key in reversed(table.sheet.keys)]
    return next((columns[name] for name in names if name in columns), 1)


def path_at(document: Document, place: TextPlace) -> Path:
    """The innermost key or value that stands at a place."""
    # A place counts from 1, the marks of a document from 0.
    where = (place.line - 1, place.column - 1)
    path: Path = ()
    node = document.root
    while node is not None:
        inner = next(_around(node, where), None)
        if inner is None:
            break

        step, node = inner
        path = (*path, step)

    return path


def _around(
    node: YamlNode, where: tuple[int, int]
) -> Iterator[tuple[str | int, YamlNode]]:
    """The child whose key or value is around a place."""
    children = node.children
    if isinstance(children, dict):
        for name, (key, value) in children.items():
            if _within(key, value, where):
                yield name, value
    else:
        for index, value in enumerate(children or ()):
            if _within(value, value, where):
                yield index, value


def _within(first: YamlNode, last: YamlNode, where: tuple[int, int]) -> bool:
    start, end = first.start, last.end
    return (start.line, start.column) <= where < (end.line, end.column)
