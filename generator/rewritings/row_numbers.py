"""A column of row numbers that a program put in front of a table."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = frozenset(
    {"", "Unnamed: 0", "index", "X", "row", "rownames", "row.names", "...1", "V1", "rn"}
)
"""What R, readr, pandas and data.table call it."""


@dataclass(kw_only=True)
class RowNumbers:
    """Sees the cells of a column that no schema has; ``proven`` while they count the
    rows from 0 or 1.
    """

    name: str
    _first: int | None = None
    _rows: int = 0
    _fails: bool = False

    def add(self, text: str) -> None:
        """The cell of the next row."""
        if self._fails:
            return

        if self._first is None:
            self._start(text)
        elif text != str(self._first + self._rows):
            self._fails = True

        self._rows += 1

    def _start(self, text: str) -> None:
        if text in {"0", "1"}:
            self._first = int(text)
        else:
            self._fails = True

    @property
    def proven(self) -> bool:
        """True where the name says it, and every row of at least one."""
        return self.possible and self._rows > 0

    @property
    def possible(self) -> bool:
        """True where the name says it, and no row speaks against it: a table may be
        empty.
        """
        return self.name in NAMES and not self._fails

    @property
    def habit(self) -> str:
        """``row-numbers`` count from 1, an ``index`` from 0."""
        return "index" if self._first == 0 else "row-numbers"
