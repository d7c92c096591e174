"""The cells of a workbook that show an error, such as ``#REF!``.

The reader of sheets gives them as empty. An empty cell is a key that is not there, so
that an error would take a key away.
"""

from __future__ import annotations

import io
import re
from zipfile import BadZipFile, ZipFile

SHEET = re.compile(r'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(Id|Target)="([^"]*)"')
ERROR = re.compile(
    r'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>(.*?)</(?:\w+:)?c>',
    re.DOTALL,
)
VALUE = re.compile(r"<(?:\w+:)?v>([^<]*)</")

ErrorCell = tuple[int, int, str]
"""Row and column, which count from 1, and the error."""


def error_cells(content: bytes) -> dict[str, list[ErrorCell]]:
    """The errors by sheet; nothing for a file that is no zip, which others refuse."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return {
                name: [*_errors(archive.read(part).decode("utf-8", "replace"))]
                for name, part in _parts(archive).items()
                if part in archive.namelist()
            }
    except (BadZipFile, KeyError):
        return {}


def _parts(archive: ZipFile) -> dict[str, str]:
    """The file of each sheet in the archive."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for relation in RELATION.findall(relations):
        attributes = dict(ATTRIBUTE.findall(relation))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target.lstrip("/").removeprefix("xl/")

    return {
        name: f"xl/{targets[key]}"
        for name, key in SHEET.findall(workbook)
        if key in targets
    }


def _errors(sheet: str) -> list[ErrorCell]:
    return [
        (int(row), _column(letters), value[1] if (value := VALUE.search(inner)) else "")
        for letters, row, inner in ERROR.findall(sheet)
    ]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1

    return number
