"""Where something stands: in a dictionary's text, or in captured data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPlace:
    """A span of a dictionary file.

    Lines and columns count from 1, columns in code points.
    """

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPlace:
    """A cell, row or form of captured data.

    ``table`` is the name of the form or of the repeating group. ``row`` is the row
    number (``rowno``) inside a repeating group and None for a form's own fields.
    ``field`` is None when the finding is about the whole row or form.
    """

    table: str
    field: str | None = None
    row: int | None = None
    subject: str | None = None
    visit: str | None = None
    unsno: int | None = None
