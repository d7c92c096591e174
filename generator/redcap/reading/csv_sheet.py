"""A CSV file as rows of named cells, whatever wrote it: encodings, delimiters, line
ends, headers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace

DELIMITERS = ",;\t|^"
"""Those that REDCap's exports may have."""

LARGEST_CELL = 16 * 2**20
MOST_ROWS = 1_000_000
MOST_TITLES = 5
"""How many lines may stand above the headers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """One row; ``number`` counts from 1, the header's row.

    ``extra`` are cells of unknown columns.
    """

    number: int
    cells: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvSheet:
    """A file that has been read. ``places`` gives the position of each known column,
    from 1. ``titles`` are the lines above the headers.
    """

    file: str
    headers: Sequence[str]
    places: Mapping[str, int]
    rows: tuple[SheetRow, ...]
    blank_rows: int
    delimiter: str
    findings: tuple[Finding, ...]
    titles: tuple[str, ...] = ()

    def place(self, row: int, column: str | None = None) -> TextPlace:
        """Line and column of a finding are the file's row and the number of its column."""
        return TextPlace(
            file=self.file, line=row, column=self.places.get(column or "", 1)
        )


def read_sheet(
    file: str,
    content: bytes,
    column_of: Callable[[str], str | None],
    needed: Sequence[str],
) -> CsvSheet:
    """The rows of a CSV file.

    Damage gives findings, never an error; without its needed columns no rows.
    """
    text, findings = _decoded(file, content)
    delimiter = _delimiter(text, column_of, needed)
    lines, broken = _records(file, text, delimiter)
    findings += broken

    first = _header(lines, column_of, needed)
    if first is None:
        findings.append(finding("redcap-empty", text=_place(file, 1)))
        return _empty(file, delimiter, findings)

    headers = [header.strip("\ufeff \t") for header in lines[first]]
    places, doubled = _places(headers, column_of)
    findings += [
        finding(
            "redcap-column-twice",
            text=_place(file, first + 1, index),
            value=name,
            name=name,
        )
        for index, name in doubled
    ]

    lacking = [name for name in needed if name not in places]
    if lacking:
        written = ", ".join(headers[:6])
        findings.append(
            finding(
                "redcap-no-header",
                text=_place(file, first + 1),
                value=written,
                lacking=", ".join(lacking),
            )
        )

        return _empty(file, delimiter, findings)

    sheet = _sheet(
        file,
        lines=lines[first + 1 :],
        start=first + 2,
        headers=headers,
        places=places,
        delimiter=delimiter,
        findings=findings,
    )
    titles = (delimiter.join(line) for line in lines[:first])

    return replace(
        sheet,
        titles=tuple(title for title in titles if title.strip(f"{delimiter} \ufeff")),
    )


def _header(
    lines: list[list[str]],
    column_of: Callable[[str], str | None],
    needed: Sequence[str],
) -> int | None:
    """The line of the headers: the first that says something, but for titles that some
    hands put above it.
    """
    first_lines = enumerate(lines[:MOST_TITLES])
    candidates = [index for index, line in first_lines if _has_text(line)]

    # Titles can be told from headers only where some headers are known beforehand.
    for index in candidates if needed else ():
        known = {column_of(cell.strip("\ufeff \t")) for cell in lines[index]}
        if known.issuperset(needed):
            return index

    if candidates:
        return candidates[0]

    # Nothing but blank lines came first, so there are no titles either.
    for index, line in enumerate(lines):
        if _has_text(line):
            return index

    return None


def _has_text(line: list[str]) -> bool:
    """Whether a line says something: programs fill tables up with lines of delimiters."""
    return any(cell.strip() for cell in line)


def _sheet(
    file: str,
    *,
    lines: list[list[str]],
    start: int,
    headers: list[str],
    places: dict[str, int],
    delimiter: str,
    findings: list[Finding],
) -> CsvSheet:
    rows, blank = [], 0
    names = {place: name for name, place in places.items()}
    known = [(index - 1, name) for index, name in sorted(names.items())]
    unknown = [index for index in range(len(headers)) if index + 1 not in names]

    for number, line in enumerate(lines, start):
        if not any(cell.strip() for cell in line):
            blank += 1
            continue

        if len(line) != len(headers):
            findings.append(
                finding(
                    "redcap-ragged",
                    text=_place(file, number),
                    value=line[0],
                    given=len(line),
                    needed=len(headers),
                )
            )

            # A short row is padded: every row has a cell in every known column.
            line.extend([""] * (len(headers) - len(line)))

        cells = {name: line[index] for index, name in known}
        extra = {
            headers[index]: line[index] for index in unknown if line[index].strip()
        }

        for index in range(len(headers), len(line)):
            if line[index].strip():
                extra[f"cell {index + 1}"] = line[index]

        rows.append(SheetRow(number=number, cells=cells, extra=extra))

    return CsvSheet(
        file=file,
        headers=headers,
        places=places,
        rows=tuple(rows),
        blank_rows=blank,
        delimiter=delimiter,
        findings=tuple(findings),
    )


def _empty(file: str, delimiter: str, findings: list[Finding]) -> CsvSheet:
    return CsvSheet(
        file=file,
        headers=(),
        places={},
        rows=(),
        blank_rows=0,
        delimiter=delimiter,
        findings=tuple(findings),
    )


def _place(file: str, row: int, column: int = 1) -> TextPlace:
    return TextPlace(file=file, line=row, column=column)


def _decoded(file: str, content: bytes) -> tuple[str, list[Finding]]:
    """UTF-8, UTF-16, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), []

    wide = _wide(content)
    if wide:
        return content.decode(wide, errors="replace"), []

    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        # The file is read all the same, and the first strange byte is a finding.
        row = content.count(b"\n", 0, error.start) + 1
        text = content[error.start : error.start + 1].hex().upper()
        result = finding("redcap-encoding", text=_place(file, row), value=text)

        return content.decode("cp1252", errors="replace"), [result]


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of its headers is zero."""
    start = content[:200]
    enough_zeros = len(start) * 2 // 5
    if len(start) < 20 or start.count(0) < enough_zeros:
        return None

    # The zero of a plain letter comes first where its high byte does.
    zeros_at_even = start[::2].count(0)
    zeros_at_odd = start[1::2].count(0)

    return "utf-16-be" if zeros_at_even > zeros_at_odd else "utf-16-le"


def _delimiter(
    text: str, column_of: Callable[[str], str | None], needed: Sequence[str]
) -> str:
    """The delimiter under which a line has the most known headers: the first, or where
    columns are needed one below titles.
    """
    lines = text.lstrip("\ufeff\r\n").replace("\r", "\n").split("\n", MOST_TITLES)
    # Titles can be told from headers only where some headers are known beforehand.
    lines_to_try = MOST_TITLES if needed else 1

    def known(delimiter: str) -> tuple[int, int]:
        counts = [_known(line, delimiter, column_of) for line in lines[:lines_to_try]]
        return max(counts, default=(0, 0))

    return max(DELIMITERS, key=known)


def _known(
    line: str, delimiter: str, column_of: Callable[[str], str | None]
) -> tuple[int, int]:
    """How many headers of a line are known, and how many there are."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0

    known = sum(column_of(cell) is not None for cell in cells)
    return known, len(cells)


def _records(
    file: str, text: str, delimiter: str
) -> tuple[list[list[str]], list[Finding]]:
    """The records of the text; a stray quote is a finding, and what follows is read as
    well as can be.
    """
    lines_read: list[list[str]] = []
    # The limit belongs to the process, so it is put back at the end.
    before = csv.field_size_limit(LARGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for line in reader:
            lines_read.append(line)
            if len(lines_read) > MOST_ROWS:
                return lines_read, [
                    finding(
                        "redcap-unreadable",
                        text=_place(file, len(lines_read)),
                        why="too many rows",
                    )
                ]
    except csv.Error as error:
        return lines_read, [
            finding(
                "redcap-unreadable",
                text=_place(file, len(lines_read) + 1),
                why=str(error),
            )
        ]
    finally:
        csv.field_size_limit(before)

    return lines_read, _open_quote(file, text, delimiter, len(lines_read))


def _open_quote(file: str, text: str, delimiter: str, last: int) -> list[Finding]:
    """A quote that is never closed swallows the rows after it."""
    # Only an odd number of quotes can leave one open. Most files are read once.
    if text.count('"') % 2 == 0:
        return []

    strict = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0

    try:
        for _ in strict:
            row += 1
    except csv.Error:
        return [finding("redcap-quotes", text=_place(file, min(row + 1, last)))]

    return []


def _places(
    headers: list[str], column_of: Callable[[str], str | None]
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    places: dict[str, int] = {}
    doubled = []
    for index, header in enumerate(headers, 1):
        column = column_of(header)
        if column is None:
            continue
        if column in places:
            doubled.append((index, header))
        else:
            places[column] = index

    return places, doubled
