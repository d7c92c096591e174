"""The scratch rows of a worker that judges its subjects all at once."""

from __future__ import annotations

from generator.casebooks.names import LINE
from generator.casebooks.store import SpoolingStore, text_view
from generator.sql.names import quoted
from generator.tables import layout

_ROW_KEY = (layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO, layout.ROW)


class SpoolingPartStore(SpoolingStore):
    """A store for SQL that can tell whose a row is."""

    def __enter__(self) -> SpoolingPartStore:
        return self

    def row_key(self, at: int, line: int) -> dict[str, str | int]:
        """The key columns of a row that was kept."""
        names = ", ".join(map(quoted, _ROW_KEY))
        view = quoted(text_view(self.plans[at].name))
        query = f"SELECT {names} FROM {view} WHERE {quoted(LINE)} = ?"
        row = self.sql.execute(query, [line]).fetchone() or ()
        return {name: part for name, part in zip(_ROW_KEY, row, strict=False) if part is not None}
