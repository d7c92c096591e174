"""The rows of a data dictionary as items: one for each field, with everything odd about
them found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.redcap.losses import CellLoss
from generator.redcap.reading.columns import COLUMNS, HEADERS, NEEDED, column_of
from generator.redcap.reading.csv_sheet import CsvSheet, SheetRow, read_sheet

TYPES = frozenset(
    (
        "text",
        "notes",
        "dropdown",
        "radio",
        "checkbox",
        "calc",
        "file",
        "descriptive",
        "slider",
        "yesno",
        "truefalse",
        "sql",
    )
)
"""The field types of REDCap's dictionary."""

NO_ANSWERS = "NA"
_NAMES = ("name", "form", "type")
_NEVER_NA = (
    "branching",
    "validation",
    "minimum",
    "maximum",
    "identifier",
    "required",
    "matrix",
    "ranking",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One field of REDCap; the cells are as written, without blanks at the ends of the
    names.
    """

    row: int
    name: str
    form: str
    section: str = ""
    type: str = "text"
    label: str = ""
    choices: str = ""
    note: str = ""
    validation: str = ""
    minimum: str = ""
    maximum: str = ""
    identifier: str = ""
    branching: str = ""
    required: str = ""
    alignment: str = ""
    number: str = ""
    matrix: str = ""
    ranking: str = ""
    annotation: str = ""

    def cell(self, column: str) -> str:
        return str(getattr(self, column))


@dataclass(kw_only=True)
class Dictionary:
    """A data dictionary that has been read, with what was found and what was left out
    on the way.
    """

    sheet: CsvSheet
    items: list[Item] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    losses: list[CellLoss] = field(default_factory=list)

    def say(self, code: str, row: int, column: str, value: str, **words: Any) -> None:
        """A finding at a cell of the file."""
        place = self.sheet.place(row, column)
        header = HEADERS.get(column, column)
        self.findings.append(
            finding(code, text=place, value=value, column=header, **words)
        )

    def loss(
        self,
        item: Item,
        kind: str,
        column: str,
        why: str,
        *,
        original: str | None = None,
        harmless: bool = False,
    ) -> None:
        """Lists the loss of one cell of a field; ``original`` where it is not the whole cell."""
        self.losses.append(
            CellLoss(
                kind=kind,
                row=item.row,
                field=item.name,
                column=HEADERS[column],
                original=item.cell(column) if original is None else original,
                why=why,
                harmless=harmless,
            )
        )


def read_dictionary(file: str, content: bytes) -> Dictionary:
    """The items of a data dictionary. Never raises for what the file says."""
    sheet = read_sheet(file, content, column_of, NEEDED)
    dictionary = Dictionary(sheet=sheet, findings=list(sheet.findings))
    if sheet.blank_rows:
        dictionary.losses.append(
            CellLoss(
                kind="blank-rows",
                row=0,
                field="*",
                column="",
                original=str(sheet.blank_rows),
                why="rows without any text are left out",
                harmless=True,
            )
        )

    dictionary.losses += [
        CellLoss(
            kind="title",
            row=0,
            field="*",
            column="",
            original=title,
            why="it is above the headers",
        )
        for title in sheet.titles
        if not title.lower().startswith("sep=")
    ]
    blanks = _written_by_r(sheet)
    form = ""

    for row in sheet.rows:
        item = _item(dictionary, row, blanks, form)
        if item is not None:
            form = item.form
            dictionary.items.append(item)

    _repeated_names(dictionary)
    _scattered_forms(dictionary)

    return dictionary


def _written_by_r(sheet: CsvSheet) -> frozenset[str]:
    """The columns in which NA stands for an empty cell, as R writes tables."""
    columns: set[str] = set()
    for column in sheet.places:
        cells = {row[column] for row in sheet.rows}
        if NO_ANSWERS not in cells:
            continue

        # NA may be an answer where other cells are empty, but no condition or limit.
        has_no_blanks = "" not in cells
        if has_no_blanks or column in _NEVER_NA:
            columns.add(column)

    return frozenset(columns)


def _item(
    dictionary: Dictionary, row: SheetRow, blanks: frozenset[str], form: str
) -> Item | None:
    """The field of a row, or nothing where it has no name; ``form`` is that of the row
    above.
    """
    cells = _plain_cells(dictionary, row, blanks)
    _extra_columns(dictionary, row, cells["name"])
    if not cells["name"]:
        _row_without_name(dictionary, row, cells)
        return None

    if not cells["form"]:
        cells["form"] = form or "form_1"
        if "form" in dictionary.sheet.places:
            dictionary.say(
                "redcap-no-form", row.number, "form", cells["name"], used=cells["form"]
            )

    return Item(row=row.number, **cells)


def _plain_cells(
    dictionary: Dictionary, row: SheetRow, blanks: frozenset[str]
) -> dict[str, str]:
    """What the cells mean; another way to write it is a harmless loss."""
    cells = {column: row[column] for column in COLUMNS}
    for column in COLUMNS:
        if column in blanks and cells[column] == NO_ANSWERS:
            cells[column] = ""
            _spelled(
                dictionary,
                row,
                column,
                NO_ANSWERS,
                kind="NA-as-blank",
                why="R writes NA into empty cells",
            )

    for column in _NAMES:
        name = cells[column].strip()
        if name != cells[column]:
            why = "spaces around a name have no meaning"
            _spelled(
                dictionary, row, column, cells[column], kind="white-space", why=why
            )
            cells[column] = name

    return cells


def _spelled(
    dictionary: Dictionary,
    row: SheetRow,
    column: str,
    original: str,
    *,
    kind: str,
    why: str,
) -> None:
    dictionary.losses.append(
        CellLoss(
            kind=kind,
            row=row.number,
            field=row["name"].strip(),
            column=HEADERS[column],
            original=original,
            why=why,
            harmless=True,
        )
    )


def _extra_columns(dictionary: Dictionary, row: SheetRow, name: str) -> None:
    """The cells under headers that REDCap does not have are left out."""
    for header, cell in row.extra.items():
        dictionary.losses.append(
            CellLoss(
                kind="extra-column",
                row=row.number,
                field=name,
                column=header,
                original=cell,
                why="not a column of REDCap's data dictionary",
            )
        )


def _row_without_name(
    dictionary: Dictionary, row: SheetRow, cells: Mapping[str, str]
) -> None:
    """A row that says something without a name is left out, with what it says."""
    text = " | ".join(cell for cell in cells.values() if cell)
    dictionary.say("redcap-no-name", row.number, "name", text[:200])
    dictionary.losses.append(
        CellLoss(
            kind="row-without-name",
            row=row.number,
            field="",
            column="",
            original=text,
            why="a field without a name cannot be stored",
        )
    )


def _repeated_names(dictionary: Dictionary) -> None:
    """A second field of the same name gets a number, so that both can be kept."""
    # A later field may be called name_2 already, and keeps its name.
    taken = {item.name for item in dictionary.items}
    seen: set[str] = set()
    for index, item in enumerate(dictionary.items):
        if item.name not in seen:
            seen.add(item.name)
            continue

        new = next(name for name in _numbered(item.name) if name not in taken)
        dictionary.say("redcap-name-twice", item.row, "name", item.name, used=new)
        dictionary.losses.append(
            CellLoss(
                kind="name",
                row=item.row,
                field=new,
                column=HEADERS["name"],
                original=item.name,
                why="the name occurs twice",
            )
        )
        taken.add(new)
        seen.add(new)
        dictionary.items[index] = replace(item, name=new)


def _numbered(name: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _scattered_forms(dictionary: Dictionary) -> None:
    """The rows of a form stand together; those that do not are moved to their form."""
    seen: set[str] = set()
    last = None
    for item in dictionary.items:
        begins = item.form != last
        if begins and item.form in seen:
            dictionary.say("redcap-form-scattered", item.row, "form", item.form)

        seen.add(item.form)
        last = item.form
