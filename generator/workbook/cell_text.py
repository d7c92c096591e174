"""A value of the dictionary as the text of a cell, and back.

A text is itself. A list or mapping is YAML on one line. A text that would be taken for
something else stands in quotes. An empty cell is a key that is not there.
"""

from __future__ import annotations

from forms_spec.yaml_source.document import Data
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_writer import flow

LONGEST = 32_000
"""Characters of a cell; a spreadsheet program takes 32,767."""

TOO_LONG = "(too long for a cell: change it in the file)"
"""Stands for a value that no cell can have. It stays as it is in the file."""

OPENING = "[{'\""
KEY = "cell"


class NoCellValue(Exception):
    """A cell begins like a list or a mapping, and is none."""


def cell_text(data: Data) -> str:
    """The text of a cell, from which ``cell_data`` gives the same value."""
    if not isinstance(data, str):
        return flow(data)

    is_plain = data.strip() == data and data not in ("", "null", "~")
    if is_plain and data[0] not in OPENING and "\r" not in data:
        return data

    # A text that only looks like another thing is written in double quotes.
    return '"' + flow("\n" + data)[3:-1] + '"'


def cell_data(text: str) -> Data:
    """The value that a cell says. Raises ``NoCellValue``."""
    if text in ("null", "~"):
        return None
    if text[:1] not in tuple(OPENING):
        return text

    document = read_document(KEY, f"{KEY}: {text}\n")
    data = document.data
    is_whole = isinstance(data, dict) and list(data) == [KEY] and not document.findings
    if is_whole and isinstance(data, dict):
        return data[KEY]
    if text[0] in "[{":
        raise NoCellValue

    # A label may begin with a quotation: "Other" drugs.
    return text
